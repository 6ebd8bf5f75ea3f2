"""From the normal form to RDF: one JSON-LD document per case, which the context of the ontology maps to triples."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from coproduction import names
from coproduction.loaders.case import PLACING, SETTLED, Case, Fact, Passage

if TYPE_CHECKING:
    from coproduction.codebook import Codebook, Field

# What a reader's coding says by codes of its own beside the settled case's.
CODED = ("case_kind", "reality", "source_label")


def passage_iri(source: str, passage: Passage, base: str = names.BASE) -> str:
    """Return the IRI of a passage of a source: `...#p<start>-<end>`, or `...#at-<locator>` for one in words."""
    if isinstance(passage, str):
        # Who finds a place by words names it: below their base, even in a source that ships.
        work = f"{base}source/{source}" if source in names.shipped_sources() else names.source_iri(source, base)
        return names.part(work, f"at-{quote(passage, safe='')}")
    return names.part(names.source_iri(source, base), f"p{passage[0]}-{passage[1]}")


def document(case: Case, book: "Codebook") -> dict:
    """Return the JSON-LD object of a case, without its context."""

    def passages(found: Iterable[Passage]) -> list[str | dict]:
        return [_passage(case, p) for p in found]

    node: dict = {"@id": case.iri, "@type": "Case", "id": case.id}
    if case.coder != SETTLED:
        return node | _coding(case, book, passages)
    mentions: list[dict] = []
    for key, value in case.record.items():
        field = book.fields[key]
        if key in ("id", "facts"):
            continue
        if field.kind == "concept":
            for entry in value:
                mention: dict = {"@id": names.part(case.iri, f"{key}-{len(mentions) + 1}"), "@type": "Mention"}
                mention["mention_of"] = field.property
                if "concept" in entry:
                    node.setdefault(key, []).append(field.choices[entry["concept"]])
                    mention["concept"] = field.choices[entry["concept"]]
                if "text" in entry:
                    mention["text"] = entry["text"]
                mention["passages"] = passages(entry.get("passages", []))
                mentions.append(mention)
        elif field.kind == "nested":
            name = {"contributions": "Contribution", "values": "ValueEffect"}[key]
            node[key] = [
                {"@id": names.part(case.iri, f"{key.removesuffix('s')}-{n}"), "@type": name}
                | _entry(entry, field, case, passages)
                for n, entry in enumerate(value, 1)
            ]
        else:
            node[key] = _value(field, value, case, passages)
    if mentions:
        node["mentions"] = mentions
    node["facts"] = [
        {"@id": names.part(case.iri, f"fact-{slug(key)}"), "@type": "Fact"} | _fact(key, fact, case, book, passages)
        | {"coder": f"{case.base}coder/{case.coder}"}
        for key, fact in case.facts.items()
    ]  # fmt: skip
    for key, fact in case.facts.items():
        # The shorthand is what verdicts rest on, so that shapes run on the RDF alone come to the same verdicts.
        if fact.value != "unknown" and fact.basis != PLACING:
            node[key] = book.answers[fact.value]
    return node


def _passage(case: Case, passage: Passage) -> str | dict:
    """Return a passage's IRI; for a locator a node that says it in words, which offsets have from the source's text."""
    iri = passage_iri(case.source, passage, case.base)
    if not isinstance(passage, str):
        return iri
    return {"@id": iri, "cop:locator": passage, "oa:hasSource": {"@id": names.source_iri(case.source, case.base)}}


def slug(key: str) -> str:
    """Return a variable's key as it stands in IRIs."""
    return key.replace("_", "-")


def _coding(case: Case, book: "Codebook", passages) -> dict:
    """Return another coder's record as a coding beside the settled case, so that no fact of it is in force."""
    iri = names.part(case.iri, f"coding-{case.coder}")
    coding: dict = {"@id": iri, "@type": "Coding", "coder": f"{case.base}coder/{case.coder}"}
    for key, value in case.record.items():
        field = book.fields[key]
        if key in CODED or field.kind in ("text", "language-text", "url", "passages") and key not in ("id", "coder"):
            coding[key] = _value(field, value, case, passages)
    coding["coded_facts"] = [
        {"@id": f"{iri}-{slug(key)}", "@type": "Fact"} | _fact(key, fact, case, book, passages)
        for key, fact in case.facts.items()
    ]
    return {"coding": [coding]}


def _fact(key: str, fact: Fact, case: Case, book: "Codebook", passages) -> dict:
    node = {
        "variable": book.variables[key].iri,
        "value": book.answers[fact.value],
        "passages": passages(fact.passages),
    }
    if fact.value == "unknown":
        node["why_unknown"] = book.reasons[fact.why_unknown or "silent"]
    else:
        node["basis"] = book.bases[fact.basis]
    if fact.reason:
        node["reason"] = fact.reason
    if fact.derived_from:
        # By its IRI, for the context has the short name among a case's facts alone, and not among a coding's.
        node["cop:derivedFrom"] = fact.derived_from
    return node


def _entry(entry: Mapping, field: "Field", case: Case, passages) -> dict:
    node = {}
    for key, value in entry.items():
        part = field.fields[key]
        if part.kind == "concept":
            listed = value if isinstance(value, list) else [value]
            node[key] = [part.choices[v] for v in listed] if part.many else part.choices[value]
        else:
            node[key] = _value(part, value, case, passages)
    return node


def _value(field: "Field", value, case: Case, passages):
    def one(word: str):
        if field.kind in ("code", "basis", "definition"):
            return field.choices[word]
        if field.kind == "case":
            return case_reference(word, case)
        if field.kind == "source":
            return names.source_iri(word, case.base)
        return word

    if field.kind == "passages":
        return passages(value)
    if field.kind == "language-text":
        return {case.record.get("lang", "en"): value}
    if field.key == "coder":
        return f"{case.base}coder/{value}"
    return [one(v) for v in value] if isinstance(value, list) else one(value)


def case_reference(word: str, case: Case) -> str:
    """Return the IRI of a case that a record names by `source/id`, by `id` in its own source, or by IRI.

    The name of a case that ships means that case, whatever the record's own base is.
    """
    if word.startswith(("http://", "https://")):
        return word
    source, _, name = word.rpartition("/")
    source = source or case.source
    return names.case_iri(source, name, names.BASE if case.base == names.BASE or ships(source, name) else case.base)


def ships(source: str, name: str) -> bool:
    """Return whether a source's case is one of those that ship."""
    from coproduction.cases import shipped_names

    return source in names.shipped_sources() and f"{source}/{name}" in shipped_names()


def jsonld(cases: Iterable[Case], book: "Codebook") -> dict:
    """Return one JSON-LD document of many cases, context included."""
    return {"@context": book.context, "@graph": [document(case, book) for case in cases]}


def triples(cases: Iterable[Case], book: "Codebook", graph: str | None = None) -> Iterator:
    """Yield the quads of cases, in a named graph if one is given."""
    from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, parse

    cases = list(cases)
    target = NamedNode(graph) if graph else DefaultGraph()
    text = json.dumps(jsonld(cases, book), ensure_ascii=False).encode()
    for quad in parse(input=text, format=RdfFormat.JSON_LD):
        yield Quad(quad.subject, quad.predicate, quad.object, target)
