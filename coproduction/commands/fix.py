"""`coproduction fix`: the safe repairs of a file, shown as a diff, and written when asked."""

import difflib
import os
import sys
import tempfile
from pathlib import Path

import click

from coproduction import cases, repair
from coproduction.codebook import shipped_codebook
from coproduction.commands.common import leave, say
from coproduction.loaders import files
from coproduction.loaders.raw import Unreadable
from coproduction.vocabulary import shipped

MARK = b"\xef\xbb\xbf"


def run(name: str, write: bool, given: str | None) -> None:
    """Show what would be repaired, leaving with 1 where anything would be; with `write`, repair the file instead."""
    book = shipped_codebook()
    if name == "-":
        leave("fix repairs a file; standard input is none", 2)
    try:
        suffix = files.format_of(name, given)
        if suffix not in repair.SCANNERS:
            leave(f"{name}: fix repairs YAML, JSON and CSV; {suffix} is none of them", 2)
        text = files.read_text(name)
        _, before = cases.read([name], book, given)
        new = repair.repaired(text, suffix, book, shipped())
    except Unreadable as error:
        leave(f"{error.finding.where()}: {error.finding.message}", 2)
    if new == text:
        say(f"{name}: nothing to repair; {_rest(before)}")
        return
    after = _findings_of(new, suffix, name)
    if after is None or sum(f.severity == "error" for f in after) > sum(f.severity == "error" for f in before):
        leave(f"{name}: the repairs would do harm, so none is made; mend by hand what validate says", 1)
    lines = (t.splitlines(keepends=True) for t in (text, new))
    for line in difflib.unified_diff(*lines, fromfile=name, tofile=f"{name} (repaired)"):
        click.echo(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n", nl=False)
    if not write:
        say(f"{name}: not written; repeat with --write. {_rest(after)}")
        sys.exit(1)
    try:
        _write(Path(name), new)
    except OSError as error:
        leave(f"{name}: cannot be written: {error.strerror}", 2)
    say(f"{name}: repaired; {_rest(after)}")


def _rest(found) -> str:
    return (
        f"{len(found)} finding{'' if len(found) == 1 else 's'} left for `coproduction validate`"
        if found
        else "all well"
    )


def _findings_of(text: str, suffix: str, name: str):
    """Return the findings on a repaired text, read as its file would be; None where it can no longer be read."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"repaired.{suffix}"
        file.write_bytes(text.encode())
        try:
            return cases.read([str(file)], shipped_codebook())[1]
        except Unreadable:
            return None


def _write(file: Path, text: str) -> None:
    """Put a text in place of a file's, whole or not at all; its mode and its byte-order mark stay."""
    file = file.resolve()
    mark = MARK if file.read_bytes().startswith(MARK) else b""
    handle, part = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(mark + text.encode())
        os.chmod(part, file.stat().st_mode)
        os.replace(part, file)
    finally:
        Path(part).unlink(missing_ok=True)
