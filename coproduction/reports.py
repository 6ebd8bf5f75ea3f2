"""Reports of validation: one function for each format, from findings to text."""

from collections.abc import Iterable

from coproduction import report
from coproduction.loaders.case import Case
from coproduction.loaders.raw import Finding
from coproduction.rules import WORDS


def write(fmt: str, findings: list[Finding], cases: Iterable[Case], lang: str = "en") -> str:
    """Return findings in a format: human, concise, json, sarif, junit, github, turtle or html."""
    match fmt:
        case "human":
            return human(findings, lang)
        case "concise":
            return report.as_text(findings)
        case "json":
            return report.as_json(findings)
        case "html":
            from coproduction.report_html import html

            return html(findings, cases, lang)
        case "turtle":
            from coproduction.report_rdf import turtle

            return turtle(findings, cases, lang)
    from coproduction import report_tools

    return getattr(report_tools, fmt)(findings, cases, lang)


def human(findings: Iterable[Finding], lang: str = "en") -> str:
    """Return findings for people to read: place and message first, then the value found, what would be right, and the rule."""
    words, blocks = WORDS[lang], []
    for f in findings:
        case = f" {f.case}:" if f.case else ""
        lines = [f"{f.where()}: {words[f.severity]}: {f.code}:{case} {f.message}"]
        if f.key and f.value is not None and f.value != "":
            lines.append(f"    | {f.key} = {f.value}")
        if f.suggestion and f.suggestion not in f.message:
            lines.append("    = " + words["like"].format(f.suggestion))
        lines.append(f"    = coproduction explain {f.code}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)
