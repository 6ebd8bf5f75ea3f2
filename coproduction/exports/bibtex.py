"""Bibliographic records as BibTeX, in UTF-8: what TeX would take for commands is escaped, letters are left as they are."""

import re
from collections.abc import Iterable

import bibtexparser
from bibtexparser.middlewares import AddEnclosingMiddleware
from bibtexparser.model import Entry, Field

from coproduction.loaders import works
from coproduction.loaders.works import MONTHS, Name, Record, table, word_for

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
    # BibTeX has no type for laws and web pages, nor for articles of which no journal is told.
    kind = word_for(record.kind, "bibtex") or "misc"
    number = record.month.isdecimal() and MONTHS[int(record.month) - 1]
    fields = {
        "author": " and ".join(map(_name, record.authors)),
        "title": escape(record.title),
        "editor": " and ".join(map(_name, record.editors)),
        table()["container_of"].get(kind, "howpublished"): escape(record.container),
        "volume": escape(record.volume),
        "number": escape(record.issue),
        "pages": "--".join(map(escape, record.pages)),
        table()["publisher_of"].get(kind, "publisher"): escape(record.publisher),
        "year": escape(record.year),
        "month": number or escape(record.month),
        "doi": _verbatim(record.doi),
        "url": _verbatim(record.urls[0]) if record.urls else "",
        "note": escape(" ".join(record.notes)),
    }
    for key, value in record.more:
        fields.setdefault(key, _verbatim(value) if key in works.VERBATIM else escape(value))
    written = [Field(key, value) for key, value in fields.items() if value]
    for field in written:
        if field.key == "month" and number:
            # The names of months are abbreviations that every style of BibTeX knows.
            field.enclosing = "no-enclosing"
    return Entry(kind, record.key, written)


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
    if name.suffix:
        return ", ".join((_part(name.family), _part(name.suffix), _part(name.given) or "{}"))
    if name.given:
        return f"{_part(name.family)}, {_part(name.given)}"
    # Without a comma, a surname of several words would be taken for a given name and a surname.
    return f"{{{escape(name.family)}}}" if " " in name.family else _part(name.family)


def _part(text: str) -> str:
    """Return a part of a name, in braces where a reader might part it further: at a comma, `and`, or an escape."""
    escaped = escape(text)
    return f"{{{escaped}}}" if PARTING.search(text) or escaped != text else text
