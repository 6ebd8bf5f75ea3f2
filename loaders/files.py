"""Open a file of records of any format, with limits, and say clearly what is wrong with one that cannot be read."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from coproduction.loaders.raw import RawRecord, Unreadable

MOST_BYTES = 500_000_000
LONGEST_LINE = 10_000_000


def read_bytes(name: str) -> bytes:
    """Return a file's bytes, `-` being standard input. Raises Unreadable: no file, a directory, empty, over a limit."""
    if name == "-":
        data = sys.stdin.buffer.read(MOST_BYTES + 1)
    else:
        _check_file(name)
        try:
            # Not all that can be opened has a size beforehand.
            with open(name, "rb") as file:
                data = file.read(MOST_BYTES + 1)
        except OSError as error:
            raise Unreadable(f"cannot be opened: {error.strerror}", name) from None
    if len(data) > MOST_BYTES:
        raise Unreadable(f"is larger than {MOST_BYTES // 1_000_000} MB; split it", name)
    if not data.strip():
        raise Unreadable("is empty", name)
    return data


def _check_file(name: str) -> None:
    try:
        if Path(name).is_dir():
            raise Unreadable("is a directory; name the files in it", name)
        if Path(name).stat().st_size > MOST_BYTES:
            raise Unreadable(f"is larger than {MOST_BYTES // 1_000_000} MB; split it", name)
    except FileNotFoundError:
        raise Unreadable("there is no such file", name) from None
    except OSError as error:
        raise Unreadable(f"cannot be opened: {error.strerror}", name) from None


def read_text(name: str) -> str:
    """Return a file's text, read as UTF-8 with or without a byte-order mark. Raises Unreadable at a bad byte."""
    data = read_bytes(name)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Unreadable("is UTF-16; save it as UTF-8", name, 1, 1)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before) - (before.rfind(b"\n") + 1) + 1
        message = f"is not UTF-8: byte 0x{data[error.start]:02x} cannot be read; save it as UTF-8"
        raise Unreadable(message, name, line, column) from None
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise Unreadable("holds a NUL character; it is no text file", name, line)
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LONGEST_LINE:
            raise Unreadable(f"has a line of {len(line):,} characters; {LONGEST_LINE:,} at most", name, number)
    return text


def format_of(name: str, given: str | None) -> str:
    """Return the format of a file by what was asked for or by its suffix. Raises Unreadable for an unknown one."""
    from coproduction.loaders.raw import nearest

    if given:
        key = given.lower().lstrip(".")
    elif name == "-":
        key = "yaml"
    else:
        key = Path(name).suffix.lower().lstrip(".")
    if key in FORMATS:
        return key
    like = nearest(key, FORMATS)
    known = f"did you mean {like}? " if like else ""
    known += f"known: {', '.join(sorted(FORMATS))}"
    wrong = f"format {key!r} is not known" if key else "has no suffix to tell its format"
    raise Unreadable(f"{wrong}; {known}", name)


def read(names: Iterable[str], given: str | None = None) -> list[RawRecord]:
    """Return the raw records of all files, in order. Raises Unreadable for the first file that cannot be read."""
    records: list[RawRecord] = []
    for name in names:
        if name != "-":
            _check_file(name)
        found = FORMATS[format_of(name, given)](name)
        if not found:
            raise Unreadable("holds no record", name)
        records += found
    return records


def _yaml(name: str) -> list[RawRecord]:
    from coproduction.loaders.yaml_records import read

    return read(name, read_text(name))


def _json(name: str) -> list[RawRecord]:
    from coproduction.loaders.json_records import read

    return read(name, read_text(name))


def _csv(name: str) -> list[RawRecord]:
    from coproduction.loaders.csv_records import read

    return read(name, read_text(name))


def _rdf(suffix: str) -> Callable[[str], list[RawRecord]]:
    def load(name: str) -> list[RawRecord]:
        from coproduction.loaders.rdf_records import read

        return read(name, read_text(name), suffix)

    return load


FORMATS: dict[str, Callable[[str], list[RawRecord]]] = {
    "yaml": _yaml,
    "yml": _yaml,
    "json": _json,
    "csv": _csv,
    "tsv": _csv,
    **{suffix: _rdf(suffix) for suffix in ("ttl", "nt", "nq", "trig", "rdf", "jsonld")},
}
