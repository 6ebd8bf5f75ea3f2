"""Saved questions: each gives the hand-worked answer on a small input, on both engines, and rows on the shipped graph."""

import csv
import re
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, parse
from rdflib import Graph

from coproduction import dataset, questions, resources
from coproduction.vocabulary import shipped

FOLDER = Path(__file__).parent / "queries"
SAVED = questions.load(resources.folder("queries"))
PREFIXES = dataset.prefix_table(shipped()) | {"ex": "http://example.org/"}


def expected(slug: str) -> tuple[list[str], list[list[str]]]:
    with (FOLDER / f"{slug}.csv").open(encoding="utf-8", newline="") as lines:
        header, *rows = list(csv.reader(lines))
    return header, rows


def small_store(slug: str, graph=None) -> Store:
    """Return the small input in a store: in its default graph, or each second triple in a named graph of its own."""
    store = Store()
    for n, quad in enumerate(parse(path=str(FOLDER / f"{slug}.ttl"), format=RdfFormat.TURTLE)):
        target = NamedNode(f"{graph}{n % 2}") if graph else DefaultGraph()
        store.add(Quad(quad.subject, quad.predicate, quad.object, target))
    return store


def on_pyoxigraph(store: Store, text: str) -> tuple[list[str], list[list[str]]]:
    answer = questions.run(store, text)
    return list(answer.variables), [[questions.shown(term, PREFIXES) for term in row] for row in answer.rows]


def on_rdflib(graph: Graph, text: str) -> tuple[list[str], list[list[str]]]:
    answer = graph.query(text)
    rows = [
        ["" if t is None else questions.short(str(t), PREFIXES) if t.n3().startswith("<") else str(t) for t in row]
        for row in answer
    ]
    return [str(v) for v in answer.vars], rows


def same(found: tuple[list[str], list[list[str]]], wanted: tuple[list[str], list[list[str]]], text: str) -> None:
    """Fail with the first cell that differs; rows are a list where the query orders them all, else a bag."""
    assert found[0] == wanted[0], "the columns differ"
    left, right = [[_number(c) for c in row] for row in found[1]], [[_number(c) for c in row] for row in wanted[1]]
    if "ORDER BY" not in text:
        left, right = sorted(left), sorted(right)
    for n, (row, by_hand) in enumerate(zip(left, right, strict=False), 1):
        for variable, cell, by_hand_cell in zip(wanted[0], row, by_hand, strict=True):
            assert cell == by_hand_cell, f"row {n}, {variable}: found {cell!r}, by hand {by_hand_cell!r}"
    assert len(left) == len(right), (
        f"{len(left)} rows, by hand {len(right)}: {left[len(right) :] or right[len(left) :]}"
    )


def _number(cell: str) -> str:
    """Return a decimal without the zeros that engines write or leave out."""
    return str(float(cell)) if re.fullmatch(r"-?\d+\.\d+", cell) else cell


def ids(slugs):
    return sorted(slugs)


@pytest.mark.parametrize("slug", ids(SAVED))
def test_the_answer_worked_out_by_hand(slug):
    text = SAVED[slug].text
    wanted = expected(slug)
    assert wanted[1], "an expected answer has rows"
    same(on_pyoxigraph(small_store(slug), text), wanted, text)
    same(on_pyoxigraph(small_store(slug, graph="http://example.org/graph/"), text), wanted, text)
    same(on_rdflib(Graph().parse(str(FOLDER / f"{slug}.ttl")), text), wanted, text)


def test_every_question_has_its_small_input_and_nothing_else_is_there():
    assert {p.stem for p in FOLDER.glob("*.ttl")} == {p.stem for p in FOLDER.glob("*.csv")} == set(SAVED)


@pytest.mark.parametrize("slug", ids(SAVED))
def test_the_shipped_graph_gives_rows(slug):
    assert questions.run(dataset.shipped_store(), SAVED[slug].text).rows


@pytest.mark.slow
def test_the_shipped_graph_gives_the_same_on_rdflib():
    store = dataset.shipped_store()
    graph = Graph()
    graph.parse(data=_ntriples(store), format="nt")
    for slug in ids(SAVED):
        text = SAVED[slug].text
        found, wanted = on_rdflib(graph, text), on_pyoxigraph(store, text)
        same((found[0], sorted(found[1])), (wanted[0], sorted(wanted[1])), "")


def _ntriples(store: Store) -> bytes:
    merged = {(q.subject, q.predicate, q.object) for q in store.quads_for_pattern(None, None, None, None)}
    return b"".join(f"{s} {p} {o} .\n".encode() for s, p, o in merged)


def test_prefixes_are_those_of_the_ontology_and_no_graph_is_named():
    for question in SAVED.values():
        declared = dict(re.findall(r"PREFIX\s+(\w+):\s+<([^>]+)>", question.text))
        assert declared.items() <= PREFIXES.items(), question.slug
        body = "\n".join(line for line in question.text.splitlines() if not line.startswith(("#", "PREFIX")))
        assert not re.search(r"\bGRAPH\b", body), question.slug
        assert all(f"{p}:" in body for p in declared), question.slug


def test_every_group_of_questions_is_there():
    assert {q.group for q in SAVED.values()} == set(questions.GROUPS)
    assert all(q.in_language("fr") != q.in_language("en") for q in SAVED.values())


HEADER = """#+ summary: What is there.
#+ summary-fr: Ce qu'il y a.
#+ question: What is there?
#+ question-fr: Qu'y a-t-il ?
#+ group: what
#+ tags: test
SELECT ?s WHERE { ?s ?p ?o }
"""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("#+ group: what", "#+ gruop: what"), "q.rq:5: 'gruop' is no key; did you mean group?"),
        (("#+ group: what", "#+ group: whence"), "group 'whence' is not one of what, who"),
        (("#+ tags: test\n", ""), "tags missing in the header"),
        (("#+ tags: test", "#+ tags:\ttest"), "q.rq:6: a tab stands in the header"),
        (("#+ tags: test", "#+ tags"), "q.rq:6: a header line is `#+ key: value`"),
        (("#+ tags: test", "#+ tags: "), "q.rq:6: tags is empty"),
        (("#+ tags: test", "#+ group: who"), "q.rq:6: group stands twice"),
        (("What is there?", "What is there"), "question does not end in a question mark"),
        (("#+ group: what", "\n#+ group: what"), "q.rq:5: header lines stand together on top"),
    ],
)
def test_a_slip_in_the_header_is_found_with_its_line(tmp_path, change, message):
    file = tmp_path / "q.rq"
    file.write_text(HEADER, encoding="utf-8")
    assert questions.read(file).group == "what"
    assert HEADER.count(change[0]) == 1
    file.write_text(HEADER.replace(*change), encoding="utf-8")
    with pytest.raises(questions.BadQuestion) as caught:
        questions.read(file)
    assert message in str(caught.value)


def test_a_file_that_is_no_utf_8_is_said_so(tmp_path):
    (tmp_path / "q.rq").write_bytes(HEADER.encode("utf-16"))
    with pytest.raises(questions.BadQuestion, match="q.rq: is not UTF-8"):
        questions.read(tmp_path / "q.rq")


@pytest.mark.parametrize("slug", ids(SAVED))
def test_a_triple_in_several_graphs_counts_once(slug):
    """A store that `push` has filled holds each triple in a named graph and in the default graph too."""
    store = small_store(slug, graph="http://example.org/graph/")
    quads = list(store.quads_for_pattern(None, None, None, None))
    store.extend(Quad(q.subject, q.predicate, q.object, DefaultGraph()) for q in quads)
    same(on_pyoxigraph(store, SAVED[slug].text), expected(slug), SAVED[slug].text)


def test_a_query_that_is_no_sparql_is_said_so():
    with pytest.raises(questions.BadQuery, match="no SPARQL"):
        questions.run(Store(), "SELECT ?x WHERE {")


@pytest.mark.parametrize("fmt", ["csv", "tsv", "json", "xml"])
def test_a_graph_is_no_table_and_a_table_no_graph(fmt):
    graph = questions.run(Store(), "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
    table = questions.run(Store(), "SELECT ?s WHERE { ?s ?p ?o }")
    assert questions.render(table, fmt, {})
    with pytest.raises(questions.BadQuery, match="gives a graph"):
        questions.render(graph, fmt, {})
    with pytest.raises(questions.BadQuery, match="gives no graph"):
        questions.render(table, "ttl", {})


def test_each_saved_question_is_described_in_the_graph():
    store = dataset.shipped_store()
    rows = store.query(
        "PREFIX cop: <https://w3id.org/coproduction/ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
        "SELECT ?question ?label ?text ?heading WHERE { ?question a cop:SavedQuery ; rdfs:label ?label ; "
        "cop:queryText ?text ; cop:heading ?heading }",
        use_default_graph_as_union=True,
    )
    found = {(row["question"].value, row["label"].language): row for row in rows}
    base = "https://w3id.org/coproduction/question/"
    assert set(found) == {(base + slug, lang) for slug in SAVED for lang in ("en", "fr")}
    for (iri, lang), row in found.items():
        question = SAVED[iri.removeprefix(base)]
        assert row["label"].value == question.in_language(lang)
        assert (row["text"].value, row["heading"].value) == (question.text, question.group)
