"""Records in RDF (Turtle, TriG, N-Triples, N-Quads, RDF/XML, JSON-LD): each `cop:Case` node becomes a record again.

What a case node says is read back by the same context that writes it: a property of the record's form becomes its key,
a variable's property an answer, a reader's coding a record of that reader. Terms of ours that no record has become
findings later, as unknown keys; terms of other vocabularies say nothing here.
"""

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from coproduction import names
from coproduction.loaders import limits
from coproduction.loaders.depth import check_rdf
from coproduction.loaders.raw import Place, RawRecord, Unreadable
from coproduction.loaders.rdf import ships

if TYPE_CHECKING:
    from coproduction.codebook import Codebook, Field

COP = names.COP
LINKS = ("part_of", "instance_of", "same_kind", "same_as")
# Derived or written for convenience: the graph says them again elsewhere.
IGNORED = {COP + t for t in ("hasVerdict", "coding", "hasPart")} | {names.RDF_TYPE}
PARSER_PLACE = re.compile(r"^Parser error at line .*?: ")
ENTITY = re.compile(r"""<!ENTITY\s+(\S+)\s+("[^"]*"|'[^']*')""")


def read(name: str, text: str, suffix: str, first: int = 1, book: "Codebook | None" = None) -> list[RawRecord]:
    """Return the records of an RDF text whose first line has the number `first` in its file.

    Raises Unreadable with line and column where it is no RDF or holds no case.
    """
    from pyoxigraph import NamedNode, RdfFormat, Store, parse

    from coproduction.codebook import shipped_codebook

    if suffix == "rdf":
        _check_entities(name, text)
    check_rdf(name, text, suffix, first)
    store, form = Store(), RdfFormat.from_extension(suffix)
    try:
        store.extend(parse(input=text.encode(), format=form, base_iri="urn:file:"))
    except SyntaxError as error:
        message = PARSER_PLACE.sub("", error.msg)
        if "LoadDocumentCallback" in message:
            message = "its context lies elsewhere; write the context into the file"
        line, column = _xml_place(text) if suffix == "rdf" else (error.lineno, error.offset)
        raise Unreadable(
            f"is no {form.name}: {message}", name, line + first - 1 if line else _only(first), column
        ) from None
    except ValueError as error:
        raise Unreadable(f"cannot be read: {str(error).splitlines()[0]}", name, _only(first)) from None
    graph = _Graph(store, book or shipped_codebook())
    found = store.quads_for_pattern(None, NamedNode(names.RDF_TYPE), NamedNode(COP + "Case"), None)
    subjects = sorted({q.subject for q in found}, key=str)
    if not subjects:
        kinds = (NamedNode(COP + kind) for kind in ("Definition", "Criterion", "Variable"))
        of_own = any(q for kind in kinds for q in store.quads_for_pattern(None, None, kind, None))
        hint = "; definitions of your own are checked by `coproduction validate --with FILE`" if of_own else ""
        raise Unreadable(f"holds no case: no node is a <{COP}Case>{hint}", name, _only(first))
    records = [record for subject in subjects for record in _records(name, text, graph, subject)]
    if first > 1:
        for record in records:
            record.places = {"": Place(first)}
    return records


def _only(first: int) -> int | None:
    """Return the line of a text that is one line of its file, the only place to be told of it."""
    return first if first > 1 else None


def _xml_place(text: str) -> tuple[int | None, int | None]:
    """Return where a text stops being XML, which the parser of RDF/XML does not tell; nothing where it is XML."""
    from xml.parsers.expat import ExpatError, ParserCreate

    try:
        ParserCreate().Parse(text.encode(), True)
    except ExpatError as error:
        return error.lineno, error.offset + 1
    return None, None


def _check_entities(name: str, text: str) -> None:
    """Refuse XML whose entities unfold without end; those that shorten namespaces refer to nothing and stay small."""
    unfolded = 0
    for found in ENTITY.finditer(text):
        unfolded += len(found[2]) * text.count(f"&{found[1]};")
        if "&" in found[2] or unfolded > limits.MOST_UNFOLDED:
            line = text.count("\n", 0, found.start()) + 1
            raise Unreadable(f"has an entity {found[1]} that unfolds too far", name, line)


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
        return sorted(found, key=lambda pair: (pair[0], _in_order(_text(pair[1]))))


def _in_order(text: str) -> list:
    """Return a sort key that puts `contribution-2` before `contribution-10`."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split("([0-9]{1,12})", text)]


def _records(name: str, text: str, graph: _Graph, subject) -> list[RawRecord]:
    """Return the record of a case node, if it says anything, and those of the codings beside it."""
    codings = [obj for predicate, obj in graph.pairs(subject) if predicate == COP + "coding"]
    settled = _record(name, text, graph, subject)
    records = [settled] if not codings or set(settled.data) - {"id"} else []
    _name(settled.data, subject)
    base = _base(settled.data, subject)
    for node in codings:
        coding = _record(name, text, graph, node)
        for key in ("id", "source", "title"):
            if key in settled.data:
                coding.data.setdefault(key, settled.data[key])
        records.append(coding)
    for record in records:
        record.base = base
        _shorten(record.data, base or names.BASE)
    return records


def _base(data: dict, subject) -> str | None:
    """Return the base that a case's IRI is made from, or None where it is made in another way; a source may be below it."""
    source, slug = data.get("source"), data.get("id")
    if type(subject).__name__ == "BlankNode" or not isinstance(source, str) or not isinstance(slug, str):
        return None
    for key in (source, names.local(source)):
        base = names.base_of(subject.value, key, slug)
        if base and source in (key, f"{base}source/{key}"):
            return base
    return None


def _shorten(data: dict, base: str) -> None:
    """Write sources and links to cases below a base by their short names, where these mean the same again."""
    source = data.get("source")
    if isinstance(source, str):
        key = source.removeprefix(base + "source/")
        data["source"] = key if names.source_iri(key, base) == source else source
    for link in LINKS:
        if isinstance(data.get(link), list):
            data[link] = [_short_link(word, base) for word in data[link]]


def _short_link(word: str, base: str) -> str:
    for space in (names.BASE, base):
        short = word.removeprefix(space + "case/")
        source, _, name = short.rpartition("/")
        ours = base == names.BASE or ships(source, name)
        if short != word and (space == names.BASE) == ours:
            return short
    return word


def _record(name: str, text: str, graph: _Graph, subject) -> RawRecord:
    data: dict = {}
    line = _line(text, subject)
    by_property = {f.property: f for f in graph.book.fields.values()}
    mentioned: dict[str, list[dict]] = {}
    facts: dict[str, dict] = {}
    derived: dict[str, dict] = {}
    short: dict[str, list[str]] = {}
    for predicate, obj in graph.pairs(subject):
        if predicate == COP + "hasMention":
            prop = dict(graph.pairs(obj)).get(COP + "mentionOf")
            field = by_property.get(_text(prop)) if prop else None
            mentioned.setdefault(field.key if field else "mentions", []).append(_mention(graph, obj))
        elif predicate in (COP + "hasFact", COP + "codedFact"):
            key, fact, follows_from = _fact(graph, obj)
            if follows_from and predicate == COP + "hasFact":
                derived[key] = fact
            else:
                # A coding has facts without the contributions that some follow from, so that they stand as listed.
                _once_more(facts, key, {"reason": follows_from} | fact if follows_from else fact)
        elif predicate in graph.variables:
            answer = graph.answers.get(_text(obj), names.local(_text(obj)))
            short.setdefault(graph.variables[predicate], []).append(answer)
        elif predicate in by_property:
            _put(graph, data, by_property[predicate], obj)
        elif predicate.startswith(COP) and predicate not in IGNORED:
            _once_more(data, names.local(predicate), _text(obj))
    for key, entries in mentioned.items():
        listed = {e["concept"] for e in entries if "concept" in e}
        data[key] = entries + [c for c in data.get(key, []) if c not in listed]
    for key, values in short.items():
        # A shorthand that only repeats a fact says nothing new; one that differs is handed on, and found to.
        told = facts.get(key, derived.get(key))
        if not isinstance(told, dict) or values != [told.get("value")]:
            data[key] = values[0] if len(values) == 1 else values
    if facts:
        data["facts"] = facts
    return RawRecord(name, data, {"": Place(line)})


def _name(data: dict, subject) -> None:
    """Fill id, source and title from the case's IRI where the graph does not say them; a blank node has none."""
    if type(subject).__name__ == "BlankNode":
        return
    parts = re.split("[/#]", subject.value.rstrip("/"))
    data.setdefault("id", names.local(parts[-1]))
    if "source" not in data and len(parts) > 2 and "case" in parts:
        data["source"] = parts[-2]
    data.setdefault("title", data["id"])


def _put(graph: _Graph, data: dict, field: "Field", obj) -> None:
    value: object = _nested(graph, obj, field) if field.kind == "nested" else _back(graph, field, obj)
    if field.many:
        data.setdefault(field.key, []).append(value)
    else:
        _once_more(data, field.key, value)
        if field.kind == "language-text" and getattr(obj, "language", None) not in (None, "en"):
            data.setdefault("lang", obj.language)


def _once_more(data: dict, key: str, value) -> None:
    """Put a value under a key. One value too many makes a list, which is found out later where a text should be."""
    if key in data:
        value = [*(data[key] if isinstance(data[key], list) else [data[key]]), value]
    data[key] = value


def _nested(graph: _Graph, node, field: "Field") -> dict:
    inner = {f.property: f for f in field.fields.values()}
    found: dict = {}
    for predicate, obj in graph.pairs(node):
        if predicate in inner:
            _put(graph, found, inner[predicate], obj)
        elif predicate.startswith(COP):
            _once_more(found, names.local(predicate), _text(obj))
    return found


def _mention(graph: _Graph, node) -> dict:
    found: dict = {}
    for predicate, obj in graph.pairs(node):
        match predicate.removeprefix(COP):
            case "passage":
                found.setdefault("passages", []).append(_passage(obj))
            case "mentionOf":
                pass
            case "concept":
                _once_more(found, "concept", names.local(_text(obj)))
            case other if predicate != other:
                _once_more(found, other, _text(obj))
    return found


def _fact(graph: _Graph, node) -> tuple[str, dict, str | None]:
    """Return a fact's variable, its parts, and what it is derived from.

    A derived fact of a case follows again from that; listed, it would look like a fact of its own.
    """
    named = {
        "value": ("value", graph.answers),
        "basis": ("basis", {iri: k for k, iri in graph.book.bases.items()}),
        "whyUnknown": ("why_unknown", {iri: k for k, iri in graph.book.reasons.items()}),
        "variable": ("variable", graph.variable_iris),
    }
    fact: dict = {}
    for predicate, obj in graph.pairs(node):
        term = predicate.removeprefix(COP)
        if term == predicate or term == "factOf":
            continue
        if term == "passage":
            fact.setdefault("passages", []).append(_passage(obj))
        elif term in named:
            key, known = named[term]
            _once_more(fact, key, known.get(_text(obj), names.local(_text(obj))))
        else:
            _once_more(fact, term, _text(obj))
    follows_from = fact.pop("derivedFrom", None)
    variable = fact.pop("variable", None)
    return variable if isinstance(variable, str) else names.local(_text(node)), fact, follows_from


def _back(graph: _Graph, field: "Field", obj) -> object:
    word = _text(obj)
    if field.kind == "passages":
        return _passage(obj)
    if field.kind in ("source", "case"):
        return word
    if field.key == "coder":
        return names.local(word)
    if field.choices:
        by_iri = {iri: key for key, iri in field.choices.items()}
        return by_iri.get(word, names.local(word))
    return word


def _passage(obj) -> object:
    """Return a passage as a record writes it, from its IRI; what is no IRI of ours is a locator as it stands."""
    iri = _text(obj)
    # Below a base that ends in #, a part is a step and no fragment of its own.
    if pair := re.fullmatch(r"[^#]*#(?:.*/)?p([0-9]+)-([0-9]+)", iri):
        return [pair[1], pair[2]]
    if locator := re.fullmatch(r"[^#]*#(?:.*/)?at-([^/]*)", iri):
        return unquote(locator[1])
    return names.local(iri)


def _text(obj) -> str:
    return obj.value if hasattr(obj, "value") else str(obj)


def _line(text: str, subject) -> int | None:
    """Return the line where a case's IRI, or the end of it, first begins a line; a help for the eye, no more."""
    name = names.local(_text(subject))
    for number, line in enumerate(text.splitlines(), 1):
        start = line.split(" ", 1)[0].rstrip(">")
        if start.endswith((name, ":" + name)):
            return number
    return None
