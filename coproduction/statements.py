"""What the sources say: the form of its files, worked out from the ontology, and the entries that ship."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache

from pyoxigraph import Literal, NamedNode

from coproduction import names, resources
from coproduction.cases import shipped_cases
from coproduction.codebook import Field, fields_of
from coproduction.loaders import statements
from coproduction.loaders.case import Case
from coproduction.loaders.raw import Finding
from coproduction.vocabulary import Vocabulary, shipped

COP = names.COP
OBJECT_PROPERTY = NamedNode("http://www.w3.org/2002/07/owl#ObjectProperty")
UNION = "http://www.w3.org/2002/07/owl#unionOf"


def load_context() -> dict:
    """Return the JSON-LD context of statements."""
    text = (resources.folder("ontology") / "statements.jsonld").read_text(encoding="utf-8")
    return json.loads(text)["@context"]


def form(vocabulary: Vocabulary, cases: Iterable[Case], context: Mapping | None = None) -> statements.Form:
    """Return what files of statements may hold, by a vocabulary, the cases that can be spoken of, and a context."""
    context = load_context() if context is None else context
    prefixes = {key: term for key, term in context.items() if isinstance(term, str)}
    lists = {key: term["@context"] for key, term in context.items() if isinstance(term, dict)}
    fields = {
        key: {k: _reference(f, vocabulary) for k, f in fields_of(vocabulary, prefixes | inner, set()).items()}
        for key, inner in lists.items()
    }
    keyed = [iri for key in lists for iri in vocabulary.subjects(COP + "key", Literal(key))]
    classes = {vocabulary.object(iri, COP + "key").value: iri for iri in keyed}
    nested = [f for section in fields.values() for f in section.values() if f.kind == "nested"]
    sections = {iri: key for key, iri in classes.items()} | {COP + "Source": "sources"}
    references = {f.property for section in fields.values() for f in section.values() if f.kind == "reference"}
    return statements.Form(
        fields=fields,
        classes=classes | {f.key: _range(vocabulary, f.property)[0] for f in nested},
        targets={p: tuple(sections[c] for c in _range(vocabulary, p) if c in sections) for p in references},
        known=_known(vocabulary, cases),
        sources=vocabulary.keys("Source"),
        context=context,
    )


def _reference(field: Field, vocabulary: Vocabulary) -> Field:
    """Return the field of an object property whose range is no closed list as a reference; any other as plain text."""
    if field.kind not in ("text", "language-text"):
        return field
    kinds = vocabulary.objects(field.property, names.RDF_TYPE)
    return replace(field, kind="reference" if OBJECT_PROPERTY in kinds else "text")


def _range(vocabulary: Vocabulary, prop: str) -> list[str]:
    """Return the classes that a property leads to, those of a union one by one."""
    found = []
    for cls in vocabulary.objects(prop, names.RDFS + "range"):
        union = vocabulary.object(cls, UNION)
        found += [c.value for c in (vocabulary.list(union) if union else [cls])]
    return found


def _known(vocabulary: Vocabulary, cases: Iterable[Case]) -> dict[str, str]:
    found = {f"{c.source}/{c.id}": c.iri for c in cases}
    found |= {f"question/{f.stem}": names.question_iri(f.stem) for f in resources.queries()}
    for cls, base in (("Concept", "concept/"), ("Definition", ""), ("DefinitionFamily", ""), ("Criterion", "")):
        for sub in vocabulary.subclasses(cls):
            found |= {iri.removeprefix(names.BASE + base): iri for iri in vocabulary.instances(sub)}
    return found


@cache
def shipped_form() -> statements.Form:
    """Return the form by the vocabulary and the cases that ship with the package."""
    return form(shipped(), shipped_cases())


def read_shipped() -> tuple[list[statements.Entry], list[Finding]]:
    """Return the entries of the five sources' files, and the findings on them."""
    return statements.read([str(f) for f in resources.source_statements()], shipped_form())


@cache
def shipped_entries() -> tuple[statements.Entry, ...]:
    """Return what the five sources say, file by file. Raises ValueError where a file has a finding."""
    entries, findings = read_shipped()
    if findings:
        raise ValueError(f"shipped statements have findings: {findings[0].where()}: {findings[0].message}")
    return tuple(entries)
