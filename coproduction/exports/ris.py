"""Bibliographic records as RIS, in UTF-8, a tag to a line."""

from collections.abc import Iterable

import rispy

from coproduction.exports import bibliography as works
from coproduction.exports.bibliography import Name, Record

TYPES = {
    works.JOURNAL_ARTICLE: "JOUR",
    works.BOOK: "BOOK",
    works.CHAPTER: "CHAP",
    works.WEB_PAGE: "ELEC",
    works.LAW: "STAT",
}
DOCUMENT = "GEN"


class Writer(rispy.RisWriter):
    """The library's writer without the numbers that it sets above the records, which other readers do not know."""

    def set_header(self, count: int) -> str:
        """Return nothing to set above a record."""
        return ""


def write(records: Iterable[Record]) -> str:
    """Return records as the text of a RIS file."""
    return rispy.dumps([_fields(record) for record in records], implementation=Writer)


def _fields(record: Record) -> dict:
    first, last = record.pages or ("", "")
    fields = {
        "type_of_reference": TYPES.get(record.kind, DOCUMENT),
        "id": record.key,
        "authors": [_name(name) for name in record.authors],
        "year": record.year,
        "title": record.title,
        "secondary_title": record.container,
        "volume": record.volume,
        "number": record.issue,
        "start_page": first,
        "end_page": last,
        "publisher": record.publisher,
        "doi": record.doi,
        "urls": list(record.urls),
        "notes": list(record.notes),
    }
    return {key: value for key, value in fields.items() if value}


def _name(name: Name) -> str:
    return name.body or ", ".join(part for part in (name.family, name.given) if part)
