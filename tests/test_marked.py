"""A report as a workbook: each finding at its cell and on the list, all else as it was, and the copy read as before."""

import io
import json
import re
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from coproduction import report_xlsx
from coproduction.__main__ import cli
from coproduction.commands import writing
from coproduction.loaders import limits
from coproduction.loaders.raw import Finding

ROWS = [
    ["id", "title", "source", "case_kind", "joint", "active", "place", "country", "note"],
    ["garden", "A garden", "own", "programm", "perhaps", "yes", "=1+1", "GB", None],
    ["The Park", "A park", "own", "programme", "yes", "yes", "Leeds", "XX", "a note"],
]
ENTRIES = [
    ["case", "who", "role", "gives"],
    ["garden", "Anne", "voluntere", "time"],
    ["gardn", "Bob", "volunteer", "x"],
]
X14 = (
    '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" '
    'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"><x14:dataValidations count="1" '
    'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:dataValidation type="list" allowBlank="1" '
    'showErrorMessage="1"><x14:formula1><xm:f>lists!$A$1:$A$3</xm:f></x14:formula1><xm:sqref>F2:F99</xm:sqref>'
    "</x14:dataValidation></x14:dataValidations></ext></extLst>"
)


def run(*args, **more):
    result = CliRunner().invoke(cli, ["validate", *map(str, args)], **more)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def built(change=lambda book: None) -> bytes:
    """A workbook as a user may have it, changed by a function."""
    book = Workbook()
    cases, entries = book.active, book.create_sheet("contributions")
    cases.title = "my 'own' cases"
    for sheet, rows in ((cases, ROWS), (entries, ENTRIES)):
        for row in rows:
            sheet.append(row)
    # A text that looks like a formula.
    cases["G2"].data_type = "s"
    cases["D2"].comment = Comment("Ask Anne.", "Zoe", height=60, width=80)
    cases["E2"].font, cases["F2"].fill = Font(bold=True), PatternFill("solid", fgColor="00FF00")
    cases.column_dimensions["B"].width, cases.freeze_panes = 44, "B2"
    rule = DataValidation(type="list", formula1='"yes,no"')
    rule.add("E2:E9")
    cases.add_data_validation(rule)
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def edited(data: bytes, part: str, change) -> bytes:
    """A workbook with the XML of a part changed by a function."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as archive, ZipFile(out, "w") as copy:
        for name in archive.namelist():
            text = archive.read(name)
            copy.writestr(name, change(text.decode()).encode() if name == part else text)
    return out.getvalue()


def worked_out(xml: str) -> str:
    """A sheet as a spreadsheet program leaves it, with the text that the formula in I2 came to."""
    xml = re.sub(r"</f><v ?/>|</f><v></v>", "</f><v>garden &amp; so</v>", xml)
    return xml.replace('<c r="I2">', '<c r="I2" t="str">')


def findings_of(file, *args) -> list[dict]:
    """What validation finds in a file, but for the file's name."""
    found = json.loads(run(file, "--format", "json", *args).stdout)
    for f in found:
        del f["file"]
        f["message"] = f["message"].replace(str(file), "")
    return found


def marked(tmp_path, data: bytes, *args):
    """A workbook's marked copy, opened, with the paths of both."""
    file, copy = tmp_path / "in.xlsx", tmp_path / "out.xlsx"
    file.write_bytes(data)
    result = run(file, "--format", "xlsx", "-o", copy, *args)
    assert (result.exit_code, result.stdout) == (1, "") and f"wrote {copy}" in result.stderr or "--lang" in args
    return load_workbook(copy), file, copy


def test_each_finding_marks_its_cell_and_stands_on_the_list(tmp_path):
    book, file, _ = marked(tmp_path, built())
    found = findings_of(file)
    assert {(f["code"], f["sheet"], f["cell"]) for f in found} == {
        ("unknown-term", "my 'own' cases", "D2"), ("unknown-term", "my 'own' cases", "E2"), ("bad-id", "my 'own' cases", "A3"),
        ("unknown-term", "my 'own' cases", "H3"), ("row-without-case", "contributions", "A3"),
        ("unknown-term", "contributions", "C2"),
    }  # fmt: skip
    rows = list(book["findings"].iter_rows(values_only=True))
    assert rows[0] == ("severity", "code", "sheet", "cell", "case", "key", "value", "message", "suggestion")
    assert rows[1:] == [tuple(f[name] for name in rows[0]) for f in found]
    for f in found:
        cell = book[f["sheet"]][f["cell"]]
        assert (
            cell.fill.fgColor.rgb == "00FFC7CE" and f["message"] in cell.comment.text and f["code"] in cell.comment.text
        )
    links = [cell.hyperlink.location for cell in book["findings"]["D"][1:]]
    assert "'my ''own'' cases'!D2" in links and "'contributions'!A3" in links and len(links) == len(found)
    assert book["findings"].freeze_panes == "A2" and book["findings"].auto_filter.ref == f"A1:I{len(found) + 1}"
    marked_cells = {(s.title, c.coordinate) for s in book.worksheets for r in s.iter_rows() for c in r
                    if c.comment and report_xlsx.MARK in c.comment.text}  # fmt: skip
    assert marked_cells == {(f["sheet"], f["cell"]) for f in found}


def test_a_comment_says_what_would_be_right_and_keeps_the_users_own(tmp_path):
    book, _, _ = marked(tmp_path, built())
    sheet = book["my 'own' cases"]
    own, mark, said = sheet["D2"].comment.text.split("\n\n", 2)
    assert (own, mark, sheet["D2"].comment.author) == ("Ask Anne.", report_xlsx.MARK, "Zoe")
    assert said == "error: unknown-term: case_kind 'programm' is not known; did you mean programme?"
    # Where there is nothing to suggest, what the rule says to do.
    assert "Choose a term of the list" in sheet["H3"].comment.text


def test_several_findings_share_a_comment_and_the_worst_gives_the_fill(tmp_path):
    found = [Finding("missing-reason", "one", "warning", sheet="s", cell="A1"), Finding("bad-id", "two", sheet="s", cell="A1"),
             Finding("undetermined", "three", "info", sheet="s", cell="B1"), Finding("unreadable", "four")]  # fmt: skip
    book = Workbook()
    book.active.title = "s"
    out = io.BytesIO()
    book.save(out)
    copy = load_workbook(io.BytesIO(report_xlsx.marked(out.getvalue(), found)))
    text = copy["s"]["A1"].comment.text
    assert text.index("one") < text.index("two") and copy["s"]["A1"].fill.fgColor.rgb == "00FFC7CE"
    assert copy["s"]["B1"].fill.fgColor.rgb == "00DDEBF7" and "four" not in text
    assert [row[1] for row in copy["findings"].iter_rows(min_row=2, values_only=True)] == [f.code for f in found]


def test_a_comment_of_very_many_findings_ends_with_a_count():
    found = [Finding("bad-id", f"{n} " + "x" * 300, sheet="Sheet", cell="A1") for n in range(50)]
    out = io.BytesIO()
    Workbook().save(out)
    text = load_workbook(io.BytesIO(report_xlsx.marked(out.getvalue(), found)))["Sheet"]["A1"].comment.text
    shown = text.count("bad-id")
    assert text.endswith(f"... and {50 - shown} more, on the sheet findings") and len(text) < 4400 and shown > 5


def test_the_copy_is_read_with_the_same_findings_and_may_be_marked_again(tmp_path):
    book, file, copy = marked(tmp_path, built())
    assert findings_of(copy) == findings_of(file) != []
    again = tmp_path / "again.xlsx"
    run(copy, "--format", "xlsx", "-o", again)
    assert load_workbook(again).sheetnames == book.sheetnames == ["findings", "my 'own' cases", "contributions"]
    texts = [load_workbook(f)["my 'own' cases"]["D2"].comment.text for f in (copy, again)]
    assert texts[0] == texts[1] and texts[0].count(report_xlsx.MARK) == 1


def test_a_cell_that_was_mended_loses_its_mark(tmp_path):
    book, _, copy = marked(tmp_path, built())
    book["my 'own' cases"]["D2"], book["my 'own' cases"]["E2"] = "programme", "yes"
    book.save(copy)
    again = tmp_path / "again.xlsx"
    run(copy, "--format", "xlsx", "-o", again)
    sheet = load_workbook(again)["my 'own' cases"]
    assert sheet["D2"].comment.text == "Ask Anne." and sheet["E2"].comment is None
    assert sheet["D2"].fill.fill_type is sheet["E2"].fill.fill_type is None and sheet["A3"].fill.fill_type == "solid"


def test_all_else_is_as_it_was(tmp_path):
    def more(book):
        sheet = book.active
        sheet["I2"] = '=A2&" of "&B2'
        sheet.merge_cells("F2:F3")
        book.create_sheet("lists").append(["yes"])

    data = edited(built(more), "xl/worksheets/sheet1.xml", lambda x: x.replace("</worksheet>", X14 + "</worksheet>"))
    data = edited(data, "xl/worksheets/sheet1.xml", worked_out)
    book, file, copy = marked(tmp_path, data)
    sheet = book["my 'own' cases"]
    assert sheet["I2"].value == '=A2&" of "&B2'
    # What the formula came to is there too, for the readers of values.
    assert load_workbook(copy, data_only=True)["my 'own' cases"]["I2"].value == "garden & so"
    assert not [f for f in findings_of(copy) if f["code"] == "no-value"] and findings_of(copy) == findings_of(file)
    assert sheet.column_dimensions["B"].width == 44 and sheet.freeze_panes == "B2" and sheet["E2"].font.bold
    assert sheet["F2"].fill.fgColor.rgb == "0000FF00" and str(sheet.merged_cells) == "F2:F3"
    drop_downs = {str(v.sqref): v.formula1 for v in sheet.data_validations.dataValidation}
    assert drop_downs == {"E2:E9": '"yes,no"', "F2:F99": "lists!$A$1:$A$3"}
    assert (sheet["G2"].value, sheet["G2"].data_type) == ("=1+1", "s")


def test_a_formula_without_a_value_stays_without_and_is_found_again(tmp_path):
    _, file, copy = marked(tmp_path, built(lambda book: book.active.__setitem__("G3", "=1+1")))
    assert findings_of(copy) == findings_of(file)
    assert ("no-value", "G3") in {(f["code"], f["cell"]) for f in findings_of(copy)}


def test_what_looks_like_a_formula_is_text_on_the_list(tmp_path):
    book, _, _ = marked(tmp_path, built(lambda book: book.active.__setitem__("E2", "@SUM(1)")))
    cells = [c for row in book["findings"].iter_rows() for c in row if c.value == "@SUM(1)"]
    assert [(c.data_type, c.quotePrefix) for c in cells] == [("s", True)]


def test_a_finding_on_a_merged_cell_marks_the_one_that_is_seen(tmp_path):
    def merge(book):
        book.active["C3"] = None
        book.active["D3"] = None
        book.active.merge_cells("D2:D3")

    book, file, _ = marked(tmp_path, built(merge))
    assert {f["cell"] for f in findings_of(file)} >= {"D2"}
    assert report_xlsx.MARK in book["my 'own' cases"]["D2"].comment.text


def test_a_users_own_sheet_of_that_name_is_read_and_kept(tmp_path):
    def named(book):
        book.active.title = "findings"

    book, file, copy = marked(tmp_path, built(named))
    assert "_findings" in book.sheetnames and book["findings"]["A2"].value == "garden"
    assert findings_of(copy) == findings_of(file) and {f["sheet"] for f in findings_of(file)} >= {"findings"}


def test_the_list_alone_for_what_is_no_single_workbook(tmp_path):
    csv, copy = tmp_path / "x.csv", tmp_path / "x.xlsx"
    csv.write_text("id,title,source,joint\ngarden,A garden,own,perhaps\n", encoding="utf-8")
    assert run(csv, "--format", "xlsx", "-o", copy).exit_code == 1
    book = load_workbook(copy)
    assert book.sheetnames == ["findings"]
    header, row = book["findings"].iter_rows(values_only=True)
    assert dict(zip(header, row, strict=True)) | {"message": ""} == {
        "severity": "error", "code": "unknown-term", "file": str(csv), "line": 2, "column": 4, "case": "garden", "key": "joint",
        "value": "perhaps", "message": "", "suggestion": None,
    }  # fmt: skip


def test_french(tmp_path):
    book, _, _ = marked(tmp_path, built(), "--lang", "fr")
    header = next(book["findings"].iter_rows(values_only=True))
    assert header == ("gravité", "code", "feuille", "cellule", "cas", "clé", "valeur", "message", "proposition")
    assert (
        "erreur: unknown-term: case_kind : « programm » n'est pas un terme connu ; vouliez-vous dire programme ?"
        in (book["my 'own' cases"]["D2"].comment.text)
    )


@pytest.mark.parametrize("fmt", ["human", "json", "html", "sarif", "turtle", "xlsx"])
def test_every_format_goes_to_a_file_as_to_standard_output(tmp_path, fmt):
    source, file = tmp_path / "x.yaml", tmp_path / "report"
    source.write_text("{id: garden, title: A garden, source: own, joint: maybe}", encoding="utf-8")
    shown, written = run(source, "--format", fmt), run(source, "--format", fmt, "-o", file)
    assert (shown.exit_code, written.exit_code, written.stdout) == (1, 1, "")
    if fmt != "xlsx":
        assert file.read_bytes() == shown.stdout_bytes


def test_nothing_wrong_is_an_empty_list_and_exit_0(tmp_path):
    source, file = tmp_path / "x.yaml", tmp_path / "x.xlsx"
    source.write_text("{id: x, title: X, source: own, external_party: no, citizen_input: no, joint: no, public_input: no, "
                      "professional_input: no, voluntary: no, does: no, decides: no, plans_designs: no, active: no, "
                      "public_value: no}", encoding="utf-8")  # fmt: skip
    assert run(source, "--format", "xlsx", "-o", file).exit_code == 0
    assert list(load_workbook(file)["findings"].iter_rows(min_row=2, values_only=True)) == []


def test_the_file_itself_is_never_overwritten(tmp_path):
    file = tmp_path / "in.xlsx"
    file.write_bytes(built())
    before = file.read_bytes()
    for args in ((file,), (tmp_path,)):
        result = run(*args, "--format", "xlsx", "-o", file)
        assert result.exit_code == 2 and "would be overwritten" in result.stderr and file.read_bytes() == before


def test_a_workbook_is_nothing_for_a_terminal(tmp_path, monkeypatch):
    (tmp_path / "x.yaml").write_text("{id: x, title: X, source: own}", encoding="utf-8")
    monkeypatch.setattr(writing.sys, "stdout", type("Terminal", (io.StringIO,), {"isatty": lambda self: True})())
    with pytest.raises(SystemExit) as left:
        writing.fit_for(None, "html")
    assert left.value.code == 2
    writing.fit_for("x.xlsx", "html")


def test_an_unreadable_workbook_is_refused_and_nothing_written(tmp_path):
    file, copy = tmp_path / "in.xlsx", tmp_path / "out.xlsx"
    file.write_bytes(built()[:2000])
    result = run(file, "--format", "xlsx", "-o", copy)
    assert result.exit_code == 2 and "unreadable" in result.stderr and not copy.exists()


def test_a_workbook_that_cannot_be_copied_has_its_findings_listed_alone(tmp_path, monkeypatch):
    file, copy = tmp_path / "in.xlsx", tmp_path / "out.xlsx"
    file.write_bytes(built())
    monkeypatch.setattr(report_xlsx, "_loaded", lambda data: (_ for _ in ()).throw(ValueError("stripy")))
    result = run(file, "--format", "xlsx", "-o", copy)
    assert result.exit_code == 1 and "cannot be copied (ValueError: stripy)" in result.stderr
    assert load_workbook(copy).sheetnames == ["findings"]


def test_a_workbook_too_large_to_be_held_at_once_has_its_findings_listed_alone(tmp_path, monkeypatch):
    file, copy = tmp_path / "in.xlsx", tmp_path / "out.xlsx"
    file.write_bytes(built())
    monkeypatch.setattr(limits, "MOST_MARKED", 1000)
    result = run(file, "--format", "xlsx", "-o", copy)
    assert result.exit_code == 1 and "at most to be marked" in result.stderr
    assert load_workbook(copy).sheetnames == ["findings"]


@pytest.mark.parametrize(
    ("part", "says"),
    [('<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><x>&a;</x>', "declares entities"),
     ("<x>" * 202 + "</x>" * 202, "is nested too deeply"), ("<x>" * 9, "is no XML")],
)  # fmt: skip
def test_parts_that_records_do_not_need_are_looked_at_before_copying(tmp_path, part, says):
    out = io.BytesIO(built())
    with ZipFile(out, "a") as archive:
        archive.writestr("xl/charts/chart1.xml", part)
    file, copy = tmp_path / "in.xlsx", tmp_path / "out.xlsx"
    file.write_bytes(out.getvalue())
    result = run(file, "--format", "xlsx", "-o", copy)
    assert result.exit_code == 1 and says in result.stderr
    assert load_workbook(copy).sheetnames == ["findings"]


def test_a_report_that_comes_to_no_end_leaves_the_file_as_it_was(tmp_path):
    source, file = tmp_path / "x.csv", tmp_path / "report.txt"
    source.write_text("id,title,source,joint\na,A,own,maybe\nb,B,own,yes,too,many\n", encoding="utf-8")
    file.write_text("before", encoding="utf-8")
    result = run(source, "-o", file)
    assert result.exit_code == 2 and "is a delimiter in it not quoted?" in result.stderr
    assert file.read_text(encoding="utf-8") == "before" and sorted(p.name for p in tmp_path.iterdir()) == [
        "report.txt",
        "x.csv",
    ]
