"""Records in JSON: one record, a list of them, or an object whose `cases` is a list; JSON-LD is read as RDF instead.

JSON Lines have such a text on every line.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coproduction.loaders import limits
from coproduction.loaders.raw import Place, RawRecord, Unreadable, step
from coproduction.loaders.yaml_records import Tree, split

if TYPE_CHECKING:
    from coproduction.codebook import Codebook

TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")


def read_lines(name: str, lines: Iterable[str], book: "Codebook | None" = None) -> Iterator[RawRecord]:
    """Yield the records of JSON Lines, one line after the other. Raises Unreadable as `read` does."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield from read(name, line.rstrip("\r\n"), number, book)


def read(name: str, text: str, first: int = 1, book: "Codebook | None" = None) -> list[RawRecord]:
    """Return the records of a JSON text whose first line has the number `first` in its file.

    Raises Unreadable, with the place, for no JSON and for no record.
    """
    try:
        data = json.loads(text, parse_float=str, parse_int=str, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise Unreadable(f"is no JSON: {error.msg}", name, error.lineno + first - 1, error.colno) from None
    except ValueError as error:
        raise Unreadable(f"is no JSON: {error}", name, first if first > 1 else None) from None
    except RecursionError:
        _located(name, text, first)
        raise Unreadable("is nested too deeply", name) from None
    if isinstance(data, dict) and "@context" in data:
        from coproduction.loaders.rdf_records import read as read_rdf

        return read_rdf(name, text, "jsonld", first, book)
    tree = _located(name, text, first)
    tree.data = _text(data, "", tree, name)
    return split(name, tree)


def _no_number(word: str):
    raise ValueError(f"{word} is no number that JSON knows")


def _text(value, pointer: str, tree: Tree, name: str):
    """Return a value with every scalar as text, as YAML has them; a null is as if nothing stood there."""
    if isinstance(value, dict):
        return {k: _text(v, step(pointer, k), tree, name) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_text(v, f"{pointer}/{n}", tree, name) for n, v in enumerate(value)]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return ""
    if HALF_A_CHARACTER.search(value):
        place = tree.places[pointer]
        raise Unreadable("has half a surrogate pair, which is no character", name, place.line, place.column)
    return value


@dataclass
class _Open:
    """An object or list that is not closed yet: how far it has come, and in an object the keys it has."""

    pointer: str
    is_object: bool
    at: str | int | None = None
    keys: set[str] = field(default_factory=set)


def _located(name: str, text: str, first: int) -> Tree:
    """Return a tree without data, but with the places of a JSON text's values and keys.

    The text has been parsed before. Raises Unreadable for a key that stands twice in an object, and for a deep nest.
    """
    tree = Tree(None)
    stack: list[_Open] = []
    line, begin, last = first, 0, 0
    for token in TOKEN.finditer(text):
        breaks = text.count("\n", last, token.start())
        if breaks:
            line, begin = line + breaks, text.rindex("\n", last, token.start()) + 1
        last = token.start()
        place, word, top = Place(line, last - begin + 1), token[0], stack[-1] if stack else None
        if word in "}]":
            stack.pop()
        elif word == ",":
            top.at = None if top.is_object else top.at + 1
        elif word == ":":
            continue
        elif top and top.is_object and top.at is None:
            key = json.loads(word)
            if HALF_A_CHARACTER.search(key):
                raise Unreadable("has half a surrogate pair, which is no character", name, place.line, place.column)
            if key in top.keys:
                raise Unreadable(f"has the key {key!r} twice in one object", name, place.line, place.column)
            top.keys.add(key)
            top.at = key
            tree.keys[step(top.pointer, key)] = place
        else:
            pointer = step(top.pointer, str(top.at)) if top else ""
            tree.places[pointer] = place
            if word in "{[":
                if len(stack) > limits.DEEPEST:
                    raise Unreadable("is nested too deeply", name, place.line, place.column)
                stack.append(_Open(pointer, word == "{", None if word == "{" else 0))
    return tree
