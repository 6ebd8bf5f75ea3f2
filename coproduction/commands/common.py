"""What commands share: reading records or refusing with findings, and the vocabulary with a user's own files."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from coproduction import cases, report
from coproduction.codebook import Codebook, load, shipped_codebook
from coproduction.loaders import bibliography_files
from coproduction.loaders.bibliography_files import Library
from coproduction.loaders.case import Case
from coproduction.loaders.raw import Finding, Unreadable, nearest
from coproduction.rules import told
from coproduction.verdicts import Rules, load_rules
from coproduction.vocabulary import Vocabulary, shipped, with_files


def say(text: str) -> None:
    """Print words to standard error."""
    click.echo(text, err=True)


def leave(text: str, code: int) -> None:
    """Print words to standard error and leave with an exit code."""
    say(text)
    sys.exit(code)


def own_findings(own: Iterable[str], lang: str = "en") -> list[Finding]:
    """Return what is wrong with a user's own definitions; leaves with 2 where a file of them cannot be read."""
    from coproduction.own import findings

    for name in own:
        if not Path(name).is_file():
            leave(f"{name}: there is no such file", 2)
    try:
        return findings(own, lang)
    except Unreadable as error:
        leave(f"{error.finding.where()}: {told(error.finding, lang).message}", 2)
    raise AssertionError("not reached")


def vocabulary(own: Iterable[str] = (), checked: bool = False) -> tuple[Vocabulary, Codebook, Rules]:
    """Return vocabulary, codebook and rules, with a user's own files.

    Leaves with 2 where one of these cannot be read, and with 1, showing all findings, where it has an error. checked: the
    findings on them have been told, and there is no error among them.
    """
    own = tuple(own)
    if not own:
        return shipped(), shipped_codebook(), load_rules(shipped())
    if not checked:
        found = own_findings(own)
        if found:
            say(report.as_text(found))
        if report.has_errors(found):
            leave("nothing was done: mend the errors above first", 1)
    words = with_files(Path(name) for name in own)
    return words, load(words), load_rules(words)


def readable(
    files: Iterable[str], book: Codebook, given: str | None, lang: str = "en", base: str | None = None
) -> tuple[list[Case], list[Finding]]:
    """Return cases and findings of files; leaves with 2 where a file cannot be read."""
    try:
        return cases.read(files, book, given, base)
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


def sound(files: Iterable[str], book: Codebook, given: str | None, base: str | None = None) -> list[Case]:
    """Return the cases of files; leaves with 1, showing all findings, where any of them is an error."""
    found, findings = readable(files, book, given, base=base)
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
