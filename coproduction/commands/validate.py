"""`coproduction validate`: what is wrong with new case data, all of it."""

import gc
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import click

from coproduction import bulk, passages, report, reports, validation
from coproduction.cases import shipped_cases
from coproduction.commands.bar import Bar
from coproduction.commands.common import bibliography, leave, own_findings, say, vocabulary
from coproduction.commands.writing import apart, fit_for, write_pieces, write_whole
from coproduction.loaders.case import Case
from coproduction.loaders.files import expand, format_of, read_bytes, stream
from coproduction.loaders.raw import Finding, RawRecord, Unreadable
from coproduction.memory import Memory
from coproduction.messages import counted, word
from coproduction.rules import told

# Formats of which a marked copy is made.
MARKED = ("xlsx", "xlsm")
FAILING = {"error": {"error"}, "warning": {"error", "warning"}, "never": set()}


class Brief(NamedTuple):
    """What reports that are not streamed ask of a case."""

    id: str
    iri: str
    raw: RawRecord


def run(files, fmt, output, fail_on, folder, shacl, refs, lang, given, own, base) -> None:
    """Print every finding on the files, or write them to one; leaves with 1 where any is as severe as asked."""
    if fmt == "xlsx":
        fit_for(output, "html", lang)
    counts, bar, sources = dict.fromkeys(("record", "error", "warning", "info"), 0), Bar(lang), set()
    of_own = own_findings(own, lang) if own else []
    if not files or report.has_errors(of_own):
        apart([*own, *files, *refs], output, lang=lang)
        if files:
            say(word("not-looked-at", lang))
        _write(fmt, output, list(_counted(of_own, counts)), [], lang)
        say(summary(counts, lang, counted("file-of-definitions", len(set(own)), lang)))
        sys.exit(_status(counts, fail_on))
    words, book, rules = vocabulary(own, checked=True)
    texts = _texts(folder, lang) if folder else None
    look, later = _looked(validation.checker(rules, words, lang, advice=True, texts=texts), refs, lang)
    briefs: list[Brief] = []
    raw_of: dict[str, RawRecord] = {}

    def seen(case: Case) -> None:
        counts["record"] += 1
        sources.add(case.source)
        if fmt not in reports.STREAMED:
            briefs.append(Brief(case.id, case.iri, raw_of.setdefault(case.raw.file, RawRecord(case.raw.file, {}))))

    with closing(Memory(shipped_cases(), book)) as memory, bar, _frozen():
        try:
            names = list(expand(files, given))
            apart([*own, *files, *names, *refs], output, lang=lang)
            if shacl:
                records = _with_shacl(
                    bar.over(stream(names, given, book)), memory, look, words, book, rules, lang, seen, base
                )
                found = bulk.ordered(records, names, given)
            else:
                found = bulk.findings(names, given, book, look, memory, lang, bar.over, seen, base)
            findings = _counted(chain(of_own, _then(found, later)), counts)
            if fmt in reports.STREAMED and output in (None, "-"):
                _print(reports.pieces(fmt, findings, lang), bar)
            elif fmt in reports.STREAMED:
                write_pieces(_ended(reports.pieces(fmt, findings, lang)), output, lang)
            else:
                found = list(findings)
                bar.stop()
                _write(fmt, output, found, briefs, lang, files, names, given)
        except Unreadable as error:
            bar.stop()
            leave(report.as_text([told(error.finding, lang)], lang), 2)
        except sqlite3.Error as error:
            bar.stop()
            leave(word("no-room", lang, why=error), 2)
    if texts is not None:
        for key in sorted(sources - set(texts)):
            say(word("no-text", lang, source=key, folder=folder))
    say(summary(counts, lang))
    sys.exit(_status(counts, fail_on))


def _status(counts: dict[str, int], fail_on: str) -> int:
    return 1 if any(counts[severity] for severity in FAILING[fail_on]) else 0


def _write(
    fmt, output, findings: list[Finding], briefs: list[Brief], lang: str, files=(), names=(), given=None
) -> None:
    """Write a report whole. files, names: what was asked for, and what that is; one workbook is copied with its marks."""
    if fmt == "xlsx":
        data = _workbook(files, names, given, findings, lang)
    else:
        text = reports.write(fmt, findings, briefs, lang)
        data = f"{text}\n".encode() if text else b""
    write_whole(data, output, lang)


def _with_shacl(raws, memory: Memory, look, words, book, rules, lang: str, seen, base) -> list[bulk.Checked]:
    """Return records with the findings of pySHACL too, which takes all of them at once."""
    from coproduction import reference

    cases: list[Case] = []
    of: dict[int, bulk.Checked] = {}

    def kept(case: Case, checked: bulk.Checked) -> None:
        seen(case)
        cases.append(case)
        of[id(case)] = checked

    records = list(bulk.check(raws, book, look, memory, lang, kept, base))
    found = [f for checked in records for _, f in bulk.settle(checked, memory, lang).found]
    for case, finding in reference.more_findings(found, cases, words, book, rules, shipped_cases(), lang):
        of[id(case)].found.append((bulk.SHACL, finding))
    return records


def _looked(look, refs: Iterable[str], lang: str):
    """Return what looks at a case, at its source in the user's bibliographies too, and a list for findings on these."""
    if not refs:
        return look, []
    from coproduction import bibliographies

    library, wrong = bibliography(refs)
    later = [told(f, lang) for f in wrong]
    named = bibliographies.checker(library, lang, later)
    return lambda case: [*look(case), *named(case)], later


def _then(findings: Iterable[Finding], later: list[Finding]) -> Iterator[Finding]:
    """Yield findings on records, and behind them those on bibliographies, which are complete only then."""
    yield from findings
    files = {name: n for n, name in enumerate(dict.fromkeys(f.file for f in later))}
    yield from sorted(validation.once(later), key=lambda f: (files[f.file], *f.order()))


def _workbook(files: tuple[str, ...], names: list[str], given: str | None, findings, lang: str) -> bytes:
    """Return the one workbook among the files with its cells marked, or the list of findings alone."""
    from coproduction import report_xlsx

    try:
        if len(files) == len(names) == 1 and names[0] != "-" and format_of(names[0], given) in MARKED:
            try:
                return report_xlsx.marked(read_bytes(names[0]), findings, lang)
            except Unreadable as error:
                say(word("not-marked", lang, file=names[0], why=told(error.finding, lang).message))
        return report_xlsx.listed(findings, lang)
    except Unreadable as error:
        leave(f"{', '.join(names)}: {told(error.finding, lang).message}", 2)
    raise AssertionError("not reached")


@contextmanager
def _frozen() -> Iterator[None]:
    """What is loaded by now stays: the garbage collector need not look at it again and again."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _counted(findings: Iterable[Finding], counts: dict[str, int]) -> Iterator[Finding]:
    for finding in findings:
        counts[finding.severity] += 1
        yield finding


def _ended(pieces: Iterable[str]) -> Iterator[bytes]:
    """Yield a report for a file as it comes, and the end of its last line."""
    any_ = False
    for piece in pieces:
        yield piece.encode()
        any_ = True
    if any_:
        yield b"\n"


def _print(pieces: Iterable[str], bar: Bar) -> None:
    """Print a report as it comes."""
    any_ = False
    for piece in pieces:
        if not any_ and sys.stdout.isatty():
            bar.stop()
        click.echo(piece, nl=False)
        any_ = True
    if any_:
        click.echo()


def _texts(folder: str, lang: str) -> dict[str, str]:
    """Return the texts in a folder: the five sources' by their digests, others by name, `<source>.txt` or `.md`."""
    path = Path(folder)
    if not path.is_dir():
        leave(word("no-folder", lang, folder=folder), 2)
    from coproduction.vocabulary import shipped

    named = {}
    for file in sorted(path.iterdir()):
        if file.suffix in (".txt", ".md") and file.is_file() and file.stat().st_size < passages.LARGEST_TEXT:
            try:
                # Read as bytes, for offsets count the characters of every line end.
                named[file.stem] = file.read_bytes().decode("utf-8")
            except (OSError, UnicodeDecodeError) as error:
                say(word("not-read", lang, file=file, why=error))
    return named | passages.texts(path, shipped())


def summary(counts: dict[str, int], lang: str = "en", first: str | None = None) -> str:
    """Return the count of records, or what else comes first, and of findings in words."""
    parts = [first or counted("record", counts["record"], lang)]
    parts += [counted(what, counts[what], lang) for what in ("error", "warning")]
    if counts["info"]:
        parts.append(counted("info", counts["info"], lang))
    return ", ".join(parts)
