"""Tables as CSV, TSV and workbooks, with no cell that a spreadsheet would run as a formula.

Text that begins with =, +, -, @, a tab or an end of line is taken for a formula by spreadsheets (OWASP, CSV injection).
In CSV an apostrophe is set before it; in a workbook the cell is text, marked as a spreadsheet marks one typed with an
apostrophe, so that its value stays what it is. Numbers are numbers and None is an empty cell.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coproduction.loaders.cells import FORMULA, guarded, spelled

Cell = str | int | float | None
DELIMITERS = {"csv": ",", "tsv": "\t"}
WORKBOOK = "xlsx"
FORMATS = (*DELIMITERS, WORKBOOK)
# What XML 1.0 has no place for, so that no workbook can hold it.
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LONGEST_CELL, MOST_ROWS = 32_767, 1_048_576
CUT = " [cut here: a cell holds no more]"
WIDEST, NARROWEST = 60, 8


class TooLarge(ValueError):
    """A table with more rows than a workbook can have."""


@dataclass(frozen=True)
class Table:
    """A table: its name, the names of its columns, and its rows."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def as_text(table: Table, fmt: str = "csv") -> bytes:
    """Return a table as CSV (RFC 4180) or TSV in UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=DELIMITERS[fmt], lineterminator="\r\n")
    for row in (table.columns, *table.rows):
        writer.writerow(["" if c is None else guarded(c) if isinstance(c, str) else c for c in row])
    return out.getvalue().encode()


def as_workbook(tables: Iterable[Table]) -> bytes:
    """Return tables as an xlsx workbook, a sheet each, the header frozen. Raises TooLarge for too many rows."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    for table in tables:
        if len(table.rows) >= MOST_ROWS:
            raise TooLarge(f"{len(table.rows):,} rows; a sheet has {MOST_ROWS:,} at most: write CSV")
        sheet = book.create_sheet(table.name)
        sheet.freeze_panes = "B2"
        for n, column in enumerate(table.columns):
            longest = max((len(str(row[n])) for row in table.rows[:200] if row[n] is not None), default=0)
            width = min(max(longest, len(column), NARROWEST), WIDEST) + 2
            sheet.column_dimensions[get_column_letter(n + 1)].width = width
        if table.rows and table.columns:
            sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table.rows) + 1}"
        sheet.append([_cell(sheet, column, bold=True) for column in table.columns])
        for row in table.rows:
            sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet, value: Cell, bold: bool = False):
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    if not isinstance(value, str):
        return value
    text = spelled(NO_XML.sub("\ufffd", value))
    # The library would cut in silence.
    text = text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - len(CUT)] + CUT
    cell = WriteOnlyCell(sheet, text)
    # Never a formula, nor an error such as #N/A: the library guesses by how a text begins.
    cell.data_type = "s"
    if FORMULA.match(text):
        cell.quotePrefix = True
    if bold:
        cell.font = Font(bold=True)
    return cell
