"""Workbooks, CSV of any program, JSON Lines, folders and standard input: what comes in, and where it came from."""

import datetime
import re
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from coproduction.__main__ import cli
from coproduction.cases import read as read_cases
from coproduction.codebook import shipped_codebook
from coproduction.loaders import files, table
from coproduction.loaders.raw import RawRecord, Unreadable

BOOK = shipped_codebook()
LOADERS = Path(table.__file__).parent
HEADER = ["id", "title", "source", "citizen_input", "start"]
ROW = ["garden", "The garden", "own", "yes", 2010]


def book(*sheets: tuple[str, list[list]]) -> Workbook:
    """A workbook with sheets of rows."""
    found = Workbook()
    found.remove(found.active)
    for title, rows in sheets:
        sheet = found.create_sheet(title)
        for row in rows:
            sheet.append(row)
    return found


def saved(workbook: Workbook, folder: Path, name: str = "cases.xlsx") -> str:
    workbook.save(folder / name)
    return str(folder / name)


def written(text: str | bytes, folder: Path, name: str) -> str:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(folder / name)


def data(*names: str, given: str | None = None) -> list[dict]:
    return [raw.data for raw in files.read(names, given)]


def told(name: str) -> list[tuple]:
    """Code, severity, sheet, cell, key and value of every finding of reading a file."""
    _, findings = read_cases([name], BOOK)
    return [(f.code, f.severity, f.sheet, f.cell, f.key, f.value) for f in findings]


# Workbooks


def test_a_sheet_has_the_columns_of_csv_and_every_value_its_cell(tmp_path):
    rows = [
        ["id", "title", "source", "citizen_input", "citizen_input.basis", "citizen_input.reason", "contribution.2.who",
         "contribution.2.role", "value.1.kind", "country"],
        ["garden", "The garden", "own", "yes", "inferred", "they dig", "Anne", "volunteer", "public", "FR; DE"],
    ]  # fmt: skip
    name = saved(book(("cases", rows)), tmp_path)
    (raw,) = files.read([name])
    assert raw.data == {
        "id": "garden", "title": "The garden", "source": "own", "country": "FR; DE",
        "facts": {"citizen_input": {"value": "yes", "basis": "inferred", "reason": "they dig"}},
        "contributions": [{"who": "Anne", "role": "volunteer"}], "values": [{"kind": "public"}],
    }  # fmt: skip
    assert {p: place.cell for p, place in raw.places.items()} == {
        "": "A2", "/id": "A2", "/title": "B2", "/source": "C2", "/country": "J2", "/facts/citizen_input": "D2",
        "/facts/citizen_input/basis": "E2", "/facts/citizen_input/reason": "F2", "/contributions/0": "G2",
        "/contributions/0/who": "G2", "/contributions/0/role": "H2", "/values/0": "I2", "/values/0/kind": "I2",
    }  # fmt: skip
    assert {place.sheet for place in raw.places.values()} == {"cases"}
    text = "\n".join(";".join(f'"{cell}"' for cell in row) for row in rows)
    (same,) = files.read([written(text, tmp_path, "cases.csv")])
    assert same.data == raw.data and set(same.places) == set(raw.places)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" x \n", "x"),
        (True, "yes"),
        (False, "no"),
        (2010, "2010"),
        (2010.0, "2010"),
        (12.5, "12.5"),
        (0.1 + 0.2, "0.3"),
        (1e20, "1e+20"),
        ("012", "012"),
        ("1,5", "1,5"),
        ("a_x000D_\nb", "a\nb"),
        ("=5", "=5"),
    ],
)
def test_what_stands_in_a_cell_becomes_text(tmp_path, value, text):
    workbook = book(("cases", [["id", "title"], ["x", value]]))
    cell = workbook["cases"]["B2"]
    cell.data_type = "s" if isinstance(value, str) else cell.data_type
    assert data(saved(workbook, tmp_path)) == [{"id": "x", "title": text}]


def test_a_date_is_kept_where_one_belongs_and_told_where_none_does(tmp_path):
    day = datetime.datetime(2020, 3, 1)
    workbook = book(("cases", [[*HEADER, "passages"], [day, "X", "own", "yes", day, day], ROW]))
    for cell, shape in (("A2", "mmm-yy"), ("F2", "d-mmm"), ("E2", "yyyy-mm-dd")):
        workbook["cases"][cell].number_format = shape
    name = saved(workbook, tmp_path)
    assert data(name)[0]["start"] == "2020-03-01"
    assert told(name) == [
        ("made-date", "error", "cases", "A2", "id", "2020-03-01"),
        ("made-date", "error", "cases", "F2", "passages", "2020-03-01"),
    ]
    says = [f.message for f in read_cases([name], BOOK)[1]]
    assert "id is the date 2020-03-01, shown as Mar-20, where no date belongs" in says[0]
    assert "shown as 1-Mar" in says[1]


@pytest.mark.parametrize("value", [datetime.time(10, 12), datetime.timedelta(hours=30)])
def test_a_time_made_of_a_pair_of_numbers_is_told(tmp_path, value):
    name = saved(book(("cases", [[*HEADER, "passages"], [*ROW, value]])), tmp_path)
    assert [row[:5] for row in told(name)] == [("made-date", "error", "cases", "F2", "passages")]


def with_cells(workbook: Workbook, folder: Path, *pairs: tuple[str, str]) -> str:
    """A workbook whose sheet says something else, as other programs write it."""
    from zipfile import ZIP_DEFLATED, ZipFile

    packed = BytesIO()
    workbook.save(packed)
    with ZipFile(packed) as old, ZipFile(folder / "cases.xlsx", "w", ZIP_DEFLATED) as new:
        for part in old.namelist():
            text = old.read(part)
            if part == "xl/worksheets/sheet1.xml":
                for before, after in pairs:
                    assert before.encode() in text
                    text = text.replace(before.encode(), after.encode())
            new.writestr(part, text)
    return str(folder / "cases.xlsx")


def test_a_formula_gives_its_value_and_is_told_where_it_has_none(tmp_path):
    rows = [HEADER, ["=A1", "=B1", "own", "=1/0", "=E1"]]
    name = with_cells(
        book(("cases", rows)), tmp_path,
        ('<c r="A2"><f>A1</f><v /></c>', '<c r="A2" t="str"><f>A1</f><v>garden</v></c>'),
        ('<c r="D2"><f>1/0</f><v /></c>', '<c r="D2" t="e"><f>1/0</f><v>#DIV/0!</v></c>'),
        ('<c r="E2"><f>E1</f><v /></c>', '<c r="E2" t="str"><f>E1</f><v></v></c>'),
    )  # fmt: skip
    assert data(name) == [{"id": "garden", "source": "own"}]
    # The formula in E2 comes to the empty text, which is a value.
    assert [row for row in told(name) if row[0] != "missing-key"] == [
        ("no-value", "error", "cases", "D2", "citizen_input", "#DIV/0!"),
        ("no-value", "error", "cases", "B2", "title", "=B1"),
    ]


def test_cells_merged_over_rows_count_for_each_and_over_columns_for_the_first(tmp_path):
    workbook = book(("cases", [HEADER, ROW, ["bench", "B"], [], ["lamp", "L"], ["last", "Last"]]))
    workbook["cases"].merge_cells("C2:C5")
    workbook["cases"].merge_cells("D2:E2")
    name = saved(workbook, tmp_path)
    assert [(row["id"], row.get("source")) for row in data(name)] == [
        ("garden", "own"), ("bench", "own"), ("lamp", "own"), ("last", None),
    ]  # fmt: skip
    assert ("merged-cells", "warning", "cases", "D2", "citizen_input", None) in told(name)
    assert [f.message for f in read_cases([name], BOOK)[1]][0].startswith("cells D2:E2 are merged over columns")


def test_empty_rows_headings_examples_and_remarks_are_passed_over(tmp_path):
    rows = [["Cases of 2024"], [], HEADER, [], ["example", "X", "own"], ["#", "remark"], ["# also"], ROW, [None], []]
    name = saved(book(("cases", rows)), tmp_path)
    (raw,) = files.read([name])
    assert raw.data["id"] == "garden" and raw.places["/id"].cell == "A8" and told(name) == []
    text = "id,title,source\n\nexample,X,own\n#,remark,\n# also\ngarden,G,own\n,,\n"
    assert [row["id"] for row in data(written(text, tmp_path, "x.csv"))] == ["garden"]
    # What only begins like an example is a record.
    rows = [HEADER, ["example-1", *ROW[1:]], ["Example", *ROW[1:]]]
    assert [row["id"] for row in data(saved(book(("cases", rows)), tmp_path))] == ["example-1", "Example"]


def test_records_come_from_every_sheet_but_those_passed_over(tmp_path):
    def one(slug: str) -> list[list]:
        return [HEADER, [slug, *ROW[1:]]]

    titles = ("North", "_private", "Codebook", "LISTS", "South", "empty")
    sheets = [(title, one(title.lower()) if title != "empty" else []) for title in titles]
    name = saved(book(*sheets, ("Notes", [["to do"], ["more"]])), tmp_path)
    assert [(raw.data["id"], raw.places["/id"].sheet) for raw in files.read([name])] == [
        ("north", "North"), ("south", "South"),
    ]  # fmt: skip
    assert told(name) == [("sheet-passed-over", "warning", "Notes", None, None, None)]


def test_a_single_sheet_without_id_is_told_row_by_row(tmp_path):
    name = saved(book(("cases", [["Id", "title", "source"], ROW[:3]])), tmp_path)
    assert sorted(row[:5] for row in told(name)) == [
        ("missing-key", "error", "cases", "A2", "id"), ("unknown-key", "error", "cases", "A2", "Id"),
    ]  # fmt: skip
    name = saved(book(("cases", [["name"], ["x"]])), tmp_path)
    assert {row[:5] for row in told(name)} >= {("unknown-key", "error", "cases", "A2", "name")}


def test_a_cell_beyond_the_header_is_told(tmp_path):
    name = saved(
        book(("cases", [["id", "title", "source", None, "joint"], ["x", "X", "own", "stray", "yes", "far"]])), tmp_path
    )
    assert told(name) == [
        ("unnamed-column", "error", "cases", "D2", None, "stray"), ("unnamed-column", "error", "cases", "F2", None, "far"),
    ]  # fmt: skip


CONTRIBUTIONS = ["case", "who", "role", "gives", "passage"]


def test_a_sheet_of_contributions_adds_to_the_records_by_their_id(tmp_path):
    name = saved(
        book(
            ("contributions", [CONTRIBUTIONS, ["garden", "Bert", "citizen", "time", "p. 4"], ["example", "X"],
                               ["garden", "Carl", "volonteer"]]),
            ("values", [["id", "kind"], ["garden", "public"]]),
            ("cases", [[*HEADER, "contribution.1.who"], [*ROW, "Anne"]]),
        ), tmp_path,
    )  # fmt: skip
    (raw,) = files.read([name])
    assert raw.data["contributions"] == [
        {"who": "Anne"}, {"who": "Bert", "role": "citizen", "gives": "time", "passages": "p. 4"},
        {"who": "Carl", "role": "volonteer"},
    ]  # fmt: skip
    assert raw.data["values"] == [{"kind": "public"}]
    place = raw.places["/contributions/2/role"]
    assert (place.sheet, place.cell) == ("contributions", "C4")
    assert told(name) == [("unknown-term", "error", "contributions", "C4", "role", "volonteer")]


def test_a_contribution_whose_case_cannot_be_told_is_a_finding(tmp_path):
    cases = [
        ["id", "title", "source", "coder"],
        ["x", "X", "one", None],
        ["x", "X", "two", "anne"],
        ["y", "Y", "one", None],
    ]
    rows = [["case", "source", "coder", "who"], ["x", None, None, "A"], ["x", "two", None, "B"], ["one/x", None, None, "C"],
            ["yy", None, None, "D"], [None, None, None, "E"], ["x", "one", "anne", "F"],
            ["x", None, "settled", "G"]]  # fmt: skip
    name = saved(book(("cases", cases), ("contributions", rows)), tmp_path)
    assert [[c["who"] for c in row.get("contributions", [])] for row in data(name)] == [["C", "G"], ["B"], []]
    found = [f for f in read_cases([name], BOOK)[1] if f.code == "row-without-case"]
    assert [(f.cell, f.value, f.suggestion) for f in found] == [
        ("A2", "x", None), ("A5", "yy", "y"), ("A6", None, None), ("A7", "x", "x"),
    ]  # fmt: skip
    assert "several records" in found[0].message and "has no case" in found[2].message
    name = saved(book(("cases", cases), ("contributions", [["who"], ["A"]])), tmp_path)
    with pytest.raises(Unreadable, match="has no column case"):
        files.read([name])


def test_the_command_tells_the_findings_of_a_workbook_by_sheet_and_cell(tmp_path):
    rows = [HEADER, ["b", "B", "own", "yess", None], ["a", "A", "own", "yes", None]]
    name = saved(book(("cases", rows), ("more", [HEADER, ["c", None, "own", "yes", None]])), tmp_path)
    run = CliRunner().invoke(cli, ["validate", name, "--format", "concise"])
    lines = [line.removeprefix(name) for line in run.stdout.splitlines()]
    assert run.exit_code == 1 and [line.split(": ")[:3] for line in lines if ": info: " not in line] == [
        [":cases!D2", "error", "unknown-term"], [":more!A2", "error", "missing-key"],
    ]  # fmt: skip


def test_the_links_of_a_workbook_are_never_followed(tmp_path, monkeypatch):
    import socket
    from zipfile import ZipFile

    def none(*_):
        raise AssertionError("the network was asked")

    name = saved(book(("cases", [HEADER, ROW])), tmp_path)
    link = (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath"'
        ' Target="http://127.0.0.1:9/other.xlsx" TargetMode="External"/></Relationships>'
    )
    with ZipFile(name, "a") as archive:
        archive.writestr("xl/externalLinks/_rels/externalLink1.xml.rels", link)
        archive.writestr("xl/worksheets/_rels/sheet1.xml.rels", link)
        archive.writestr("../../outside.xml", "<a/>")
    monkeypatch.setattr(socket.socket, "connect", none)
    assert [row["id"] for row in data(name)] == ["garden"]
    assert not (tmp_path.parent.parent / "outside.xml").exists()


# CSV


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_told_from_the_header(tmp_path, delimiter):
    rows = [["id", "title", "participants"], ["x", '"a, b; c\td|e"', "12" if delimiter == "," else "12,5"]]
    text = "\n".join(delimiter.join(row) for row in rows)
    for name in ("x.csv", "x.tsv"):
        (row,) = data(written(text, tmp_path, name))
        assert row == {"id": "x", "title": "a, b; c\td|e", "participants": rows[1][2]}


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("sep=;\nid;title\nx;a, b\n", 3),
        ("SEP=,\r\nid,title\r\nx,\"a, b\"\r\n", 3),
        ('"id","ti,t,l,e"\n"x","a"\n', 2),
        ("id;title;;;\nx;a;;;\n;;;;\n", 2),
        ("\n,,\nid,title\nx,a\n", 4),
        ("id,title\rx,a\r", 2),
        ("id,title\nx,a,,,\n", 2),
    ],
)  # fmt: skip
def test_what_spreadsheet_programs_put_around_a_table_is_passed_over(tmp_path, text, row):
    (raw,) = files.read([written(text, tmp_path, "x.csv")])
    assert raw.data["id"] == "x" and set(raw.data) <= {"id", "title", "ti,t,l,e"} and raw.places["/id"].line == row


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_encoding_is_told_by_the_byte_order_mark(tmp_path, encoding):
    text = "id\ttitle\tsource\nx\tCafé 漢\town\n"
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    name = written(mark + text.encode(encoding), tmp_path, "x.csv")
    assert data(name) == [{"id": "x", "title": "Café 漢", "source": "own"}] and told(name) == []


def test_windows_1252_is_read_and_told_with_the_word_that_shows_it(tmp_path):
    text = "id;title;source\nx;plain;own\ny;Un “Café” à 5 €;own\n"
    name = written(text.encode("cp1252"), tmp_path, "x.csv")
    cases, findings = read_cases([name], BOOK)
    assert [c.record["title"] for c in cases] == ["plain", "Un “Café” à 5 €"]
    (finding,) = findings
    assert (finding.code, finding.severity, finding.line, finding.column) == ("guessed-encoding", "warning", 3, 6)
    assert "'“Café”'" in finding.message


# JSON Lines


def test_json_lines_are_records_with_their_line(tmp_path):
    text = (
        '{"id": "a", "title": "A", "source": "own"}\n\n{"id": "b", "title": "B", "source": "own", "joint": "yess"}\r\n'
    )
    for suffix in ("jsonl", "ndjson"):
        cases, (finding,) = read_cases([written(text, tmp_path, f"x.{suffix}")], BOOK)
        assert [c.id for c in cases] == ["a", "b"]
        assert (finding.line, finding.column, finding.pointer) == (3, 53, "/joint")


def test_a_line_of_json_ld_is_read_as_rdf(tmp_path):
    node = '{"@context": {"cop": "https://w3id.org/coproduction/ontology#"}, "@id": "https://w3id.org/coproduction/case/own/x",'
    text = '{"id": "a"}\n' + node + ' "@type": "cop:Case", "cop:place": "here"}\n'
    found = files.read([written(text, tmp_path, "x.jsonl")])
    assert [(r.data["id"], r.data.get("place"), r.find()[1].line) for r in found] == [("a", None, 1), ("x", "here", 2)]


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ('{"id": "a"}\n{"id": }\n', (2, 8), "is no JSON"),
        ('{"id": "a"}\n{"id": NaN}\n', (2, None), "is no number that JSON knows"),
        ('{"id": "a"}\n"b"\n', (2, 1), "holds no record"),
        ('{"id": "a"}\n{"id": "b", "id": "c"}\n', (2, 13), "twice in one object"),
        ('{"id": "a"}\n{"@context": {}, "@id": 5}\n', (2, None), "is no JSON-LD"),
        ('{"id":\n"a"}\n', (1, 7), "is no JSON"),
    ],
)
def test_json_lines_that_cannot_be_read_say_where(tmp_path, text, place, says):
    with pytest.raises(Unreadable, match=says) as caught:
        files.read([written(text, tmp_path, "x.jsonl")])
    finding = caught.value.finding
    assert finding.line == place[0] and place[1] in (None, finding.column)


# RDF of every syntax, standard input, folders and patterns

TRIPLES = """<https://w3id.org/coproduction/case/own/x> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> \
<https://w3id.org/coproduction/ontology#Case> {graph}.
<https://w3id.org/coproduction/case/own/x> <https://w3id.org/coproduction/ontology#place> "here" {graph}.
"""
GRAPH = TRIPLES.format(graph="<urn:g> ")
PLAIN = TRIPLES.format(graph="")
ROWS = {"id": "x", "place": "here"}
XML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:cop="https://w3id.org/coproduction/ontology#">'
    '<cop:Case rdf:about="https://w3id.org/coproduction/case/own/x"><cop:place>here</cop:place></cop:Case></rdf:RDF>'
)
SAME = {
    "ttl": PLAIN, "nt": PLAIN, "nq": GRAPH, "trig": f"<urn:g> {{ {PLAIN} }}", "rdf": XML,
    "jsonld": '{"@id": "https://w3id.org/coproduction/case/own/x", "@type": "https://w3id.org/coproduction/ontology#Case",'
              ' "https://w3id.org/coproduction/ontology#place": "here"}',
    "yaml": "{id: x, place: here}", "yml": "id: x\nplace: here", "json": '{"id": "x", "place": "here"}',
    "jsonl": '{"id": "x", "place": "here"}', "ndjson": '{"id": "x", "place": "here"}',
    "csv": "id,place\nx,here", "tsv": "id\tplace\nx\there",
}  # fmt: skip


def test_every_format_is_tried_here():
    # Workbooks and records of Participedia have tests of their own.
    assert set(SAME) | {"xlsx", "xlsm", "participedia"} == set(files.FORMATS)


@pytest.mark.parametrize("suffix", SAME)
def test_one_record_in_every_format_from_a_file_and_from_standard_input(tmp_path, monkeypatch, suffix):
    import sys

    name = written(SAME[suffix], tmp_path, f"x.{suffix.upper()}")

    class Input:
        buffer = BytesIO(SAME[suffix].encode())

    monkeypatch.setattr(sys, "stdin", Input)
    (from_file,), (from_input,) = data(name), data("-", given=suffix)
    assert {k: from_file[k] for k in ROWS} == ROWS and from_input == from_file


def test_a_workbook_comes_from_standard_input_too(tmp_path, monkeypatch):
    import sys

    packed = BytesIO()
    book(("cases", [HEADER, ROW])).save(packed)
    packed.seek(0)
    monkeypatch.setattr(sys, "stdin", type("Input", (), {"buffer": packed}))
    assert [row["id"] for row in data("-", given="xlsx")] == ["garden"]


def test_a_folder_and_a_pattern_stand_for_their_files_in_order(tmp_path):
    (tmp_path / "inner" / ".hidden").mkdir(parents=True)
    for name in (
        "b.yaml",
        "a.csv",
        "inner/c.json",
        "inner/.hidden/d.yaml",
        ".e.yaml",
        "~$f.xlsx",
        "readme.txt",
        "g[1].yaml",
    ):
        slug = re.sub("[^a-z]", "", Path(name).stem)
        text = {"csv": f"id\n{slug}", "json": f'{{"id": "{slug}"}}'}.get(name.rpartition(".")[2], f"id: {slug}")
        written(text, tmp_path, name)

    def ids(*names: str) -> list[str]:
        return [row["id"] for row in data(*names)]

    assert ids(str(tmp_path)) == ["a", "b", "g", "c"]
    assert ids(str(tmp_path / "*.yaml")) == ["b", "g"] and ids(str(tmp_path / "**" / "*.json")) == ["c"]
    # A file of that very name is no pattern.
    assert ids(str(tmp_path / "g[1].yaml"), str(tmp_path / "a.csv")) == ["g", "a"]
    for name, says in (("*.toml", "there is no such file"), ("inner/.hidden/*.csv", "there is no such file")):
        with pytest.raises(Unreadable, match=says):
            files.read([str(tmp_path / name)])
    (tmp_path / "none").mkdir()
    with pytest.raises(Unreadable, match="holds no file of records"):
        files.read([str(tmp_path / "none")])


def test_records_stream_from_a_table_one_by_one(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(table, "record", lambda *parts: made.append(parts[-1].line) or RawRecord("x", {}))
    found = files.stream([written("id,title\na,A\nb,B\n", tmp_path, "x.csv")])
    next(found)
    assert made == [2] and len(list(found)) == 1 and made == [2, 3]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [("id,title\na,A\nb,B,far\n", 3, "row has 3 cells"), ("id,\na\nb,B\n", 1, "column 2 has no name"),
     ('id,title\na,A\nb,"B\n', 3, "is no CSV"), ("id,title\na,A\n , \n\nb,B,far\n", 5, "row has 3 cells")],
)  # fmt: skip
def test_a_table_with_a_fault_in_its_last_row_gives_no_record(tmp_path, text, line, says):
    found = files.stream([written(text, tmp_path, "x.csv")])
    with pytest.raises(Unreadable, match=says) as caught:
        next(found)
    assert caught.value.finding.line == line


# Any table, there and back

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).map(str.strip).filter(bool)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.sampled_from(HEADER[1:]), WORDS, min_size=1), min_size=1, max_size=5))
def test_what_openpyxl_and_csv_write_is_read_as_written(tmp_path, rows):
    import csv

    rows = [{"id": f"r{n}"} | row for n, row in enumerate(rows)]
    lines = [HEADER] + [[row.get(key) for key in HEADER] for row in rows]
    workbook = book(("cases", lines))
    for line in workbook["cases"].iter_rows():
        for cell in line:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    escape = re.compile("_x([0-9A-Fa-f]{4})_")
    if not any(escape.search(word) for row in rows for word in row.values()):
        assert data(saved(workbook, tmp_path)) == rows
    for delimiter in ",;\t|":
        with (tmp_path / "x.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(lines)
        assert data(str(tmp_path / "x.csv")) == rows


def test_every_code_of_the_readers_is_tried_here():
    codes = {
        c
        for f in LOADERS.glob("*.py")
        for c in re.findall(r'(?:\.note\(\s*|faults\.append\(\(\s*)"([a-z-]+)"', f.read_text())
    }
    tried = Path(__file__).read_text(encoding="utf-8")
    assert codes == {
        "guessed-encoding", "made-date", "no-value", "merged-cells", "unnamed-column", "sheet-passed-over", "row-without-case",
    }  # fmt: skip
    assert all(tried.count(f'"{code}"') > 1 for code in codes)
