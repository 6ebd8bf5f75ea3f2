"""Records in a workbook (XLSX): on each sheet a header and a row a record, with the columns that CSV has.

A sheet named like a key whose entries are mappings (`contributions`, `values`) has one entry a row: the case's id in
`case` (with `source` and `coder` where that is not enough), then the entry's keys. Sheets named `_...`, `codebook` and
`lists` are passed over, so is the list `findings` of a copy that `validate` has marked, and so are rows whose id is
`example` or begins with `#`. The header is the first row with a cell `id`. What a spreadsheet does to what was typed is
told, never mended in silence: dates made of ids, formulas not worked out, error values, cells merged over columns. Cells
merged over rows have their value in each.
"""

import datetime
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from coproduction.loaders import limits, table
from coproduction.loaders.case import SETTLED
from coproduction.loaders.raw import Place, RawRecord, Unreadable, nearest
from coproduction.loaders.workbook import SheetNotes, opened

PASSED_OVER = {"codebook", "lists"}
# The list of findings in a copy that validation has marked, told from a sheet of records by its header.
FINDINGS, ITS_COLUMN = "findings", "code"
# Keys that take a date; in any other, a date is what a spreadsheet made of an id or a page.
DATES = {"start", "end", "coded_on"}
# Columns of a sheet of entries that name the case; the first there is counts.
CASE, NARROWER = ("case", "case_id", "id"), ("source", "coder")
# A header may stand below a heading, but not far below.
HEADING_ROWS = 20
# What a spreadsheet shows of a date that it made by itself, by the format that it gave it.
SHOWN = {"d-mmm": "{d.day}-{d:%b}", "mmm-yy": "{d:%b-%y}", "mm-dd-yy": "{d:%d/%m/%Y}", "yyyy-mm-dd": "{d:%Y-%m-%d}"}
# What no text may hold: half a character, which XML writes as an escape of the spreadsheet's own.
NO_TEXT = re.compile("[\ud800-\udfff\x00]")


@dataclass
class Row:
    """A row with something in it: its number, its cells by column from 1, and what is wrong with them."""

    number: int
    cells: dict[int, str] = field(default_factory=dict)
    faults: list[tuple[str, str, int, dict]] = field(default_factory=list)


@dataclass
class Sheet:
    """A sheet with a header: its rows to come, and the name of each column."""

    title: str
    header: dict[int, str]
    rows: Iterator[Row]

    def place(self, row: Row, column: int = 1) -> Place:
        """Return the place of a cell."""
        from openpyxl.utils import get_column_letter

        return Place(sheet=self.title, cell=f"{get_column_letter(column)}{row.number}")

    def cells(self, row: Row, but: Iterable[str] = ()) -> list[table.Cell]:
        """Return the cells of a row that stand under a name."""
        named = ((self.header.get(n), cell, self.place(row, n)) for n, cell in row.cells.items())
        return [(name, cell, at) for name, cell, at in named if name and name not in but]


def read(name: str, file: BinaryIO) -> Iterator[RawRecord]:
    """Yield the records of a workbook, with the findings of reading it. Raises Unreadable for what cannot be read."""
    with opened(name, file) as (book, notes):
        records: list[RawRecord] = []
        entries: list[Sheet] = []
        others: list[Sheet] = []
        for worksheet in book.worksheets:
            key = worksheet.title.strip().casefold()
            if is_passed_over(worksheet):
                continue
            sheet = _sheet(name, worksheet, notes[worksheet.title])
            if sheet is None:
                continue
            if key in table.nested().values():
                entries.append(sheet)
            elif "id" in {column.casefold() for column in sheet.header.values()}:
                records += _records(name, sheet)
            else:
                others.append(sheet)
        if not records and others:
            # The only sheet there is may have misspelt its header, which is told row by row.
            records += _records(name, others.pop(0))
        if not records:
            raise Unreadable("holds no record: no sheet has a header with a column id, and a row", name)
        for sheet in others:
            message = (
                f"sheet {sheet.title!r} has no column id and is passed over; begin its name with _ if it is meant so"
            )
            records[0].note("sheet-passed-over", message, Place(sheet=sheet.title), severity="warning", case=None)
        for sheet in entries:
            _add_entries(name, sheet, records)
    yield from records


def is_passed_over(worksheet) -> bool:
    """Return whether a sheet is none of records or entries, by its name or as a list of findings."""
    key = worksheet.title.strip().casefold()
    return key in PASSED_OVER or key.startswith("_") or is_findings(worksheet)


def is_findings(worksheet) -> bool:
    """Return whether a sheet is the list of findings that validation has put into a marked copy."""
    if worksheet.title.strip().casefold() != FINDINGS:
        return False
    header = next(worksheet.iter_rows(max_row=1, max_col=20, values_only=True), ())
    return ITS_COLUMN in header and "id" not in {str(cell).casefold() for cell in header}


def _sheet(name: str, worksheet, notes: SheetNotes) -> Sheet | None:
    """Return a sheet with its header read, or None for an empty one. Raises Unreadable for a faulty header."""
    rows = _rows(name, worksheet, notes)
    above = list(itertools.islice(rows, HEADING_ROWS))
    if not above:
        return None
    at = next((n for n, row in enumerate(above) if "id" in {c.casefold() for c in row.cells.values()}), 0)
    header = above[at].cells
    names = [header.get(n, "") for n in range(1, max(header) + 1)]
    table.check_header(name, names, sheet=worksheet.title)
    return Sheet(worksheet.title, header, itertools.chain(above[at + 1 :], rows))


def _rows(name: str, worksheet, notes: SheetNotes) -> Iterator[Row]:
    """Yield the rows of a sheet that hold something, cells merged over rows filled in."""
    from openpyxl.utils import get_column_letter

    # What a sheet says of its own size may be wrong, or fill every row with sixteen thousand cells.
    worksheet.reset_dimensions()
    merged = _Merged(notes.merged)
    formulas = _by_row(notes.not_worked_out)
    for number, cells in enumerate(worksheet.iter_rows(), 1):
        row = Row(number)
        for cell in cells:
            if cell.value is None:
                continue
            text = _text(cell, row)
            at = f"{get_column_letter(cell.column)}{number}"
            if len(text) > limits.LONGEST_CELL:
                message = f"has {len(text):,} characters in a cell; {limits.LONGEST_CELL:,} at most"
                raise Unreadable(message, name, sheet=worksheet.title, cell=at)
            if NO_TEXT.search(text):
                raise Unreadable("has half a character in a cell", name, sheet=worksheet.title, cell=at)
            if text:
                row.cells[cell.column] = text
        for column, formula in formulas.get(number, ()):
            message = (
                f"formula ={formula} has no value: open and save the file in a spreadsheet program, or paste the value"
            )
            row.faults.append(("no-value", message, column, {"value": f"={formula}"}))
        if row.cells or row.faults:
            merged.fill(row)
            yield row
        else:
            merged.pass_over(number)


def _by_row(formulas: dict[str, str]) -> dict[int, list[tuple[int, str]]]:
    from openpyxl.utils.cell import coordinate_to_tuple

    found: dict[int, list[tuple[int, str]]] = {}
    for at, formula in formulas.items():
        row, column = coordinate_to_tuple(at)
        found.setdefault(row, []).append((column, formula))
    return found


class _Merged:
    """The merged cells of a sheet, from its top to its end: what is to be filled into the row that is read."""

    def __init__(self, ranges: Iterable[str]):
        from openpyxl.utils.cell import range_boundaries

        bounds = ((ref, *range_boundaries(ref)) for ref in ranges)
        # By the row that they begin in, the last first, so that they can be taken off one by one.
        self.todo = sorted(((top, left, bottom, right, ref) for ref, left, top, right, bottom in bounds), reverse=True)
        self.down: dict[int, tuple[int, str]] = {}

    def fill(self, row: Row) -> None:
        """Fill what is merged from above into a row, and note the cells of it that are merged over columns."""
        for top, left, bottom, right, ref in self._begun(row.number):
            if top == row.number and left in row.cells:
                self.down[left] = bottom, row.cells[left]
                if right > left:
                    message = f"cells {ref} are merged over columns: what they say counts for the first alone"
                    row.faults.append(("merged-cells", message, left, {"severity": "warning"}))
        for column, (bottom, text) in list(self.down.items()):
            if bottom < row.number:
                del self.down[column]
            else:
                row.cells.setdefault(column, text)
        row.cells = dict(sorted(row.cells.items()))

    def pass_over(self, number: int) -> None:
        """Leave out an empty row: what is merged in it has nothing to say."""
        self._begun(number)

    def _begun(self, number: int) -> list[tuple]:
        found = []
        while self.todo and self.todo[-1][0] <= number:
            found.append(self.todo.pop())
        return found


def _text(cell, row: Row) -> str:
    """Return a cell's value as text, as YAML would have it; what a spreadsheet has spoilt is noted with the row."""
    from openpyxl.utils.escape import unescape

    value = cell.value
    if cell.data_type == "e":
        message = f"the cell shows the error {value}: mend its formula, or paste the value"
        row.faults.append(("no-value", message, cell.column, {"value": str(value)}))
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        # Fifteen digits are all that a spreadsheet shows and keeps.
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return _date(value, cell, row)
    return unescape(str(value)).replace("\r\n", "\n").replace("\r", "\n").strip()


def _date(value, cell, row: Row) -> str:
    """Return a date as year-month-day, noted with the row, for only the header tells whether a date is wanted there."""
    text = str(value)
    if isinstance(value, datetime.datetime):
        text = (value.date() if value.time() == datetime.time() else value).isoformat()
    shown = ""
    if isinstance(value, datetime.date):
        shown = SHOWN.get(str(cell.number_format).replace("\\", "").lower(), "").format(d=value)
    as_shown = f", shown as {shown}," if shown and shown != text else ""
    message = f"is the date {text}{as_shown} where no date belongs: format the cell as text, and type it again"
    row.faults.append(("made-date", message, cell.column, {"value": text}))
    return text


def _records(name: str, sheet: Sheet) -> Iterator[RawRecord]:
    """Yield the records of a sheet, with what is wrong with their cells."""
    at = next((n for n, column in sheet.header.items() if column == "id"), min(sheet.header))
    for row in sheet.rows:
        word = row.cells.get(at, "")
        if table.is_passed_over(word) and (sheet.header[at] == "id" or word.startswith(table.REMARK)):
            continue
        found = table.record(name, sheet.cells(row), sheet.place(row, min(row.cells, default=1)))
        _note(found, sheet, row)
        yield found


def _note(found: RawRecord, sheet: Sheet, row: Row) -> None:
    """Hand what is wrong with the cells of a row on as findings of its record."""
    for code, message, column, more in row.faults:
        key = sheet.header.get(column)
        if code != "made-date" or key not in DATES:
            found.note(code, f"{key} {message}" if code == "made-date" and key else message,
                       sheet.place(row, column), key=key, **more)  # fmt: skip
    for column, text in row.cells.items():
        if not sheet.header.get(column):
            message = f"{text!r:.40} stands in a column without a name in the header"
            found.note("unnamed-column", message, sheet.place(row, column), value=text)


def _add_entries(name: str, sheet: Sheet, records: list[RawRecord]) -> None:
    """Add the entries of a sheet to the records of their cases; one whose case cannot be told is a finding."""
    key = sheet.title.strip().casefold()
    by_name = {column: n for n, column in sheet.header.items()}
    at = next((by_name[c] for c in CASE if c in by_name), None)
    if at is None:
        raise Unreadable("has no column case, for the id of the case of each row", name, sheet=sheet.title)
    by_id: dict[str, list[RawRecord]] = {}
    for found in records:
        by_id.setdefault(str(found.data.get("id", "")), []).append(found)
    for row in sheet.rows:
        word = row.cells.get(at, "")
        if table.is_passed_over(word):
            continue
        source, _, slug = word.rpartition("/")
        wanted = {c: row.cells[by_name[c]] for c in NARROWER if row.cells.get(by_name.get(c, 0))}
        if source:
            wanted.setdefault("source", source)
        hits = [r for r in by_id.get(slug, ()) if all(r.data.get(c, SETTLED) == w for c, w in wanted.items())]
        if len(hits) != 1:
            _no_case(sheet, row, at, word, hits, records[0], nearest(slug, by_id))
            continue
        cells = sheet.cells(row, (sheet.header[at], *NARROWER))
        if cells:
            table.add_entry(hits[0], key, {table.ENTRY_PARTS.get(c, c): (text, place) for c, text, place in cells})
        _note(hits[0], sheet, row)


def _no_case(sheet: Sheet, row: Row, at: int, word: str, hits, first: RawRecord, like: str | None) -> None:
    if not word:
        message = f"the row has no {sheet.header[at]}, and so belongs to no case"
    elif hits:
        message = f"{word} is the id of several records: name source and coder in columns of their own"
    else:
        message = f"{word} is the id of no record in this file" + (f"; did you mean {like}?" if like else "")
    more = {"key": sheet.header[at], "value": word or None, "suggestion": like if word and not hits else None}
    first.note("row-without-case", message, sheet.place(row, at), case=None, **more)
