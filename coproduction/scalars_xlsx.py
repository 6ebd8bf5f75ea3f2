"""The cells of a workbook that hold text, as the single values that repairs know, and the workbook with some replaced.

Left out are cells with a formula, or filled by one, numbers and dates, and what the reader of records passes over.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from zipfile import ZipFile

from coproduction import sheet_xml
from coproduction.loaders import table, workbook, xlsx_records
from coproduction.scalars import Scalar, column_names

Row = dict[int, str]


@dataclass(frozen=True)
class Cells:
    """The cells of a workbook: each with its sheet's title and its coordinate, and whether there are formulas."""

    places: Mapping[Scalar, tuple[str, str]]
    formulas: bool


def of_xlsx(name: str, data: bytes) -> Cells:
    """Return the cells of a workbook that repairs may change, in order. Raises Unreadable as the reader does."""
    with ZipFile(io.BytesIO(data)) as archive:
        formulas = {title: _formulas(archive.read(path)) for title, path in sheet_xml.paths(archive).items()}
    places: dict[Scalar, tuple[str, str]] = {}
    with workbook.opened(name, io.BytesIO(data)) as (book, _):
        sheets = []
        for sheet in book.worksheets:
            key = sheet.title.strip().casefold()
            if not xlsx_records.is_passed_over(sheet):
                sheets.append((sheet, key, key in table.nested().values(), *_header(sheet)))
        records = [s for s in sheets if not s[2] and s[4] is not None]
        # The only sheet there is may have misspelt its header.
        records = records or [s for s in sheets if not s[2] and s[3]][:1]
        for number, (sheet, key, is_entries, first, header) in enumerate(sheets):
            if not is_entries and sheet.title not in {s[0].title for s in records} or not first:
                continue
            for at, text, scalar in _of_sheet(sheet, key if is_entries else None, header or first, number, len(places)):
                if at not in formulas.get(sheet.title, ()) and text:
                    places[scalar] = sheet.title, at
    return Cells(places, any(formulas.values()))


def _formulas(xml: bytes) -> set[str]:
    """Return the cells of a sheet that have a formula, or stand in what one fills."""
    from openpyxl.utils.cell import range_boundaries, rows_from_range

    if b"<f" not in xml and b":f" not in xml:
        return set()
    found = set()
    for cell in sheet_xml.cells(xml):
        if cell.formula is not None:
            found.add(cell.at)
            left, top, right, bottom = range_boundaries(cell.span) if cell.span else (0, 0, 0, 0)
            # Of a range as large as a sheet the cells that there are would be marked one by one.
            if (right - left + 1) * (bottom - top + 1) <= 1_000_000 and cell.span:
                found |= {at for row in rows_from_range(cell.span) for at in row}
    return found


def _header(sheet) -> tuple[int | None, int | None]:
    """Return the number of the first row with something in it, and of the header where it has a column id."""
    sheet.reset_dimensions()
    above = list(islice(((n, row) for n, row in _rows(sheet) if row), xlsx_records.HEADING_ROWS))
    with_id = (n for n, row in above if "id" in {text.strip().casefold() for text in row.values()})
    return (above[0][0] if above else None), next(with_id, None)


def _rows(sheet) -> Iterator[tuple[int, Row]]:
    """Yield the rows of a sheet with their texts by column, those without any text empty."""
    from openpyxl.utils.escape import unescape

    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts = {c.column: unescape(c.value) for c in cells if isinstance(c.value, str) and c.data_type != "e"}
        yield number, {n: text.replace("\r\n", "\n").replace("\r", "\n") for n, text in texts.items()}


def _of_sheet(sheet, key: str | None, header_at: int, number: int, count: int) -> Iterator[tuple[str, str, Scalar]]:
    """Yield the texts from the header of a sheet on, with their coordinate; key is that of a sheet of entries."""
    from openpyxl.utils import get_column_letter

    header: dict[int, tuple[str, ...]] = {}
    ids = None
    for row, texts in _rows(sheet):
        if row < header_at or row > header_at and table.is_passed_over(texts.get(ids, "")):
            continue
        is_key = row == header_at
        for column, text in texts.items():
            count += 1
            if is_key:
                word = text.strip()
                header[column] = (key, word) if key else column_names(word)
                # A row is passed over by its id alone, or where there is no id yet by its first column.
                ids = column if ids is None or word.casefold() == "id" else ids
            if column in header:
                scalar = Scalar(text, count, count, header[column], is_key, number, str, is_key and not key)
                yield f"{get_column_letter(column)}{row}", text, scalar


def changed(data: bytes, cells: Cells, changes: Mapping[Scalar, str]) -> bytes:
    """Return a workbook with texts in place of those of some cells, and all else as it was.

    Raises OtherEncoding as `sheet_xml.changed` does.
    """
    new: dict[str, dict[str, str]] = {}
    for scalar, text in changes.items():
        title, at = cells.places[scalar]
        new.setdefault(title, {})[at] = text

    def edit(texts: Mapping[str, str]) -> sheet_xml.Edit:
        return lambda cell, _: sheet_xml.as_text(cell, texts[cell.at]) if cell.at in texts else None

    return sheet_xml.changed(io.BytesIO(data), {title: edit(texts) for title, texts in new.items()})
