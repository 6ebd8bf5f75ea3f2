"""`coproduction validate`: what is wrong with new case data, all of it."""

import sys
from pathlib import Path

import click

from coproduction import passages, reports, validation
from coproduction.cases import shipped_cases
from coproduction.commands.common import leave, readable, say, vocabulary
from coproduction.rules import told

# From how many records on a bar shows how far the work is.
LONG = 2000
FAILING = {"error": {"error"}, "warning": {"error", "warning"}, "never": set()}


def run(files, fmt, fail_on, folder, shacl, lang, given, own) -> None:
    """Print every finding on the files; leaves with 1 where any is as severe as asked."""
    words, book, rules = vocabulary(own)
    texts = _texts(folder) if folder else None
    cases, findings = readable(files, book, given)
    findings = [told(f, lang) for f in findings]
    if texts is not None:
        for key in sorted({c.source for c in cases} - set(texts)):
            say(f"no text of {key} in {folder}: its passages are not verified")
    findings += validation.findings(
        cases,
        rules,
        words,
        shipped_cases(),
        lang,
        advice=True,
        texts=texts,
        watch=_with_bar if len(cases) >= LONG else iter,
    )
    if shacl:
        from coproduction import reference

        findings = reference.with_shacl(findings, cases, words, book, rules, shipped_cases(), lang)
    findings = _advice_last(validation.once(findings))
    # In the order of files and sheets, which a folder or a workbook may have many of.
    order = dict.fromkeys([*files, *(c.raw.file for c in cases), *(f.file for f in findings)])
    names = {name: n for n, name in enumerate(order)}
    sheets = {place: n for n, place in enumerate(dict.fromkeys((f.file, f.sheet) for f in findings))}
    findings.sort(key=lambda f: (names[f.file], sheets[f.file, f.sheet], *f.order()))
    text = reports.write(fmt, findings, cases, lang)
    if text:
        click.echo(text)
    say(summary(len(cases), findings))
    sys.exit(1 if any(f.severity in FAILING[fail_on] for f in findings) else 0)


def _advice_last(findings):
    """Return findings without advice on records that have errors: what is unknown there may only be misspelt."""
    wrong = {(f.file, f.case) for f in findings if f.severity == "error"}
    return [f for f in findings if f.severity != "info" or (f.file, f.case) not in wrong]


def _texts(folder: str) -> dict[str, str]:
    """Return the texts in a folder: the five sources' by their digests, others by name, `<source>.txt` or `.md`."""
    path = Path(folder)
    if not path.is_dir():
        leave(f"{folder}: there is no such folder", 2)
    from coproduction.vocabulary import shipped

    named = {}
    for file in sorted(path.iterdir()):
        if file.suffix in (".txt", ".md") and file.is_file() and file.stat().st_size < passages.LARGEST_TEXT:
            try:
                # Read as bytes, for offsets count the characters of every line end.
                named[file.stem] = file.read_bytes().decode("utf-8")
            except (OSError, UnicodeDecodeError) as error:
                say(f"{file}: is not read: {error}")
    return named | passages.texts(path, shipped())


def _with_bar(cases):
    """Return the cases, with a bar on standard error where that is a terminal."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(cases, "validating", console=console, transient=True, disable=not console.is_terminal)


def summary(records: int, findings) -> str:
    """Return the count of records and findings in words."""
    counts = {s: sum(f.severity == s for f in findings) for s in ("error", "warning", "info")}
    parts = [_count(records, "record"), _count(counts["error"], "error"), _count(counts["warning"], "warning")]
    if counts["info"]:
        parts.append(f"{counts['info']} of advice")
    return ", ".join(parts)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
