"""What the check of the ontology asks of logic: that it is consistent, and that things are sorted as it says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Quad, Store, Triple

from coproduction import names, reasoner
from coproduction.codebook import Codebook
from coproduction.loaders import rdf
from coproduction.loaders.case import Case

SHOWN = {names.COP + name for name in ("role", "form", "valueType")}
LEFT_OUT = {names.COP + name for name in ("hasFact", "hasMention", "coding")}
# The members of each defined class by the statements alone: what has the value asked for, or one narrower than it.
MEMBERS = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?class ?thing WHERE {
  ?class owl:equivalentClass/owl:intersectionOf ?parts .
  ?parts rdf:first ?base ; rdf:rest/rdf:first ?restriction .
  ?restriction owl:onProperty ?property ; owl:hasValue ?wanted .
  ?thing a ?base ; ?property ?value .
  ?value skos:broader* ?wanted .
}
"""


@dataclass
class Findings:
    """What the reasoner showed: contradictions, unsatisfiable classes, things that it sorts otherwise than wanted."""

    inconsistent: list[str] = field(default_factory=list)
    unsatisfiable: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)


def examine(ontology: Iterable[Triple], cases: Iterable[Triple]) -> Findings:
    """Reason on the ontology together with the RDF of cases. Raises NoJava, and ReasonerStopped.

    One run serves both: what follows from the ontology alone follows from it with cases too. Only where the two
    together are inconsistent is the ontology run alone, to say which of them is at fault.
    """
    ontology, cases = set(ontology), set(cases)
    found = reasoner.reason(ontology | cases)
    if not found.consistent:
        alone = reasoner.reason(ontology) if cases else found
        if alone.consistent:
            return Findings(inconsistent=["the ontology is consistent, and the sample of cases contradicts it"])
        return Findings(inconsistent=["the ontology contradicts itself; the rule disjoint-classes may say where"])
    unsatisfiable = [f"{cls} can have no members" for cls in found.unsatisfiable]
    return Findings(unsatisfiable=unsatisfiable, misplaced=_misplaced(ontology | cases, found.types or {}))


def _misplaced(triples: set[Triple], types: Mapping[str, frozenset[str]]) -> list[str]:
    """Return the things that only the reasoner, or only the statements, put into a defined class."""
    store = Store()
    store.extend(Quad(t.subject, t.predicate, t.object) for t in triples)
    wanted = {(row["class"].value, row["thing"].value) for row in store.query(MEMBERS)}
    classes = {t.subject.value for t in triples if t.predicate.value == reasoner.OWL + "equivalentClass"}
    inferred = {(cls, thing) for thing, found in types.items() for cls in found & classes}
    faults = [f"{thing} is not sorted into {cls}, and should be" for cls, thing in wanted - inferred]
    return sorted(faults + [f"{thing} is sorted into {cls}, and should not be" for cls, thing in inferred - wanted])


def sample(cases: Iterable[Case], book: Codebook) -> set[Triple]:
    """Return the RDF of as many cases as show every role, form and type of value that any case has.

    Facts and mentions are left out: hundreds of things of one kind cost the reasoner minutes and show it nothing new.
    """
    seen: set[tuple[str, str]] = set()
    found: set[Triple] = set()
    for case in cases:
        triples = {quad.triple for quad in rdf.triples([case], book)}
        shown = {(t.predicate.value, t.object.value) for t in triples if t.predicate.value in SHOWN}
        if shown - seen:
            seen |= shown
            found |= _without(triples)
    return found


def _without(triples: set[Triple]) -> set[Triple]:
    hidden = {t.object for t in triples if t.predicate.value in LEFT_OUT}
    hidden |= {t.object for t in triples if t.subject in hidden and t.predicate.value == names.COP + "codedFact"}
    return {t for t in triples if t.subject not in hidden and t.predicate.value not in LEFT_OUT}
