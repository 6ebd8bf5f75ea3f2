"""The criteria: each on cases made by hand, judged by its shapes in pySHACL and looked up in its table."""

from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyshacl import validate
from rdflib import RDF, SH, BNode, Graph, Namespace, URIRef

from coproduction import criteria, resources
from coproduction.definitions import BadDefinition
from coproduction.tables import UnsoundCriterion
from coproduction.vocabulary import shipped, with_files

FIXTURES = Path(__file__).parent / "criteria"
COP = Namespace("https://w3id.org/coproduction/ontology#")
EX = "https://example.org/"
SLUGS = sorted(file.stem for file in FIXTURES.glob("*.ttl"))
TRUTH = {"met": True, "not-met": False, "unknown": None, "varies": None}


@cache
def shapes() -> Graph:
    found = Graph()
    for file in sorted((resources.folder("shapes") / "criteria").glob("*.ttl")):
        found.parse(file)
    return found


@cache
def shape_alone(shape: str) -> Graph:
    """A shape with everything that it leads to, apart from all others, so that every result is its own."""
    found, todo = Graph(), [URIRef(shape)]
    while todo:
        node = todo.pop()
        for triple in shapes().triples((node, None, None)):
            if triple not in found:
                found.add(triple)
                if isinstance(triple[2], BNode | URIRef):
                    todo.append(triple[2])
    return found


def conforming(shape: str, data: Graph) -> set:
    """The cases of a graph that conform to a shape, by pySHACL."""
    cases = set(data.subjects(RDF.type, COP.Case))
    aimed = shape_alone(shape) + Graph()
    for node in cases:
        aimed.add((URIRef(shape), SH.targetNode, node))
    _, report, _ = validate(data, shacl_graph=aimed)
    return cases - set(report.objects(None, SH.focusNode))


@cache
def loaded() -> dict:
    return criteria.load(shipped())


@cache
def variables() -> dict[str, tuple[str, dict[str, str]]]:
    """Each variable's property, and its allowed answers by IRI."""
    keys = {iri: key for key, iri in shipped().keys("Answer").items()}
    found = {}
    for key, iri in shipped().keys("Variable").items():
        allowed = {o.value: keys[o.value] for o in shipped().objects(iri, COP + "allowedAnswer")}
        found[key] = (shipped().object(iri, COP + "property").value, allowed)
    return found


def answers(data: Graph, case) -> dict[str, str]:
    """A case's answers by variable key, as its shorthand gives them."""
    keys = {iri: key for key, iri in shipped().keys("Answer").items()}
    found = {key: data.value(case, URIRef(prop)) for key, (prop, _) in variables().items()}
    return {key: keys[str(answer)] for key, answer in found.items() if answer is not None}


def expected(name: str) -> bool | None:
    """The truth value that a case's name announces: the longest of the words in TRUTH that it begins with."""
    return TRUTH[max((word for word in TRUTH if name.startswith(word)), key=len)]


def test_there_are_57_criteria_and_a_fixture_for_each():
    assert len(loaded()) == 57
    assert sorted(loaded()) == SLUGS


@pytest.mark.parametrize("slug", SLUGS)
def test_fixture_has_cases_of_all_kinds(slug):
    data = Graph().parse(FIXTURES / f"{slug}.ttl")
    assert {URIRef(EX + name) for name in TRUTH} <= set(data.subjects(RDF.type, COP.Case))
    used = {str(p) for p in data.predicates() if p.startswith(str(COP))}
    assert used == {variables()[key][0] for key in loaded()[slug].reads}


@pytest.mark.parametrize("slug", SLUGS)
def test_cases_conform_to_the_shape_that_their_name_announces(slug):
    data = Graph().parse(FIXTURES / f"{slug}.ttl")
    criterion = loaded()[slug]
    met, not_met = conforming(criterion.met_shape, data), conforming(criterion.not_met_shape, data)
    for case in data.subjects(RDF.type, COP.Case):
        name = str(case).removeprefix(EX)
        assert (name, case in met, case in not_met) == (name, expected(name) is True, expected(name) is False)


@pytest.mark.parametrize("slug", SLUGS)
def test_table_says_what_the_name_announces(slug):
    data = Graph().parse(FIXTURES / f"{slug}.ttl")
    cases = data.subjects(RDF.type, COP.Case)
    found = {str(case).removeprefix(EX): loaded()[slug].truth(answers(data, case)) for case in cases}
    assert found == {name: expected(name) for name in found}


def test_the_pure_silence_of_a_case_settles_no_criterion():
    assert [slug for slug, criterion in loaded().items() if criterion.truth({}) is not None] == []


@st.composite
def told(draw):
    """A case with random answers to all variables: any allowed one, a said unknown among them, or none."""
    data = Graph()
    case = URIRef(EX + "random")
    data.add((case, RDF.type, COP.Case))
    for prop, allowed in variables().values():
        answer = draw(st.sampled_from([None, *sorted(allowed)]))
        if answer is not None:
            data.add((case, URIRef(prop), URIRef(answer)))
    return data


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(told())
def test_random_cases_never_conform_to_both_shapes_and_the_table_agrees(data):
    case = URIRef(EX + "random")
    given_answers = answers(data, case)
    for slug, criterion in loaded().items():
        met = case in conforming(criterion.met_shape, data)
        not_met = case in conforming(criterion.not_met_shape, data)
        assert not (met and not_met), slug
        assert criterion.truth(given_answers) is (True if met else False if not_met else None), slug


@given(st.data())
def test_settling_an_unknown_answer_never_turns_a_criterion_round(data):
    """What holds of the logic holds of the tables that feed it: more answers never contradict fewer."""
    criterion = loaded()[data.draw(st.sampled_from(SLUGS))]
    rows = {key: sorted(variables()[key][1].values()) for key in criterion.reads}
    fuller = {key: data.draw(st.sampled_from(allowed)) for key, allowed in rows.items()}
    poorer = {key: answer for key, answer in fuller.items() if data.draw(st.booleans())}
    before = criterion.truth(poorer)
    assert before is None or criterion.truth(fuller) is before


def load_planted(name: str) -> dict:
    return criteria.load(with_files([FIXTURES / "planted" / f"{name}.ttl"]))


def test_every_planted_criterion_is_used_here():
    there = {file.stem for file in (FIXTURES / "planted").iterdir()}
    assert there == {
        "unsound", "silence-as-no", "six-variables", "five-variables", "no-such-variable", "reads-nothing", "one-shape",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("unsound", UnsoundCriterion, r"planted-unsound: a case of joint: yes conforms to both"),
        ("silence-as-no", UnsoundCriterion, r"planted-silence: a case of joint: unknown conforms to both"),
        ("six-variables", UnsoundCriterion, "planted-six: reads 6 variables"),
        ("no-such-variable", BadDefinition, "planted-stray: .*variable/cheerful is not a variable"),
        ("reads-nothing", BadDefinition, "planted-blind: .*is missing"),
        ("one-shape", BadDefinition, "planted-half: .*is missing"),
    ],
)
def test_planted_criterion_is_refused(name, error, words):
    with pytest.raises(error, match=words):
        load_planted(name)


@pytest.mark.slow
def test_criterion_of_five_variables_is_judged():
    """Five variables of four known answers each, unknown among them: 4 ** 5 rows, met in one of them."""
    criterion = load_planted("five-variables")["planted-five"]
    assert criterion.reads == ("active", "equal", "joint", "simultaneous", "voluntary")
    assert len(criterion.table) == 4**5
    assert [row for row, truth in criterion.table.items() if truth is True] == [("yes",) * 5]
    # Not met wherever joint is no, whatever the other four are.
    assert sum(truth is False for truth in criterion.table.values()) == 4**4
