"""A form as a workbook: cases, contributions and values to fill in, drop-downs, notes on each header, the codebook.

Drop-downs take their words from a hidden sheet, for a list in the cell's own rule may have 255 characters only. The
columns behind a question are folded away. Sheets that no loader reads are `codebook`, `lists` and `_about`.
"""

import io
import re
from collections.abc import Iterable, Mapping

from coproduction.loaders.case import SETTLED
from coproduction.loaders.cells import FORMULA, spelled
from coproduction.rows import CASE, NoRow, entry_row, in_order, nested, refuse_passed_over, row
from coproduction.templates.form import CASES, Form, Note

ABOUT, LISTS, CODEBOOK = "_about", "lists", "codebook"
PROPERTY = "coproduction template version"
EXAMPLE = "example"
# Rows beyond those filled in that have drop-downs.
MORE_ROWS = 2000
LONGEST_CELL, LONGEST_COMMENT, LONGEST_PROMPT, LONGEST_TITLE = 32_767, 2_000, 255, 32
# What XML 1.0 has no place for, so that no workbook can hold it.
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
HEADER, QUESTION, FOLDED, LINE = "DDE6F0", "E7F0E1", "F2F2F2", "B0B0B0"
TEXT = "@"


def write(form: Form, records: Iterable[Mapping] = ()) -> bytes:
    """Return the form as an xlsx workbook, with records filled in. Raises NoRow for a record that has no place in it."""
    from openpyxl import Workbook
    from openpyxl.packaging.custom import StringProperty

    records = list(records)
    refuse_passed_over(records)
    book = Workbook()
    book.remove(book.active)
    lists = _Lists()
    filled = {CASES: [_checked(row(r, form.book, entries=False)) for r in (form.example, *records)]}
    for key in nested(form.book):
        filled[key] = [
            _checked(_case_name(r, records) | entry_row(entry, key))
            for r in (form.example, *records)
            for entry in r.get(key, ())
        ]
    for title, notes in form.sheets.items():
        _sheet(book.create_sheet(title), form, notes, filled[title], lists)
    _codebook(book.create_sheet(CODEBOOK), form)
    _about(book.create_sheet(ABOUT), form)
    lists.write(book.create_sheet(LISTS))
    book.custom_doc_props.append(StringProperty(name=PROPERTY, value=form.version))
    book.properties.title, book.properties.language = form.words["title"], form.lang
    book.properties.creator = "coproduction"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _case_name(record: Mapping, records: list[Mapping]) -> dict[str, str]:
    """Return what names a record on a sheet of entries: its id, and its source and coder where others have the same."""
    same = [r for r in records if r["id"] == record["id"] and r is not record]
    if not same:
        return {CASE: record["id"]}
    named = {CASE: f"{record['source']}/{record['id']}"}
    if any(r["source"] == record["source"] for r in same):
        named["coder"] = record.get("coder", SETTLED)
    return named


def _checked(cells: dict[str, str]) -> dict[str, str]:
    for name, text in cells.items():
        if len(text) > LONGEST_CELL:
            raise NoRow(name, f"{name} has {len(text):,} characters; a cell of a workbook holds {LONGEST_CELL:,}")
        if NO_XML.search(text):
            raise NoRow(name, f"{name} has a control character, which no workbook can hold")
    return cells


class _Lists:
    """The hidden sheet of words that drop-downs offer: a column for each list, one list once."""

    def __init__(self):
        self.columns: dict[tuple[str, ...], str] = {}

    def reference(self, choices: tuple[str, ...], name: str) -> str:
        """Return the range of a list of words, which is named by the first column that needs it."""
        from openpyxl.utils import get_column_letter

        self.columns.setdefault(choices, name)
        letter = get_column_letter(list(self.columns).index(choices) + 1)
        return f"{LISTS}!${letter}$2:${letter}${len(choices) + 1}"

    def write(self, sheet) -> None:
        for n, (choices, name) in enumerate(self.columns.items(), 1):
            for m, word in enumerate((name, *choices), 1):
                _put(sheet.cell(m, n), word)
        sheet.sheet_state = "hidden"
        sheet.protection.sheet = True


def _put(cell, text: str) -> None:
    """Set a cell to a text, whatever it looks like: a formula, a number, a date or an error."""
    cell.value = spelled(text)
    cell.data_type = "s"
    cell.number_format = TEXT
    if FORMULA.match(text):
        cell.quotePrefix = True


def _sheet(sheet, form: Form, notes: list[Note], filled: list[dict[str, str]], lists: _Lists) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    known = {note.column.name: note for note in notes}
    more = {name for cells in filled for name in cells} - set(known)
    header = list(known)
    if more:
        header = in_order([*known, *more], form.book) if sheet.title == CASES else [*known, *sorted(more)]
    at = {name: n for n, name in enumerate(header, 1)}
    last = len(filled) + 1 + MORE_ROWS
    drop_downs: dict[tuple, list[str]] = {}
    for name, n in at.items():
        letter, note = get_column_letter(n), known.get(name)
        cell, dimension = sheet.cell(1, n), sheet.column_dimensions[letter]
        _put(cell, name)
        folded = bool(note and note.column.part)
        asks = bool(note and note.column.variable and not folded)
        cell.font = Font(bold=not folded)
        cell.fill = PatternFill("solid", fgColor=FOLDED if folded else QUESTION if asks else HEADER)
        dimension.number_format = TEXT
        dimension.width = max(14, min(len(name) + 3, 34))
        if folded:
            dimension.outlineLevel, dimension.hidden = 1, True
        if note:
            text = note.text(form.words)
            comment = Comment(text[:LONGEST_COMMENT], "coproduction")
            comment.width, comment.height = 420, 60 + 16 * min(24, len(text) // 55 + text.count("\n"))
            cell.comment = comment
            if note.choices:
                rule = (lists.reference(note.choices, name), note.strict, _prompt(note))
                drop_downs.setdefault(rule, []).append(f"{letter}2:{letter}{last}")
    for (reference, strict, prompt), ranges in drop_downs.items():
        sheet.add_data_validation(_drop_down(form, reference, strict, prompt, ranges))
    for m, cells in enumerate(filled, 2):
        for name, text in cells.items():
            _put(sheet.cell(m, at[name]), text)
            if m == 2 or cells.get(CASE) == EXAMPLE:
                sheet.cell(m, at[name]).font = Font(italic=True, color="808080")
            sheet.cell(m, at[name]).alignment = Alignment(vertical="top", wrap_text="\n" in text)
    sheet.freeze_panes = "B2"
    # The sign that unfolds a question's columns stands above the question, which is to their left.
    sheet.sheet_properties.outlinePr.summaryRight = False


def _prompt(note: Note) -> tuple[str, str]:
    text = note.meaning if len(note.meaning) <= LONGEST_PROMPT else note.meaning[: LONGEST_PROMPT - 3] + "..."
    return note.label[:LONGEST_TITLE], text


def _drop_down(form: Form, reference: str, strict: bool, prompt: tuple[str, str], ranges: list[str]):
    from openpyxl.worksheet.datavalidation import DataValidation

    rule = DataValidation(type="list", formula1=f"={reference}", allow_blank=True, showErrorMessage=strict)
    rule.errorTitle, rule.error = form.words["wrong"], prompt[1]
    rule.promptTitle, rule.prompt, rule.showInputMessage = *prompt, True
    rule.sqref.__init__(" ".join(ranges))
    return rule


def _codebook(sheet, form: Form) -> None:
    """Fill the sheet of the codebook: every column of every sheet, with question, rule, values and examples."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    for n, (width, heading) in enumerate(zip((14, 30, 24, 60, 80, 40, 80), form.headings.values(), strict=True), 1):
        _put(sheet.cell(1, n), heading)
        sheet.cell(1, n).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(n)].width = width
    m = 1
    for title, notes in form.sheets.items():
        for note in notes:
            m += 1
            column = note.column
            values = ", ".join(form.named(word, form.iris(column)) for word in note.choices)
            rule = note.rule or " ".join(note.hints)
            said = (title, column.name, note.label, note.meaning, rule, values, "\n".join(note.examples))
            for n, text in enumerate(said, 1):
                if text:
                    _put(sheet.cell(m, n), text)
                    sheet.cell(m, n).alignment = Alignment(vertical="top", wrap_text=True)
    sheet.freeze_panes = "C2"


def _about(sheet, form: Form) -> None:
    from openpyxl.styles import Alignment, Font

    _put(sheet.cell(1, 1), form.words["title"])
    sheet.cell(1, 1).font = Font(bold=True)
    _put(sheet.cell(2, 1), form.words["version"])
    _put(sheet.cell(2, 2), form.version)
    for m, sentence in enumerate(form.words["guide"], 4):
        _put(sheet.cell(m, 1), sentence)
        sheet.cell(m, 1).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width = 100
