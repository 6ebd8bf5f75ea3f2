"""Works from RIS files, each entry with its line; what the library would pass over in silence is a finding.

The library would join an entry without its end to the next, drop one at the end of the file, and keep the first of two
lines with one tag. So the file is parted into entries here, and the library reads their lines one entry at a time.
"""

import re
from collections.abc import Iterator

from coproduction.loaders.raw import Finding, Unreadable
from coproduction.loaders.works import OTHERS, Name, plain, table

CODE = "bad-entry"
FIRST, LAST, KEY = "TY", "ER", "ID"
# A line with a tag as the library takes it, and one that is nearly so: one blank for two, no hyphen, a tag set in.
TAG = re.compile(r"([A-Z][A-Z0-9])  -( |$)")
NEARLY = re.compile(r"\s*([A-Z][A-Z0-9])\s{0,3}[-–—:]\s*\S")
NAMES = ("author", "editor")


def read(name: str, text: str) -> tuple[list[tuple[str, str, int, dict]], list[Finding]]:
    """Return type, key, line and fields of each entry, and the findings. Raises Unreadable where there is no entry.

    Fields are texts by the names that BibTeX has, with lists for `author`, `editor`, `url` and `note`; what RIS alone
    has stands under its tag.
    """
    found: list[Finding] = []
    entries = []
    for line, lines in _entries(name, text, found):
        kind, key, fields = _entry(lines)
        entries.append((kind, key, line, fields))
    if not entries and not found:
        raise Unreadable("holds no entry; in RIS one begins with a line such as `TY  - JOUR`", name)
    return entries, found


def _entries(name: str, text: str, found: list[Finding]) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of each entry with the number of its first; add findings on what lies between or has no end."""
    lines: list[str] = []
    start = 0

    def add(number: int, message: str, severity: str = "error") -> None:
        found.append(Finding(CODE, message, severity, file=name, line=number))

    for number, line in enumerate(text.split("\n"), 1):
        tag = TAG.match(line.rstrip() + " ")
        word = tag[1] if tag else None
        if word == FIRST:
            if lines:
                add(
                    start,
                    f"the entry that begins here has no line `{LAST}  -` at its end; the next begins at line {number}",
                )
                yield start, lines
            lines, start = [line], number
        elif not lines:
            nearly = NEARLY.match(line)
            if word or nearly and nearly[1] == FIRST:
                message = f"{line.strip()[:60]!r} stands outside of an entry, which begins with `{FIRST}  - `"
                add(number, message, "warning" if word else "error")
        elif word == LAST:
            yield start, [*lines, line]
            lines = []
        elif line.strip():
            like = None if tag else NEARLY.match(line)
            if not tag and len(lines) == 1:
                add(number, f"{line.strip()[:60]!r} is no line of RIS, which has a tag at its start")
                continue
            if like and like[1] in (*table()["tags"], FIRST, LAST, KEY):
                shown = line.strip()[:60]
                add(
                    number,
                    f"{shown!r} is no line of RIS, and would be read as more of the one before; write `{like[1]}  - `",
                )
                continue
            lines.append(line)
    if lines:
        add(start, f"the entry that begins here has no line `{LAST}  -` at its end; is the file whole?")
        yield start, lines


def _entry(lines: list[str]) -> tuple[str, str, dict]:
    """Return type, key and fields of the lines of an entry."""
    import rispy

    ended = lines if TAG.match(lines[-1].rstrip() + " ") and lines[-1].startswith(LAST) else [*lines, f"{LAST}  - "]
    tags = {tag: tag for tag in rispy.config.TAG_KEY_MAPPING} | {tag: tag for tag in table()["tags"]} | {"UK": "UK"}
    (row,) = rispy.loads(
        "\n".join(_unwrapped(ended)),
        mapping=tags,
        list_tags=["KW", "N1"],
        delimiter_tags_mapping={},
        enforce_list_tags=False,
    )
    values = {tag: _texts(value) for tag, value in row.items() if tag not in ("UK", FIRST, KEY)}
    values |= {tag: _texts(value) for tag, value in row.get("UK", {}).items() if tag}
    fields: dict = {}
    for tag, texts in _in_order(values):
        field = table()["tags"].get(tag)
        if not texts:
            continue
        if field in NAMES:
            fields.setdefault(field, []).extend(map(_name, texts))
        elif field in ("url", "note"):
            fields.setdefault(field, []).extend(texts)
        elif field == "keywords":
            fields.setdefault(field, "; ".join(texts))
        elif field is None or field in fields or len(texts) > 1:
            first, *rest = texts
            if field and field not in fields:
                fields[field], texts = first, rest
            if fields.get(field) != "; ".join(texts):
                fields[f"ris-{tag.lower()}"] = "; ".join(texts)
        else:
            fields[field] = texts[0]
    return _one(row.get(FIRST)), _one(row.get(KEY)), fields


def _unwrapped(lines: list[str]) -> list[str]:
    """Return lines with the text of those without a tag joined to the one before; a keyword stands on each line.

    The library breaks down at such text behind a second line of one tag.
    """
    found: list[str] = []
    for line in lines:
        if TAG.match(line.rstrip() + " "):
            found.append(line)
        elif found[-1].startswith("KW"):
            found.append(f"KW  - {line.strip()}")
        else:
            found[-1] = f"{found[-1].rstrip()} {line.strip()}"
    return found


def _texts(value) -> list[str]:
    return [plain(text) for text in (value if isinstance(value, list) else [value]) if plain(text)]


def _one(value) -> str:
    return (_texts(value) or [""])[0] if value is not None else ""


def _in_order(values: dict[str, list[str]]) -> list[tuple[str, list[str]]]:
    """Return values in the order of the table, so that of two tags for one field the usual one fills it."""
    order = {tag: n for n, tag in enumerate(table()["tags"])}
    return sorted(values.items(), key=lambda item: order.get(item[0], len(order)))


def _name(text: str) -> Name:
    """Return a name: `Surname, Given, Suffix`, or without a comma the name of a body."""
    if text.lower() == OTHERS.body:
        return OTHERS
    family, *rest = (part.strip() for part in text.split(","))
    if not rest or not family:
        return Name(body=text)
    return Name(family=family, given=rest[0], suffix=", ".join(rest[1:]))
