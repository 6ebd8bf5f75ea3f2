"""`coproduction validate`: what is wrong with new case data, all of it."""

import sys

import click

from coproduction import report, validation
from coproduction.cases import shipped_cases
from coproduction.commands.common import readable, say, vocabulary


def run(files, fmt, lang, given, own) -> None:
    """Print every finding on the files; leaves with 1 where any is an error."""
    words, book, rules = vocabulary(own)
    cases, findings = readable(files, book, given)
    findings += validation.findings(cases, rules, words, shipped_cases(), lang)
    # In the order of files and sheets, which a folder or a workbook may have many of.
    order = {place: n for n, place in enumerate(dict.fromkeys((f.file, f.sheet) for f in findings))}
    findings.sort(key=lambda f: (order[f.file, f.sheet], *f.order()))
    if fmt == "json":
        click.echo(report.as_json(findings))
    elif findings:
        click.echo(report.as_text(findings))
    errors = sum(f.severity == "error" for f in findings)
    rest = len(findings) - errors
    say(f"{_count(len(cases), 'record')}, {_count(errors, 'error')}, {_count(rest, 'warning')}")
    sys.exit(1 if errors else 0)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
