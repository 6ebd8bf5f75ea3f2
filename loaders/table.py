"""From a row of a table to a record: columns `<key>`, `<variable>.basis`, `contribution.1.who` ..., for CSV and sheets."""

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from coproduction.loaders import limits
from coproduction.loaders.raw import Place, RawRecord, Unreadable

FACT_PARTS = {"basis": "basis", "passage": "passages", "reason": "reason", "why": "why_unknown", "value": "value"}
ENTRY_PARTS = {"passage": "passages"}
# Rows that templates have to show how a row is filled in, and remarks.
EXAMPLE, REMARK = "example", "#"

Cell = tuple[str, str, Place]


@cache
def nested() -> dict[str, str]:
    """Return the keys whose entries are mappings, by the word that their columns begin with: `contribution` ..."""
    from coproduction.codebook import shipped_codebook

    fields = shipped_codebook().fields.values()
    return {field.key.removesuffix("s"): field.key for field in fields if field.kind == "nested"}


@cache
def numbered() -> dict[str, str]:
    """Return the keys whose entries may have columns of their own, by the word that these begin with.

    Beside entries that are mappings these are concepts that have a text or passages: `sector.1.text`.
    """
    from coproduction.codebook import shipped_codebook

    return nested() | {field.key: field.key for field in shipped_codebook().fields.values() if field.kind == "concept"}


def check_header(name: str, header: list[str], line: int | None = None, sheet: str | None = None) -> None:
    """Raise Unreadable for a header without a name, with one name twice, or with more columns than the limit."""
    if not any(header):
        raise Unreadable("has no header in its first line", name, line, sheet=sheet)
    if len(header) > limits.MOST_COLUMNS:
        message = f"has {len(header):,} columns; {limits.MOST_COLUMNS:,} at most"
        raise Unreadable(message, name, line, sheet=sheet)
    seen: set[str] = set()
    for column in filter(None, header):
        if column in seen:
            raise Unreadable(f"column {column!r} stands twice in the header", name, line, sheet=sheet)
        seen.add(column)


def is_passed_over(word: str) -> bool:
    """Return whether a row with this id is an example or a remark, and no record."""
    return word.strip() == EXAMPLE or word.strip().startswith(REMARK)


@lru_cache(maxsize=10_000)
def _column(name: str) -> tuple[str, int | None, str | None, str, str]:
    """Return the key that a column is for, with number and part where it is of an entry, or the part of a fact.

    Then the pointers of the value, and of the fact that it is a part of.
    """
    head, _, rest = name.partition(".")
    number, _, key = rest.partition(".")
    if key and re.fullmatch("[0-9]{1,4}", number) and head in numbered():
        return numbered()[head], int(number), ENTRY_PARTS.get(key, key), "", ""
    part = FACT_PARTS.get(rest)
    return head, None, part, f"/facts/{head}/{part}" if part else f"/{name}", f"/facts/{head}"


def record(name: str, cells: Iterable[Cell], place: Place) -> RawRecord:
    """Return the record of a row from its cells that hold something, each with its column's name and its place."""
    found = RawRecord(name, {}, {"": place})
    facts: dict[str, dict] = {}
    listed: dict[str, dict[int, dict]] = {}
    data, places = found.data, found.places
    for column, cell, at in cells:
        key, number, part, pointer, above = _column(column)
        if number is not None:
            listed.setdefault(key, {}).setdefault(number, {})[part] = (cell, at)
            continue
        if part:
            facts.setdefault(key, {})[part] = cell
            places.setdefault(above, at)
        else:
            data[column] = cell
        places[pointer] = at
    for key, parts in facts.items():
        # Two columns with the answer, `<key>` and `<key>.value`, stay two, and are found to be.
        if key in found.data and "value" not in parts:
            parts["value"] = found.data.pop(key)
            found.places[f"/facts/{key}"] = found.places.pop(f"/{key}")
    if facts:
        if "facts" in found.data:
            # A column of that name is no variable, which is told later.
            facts["facts"] = {"value": found.data.pop("facts")}
        found.data["facts"] = facts
    for key, entries in listed.items():
        # A row may fill the second entry and leave the first empty; the list has no gaps.
        for number in sorted(entries):
            add_entry(found, key, entries[number])
    return found


def add_entry(found: RawRecord, key: str, entry: dict[str, tuple[str, Place]]) -> None:
    """Add one contribution, value ... to a record, from its parts and the place of each."""
    listed = found.data.setdefault(key, [])
    if not isinstance(listed, list):
        # A column named like the whole list holds no entry, which is told later.
        listed = found.data[key] = [listed]
    above = f"/{key}/{len(listed)}"
    for part, (_, place) in entry.items():
        found.places[f"{above}/{part}"] = place
        found.places.setdefault(above, place)
    listed.append({part: cell for part, (cell, _) in entry.items()})
