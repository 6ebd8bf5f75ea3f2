"""Findings in words and in JSON."""

import dataclasses
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
    rows = [dataclasses.asdict(finding) for finding in findings]
    return json.dumps([{key: row[key] for key in KEYS} for row in rows], indent=1, ensure_ascii=False)


def has_errors(findings: Iterable[Finding]) -> bool:
    """Return whether any finding is an error."""
    return any(finding.severity == "error" for finding in findings)
