"""What a reader of a format hands on: records as text, with the place that each value came from, and findings."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Place:
    """Where a value stands: line and column from 1, or sheet and cell."""

    line: int | None = None
    column: int | None = None
    sheet: str | None = None
    cell: str | None = None


@dataclass
class RawRecord:
    """One record as it came: nested dicts, lists and strings, and the place of each by JSON pointer."""

    file: str
    data: dict
    places: dict[str, Place] = field(default_factory=dict)
    pointer: str = ""

    def place(self, pointer: str) -> Place:
        """Return the place of a value, or the nearest known place above it."""
        while pointer and pointer not in self.places:
            pointer = pointer.rpartition("/")[0]
        return self.places.get(pointer, Place())


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

    def where(self) -> str:
        """Return the place in words: file, line and column, or sheet and cell."""
        parts = [self.file or "-"]
        if self.line is not None:
            parts += [str(self.line)] + ([str(self.column)] if self.column is not None else [])
        elif self.cell:
            parts.append(f"{self.sheet}!{self.cell}" if self.sheet else self.cell)
        return ":".join(parts)


class Unreadable(Exception):
    """Input that cannot be read at all; the finding says which file, where and why."""

    def __init__(self, message: str, file: str, line: int | None = None, column: int | None = None):
        super().__init__(message)
        self.finding = Finding("unreadable", message, file=file, line=line, column=column)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like a word, or None where none is like it."""
    by_lower = {k.lower(): k for k in known}
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None
