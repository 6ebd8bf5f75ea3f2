"""What a reader of a format hands on: records as text, with the place that each value came from, and findings."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from typing import NamedTuple


class Place(NamedTuple):
    """Where a value stands: line and column from 1, or sheet and cell."""

    line: int | None = None
    column: int | None = None
    sheet: str | None = None
    cell: str | None = None


@dataclass
class RawRecord:
    """One record as it came: nested dicts, lists and strings, and the place of each value and key by JSON pointer.

    `pointer` leads to the record in its file. Where records of a file share keys, `shared` leads to what holds those.
    `moved` has the pointers of values that stand under another name in the file, by the one that they are read by.
    `findings` are what the reader of the format has to say already. `base` is what the case's IRI begins with, if it has one.
    """

    file: str
    data: dict
    places: dict[str, Place] = field(default_factory=dict)
    pointer: str = ""
    keys: dict[str, Place] = field(default_factory=dict)
    shared: str | None = None
    moved: dict[str, str] = field(default_factory=dict)
    findings: list["Finding"] = field(default_factory=list)
    base: str | None = None

    def note(self, code: str, message: str, place: Place, **more) -> None:
        """Add a finding that the reader of a format has on this record, or on the file where this is its first."""
        where = {"line": place.line, "column": place.column, "sheet": place.sheet, "cell": place.cell}
        name = self.data.get("id")
        more.setdefault("case", name if isinstance(name, str) else None)
        self.findings.append(Finding(code=code, message=message, file=self.file, **where, **more))

    def find(self, pointer: str = "", key: bool = False) -> tuple[str, Place]:
        """Return the pointer in the file of a value of this record, and its place or the nearest known place above it.

        With `key`, the place is that of the key which the value stands under.
        """
        pointer = self._as_written(pointer)
        full = self.pointer + pointer
        if self.shared is not None and pointer:
            top = "/" + pointer.split("/", 2)[1]
            if self.pointer + top not in self.places and self.shared + top in self.places:
                full = self.shared + pointer
        if key and full in self.keys:
            return full, self.keys[full]
        near = full
        while near and near not in self.places:
            near = near.rpartition("/")[0]
        return full, self.places.get(near, Place())

    def only(self, pointers: Iterable[str]) -> "RawRecord":
        """Return the record without its data but for the id, and with the places of these pointers alone."""
        found = {pointer: self.find(pointer) for pointer in pointers}
        places = dict(found.values())
        moved = {pointer: full for pointer, (full, _) in found.items()}
        return RawRecord(self.file, {k: self.data[k] for k in ("id",) if k in self.data}, places, moved=moved)

    def _as_written(self, pointer: str) -> str:
        near = pointer
        while near and near not in self.moved:
            near = near.rpartition("/")[0]
        return self.moved[near] + pointer[len(near) :] if near else pointer


@dataclass
class Finding:
    """One thing that is wrong, or worth a look, with the place to mend it at."""

    code: str
    message: str
    severity: str = "error"
    file: str | None = None
    line: int | None = None
    column: int | None = None
    sheet: str | None = None
    cell: str | None = None
    pointer: str | None = None
    case: str | None = None
    key: str | None = None
    value: str | None = None
    suggestion: str | None = None
    definition: str | None = None
    criterion: str | None = None
    instead: str | None = None

    @classmethod
    def of(cls, raw: RawRecord, code: str, message: str, pointer: str = "", at_key: bool = False, **more) -> "Finding":
        """Return a finding on a record, at the place of a pointer inside it."""
        full, place = raw.find(pointer, at_key)
        name = raw.data.get("id")
        more.setdefault("case", name.strip() if isinstance(name, str) and name.strip() else None)
        where = {"line": place.line, "column": place.column, "sheet": place.sheet, "cell": place.cell}
        return cls(code, message, file=raw.file, pointer=full or None, **where, **more)

    def order(self) -> tuple[int, int]:
        """Return line and column, of a cell its row and column, to put the findings on one file or sheet in order."""
        cell = re.fullmatch("([A-Z]+)([0-9]+)", self.cell or "")
        if cell:
            return int(cell[2]), reduce(lambda column, letter: column * 26 + ord(letter) - 64, cell[1], 0)
        return self.line or 0, self.column or 0

    def where(self) -> str:
        """Return the place in words: file, line and column, or sheet and cell."""
        parts = [self.file or "-"]
        if self.line is not None:
            parts += [str(self.line)] + ([str(self.column)] if self.column is not None else [])
        elif self.cell or self.sheet:
            parts.append("!".join(part for part in (self.sheet, self.cell) if part))
        return ":".join(parts)


class Unreadable(Exception):
    """Input that cannot be read at all; the finding says which file, where and why."""

    def __init__(self, message: str, file: str, line: int | None = None, column: int | None = None, **more):
        super().__init__(message)
        self.finding = Finding("unreadable", message, file=file, line=line, column=column, **more)


def step(pointer: str, key: str) -> str:
    """Return the JSON pointer one step further down, the key written as RFC 6901 has it."""
    return f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like a word, or None where none is like it."""
    by_lower = {k.lower(): k for k in known}
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None
