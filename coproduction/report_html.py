"""A report of findings as one HTML file that needs nothing else, and that a screen reader and a printer can take."""

import re
from collections.abc import Iterable
from html import escape

from coproduction.loaders.case import Case
from coproduction.loaders.raw import Finding
from coproduction.rules import WORDS, rules

TEXTS = {
    "en": {"title": "What is wrong with these records", "none": "Nothing is wrong.", "rules": "The rules",
           "columns": ("Severity", "Where", "Case", "Rule", "What is wrong", "Value found", "Did you mean"),
           "count": "{error} errors, {warning} warnings, {info} of advice in {records} records.", "skip": "To the findings",
           "findings": "Findings"},
    "fr": {"title": "Ce qui ne va pas dans ces fiches", "none": "Rien ne manque.", "rules": "Les règles",
           "columns": ("Gravité", "Où", "Cas", "Règle", "Ce qui ne va pas", "Valeur trouvée", "Vouliez-vous dire"),
           "count": "{error} erreurs, {warning} avertissements, {info} conseils pour {records} fiches.",
           "skip": "Aller aux constats", "findings": "Constats"},
}  # fmt: skip
# Control characters, lone halves of pairs, and the code points that Unicode has set aside as no characters.
UNWRITABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
MARKS = {"error": "✖", "warning": "▲", "info": "ℹ"}
STYLE = """
:root { color-scheme: light dark; --line: #767676; --error: #b00020; --warning: #7a4f00; --info: #00539b }
@media (prefers-color-scheme: dark) { :root { --line: #949494; --error: #ff8a80; --warning: #ffcc80; --info: #90caf9 } }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 80rem }
.skip { position: absolute; left: -100rem } .skip:focus { left: 1rem }
.scroll { overflow-x: auto } table { border-collapse: collapse; width: 100% }
caption, th, td { text-align: start; vertical-align: top; padding: .4rem .6rem }
th, td { border-bottom: 1px solid var(--line); overflow-wrap: anywhere } thead th { white-space: nowrap }
.error { color: var(--error) } .warning { color: var(--warning) } .info { color: var(--info) }
pre { white-space: pre-wrap }
"""


def html(findings: Iterable[Finding], cases: Iterable[Case], lang: str = "en") -> str:
    """Return findings as a page: a table of them, and below it each rule that is broken, with examples."""
    found, texts, words = list(findings), TEXTS[lang], WORDS[lang]
    counts = {s: sum(f.severity == s for f in found) for s in MARKS}
    count = texts["count"].format(records=sum(1 for _ in cases), **counts)
    head = "".join(f'<th scope="col">{name}</th>' for name in texts["columns"])
    rows = "\n".join(_row(f, words) for f in found)
    table = (
        f'<div class="scroll" role="region" aria-labelledby="findings" tabindex="0"><table>\n'
        f"<caption>{count}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>"
    )
    broken = [code for code in rules() if any(f.code == code for f in found)]
    sections = "\n".join(_section(code, lang) for code in broken)
    body = f"{table}\n<h2>{texts['rules']}</h2>\n{sections}" if found else f"<p>{texts['none']} {count}</p>"
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{texts["title"]}</title>\n'
        f'<style>{STYLE}</style>\n</head>\n<body>\n<a class="skip" href="#findings">{texts["skip"]}</a>\n<main>\n'
        f'<h1>{texts["title"]}</h1>\n<h2 id="findings">{texts["findings"]}</h2>\n{body}\n</main>\n</body>\n</html>'
    )


def _row(f: Finding, words: dict[str, str]) -> str:
    severity = f'<span aria-hidden="true">{MARKS[f.severity]}</span> {words[f.severity]}'
    cells = (f.case or "", None, f.message, f.value or "", f.suggestion or "")
    told = "".join(f'<td><a href="#{f.code}">{f.code}</a></td>' if c is None else f"<td>{_text(c)}</td>" for c in cells)
    return f'<tr><td class="{f.severity}">{severity}</td><th scope="row">{_text(f.where())}</th>{told}</tr>'


def _section(code: str, lang: str) -> str:
    rule, words = rules()[code], WORDS[lang]
    return (
        f'<section aria-labelledby="{code}">\n<h3 id="{code}">{code}: {_text(rule.name[lang])}</h3>\n'
        f"<p>{_text(rule.why[lang])}</p>\n<p>{_text(rule.mend[lang])}</p>\n<p>{words['bad']}:</p>\n"
        f"<pre>{_text(rule.bad)}</pre>\n<p>{words['good']}:</p>\n<pre>{_text(rule.good)}</pre>\n</section>"
    )


def _text(text: str) -> str:
    """Return a text as HTML, without the characters that HTML has no way to write."""
    return escape(UNWRITABLE.sub("\ufffd", text))
