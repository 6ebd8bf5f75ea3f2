"""Open a workbook (XLSX) safely: a packed folder of XML from anyone, checked within limits before a library reads it.

openpyxl guards neither against what unfolds (a packed part of gigabytes, XML entities, a cell in row 99999999999) nor
against rows out of order, which it drops. What it does not tell in its streaming mode, merged cells and formulas that
nobody has worked out, is gathered in the same pass. Nothing outside of the file is opened, whatever it links to.
"""

import posixpath
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import BadZipFile, ZipFile

from coproduction.loaders import limits
from coproduction.loaders.opening import BEGINNINGS
from coproduction.loaders.raw import Unreadable

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

REFERENCE = re.compile("([A-Z]{1,3})([0-9]{1,7})")
# Charts and drawings, which are never read, are nested deeper than sheets.
NOT_READ = re.compile("xl/(charts|drawings|diagrams|media|embeddings|externalLinks|ctrlProps)/")


@dataclass
class SheetNotes:
    """What a sheet's XML says beside its values: merged ranges, and formulas without a value by cell."""

    merged: list[str] = field(default_factory=list)
    not_worked_out: dict[str, str] = field(default_factory=dict)


@contextmanager
def opened(name: str, file: BinaryIO) -> Iterator[tuple["Workbook", dict[str, SheetNotes]]]:
    """Give an openpyxl workbook of cached values in streaming mode, and the notes on each of its sheets by title.

    Raises Unreadable for what is no workbook, is broken, or is over a limit, also while its sheets are read.
    """
    try:
        with ZipFile(file) as archive:
            notes = _checked(name, archive)
        with warnings.catch_warnings():
            # openpyxl warns of extensions (drop-downs, colours) that it would lose on saving; nothing is saved here.
            warnings.simplefilter("ignore")
            from openpyxl import load_workbook

            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            try:
                paths = {s.title: posixpath.normpath(s._worksheet_path).lstrip("/") for s in book.worksheets}
                yield book, {title: notes.get(path, SheetNotes()) for title, path in paths.items()}
            finally:
                book.close()
    except Unreadable:
        raise
    except BadZipFile as error:
        start = _start(file)
        says = next((says for begin, says in BEGINNINGS.items() if start.startswith(begin)), None)
        if says is None or start.startswith(b"PK"):
            says = f"is no workbook, or is cut off: {error}"
        raise Unreadable(says, name) from None
    except Exception as error:
        # openpyxl says of no error what a broken file may raise; fuzzing came to a dozen kinds.
        says = f"{type(error).__name__}: {error}".splitlines()[0]
        message = "is no workbook that can be read: open it in a spreadsheet program and save it anew"
        raise Unreadable(f"{message} ({says:.150})", name) from None


def _start(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(8)


def check_whole(name: str, file: BinaryIO) -> None:
    """Check the parts too that reading records leaves alone, before a library takes in the whole workbook.

    Raises Unreadable where one of them declares entities, is no XML, or where they are more than can be held at once.
    """
    with ZipFile(file) as archive:
        size = sum(part.file_size for part in archive.infolist() if part.filename.endswith((".xml", ".rels", ".vml")))
        if size > limits.MOST_MARKED:
            most = f"{limits.MOST_MARKED / limits.MEGABYTE:g} MB"
            raise Unreadable(f"unpacks to {size / limits.MEGABYTE:,.1f} MB of XML; {most} at most to be marked", name)
        for part in {part.filename for part in archive.infolist()}:
            if part.endswith((".xml", ".rels")) and NOT_READ.match(part):
                _Scan(name, part, limits.DEEPEST_DRAWING).run(archive)


def _checked(name: str, archive: ZipFile) -> dict[str, SheetNotes]:
    """Check every part of a workbook that is read, and return the notes on those that are sheets."""
    parts = archive.infolist()
    if len(parts) > limits.MOST_PARTS:
        raise Unreadable(f"has {len(parts):,} parts; {limits.MOST_PARTS:,} at most", name)
    # A part never gives more than the size that the folder states, whatever it holds; so the stated sizes are enough.
    size = sum(part.file_size for part in parts)
    if size > limits.MOST_UNPACKED:
        most = f"{limits.MOST_UNPACKED / limits.MEGABYTE:g} MB"
        raise Unreadable(f"unpacks to {size / limits.MEGABYTE:,.1f} MB; {most} at most", name)
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("is protected by a password; save it without", name)
    notes = {}
    for part in {part.filename for part in parts}:
        if part.endswith((".xml", ".rels")) and not NOT_READ.match(part):
            notes[part] = _Scan(name, part).run(archive)
    return notes


class _Scan:
    """One pass over the XML of a part: no document type, no deep nest, and in a sheet rows and cells within limits."""

    def __init__(self, name: str, part: str, deepest: int | None = None):
        self.name, self.part = name, part
        self.deepest = deepest or limits.DEEPEST
        self.notes = SheetNotes()
        self.row = self.column = 0
        self.depth = -1
        self.cell: dict[str, str] = {}
        self.inside = ""
        self.formula: str | None = None
        self.value: str | None = None
        self.parser = ParserCreate(namespace_separator=" ")
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end

    def run(self, archive: ZipFile) -> SheetNotes:
        """Read the part to its end. Raises Unreadable, naming the part, where it is not as it should be."""
        try:
            with archive.open(self.part) as file:
                while chunk := file.read(limits.MEGABYTE):
                    self.parser.Parse(chunk, False)
                self.parser.Parse(b"", True)
        except ExpatError as error:
            raise self.refuse(f"is no XML at line {error.lineno}, column {error.offset + 1}") from None
        return self.notes

    def refuse(self, says: str) -> Unreadable:
        return Unreadable(f"is no workbook that can be read: its part {self.part} {says}", self.name)

    def doctype(self, *_) -> None:
        raise self.refuse("declares entities")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > self.deepest:
            raise self.refuse("is nested too deeply")
        tag = tag.rpartition(" ")[2]
        if tag == "row":
            self.start_row(attributes.get("r"))
        elif tag == "c":
            self.start_cell(attributes)
        elif tag == "mergeCell" and "ref" in attributes:
            self.notes.merged.append(attributes["ref"])
            if len(self.notes.merged) > limits.MOST_ROWS:
                raise self.refuse(f"merges more than {limits.MOST_ROWS:,} ranges")
        elif tag in ("f", "v") and self.cell:
            self.inside = tag
            self.parser.CharacterDataHandler = self.text
            if tag == "f":
                self.formula = ""
            else:
                self.value = ""

    def start_row(self, number: str | None) -> None:
        if number is not None and not re.fullmatch("[0-9]{1,9}", number):
            raise self.refuse(f"has a row with the number {number!r:.40}")
        row = int(number) if number else self.row + 1
        if row <= self.row:
            raise self.refuse(f"has row {row} after row {self.row}")
        if row > limits.MOST_ROWS:
            raise Unreadable(f"has a row {row:,}; {limits.MOST_ROWS:,} rows at most", self.name)
        self.row, self.column = row, 0

    def start_cell(self, attributes: dict[str, str]) -> None:
        from openpyxl.utils import column_index_from_string, get_column_letter

        column = self.column + 1
        if "r" in attributes:
            found = REFERENCE.fullmatch(attributes["r"])
            if not found or int(found[2]) != self.row:
                raise self.refuse(f"has a cell {attributes['r']!r:.40} in row {self.row}")
            column = column_index_from_string(found[1])
        if column <= self.column:
            raise self.refuse(f"has its cells in row {self.row} out of order")
        if column > limits.MOST_COLUMNS:
            message = f"has a cell in column {column:,}; {limits.MOST_COLUMNS:,} columns at most"
            raise Unreadable(message, self.name, cell=f"{get_column_letter(column)}{self.row}")
        self.column = column
        self.cell = {"at": f"{get_column_letter(column)}{self.row}", "type": attributes.get("t", "n")}
        self.formula = self.value = None

    def text(self, data: str) -> None:
        if self.inside == "f":
            self.formula = (self.formula + data)[:100]
        else:
            self.value = (self.value + data)[:1]

    def end(self, tag: str) -> None:
        self.depth -= 1
        tag = tag.rpartition(" ")[2]
        if tag in ("f", "v") and self.inside:
            self.inside = ""
            self.parser.CharacterDataHandler = None
        elif tag == "c" and self.cell:
            # A formula whose value is the empty text has been worked out.
            if self.formula is not None and not self.value and not (self.cell["type"] == "str" and self.value == ""):
                self.notes.not_worked_out[self.cell["at"]] = self.formula
            self.cell = {}
