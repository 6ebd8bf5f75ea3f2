"""Open a file or standard input within limits, tell its encoding, and say clearly what is wrong with one that fails."""

import io
import shutil
import sys
import tempfile
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from coproduction.loaders import limits
from coproduction.loaders.raw import Unreadable

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# What spreadsheet programs of Western Europe write where they do not write UTF-8.
FALLBACK = "cp1252"
# How other kinds of file begin, and what to do about them.
BEGINNINGS = {
    b"PK\x03\x04": "is a packed file such as a workbook; name it .xlsx, or save it as text",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "is an old or a password-protected Office file; save it as .xlsx or .csv",
    b"%PDF-": "is a PDF; it holds no records",
    b"\x1f\x8b": "is packed by gzip; unpack it first",
}


def check_file(name: str) -> None:
    """Raise Unreadable for what is no file, is a directory, cannot be opened or is larger than the limit."""
    try:
        if Path(name).is_dir():
            raise Unreadable("is a directory; name the files in it", name)
        if Path(name).stat().st_size > limits.MOST_BYTES:
            raise _too_large(name)
    except FileNotFoundError:
        raise Unreadable("there is no such file", name) from None
    except OSError as error:
        raise Unreadable(f"cannot be opened: {error.strerror}", name) from None
    except ValueError:
        raise Unreadable("is no name that a file can have", name) from None


def _too_large(name: str) -> Unreadable:
    return Unreadable(f"is larger than {limits.MOST_BYTES / limits.MEGABYTE:g} MB; split it", name)


def open_bytes(name: str) -> BinaryIO:
    """Return a file at its start that can be read more than once, `-` being standard input.

    What has no size beforehand (standard input, a pipe) is copied first, beyond 10 MB to a temporary file.
    Raises Unreadable: no file, a directory, empty, over a limit.
    """
    if name != "-":
        check_file(name)
    try:
        if name != "-" and Path(name).is_file():
            file: BinaryIO = open(name, "rb")  # noqa: SIM115
        else:
            file = _copied(name)
    except OSError as error:
        raise Unreadable(f"cannot be opened: {error.strerror}", name) from None
    while (chunk := file.read(limits.MEGABYTE)) and not chunk.strip():
        pass
    if not chunk:
        file.close()
        raise Unreadable("is empty", name)
    file.seek(0)
    return file


def _copied(name: str) -> BinaryIO:
    copy = tempfile.SpooledTemporaryFile(max_size=10 * limits.MEGABYTE)  # noqa: SIM115
    left = limits.MOST_BYTES + 1
    with nullcontext(sys.stdin.buffer) if name == "-" else open(name, "rb") as source:
        while left and (chunk := source.read(min(left, limits.MEGABYTE))):
            copy.write(chunk)
            left -= len(chunk)
    if not left:
        copy.close()
        raise _too_large(name)
    copy.seek(0)
    return copy


def read_bytes(name: str) -> bytes:
    """Return a file's bytes. Raises Unreadable as `open_bytes` does."""
    with open_bytes(name) as file:
        return file.read()


def read_text(name: str) -> str:
    """Return a file's text, read as UTF-8 with or without a byte-order mark. Raises Unreadable at a bad byte."""
    data = read_bytes(name)
    _check_beginning(name, data)
    if data[:2] in UTF_16:
        raise Unreadable("is UTF-16; save it as UTF-8", name, 1, 1)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = len(before) - (before.rfind(b"\n") + 1) + 1
        raise _not_utf_8(name, before.count(b"\n") + 1, column, data[error.start]) from None
    if "\x00" in text:
        raise _nul(name, text[: text.index("\x00")].count("\n") + 1)
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > limits.LONGEST_LINE:
            raise _long_line(name, number, f"{len(line):,}")
    return text


def _check_beginning(name: str, data: bytes) -> None:
    for beginning, says in BEGINNINGS.items():
        if data.startswith(beginning):
            raise Unreadable(says, name)


def _not_utf_8(name: str, line: int, column: int, byte: int) -> Unreadable:
    return Unreadable(f"is not UTF-8: byte 0x{byte:02x} cannot be read; save it as UTF-8", name, line, column)


def _nul(name: str, line: int) -> Unreadable:
    return Unreadable("holds a NUL character; it is no text file", name, line)


def _long_line(name: str, line: int, length: str) -> Unreadable:
    return Unreadable(f"has a line of {length} characters; {limits.LONGEST_LINE:,} at most", name, line)


@dataclass
class Guess:
    """An encoding that a file only seems to have: the first line that tells, and what it reads like in it."""

    encoding: str
    line: int
    column: int
    sample: str


def open_text(name: str, guess: bool = False) -> tuple[TextIO, Guess | None]:
    """Return a text file to be read line by line, checked to its end before, and the guess at its encoding if any.

    A byte-order mark tells UTF-8 or UTF-16; without one it is UTF-8. With `guess`, a file without a single letter
    beyond ASCII in UTF-8 may be Windows-1252. Raises Unreadable at a bad byte, a NUL or a line over the limit.
    """
    file = open_bytes(name)
    try:
        start = file.read(8)
        _check_beginning(name, start)
        file.seek(0)
        if start[:2] in UTF_16:
            return _utf_16(name, file), None
        guessed = _check_lines(name, file, guess)
        file.seek(0)
    except Unreadable:
        file.close()
        raise
    return io.TextIOWrapper(file, guessed.encoding if guessed else "utf-8-sig", newline=""), guessed


def _utf_16(name: str, file: BinaryIO) -> TextIO:
    """Return the text of what a spreadsheet program calls Unicode text, as UTF-8 in a file of its own."""
    copy = tempfile.SpooledTemporaryFile(max_size=10 * limits.MEGABYTE)  # noqa: SIM115
    try:
        with io.TextIOWrapper(file, "utf-16", newline="") as text:
            utf_8 = io.TextIOWrapper(copy, "utf-8", newline="", write_through=True)
            shutil.copyfileobj(text, utf_8, limits.MEGABYTE)
    except UnicodeError:
        raise Unreadable("begins as UTF-16 and cannot be read as such; save it as UTF-8", name) from None
    utf_8.flush()
    copy.seek(0)
    _check_lines(name, copy, False)
    utf_8.seek(0)
    return utf_8


def _check_lines(name: str, file: BinaryIO, guess: bool) -> Guess | None:
    """Check each line of a file, and return the guess at its encoding where it is not UTF-8 and one is asked for."""
    guessed, beyond_ascii, number = None, False, 0
    while line := file.readline(limits.LONGEST_LINE * 4 + 2):
        number += 1
        if (
            len(line) > limits.LONGEST_LINE
            and len(line.rstrip(b"\r\n").decode("utf-8", "replace")) > limits.LONGEST_LINE
        ):
            raise _long_line(name, number, f"more than {limits.LONGEST_LINE:,}")
        if b"\x00" in line:
            raise _nul(name, number)
        if not line.isascii():
            try:
                line.decode("utf-8")
                beyond_ascii = beyond_ascii or not (number == 1 and line.startswith(b"\xef\xbb\xbf"))
            except UnicodeDecodeError as error:
                at = error.start
                if guessed is None:
                    first = number, at + 1, line[at]
                    guessed = Guess(FALLBACK, number, at + 1, _around(line, at))
                if not guess or beyond_ascii or _controls(line):
                    raise _not_utf_8(name, *first) from None
    if guessed and beyond_ascii:
        raise _not_utf_8(name, *first)
    return guessed


def _controls(line: bytes) -> bool:
    """Return whether a line has what no text in Windows-1252 has: control characters, or bytes without a meaning."""
    try:
        return any(c < " " and c not in "\t\r\n" for c in line.decode(FALLBACK))
    except UnicodeDecodeError:
        return True


def _around(line: bytes, at: int) -> str:
    """Return the word around a byte, read in the fallback encoding."""
    text = line.decode(FALLBACK, "replace")
    begin = max((text.rfind(c, 0, at) for c in ' ,;\t"'), default=-1) + 1
    # A blank of Windows-1252 may stand alone.
    word = (text[begin:].split() or [text[at]])[0]
    return word.strip('",;\t')[:40]
