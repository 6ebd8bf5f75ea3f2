"""Records in YAML, read by the 1.2 core schema with every scalar as text, so that `yes`, `NO` and `012` stay as written.

A file holds one record, a list of records, several documents, or a mapping whose `cases` is a list of records that
share the mapping's other keys.
"""

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from coproduction.loaders.raw import Place, RawRecord, Unreadable

DEEPEST = 50


def read(name: str, text: str) -> list[RawRecord]:
    """Return the records of a YAML text. Raises Unreadable with line and column where it is no YAML or holds no record."""
    parser = YAML(typ="safe")
    records: list[RawRecord] = []
    try:
        documents = [node for node in parser.compose_all(text) if node is not None]
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        raise Unreadable(f"is no YAML: {error.problem or error.context}", name, line, column) from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise Unreadable(f"is no YAML: {str(error).splitlines()[0]}", name) from None
    for number, node in enumerate(documents):
        places: dict[str, Place] = {}
        start = f"/{number}" if len(documents) > 1 else ""
        tree = _tree(node, start, places, name, 0)
        records += split(name, tree, places, start)
    if not records:
        raise Unreadable("holds no record: a record is a mapping with id, title and source", name)
    return records


def split(name: str, tree, places: dict[str, Place], start: str = "") -> list[RawRecord]:
    """Return the records in a tree that is one record, a list of them, or a mapping with `cases`."""
    if isinstance(tree, dict) and isinstance(tree.get("cases"), list):
        shared = {k: v for k, v in tree.items() if k != "cases"}
        listed, start = tree["cases"], f"{start}/cases"
    elif isinstance(tree, dict):
        return [RawRecord(name, tree, places, start)]
    elif isinstance(tree, list):
        shared, listed = {}, tree
    else:
        place = places.get(start, Place())
        raise Unreadable("holds no record: a record is a mapping with id, title and source", name, place.line, place.column)
    for n, item in enumerate(listed):
        if not isinstance(item, dict):
            place = places.get(f"{start}/{n}", Place())
            raise Unreadable(f"entry {n + 1} is no record but {item!r:.60}", name, place.line, place.column)
    return [RawRecord(name, shared | item, places, f"{start}/{n}") for n, item in enumerate(listed)]


def _tree(node, pointer: str, places: dict[str, Place], name: str, depth: int):
    mark = node.start_mark
    places[pointer] = Place(mark.line + 1, mark.column + 1)
    if depth > DEEPEST:
        raise Unreadable("is nested too deeply, or refers to itself", name, mark.line + 1, mark.column + 1)
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, SequenceNode):
        return [_tree(child, f"{pointer}/{n}", places, name, depth + 1) for n, child in enumerate(node.value)]
    if isinstance(node, MappingNode):
        found: dict = {}
        for key, child in node.value:
            at = Place(key.start_mark.line + 1, key.start_mark.column + 1)
            if not isinstance(key, ScalarNode):
                raise Unreadable("has a key that is no plain word", name, at.line, at.column)
            if key.value in found:
                raise Unreadable(f"has the key {key.value!r} twice in one mapping", name, at.line, at.column)
            found[key.value] = _tree(child, f"{pointer}/{key.value}", places, name, depth + 1)
        return found
    raise Unreadable("holds something that is no mapping, list or text", name, mark.line + 1, mark.column + 1)
