"""Bibliographic records as RIS, in UTF-8, a tag to a line."""

from collections.abc import Iterable

import rispy

from coproduction.loaders.works import Name, Record, table, word_for

DOCUMENT = "GEN"
# How a field that RIS alone has begins its name; its tag follows.
TAGGED = "ris-"


class Writer(rispy.RisWriter):
    """The library's writer without the numbers that it sets above the records, which other readers do not know."""

    def set_header(self, count: int) -> str:
        """Return nothing to set above a record."""
        return ""


def write(records: Iterable[Record]) -> str:
    """Return records as the text of a RIS file."""
    return rispy.dumps([_fields(record) for record in records], implementation=Writer)


def _fields(record: Record) -> dict:
    first, last = (*record.pages, "", "")[:2]
    fields = {
        "type_of_reference": word_for(record.kind, "ris") or DOCUMENT,
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
        "secondary_authors": [_name(name) for name in record.editors],
        "date": _date(record),
    }
    for name, value in record.more:
        label = rispy.config.TAG_KEY_MAPPING.get(name.removeprefix(TAGGED).upper()) if name.startswith(TAGGED) else None
        label = label or table()["fields"].get(name, {}).get("ris")
        if name == "day" and fields["date"]:
            continue
        if label and not fields.get(label):
            fields[label] = value.split("; ") if label == "keywords" else value
        elif name.startswith(TAGGED):
            fields.setdefault("unknown_tag", {})[name.removeprefix(TAGGED).upper()] = [value]
        else:
            fields["notes"].append(f"{name}: {value}")
    return {key: value for key, value in fields.items() if value}


def _date(record: Record) -> str:
    """Return `year/month/day/` as far as it is told, a month that is no number at the end; nothing for a year alone."""
    if not record.month:
        return ""
    if not record.month.isdecimal():
        return f"{record.year}///{record.month}"
    day = dict(record.more).get("day", "")
    return f"{record.year}/{record.month:0>2}/{day:0>2}/" if day else f"{record.year}/{record.month:0>2}//"


def _name(name: Name) -> str:
    if name.suffix:
        return ", ".join((name.family, name.given, name.suffix))
    return name.body or ", ".join(part for part in (name.family, name.given) if part)
