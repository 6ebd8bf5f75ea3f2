"""Bibliographic records as CSL-JSON, which citation processors such as Zotero and Pandoc read."""

import json
from collections.abc import Iterable

from coproduction.exports import bibliography as works
from coproduction.exports.bibliography import Name, Record

TYPES = {
    works.JOURNAL_ARTICLE: "article-journal",
    works.ARTICLE: "article",
    works.BOOK: "book",
    works.CHAPTER: "chapter",
    works.WEB_PAGE: "webpage",
    works.LAW: "legislation",
}
DOCUMENT = "document"


def write(records: Iterable[Record]) -> str:
    """Return records as the text of a CSL-JSON file."""
    return json.dumps([_item(record) for record in records], indent=1, ensure_ascii=False) + "\n"


def _item(record: Record) -> dict:
    item = {
        "id": record.key,
        "type": TYPES.get(record.kind, DOCUMENT),
        "author": [_name(name) for name in record.authors],
        "issued": _date(record.year),
        "title": record.title,
        "container-title": record.container,
        "volume": record.volume,
        "issue": record.issue,
        "page": "-".join(record.pages),
        "publisher": record.publisher,
        "DOI": record.doi,
        "URL": record.urls[0] if record.urls else "",
        "note": " ".join(record.notes),
    }
    return {key: value for key, value in item.items() if value}


def _date(year: str) -> dict:
    if not year:
        return {}
    return {"date-parts": [[int(year)]]} if year.isascii() and year.isdigit() else {"literal": year}


def _name(name: Name) -> dict:
    if name.body:
        return {"literal": name.body}
    return {"family": name.family} | ({"given": name.given} if name.given else {})
