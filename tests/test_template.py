"""Record forms: every column of the codebook with its words, nothing else; what is filled in is read as it was meant."""

import csv
import io
from functools import cache

import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.utils import range_boundaries

from coproduction import cases, codebook, names
from coproduction.__main__ import cli
from coproduction.cases import shipped_cases
from coproduction.codebook import shipped_codebook
from coproduction.loaders import csv_records, files, yaml_records
from coproduction.loaders.normal import normalise
from coproduction.loaders.raw import RawRecord
from coproduction.records import plain
from coproduction.rows import case_columns, in_order
from coproduction.templates import text, xlsx
from coproduction.templates.form import LANGUAGES, Form
from coproduction.vocabulary import shipped, with_files

BOOK = shipped_codebook()
SHEETS = ["cases", "contributions", "values", "codebook", "_about", "lists"]
PARTS = {"basis": "basis", "passage": "passages", "reason": "reason", "why": "why_unknown"}


def run(*args, stdin=None):
    result = CliRunner().invoke(cli, [str(a) for a in args], input=stdin, prog_name="coproduction")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@cache
def form(lang: str) -> Form:
    return Form(shipped(), BOOK, lang)


@cache
def workbook(lang: str = "en"):
    return openpyxl.load_workbook(io.BytesIO(xlsx.write(form(lang))))


def header(sheet) -> list[str]:
    return [cell.value for cell in sheet[1]]


def rows(sheet) -> list[dict[str, str]]:
    names_ = header(sheet)
    found = []
    for cells in sheet.iter_rows(min_row=2, values_only=True):
        found.append({name: cell for name, cell in zip(names_, cells, strict=True) if cell is not None})
    return found


def offered(book, sheet, column: str) -> tuple[list[str], bool]:
    """The words that the drop-down of a column offers, and whether it takes others."""
    n = header(sheet).index(column) + 1
    for rule in sheet.data_validations.dataValidation:
        for block in rule.sqref.ranges:
            left, top, right, bottom = block.bounds
            if left <= n <= right:
                assert (top, left, right) == (2, n, n) and bottom >= 1000
                title, _, ref = rule.formula1.removeprefix("=").partition("!")
                left, top, right, bottom = range_boundaries(ref)
                found = [book[title].cell(m, left).value for m in range(top, bottom + 1)]
                assert book[title].cell(bottom + 1, left).value is None
                return found, bool(rule.showErrorMessage)
    return [], False


# The workbook


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_sheets_and_columns_are_the_codebooks(lang):
    book = workbook(lang)
    assert book.sheetnames == SHEETS and book["lists"].sheet_state == "hidden"
    expected = []
    for key, field in BOOK.fields.items():
        if key == "facts":
            expected += [c for v in BOOK.variables for c in (v, *(f"{v}.{part}" for part in PARTS))]
        elif key not in ("contributions", "values"):
            expected.append(key)
            assert field.kind != "nested"
    assert header(book["cases"]) == expected
    for key in ("contributions", "values"):
        fields = ["passage" if k == "passages" else k for k in BOOK.fields[key].fields]
        assert header(book[key]) == ["case", *fields]


@pytest.mark.parametrize("key", list(BOOK.variables))
def test_a_variables_column_offers_its_answers_and_asks_its_question(key):
    book = workbook("fr")
    sheet = book["cases"]
    assert offered(book, sheet, key) == (list(BOOK.variables[key].answers), True)
    comment = sheet.cell(1, header(sheet).index(key) + 1).comment.text
    assert shipped().text(BOOK.variables[key].iri, names.COP + "question", "fr") in comment


@pytest.mark.parametrize(
    ("sheet", "column", "words", "strict"),
    [
        ("cases", "case_kind", list(BOOK.fields["case_kind"].choices), True),
        ("cases", "sector", list(BOOK.fields["sector"].choices), False),
        ("cases", "claimed_under", list(BOOK.fields["claimed_under"].choices), False),
        ("cases", "ongoing", ["yes", "no"], True),
        ("cases", "title", [], False),
        ("cases", "joint.basis", list(BOOK.bases), True),
        ("cases", "joint.why", list(BOOK.reasons), True),
        ("cases", "joint.reason", [], False),
        ("contributions", "role", list(BOOK.fields["contributions"].fields["role"].choices), True),
        ("contributions", "motivators", list(BOOK.fields["motivators"].choices), False),
        ("values", "sign", ["gain", "loss"], True),
    ],
)
def test_a_column_offers_the_words_of_its_list(sheet, column, words, strict):
    assert offered(workbook(), workbook()[sheet], column) == (words, strict)


@pytest.mark.parametrize(("lang", "name"), [("en", "Germany"), ("fr", "Allemagne")])
def test_countries_are_offered_by_names_that_records_may_use(lang, name):
    found, strict = offered(workbook(lang), workbook(lang)["cases"], "country")
    assert name in found and len(found) == len(BOOK.fields["country"].choices) == 249 and not strict
    data = {"id": "x", "title": "X", "source": "own", "country": found}
    case, findings = normalise(RawRecord("f", data), BOOK)
    assert findings == [] and len(set(case.record["country"])) == 249


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_header_has_a_note_and_every_column_a_line_in_the_codebook(lang):
    book = workbook(lang)
    lines = {(r[0], r[1]): r for r in book["codebook"].iter_rows(min_row=2, values_only=True)}
    for title in SHEETS[:3]:
        for cell in book[title][1]:
            label, meaning = lines[title, cell.value][2:4]
            assert label and meaning and label in cell.comment.text and meaning in cell.comment.text
    assert len(lines) == sum(len(header(book[title])) for title in SHEETS[:3])
    examples = lines["cases", "public_service"][6].splitlines()
    assert [line.partition(":")[0] for line in examples] == ["yes", "no", "unknown"]


def test_the_two_languages_differ_in_words_and_not_in_columns():
    assert all(header(workbook("en")[s]) == header(workbook("fr")[s]) for s in SHEETS[:3])
    for title in SHEETS[:3]:
        same = [
            n.column.name
            for n in form("fr").sheets[title]
            if (n.label, n.meaning)
            == next((m.label, m.meaning) for m in form("en").sheets[title] if m.column == n.column)
        ]
        assert same == []  # fmt: skip


def test_the_version_stands_in_a_property_and_a_cell():
    book = workbook()
    assert book.custom_doc_props[xlsx.PROPERTY].value == form("en").version
    assert (book["_about"]["A2"].value, book["_about"]["B2"].value) == ("template version", form("en").version)


def test_columns_are_text_and_those_behind_a_question_are_folded_away():
    sheet = workbook()["cases"]
    folded = [c for c in header(sheet) if "." in c]
    for column in sheet[1]:
        dimension = sheet.column_dimensions[column.column_letter]
        assert dimension.number_format == "@"
        # openpyxl gathers neighbours that are alike under the first of them.
    hidden = {
        n for d in sheet.column_dimensions.values() if d.hidden and d.outlineLevel == 1 for n in range(d.min, d.max + 1)
    }
    assert [header(sheet)[n - 1] for n in sorted(hidden)] == folded and len(folded) == 4 * len(BOOK.variables)
    assert sheet.freeze_panes == "B2"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_example_is_named_so_and_would_be_a_sound_record(lang):
    book = workbook(lang)
    (example,) = rows(book["cases"])
    assert example["id"] == "example"
    assert [r["case"] for title in ("contributions", "values") for r in rows(book[title])] == ["example", "example"]
    (raw,) = csv_records.read("f", csv_of([example | {"id": "x"}]))
    case, findings = normalise(raw, BOOK)
    assert findings == [] and case.record["lang"] == lang


def csv_of(cells: list[dict[str, str]]) -> str:
    return text.table(cells, in_order({name for c in cells for name in c}, BOOK))


def back(data: bytes) -> list[dict]:
    """The records of a workbook in normal form, read by openpyxl alone: entries are joined to their case by its id."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    found = rows(book["cases"])[1:]
    for key in ("contributions", "values"):
        numbers: dict[str, int] = {}
        for cells in rows(book[key])[1:]:
            name = cells.pop("case")
            numbers[name] = numbers.get(name, 0) + 1
            (home,) = [f for f in found if name in (f["id"], f"{f['source']}/{f['id']}")]
            home |= {f"{key.removesuffix('s')}.{numbers[name]}.{part}": cell for part, cell in cells.items()}
    done, findings = cases.from_raw(csv_records.read("f", csv_of(found)), BOOK)
    assert [f.message for f in findings] == []
    return [plain(case, BOOK) for case in done]


def test_shipped_cases_come_back_from_the_workbook():
    records = [plain(case, BOOK) for case in shipped_cases()[::7]]
    assert back(xlsx.write(form("en"), records)) == records


def test_two_cases_with_one_id_keep_their_entries_apart():
    entry = {"who": "Anne", "role": "volunteer"}
    pair = [{"id": "x", "title": "X", "source": s, "contributions": [entry | {"who": s}]} for s in ("one", "two")]
    assert back(xlsx.write(form("en"), pair)) == pair


@pytest.mark.parametrize("word", ["=1+1", "012", "#N/A", "2001-02-03", "1.50", "-5", "'=1", "a\nb"])
def test_what_looks_like_something_else_stays_text(word):
    record = {"id": "x", "title": word, "source": "own", "contributions": [{"who": word, "role": "volunteer"}]}
    data = xlsx.write(form("en"), [record])
    cell = openpyxl.load_workbook(io.BytesIO(data))["cases"]["B3"]
    assert (cell.value, cell.data_type) == (word, "s")
    assert cell.quotePrefix == word.startswith(("=", "-", "'"))
    assert back(data) == [record]


# CSV and YAML


def table(lang="en", records=()) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.form_csv(form(lang), records))))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_csv_form_has_all_columns_a_row_of_notes_and_an_example(lang):
    notes, example = table(lang)
    assert notes["id"].startswith("# ") and form(lang).version in notes["id"] and example["id"] == "example"
    assert all(notes.values())
    expected = [c.name for c in case_columns(BOOK)]
    assert [name for name in notes if not name.startswith(("contribution.", "value."))] == expected
    assert [name for name in notes if name.startswith("value.")] == [
        f"value.1.{'passage' if k == 'passages' else k}" for k in BOOK.fields["values"].fields
    ]


def test_the_csv_form_is_filled_with_records():
    records = [plain(case, BOOK) for case in shipped_cases()[:4]]
    filled = table(records=records)[2:]
    again, findings = cases.from_raw(csv_records.read("f", csv_of([dict(r) for r in filled])), BOOK)
    assert findings == [] and [plain(case, BOOK) for case in again] == records


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_yaml_form_asks_for_what_is_required_and_offers_the_rest_as_comments(lang):
    written = text.form_yaml(form(lang))
    (raw,) = yaml_records.read("f", written)
    assert raw.data == {"id": "", "title": "", "source": ""}
    offered_ = {
        line[1:].partition(":")[0] for line in written.splitlines() if line.startswith("#") and line[1:2] != " "
    }
    assert offered_ - {""} == {*BOOK.fields, *BOOK.variables} - {"id", "title", "source", "facts"}
    # With the marks taken off, the keys are those of a record.
    open_ = "\n".join(line[1:] if line[:1] == "#" and line[1:2].isalpha() else line for line in written.splitlines())
    (raw,) = yaml_records.read(
        "f", open_.replace("\nid:", "\nid: x").replace("title:", "title: X").replace("source:\n", "source: own\n")
    )
    assert [f.message for f in normalise(raw, BOOK)[1]] == []


def test_the_yaml_form_is_filled_with_records_and_leaves_the_open_ones_as_comments():
    records = [plain(case, BOOK) for case in shipped_cases()[:3]]
    written = text.form_yaml(form("en"), records)
    again, findings = cases.from_raw(yaml_records.read("f", written), BOOK)
    assert findings == [] and [plain(case, BOOK) for case in again] == records
    first = written.split("\n---\n")[1]
    answered = set(records[0]["facts"])
    assert {v for v in BOOK.variables if f"\n#{v}:" in first} == set(BOOK.variables) - answered


# The words of forms


def test_record_yaml_names_only_what_there_is():
    from coproduction.templates.form import _data

    parts = {part for field in BOOK.fields.values() for part in field.fields}
    assert set(_data()["keys"]) <= {*BOOK.fields, *parts, "case"}
    for said in _data()["keys"].values():
        assert all(set(text_) == set(LANGUAGES) for text_ in said.values())
    assert set(_data()["example"]) == set(LANGUAGES)
    for lang in LANGUAGES:
        data = _data()["example"][lang]
        assert [f.message for f in normalise(RawRecord("f", data), BOOK)[1]] == []


# Names of older templates

FORMER = """@prefix cop: <https://w3id.org/coproduction/ontology#> .
@prefix var: <https://w3id.org/coproduction/variable/> .
var:citizen_input cop:formerKey "citizens_take_part" .
cop:place cop:formerKey "location" .
cop:gives cop:formerKey "input" .
"""


@pytest.fixture
def older(tmp_path):
    file = tmp_path / "former.ttl"
    file.write_text(FORMER, encoding="utf-8")
    return codebook.load(with_files([file]))


def test_no_key_has_a_former_name_yet():
    assert BOOK.former == {}


def test_columns_of_an_older_template_are_read(older):
    assert older.former == {
        "": {"citizens_take_part": "citizen_input", "location": "place"},
        "contributions": {"input": "gives"},
    }
    written = (
        "id,title,source,location,citizens_take_part,citizens_take_part.passage,contribution.1.who,contribution.1.input\n"
        "x,X,own,Leeds,yes,p. 4,Anne,time\n"
    )
    (raw,) = csv_records.read("f", written)
    case, findings = normalise(raw, older)
    assert findings == []
    assert plain(case, older) == {
        "id": "x", "title": "X", "source": "own", "place": "Leeds", "contributions": [{"who": "Anne", "gives": "time"}],
        "facts": {"citizen_input": {"value": "yes", "basis": "stated", "passages": ["p. 4"]}},
    }  # fmt: skip
    _, findings = normalise(raw, BOOK)
    assert {f.key for f in findings} >= {"location", "citizens_take_part", "input"}


def test_a_finding_names_the_older_column_and_its_place(older):
    (raw,) = csv_records.read("f", "id,title,source,citizens_take_part,citizens_take_part.passage\nx,X,own,yess,p. 4\n")
    (finding,) = normalise(raw, older)[1]
    assert (finding.line, finding.column, finding.suggestion) == (2, 4, "yes")
    assert finding.pointer == "/facts/citizens_take_part/value"


def test_a_key_under_both_names_is_found(older):
    data = {"id": "x", "title": "X", "source": "own", "place": "Leeds", "location": "York"}
    case, findings = normalise(RawRecord("f", data), older)
    assert [(f.code, f.key) for f in findings] == [("unknown-key", "location")] and case.record["place"] == "Leeds"


# The command


@pytest.mark.parametrize("suffix", ["xlsx", "csv", "tsv", "yaml", "yml"])
def test_the_command_writes_a_form(tmp_path, suffix):
    file = tmp_path / f"form.{suffix}"
    done = run("template", file, "--lang", "fr")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", f"wrote {file}\n")
    data = file.read_bytes()
    if suffix == "xlsx":
        assert openpyxl.load_workbook(io.BytesIO(data))["_about"]["A2"].value == "version du modèle"
    else:
        assert "version du modèle" in data.decode()
    assert [p.name for p in tmp_path.iterdir()] == [file.name]


def test_the_command_fills_a_form_or_writes_nothing(tmp_path):
    source, file = tmp_path / "in.yaml", tmp_path / "form.xlsx"
    source.write_text("id: x\ntitle: X\nsource: own\njoint: yes\n", encoding="utf-8")
    assert run("template", file, "--fill", source).exit_code == 0
    assert [r["id"] for r in rows(openpyxl.load_workbook(file)["cases"])] == ["example", "x"]
    file.unlink()
    source.write_text("id: x\ntitle: X\nsource: own\njoint: perhaps\n", encoding="utf-8")
    done = run("template", file, "--fill", source)
    assert done.exit_code == 1 and "unknown-term" in done.stderr and not file.exists()


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["f.docx"], "format 'docx' is not written"),
        (["f.xlsz"], "did you mean xlsx?"),
        (["-"], "say by a suffix or by --format"),
        (["f.xlsx", "--lang", "de"], "there is no form in 'de'"),
        (["no/such/folder/f.csv"], "cannot be written: No such file"),
        (["f.csv", "--fill", "missing.yaml"], "there is no such file"),
    ],
)
def test_wrong_use_is_told(tmp_path, monkeypatch, args, says):
    monkeypatch.chdir(tmp_path)
    done = run("template", *args)
    assert done.exit_code == 2 and says in done.stderr and done.stdout == "" and list(tmp_path.iterdir()) == []


def test_a_form_is_written_to_standard_output():
    done = run("template", "-", "--format", "csv")
    assert done.exit_code == 0 and done.stdout.startswith("id,title,")


@pytest.mark.skipif("xlsx" not in files.FORMATS, reason="not checked: workbooks are not read")
def test_the_forms_are_read_by_the_loaders(tmp_path):
    records = [plain(case, BOOK) for case in shipped_cases()[::20]]
    for suffix, data in (
        ("xlsx", xlsx.write(form("fr"), records)),
        ("csv", text.form_csv(form("fr"), records).encode()),
        ("yaml", text.form_yaml(form("fr"), records).encode()),
    ):
        file = tmp_path / f"f.{suffix}"
        file.write_bytes(data)
        found, findings = cases.read([str(file)], BOOK)
        assert [f.message for f in findings] == []
        assert [plain(case, BOOK) for case in found] == records, suffix
    file = tmp_path / "empty.xlsx"
    file.write_bytes(xlsx.write(form("en")))
    done = run("validate", file)
    assert done.exit_code == 2 and "no record" in done.stderr
