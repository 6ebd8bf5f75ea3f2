"""Records as rows of a table: which columns there are, and what a record has in each.

The columns are those that the loaders of tables read: `<key>`, `<variable>.basis` ..., `contribution.1.who`, and
`sector.1.text` where an entry of a list of concepts has more to it than a name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from coproduction.codebook import Codebook, Field, Variable
from coproduction.loaders.table import ENTRY_PARTS, FACT_PARTS, is_passed_over

# From a part of a fact or an entry to what its column is called.
FACT_COLUMNS = {part: name for name, part in FACT_PARTS.items()}
ENTRY_COLUMNS = {part: name for name, part in ENTRY_PARTS.items()}
SEPARATOR = ";"
# The column that names the case on a sheet of entries.
CASE = "case"


class NoRow(ValueError):
    """A record that no row can hold: which key, and why."""

    def __init__(self, key: str, message: str):
        super().__init__(message)
        self.key = key


@dataclass(frozen=True)
class Column:
    """A column: its name, the key it belongs to, and what the codebook has on it.

    `part` is the part of a fact that it holds, None for the fact's value and for keys that are no variable.
    """

    name: str
    key: str
    field: Field | None = None
    variable: Variable | None = None
    part: str | None = None


def case_columns(book: Codebook) -> list[Column]:
    """Return the columns of a table of cases, in the order of the record's keys; the variables stand where `facts` does."""
    found: list[Column] = []
    for key, field in book.fields.items():
        if key == "facts":
            for variable in book.variables.values():
                found.append(Column(variable.key, variable.key, None, variable))
                for part, name in FACT_COLUMNS.items():
                    if part != "value":
                        column = Column(f"{variable.key}.{name}", variable.key, field.fields[part], variable, part)
                        found.append(column)
        elif field.kind != "nested":
            found.append(Column(key, key, field))
    return found


def entry_columns(field: Field) -> list[Column]:
    """Return the columns of a table of a key's entries, the case's id first."""
    return [Column(CASE, CASE)] + [Column(ENTRY_COLUMNS.get(k, k), k, f) for k, f in field.fields.items()]


def nested(book: Codebook) -> dict[str, Field]:
    """Return the keys whose entries have a table of their own."""
    return {key: field for key, field in book.fields.items() if field.kind == "nested" and key != "facts"}


def row(record: Mapping, book: Codebook, entries: bool = True) -> dict[str, str]:
    """Return the cells of a record by column, with its nested entries unless they go to tables of their own.

    Raises NoRow where a value holds the semicolon that parts the items of a list.
    """
    found: dict[str, str] = {}
    for key, value in record.items():
        if key == "facts":
            for variable, fact in value.items():
                for part, said in fact.items():
                    name = variable if part == "value" else f"{variable}.{FACT_COLUMNS[part]}"
                    found[name] = _cell(said, variable)
        elif book.fields[key].kind == "nested":
            if entries:
                for n, entry in enumerate(value, 1):
                    found |= {f"{key.removesuffix('s')}.{n}.{k}": c for k, c in entry_row(entry, key).items()}
        elif book.fields[key].kind == "concept":
            found |= _mentions(key, value, bool(book.fields[key].choices))
        else:
            found[key] = _cell(value, key)
    return found


def refuse_passed_over(records: Iterable[Mapping]) -> None:
    """Raise NoRow for a record whose id readers of tables pass over, as that of the row that shows how to fill one in."""
    for record in records:
        if is_passed_over(record["id"]):
            raise NoRow("id", f"id is {record['id']!r}, and a row with this id is passed over as an example")


def entry_row(entry: Mapping, key: str) -> dict[str, str]:
    """Return the cells of an entry of a list by column. Raises NoRow as `row` does."""
    return {ENTRY_COLUMNS.get(part, part): _cell(value, key) for part, value in entry.items()}


def _mentions(key: str, value: list[dict], named: bool) -> dict[str, str]:
    """Return the cells of a list of concepts: one with their names, or more where an entry has text or passages."""
    only = "concept" if named else "text"
    if all(set(entry) == {only} and SEPARATOR not in entry[only] for entry in value):
        return {key: f"{SEPARATOR} ".join(entry[only] for entry in value)}
    return {
        f"{key}.{n}.{ENTRY_COLUMNS.get(part, part)}": _cell(said, key)
        for n, entry in enumerate(value, 1)
        for part, said in entry.items()
    }


def _cell(value, key: str) -> str:
    if not isinstance(value, list):
        return str(value)
    items = ["-".join(map(str, item)) if isinstance(item, list) else str(item) for item in value]
    for item in items:
        if SEPARATOR in item:
            raise NoRow(key, f"{key} has {item!r:.60}, and a semicolon parts the items of a list in a table")
    return f"{SEPARATOR} ".join(items)


def in_order(names: Iterable[str], book: Codebook) -> list[str]:
    """Return names of columns in the order of the record's keys; numbered ones behind the key that they belong to."""
    columns = {column.name: n for n, column in enumerate(case_columns(book))}
    keys = list(book.fields)

    def place(name: str) -> tuple:
        if name in columns:
            return columns[name], ()
        head, _, rest = name.partition(".")
        number, _, part = rest.partition(".")
        key = head if head in columns else f"{head}s"
        before = [columns[k] for k in keys[: keys.index(key) + 1] if k in columns]
        parts = list(book.fields[key].fields) or ["concept", "text", "passages"]
        spoken = {ENTRY_COLUMNS.get(p, p): i for i, p in enumerate(parts)}
        return max(before, default=0), (keys.index(key), int(number), spoken[part])

    return sorted(names, key=place)
