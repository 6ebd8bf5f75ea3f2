"""Works as bibliographic records, whatever they come from, and what of them every format has a word for.

The kinds of works and the fields that stand beside the usual ones are a table, bibliography.yaml.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from coproduction import resources

TABLE = "bibliography.yaml"
# The kinds that the project's own works are told to be; the table has more.
DOCUMENT, JOURNAL_ARTICLE, ARTICLE, BOOK, CHAPTER, WEB_PAGE, LAW = (
    "document", "journal article", "article", "book", "chapter", "web page", "law",
)  # fmt: skip
# Ends of lines, tabs and control characters, which no format keeps; a no-break space is kept.
BLANKS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
DOI = re.compile(r"(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{3,9}(?:\.\d+)*/\S+)", re.IGNORECASE)
# Fields that hold an address or the like, which is printed as it stands.
VERBATIM = ("url", "doi", "link", "file")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Name:
    """An author as printed: a person's surname with its particle, given name, suffix; or the whole name of a body."""

    family: str = ""
    given: str = ""
    body: str = ""
    suffix: str = ""

    def __str__(self) -> str:
        return self.body or " ".join(part for part in (self.given, self.family, self.suffix) if part)


OTHERS = Name(body="others")


@dataclass(frozen=True)
class Record:
    """A work: its key, unique and stable, its kind, its fields as printed (empty where not), and notes as sentences.

    works: the IRIs of the entries, and of the source, that the record stands for. month: a number, or what is printed in
    its place. more: fields that have no place of their own here, by the names that BibTeX has for them.
    """

    key: str
    works: tuple[str, ...] = ()
    kind: str = DOCUMENT
    authors: tuple[Name, ...] = ()
    year: str = ""
    title: str = ""
    container: str = ""
    volume: str = ""
    issue: str = ""
    pages: tuple[str, ...] = ()
    publisher: str = ""
    doi: str = ""
    urls: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    editors: tuple[Name, ...] = ()
    month: str = ""
    more: tuple[tuple[str, str], ...] = ()


def plain(text: str) -> str:
    """Return a text on one line."""
    return BLANKS.sub(" ", text).strip()


def doi_of(text: str) -> str:
    """Return the bare DOI of a text that is one, whichever way it is written, else nothing."""
    found = DOI.fullmatch(text.strip())
    return found[1] if found else ""


@cache
def table() -> Mapping[str, Mapping]:
    """Return the table of kinds and fields: what each is called in BibTeX, RIS, CSL-JSON and RDF."""
    from ruamel.yaml import YAML

    text = (resources.folder("loaders") / TABLE).read_text(encoding="utf-8")
    return YAML(typ="safe").load(text)


def word_for(kind: str, fmt: str) -> str | None:
    """Return what a format (`bibtex`, `ris`, `csl`, `class`) calls a kind of work, or None where it has no word for it."""
    return table()["kinds"].get(kind, {}).get(fmt)


def joined(names: tuple[Name, ...]) -> str:
    """Return names as one text, in order."""
    return " and ".join(map(str, names))


def pages_in_words(record: Record) -> str:
    """Return the pages of a record, the first and the last parted by a hyphen."""
    return "-".join(record.pages)


def place_in_words(record: Record) -> str:
    """Return where a work stands, as works of the graph print it: `Journal, 18(5), 673-691`."""
    number = record.volume + (f"({record.issue})" if record.issue else "")
    return ", ".join(part for part in (record.container, number, pages_in_words(record)) if part)


def citation(record: Record) -> str:
    """Return a work in one line: who, year, title, where, by whom published, DOI or address; what is not told is left out."""
    who = joined(record.authors) or (f"{joined(record.editors)} (eds)" if record.editors else "")
    parts = [
        " ".join(part for part in (who, f"({record.year})" if record.year else "") if part),
        f'"{record.title}"' if record.title else "",
        f"Edited by {joined(record.editors)}" if record.editors and record.authors else "",
        place_in_words(record),
        record.publisher,
        f"https://doi.org/{record.doi}"
        if doi_of(record.doi)
        else record.doi or (record.urls[0] if record.urls else ""),
    ]
    return ". ".join(part for part in parts if part)
