"""The dataset: ontology, shapes, sources, cases and verdicts in one store, a named graph each."""

import json
from collections.abc import Iterable, Iterator
from errno import EISDIR
from functools import cache
from pathlib import Path

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store

from coproduction import names, passages, questions, resources
from coproduction.cases import shipped_cases
from coproduction.codebook import Codebook, shipped_codebook
from coproduction.loaders import rdf
from coproduction.loaders import statements as said
from coproduction.loaders.case import SETTLED, Case
from coproduction.statements import shipped_entries, shipped_form
from coproduction.verdicts import Rules, Verdict, judge, load_rules
from coproduction.vocabulary import Vocabulary, shipped

COP = names.COP
OA = "http://www.w3.org/ns/oa#"
XSD = "http://www.w3.org/2001/XMLSchema#"
FORMATS = {"nq": RdfFormat.N_QUADS, "trig": RdfFormat.TRIG, "ttl": RdfFormat.TURTLE, "jsonld": RdfFormat.JSON_LD}


def graph_iri(name: str, base: str = names.BASE) -> str:
    """Return the IRI of a named graph: of a source by its key, or `ontology`, `verdicts`, `own`."""
    return f"{base}graph/{name}"


def source_graph(source: str, base: str = names.BASE) -> str:
    """Return the IRI of the named graph of a source's cases; cases below another base have graphs below that."""
    return graph_iri(names.local(names.source_iri(source, base)), base)


def source_graphs(cases: Iterable[Case]) -> dict[str, str]:
    """Return the named graphs of cases by the IRI of their source."""
    return {names.source_iri(c.source, c.base): source_graph(c.source, c.base) for c in cases}


def build(
    vocabulary: Vocabulary, book: Codebook, rules: Rules, cases: Iterable[Case], entries: Iterable[said.Entry] = ()
) -> Store:
    """Return a store of everything: the vocabulary, the cases, their verdicts, what the sources say, and passages."""
    store = Store()
    ontology = NamedNode(graph_iri("ontology"))
    store.bulk_extend(
        Quad(q.subject, q.predicate, q.object, ontology) for q in vocabulary.store.quads_for_pattern(None, None, None)
    )
    saved = questions.load(resources.folder("queries")).values()
    store.bulk_extend(questions.quads(saved, ontology.value))
    cases = list(cases)
    for source, base in dict.fromkeys((c.source, c.base) for c in cases):
        mine = [c for c in cases if (c.source, c.base) == (source, base)]
        store.bulk_extend(rdf.triples(mine, book, source_graph(source, base)))
    entries = list(entries)
    for source in dict.fromkeys(e.source for e in entries):
        told = [e for e in entries if e.source == source]
        store.bulk_extend(said.triples(told, shipped_form(), source_graph(source)))
    settled = [c for c in cases if c.coder == SETTLED]
    store.bulk_extend(verdict_quads(settled, rules, graph_iri("verdicts")))
    ours = [c for c in cases if c.base == names.BASE]
    store.bulk_extend(passage_quads(passages.cited(vocabulary, ours, entries)))
    for base in dict.fromkeys(c.base for c in cases if c.base != names.BASE):
        theirs = [
            (c.source, *p) for c in cases if c.base == base for p in passages.of_case(c) if not isinstance(p, str)
        ]
        store.bulk_extend(passage_quads(set(theirs), base))
    return store


@cache
def shipped_store() -> Store:
    """Return the store of what ships with the package, built once."""
    vocabulary = shipped()
    return build(vocabulary, shipped_codebook(), load_rules(vocabulary), shipped_cases(), shipped_entries())


def verdict_quads(cases: Iterable[Case], rules: Rules, graph: str) -> Iterator[Quad]:
    """Yield the quads of the verdicts on cases, under every definition and reading."""
    target = NamedNode(graph)
    kind, verdict_class = NamedNode(names.RDF_TYPE), NamedNode(COP + "Verdict")
    wanted = rules.chosen(readings=True)

    def term(name: str) -> NamedNode:
        return NamedNode(COP + name)

    for case in cases:
        subject = NamedNode(case.iri)
        for slug, verdict in judge(rules, case.facts, wanted).items():
            node = NamedNode(names.part(case.iri, f"verdict-{slug}"))
            yield Quad(subject, term("hasVerdict"), node, target)
            yield Quad(node, kind, verdict_class, target)
            yield Quad(node, term("definition"), NamedNode(rules.definitions[slug].iri), target)
            yield Quad(node, term("outcome"), term(verdict.outcome), target)
            if verdict.weakest_basis:
                yield Quad(node, term("weakestBasis"), NamedNode(rules.bases[verdict.weakest_basis]), target)
            for name, listed in _lists(verdict):
                for item in listed:
                    yield Quad(node, term(_named(name, item)), NamedNode(_target(name, item, rules)), target)


def _lists(verdict: Verdict):
    return (
        ("decidedBy", verdict.decided_by),
        ("failed", verdict.failed),
        ("met", verdict.met),
        ("unsettled", verdict.unknown),
        ("instead", verdict.instead),
        ("insteadPossible", verdict.instead_possible),
    )


def _named(name: str, item: str) -> str:
    """Return the property for an entry: a criterion that is wanted not to be met has its own for `met` and `failed`."""
    return f"{name}Negation" if name in ("met", "failed") and item.startswith("not:") else name


def _target(name: str, item: str, rules: Rules) -> str:
    # A definition of a user's own may have the short name of a criterion.
    listed = rules.definitions if name in ("instead", "insteadPossible") else rules.criteria
    return listed[item.removeprefix("not:")].iri


def passage_quads(keys: Iterable[passages.Key], base: str = names.BASE) -> Iterator[Quad]:
    """Yield the nodes of passages: a specific resource of the source with a text position selector (Web Annotation)."""
    stored = passages.shipped_passages()
    a, integer = NamedNode(names.RDF_TYPE), NamedNode(XSD + "integer")
    for source, start, end in sorted(keys):
        work, graph = names.source_iri(source, base), NamedNode(source_graph(source, base))
        node, selector = (NamedNode(names.part(work, f"{kind}{start}-{end}")) for kind in "ps")
        rows = [
            (node, a, NamedNode(OA + "SpecificResource")),
            (node, NamedNode(OA + "hasSource"), NamedNode(work)),
            (node, NamedNode(OA + "hasSelector"), selector),
            (selector, a, NamedNode(OA + "TextPositionSelector")),
            (selector, NamedNode(OA + "start"), Literal(str(start), datatype=integer)),
            (selector, NamedNode(OA + "end"), Literal(str(end), datatype=integer)),
        ]
        passage = stored.get((source, start, end))
        if passage:
            rows.append((node, NamedNode(COP + "sha256"), Literal(passage.sha256)))
            rows.append((node, NamedNode(COP + "locator"), Literal(passage.locator, language="en")))
        for row in rows:
            yield Quad(*row, graph)


def write(store: Store, folder: Path, vocabulary: Vocabulary, book: Codebook, shapes: str) -> list[Path]:
    """Write the dataset, the shapes and the JSON-LD context to a folder; all of them or none. Returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    prefixes = prefix_table(vocabulary)
    done: list[tuple[Path, Path]] = []
    targets = [folder / f"coproduction.{suffix}" for suffix in FORMATS] + [
        folder / "shapes.ttl",
        folder / "context.jsonld",
    ]
    for target in targets:
        if target.is_dir():
            raise IsADirectoryError(EISDIR, "a directory stands in the way", str(target))
    try:
        for suffix, fmt in FORMATS.items():
            part = folder / f".coproduction.{suffix}.part"
            done.append((part, folder / f"coproduction.{suffix}"))
            if fmt.supports_datasets:
                store.dump(output=str(part), format=fmt, prefixes=None if suffix == "nq" else prefixes)
            else:
                _merged(store).dump(output=str(part), format=fmt, from_graph=DefaultGraph(), prefixes=prefixes)
        for name, text in (
            ("shapes.ttl", shapes),
            ("context.jsonld", json.dumps({"@context": book.context}, indent=2)),
        ):
            part = folder / f".{name}.part"
            done.append((part, folder / name))
            part.write_text(text + ("" if text.endswith("\n") else "\n"), encoding="utf-8")
        for part, file in done:
            part.replace(file)
    finally:
        for part, _ in done:
            part.unlink(missing_ok=True)
    return [file for _, file in done]


def _merged(store: Store) -> Store:
    """Return the union of all graphs as one default graph."""
    merged = Store()
    merged.bulk_extend(
        {Quad(q.subject, q.predicate, q.object) for q in store.quads_for_pattern(None, None, None, None)}
    )
    return merged


def prefix_table(vocabulary: Vocabulary) -> dict[str, str]:
    """Return the project's prefixes, as the ontology's header declares them."""
    sh = "http://www.w3.org/ns/shacl#"
    found = {}
    for node in vocabulary.objects(COP.removesuffix("#"), sh + "declare"):
        found[vocabulary.object(node, sh + "prefix").value] = vocabulary.object(node, sh + "namespace").value
    return found


def counts(store: Store) -> list[tuple[str, int]]:
    """Return the named graphs with their numbers of triples, sorted."""
    found = [
        (names.local(g.value), sum(1 for _ in store.quads_for_pattern(None, None, None, g)))
        for g in store.named_graphs()
    ]
    return sorted(found)
