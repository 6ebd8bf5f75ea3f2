"""Records in RDF (Turtle, TriG, N-Triples, N-Quads, RDF/XML, JSON-LD): each `cop:Case` node becomes a record again.

What a case node says is read back by the same context that writes it: a property of the record's form becomes its key, a
variable's property an answer. Terms of ours that no record has become findings later, as unknown keys.
"""

from typing import TYPE_CHECKING

from coproduction import names
from coproduction.loaders.raw import Place, RawRecord, Unreadable

if TYPE_CHECKING:
    from coproduction.codebook import Codebook, Field

COP = names.COP
# Derived or written for convenience: the graph says them again elsewhere.
IGNORED = {COP + t for t in ("hasVerdict", "coding", "hasPart")} | {names.RDF_TYPE}


def read(name: str, text: str, suffix: str) -> list[RawRecord]:
    """Return the records of an RDF text. Raises Unreadable with line and column where it is no RDF or holds no case."""
    from pyoxigraph import NamedNode, RdfFormat, Store, parse

    from coproduction.codebook import shipped_codebook

    store = Store()
    try:
        store.extend(parse(input=text.encode(), format=RdfFormat.from_extension(suffix), base_iri="urn:file:"))
    except SyntaxError as error:
        raise Unreadable(f"is no {RdfFormat.from_extension(suffix).name}: {error.msg}", name, error.lineno, error.offset) from None
    except ValueError as error:
        raise Unreadable(f"cannot be read: {str(error).splitlines()[0]}", name) from None
    graph = _Graph(store, shipped_codebook())
    found = store.quads_for_pattern(None, NamedNode(names.RDF_TYPE), NamedNode(COP + "Case"), None)
    subjects = sorted({q.subject for q in found}, key=str)
    if not subjects:
        raise Unreadable(f"holds no case: no node is a <{COP}Case>", name)
    return [_record(name, text, graph, subject) for subject in subjects]


class _Graph:
    """A store with the lookups that reading back needs."""

    def __init__(self, store, book: "Codebook"):
        self.store = store
        self.book = book
        self.answers = {iri: key for key, iri in book.answers.items()}
        self.variables = {v.property: v.key for v in book.variables.values()}
        self.variable_iris = {v.iri: v.key for v in book.variables.values()}

    def pairs(self, subject) -> list[tuple[str, object]]:
        """Return the predicates and objects of a node, sorted, each once."""
        found = {(q.predicate.value, q.object) for q in self.store.quads_for_pattern(subject, None, None, None)}
        return sorted(found, key=lambda pair: (pair[0], str(pair[1])))


def _record(name: str, text: str, graph: _Graph, subject) -> RawRecord:
    data: dict = {}
    line = _line(text, subject)
    by_property = {f.property: f for f in graph.book.fields.values()}
    mentioned: dict[str, list[dict]] = {}
    facts: dict[str, dict] = {}
    derived: set[str] = set()
    short: dict[str, list[str]] = {}
    for predicate, obj in graph.pairs(subject):
        if predicate == COP + "hasMention":
            entry = dict(graph.pairs(obj))
            prop = entry.get(COP + "mentionOf")
            field = by_property.get(prop.value if prop else "")
            if field:
                mentioned.setdefault(field.key, []).append(_mention(graph, obj, field))
        elif predicate == COP + "hasFact":
            key, fact, follows = _fact(graph, obj)
            if follows:
                derived.add(key)
            elif key:
                facts[key] = fact
        elif predicate in graph.variables:
            short.setdefault(graph.variables[predicate], []).append(graph.answers.get(_iri(obj), names.local(_iri(obj))))
        elif predicate in by_property:
            _put(graph, data, by_property[predicate], obj)
        elif predicate.startswith(COP) and predicate not in IGNORED:
            data[names.local(predicate)] = _text(obj)
    for key, entries in mentioned.items():
        listed = {e["concept"] for e in entries if "concept" in e}
        data[key] = entries + [c for c in data.get(key, []) if c not in listed]
    for key, values in short.items():
        # A shorthand that only repeats a fact says nothing new; one that differs is handed on, and found to.
        if values != [facts[key].get("value")] if key in facts else key not in derived:
            data[key] = values[0] if len(values) == 1 else values
    if facts:
        data["facts"] = facts
    _name(data, subject)
    return RawRecord(name, data, {"": Place(line)})


def _name(data: dict, subject) -> None:
    """Fill id and source from the case's IRI where the graph does not say them."""
    parts = subject.value.rstrip("/").split("/") if hasattr(subject, "value") else []
    data.setdefault("id", names.local(parts[-1]) if parts else "")
    if "source" not in data and len(parts) > 2 and "case" in parts:
        data["source"] = parts[-2]
    data.setdefault("title", data["id"])


def _put(graph: _Graph, data: dict, field: "Field", obj) -> None:
    if field.kind == "nested":
        value: object = _nested(graph, obj, field)
    else:
        value = _back(graph, field, obj)
    if field.many:
        data.setdefault(field.key, []).append(value)
    else:
        data[field.key] = value
        if field.kind == "language-text" and getattr(obj, "language", None) not in (None, "en"):
            data["lang"] = obj.language


def _nested(graph: _Graph, node, field: "Field") -> dict:
    inner = {f.property: f for f in field.fields.values()}
    found: dict = {}
    for predicate, obj in graph.pairs(node):
        if predicate in inner:
            _put(graph, found, inner[predicate], obj)
        elif predicate.startswith(COP):
            found[names.local(predicate)] = _text(obj)
    return found


def _mention(graph: _Graph, node, field: "Field") -> dict:
    found: dict = {}
    for predicate, obj in graph.pairs(node):
        if predicate == COP + "concept":
            found["concept"] = names.local(obj.value)
        elif predicate == COP + "text":
            found["text"] = obj.value
        elif predicate == COP + "passage":
            found.setdefault("passages", []).append(_passage(obj))
    return found


def _fact(graph: _Graph, node) -> tuple[str | None, dict, bool]:
    key, fact, derived = None, {}, False
    reasons = {iri: k for k, iri in graph.book.reasons.items()}
    bases = {iri: k for k, iri in graph.book.bases.items()}
    for predicate, obj in graph.pairs(node):
        match predicate.removeprefix(COP):
            case "variable":
                key = graph.variable_iris.get(_iri(obj), names.local(_iri(obj)))
            case "value":
                fact["value"] = graph.answers.get(_iri(obj), names.local(_iri(obj)))
            case "basis":
                fact["basis"] = bases.get(_iri(obj), names.local(_iri(obj)))
            case "whyUnknown":
                fact["why_unknown"] = reasons.get(_iri(obj), names.local(_iri(obj)))
            case "reason":
                fact["reason"] = obj.value
            case "passage":
                fact.setdefault("passages", []).append(_passage(obj))
            case "derivedFrom":
                derived = True
    # A derived fact follows again from what it was derived from; listed, it would look like a fact of its own.
    return key, fact, derived


def _back(graph: _Graph, field: "Field", obj) -> object:
    word = _text(obj)
    if field.kind == "passages":
        return _passage(obj)
    if field.kind == "source":
        return word.removeprefix(names.BASE + "source/")
    if field.kind == "case":
        return word.removeprefix(names.BASE + "case/")
    if field.key == "coder":
        return names.local(word)
    if field.choices:
        by_iri = {iri: key for key, iri in field.choices.items()}
        return by_iri.get(word, names.local(word))
    return word


def _passage(obj) -> object:
    iri = _text(obj)
    head, _, pair = iri.rpartition("#p")
    start, _, end = pair.partition("-")
    return [start, end] if head and start.isdigit() and end.isdigit() else names.local(iri)


def _iri(obj) -> str:
    return obj.value if hasattr(obj, "value") else str(obj)


def _text(obj) -> str:
    return obj.value if hasattr(obj, "value") else str(obj)


def _line(text: str, subject) -> int | None:
    """Return the line where a case's IRI, or the end of it, first begins a line; a help for the eye, no more."""
    name = names.local(_iri(subject))
    for number, line in enumerate(text.splitlines(), 1):
        start = line.split(" ", 1)[0].rstrip(">")
        if start.endswith((name, ":" + name)):
            return number
    return None
