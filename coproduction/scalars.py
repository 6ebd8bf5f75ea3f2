"""Where every single value stands in the text of a file of records, so that one can be replaced and all else stays.

YAML and JSON give their scalars and keys, CSV its cells; each with what it says, its span in the text, the names of the
keys it stands under, and how another text is written in its place.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.events import MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent

from coproduction.loaders.json_records import TOKEN
from coproduction.loaders.table import ENTRY_PARTS, FACT_PARTS, numbered

SAFE_AS_IT_STANDS = re.compile(r"[^\W_][\w ./-]*(?<! )")


@dataclass(frozen=True)
class Scalar:
    """A value or a key: what it says, from where to where it stands, the keys above it, and its siblings' container.

    `column` is whether it is the header of a column with a record in each row.
    """

    text: str
    start: int
    end: int
    names: tuple[str, ...]
    is_key: bool
    holder: int
    write: Callable[[str], str]
    column: bool = False


def replaced(text: str, changes: dict[Scalar, str]) -> str:
    """Return a text with some of its scalars replaced and every other character as it was."""
    parts, last = [], 0
    for scalar in sorted(changes, key=lambda s: s.start):
        parts += [text[last : scalar.start], scalar.write(changes[scalar])]
        last = scalar.end
    return "".join([*parts, text[last:]])


def of_yaml(text: str) -> Iterator[Scalar]:
    """Yield the scalars of a YAML text that stand on one line."""
    stack: list[list] = []  # of [is mapping, key that waits for its value, names, number]
    for count, event in enumerate(YAML(typ="safe", pure=True).parse(text)):
        top = stack[-1] if stack else None
        if isinstance(event, ScalarEvent):
            span = event.start_mark.index, event.end_mark.index
            raw = text[slice(*span)]
            is_key = bool(top and top[0] and top[1] is None)
            names = _names(top)
            # What is behind an anchor or a tag, or runs over several lines, stays as it is.
            if event.style not in ("|", ">") and "\n" not in raw and not event.anchor and not event.tag:
                names_ = (*top[2], event.value) if is_key else names
                yield Scalar(event.value, *span, names_, is_key, top[3] if top else 0, _yaml_writer(event.style))
            if top and top[0]:
                top[1] = event.value if is_key else None
        elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            stack.append([isinstance(event, MappingStartEvent), None, _names(top), count])
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            stack.pop()
            if stack and stack[-1][0]:
                stack[-1][1] = None
        elif top and top[0] and type(event).__name__ == "AliasEvent":
            top[1] = None if top[1] is not None else "*"


def _names(top: list | None) -> tuple[str, ...]:
    if top is None:
        return ()
    return (*top[2], top[1]) if top[0] and top[1] is not None else top[2]


def _yaml_writer(style: str | None) -> Callable[[str], str]:
    if style == "'":
        return lambda text: "'" + text.replace("'", "''") + "'"
    if style == '"':
        return _json
    return lambda text: text if SAFE_AS_IT_STANDS.fullmatch(text) else _json(text)


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def of_json(text: str) -> Iterator[Scalar]:
    """Yield the strings of a JSON text, or of JSON Lines."""
    stack: list[list] = []
    for count, token in enumerate(TOKEN.finditer(text)):
        word, top = token[0], stack[-1] if stack else None
        if word in "{[":
            stack.append([word == "{", None, _names(top), count])
        elif word in "}]":
            stack.pop()
        elif word == ",":
            if top and top[0]:
                top[1] = None
        elif word != ":" and word.startswith('"'):
            value, is_key = json.loads(word), bool(top and top[0] and top[1] is None)
            names = (*top[2], value) if is_key else _names(top)
            yield Scalar(value, *token.span(), names, is_key, top[3] if top else 0, _json)
            if is_key:
                top[1] = value


def of_csv(text: str) -> Iterator[Scalar]:
    """Yield the cells of a CSV text, those of the header as keys."""
    start = 0
    if text[:4].lower() == "sep=" and "\n" in text:
        start = text.index("\n") + 1
        delimiter = text[4:start].strip("\r\n") or "\t"
    else:
        delimiter = max(",;\t|", key=text.split("\n", 1)[0].count)
    cell = re.compile(f'"((?:[^"]|"")*)"|[^{re.escape(delimiter)}\r\n]*')
    header: list[tuple[str, ...]] | None = None
    row: list[str] = []
    while start < len(text):
        found = cell.match(text, start)
        value = found[1].replace('""', '"') if found[1] is not None else found[0]
        at, row = len(row), [*row, value]
        names = column_names(value) if header is None else header[at] if at < len(header) else ()
        write = _csv_writer(delimiter, found[1] is not None)
        yield Scalar(value, *found.span(), names, header is None, 0, write, header is None)
        start = found.end()
        if text.startswith(delimiter, start):
            start += len(delimiter)
            continue
        # What stands behind a closing quote makes no CSV; the reader says so.
        start = (text.find("\n", start) + 1) or len(text)
        if header is None and any(c.strip() for c in row):
            header = [column_names(c) for c in row]
        row = []


def column_names(column: str) -> tuple[str, ...]:
    """Return the keys that a column stands for: `contribution.1.who` is `who` among `contributions`."""
    head, *rest = (part.strip() for part in column.split("."))
    if len(rest) > 1 and head.lower() in numbered() and rest[0].isdecimal():
        return numbered()[head.lower()], ENTRY_PARTS.get(rest[1].lower(), rest[1])
    if len(rest) == 1:
        return head, FACT_PARTS.get(rest[0].lower(), rest[0])
    return (head,)


def _csv_writer(delimiter: str, quoted: bool) -> Callable[[str], str]:
    def write(text: str) -> str:
        if quoted or text != text.strip() or any(c in text for c in (delimiter, '"', "\n", "\r")):
            return '"' + text.replace('"', '""') + '"'
        return text

    return write
