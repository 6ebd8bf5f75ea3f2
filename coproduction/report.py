"""Findings in words and in JSON."""

import json
from collections.abc import Iterable, Iterator

from coproduction.loaders.raw import Finding
from coproduction.rules import WORDS

KEYS = ("code", "severity", "file", "line", "column", "sheet", "cell", "pointer", "case", "key", "value", "message",
        "suggestion", "definition", "criterion", "instead")  # fmt: skip
NULL, ENCODE = "null", json.JSONEncoder(ensure_ascii=False).encode


def as_text(findings: Iterable[Finding], lang: str = "en") -> str:
    """Return findings as lines: place, severity, code, case, message."""
    return "\n".join(line(finding, lang) for finding in findings)


def line(finding: Finding, lang: str = "en") -> str:
    """Return a finding as a line."""
    # In English a finding of advice is named as in the other formats.
    severity = finding.severity if lang == "en" else WORDS[lang][finding.severity]
    case = f" {finding.case}:" if finding.case else ""
    return f"{finding.where()}: {severity}: {finding.code}:{case} {finding.message}"


def as_json(findings: Iterable[Finding]) -> str:
    """Return findings as a JSON list of objects, null where a finding has nothing to say."""
    return "".join(json_pieces(findings))


def json_pieces(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield the JSON list of findings, one after the other."""
    begun = False
    for finding in findings:
        # Indented as json.dumps does it, in a tenth of the time.
        one = ",\n  ".join(
            [f'"{key}": {NULL if (value := getattr(finding, key)) is None else ENCODE(value)}' for key in KEYS]
        )
        yield f"{',' if begun else '['}\n {{\n  {one}\n }}"
        begun = True
    yield "\n]" if begun else "[]"


def has_errors(findings: Iterable[Finding]) -> bool:
    """Return whether any finding is an error."""
    return any(finding.severity == "error" for finding in findings)
