"""Records in CSV or TSV: a row a record, a column a key.

Columns are `<key>`, `<variable>.basis`, `.passage`, `.reason`, `.why`, and `contribution.1.who`, `value.1.kind` ...,
`sector.1.text` where an entry of a list of concepts has a text or passages of its own; `;` parts the items of a list.
A cell that `cells.guarded` wrote is read as it was. The delimiter is told from the header (comma, semicolon, tab or
bar), or by a first line `sep=;` as Excel knows it. Empty lines, and empty columns at the end, are passed over.
"""

import csv
import io
from collections.abc import Iterator
from typing import TextIO

from coproduction.loaders import limits, table
from coproduction.loaders.cells import unguarded
from coproduction.loaders.opening import Guess
from coproduction.loaders.raw import Place, RawRecord, Unreadable

DELIMITERS = ",;\t|"


def read(name: str, text: TextIO | str, guess: Guess | None = None) -> Iterator[RawRecord]:
    """Yield the records of a CSV text, the first with a note where its encoding is only guessed.

    Raises Unreadable for a faulty header, for a row longer than the header, and where there is no record; all that
    before the first record, so that nothing is done with half a table.
    """
    csv.field_size_limit(limits.LONGEST_CELL)
    if isinstance(text, str):
        text = io.StringIO(text, newline="")
    skipped, delimiter = _start(text)
    begin = text.tell()
    header, header_line = _checked(name, text, skipped, delimiter)
    text.seek(begin)
    for line, row in _rows(text, skipped, delimiter):
        # Most cells of a wide table are empty.
        filled = _filled(row)
        if line == header_line or not filled or table.is_passed_over(_id(header, filled)):
            continue
        found = table.record(name, [(header[n], cell, Place(line, n + 1)) for n, cell in filled], Place(line))
        if guess:
            message = f"is not UTF-8; read as Windows-1252, so that it says {guess.sample!r} here"
            found.note("guessed-encoding", message, Place(guess.line, guess.column), severity="warning", case=None)
            guess = None
        yield found


def _rows(text: TextIO, skipped: int, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line that it begins in. Raises csv.Error, its last argument the line it came to."""
    rows, line = csv.reader(text, delimiter=delimiter, strict=True), skipped
    try:
        for row in rows:
            yield line + 1, row
            line = skipped + rows.line_num
    except csv.Error as error:
        raise csv.Error(*error.args, skipped + rows.line_num) from None


def _filled(row: list[str]) -> list[tuple[int, str]]:
    """Return the cells of a row that hold something, with their number."""
    return [(n, text) for n, cell in enumerate(row) if cell and (text := unguarded(cell.strip()))]


def _checked(name: str, text: TextIO, skipped: int, delimiter: str) -> tuple[list[str], int]:
    """Read a table to its end, and return its header and the line of that. Raises Unreadable as `read` does."""
    header: list[str] | None = None
    header_line, count, any_record = 0, 0, False
    try:
        for line, row in _rows(text, skipped, delimiter):
            # A first cell with something in it spares a look at all the others.
            if not row or not row[0].strip() and not "".join(row).strip():
                continue
            if header is None:
                header, header_line = [unguarded(cell.strip()) for cell in row], line
                table.check_header(name, header, line)
                named = all(header)
                continue
            count += 1
            if count > limits.MOST_ROWS:
                raise Unreadable(f"has more than {limits.MOST_ROWS:,} rows; split it", name, line)
            if any_record and named and len(row) <= len(header):
                continue
            filled = _filled(row)
            if not table.is_passed_over(_id(header, filled)):
                _check_row(name, header, header_line, filled, line)
                any_record = True
    except csv.Error as error:
        raise Unreadable(f"is no CSV: {error.args[0]}", name, error.args[-1]) from None
    if header is None:
        raise Unreadable("has no header in its first line", name, 1)
    if not any_record:
        raise Unreadable("has a header and no row", name)
    return header, header_line


def _check_row(name: str, header: list[str], header_line: int, filled: list[tuple[int, str]], line: int) -> None:
    for n, cell in filled:
        if n >= len(header):
            message = f"row has {filled[-1][0] + 1} cells, the header {len(header)}: is a delimiter in it not quoted?"
            raise Unreadable(message, name, line)
        if not header[n]:
            message = f"column {n + 1} has no name in the header, and holds {cell!r:.40} in line {line}"
            raise Unreadable(message, name, header_line)


def _start(text: TextIO) -> tuple[int, str]:
    """Return how many lines stand before the table, and its delimiter; the text is left where the table begins."""
    begin, line = text.tell(), text.readline()
    marked = line.strip().lower()
    if marked.startswith("sep=") and len(marked) == 5:
        return 1, marked[-1]
    if marked == "sep=":
        # What `sep=` and a tab become without blanks at the end.
        return 1, "\t"
    while line and not line.strip(DELIMITERS + " \r\n"):
        line = text.readline()
    text.seek(begin)

    def columns(delimiter: str) -> int:
        try:
            return len(next(csv.reader([line], delimiter=delimiter), []))
        except csv.Error:
            return 0

    return 0, max(DELIMITERS, key=columns)


def _id(header: list[str], filled: list[tuple[int, str]]) -> str:
    """Return the id of a row; in a table without a column for it there are no examples, but remarks in the first."""
    at = header.index("id") if "id" in header else 0
    word = next((cell for n, cell in filled if n == at), "")
    return word if "id" in header or word.startswith(table.REMARK) else ""
