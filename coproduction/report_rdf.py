"""A SHACL validation report of findings, as Turtle."""

from collections.abc import Iterable

from rdflib import RDF, RDFS, SH, BNode, Graph, Literal, Namespace, URIRef

from coproduction import names
from coproduction.codebook import shipped_codebook
from coproduction.loaders.case import Case
from coproduction.loaders.raw import Finding
from coproduction.rules import rules

SEVERITY = {"error": SH.Violation, "warning": SH.Warning, "info": SH.Info}


def turtle(findings: Iterable[Finding], cases: Iterable[Case], lang: str = "en") -> str:
    """Return a SHACL validation report in Turtle.

    The focus node is the case; where no case could be told, a blank node with the file's name as label. The constraint
    component is the rule's IRI. Data conform, as SHACL has it, where nothing at all is found.
    """
    graph, report, book = Graph(), BNode("report"), shipped_codebook()
    for prefix, iri in (("sh", SH), ("rdfs", RDFS), ("cop", names.COP), ("rule", names.BASE + "rule/")):
        graph.bind(prefix, Namespace(str(iri)))
    iris = {(case.raw.file, case.id): case.iri for case in cases}
    found = list(findings)
    graph.add((report, RDF.type, SH.ValidationReport))
    graph.add((report, SH.conforms, Literal(not found)))
    for n, f in enumerate(found):
        result = BNode(f"result{n}")
        iri = iris.get((f.file, f.case))
        focus = URIRef(iri) if iri else BNode(f"focus{n}")
        if not iri:
            graph.add((focus, RDFS.label, Literal(f"{f.file}: {f.case}" if f.case else f.file or "-")))
        graph.add((report, SH.result, result))
        for predicate, value in (
            (RDF.type, SH.ValidationResult),
            (SH.focusNode, focus),
            (SH.resultSeverity, SEVERITY[f.severity]),
            (SH.sourceConstraintComponent, URIRef(rules()[f.code].iri)),
            (SH.resultMessage, Literal(f"{f.where()}: {f.message}", lang=lang)),
        ):
            graph.add((result, predicate, value))
        if f.value is not None:
            graph.add((result, SH.value, Literal(f.value)))
        of_key = book.variables.get(f.key or "") or book.fields.get(f.key or "")
        if of_key:
            graph.add((result, SH.resultPath, URIRef(of_key.property)))
    return graph.serialize(format="turtle").rstrip("\n")
