"""Bibliographic records as CSL-JSON, which citation processors such as Zotero and Pandoc read."""

import json
from collections.abc import Iterable

from coproduction.loaders.works import Name, Record, table, word_for

DOCUMENT = "document"
NUMBERED = ("article", "article-journal")


def write(records: Iterable[Record]) -> str:
    """Return records as the text of a CSL-JSON file."""
    return json.dumps([_item(record) for record in records], indent=1, ensure_ascii=False) + "\n"


def _item(record: Record) -> dict:
    kind = word_for(record.kind, "csl") or DOCUMENT
    item = {
        "id": record.key,
        "type": kind,
        "author": [_name(name) for name in record.authors],
        "editor": [_name(name) for name in record.editors],
        "issued": _date(record),
        "title": record.title,
        "container-title": record.container,
        "volume": record.volume,
        "issue" if kind in NUMBERED else "number": record.issue,
        "page": "-".join(record.pages),
        "publisher": record.publisher,
        "DOI": record.doi,
        "URL": record.urls[0] if record.urls else "",
    }
    notes = list(record.notes)
    for name, value in record.more:
        variable = table()["fields"].get(name, {}).get("csl")
        if variable:
            item[variable] = value
        elif name != "day" or not _day(record):
            notes.append(f"{name}: {value}")
    return {key: value for key, value in (item | {"note": " ".join(notes)}).items() if value}


def _date(record: Record) -> dict:
    year, month = record.year, record.month
    if not year.isascii() or not year.isdigit():
        return {"literal": " ".join(part for part in (month, year) if part)} if year or month else {}
    if not month.isdecimal():
        return {"date-parts": [[int(year)]]} | ({"season": month} if month else {})
    return {"date-parts": [[int(part) for part in (year, month, _day(record)) if part]]}


def _day(record: Record) -> str:
    """Return the day of a date that is told in full, else nothing."""
    day = dict(record.more).get("day", "")
    return day if day.isdecimal() and record.year.isdecimal() and record.month.isdecimal() else ""


def _name(name: Name) -> dict:
    if name.body:
        return {"literal": name.body}
    parts = {"family": name.family, "given": name.given, "suffix": name.suffix}
    return {key: value for key, value in parts.items() if value}
