"""What commands share: reading records or refusing with findings, and the vocabulary with a user's own files."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from coproduction import cases, report
from coproduction.codebook import Codebook, load, shipped_codebook
from coproduction.definitions import BadDefinition
from coproduction.loaders import bibliography_files
from coproduction.loaders.bibliography_files import Library
from coproduction.loaders.case import Case
from coproduction.loaders.raw import Finding, Unreadable, nearest
from coproduction.rules import told
from coproduction.tables import UnsoundCriterion
from coproduction.verdicts import Rules, load_rules
from coproduction.vocabulary import Vocabulary, shipped, with_files


def say(text: str) -> None:
    """Print words to standard error."""
    click.echo(text, err=True)


def leave(text: str, code: int) -> None:
    """Print words to standard error and leave with an exit code."""
    say(text)
    sys.exit(code)


def vocabulary(own: Iterable[str] = ()) -> tuple[Vocabulary, Codebook, Rules]:
    """Return vocabulary, codebook and rules, with a user's own files; leaves with 2 where one cannot be read."""
    own = tuple(own)
    for name in own:
        if not Path(name).is_file():
            leave(f"{name}: there is no such file", 2)
    try:
        found = with_files(Path(n) for n in own) if own else shipped()
        return found, load(found) if own else shipped_codebook(), load_rules(found)
    except SyntaxError as error:
        leave(f"{error.filename or ', '.join(own)}:{error.lineno}: is no Turtle: {error.msg}", 2)
    except (BadDefinition, UnsoundCriterion, ValueError) as error:
        leave(f"{', '.join(own)}: {error}", 1)
    raise AssertionError("not reached")


def readable(
    files: Iterable[str], book: Codebook, given: str | None, lang: str = "en"
) -> tuple[list[Case], list[Finding]]:
    """Return cases and findings of files; leaves with 2 where a file cannot be read."""
    try:
        return cases.read(files, book, given)
    except Unreadable as error:
        leave(report.as_text([told(error.finding, lang)], lang), 2)
    raise AssertionError("not reached")


def bibliography(paths: Iterable[str]) -> tuple[Library, list[Finding]]:
    """Return a user's bibliographies and the findings on them; leaves with 2 where one cannot be read."""
    try:
        return bibliography_files.read(paths)
    except Unreadable as error:
        leave(report.as_text([error.finding]), 2)
    raise AssertionError("not reached")


def library(paths: Iterable[str], found: list[Case]) -> Library:
    """Return the bibliographies of cases; leaves with 1, showing all findings, where any of them is an error."""
    from coproduction import bibliographies

    read, findings = bibliography(paths)
    _refuse(findings + bibliographies.findings(found, read) if paths else [])
    return read


def sound(files: Iterable[str], book: Codebook, given: str | None) -> list[Case]:
    """Return the cases of files; leaves with 1, showing all findings, where any of them is an error."""
    found, findings = readable(files, book, given)
    _refuse(findings)
    return found


def _refuse(findings: list[Finding]) -> None:
    """Show findings; leaves with 1 where any of them is an error."""
    if findings:
        say(report.as_text(findings))
    if report.has_errors(findings):
        leave("nothing was done: mend the errors above first", 1)


def of_coder(records: Iterable[Case], coder: str) -> list[Case]:
    """Return the records by a coder; leaves with 2 where there are none."""
    records = list(records)
    chosen = [case for case in records if case.coder == coder]
    if not chosen:
        like = nearest(coder, {case.coder for case in records})
        leave(f"there is no record by {coder}" + (f"; did you mean {like}?" if like else ""), 2)
    return chosen
