"""Writing a command's result: whole or not at all, to a file or to standard output."""

from pathlib import Path

import click

from coproduction.commands.common import leave, say


def write_whole(data: bytes, output: str | None) -> None:
    """Write bytes to a file, or to standard output for `-` or None; leaves with 2 where they cannot be written."""
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
    except (OSError, ValueError) as error:
        leave(f"{output}: cannot be written: {getattr(error, 'strerror', None) or error}", 2)
    say(f"wrote {output}")


def _replace(file: Path, data: bytes) -> None:
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_bytes(data)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
