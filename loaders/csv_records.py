"""Records in CSV or TSV: a row a record, a column a key.

Columns are `<key>`, `<variable>.basis`, `.passage`, `.reason`, `.why`, and `contribution.1.who`, `value.1.kind` ...;
`;` parts the items of a list. The delimiter is told from the header: comma, semicolon or tab.
"""

import csv
import io
import re

from coproduction.loaders.raw import Place, RawRecord, Unreadable

FACT_PARTS = {"basis": "basis", "passage": "passages", "reason": "reason", "why": "why_unknown", "value": "value"}
ENTRY_PARTS = {"passage": "passages"}
NUMBERED = {"contribution": "contributions", "value": "values"}


def read(name: str, text: str) -> list[RawRecord]:
    """Return the records of a CSV text. Raises Unreadable for a faulty header, or a row longer than the header."""
    header_line = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header_line.count)
    csv.field_size_limit(10_000_000)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[RawRecord] = []
    try:
        header = [h.strip() for h in next(rows, [])]
        _check_header(name, header)
        before = rows.line_num
        for row in rows:
            line, before = before + 1, rows.line_num
            if not any(cell.strip() for cell in row):
                continue
            if len(row) > len(header):
                message = f"row has {len(row)} cells, the header {len(header)}: is a delimiter in it not quoted?"
                raise Unreadable(message, name, line)
            records.append(_record(name, header, row, line))
    except csv.Error as error:
        raise Unreadable(f"is no CSV: {error}", name, rows.line_num) from None
    if not records:
        raise Unreadable("has a header and no row", name)
    return records


def _check_header(name: str, header: list[str]) -> None:
    if not header:
        raise Unreadable("has no header in its first line", name, 1)
    seen: set[str] = set()
    for n, column in enumerate(header, 1):
        if not column:
            raise Unreadable(f"column {n} has no name in the header", name, 1)
        if column in seen:
            raise Unreadable(f"column {column!r} stands twice in the header", name, 1)
        seen.add(column)


def _record(name: str, header: list[str], row: list[str], line: int) -> RawRecord:
    record = RawRecord(name, {}, {"": Place(line)})
    facts: dict[str, dict] = {}
    listed: dict[str, dict[int, dict]] = {}
    for n, (column, cell) in enumerate(zip(header, row, strict=False), 1):
        cell = cell.strip()
        if not cell:
            continue
        place = Place(line, n)
        head, _, rest = column.partition(".")
        number, _, key = rest.partition(".")
        if head in NUMBERED and re.fullmatch("[0-9]{1,4}", number) and key:
            listed.setdefault(NUMBERED[head], {}).setdefault(int(number), {})[ENTRY_PARTS.get(key, key)] = (cell, place)
        elif rest in FACT_PARTS:
            facts.setdefault(head, {})[FACT_PARTS[rest]] = cell
            record.places[f"/facts/{head}/{FACT_PARTS[rest]}"] = place
            record.places.setdefault(f"/facts/{head}", place)
        else:
            record.data[column] = cell
            record.places[f"/{column}"] = place
    for key, parts in facts.items():
        if key in record.data:
            parts.setdefault("value", record.data.pop(key))
            record.places[f"/facts/{key}"] = record.places.pop(f"/{key}")
        record.data.setdefault("facts", {})[key] = parts
    for key, entries in listed.items():
        # A row may fill the second entry and leave the first empty; the list has no gaps.
        record.data[key] = [{k: cell for k, (cell, _) in entries[n].items()} for n in sorted(entries)]
        for n, number in enumerate(sorted(entries)):
            record.places |= {f"/{key}/{n}/{k}": place for k, (_, place) in entries[number].items()}
            record.places[f"/{key}/{n}"] = next(iter(entries[number].values()))[1]
    return record
