"""Findings in words and in JSON."""

import json
from collections.abc import Iterable

from coproduction.loaders.raw import Finding

KEYS = ("code", "severity", "file", "line", "column", "sheet", "cell", "pointer", "case", "key", "value", "message",
        "suggestion", "definition", "criterion", "instead")  # fmt: skip


def as_text(findings: Iterable[Finding]) -> str:
    """Return findings as lines: place, severity, code, case, message."""
    lines = []
    for finding in findings:
        case = f" {finding.case}:" if finding.case else ""
        lines.append(f"{finding.where()}: {finding.severity}: {finding.code}:{case} {finding.message}")
    return "\n".join(lines)


def as_json(findings: Iterable[Finding]) -> str:
    """Return findings as a JSON list of objects, null where a finding has nothing to say."""
    return json.dumps([as_row(finding) for finding in findings], indent=1, ensure_ascii=False)


def as_row(finding: Finding) -> dict:
    """Return a finding as an object of the JSON report."""
    return {key: getattr(finding, key) for key in KEYS}


def has_errors(findings: Iterable[Finding]) -> bool:
    """Return whether any finding is an error."""
    return any(finding.severity == "error" for finding in findings)
