"""Verdicts against what was worked out by hand from the texts, and the logic that joins facts to verdicts."""

import csv
import dataclasses
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coproduction.cases import shipped_cases
from coproduction.codebook import shipped_codebook
from coproduction.loaders.case import Fact
from coproduction.settle import settling
from coproduction.verdicts import answers, judge, load_rules
from coproduction.vocabulary import shipped

EXPECTED = Path(__file__).parent / "expected"
RULES = load_rules(shipped())
CASES = {(c.source, c.id): c for c in shipped_cases()}


def rows(name: str) -> list[dict]:
    with (EXPECTED / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def verdict(case, slug: str, **more):
    return judge(RULES, case.facts, [RULES.definitions[slug]], **more)[slug]


def with_answer(case, **given_answers):
    facts = {k: f for k, f in case.facts.items() if k not in given_answers}
    return dataclasses.replace(case, facts=facts | {k: Fact(v) for k, v in given_answers.items()})


@pytest.mark.parametrize(
    "row", rows("operative.csv") + rows("five.csv"), ids=lambda r: f"{r['case']}-{r['definition']}"
)
def test_verdict_worked_out_by_hand(row):
    case = CASES[row["source"], row["case"]]
    found = verdict(case, row["definition"])
    assert found.outcome == row["verdict"], f"by hand: {row['reason']}; failed {found.failed}, unknown {found.unknown}"


def test_enough_is_worked_out_by_hand():
    own = {s: d.slug for d in RULES.operative() for s in d.operative_in if d.slug != "bovaird-loeffler-2012"}
    operative = {(r["source"], r["case"]) for r in rows("operative.csv") if r["definition"] == own[r["source"]]}
    assert len(operative) >= 40
    by_case: dict = {}
    for row in rows("five.csv"):
        by_case.setdefault((row["source"], row["case"]), set()).add(row["definition"])
    assert len([c for c, d in by_case.items() if len(d) >= 5]) >= 15
    assert {r["verdict"] for r in rows("operative.csv")} == {"in", "out", "undetermined"}


VARYING = ("sports-clubs", "community-buildings", "development-trusts")
SAID_UNKNOWN = ("unpaid-social-care-uk", "unpaid-care-massachusetts")
BOTH = ("bovaird-loeffler-2015-matched-input", "bovaird-loeffler-2012")


@pytest.mark.parametrize("slug", VARYING + SAID_UNKNOWN)
def test_the_grey_area_turns_on_public_input(slug):
    case = CASES["bovaird-loeffler-2015", slug]
    if slug in VARYING:
        assert case.facts["public_input"].value == "varies"
    else:
        assert case.why_unknown("public_input") == "source-says-unknown"
    for definition in BOTH:
        found = verdict(case, definition)
        assert found.outcome == "undetermined"
        assert "public-input" in found.unknown
    assert verdict(with_answer(case, public_input="yes"), BOTH[0]).outcome == "in"
    alone = with_answer(case, public_input="no")
    assert verdict(alone, BOTH[0]).outcome == "out"
    assert {"self-help", "community-self-organising"} & set(verdict(alone, BOTH[0]).instead)


def test_nudged_production_is_left_out_by_strict_and_taken_in_by_extended():
    case = CASES["alford-2013", "roundabout"]
    assert verdict(case, "alford-2013-nudged-production").outcome == "in"
    assert verdict(case, "alford-2013-strict").outcome == "out"
    assert verdict(case, "alford-2013-extended").outcome == "in"


def test_placing_counts_only_on_request():
    case = CASES["bovaird-loeffler-2015", "blood-donors"]
    assert case.facts["public_input"].basis == "implied-by-placing"
    assert verdict(case, BOTH[0]).outcome == "undetermined"
    found = verdict(case, BOTH[0], with_placing=True)
    assert (found.outcome, found.weakest_basis) == ("in", "implied-by-placing")


def test_the_source_label_is_no_evidence():
    case = CASES["ifg-seminar", "scallywags"]
    other = dataclasses.replace(case, record=case.record | {"source_label": "no"})
    assert judge(RULES, case.facts) == judge(RULES, other.facts)


@pytest.mark.slow
def test_a_partial_definition_takes_nothing_in():
    partial = [d.slug for d in RULES.definitions.values() if d.partial]
    assert partial
    outcomes = {judge(RULES, c.facts)[s].outcome for c in CASES.values() for s in partial}
    assert outcomes == {"out", "undetermined"}


def test_weakest_basis_is_the_basis_a_verdict_cannot_do_without():
    facts = {"citizen_input": Fact("yes"), "public_input": Fact("yes", "inferred"), "between_organisations": Fact("no")}
    found = judge(RULES, facts, [RULES.definitions[BOTH[0]]])[BOTH[0]]
    assert (found.outcome, found.weakest_basis) == ("in", "inferred")
    facts |= {"citizen_input": Fact("no"), "public_input": Fact("no", "inferred")}
    found = judge(RULES, facts, [RULES.definitions[BOTH[0]]])[BOTH[0]]
    assert (found.outcome, found.weakest_basis) == ("out", "stated"), "the stated no is enough on its own"


def test_settling_puts_the_fact_first_that_decides_most():
    case = CASES["bovaird-loeffler-2015", "sports-clubs"]
    ranked = settling(RULES, case.facts, [RULES.definitions[s] for s in BOTH])
    assert (ranked[0][0], set(ranked[0][1])) == ("public_input", set(BOTH))


ANSWERS = st.fixed_dictionaries(
    {},
    optional={key: st.sampled_from(list(v.answers)) for key, v in shipped_codebook().variables.items()},
)


@given(ANSWERS, st.data())
@settings(max_examples=60, deadline=None)
def test_settling_an_unknown_never_turns_a_settled_verdict_round(known, data):
    facts = {k: Fact(v) for k, v in known.items()}
    before = judge(RULES, facts, RULES.definitions.values())
    open_ = sorted(
        k for k, v in shipped_codebook().variables.items() if known.get(k, "unknown") in ("unknown", "varies")
    )
    chosen = data.draw(st.lists(st.sampled_from(open_), max_size=20, unique=True)) if open_ else []
    settled = {k: Fact(data.draw(st.sampled_from(shipped_codebook().variables[k].answers))) for k in chosen}
    after = judge(RULES, facts | settled, RULES.definitions.values())
    for slug, verdict_before in before.items():
        if verdict_before.outcome != "undetermined":
            assert after[slug].outcome == verdict_before.outcome, slug


def test_varies_and_unknown_weigh_the_same():
    for case in list(CASES.values())[:40]:
        facts = {k: Fact("unknown", f.basis) if f.value == "varies" else f for k, f in case.facts.items()}
        left = {s: v.outcome for s, v in judge(RULES, case.facts).items()}
        assert left == {s: v.outcome for s, v in judge(RULES, facts).items()}


def test_every_out_names_the_fact_that_fails_and_every_in_the_facts_that_carry_it():
    for case in CASES.values():
        given_answers = answers(case.facts)
        for slug, found in judge(RULES, case.facts).items():
            if found.outcome == "undetermined":
                assert not found.failed and not found.decided_by
                continue
            assert found.decided_by, (case.id, slug)
            for literal in found.decided_by:
                reads = RULES.criteria[literal.removeprefix("not:")].reads
                assert any(key in given_answers for key in reads), (case.id, slug, literal)
