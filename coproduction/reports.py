"""Reports of validation: one function for each format, from findings to text."""

from collections.abc import Iterable, Iterator
from functools import partial

from coproduction import report
from coproduction.loaders.case import Case
from coproduction.loaders.raw import Finding
from coproduction.rules import WORDS

# Formats that are written finding by finding; of the others all findings are held until the last has come.
STREAMED = ("human", "concise", "github", "json")


def write(fmt: str, findings: list[Finding], cases: Iterable[Case], lang: str = "en") -> str:
    """Return findings in a format: human, concise, json, sarif, junit, github, turtle or html."""
    if fmt in STREAMED:
        return "".join(pieces(fmt, findings, lang))
    match fmt:
        case "html":
            from coproduction.report_html import html

            return html(findings, cases, lang)
        case "turtle":
            from coproduction.report_rdf import turtle

            return turtle(findings, cases, lang)
    from coproduction import report_tools

    return getattr(report_tools, fmt)(findings, cases, lang)


def pieces(fmt: str, findings: Iterable[Finding], lang: str = "en") -> Iterator[str]:
    """Yield the report of findings in a streamed format, piece by piece, as the findings come."""
    if fmt == "json":
        yield from report.json_pieces(findings)
        return
    if fmt == "github":
        from coproduction.report_tools import github_line as one
    else:
        one = partial(report.line if fmt == "concise" else human, lang=lang)
    between = "\n\n" if fmt == "human" else "\n"
    for n, finding in enumerate(findings):
        yield (between if n else "") + one(finding)


def human(f: Finding, lang: str = "en") -> str:
    """Return a finding for people to read: place and message first, then the value found, what would be right, and the rule."""
    words = WORDS[lang]
    case = f" {f.case}:" if f.case else ""
    lines = [f"{f.where()}: {words[f.severity]}: {f.code}:{case} {f.message}"]
    if f.key and f.value is not None and f.value != "":
        lines.append(f"    | {f.key} = {f.value}")
    if f.suggestion and f.suggestion not in f.message:
        lines.append("    = " + words["like"].format(f.suggestion))
    lines.append(f"    = coproduction explain {f.code}")
    return "\n".join(lines)
