"""What to find out next, against what was worked out on paper from the definitions, and against the verdicts themselves.

The five definitions in use, written short (EP external party, PI public input, PS public service, CI citizen input):

    alford   EP and ((joint and PI) or prompted) and (does or plans_designs)
    anzsog   PS and PI and CI and does and mutual_giving and transforms_inputs and public_value
    matched  CI and PI and not between_organisations
    ifg      PI and EP and joint and aims_outcome
    mcmullin PS and CI and professional_input and joint and citizens_design and citizens_deliver

From citizen input follow an external party and that it is not between organisations.
"""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coproduction.cases import from_raw, shipped_cases
from coproduction.codebook import shipped_codebook
from coproduction.loaders.raw import RawRecord
from coproduction.settle import gains, of_batch, ranked, settling
from coproduction.verdicts import UNDETERMINED, answers, judge, load_rules
from coproduction.vocabulary import shipped

BOOK, RULES = shipped_codebook(), load_rules(shipped())
SHORT = {"alford": "alford-2013-extended", "anzsog": "anzsog-2017", "matched": "bovaird-loeffler-2015-matched-input",
         "ifg": "ifg-alford", "mcmullin": "mcmullin-2019"}  # fmt: skip
LONG = {slug: short for short, slug in SHORT.items()}


def case_of(**facts):
    (case,), findings = from_raw([RawRecord("x", {"id": "x", "title": "X", "source": "own", "facts": facts})], BOOK)
    assert not [f for f in findings if f.severity == "error"]
    return case


def found(facts: dict, under=tuple(SHORT), **more) -> dict[str, dict[str, str]]:
    """What settles, without what settles nothing alone and without n/a, which here weighs as no does."""
    by_variable = gains(RULES, case_of(**facts).facts, [RULES.definitions[SHORT.get(s, s)] for s in under], **more)
    short = {
        key: {answer: " ".join(LONG.get(slug, slug) for slug in slugs) for answer, slugs in by_answer.items()}
        for key, by_answer in by_variable.items()
    }
    assert all(by_answer.pop("n/a", None) == by_answer.get("no") for by_answer in short.values())
    return {key: by_answer for key, by_answer in short.items() if by_answer}


def no(slugs: str) -> dict[str, str]:
    return {"no": slugs}


# With citizen input and nothing else, five may still go out and one in.
CITIZENS = {
    "public_input": {"yes": "matched", "no": "anzsog matched ifg"},
    "joint": no("ifg mcmullin"),
    "public_service": no("anzsog mcmullin"),
    "aims_outcome": no("ifg"),
    "citizens_deliver": no("mcmullin"),
    "citizens_design": no("mcmullin"),
    "does": no("anzsog"),
    "mutual_giving": no("anzsog"),
    "professional_input": no("mcmullin"),
    "public_value": no("anzsog"),
    "transforms_inputs": no("anzsog"),
}
PAPER = [
    ("nothing known: a no settles, a yes nothing", {}, {
        "citizen_input": no("anzsog matched mcmullin"),
        "public_input": no("anzsog matched ifg"),
        "external_party": no("alford ifg"),
        "joint": no("ifg mcmullin"),
        "public_service": no("anzsog mcmullin"),
        "aims_outcome": no("ifg"),
        "between_organisations": {"yes": "matched"},
        "citizens_deliver": no("mcmullin"),
        "citizens_design": no("mcmullin"),
        "does": no("anzsog"),
        "mutual_giving": no("anzsog"),
        "professional_input": no("mcmullin"),
        "public_value": no("anzsog"),
        "transforms_inputs": no("anzsog"),
    }),
    ("citizen input", {"citizen_input": "yes"}, CITIZENS),
    ("varies is as open as unknown", {"citizen_input": "yes", "public_input": "varies"}, CITIZENS),
    ("what an answer brings with it counts", {"prompted": "yes", "does": "yes"}, {
        # citizens are an external party, which is all that alford waits for
        "citizen_input": {"yes": "alford", "no": "anzsog matched mcmullin"},
        "public_input": no("anzsog matched ifg"),
        "external_party": {"yes": "alford", "no": "alford ifg"},
        "joint": no("ifg mcmullin"),
        "public_service": no("anzsog mcmullin"),
        "aims_outcome": no("ifg"),
        "between_organisations": {"yes": "matched"},
        "citizens_deliver": no("mcmullin"),
        "citizens_design": no("mcmullin"),
        "mutual_giving": no("anzsog"),
        "professional_input": no("mcmullin"),
        "public_value": no("anzsog"),
        "transforms_inputs": no("anzsog"),
    }),
    # Without an external party alford and ifg are out, between organisations matched is; a yes to citizen input is
    # against both, so that its no alone is left.
    ("what the record contradicts is not tried",
     {"external_party": "no", "between_organisations": "yes", "does": "yes", "mutual_giving": "yes",
      "transforms_inputs": "yes", "public_value": "yes", "public_input": "yes", "public_service": "yes"}, {
        "citizen_input": no("anzsog mcmullin"),
        "citizens_deliver": no("mcmullin"),
        "citizens_design": no("mcmullin"),
        "joint": no("mcmullin"),
        "professional_input": no("mcmullin"),
    }),
    ("the last answer settles both ways",
     {"citizen_input": "yes", "public_input": "yes", "joint": "yes", "does": "yes", "public_service": "yes",
      "professional_input": "yes", "citizens_design": "yes", "aims_outcome": "yes"}, {
        "citizens_deliver": {"yes": "mcmullin", "no": "mcmullin"},
        "mutual_giving": no("anzsog"),
        "public_value": no("anzsog"),
        "transforms_inputs": no("anzsog"),
    }),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "expected"), [row[1:] for row in PAPER], ids=[row[0] for row in PAPER])
def test_what_settles_is_what_was_worked_out_on_paper(facts, expected):
    assert found(facts) == expected
    assert list(found(facts)) == list(expected), "the most settling first"


def test_facts_implied_by_placing_are_open_unless_asked_for():
    placed = {"public_input": {"value": "yes", "basis": "implied-by-placing", "reason": "listed"}}
    facts = {"citizen_input": "yes"} | placed
    assert found(facts) == CITIZENS
    # With public input, matched is in; the no of anzsog's and ifg's other marks is left, and joint with does brings alford.
    assert found(facts, with_placing=True) == {k: v for k, v in CITIZENS.items() if k != "public_input"}


def test_an_answer_that_would_bring_what_the_record_says_varies_is_not_tried():
    # A yes to citizen input would settle alford, but makes the external party a yes, which the record says varies.
    facts = {"prompted": "yes", "does": "yes", "external_party": "varies"}
    assert found(facts)["citizen_input"] == no("anzsog matched mcmullin")
    assert found(facts | {"external_party": {"value": "unknown"}})["citizen_input"]["yes"] == "alford"


def test_what_follows_from_what_follows_counts_too():
    line = next(
        d for d in RULES.derivations if d.variables == ("citizen_input",) and d.then_variable == "external_party"
    )
    chain = dataclasses.replace(line, variables=("organised_group",), then_variable="citizen_input")
    longer = dataclasses.replace(RULES, derivations=(chain, line))
    slugs = ["alford-2013-extended", "organised-groups-long-term"]
    facts = case_of(prompted="yes", does="yes").facts
    found_ = gains(longer, facts, [RULES.definitions[slug] for slug in slugs])
    assert found_["organised_group"]["yes"] == ["alford-2013-extended"]


def test_a_definition_alone_is_asked_about_what_it_reads():
    assert found({"prompted": "yes", "does": "yes"}, ["alford"]) == {
        "external_party": {"yes": "alford", "no": "alford"}
    }


def test_a_partial_definition_can_only_go_out():
    slug = next(d.slug for d in RULES.definitions.values() if d.partial and d.slug.startswith("nabatchi"))
    facts = {"citizen_input": "yes", "citizens_design": "no", "citizens_deliver": "no", "citizens_assess": "no"}
    assert found(facts, [slug]) == {"citizens_make_policy": no(slug)}


def test_a_criterion_on_three_answers_waits_for_the_last_no():
    slug = "boyle-harris-2009"
    rest = {"public_service": "yes", "does": "yes", "professional_input": "yes", "equal": "yes"}
    users = {"contributor_client": "no", "contributor_consumer": "no"}
    last = {"contributor_family_or_neighbour": no(slug), "reciprocal_relationship": no(slug)}
    assert found(rest | users, [slug]) == last
    assert found(rest | {"contributor_client": "no"}, [slug]) == {"reciprocal_relationship": no(slug)}


def test_batch_leaves_out_what_is_settled_and_ranks_over_all():
    alford = [RULES.definitions[SHORT["alford"]], RULES.definitions[SHORT["matched"]]]
    cases = [
        case_of(external_party="no", between_organisations="yes"),  # nothing open
        case_of(citizen_input="yes", public_input="yes"),  # alford open: settled by no answer alone
        case_of(citizen_input="yes", does="yes"),  # prompted yes settles alford; public input, matched
        case_of(citizen_input="yes", does="yes"),
    ]
    batch = of_batch(RULES, cases, alford)
    assert [(one.case is case, one.open) for one, case in zip(batch, cases[1:], strict=True)] == [
        (True, 1), (True, 2), (True, 2)
    ]  # fmt: skip
    assert ranked(batch) == [("prompted", 2, 2), ("public_input", 2, 2)]
    assert ranked([]) == []


ANSWERS = st.fixed_dictionaries({}, optional={k: st.sampled_from(v.answers) for k, v in BOOK.variables.items()})


@given(ANSWERS, st.data())
@settings(max_examples=60, deadline=None)
def test_an_answer_settles_what_it_is_said_to_settle(known, data):
    """The answer is written into the record and read again: exactly the verdicts named are settled then."""
    (case,), findings = from_raw([RawRecord("x", {"id": "x", "title": "X", "source": "own", "facts": known})], BOOK)
    if any(f.severity == "error" for f in findings):
        return
    operative = RULES.operative()
    by_variable = gains(RULES, case.facts, operative)
    before = {s for s, v in judge(RULES, case.facts, operative).items() if v.outcome == UNDETERMINED}
    if not by_variable:
        return
    key = data.draw(st.sampled_from(sorted(by_variable)))
    answer = data.draw(st.sampled_from(BOOK.variables[key].answers))
    (after,), findings = from_raw(
        [RawRecord("x", {"id": "x", "title": "X", "source": "own", "facts": _without_unknown(known) | {key: answer}})],
        BOOK,
    )
    if any(f.severity == "error" for f in findings):
        assert answer not in by_variable[key]
        return
    left = {s for s, v in judge(RULES, after.facts, operative).items() if v.outcome == UNDETERMINED}
    assert before - left == set(by_variable[key].get(answer, []))


def _without_unknown(facts: dict) -> dict:
    return {key: value for key, value in facts.items() if value != "unknown"}


def test_every_undetermined_verdict_of_the_sources_can_be_settled_by_what_is_named():
    """All variables named, answered at once in the negative or the affirmative, leave nothing open but partial ones."""
    operative = RULES.operative()
    for case in shipped_cases():
        named = settling(RULES, case.facts, operative)
        given_answers = answers(case.facts)
        facts = {k: f for k, f in case.facts.items() if k in given_answers}
        template = dataclasses.replace(next(iter(case.facts.values())), basis="stated")
        facts |= {key: dataclasses.replace(template, value="no") for key, _ in named}
        assert all(v.outcome != UNDETERMINED for v in judge(RULES, facts, operative).values()), case.id
