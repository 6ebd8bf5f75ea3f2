"""Records in JSON: one record, a list of them, or an object whose `cases` is a list; JSON-LD is read as RDF instead."""

import json

from coproduction.loaders.raw import Place, RawRecord, Unreadable
from coproduction.loaders.yaml_records import split


def read(name: str, text: str) -> list[RawRecord]:
    """Return the records of a JSON text. Raises Unreadable with line and column where it is no JSON or holds no record."""

    def once(pairs):
        found: dict = {}
        for key, value in pairs:
            if key in found:
                raise Unreadable(f"has the key {key!r} twice in one object", name)
            found[key] = value
        return found

    try:
        tree = json.loads(text, object_pairs_hook=once, parse_float=str, parse_int=str)
    except json.JSONDecodeError as error:
        raise Unreadable(f"is no JSON: {error.msg}", name, error.lineno, error.colno) from None
    except RecursionError:
        raise Unreadable("is nested too deeply", name) from None
    if isinstance(tree, dict) and "@context" in tree:
        from coproduction.loaders.rdf_records import read as read_rdf

        return read_rdf(name, text, "jsonld")
    places: dict[str, Place] = {}
    return split(name, _text(tree, "", places), places)


def _text(tree, pointer: str, places: dict[str, Place]):
    """Return the tree with every scalar as text, as YAML has them, leaving out nulls."""
    places[pointer] = Place()
    if isinstance(tree, dict):
        return {k: _text(v, f"{pointer}/{k}", places) for k, v in tree.items() if v is not None}
    if isinstance(tree, list):
        return [_text(v, f"{pointer}/{n}", places) for n, v in enumerate(tree)]
    if isinstance(tree, bool):
        return "yes" if tree else "no"
    return str(tree)
