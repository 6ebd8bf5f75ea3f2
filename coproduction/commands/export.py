"""`coproduction export`: what researchers take into their own programs."""

from importlib import import_module
from pathlib import Path

import click

from coproduction.commands.common import leave, say
from coproduction.exports.bibliography import shipped_records


def bibliography(fmt: str, output: str | None) -> None:
    """Write the works that the sources cite or name, and the sources, in a format: `bibtex`, `ris` or `csl_json`."""
    _write(import_module(f"coproduction.exports.{fmt}").write(shipped_records()), output)


def _write(text: str, output: str | None) -> None:
    """Write a text to a file, whole or not at all, or to standard output; leaves with 2 where it cannot be written."""
    data = text.encode()
    if output in (None, "-"):
        click.echo(data, nl=False)
        return
    try:
        # A link is followed, so that what it points to is written and the link stays.
        file = Path(output).resolve()
        if file.exists() and not file.is_file():
            # A pipe or a device cannot be replaced; a directory says here that it is one.
            file.write_bytes(data)
        else:
            _replace(file, data)
    except OSError as error:
        leave(f"{output}: cannot be written: {error.strerror}", 2)
    say(f"wrote {output}")


def _replace(file: Path, data: bytes) -> None:
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_bytes(data)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
