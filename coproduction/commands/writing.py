"""Writing a command's result: whole or not at all, to a file or to standard output."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from coproduction.commands.common import leave, say
from coproduction.messages import word


def write_whole(data: bytes, output: str | None, lang: str = "en") -> None:
    """Write bytes to a file, or to standard output for `-` or None; leaves with 2 where they cannot be written."""
    if output in (None, "-"):
        click.echo(data, nl=False)
    else:
        write_pieces([data], output, lang)


def write_pieces(pieces: Iterable[bytes], output: str, lang: str = "en") -> None:
    """Write to a file what comes piece by piece; leaves with 2 where it cannot be written.

    Where a piece does not come, for what makes it has failed, the file stays as it was.
    """
    try:
        # A link is followed, so that what it points to is written and the link stays.
        file = Path(output).resolve()
        if file.exists() and not file.is_file():
            # A pipe or a device cannot be replaced; a directory says here that it is one.
            with file.open("wb") as out:
                out.writelines(pieces)
        else:
            _put(file, pieces)
    except (OSError, ValueError) as error:
        leave(word("not-written", lang, file=output, why=getattr(error, "strerror", None) or error), 2)
    say(word("wrote", lang, file=output))


def _put(file: Path, pieces: Iterable[bytes]) -> None:
    part = file.with_name(f".{file.name}.part")
    try:
        with part.open("wb") as out:
            out.writelines(pieces)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def replace(data: Mapping[Path, bytes]) -> None:
    """Put files in the place of those that are there, all or none. Raises OSError."""
    parts = {file: file.with_name(f".{file.name}.part") for file in data}
    try:
        for file, part in parts.items():
            part.write_bytes(data[file])
        for file, part in parts.items():
            part.replace(file)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def apart(files: Iterable[str], *written: str | Path | None, lang: str = "en") -> None:
    """Leave with 2 where what is to be written is one of the files that are read."""
    read = {Path(name).resolve() for name in files if name != "-"}
    for name in written:
        if name not in (None, "-") and Path(name).resolve() in read:
            leave(word("overwritten", lang, file=name), 2)


def fit_for(output: str | None, instead: str, lang: str = "en") -> None:
    """Leave with 2 where a workbook would go to a terminal, naming the format to take instead."""
    if output in (None, "-") and sys.stdout.isatty():
        leave(word("no-terminal", lang, instead=instead), 2)
