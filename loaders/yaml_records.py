"""Records in YAML, read by the 1.2 core schema with every scalar as text, so that `yes`, `NO` and `012` stay so.

A file holds one record, a list of records, several documents, or a mapping whose `cases` is a list of records that
share the mapping's other keys.
"""

from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from coproduction.loaders import limits
from coproduction.loaders.raw import Place, RawRecord, Unreadable, step

# What the fast parser says of `:` and `?` inside brackets, and of true faults there.
IN_FLOW = {"found unexpected ':'", "did not find expected ',' or ']'", "did not find expected ',' or '}'"}
NO_RECORD = "holds no record: a record is a mapping with id, title and source"


@dataclass
class Tree:
    """A document as nested dicts, lists and strings, with the places of its values and of its keys by JSON pointer."""

    data: object
    places: dict[str, Place] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)


def read(name: str, text: str) -> list[RawRecord]:
    """Return the records of a YAML text. Raises Unreadable, with the place, for no YAML and for no record."""
    try:
        try:
            documents = _Composer(name, text).documents()
        except MarkedYAMLError as error:
            # The fast parser knows YAML 1.1 alone, in which `[https://example.org]` and `{what: for whom?}` are none.
            if error.problem not in IN_FLOW:
                raise
            documents = _Composer(name, text, pure=True).documents()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        raise Unreadable(f"is no YAML: {error.problem or error.context}", name, line, column) from None
    except (YAMLError, ValueError) as error:
        raise Unreadable(f"is no YAML: {str(error).splitlines()[0]}", name) from None
    records = [record for tree, start in documents for record in split(name, tree, start)]
    if not records:
        raise Unreadable(NO_RECORD, name)
    return records


def split(name: str, tree: Tree, start: str = "") -> list[RawRecord]:
    """Return the records in a tree that is one record, a list of them, or a mapping with `cases`.

    `start` is the pointer of the tree in its file. Raises Unreadable at an entry that is no record.
    """
    data, shared, holder = tree.data, {}, None
    if isinstance(data, dict) and isinstance(data.get("cases"), list):
        shared = {k: v for k, v in data.items() if k != "cases"}
        data, holder, start = data["cases"], start, f"{start}/cases"
    elif isinstance(data, dict):
        return [RawRecord(name, data, tree.places, start, tree.keys)]
    elif not isinstance(data, list):
        place = tree.places.get(start, Place())
        raise Unreadable(NO_RECORD, name, place.line, place.column)
    records = []
    for n, item in enumerate(data):
        if not isinstance(item, dict):
            place = tree.places.get(f"{start}/{n}", Place())
            raise Unreadable(f"entry {n + 1} is no record but {item!r:.60}", name, place.line, place.column)
        records.append(RawRecord(name, shared | item, tree.places, f"{start}/{n}", tree.keys, holder))
    return records


class _Composer:
    """Trees from the parser's events. The parser's own composer goes down a nested text until the process dies."""

    def __init__(self, name: str, text: str, pure: bool = False):
        self.name = name
        self.events = YAML(typ="safe", pure=pure).parse(text)
        self.anchors: dict[str, tuple] = {}
        self.repeated = 0
        self.tree = Tree(None)

    def documents(self) -> list[tuple[Tree, str]]:
        """Return every document that is not empty, with the pointer that it starts at where there are several."""
        found = []
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                self.tree, self.anchors = Tree(None), {}
                # Pointers start with the document's number, and lose it where the document is the only one.
                self.tree.data = self.value(next(self.events), f"/{len(found)}", 0)
                if self.tree.data != "":
                    found.append(self.tree)
            elif isinstance(event, DocumentEndEvent):
                self.anchors = {}
        if len(found) == 1:
            found[0].places = {k[2:]: v for k, v in found[0].places.items()}
            found[0].keys = {k[2:]: v for k, v in found[0].keys.items()}
            return [(found[0], "")]
        return [(tree, f"/{n}") for n, tree in enumerate(found)]

    def value(self, event, pointer: str, depth: int):
        """Return the value that begins with an event, and note where it and all in it stand."""
        place = self.tree.places[pointer] = _place(event)
        if isinstance(event, AliasEvent):
            return self.again(event.anchor, pointer, place)
        if depth > limits.DEEPEST:
            raise Unreadable("is nested too deeply", self.name, place.line, place.column)
        if isinstance(event, ScalarEvent):
            found: object = event.value
        elif isinstance(event, SequenceStartEvent):
            found = []
            while not isinstance(inner := next(self.events), SequenceEndEvent):
                found.append(self.value(inner, f"{pointer}/{len(found)}", depth + 1))
        elif isinstance(event, MappingStartEvent):
            found = self.mapping(pointer, depth)
        else:
            raise Unreadable("holds something that is no mapping, list or text", self.name, place.line, place.column)
        if event.anchor:
            self.anchors[event.anchor] = (found, pointer)
        return found

    def mapping(self, pointer: str, depth: int) -> dict:
        """Return a mapping up to its end. Raises Unreadable for a key that is no text, or that stands there twice."""
        found: dict = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            at = _place(event)
            if not isinstance(event, ScalarEvent):
                raise Unreadable("has a key that is no plain word", self.name, at.line, at.column)
            if event.value in found:
                raise Unreadable(f"has the key {event.value!r} twice in one mapping", self.name, at.line, at.column)
            inner = step(pointer, event.value)
            self.tree.keys[inner] = at
            found[event.value] = self.value(next(self.events), inner, depth + 1)
        return found

    def again(self, anchor: str, pointer: str, place: Place):
        """Return the value that an alias repeats, standing where it was written first."""
        if anchor not in self.anchors:
            message = f"*{anchor} repeats what has not been written before, or itself"
            raise Unreadable(message, self.name, place.line, place.column)
        found, origin = self.anchors[anchor]
        todo = [(found, origin, pointer)]
        while todo:
            value, there, here = todo.pop()
            self.repeated += 1
            if self.repeated > limits.MOST_REPEATED:
                message = f"unfolds to more than {limits.MOST_REPEATED:,} values by its aliases"
                raise Unreadable(message, self.name, place.line, place.column)
            self.tree.places[here] = self.tree.places[there]
            if there in self.tree.keys and here != pointer:
                self.tree.keys[here] = self.tree.keys[there]
            inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
            todo += [(v, step(there, str(k)), step(here, str(k))) for k, v in inside]
        return found


def _place(event) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)
