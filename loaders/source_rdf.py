"""Works of a user's bibliographies as RDF: each source that a case names, described as the graph describes its own."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from coproduction import names
from coproduction.loaders.bibliography_files import Library, Source
from coproduction.loaders.case import Case
from coproduction.loaders.normal import URL
from coproduction.loaders.works import (
    DOCUMENT,
    Name,
    Record,
    citation,
    doi_of,
    joined,
    pages_in_words,
    place_in_words,
    word_for,
)

BIBO = "http://purl.org/ontology/bibo/"
XSD = "http://www.w3.org/2001/XMLSchema#"
SAME_BY = "both names lead to one entry of the bibliography"


def named(cases: Iterable[Case], library: Library) -> dict[str, Source]:
    """Return the works that cases name as their sources, by the IRI that each case gives it; keys come before DOIs."""
    found: dict[str, Source] = {}
    for case in cases:
        source = library.find(case.source)
        if source:
            found.setdefault(names.source_iri(case.source, case.base), source)
    return dict(sorted(found.items(), key=lambda item: names.local(item[0]) != item[1].record.key))


def nodes(found: Mapping[str, Source]) -> list[dict]:
    """Return a JSON-LD node for each source, with IRIs in place of terms, so that it means the same in any context."""
    first: dict[Source, str] = {}
    made = []
    for iri, source in found.items():
        node = _node(iri, source.record)
        if first.setdefault(source, iri) != iri:
            # Named by its key in one record and by its DOI in another: two IRIs of one work.
            node |= {names.COP + "sameWork": {"@id": first[source]}, names.COP + "sameBy": SAME_BY}
        made.append(node)
    return made


def triples(found: Mapping[str, Source]) -> Iterator:
    """Yield the triples that describe sources."""
    from pyoxigraph import RdfFormat, parse

    text = json.dumps(nodes(found), ensure_ascii=False).encode()
    for quad in parse(input=text, format=RdfFormat.JSON_LD):
        yield quad.triple


def quads(found: Mapping[str, Source], graphs: Mapping[str, str]) -> Iterator:
    """Yield the quads that describe sources, each in the graph that its cases are in, by the source's IRI."""
    from pyoxigraph import NamedNode, Quad

    for triple in triples(found):
        yield Quad(*triple, NamedNode(graphs[triple.subject.value]))


def _node(iri: str, record: Record) -> dict:
    kind = word_for(record.kind, "class")
    notes = list(record.notes)
    told = dict(record.more)
    # What has no property of its own, by its name.
    told |= {"kind": "" if kind or record.kind == DOCUMENT or "type" in told else record.kind, "month": record.month}
    told["editor"] = joined(record.editors)
    urls = [url for url in record.urls if URL.fullmatch(url)]
    told["url"] = " ".join(url for url in record.urls if url not in urls)
    if not record.container:
        told |= {"volume": record.volume, "number": record.issue, "pages": pages_in_words(record)}
    notes += [f"{name}: {text}" for name, text in told.items() if text]
    year = {"@value": record.year, "@type": XSD + "gYear"} if re.fullmatch("[0-9]{4}", record.year) else record.year
    properties = {
        names.COP + "key": record.key,
        names.RDFS + "label": _label(record),
        names.DCTERMS + "title": record.title,
        names.DCTERMS + "creator": joined(record.authors),
        names.COP + "writtenBy": list(map(str, record.authors)),
        names.DCTERMS + "date": year,
        names.COP + "publishedIn": place_in_words(record) if record.container else "",
        names.DCTERMS + "publisher": record.publisher,
        BIBO + "doi": doi_of(record.doi) or record.doi,
        names.RDFS + "seeAlso": [{"@id": url} for url in urls],
        names.DCTERMS + "bibliographicCitation": citation(record),
        names.COP + "note": notes,
    }
    types = [names.COP + "Source", *([BIBO + kind] if kind else [])]
    return {"@id": iri, "@type": types} | {key: value for key, value in properties.items() if value}


def _label(record: Record) -> str:
    """Return a short name: who and when, as the graph's own sources have it, or else the title."""

    def surname(name: Name) -> str:
        return name.family or name.body

    people = record.authors or record.editors
    who = str(people[0]) if len(people) == 1 else " and ".join(map(surname, people))
    return " ".join(part for part in (who, record.year) if part) if who else record.title
