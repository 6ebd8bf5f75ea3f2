"""Between the store and rdflib: triples and terms handed over with the names of their blank nodes."""

from collections.abc import Iterable

from pyoxigraph import BlankNode, Literal, NamedNode, Triple


def as_graph(triples: Iterable[Triple]):
    """Return triples as a graph of rdflib in which blank nodes keep their names."""
    from rdflib import BNode, Graph, URIRef
    from rdflib import Literal as Text

    def term(t):
        if isinstance(t, NamedNode):
            return URIRef(t.value)
        if isinstance(t, BlankNode):
            return BNode(t.value)
        return Text(t.value, lang=t.language) if t.language else Text(t.value, datatype=URIRef(t.datatype.value))

    graph = Graph()
    for t in triples:
        graph.add((term(t.subject), term(t.predicate), term(t.object)))
    return graph


def as_term(term):
    """Return a term of rdflib as one of the store, or None for none."""
    from rdflib import BNode, URIRef

    if term is None:
        return None
    if isinstance(term, URIRef):
        return NamedNode(str(term))
    if isinstance(term, BNode):
        return BlankNode(str(term))
    if term.language:
        return Literal(str(term), language=term.language)
    return Literal(str(term), datatype=NamedNode(str(term.datatype))) if term.datatype else Literal(str(term))
