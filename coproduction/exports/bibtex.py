"""Bibliographic records as BibTeX, in UTF-8: what TeX would take for commands is escaped, letters are left as they are."""

import re
from collections.abc import Iterable

import bibtexparser
from bibtexparser.middlewares import AddEnclosingMiddleware
from bibtexparser.model import Entry, Field

from coproduction.exports import bibliography as works
from coproduction.exports.bibliography import Name, Record

# BibTeX has no type for laws and web pages, nor for articles of which no journal is told.
TYPES = {works.JOURNAL_ARTICLE: "article", works.BOOK: "book", works.CHAPTER: "incollection"}
CONTAINERS = {"article": "journal", "incollection": "booktitle"}
# Braces have names here: BibTeX counts them even behind a backslash.
ESCAPES = str.maketrans(
    {c: f"\\{c}" for c in "&%$#_"}
    | {"\\": "{\\textbackslash}", "{": "{\\textbraceleft}", "}": "{\\textbraceright}"}
    | {"~": "{\\textasciitilde}", "^": "{\\textasciicircum}", "\u00a0": "~"}
)
# Between two characters that TeX would set as one, such as a dash of two hyphens.
LIGATURES = re.compile(r"(?<=-)(?=-)|(?<=')(?=')|(?<=[`?!])(?=`)|(?<=<)(?=<)|(?<=>)(?=>)|(?<=,)(?=,)")
# Where BibTeX would part a list of names, or a name.
PARTING = re.compile(r",|\band\b|\bothers\b", re.IGNORECASE)


def write(records: Iterable[Record]) -> str:
    """Return records as the text of a BibTeX file. Their keys must differ."""
    library = bibtexparser.Library([_entry(record) for record in records])
    layout = bibtexparser.BibtexFormat()
    layout.indent, layout.block_separator, layout.trailing_comma = "  ", "\n", True
    braces = AddEnclosingMiddleware(reuse_previous_enclosing=False, enclose_integers=True, default_enclosing="{")
    return bibtexparser.write_string(library, unparse_stack=[braces], bibtex_format=layout)


def _entry(record: Record) -> Entry:
    kind = TYPES.get(record.kind, "misc")
    fields = {
        "author": " and ".join(map(_name, record.authors)),
        "title": escape(record.title),
        CONTAINERS.get(kind, "howpublished"): escape(record.container),
        "volume": record.volume,
        "number": record.issue,
        "pages": "--".join(record.pages),
        "publisher": escape(record.publisher),
        "year": escape(record.year),
        "doi": _verbatim(record.doi),
        "url": _verbatim(record.urls[0]) if record.urls else "",
        "note": escape(" ".join(record.notes)),
    }
    return Entry(kind, record.key, [Field(key, value) for key, value in fields.items() if value])


def escape(text: str) -> str:
    """Return a text with what TeX would not print as it stands escaped."""
    return "{}".join(part.translate(ESCAPES) for part in LIGATURES.split(text))


def _verbatim(text: str) -> str:
    """Return a DOI or URL, which BibTeX styles print as it stands; only braces, which would end the field, are coded."""
    return text.replace("{", "%7B").replace("}", "%7D")


def _name(name: Name) -> str:
    if name == works.OTHERS:
        return "others"
    if name.body:
        return f"{{{escape(name.body)}}}"
    if name.given:
        return f"{_part(name.family)}, {_part(name.given)}"
    # Without a comma, a surname of several words would be taken for a given name and a surname.
    return f"{{{escape(name.family)}}}" if " " in name.family else _part(name.family)


def _part(text: str) -> str:
    """Return a part of a name, in braces where a reader might part it further: at a comma, `and`, or an escape."""
    escaped = escape(text)
    return f"{{{escaped}}}" if PARTING.search(text) or escaped != text else text
