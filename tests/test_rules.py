"""Rules as data: each has a page in both languages, examples that break and keep it, and the shapes that find the same."""

import random
import re
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse
from pyshacl import validate
from rdflib import RDF, SH, BNode, Graph, URIRef

import coproduction
from coproduction import consistency, dataset, names, reference, resources, validation
from coproduction.__main__ import cli
from coproduction.cases import from_raw, read, shipped_cases
from coproduction.codebook import shipped_codebook
from coproduction.loaders import rdf
from coproduction.loaders.raw import RawRecord, Unreadable
from coproduction.loaders.yaml_records import read as read_yaml
from coproduction.rules import LANGUAGES, SEVERITIES, of_shape, page, rules, told
from coproduction.verdicts import load_rules
from coproduction.vocabulary import shipped

FIXTURES = Path(__file__).parent / "validate"
BOOK, PACKAGE = shipped_codebook(), Path(coproduction.__file__).parent
RULES = rules()
# Those whose examples are records; the others' are tables, or definitions of one's own.
RECORDS = {code: rule for code, rule in RULES.items() if not (rule.table or rule.own)}
SHAPED = [code for code, rule in RULES.items() if rule.no_shape is None and not rule.own]
OF_SHAPES = {code for code, rule in RULES.items() if rule.own and (rule.shapes or rule.parts)}
# Codes whose findings a record read from a file cannot carry into RDF: the fixture in Turtle has the same fault.
TWINS = {f.name.split(".")[0] for f in FIXTURES.glob("*.wrong.ttl")}
# Rules that the shapes of records apply to more than the loaders do: they also ask for case kind, reality and passages.
LOOSER = {"missing-key"}


@cache
def judging():
    return load_rules(shipped())


def found_in(text: str, texts=None, lang: str = "en"):
    """Cases and all findings of a YAML text, the advice included."""
    try:
        cases, findings = from_raw(read_yaml("x.yaml", text), BOOK)
    except Unreadable as error:
        return [], [error.finding]
    more = validation.findings(cases, judging(), shipped(), shipped_cases(), lang, advice=True, texts=texts)
    return cases, findings + more


def told_in_code() -> set[str]:
    """The codes that the loaders' and the engine's code names, wherever it makes a finding."""
    files = [f for folder in (PACKAGE, PACKAGE / "commands", PACKAGE.parent / "loaders") for f in folder.glob("*.py")]
    calls = r"found\.add\(|\.finding\(\s*|\.note\(\s*|"
    calls += r"Finding\(|Finding\.of\(\s*(?:case\.)?raw,|faults\.append\(\(|rules\(\)\[|wrong =|code = "
    made = rf'(?:{calls})\s*"([a-z-]+)"'
    return {code for f in files for code in re.findall(made, f.read_text(encoding="utf-8"))}


def test_every_code_that_can_be_given_is_listed_and_every_listed_one_can_be_given():
    assert told_in_code() | OF_SHAPES == set(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_says_everything_in_both_languages(rule):
    assert rule.severity in SEVERITIES
    for texts in (rule.name, rule.why, rule.mend, *rule.words.values()):
        assert set(texts) == set(LANGUAGES) and all(t.strip() == t and t for t in texts.values())
    assert rule.why["en"] != rule.why["fr"] and rule.mend["en"] != rule.mend["fr"]
    assert "fr" in rule.says or rule.code == "border-crossed"
    assert bool(rule.no_shape) != bool(rule.shapes or rule.components or rule.parts)


@pytest.mark.parametrize("rule", RECORDS.values(), ids=RECORDS)
def test_the_wrong_example_breaks_the_rule_and_the_right_one_keeps_it(rule):
    _, findings = found_in(rule.bad, rule.texts)
    severities = {f.severity for f in findings if f.code == rule.code}
    assert severities == {rule.severity}
    # Advice comes with every short record; nothing else is wrong with the examples.
    assert {f.code for f in findings} <= {rule.code, "undetermined"}
    _, findings = found_in(rule.good, rule.texts)
    assert {f.code for f in findings} <= {"undetermined"} - {rule.code}


# French


def test_rules_on_tables_are_tried_by_the_tests_of_their_readers():
    text = "".join(f.read_text(encoding="utf-8") for f in Path(__file__).parent.glob("test_*.py"))
    assert [code for code in RULES if RULES[code].table and f'"{code}"' not in text and f": {code}:" not in text] == []


@pytest.mark.parametrize("rule", RECORDS.values(), ids=RECORDS)
def test_every_rule_speaks_french(rule):
    """Findings are told apart from English by their first words, which the rule's French has and its English lacks."""
    _, english = found_in(rule.bad, rule.texts)
    _, french = found_in(rule.bad, rule.texts, "fr")
    french = [told(f, "fr") if f in english else f for f in french]
    ours = [(e, f) for e, f in zip(english, french, strict=True) if e.code == rule.code]
    assert ours and all(e.message != f.message and "{" not in f.message for e, f in ours)


def test_french_says_what_was_found_and_what_was_meant():
    (finding,) = [f for f in found_in(RULES["unknown-term"].bad)[1] if f.code == "unknown-term"]
    assert told(finding, "fr").message == (
        "role : « voluntere » n'est pas un terme connu ; vouliez-vous dire volunteer ?"
    )
    assert told(finding, "en") is finding


# explain


def test_explain_prints_the_page_and_the_list():
    run = CliRunner().invoke(cli, ["explain", "bad-id", "--lang", "fr"])
    assert run.exit_code == 0 and run.stdout.rstrip("\n") == page(RULES["bad-id"], "fr")
    assert run.stdout.startswith("bad-id (erreur): nom inutilisable\n\nPourquoi: ")
    assert "    {id: The Garden, title: A garden, source: own}" in run.stdout
    run = CliRunner().invoke(cli, ["explain"])
    assert run.exit_code == 0 and [line.split()[0] for line in run.stdout.splitlines()] == list(RULES)


def test_explain_names_the_nearest_rule():
    run = CliRunner().invoke(cli, ["explain", "bad-ids"])
    assert run.exit_code == 2 and run.stdout == "" and run.stderr == "bad-ids is no rule; did you mean bad-id?\n"


# pySHACL is the reference


def of_own_name(quads, name: str):
    """The quads with the cases of the source `own` moved to a source of their fixture's, so that one run takes in all."""
    text = reference._ntriples(quads).replace(b"/case/own/", f"/case/{name}/".encode())
    yield from parse(input=text, format=RdfFormat.N_TRIPLES)


@cache
def read_fixture(code: str, side: str):
    cases, findings = read([str(FIXTURES / f"{code}.{side}.yaml")], BOOK)
    return cases, findings + validation.findings(cases, judging(), shipped(), shipped_cases(), advice=True)


@cache
def reported() -> set[tuple[str, str, str]]:
    """What pySHACL says of all fixtures in one run: (name of the fixture, code, case)."""
    quads = []
    for code in SHAPED:
        for side in ("wrong", "right"):
            if side == "wrong" and code in TWINS:
                found = parse(path=str(FIXTURES / f"{code}.wrong.ttl"), format=RdfFormat.TURTLE)
            else:
                cases, _ = read_fixture(code, side)
                found = [*rdf.triples(cases, BOOK), *dataset.verdict_quads(cases, judging(), "urn:verdicts")]
            quads += of_own_name(found, f"{side}-{code}")
    results = reference.results(quads, shipped(), BOOK, judging(), shipped_cases())
    places = [(r.code, r.focus.partition("#")[0].split("/")) for r in results]
    return {(parts[-2], code, parts[-1]) for code, parts in places}


@pytest.mark.parametrize("code", SHAPED)
def test_what_validation_reports_pyshacl_reports(code):
    _, findings = read_fixture(code, "wrong")
    if code in TWINS:
        # The record's own id may be the fault.
        expected = {(f.code, f.case.lower().removeprefix("the ")) for f in findings if f.code == code}
    else:
        expected = {(f.code, f.case) for f in findings if f.code in SHAPED}
    assert code in {c for c, _ in expected}
    assert expected <= {(c, case) for name, c, case in reported() if name == f"wrong-{code}"}


@pytest.mark.parametrize("code", SHAPED)
def test_what_validation_accepts_pyshacl_accepts(code):
    assert code not in {c for name, c, _ in reported() if name == f"right-{code}"} - LOOSER
    assert any(name == f"right-{code}" for name, _, _ in reported()), "the fixture was looked at"


def test_every_constraint_of_the_written_shapes_belongs_to_a_rule():
    graph = Graph()
    for name in reference.WRITTEN:
        graph.parse(resources.folder("shapes") / name)
    parameters = {str(p).rsplit("#", 1)[-1] for p in graph.predicates()}
    components = {p[0].upper() + p[1:] for p in parameters} - {"Path", "Name", "Message", "Severity", "Property"}
    named = {s for kind in (SH.NodeShape, SH.PropertyShape) for s in graph.subjects(RDF.type, kind)}
    assert len(named) > 60
    for shape in named:
        for predicate in graph.predicates(shape):
            local = str(predicate).rsplit("#", 1)[-1]
            component = local[0].upper() + local[1:]
            if component in components and not component.startswith(("Target", "Type")):
                assert of_shape(names.local(str(shape)), component + "ConstraintComponent"), (shape, component)


def test_every_shape_that_a_rule_names_is_there():
    graph = Graph().parse(data=reference.shapes(shipped(), BOOK, judging()), format="turtle")
    graph.parse(resources.folder("shapes") / "definitions.ttl")
    there = {names.local(str(s)) for s in graph.subjects() if isinstance(s, URIRef)}
    for rule in RULES.values():
        for pattern in rule.shapes:
            assert any(re.fullmatch(pattern.replace("*", ".*"), name) for name in there), (rule.code, pattern)
    assert not [s for s in graph.subjects(RDF.type, SH.NodeShape) if isinstance(s, BNode)]


@pytest.mark.slow
def test_the_made_shapes_are_valid_shacl():
    graph = Graph().parse(data=reference.shapes(shipped(), BOOK, judging()), format="turtle")
    assert validate(Graph(), shacl_graph=graph, meta_shacl=True)[0]


# The rules themselves


def case_of(**more):
    cases, findings = from_raw([RawRecord("f", {"id": "x", "title": "X", "source": "own"} | more)], BOOK)
    assert findings == []
    return cases[0]


@cache
def range_shapes() -> Graph:
    return Graph().parse(resources.folder("shapes") / "consistency.ttl")


def shacl_codes(case) -> set[str]:
    data = Graph().parse(data=reference._ntriples(rdf.triples([case], BOOK)), format="nt")
    _, report, _ = validate(data, shacl_graph=range_shapes(), inplace=True)
    return {of_shape(names.local(str(s)), "") for s in report.objects(None, SH.sourceShape)}


MOMENTS = st.one_of(
    st.from_regex(r"\A[0-2][0-9]{3}(-[01][0-9](-[0-3][0-9])?)?\Z").filter(str.isascii),
    st.dates().map(str),
    st.sampled_from(["1990s", "2000-02-29", "1900-02-29", "2024-02-29", "2023-02-29", "2024-06-31", "0999", "2200"]),
)
NUMBERS = st.sampled_from(
    ["-1", "0", "about 80", "10,000,000,000", "9,999,999,999", "99999999999", "- 5 000", "8 million"]
)


@given(start=MOMENTS, end=MOMENTS, coded=st.dates().map(str), people=NUMBERS)
@settings(max_examples=60, deadline=None)
def test_dates_and_numbers_are_judged_alike_by_validation_and_shapes(start, end, coded, people):
    case = case_of(start=start, end=end, coded_on=coded, participants=people)
    assert {f.code for f in consistency.range_findings(case)} == shacl_codes(case)


@pytest.mark.parametrize(
    ("key", "value", "wrong"),
    [("coded_on", "2023-02-29", "there is no such day"), ("coded_on", "0023-02-28", "a year from 1000 to 2199"),
     ("start", "2001-13", "there is no such day"), ("end", "3024", "a year from 1000"), ("participants", "-3", "below zero"),
     ("participants", "99 999 999 999", "more people than")],
)  # fmt: skip
def test_what_is_out_of_range_is_named(key, value, wrong):
    (finding,) = consistency.range_findings(case_of(**{key: value}))
    assert wrong in finding.message and (finding.code, finding.key, finding.value) == ("out-of-range", key, value)


@pytest.mark.parametrize("value", ["1990s", "about 2001", "8 million", "100,000", "2001-12"])
def test_words_are_in_no_range(value):
    assert [*consistency.range_findings(case_of(start=value, participants="8 million"))] == []


@pytest.mark.parametrize(
    ("mine", "theirs", "link", "count"),
    [("yes", "no", "same_as", 1), ("no", "yes", "same_as", 1), ("yes", "varies", "same_as", 0), ("yes", "yes", "same_as", 0),
     ("yes", "no", "part_of", 1), ("no", "yes", "part_of", 0), ("yes", "no", "same_kind", 0), ("yes", "no", "instance_of", 0)],
)  # fmt: skip
def test_linked_cases_contradict_each_other_only_where_the_link_binds_them(mine, theirs, link, count):
    raws = [RawRecord("f", {"id": i, "title": i, "source": "own", "citizen_input": v} | more)
            for i, v, more in (("a", mine, {link: ["b"]}), ("b", theirs, {}))]  # fmt: skip
    cases, _ = from_raw(raws, BOOK)
    assert [f.key for f in consistency.between_findings(cases)] == ["citizen_input"] * count


def test_a_part_may_do_jointly_what_its_whole_does_not():
    raws = [RawRecord("f", {"id": i, "title": i, "source": "own", "joint": v} | more)
            for i, v, more in (("a", "yes", {"part_of": ["b"]}), ("b", "no", {}))]  # fmt: skip
    assert [*consistency.between_findings(from_raw(raws, BOOK)[0])] == []


def test_the_same_programme_lies_in_one_country():
    raws = [RawRecord("f", {"id": i, "title": i, "source": "own", "country": [c]} | more)
            for i, c, more in (("a", "GB", {"same_as": ["b"]}), ("b", "FR", {}))]  # fmt: skip
    (finding,) = consistency.between_findings(from_raw(raws, BOOK)[0])
    assert finding.message == "country is GB, and FR in own/b (same_as)"


def test_a_circle_of_three_is_told_at_each_link():
    raws = [RawRecord("f", {"id": a, "title": a, "source": "own", "part_of": [b]}) for a, b in ("ab", "bc", "ca")]
    found = [*consistency.between_findings(from_raw(raws, BOOK)[0])]
    assert [(f.case, f.message.partition(": ")[2]) for f in found] == [
        ("a", "a → b → c → a"), ("b", "b → c → a → b"), ("c", "c → a → b → c"),
    ]  # fmt: skip


@pytest.mark.parametrize("key", ["part_of", "instance_of", "same_kind", "same_as"])
def test_a_link_to_itself_is_told(key):
    case = case_of(**{key: ["x"]})
    (finding,) = consistency.between_findings([case])
    assert finding.message == f"{key} leads back to the case itself: x → x" and finding.pointer == f"/{key}/0"


def test_cases_alike_but_linked_or_elsewhere_are_no_duplicates():
    def found(**more):
        raws = [RawRecord("f", {"id": "a", "title": "Night watch", "source": "own", "place": "Leeds"}),
                RawRecord("f", {"id": "b", "title": "Night Watch!", "source": "own", "place": "Leeds"} | more)]  # fmt: skip
        return [f.message for f in consistency.duplicate_findings(from_raw(raws, BOOK)[0])]

    assert found() == ["has the title and place of own/a"] and found(source="another") == found()
    assert found(place="York") == found(same_as=["a"]) == found(title="Day watch") == found(place="") == []


def test_a_case_of_the_sources_is_known_again():
    known = next(c for c in shipped_cases() if c.record.get("place"))
    case = case_of(title=known.record["title"].upper(), place=known.record["place"])
    (finding,) = consistency.duplicate_findings([case], shipped_cases())
    assert finding.suggestion == f"{known.source}/{known.id}"


@pytest.mark.parametrize(
    ("pair", "wrong"), [([4, 400], "past the text's end at 27"), ([10, 11], "nothing but white space")]
)
def test_a_passage_that_the_text_does_not_have_is_found(pair, wrong):
    case = case_of(joint={"value": "yes", "passages": [[str(p) for p in pair]]})
    (finding,) = consistency.passage_findings(case, {"own": "The garden is dug together."})
    assert wrong in finding.message and finding.pointer == "/joint/passages/0"
    assert [*consistency.passage_findings(case, {"another": ""})] == []


def test_advice_names_what_settles_most():
    (finding,) = found_in("{id: x, title: X, source: own}")[1]
    assert finding.message == (
        "5 of 5 definitions in use leave the case undetermined; find out first: Do citizens (users, clients, volunteers, "
        "family, neighbours, residents, people under a duty) put effort, time, information, views, votes, money or "
        "behaviour into it? (citizen_input); Does a public body put anything, effort or authority, into this very activity? "
        "(public_input); Does anybody from outside the agency take part in it at all? (external_party)"
    )
    assert (finding.severity, finding.key) == ("info", "citizen_input")


def test_one_finding_for_each_rule_and_place():
    case = case_of(claimed_under=["bovaird-loeffler-2015-matched-input"] * 2, public_input="no")
    found = validation.findings([case], judging(), shipped())
    assert len(validation.once(found * 3)) == len(found) == 1


def made_records(number: int, seed: int) -> list[RawRecord]:
    """Records at random, with answers, contributions, claims, links among them, countries and dates."""
    draw = random.Random(seed)
    keys = [
        "public_input",
        "citizen_input",
        "joint",
        "contributor_volunteer",
        "external_party",
        "does",
        "active",
        "professional_input",
    ]
    raws = []
    for n in range(number):
        data = {"id": f"c{n}", "title": f"Case {n}", "source": "own", "source_label": draw.choice(["yes", "no"])}
        answers = {
            k: draw.choice(["yes", "no", "no", "varies", "unknown"]) for k in draw.sample(keys, draw.randint(0, 5))
        }
        data["claimed_under"] = draw.sample(sorted(judging().definitions), draw.randint(0, 2))
        if draw.random() < 0.5:
            role = draw.choice(["volunteer", "professional", "citizen", "unknown"])
            data["contributions"] = [{"who": "Anne", "role": role, "gives": "time"}]
        data[draw.choice(["part_of", "same_as", "same_kind"])] = [f"c{draw.randrange(number + 2)}"]
        data["country"] = [draw.choice(["GB", "FR"])]
        data["start"], data["end"] = (draw.choice(["1998", "2001-05", "2001", "2001-13", "1990s"]) for _ in "ab")
        raws.append(RawRecord("made.yaml", {k: v for k, v in (data | answers).items() if v}))
    return raws


@pytest.mark.slow
def test_validation_and_pyshacl_agree_on_records_made_at_random():
    """Both ways round, for the rules that leave nothing to a reader: the same cases for the same rules."""
    exact = {"border-crossed", "label-against-facts", "contradiction", "linked-contradiction", "circular-link", "out-of-range",
             "end-before-start", "unknown-case", "undetermined"}  # fmt: skip
    cases, findings = from_raw(made_records(60, seed=4), BOOK)
    findings += validation.findings(cases, judging(), shipped(), advice=True)
    quads = [*rdf.triples(cases, BOOK), *dataset.verdict_quads(cases, judging(), "urn:verdicts")]
    results = reference.results(quads, shipped(), BOOK, judging())
    by_table = {(f.code, f.case) for f in findings if f.code in exact}
    by_shacl = {(r.code, names.local(r.focus.partition("#")[0])) for r in results if r.code in exact}
    assert by_table == by_shacl
    assert {code for code, _ in by_table} == exact, "every rule is broken by some record"
