"""The ontology in memory: one store of everything that ships, and the lookups that other modules need."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from pyoxigraph import DefaultGraph, Literal, NamedNode, RdfFormat, Store

from coproduction import names, resources

LAST = 2**31


class Vocabulary:
    """The ontology, codebook, definitions and criteria as a read-only graph with lookups by label, key and list."""

    def __init__(self, files: Iterable[Path]):
        self.store = Store()
        self.files = tuple(files)
        for file in self.files:
            self.store.load(path=str(file), format=RdfFormat.TURTLE)

    def ntriples(self) -> bytes:
        """Return the whole vocabulary as N-Triples, for tools that read RDF of their own."""
        return self.store.dump(format=RdfFormat.N_TRIPLES, from_graph=DefaultGraph())

    def objects(self, subject, predicate: str) -> list:
        """Return the objects of a subject and a predicate's IRI, in the order of their text."""
        found = [q.object for q in self.store.quads_for_pattern(_node(subject), NamedNode(predicate), None)]
        return sorted(found, key=str)

    def object(self, subject, predicate: str):
        """Return the one object of a subject and predicate, or None."""
        found = self.objects(subject, predicate)
        return found[0] if found else None

    def subjects(self, predicate: str, obj) -> list[str]:
        """Return the IRIs of all subjects that have the object for the predicate, sorted."""
        found = self.store.quads_for_pattern(None, NamedNode(predicate), _node(obj))
        return sorted(q.subject.value for q in found)

    def instances(self, cls: str) -> list[str]:
        """Return the IRIs of the named instances of a class of the ontology, given by local name."""
        found = self.store.quads_for_pattern(None, NamedNode(names.RDF_TYPE), NamedNode(names.COP + cls))
        return sorted(q.subject.value for q in found if isinstance(q.subject, NamedNode))

    def text(self, subject, predicate: str, lang: str = "en") -> str | None:
        """Return the text of a predicate in a language; in English where that language is missing."""
        found = {o.language or "": o.value for o in self.objects(subject, predicate) if isinstance(o, Literal)}
        return found.get(lang, found.get("en", found.get("")))

    def label(self, subject, lang: str = "en") -> str:
        """Return a thing's label, or the last part of its IRI where it has none."""
        iri = subject if isinstance(subject, str) else subject.value
        return self.text(subject, names.RDFS + "label", lang) or names.local(iri)

    def list(self, head) -> Iterator:
        """Yield the members of an RDF list."""
        rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        while not (isinstance(head, NamedNode) and head.value == rdf + "nil"):
            yield self.object(head, rdf + "first")
            head = self.object(head, rdf + "rest")

    @cache  # noqa: B019 - a vocabulary lives as long as the process
    def keys(self, cls: str) -> dict[str, str]:
        """Return the instances of a class and those under it by the key that records use for them, in their order."""
        rows = []
        for iri in (iri for sub in self.subclasses(cls) for iri in self.instances(sub)):
            key = self.object(iri, names.COP + "key")
            order = self.object(iri, names.COP + "order")
            # What has no place in an order stands behind what has one.
            rows.append((int(order.value) if order else LAST, key.value if key else names.local(iri), iri))
        return {key: iri for _, key, iri in sorted(rows)}

    def subclasses(self, cls: str) -> set[str]:
        """Return the local names of the classes under a class of the ontology, and its own."""
        found, todo = set(), [names.COP + cls]
        while todo:
            iri = todo.pop()
            if names.local(iri) not in found:
                found.add(names.local(iri))
                todo += [s for s in self.subjects(names.RDFS + "subClassOf", iri) if s.startswith(names.COP)]
        return found


def _node(term):
    return NamedNode(term) if isinstance(term, str) else term


@cache
def shipped() -> Vocabulary:
    """Return the vocabulary that ships with the package, loaded once."""
    return Vocabulary(resources.turtle_files())


def with_files(extra: Iterable[Path]) -> Vocabulary:
    """Return the shipped vocabulary together with a user's own Turtle files of definitions and criteria."""
    extra = tuple(extra)
    return Vocabulary([*resources.turtle_files(), *extra]) if extra else shipped()
