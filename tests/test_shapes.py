"""The shapes of records and statements: each rejects what its fixture says and nothing else, and the sources conform."""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Triple, parse, serialize
from pyshacl import validate
from rdflib import OWL, RDF, RDFS, SH, BNode, Graph, Namespace, URIRef
from rdflib.collection import Collection

from coproduction import check, check_files, dataset, passages, resources, verdicts
from coproduction.cases import read, shipped_cases
from coproduction.codebook import shipped_codebook
from coproduction.loaders import rdf
from coproduction.statements import shipped_entries, shipped_form
from coproduction.vocabulary import shipped

FIXTURES = Path(__file__).parent / "shapes"
SHAPE = "https://w3id.org/coproduction/shape/"
TEST = Namespace("https://w3id.org/coproduction/test#")
CASES_AT_ONCE = 20
# Each parameter of SHACL that the shapes use, with the component that a result names.
COMPONENTS = {
    SH[parameter]: SH[parameter[0].upper() + parameter[1:] + "ConstraintComponent"]
    for parameter in (
        "class", "datatype", "disjoint", "hasValue", "in", "lessThan", "maxCount", "minCount", "minInclusive", "minLength",
        "nodeKind", "not", "or", "pattern", "uniqueLang",
    )
}  # fmt: skip
# What a shape may say besides its constraints.
ABOUT = {RDF.type, SH.path, SH.property, SH.name, SH.message, SH.severity, SH.targetClass, SH.targetSubjectsOf}


def shapes(*names: str) -> Graph:
    found = Graph()
    for name in names or ("record", "statements", "definitions"):
        found.parse(resources.folder("shapes") / f"{name}.ttl")
    return found


@cache
def written() -> Graph:
    """The shapes as they stand in the file; never given to the validator, which adds triples of its own."""
    return shapes()


@cache
def validator_shapes(of_definitions: bool = False) -> Graph:
    return shapes("definitions") if of_definitions else shapes("record", "statements")


@cache
def lists() -> Graph:
    """What is an instance of which class of the ontology: all that the shapes ask the ontology for."""
    ontology, found = Graph().parse(data=shipped().ntriples(), format="nt"), Graph()
    for predicate in (RDF.type, RDFS.subClassOf):
        for triple in ontology.triples((None, predicate, None)):
            found.add(triple)
    return found


def judged(data: Graph, of_definitions: bool = False) -> Graph:
    report = validate(data + lists(), shacl_graph=validator_shapes(of_definitions), inplace=True)[1]
    if of_definitions:
        # Of the definitions that ship, the lists have nothing but the class.
        own = set(data.subjects())
        for result, focus in list(report.subject_objects(SH.focusNode)):
            if focus not in own:
                report.remove((result, None, None))
    return report


@cache
def fixture(file: str) -> Graph:
    return Graph().parse(FIXTURES / file)


@cache
def report_on(file: str) -> Graph:
    return judged(fixture(file), file.split(".")[0] in OF_DEFINITIONS)


def results(report: Graph) -> set:
    """The results of a report: focus node, shape, severity."""
    return {
        tuple(report.value(result, term) for term in (SH.focusNode, SH.sourceShape, SH.resultSeverity))
        for result in report.subjects(RDF.type, SH.ValidationResult)
    }


def readable(found: set) -> list[str]:
    return sorted(" ".join(str(part) for part in row) for row in found)


def named_shapes() -> set:
    return {s for kind in (SH.NodeShape, SH.PropertyShape) for s in written().subjects(RDF.type, kind)}


def alternatives() -> set:
    """The property shapes that stand in a sh:or only: what trips is the shape that offers the choice."""
    found = set()
    for head in written().objects(None, SH["or"]):
        for choice in Collection(written(), head):
            found |= set(written().objects(choice, SH.property))
    return found


OF_STATEMENTS = ["actor", "country-context", "figure", "research-question", "side", "statement", "study", "work"]
OF_RECORDS = ["case", "coding", "contribution", "fact", "mention", "passage", "value-effect", "verdict"]
OF_DEFINITIONS = ["criterion", "definition", "expression", "variable"]
FIXTURE_NAMES = OF_RECORDS + OF_STATEMENTS + OF_DEFINITIONS


def test_every_fixture_is_named_here():
    there = {f"{name}.{side}.ttl" for name in FIXTURE_NAMES for side in ("right", "wrong")}
    assert {f.name for f in FIXTURES.iterdir()} == there


@pytest.mark.parametrize("name", FIXTURE_NAMES)
def test_right_conforms(name):
    assert readable(results(report_on(f"{name}.right.ttl"))) == []


@pytest.mark.parametrize("name", FIXTURE_NAMES)
def test_wrong_trips_what_it_expects_and_nothing_else(name):
    data = fixture(f"{name}.wrong.ttl")
    expected = {
        tuple(data.value(node, term) for term in (SH.focusNode, SH.sourceShape, SH.resultSeverity))
        for node in data.subjects(RDF.type, TEST.Expected)
    }
    assert expected
    assert readable(results(report_on(f"{name}.wrong.ttl"))) == readable(expected)


def test_every_constraint_of_every_shape_is_tripped():
    """Coverage: not only each property shape, but each of its constraints rejects at least one node of a fixture."""
    declared = set()
    for shape in named_shapes() - alternatives():
        for parameter in set(written().predicates(shape, None)) - ABOUT:
            declared.add((shape, COMPONENTS[parameter]))
    tripped = set()
    for name in FIXTURE_NAMES:
        report = report_on(f"{name}.wrong.ttl")
        for result in report.subjects(RDF.type, SH.ValidationResult):
            tripped.add((report.value(result, SH.sourceShape), report.value(result, SH.sourceConstraintComponent)))
    assert readable(declared - tripped) == []
    property_shapes = set(written().subjects(RDF.type, SH.PropertyShape)) - alternatives()
    assert property_shapes <= {shape for shape, _ in declared}


@pytest.mark.slow
def test_shapes_are_valid_shacl():
    assert validate(shapes(), shacl_graph=shapes(), meta_shacl=True)[0]


def test_every_shape_says_what_it_is_in_both_languages():
    """Names for all; a message and a severity for each shape that can trip."""
    missing = []
    for shape in named_shapes():
        assert isinstance(shape, URIRef) and shape.startswith(SHAPE), shape
        trips = bool(set(written().predicates(shape, None)) - ABOUT)
        for term in (SH.name, SH.message) if trips else (SH.name,):
            if sorted(o.language or "" for o in written().objects(shape, term)) != ["en", "fr"]:
                missing.append((shape, term))
        if trips and written().value(shape, SH.severity) not in (SH.Violation, SH.Warning):
            missing.append((shape, SH.severity))
    assert missing == []


def test_shapes_are_core_shacl_and_declare_no_class():
    used = set(written().predicates())
    assert not used & {SH.sparql, SH.select, SH.ask, SH.rule, SH.js, SH.target}
    assert set(written().objects(None, RDF.type)) == {SH.NodeShape, SH.PropertyShape}
    assert not used & {RDFS.subClassOf, OWL.equivalentClass}
    assert not [p for p in written().objects(None, SH.property) if isinstance(p, BNode)]


def test_every_class_and_property_is_one_of_the_ontology():
    """A shape on a misspelt term would accept everything."""
    ontology = Graph().parse(data=shipped().ntriples(), format="nt")
    terms = {
        o
        for o in written().objects()
        if isinstance(o, URIRef) and o.startswith("https://w3id.org/coproduction/ontology#")
    }
    assert len(terms) > 50
    assert [t for t in sorted(terms) if (t, RDF.type, None) not in ontology] == []


def graph_of(cases, with_verdicts: bool = False) -> Graph:
    """The RDF of cases as the loaders and the dataset write it, with their passages."""
    keys = {(c.source, *p) for c in cases for p in passages.of_case(c) if not isinstance(p, str)}
    quads = [*rdf.triples(cases, shipped_codebook()), *dataset.passage_quads(keys)]
    if with_verdicts:
        quads += dataset.verdict_quads(cases, verdicts.load_rules(shipped()), dataset.graph_iri("verdicts"))
    data = serialize([Triple(q.subject, q.predicate, q.object) for q in quads], format=RdfFormat.N_TRIPLES)
    return Graph().parse(data=data, format="nt")


def count(data: Graph, cls: str) -> int:
    return len(set(data.subjects(RDF.type, URIRef("https://w3id.org/coproduction/ontology#" + cls))))


def test_a_handful_of_cases_of_each_source_conform_with_their_verdicts():
    chosen = [case for source in dict.fromkeys(c.source for c in shipped_cases())
              for case in [c for c in shipped_cases() if c.source == source][:2]]  # fmt: skip
    data = graph_of(chosen, with_verdicts=True)
    assert count(data, "Case") == len(chosen) == 10
    assert count(data, "Verdict") >= 10 * len(verdicts.load_rules(shipped()).chosen())
    assert readable(results(judged(data))) == []


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, 200, CASES_AT_ONCE))
def test_all_cases_of_the_sources_conform(start):
    chosen = shipped_cases()[start : start + CASES_AT_ONCE]
    assert chosen and len(shipped_cases()) <= 200
    data = graph_of(chosen)
    assert count(data, "Case") >= len(chosen)
    assert readable(results(judged(data))) == []


@pytest.mark.slow
def test_readers_own_records_conform_as_codings():
    cases, findings = read([str(resources.reading_records()[0])], shipped_codebook())
    assert findings == []
    data = graph_of(cases[:CASES_AT_ONCE])
    assert count(data, "Coding") == CASES_AT_ONCE
    assert readable(results(judged(data))) == []


def triples(data: Graph) -> list[Triple]:
    return [q.triple for q in parse(input=data.serialize(format="nt"), format=RdfFormat.N_TRIPLES)]


@pytest.mark.parametrize("name", OF_STATEMENTS)
def test_the_check_finds_in_statements_what_the_shapes_do(name):
    """Its shapes are the same by other targets: it tells of the same things, each with the shape's English message."""
    file = resources.folder("shapes") / "statements.ttl"
    of_statements = set(Graph().parse(file).subjects())
    expected, warned = set(), set()
    for focus, shape, severity in results(report_on(f"{name}.wrong.ttl")):
        if shape in of_statements:
            (message,) = [m for m in written().objects(shape, SH.message) if m.language == "en"]
            (warned if severity == SH.Warning else expected).add(f"{focus}: {message}")
    assert expected
    found = check_files.nonconforming(triples(fixture(f"{name}.wrong.ttl") + lists()), file)
    lines = [line.partition(" It has ")[0] for line in found]
    assert {line for line in lines if not line.startswith("warning: ")} == expected
    assert {line.removeprefix("warning: ") for line in lines if line.startswith("warning: ")} == warned
    assert lines == sorted(lines, key=lambda line: line.startswith("warning: "))


def test_the_check_fails_for_a_violation_and_not_for_a_warning(monkeypatch):
    def outcome(text: str) -> tuple[str, list[str]]:
        told = """
            @prefix cop: <https://w3id.org/coproduction/ontology#> . @prefix dcterms: <http://purl.org/dc/terms/> .
            @prefix source: <https://w3id.org/coproduction/source/> .
            <https://example.org/work> a cop:Work ; cop:key "work" ; cop:toldIn source:ifg-seminar ;
                cop:passage <https://w3id.org/coproduction/source/ifg-seminar#p1-2> ;
        """
        monkeypatch.setattr(check, "_said", lambda vocabulary: triples(Graph().parse(data=told + text) + lists()))
        found = check._conforming(shipped())
        assert found.name == "statements conform to their shapes"
        return found.outcome, found.details

    year = (
        "https://example.org/work: Write the year once, as the source prints it, in four digits or in words. It has 09."
    )
    author = "warning: https://example.org/work: Give an author or the title, if the source prints one of them."
    assert outcome('cop:writtenBy "Some Body" ; dcterms:date "2009" .') == ("pass", [])
    assert outcome('cop:note "a play" .') == ("pass", [author])
    assert outcome('cop:note "a play" ; dcterms:date "09" .') == ("fail", [year, author])


@pytest.mark.slow
def test_all_that_the_sources_say_conforms():
    """As many of each class as there are entries, and no violation; what is warned of is listed by the check."""
    said = list(check._said(shipped()))
    kinds = Counter(t.object.value for t in said if t.predicate.value == str(RDF.type))
    form = shipped_form()
    entries = Counter(form.classes[e.section] for e in shipped_entries())
    assert {cls: kinds[cls] for cls in entries} == entries and len(entries) == 7
    found = check_files.nonconforming(said, resources.folder("shapes") / "statements.ttl")
    assert [line for line in found if not line.startswith("warning: ")] == []
