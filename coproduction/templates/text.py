"""A form as CSV, with a row of notes and an example that loaders pass over, and as YAML with comments."""

import csv
import io
import textwrap
from collections.abc import Iterable, Mapping

from coproduction.codebook import Codebook
from coproduction.loaders.cells import guarded
from coproduction.loaders.normal import REQUIRED
from coproduction.records import as_yaml
from coproduction.rows import in_order, nested, refuse_passed_over, row
from coproduction.templates.form import CASES, Form

WIDTH = 110
REMARK = "# "


def table(rows: Iterable[Mapping[str, str]], header: Iterable[str], delimiter: str = ",") -> str:
    """Return rows as CSV (RFC 4180), with no cell that a spreadsheet would run as a formula."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(header), delimiter=delimiter, restval="", lineterminator="\r\n")
    writer.writeheader()
    for cells in rows:
        writer.writerow({name: guarded(text) for name, text in cells.items()})
    return out.getvalue()


def records_csv(records: Iterable[Mapping], book: Codebook, delimiter: str = ",") -> str:
    """Return records as CSV with the columns that they need. Raises NoRow for one that no row can hold."""
    records = list(records)
    refuse_passed_over(records)
    rows = [row(record, book) for record in records]
    return table(rows, in_order({name for cells in rows for name in cells}, book), delimiter)


def form_csv(form: Form, records: Iterable[Mapping] = (), delimiter: str = ",") -> str:
    """Return the form as CSV: all columns, a row of notes, an example, and records. Raises NoRow as `records_csv` does.

    In place of the example's own columns for entries, a form has as many as its fullest record.
    """
    records = list(records)
    refuse_passed_over(records)
    rows = [row(record, form.book) for record in (form.example, *records)]
    notes = {note.column.name: " ".join([note.meaning, *note.hints]) for note in form.sheets[CASES]}
    for key in nested(form.book):
        notes |= {f"{key.removesuffix('s')}.1.{n.column.name}": " ".join([n.meaning, *n.hints])
                  for n in form.sheets[key][1:]}  # fmt: skip
    notes["id"] = f"{REMARK}{form.words['version']} {form.version}. {notes['id']}"
    header = in_order({*notes, *(name for cells in rows for name in cells)}, form.book)
    return table([notes, *rows], header, delimiter)


def form_yaml(form: Form, records: Iterable[Mapping] = ()) -> str:
    """Return the form as YAML: what is there already as it is, every other key as a comment with its note."""
    records = list(records)
    head = [form.words["title"], f"{form.words['version']}: {form.version}", *form.words["guide"][1:2],
            *form.words["guide"][-1:]]  # fmt: skip
    lines = _comment(head)
    if not records:
        example = as_yaml([form.example])
        lines += ["#", *(f"# {line}".rstrip() for line in example.splitlines()), ""]
        return "\n".join(lines + _open(form, {}, full=True)) + "\n"
    for record in records:
        # Documents of one stream, so that each may be long and still be found.
        lines += ["---", *as_yaml([record]).splitlines(), *_open(form, record, full=len(records) == 1)]
    return "\n".join(lines) + "\n"


def _open(form: Form, record: Mapping, full: bool) -> list[str]:
    """Return the lines on the keys that a record has not: those it must have empty, the others as comments."""
    there = {*record, *record.get("facts", {})}
    lines: list[str] = []
    for note in form.sheets[CASES]:
        key = note.column.key
        if note.column.part or key in there:
            continue
        if full:
            lines += ["", *_comment([note.text(form.words)])]
        elif note.column.variable:
            lines += _comment([note.meaning])
        lines.append(f"{key}:" if key in REQUIRED else f"#{key}:")
    for key in nested(form.book):
        if key not in there:
            first, *rest = (n.column.key for n in form.sheets[key][1:])
            lines += ["", f"#{key}:", f"#  - {first}:", *(f"#    {part}:" for part in rest)]
    return lines


def _comment(texts: Iterable[str]) -> list[str]:
    paragraphs = [line for text in texts for line in text.splitlines()]
    return [f"# {line}" for p in paragraphs for line in textwrap.wrap(p, WIDTH - 2)]
