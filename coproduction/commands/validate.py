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
    findings.sort(key=lambda f: (files.index(f.file) if f.file in files else 0, f.line or 0, f.column or 0))
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
