"""OWL reasoning: HermiT, through owlready2, on what of a graph is logic.

owlready2 brings HermiT along and Java runs it; no network is used. HermiT stops at datatypes that OWL 2 does not have,
such as xsd:date, and takes the longer the more individuals it is given. It is therefore given the axioms, the types of
things, and the statements of those properties alone that an axiom speaks of: nothing follows from the others.
"""

import io
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from coproduction import names

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
OWL = "http://www.w3.org/2002/07/owl#"
SHACL = "http://www.w3.org/ns/shacl#"
TYPE, FIRST, REST = (NamedNode(RDF + name) for name in ("type", "first", "rest"))
ABOUT_PROPERTIES = {names.RDFS + name for name in ("domain", "range", "subPropertyOf")} | {
    OWL + name
    for name in ("inverseOf", "propertyChainAxiom", "equivalentProperty", "propertyDisjointWith", "onProperty")
}
CHARACTERISTICS = {
    OWL + name + "Property"
    for name in ("Transitive", "Symmetric", "Asymmetric", "Reflexive", "Irreflexive", "Functional", "InverseFunctional")
}
HEADER = {OWL + name for name in ("versionIRI", "versionInfo", "priorVersion", "imports", "deprecated")}
# Of the RDFS terms, those that are axioms; the rest (label, isDefinedBy, seeAlso) is for readers.
AXIOMS = {names.RDFS + name for name in ("subClassOf", "subPropertyOf", "domain", "range")}
DECLARED = {OWL + "ObjectProperty", OWL + "DatatypeProperty"}
FOREIGN_DATATYPES = {
    "http://www.w3.org/2001/XMLSchema#" + name for name in ("date", "gYear", "gYearMonth", "time", "duration")
}


class NoJava(Exception):
    """There is no Java to run the reasoner with."""


class ReasonerStopped(Exception):
    """The reasoner could not take the graph; the message is its own."""


@dataclass(frozen=True)
class Result:
    """What the reasoner found. `types` are the classes of each named thing, stated or inferred, with all above them.

    `relations` are the statements between things that were inferred and not stated; empty unless asked for.
    """

    consistent: bool
    unsatisfiable: tuple[str, ...] = ()
    types: Mapping[str, frozenset[str]] | None = None
    relations: frozenset[tuple[str, str, str]] = frozenset()


def reason(triples: Iterable[Triple], relations: bool = False) -> Result:
    """Run HermiT on a graph. Raises NoJava without Java, ReasonerStopped where HermiT cannot take the graph."""
    java = shutil.which("java")
    if java is None:
        raise NoJava("Java is not here, and HermiT needs it")
    import owlready2

    owlready2.JAVA_EXE = java
    logic = logical(triples)
    stated = {(t.subject.value, t.predicate.value, t.object.value) for t in logic}
    data = serialize(logic, format=RdfFormat.N_TRIPLES)
    world = owlready2.World()
    try:
        world.get_ontology(names.COP).load(fileobj=io.BytesIO(data), format="ntriples")
        owlready2.sync_reasoner_hermit(world, infer_property_values=relations, debug=0)
        return Result(
            consistent=True,
            unsatisfiable=tuple(sorted(c.iri for c in world.inconsistent_classes() if c is not owlready2.Nothing)),
            types={thing.iri: _classes(thing) for thing in world.individuals()},
            relations=frozenset(set(_relations(world)) - stated) if relations else frozenset(),
        )
    except owlready2.OwlReadyInconsistentOntologyError:
        return Result(consistent=False)
    except owlready2.OwlReadyJavaError as error:
        raise ReasonerStopped(_first_lines(str(error))) from None
    finally:
        world.close()


def _classes(thing) -> frozenset[str]:
    return frozenset(c.iri for c in thing.INDIRECT_is_a if hasattr(c, "iri") and c.iri.startswith("http"))


def _relations(world) -> Iterator[tuple[str, str, str]]:
    for prop in world.object_properties():
        for subject, value in prop.get_relations():
            if hasattr(subject, "iri") and hasattr(value, "iri"):
                yield subject.iri, prop.iri, value.iri


def _first_lines(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " ".join(lines[:3])[:500]


def logical(triples: Iterable[Triple]) -> list[Triple]:
    """Return the part of a graph that something may follow from, and that HermiT can take.

    That is: axioms and the lists in them, types (but those of shapes, and of properties by other vocabularies), and the
    statements of declared object and data properties that an axiom speaks of, save literals of datatypes that OWL 2 does
    not have.
    """
    triples = set(triples)
    cells: dict = {}
    for triple in triples:
        if triple.predicate in (FIRST, REST):
            cells.setdefault(triple.subject, []).append(triple)
    spoken_of = _spoken_of(triples, cells)
    properties = {t.subject for t in triples if t.predicate == TYPE and t.object.value in DECLARED}
    found = set()
    for triple in triples:
        if triple.predicate == TYPE:
            # A property that is also typed by another vocabulary, as a cube's dimension say, would be a thing as well.
            punned = triple.subject in properties and not triple.object.value.startswith(OWL)
            if not (punned or triple.object.value.startswith(SHACL)):
                found |= {triple, *_named(triple)}
        elif _is_axiom(triple.predicate.value):
            found |= {triple, *_list(cells, triple.object)}
        elif triple.predicate in spoken_of and not _foreign_literal(triple.object):
            found.add(triple)
    return list(found)


def _named(triple: Triple) -> list[Triple]:
    """Return the declaration that owlready2 wants of a named thing, where the type is no word of RDF, RDFS or OWL."""
    if isinstance(triple.subject, NamedNode) and not triple.object.value.startswith((RDF, names.RDFS, OWL)):
        return [Triple(triple.subject, TYPE, NamedNode(OWL + "NamedIndividual"))]
    return []


def _is_axiom(predicate: str) -> bool:
    return predicate in AXIOMS or (predicate.startswith(OWL) and predicate not in HEADER)


def _spoken_of(triples: set[Triple], cells: Mapping) -> set:
    """Return the declared object and data properties that an axiom says something of, members of chains included."""
    declared, found = set(), set()
    for triple in triples:
        if triple.predicate == TYPE and triple.object.value in DECLARED:
            declared.add(triple.subject)
        if triple.predicate.value in ABOUT_PROPERTIES:
            found |= {triple.subject, triple.object}
            found |= {cell.object for cell in _list(cells, triple.object) if cell.predicate == FIRST}
        elif triple.predicate == TYPE and triple.object.value in CHARACTERISTICS:
            found.add(triple.subject)
    return found & declared


def _foreign_literal(value) -> bool:
    return isinstance(value, Literal) and value.datatype.value in FOREIGN_DATATYPES


def _list(cells: Mapping, head) -> Iterator[Triple]:
    """Yield the cells of a list, nothing where the node is no list."""
    while isinstance(head, BlankNode) and head in cells:
        yield from cells[head]
        head = next((t.object for t in cells[head] if t.predicate == REST), None)
