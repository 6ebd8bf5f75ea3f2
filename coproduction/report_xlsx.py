"""The findings on records as a workbook: a list of them, in a copy of the user's own workbook with each cell marked.

A marked cell has a fill by severity and a comment that says what is wrong and what would be right. The copy is read
again like the workbook itself, and may be marked again: the marks of before are taken off first. What openpyxl does not
keep (pictures, shapes, macros) does not come along; what formulas came to is put back, since openpyxl drops it.
"""

import io
import warnings
from collections.abc import Iterable, Mapping
from zipfile import ZipFile

from coproduction import sheet_xml
from coproduction.exports.sheets import NO_XML
from coproduction.loaders import workbook
from coproduction.loaders.cells import FORMULA, spelled
from coproduction.loaders.raw import Finding, Unreadable
from coproduction.loaders.xlsx_records import FINDINGS, is_findings
from coproduction.messages import word
from coproduction.rules import WORDS, rules

FILLS = {"error": "FFC7CE", "warning": "FFEB9C", "info": "DDEBF7"}
MARK = "[coproduction validate]"
# In columns of the list: attribute of a finding and width. Those of `PLACES` only where some finding has one.
COLUMNS = {"severity": 14, "code": 22, "file": 24, "line": 8, "column": 8, "sheet": 18, "cell": 8, "case": 24, "key": 22,
           "value": 24, "message": 80, "suggestion": 24}  # fmt: skip
PLACES = {"file", "line", "column", "sheet", "cell"}
LONGEST_CELL, LONGEST_COMMENT = 32_767, 4_000
CUT = " ..."
# More than this in one sheet, and Excel refuses the file; a row more than a sheet has.
MOST_LINKS, MOST_ROWS = 65_000, 1_048_575
EXTENDED = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
PLAIN_TEXT = "{http://schemas.microsoft.com/office/excel/2006/main}"


def marked(data: bytes, findings: Iterable[Finding], lang: str = "en") -> bytes:
    """Return a workbook with the cells of findings marked, and the list of all of them as its first sheet.

    Raises Unreadable for a workbook that is too large, or in which openpyxl finds something that it cannot copy.
    """
    findings = list(findings)
    workbook.check_whole("-", io.BytesIO(data))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = _loaded(data)
            for sheet in list(book.worksheets):
                if is_findings(sheet):
                    book.remove(sheet)
                else:
                    _unmark(sheet)
            by_cell: dict[tuple, list[Finding]] = {}
            for finding in findings:
                if finding.cell and finding.sheet in book.sheetnames:
                    at = _anchor(book[finding.sheet], finding.cell)
                    by_cell.setdefault((finding.sheet, at), []).append(finding)
            for (title, at), found in by_cell.items():
                _mark(book[title][at], found, lang)
            sheet = book.create_sheet(_free(FINDINGS, book.sheetnames), 0)
            _list(sheet, findings, lang, set(book.sheetnames))
            for other in book.worksheets:
                # Two sheets that are both chosen would both take what is typed into one.
                other.sheet_view.tabSelected = other is sheet
            book.active = 0
            out = io.BytesIO()
            book.save(out)
    except Exception as error:
        # openpyxl says of no error what a workbook of another program may raise.
        says = f"{type(error).__name__}: {error}".splitlines()[0]
        raise Unreadable(f"cannot be copied ({says:.150})", "-") from None
    return _with_results(out, data)


def listed(findings: Iterable[Finding], lang: str = "en") -> bytes:
    """Return a workbook that has nothing but the list of findings."""
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = FINDINGS
    _list(book.active, list(findings), lang, set())
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _loaded(data: bytes):
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data))
    with ZipFile(io.BytesIO(data)) as archive:
        for title, path in sheet_xml.paths(archive).items():
            xml = archive.read(path)
            # Else a date without a format of its own would come out as a number.
            book.iso_dates = book.iso_dates or b't="d"' in xml
            if title in book.sheetnames and b"dataValidation" in xml and EXTENDED[1:-1].encode() in xml:
                _add_drop_downs(book[title], xml)
    return book


def _add_drop_downs(sheet, xml: bytes) -> None:
    """Add to a sheet the drop-downs that stand in its extension, as newer programs write them, for openpyxl drops them."""
    from xml.etree import ElementTree

    from openpyxl.worksheet.datavalidation import DataValidation

    switches = ("allowBlank", "showDropDown", "showErrorMessage", "showInputMessage")
    texts = ("type", "operator", "errorStyle", "errorTitle", "error", "promptTitle", "prompt")
    for _, element in ElementTree.iterparse(io.BytesIO(xml)):
        if element.tag.endswith("}row"):
            element.clear()
        if element.tag != f"{EXTENDED}dataValidation":
            continue
        given = {k: element.get(k) for k in texts if element.get(k)}
        given |= {k: element.get(k) in ("1", "true") for k in switches if element.get(k)}
        for name in ("formula1", "formula2"):
            said = element.findtext(f"{EXTENDED}{name}/{PLAIN_TEXT}f")
            given |= {name: said} if said else {}
        where = element.findtext(f"{PLAIN_TEXT}sqref")
        if where:
            rule = DataValidation(**given)
            rule.sqref.__init__(where)
            sheet.add_data_validation(rule)


def _anchor(sheet, at: str) -> str:
    """Return the cell that is seen where a cell is: of merged ones the first."""
    from openpyxl.cell import MergedCell

    if isinstance(sheet[at], MergedCell):
        return next((m.start_cell.coordinate for m in sheet.merged_cells.ranges if at in m), at)
    return at


def _unmark(sheet) -> None:
    """Take off what an earlier validation has marked; a cell's fill of before that is not known any more."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    # Of a sheet that has a cell at its far corner, going by rows would make all the others.
    for cell in list(sheet._cells.values()):
        if cell.comment and MARK in cell.comment.text:
            kept, author = cell.comment.text.partition(MARK)[0].rstrip(), cell.comment.author
            cell.comment = Comment(kept, author) if kept else None
            if cell.fill.fgColor.rgb in {f"00{color}" for color in FILLS.values()}:
                cell.fill = PatternFill()


def _mark(cell, findings: list[Finding], lang: str) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    worst = min((f.severity for f in findings), key=list(FILLS).index)
    cell.fill = PatternFill("solid", fgColor=FILLS[worst])
    said = [MARK]
    for n, finding in enumerate(findings):
        more = _said(finding, lang)
        if n and len("\n\n".join([*said, more])) > LONGEST_COMMENT:
            said.append(word("more-findings", lang, number=len(findings) - n, sheet=FINDINGS))
            break
        said.append(more)
    own = cell.comment
    text = "\n\n".join(([own.text.rstrip()] if own and own.text.strip() else []) + said)
    comment = Comment(NO_XML.sub("\ufffd", text)[:LONGEST_CELL], own.author if own else "coproduction")
    comment.width, comment.height = 420, 60 + 16 * min(24, len(text) // 55 + text.count("\n"))
    cell.comment = comment


def _said(finding: Finding, lang: str) -> str:
    """Return a finding as a comment has it: what is wrong, and what would be right."""
    lines = [f"{WORDS[lang][finding.severity]}: {finding.code}: {finding.message}"]
    if finding.suggestion:
        lines += [] if finding.suggestion in finding.message else [WORDS[lang]["like"].format(finding.suggestion)]
    elif finding.code in rules():
        lines.append(rules()[finding.code].mend[lang])
    return "\n".join(lines)


def _free(name: str, taken: Iterable[str]) -> str:
    """Return the name of a sheet, with an underscore where a sheet of the user's own has it."""
    taken = {title.casefold() for title in taken}
    while name in taken:
        name = f"_{name}"
    return name


def _list(sheet, findings: list[Finding], lang: str, titles: set[str]) -> None:
    """Fill the sheet that lists all findings, each with a link to its cell."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    if len(findings) > MOST_ROWS:
        raise Unreadable(f"{len(findings):,} findings; a sheet has {MOST_ROWS:,} rows at most", "-")
    names = [c for c in COLUMNS if c not in PLACES or any(getattr(f, c) is not None for f in findings)]
    if len({f.file for f in findings}) < 2 and titles:
        names = [c for c in names if c != "file"]
    for n, name in enumerate(names, 1):
        _put(sheet.cell(1, n), word(f"column-{name}", lang))
        sheet.cell(1, n).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(n)].width = COLUMNS[name]
    links = 0
    for m, finding in enumerate(findings, 2):
        for n, name in enumerate(names, 1):
            value, cell = getattr(finding, name), sheet.cell(m, n)
            if value is None:
                continue
            if name == "severity":
                cell.fill = PatternFill("solid", fgColor=FILLS[value])
                value = WORDS[lang][value]
            if isinstance(value, int):
                cell.value = value
            else:
                _put(cell, value)
            cell.alignment = Alignment(vertical="top", wrap_text=name in ("message", "value"))
            if name == "cell" and finding.sheet in titles and links < MOST_LINKS:
                links += 1
                _link(cell, finding)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(names))}{len(findings) + 1}"


def _link(cell, finding: Finding) -> None:
    from openpyxl.styles import Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    sheet = finding.sheet.replace("'", "''")
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{sheet}'!{finding.cell}")
    cell.font = Font(color="0563C1", underline="single")


def _put(cell, text: str) -> None:
    """Set a cell to a text, whatever it looks like."""
    text = spelled(NO_XML.sub("\ufffd", text))
    cell.value = text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - len(CUT)] + CUT
    cell.data_type = "s"
    if FORMULA.match(text):
        cell.quotePrefix = True


def _with_results(copy: io.BytesIO, data: bytes) -> bytes:
    """Return a copy that openpyxl has written with what its formulas came to in the workbook that it was made of."""
    with ZipFile(io.BytesIO(data)) as archive:
        parts = sheet_xml.paths(archive)
        results = {title: _results(archive.read(path)) for title, path in parts.items()}
    edits = {title: _put_back(found) for title, found in results.items() if found}
    return sheet_xml.changed(copy, edits) if edits else copy.getvalue()


def _results(xml: bytes) -> dict[str, tuple[str, str]]:
    if b"<f" not in xml and b":f" not in xml:
        return {}
    return {c.at: (c.attributes.get("t", "n"), c.value) for c in sheet_xml.cells(xml)
            if c.formula is not None and c.value is not None}  # fmt: skip


def _put_back(results: Mapping[str, tuple[str, str]]) -> sheet_xml.Edit:
    def new(cell: sheet_xml.XmlCell, raw: bytes) -> bytes | None:
        if cell.formula is None or cell.at not in results:
            return None
        return sheet_xml.with_result(raw, *results[cell.at])

    return new
