"""Read records from files of any format, from folders, patterns and standard input, one after the other."""

import glob
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from coproduction.loaders import limits
from coproduction.loaders.opening import check_file, open_bytes, open_text, read_bytes, read_text
from coproduction.loaders.raw import RawRecord, Unreadable, nearest

if TYPE_CHECKING:
    from coproduction.codebook import Codebook

Reader = Callable[[str, "Codebook | None"], Iterable[RawRecord]]
__all__ = ["FORMATS", "expand", "format_of", "read", "read_bytes", "read_text", "stream"]


def format_of(name: str, given: str | None) -> str:
    """Return the format of a file by what was asked for or by its suffix. Raises Unreadable for an unknown one."""
    if given:
        key = given.lower().lstrip(".")
    elif name == "-":
        key = "yaml"
    else:
        key = _suffix(name)
    if key in FORMATS:
        return key
    if key in OTHERS:
        raise Unreadable(f"format {key!r} is not read; {OTHERS[key]}", name)
    like = nearest(key, FORMATS)
    known = f"did you mean {like}? " if like else ""
    known += f"known: {', '.join(sorted(FORMATS))}"
    wrong = f"format {key!r} is not known" if key else "has no suffix to tell its format"
    raise Unreadable(f"{wrong}; {known}", name)


def _suffix(name: str) -> str:
    return Path(name).suffix.lower().lstrip(".")


def expand(names: Iterable[str], given: str | None = None) -> Iterator[str]:
    """Yield the files that names stand for: themselves, those in a folder and below it, or those of a pattern.

    In a folder only files with a suffix of a known format count, or all of them where a format is given; hidden files,
    and the marks that spreadsheet programs leave beside an open file (`~$`), do not. Raises Unreadable for a folder or a
    pattern without a file, or with more than the limit.
    """
    for name in names:
        if name != "-" and _is_folder(name):
            yield from _counted(name, _in_folder(name, given), "is a directory that holds no file of records")
        elif name != "-" and glob.has_magic(name) and not os.path.lexists(name):
            found = (f for f in sorted(glob.glob(name, recursive=True)) if os.path.isfile(f))
            yield from _counted(name, found, "there is no such file")
        else:
            yield name


def _is_folder(name: str) -> bool:
    try:
        return Path(name).is_dir()
    except (OSError, ValueError):
        return False


def _counted(name: str, found: Iterable[str], none: str) -> list[str]:
    files: list[str] = []
    for file in found:
        files.append(file)
        if len(files) > limits.MOST_FILES:
            raise Unreadable(f"has more than {limits.MOST_FILES:,} files", name)
    if not files:
        raise Unreadable(none, name)
    return files


def _in_folder(name: str, given: str | None) -> Iterator[str]:
    for folder, inner, files in os.walk(name):
        inner[:] = sorted(i for i in inner if not i.startswith("."))
        for file in sorted(files):
            path = os.path.join(folder, file)
            if not file.startswith((".", "~$")) and (given or _suffix(file) in FORMATS) and os.path.isfile(path):
                yield path


def stream(names: Iterable[str], given: str | None = None, book: "Codebook | None" = None) -> Iterator[RawRecord]:
    """Yield the raw records of all files, in order, from tables and JSON Lines without holding more than one.

    book: what tells RDF's properties apart, the shipped codebook where it is not given. Raises Unreadable at the first
    file, or the first place in one, that cannot be read.
    """
    for name in expand(names, given):
        if name != "-":
            check_file(name)
        record = None
        for record in FORMATS[format_of(name, given)](name, book):
            yield record
        if record is None:
            raise Unreadable("holds no record", name)


def read(names: Iterable[str], given: str | None = None, book: "Codebook | None" = None) -> list[RawRecord]:
    """Return the raw records of all files, in order. Raises Unreadable for the first file that cannot be read."""
    return list(stream(names, given, book))


def _yaml(name: str, _: "Codebook | None") -> Iterable[RawRecord]:
    from coproduction.loaders.yaml_records import read

    return read(name, read_text(name))


def _json(name: str, book: "Codebook | None") -> Iterable[RawRecord]:
    from coproduction.loaders.json_records import read

    return read(name, read_text(name), book=book)


def _participedia(name: str, _: "Codebook | None") -> Iterable[RawRecord]:
    from coproduction.loaders.participedia import read

    return read(name, read_text(name))


def _json_lines(name: str, book: "Codebook | None") -> Iterator[RawRecord]:
    from coproduction.loaders.json_records import read_lines

    text, _ = open_text(name)
    with text:
        yield from read_lines(name, text, book)


def _csv(name: str, _: "Codebook | None") -> Iterator[RawRecord]:
    from coproduction.loaders.csv_records import read

    text, guess = open_text(name, guess=True)
    with text:
        yield from read(name, text, guess)


def _xlsx(name: str, _: "Codebook | None") -> Iterator[RawRecord]:
    from coproduction.loaders.xlsx_records import read

    with open_bytes(name) as file:
        yield from read(name, file)


def _rdf(suffix: str) -> Reader:
    def load(name: str, book: "Codebook | None") -> Iterable[RawRecord]:
        from coproduction.loaders.rdf_records import read

        return read(name, read_text(name), suffix, book=book)

    return load


FORMATS: dict[str, Reader] = {
    "yaml": _yaml,
    "yml": _yaml,
    "json": _json,
    "jsonl": _json_lines,
    "ndjson": _json_lines,
    "csv": _csv,
    "tsv": _csv,
    "participedia": _participedia,
    "xlsx": _xlsx,
    "xlsm": _xlsx,
    **{suffix: _rdf(suffix) for suffix in ("ttl", "nt", "nq", "trig", "rdf", "jsonld")},
}
# Formats whose records come line by line, and those that are read to their end before their first record comes.
BY_LINE, READ_FIRST = ("csv", "tsv", "jsonl", "ndjson"), ("csv", "tsv")
# Formats that are near to one that is read, and how to come by that.
OTHERS = dict.fromkeys(("xls", "xlsb", "ods", "numbers"), "save it as .xlsx or .csv")
