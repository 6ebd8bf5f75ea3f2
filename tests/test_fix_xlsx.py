"""Repairs of workbooks: the cells shown are changed and nothing else, not a byte of any other cell or part."""

import io
import os
import re
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.formula import ArrayFormula

from coproduction import scalars_xlsx, sheet_xml
from coproduction.__main__ import cli
from coproduction.cases import read
from coproduction.codebook import shipped_codebook

BOOK = shipped_codebook()
CASES = [
    ["My cases"],
    ["ID", "Title", "source", "Citizen Input", "country", "coded_on", "part_of", "sector.1.text", "participants"],
    ["# note", " not  read ", None, "Oui"],
    ["The Garden", "  A  garden ", "own", "Oui", "Royaume-Uni", "31.05.2024", None, "Health", 40],
    ["plot", "A plot", "own", "no", "GB; Suède", None, "The Garden", None, None],
]
ENTRIES = [
    ["case", "Role", "gives", "Passage"],
    ["The Garden", "Volunteer", "time", "p. 4"],
    ["plot", "professional", "x", None],
]
CHANGED = {
    "cases!A2: ID -> id", "cases!B2: Title -> title", "cases!D2: Citizen Input -> citizen_input",
    "cases!A4: The Garden -> the-garden", "cases!B4: '  A  garden ' -> A garden", "cases!D4: Oui -> yes",
    "cases!E4: Royaume-Uni -> GB", "cases!F4: 31.05.2024 -> 2024-05-31", "cases!E5: GB; Suède -> GB; SE",
    "cases!G5: The Garden -> the-garden", "contributions!B1: Role -> role", "contributions!D1: Passage -> passage",
    "contributions!A2: The Garden -> the-garden", "contributions!B2: Volunteer -> volunteer",
}  # fmt: skip


def built(change=lambda book: None) -> bytes:
    book = Workbook()
    book.active.title = "cases"
    for title, rows in (
        ("cases", CASES),
        ("contributions", ENTRIES),
        ("_notes", [["Oui "]]),
        ("lists", [["id"], ["A B"]]),
    ):
        sheet = book[title] if title in book.sheetnames else book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book["cases"]["D4"].number_format = "@"
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def fix(*args):
    result = CliRunner().invoke(cli, ["fix", *map(str, args)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def parts(data: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def values(data: bytes) -> dict:
    """Every cell of a workbook with its value, kind and looks."""
    book = load_workbook(io.BytesIO(data))
    return {
        (s.title, c.coordinate): (c.value, c.data_type, c.number_format)
        for s in book
        for row in s.iter_rows()
        for c in row
    }


def test_the_changes_are_shown_and_nothing_written_until_asked(tmp_path):
    file = tmp_path / "x.xlsx"
    before = built()
    file.write_bytes(before)
    result = fix(file)
    assert result.exit_code == 1 and set(result.stdout.splitlines()) == CHANGED and file.read_bytes() == before
    assert "not written; repeat with --write" in result.stderr
    result = fix(file, "--write")
    assert result.exit_code == 0 and set(result.stdout.splitlines()) == CHANGED and os.listdir(tmp_path) == ["x.xlsx"]
    cases, findings = read([str(file)], BOOK)
    assert findings == [] and [c.id for c in cases] == ["the-garden", "plot"]
    assert cases[0].record["contributions"][0]["role"] == "volunteer"
    result = fix(file, "--write")
    assert (result.exit_code, result.stdout) == (0, "") and "nothing to repair; all well" in result.stderr


def test_only_the_cells_shown_are_changed(tmp_path):
    file = tmp_path / "x.xlsx"
    before = built()
    file.write_bytes(before)
    fix(file, "--write")
    after = file.read_bytes()
    told = {tuple(line.partition(":")[0].split("!")) for line in CHANGED}
    old, new = values(before), values(after)
    assert {at for at in old if old[at] != new[at]} == told and old.keys() == new.keys()
    assert new["cases", "D4"] == ("yes", "s", "@")
    same = {name for name, data in parts(before).items() if parts(after)[name] == data}
    assert parts(before).keys() - same == {"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"}
    cell = re.compile(rb'<c r="([A-Z]+[0-9]+)"[^>]*?(?:/>|>.*?</c>)', re.DOTALL)
    for name, title in (("xl/worksheets/sheet1.xml", "cases"), ("xl/worksheets/sheet2.xml", "contributions")):
        kept = [cell.sub(lambda m, t=title: b"" if (t, m[1].decode()) in told else m[0], p[name])
                for p in (parts(before), parts(after))]  # fmt: skip
        assert kept[0] == kept[1]


def test_parts_that_no_library_knows_stay(tmp_path):
    file = tmp_path / "x.xlsm"
    out = io.BytesIO(built())
    with ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\x00macro")
        archive.writestr("xl/media/image1.png", b"\x89PNG")
    file.write_bytes(out.getvalue())
    assert fix(file, "--write").exit_code == 0
    assert parts(file.read_bytes())["xl/vbaProject.bin"] == b"\x00macro"


def test_formulas_and_what_they_fill_are_never_touched(tmp_path):
    def formulas(book):
        sheet = book["cases"]
        sheet["D4"] = '="Oui"'
        sheet["D5"] = ArrayFormula("D5:D6", '="Non"')

    data = built(formulas)
    xml = parts(data)["xl/worksheets/sheet1.xml"].decode()
    xml = xml.replace('<c r="D4" s="1"><f>"Oui"</f><v />', '<c r="D4" s="1" t="str"><f>"Oui"</f><v>Oui</v>')
    xml = xml.replace('<c r="D4" s="1"><f>"Oui"</f><v></v>', '<c r="D4" s="1" t="str"><f>"Oui"</f><v>Oui</v>')
    file = tmp_path / "x.xlsx"
    file.write_bytes(rezipped(data, "xl/worksheets/sheet1.xml", xml))
    assert '<c r="D4" s="1" t="str">' in xml
    result = fix(file, "--write")
    assert "cases!D4" not in result.stdout and "cases!D5" not in result.stdout and "cases!E4" in result.stdout
    assert "has formulas; open and save it" in result.stderr
    assert b't="str"><f>"Oui"</f><v>Oui</v>' in parts(file.read_bytes())["xl/worksheets/sheet1.xml"]


def rezipped(data: bytes, part: str, xml: str) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        for name, old in parts(data).items():
            archive.writestr(name, xml if name == part else old)
    return out.getvalue()


def test_the_cells_of_an_array_formula_are_its_own():
    xml = b'<worksheet><sheetData><row r="2"><c r="B2" t="str"><f t="array" ref="B2:B3">x</f><v>Oui</v></c></row>'
    xml += b'<row r="3"><c r="B3" t="str"><v>Oui</v></c><c t="s"><v>4</v></c></row></sheetData></worksheet>'
    assert scalars_xlsx._formulas(xml) == {"B2", "B3"}
    assert [(c.at, c.value) for c in sheet_xml.cells(xml)] == [("B2", "Oui"), ("B3", "Oui"), ("C3", "4")]


def test_a_write_that_fails_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    file = tmp_path / "x.xlsx"
    before = built()
    file.write_bytes(before)

    def fails(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", fails)
    result = fix(file, "--write", "--lang", "fr")
    assert result.exit_code == 2 and "ne peut pas être écrit : Permission denied" in result.stderr
    assert file.read_bytes() == before and os.listdir(tmp_path) == ["x.xlsx"]


def test_the_words_are_french_where_asked(tmp_path):
    file = tmp_path / "x.xlsx"
    file.write_bytes(built())
    assert "rien n'est écrit ; répétez avec --write" in fix(file, "--lang", "fr").stderr
    assert "réparé ; tout va bien" in fix(file, "--lang", "fr", "--write").stderr
    assert "rien à réparer ; tout va bien" in fix(file, "--lang", "fr").stderr


@pytest.mark.parametrize(
    ("data", "says"), [(b"PK\x03\x04 no", "cut off"), (b"", "is empty"), (b"id,title", "no workbook")]
)
def test_what_is_no_workbook_is_refused(tmp_path, data, says):
    file = tmp_path / "x.xlsx"
    file.write_bytes(data)
    result = fix(file, "--write")
    assert result.exit_code == 2 and says in result.stderr and file.read_bytes() == data


def test_a_sheet_in_another_encoding_is_left(tmp_path):
    data = built()
    xml = parts(data)["xl/worksheets/sheet1.xml"].decode()
    xml = '<?xml version="1.0" encoding="ISO-8859-1"?>' + xml
    file = tmp_path / "x.xlsx"
    file.write_bytes(rezipped(data, "xl/worksheets/sheet1.xml", xml.encode("latin-1", "xmlcharrefreplace")))
    before = file.read_bytes()
    result = fix(file, "--write")
    assert result.exit_code == 2 and "is not written in UTF-8" in result.stderr and file.read_bytes() == before


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=20
)


@given(st.lists(TEXTS, min_size=1, max_size=5), st.integers(0, 4), TEXTS)
@settings(max_examples=40, deadline=None)
def test_any_text_put_into_a_cell_is_read_back_and_its_neighbours_stay(texts, n, new):
    n %= len(texts)
    book = Workbook()
    for column, text in enumerate(texts, 1):
        book.active.cell(1, column, text).data_type = "s"
    out = io.BytesIO()
    book.save(out)
    at = book.active.cell(1, n + 1).coordinate
    edit = {"Sheet": lambda cell, _: sheet_xml.as_text(cell, new) if cell.at == at else None}
    again = load_workbook(io.BytesIO(sheet_xml.changed(io.BytesIO(out.getvalue()), edit))).active
    expected = [new if m == n else text for m, text in enumerate(texts)]
    found = [again.cell(1, m + 1).value or "" for m in range(len(texts))]
    assert [unescape(f) if m == n else f for m, f in enumerate(found)] == expected
