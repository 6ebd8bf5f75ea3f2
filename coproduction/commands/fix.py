"""`coproduction fix`: the safe repairs of a file, shown first, and written when asked."""

import difflib
import os
import sys
import tempfile
from pathlib import Path

import click

from coproduction import cases, repair, validation
from coproduction.codebook import shipped_codebook
from coproduction.commands.common import leave, say
from coproduction.loaders import files
from coproduction.loaders.case import Case
from coproduction.loaders.raw import Finding, Unreadable
from coproduction.messages import counted, word
from coproduction.rules import told
from coproduction.sheet_xml import OtherEncoding
from coproduction.verdicts import load_rules
from coproduction.vocabulary import shipped

MARK = b"\xef\xbb\xbf"
WORKBOOKS = ("xlsx", "xlsm")


def run(name: str, write: bool, given: str | None, lang: str = "en") -> None:
    """Show what would be repaired, leaving with 1 where anything would be; with `write`, repair the file instead."""
    if name == "-":
        leave(word("fix-stdin", lang), 2)
    try:
        suffix = files.format_of(name, given)
        if suffix not in repair.SCANNERS and suffix not in WORKBOOKS:
            leave(word("fix-format", lang, file=name, format=suffix), 2)
        read, before = cases.read([name], shipped_codebook(), given)
        shown, new = (_workbook if suffix in WORKBOOKS else _text)(name, suffix, lang)
    except Unreadable as error:
        leave(f"{error.finding.where()}: {told(error.finding, lang).message}", 2)
    except OtherEncoding as error:
        leave(word("fix-encoding", lang, file=name, sheet=error), 2)
    if new is None:
        say(word("fix-nothing", lang, file=name, rest=_rest(read, before, lang)))
        return
    mended, after = _read_again(new, suffix)
    if after is None or sum(f.severity == "error" for f in after) > sum(f.severity == "error" for f in before):
        leave(word("fix-harm", lang, file=name), 1)
    for line in shown:
        click.echo(line)
    if not write:
        say(word("fix-not-written", lang, file=name, rest=_rest(mended, after, lang)))
        sys.exit(1)
    try:
        _write(Path(name), new)
    except OSError as error:
        leave(word("not-written", lang, file=name, why=error.strerror), 2)
    say(word("fix-written", lang, file=name, rest=_rest(mended, after, lang)))


def _text(name: str, suffix: str, lang: str) -> tuple[list[str], bytes | None]:
    """Return what repairs change in a file of text, as a diff, and the file repaired; None where they change nothing."""
    text = files.read_text(name)
    new = repair.repaired(text, suffix, shipped_codebook(), shipped())
    if new == text:
        return [], None
    shown = []
    pair = (t.splitlines(keepends=True) for t in (text, new))
    for line in difflib.unified_diff(*pair, fromfile=name, tofile=f"{name} ({word('fix-repaired', lang)})"):
        shown += [line.removesuffix("\n")] + ([] if line.endswith("\n") else [word("fix-newline", lang)])
    mark = MARK if files.read_bytes(name).startswith(MARK) else b""
    return shown, mark + new.encode()


def _workbook(name: str, suffix: str, lang: str) -> tuple[list[str], bytes | None]:
    """Return what repairs change in a workbook, a line a cell, and the workbook repaired; None as above."""
    from coproduction import scalars_xlsx

    data = files.read_bytes(name)
    found = scalars_xlsx.of_xlsx(name, data)
    changes = repair.repairs(found.places, shipped_codebook(), shipped())
    if not changes:
        return [], None
    shown = [f"{'!'.join(found.places[s])}: {_seen(s.text)} -> {_seen(new)}" for s, new in changes.items()]
    if found.formulas:
        say(word("fix-formulas", lang, file=name))
    return shown, scalars_xlsx.changed(data, found, changes)


def _seen(text: str) -> str:
    """Return a text so that its blanks are seen: between quotation marks where it has some at its ends or several."""
    return text if text and text == " ".join(text.split()) and repair.clean(text) == text else repr(text)


def _rest(read: list[Case], found: list[Finding], lang: str) -> str:
    """Return how many errors and warnings are left: all that validate tells, and not those of reading alone."""
    left = len(found) + len(validation.findings(read, load_rules(shipped()), shipped(), cases.shipped_cases()))
    return counted("fix-left", left, lang) if left else word("fix-well", lang)


def _read_again(data: bytes, suffix: str) -> tuple[list[Case], list[Finding] | None]:
    """Return the cases of a repaired file and the findings on reading it; None where it can no longer be read."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"repaired.{suffix}"
        file.write_bytes(data)
        try:
            return cases.read([str(file)], shipped_codebook())
        except Unreadable:
            return [], None


def _write(file: Path, data: bytes) -> None:
    """Put bytes in place of a file's, whole or not at all; its mode stays."""
    file = file.resolve()
    handle, part = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        os.chmod(part, file.stat().st_mode)
        os.replace(part, file)
    finally:
        Path(part).unlink(missing_ok=True)
