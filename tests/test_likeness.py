"""What is like a case, against a small graph compared by hand, and what holds of any two cases."""

import json

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from coproduction.__main__ import cli
from coproduction.cases import from_raw, shipped_cases
from coproduction.codebook import shipped_codebook
from coproduction.likeness import NEAREST, compare, likeness, profile, profiles
from coproduction.loaders.raw import RawRecord
from coproduction.verdicts import UNDETERMINED, load_rules
from coproduction.vocabulary import shipped

BOOK, RULES = shipped_codebook(), load_rules(shipped())
MATCHED, ALFORD = "bovaird-loeffler-2015-matched-input", "alford-2013-extended"
BOTH = [RULES.definitions[MATCHED], RULES.definitions[ALFORD]]
# matched: citizen input, public input, not between organisations. alford: an external party; joint with public input, or
# prompted; does, or plans. Citizen input brings an external party, and that it is not between organisations.
HERE = {"citizen_input": "yes", "public_input": "yes", "does": "yes", "joint": "yes", "voluntary": "yes"}
GRAPH = {
    "other-grounds": {
        "citizen_input": "yes",
        "public_input": "yes",
        "does": "yes",
        "joint": "no",
        "prompted": "yes",
        "voluntary": "no",
    },
    "opposed": {"citizen_input": "yes", "public_input": "no", "does": "yes"},
    "little": {"joint": "yes", "public_input": "varies", "citizen_input": "unknown"},
    "nothing": {"plans_designs": "yes"},
    "contrary": {"citizen_input": "no"},
}


def record(name: str, facts: dict, **more):
    (case,), findings = from_raw(
        [RawRecord("x", {"id": name, "title": name, "source": "own", "facts": facts, **more})], BOOK
    )
    assert not [f for f in findings if f.severity == "error"], findings
    return case


def found(facts: dict = HERE, graph: dict = GRAPH, under=BOTH, name: str = "here", with_placing: bool = False, **more):
    here = profile(record(name, facts, **more), RULES, under, with_placing)
    known = profiles([record(key, value) for key, value in graph.items()], RULES, under, with_placing)
    return likeness(here, known, RULES)


def test_the_profile_is_the_known_answers_that_the_definitions_read():
    given_answers = found().here.answers
    # Voluntary is read by neither; what is derived counts.
    assert given_answers == {
        "between_organisations": "no", "citizen_input": "yes", "does": "yes", "external_party": "yes", "joint": "yes",
        "public_input": "yes",
    }  # fmt: skip


def test_cases_are_compared_as_by_hand_and_the_nearest_comes_first():
    first, second, third = found().cases
    assert [one.there.case.id for one in (first, second, third)] == ["other-grounds", "opposed", "little"]
    assert first.shared == ("between_organisations", "citizen_input", "does", "external_party", "public_input")
    assert (first.different, first.only_here, first.only_there) == (("joint",), (), ("prompted",))
    # In under alford too, but because it is prompted, not joint.
    assert (first.alike, first.same_verdict, first.otherwise) == ((MATCHED,), (ALFORD,), ())
    assert second.shared == ("between_organisations", "citizen_input", "does", "external_party")
    assert (second.different, second.only_here, second.only_there) == (("public_input",), ("joint",), ())
    # Undetermined there under alford: neither alike nor otherwise.
    assert (second.alike, second.same_verdict, second.otherwise) == ((), (), (MATCHED,))
    assert (third.shared, third.different, third.compared) == (("joint",), (), 1)


def test_by_definition_stand_the_cases_decided_on_the_same_answers():
    by_definition = found().by_definition
    assert {slug: [one.there.case.id for one in cases] for slug, cases in by_definition.items()} == {
        MATCHED: ["other-grounds"], ALFORD: []
    }  # fmt: skip


def test_unknown_and_varies_are_neither_agreement_nor_difference():
    for word in ("unknown", "varies"):
        (one,) = found({"joint": "yes", "public_input": word}, {"a": {"joint": "yes", "public_input": word}}).cases
        assert (one.shared, one.different, one.only_here, one.only_there) == (("joint",), (), (), ())
        (one,) = found({"joint": "yes", "public_input": word}, {"a": {"joint": "yes", "public_input": "no"}}).cases
        assert (one.different, one.only_there) == ((), ("public_input",))


def test_not_applicable_is_an_answer_of_its_own():
    (one,) = found({"joint": "n/a", "does": "yes"}, {"a": {"joint": "no", "does": "yes"}}).cases
    assert (one.shared, one.different) == (("does",), ("joint",))


def test_facts_implied_by_placing_count_on_request():
    placed = {"joint": "yes", "does": {"value": "yes", "basis": "implied-by-placing", "reason": "listed"}}
    assert found(placed, {"a": placed}).cases[0].shared == ("joint",)
    assert found(placed, {"a": placed}, with_placing=True).cases[0].shared == ("does", "joint")


def test_the_same_out_on_another_failing_criterion_is_not_alike():
    out = {"citizen_input": "no", "public_input": "yes"}
    graph = {"both": {"citizen_input": "no", "public_input": "no"}, "same": {"citizen_input": "no"}}
    cases = {one.there.case.id: one for one in found(out, graph, BOTH[:1]).cases}
    assert cases["same"].alike == (MATCHED,) and cases["both"].same_verdict == (MATCHED,)


def test_answers_that_differ_weigh_against_those_shared():
    # Four shared and two that differ count less than three shared alone.
    here = {"joint": "yes", "does": "yes", "prompted": "yes", "plans_designs": "yes", "public_input": "yes",
            "external_party": "yes"}  # fmt: skip
    graph = {
        "more": here | {"plans_designs": "no", "public_input": "no"},
        "fewer": {"joint": "yes", "does": "yes", "external_party": "yes"},
    }  # fmt: skip
    assert [(o.there.case.id, len(o.shared), len(o.different)) for o in found(here, graph).cases] == [
        ("fewer", 3, 0), ("more", 4, 2)
    ]  # fmt: skip


def test_ties_are_broken_by_source_and_id_whatever_the_order():
    names = ["b", "a", "d", "c", "f", "e", "g"]
    graph = dict.fromkeys(names, HERE)
    assert [one.there.case.id for one in found(HERE, graph).nearest] == sorted(names)[:NEAREST]
    assert found(HERE, graph).cases == found(HERE, dict(reversed(graph.items()))).cases


def test_the_case_itself_and_other_coders_records_are_left_out():
    assert found(HERE, {"here": HERE}).cases == ()
    known = profiles([record("a", HERE, coder="anne"), record("b", HERE)], RULES, BOTH)
    assert [one.case.id for one in known] == ["b"]


def test_the_same_case_told_elsewhere_is_marked_both_ways_round():
    assert [one.same for one in found(HERE, {"a": HERE}, same_as=["own/a"]).cases] == [True]
    assert [one.same for one in found(HERE, {"a": HERE}, same_as=["own/b"]).cases] == [False]
    there = profile(record("a", HERE, same_as=["here"]), RULES, BOTH)
    assert compare(profile(record("here", HERE), RULES, BOTH), there, RULES).same


CASES = st.sampled_from(shipped_cases())


@given(CASES, CASES)
@settings(max_examples=40, deadline=None)
def test_comparing_is_the_same_from_both_sides_and_leaves_nothing_out(one, other):
    wanted = RULES.chosen()
    here, there = (profile(case, RULES, wanted) for case in (one, other))
    a, b = compare(here, there, RULES), compare(there, here, RULES)
    assert (a.shared, a.different, a.only_here, a.only_there) == (b.shared, b.different, b.only_there, b.only_here)
    assert (set(a.alike), set(a.same_verdict), set(a.otherwise)) == (
        set(b.alike),
        set(b.same_verdict),
        set(b.otherwise),
    )
    assert sorted(a.shared + a.different + a.only_here) == sorted(here.answers)
    assert all(value not in ("unknown", "varies") for value in here.answers.values())
    both = {s for s in here.verdicts if UNDETERMINED not in (here.verdicts[s].outcome, there.verdicts[s].outcome)}
    assert sorted(a.alike + a.same_verdict + a.otherwise) == sorted(both)
    if one.iri == other.iri:
        assert not a.different + a.only_here + a.only_there + a.same_verdict + a.otherwise


# The command


def run(*args: str):
    result = CliRunner().invoke(cli, ["classify", *map(str, args)], prog_name="coproduction")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def garden(tmp_path):
    (tmp_path / "x.yaml").write_text(
        "id: garden\ntitle: A garden\nsource: own\nfacts: {citizen_input: yes, public_input: no, voluntary: yes}\n",
        encoding="utf-8",
    )
    return tmp_path / "x.yaml"


def test_a_users_own_case_is_compared_by_default_and_a_shipped_one_on_request(garden):
    assert "\nDecided like\n" in run(garden, "--case", "garden").stdout
    assert "Decided like" not in run("--case", "roundabout").stdout
    told = run("--case", "roundabout", "--like").stdout
    section = told[told.index("\nDecided like\n") : told.index("\nPassages\n")]
    assert section.count(" answers known in both") == NEAREST and "roundabout)" not in section
    assert (
        "shares 14 of the 16 answers known in both; differs in apparent connection with government (no here, yes there)"
        in section
    )
    assert "On the very same deciding answers" in section


def test_no_case_of_the_graph_in_common(tmp_path):
    (tmp_path / "x.yaml").write_text("id: garden\ntitle: A garden\nsource: own\n", encoding="utf-8")
    assert (
        "No case of the graph has an answer in common with it." in run(tmp_path / "x.yaml", "--case", "garden").stdout
    )


def test_json_has_an_object_for_every_case(garden):
    (row,) = json.loads(run(garden, "--like", "--format", "json").stdout)
    assert list(row) == ["case", "id", "source", "coder", "known", "nearest", "decided_alike"]
    # Citizen and public input, voluntary, and the two that follow.
    assert row["known"] == 5 and len(row["nearest"]) == NEAREST
    first = row["nearest"][0]
    assert len(first["shared"]) - len(first["different"]) == max(
        len(o["shared"]) - len(o["different"]) for o in row["nearest"]
    )
    alike = {entry["definition"]: entry for entry in row["decided_alike"]}
    assert alike[MATCHED]["verdict"] == "out" and alike[MATCHED]["decided_by"] == ["public-input"]
    assert "https://w3id.org/coproduction/case/bovaird-loeffler-2015/pure-self-help" in alike[MATCHED]["cases"]
    rows = json.loads(run("--like", "--format", "json", "--definition", MATCHED).stdout)
    assert len(rows) == len(shipped_cases()) and all(
        one["case"] != row["case"] for row in rows for one in row["nearest"]
    )


def test_two_tables_in_one_are_refused(garden):
    result = run(garden, "--like", "--next", "--format", "json")
    assert result.exit_code == 2 and result.stdout == "" and "ask for one of them" in result.stderr
