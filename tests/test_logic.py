"""Strong Kleene logic, against an oracle in numbers: false 0, unknown a half, true 1 (Kleene 1952, section 64)."""

from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from coproduction import logic
from coproduction.logic import All, Any, Leaf, Literal, Not

SLUGS = ("a", "b", "c", "d", "e")
TRUTHS = (False, None, True)
NUMBER = {False: 0.0, None: 0.5, True: 1.0}
leaves = st.sampled_from(SLUGS).map(Leaf)
settled_values = st.fixed_dictionaries({slug: st.booleans() for slug in SLUGS})
values = st.fixed_dictionaries({slug: st.sampled_from(TRUTHS) for slug in SLUGS})


def compound(parts):
    lists = st.lists(parts, min_size=1, max_size=4).map(tuple)
    return lists.map(All) | lists.map(Any) | parts.map(Not)


expressions = st.recursive(leaves, compound, max_leaves=12)


@st.composite
def read_once(draw):
    """An expression in which no criterion stands twice."""

    def build(slugs):
        if len(slugs) == 1:
            found = Leaf(slugs[0])
        else:
            cut = draw(st.integers(1, len(slugs) - 1))
            found = draw(st.sampled_from((All, Any)))((build(slugs[:cut]), build(slugs[cut:])))
        return Not(found) if draw(st.booleans()) else found

    order = draw(st.permutations(SLUGS))
    return build(order[: draw(st.integers(1, len(SLUGS)))])


def number(expression, given_values) -> float:
    """The oracle: a conjunction is its least part, a disjunction its greatest, a negation what is missing to 1."""
    if isinstance(expression, Leaf):
        return NUMBER[given_values[expression.slug]]
    if isinstance(expression, Not):
        return 1.0 - number(expression.part, given_values)
    parts = [number(part, given_values) for part in expression.parts]
    return min(parts) if isinstance(expression, All) else max(parts)


def unknowns(given_values) -> list[str]:
    return [slug for slug in SLUGS if given_values[slug] is None]


def completions(given_values, slugs, truths=(False, True)):
    """The values with the criteria named set in every way."""
    for chosen in product(truths, repeat=len(slugs)):
        yield given_values | dict(zip(slugs, chosen, strict=True))


def nodes(expression):
    yield expression
    for part in getattr(expression, "parts", None) or [p for p in [getattr(expression, "part", None)] if p]:
        yield from nodes(part)


# -- tables written out by hand --

CONJUNCTION = {
    (False, False): False, (False, None): False, (False, True): False,
    (None, False): False, (None, None): None, (None, True): None,
    (True, False): False, (True, None): None, (True, True): True,
}  # fmt: skip
DISJUNCTION = {
    (False, False): False, (False, None): None, (False, True): True,
    (None, False): None, (None, None): None, (None, True): True,
    (True, False): True, (True, None): True, (True, True): True,
}  # fmt: skip


@pytest.mark.parametrize(("left", "right"), list(product(TRUTHS, repeat=2)))
def test_tables_of_two(left, right):
    assert logic.conjunction([left, right]) is CONJUNCTION[left, right]
    assert logic.disjunction([left, right]) is DISJUNCTION[left, right]


@pytest.mark.parametrize(("value", "expected"), [(False, True), (None, None), (True, False)])
def test_table_of_negation(value, expected):
    assert logic.negate(value) is expected


def test_self_help_by_hand():
    """Citizens' input and no public input: decided by both where in, by public input alone where that makes it out."""
    self_help = All((Leaf("citizen-input"), Not(Leaf("public-input"))))
    both = {Literal("citizen-input"), Literal("public-input", negated=True)}
    told = {"citizen-input": True, "public-input": False}
    assert logic.evaluate(self_help, told) is True
    assert logic.deciding(self_help, told) == both
    told = {"citizen-input": None, "public-input": True}
    assert logic.evaluate(self_help, told) is False
    assert logic.deciding(self_help, told) == {Literal("public-input", negated=True)}
    assert logic.unsettled(self_help, told) == set()
    told = {"citizen-input": True, "public-input": None}
    assert logic.evaluate(self_help, told) is None
    assert logic.deciding(self_help, told) == set()
    assert logic.unsettled(self_help, told) == {Literal("public-input", negated=True)}
    told = {"citizen-input": None, "public-input": None}
    assert logic.unsettled(self_help, told) == both


def test_unknown_inside_a_settled_part_is_not_unsettled_by_hand():
    """(a or b) and c: with a true, b no longer matters, and only c is waited for."""
    expression = All((Any((Leaf("a"), Leaf("b"))), Leaf("c")))
    assert logic.unsettled(expression, {"a": True, "b": None, "c": None}) == {Literal("c")}
    assert logic.unsettled(expression, {"a": False, "b": None, "c": None}) == {Literal("b"), Literal("c")}


# -- against the oracle --


@given(expressions, values)
def test_evaluate_is_the_oracle(expression, given_values):
    assert NUMBER[logic.evaluate(expression, given_values)] == number(expression, given_values)


@given(expressions, values)
def test_normal_form_has_the_same_value_and_negates_leaves_only(expression, given_values):
    form = logic.normal_form(expression)
    assert number(form, given_values) == number(expression, given_values)
    assert all(isinstance(node.part, Leaf) for node in nodes(form) if isinstance(node, Not))
    assert number(logic.normal_form(expression, negated=True), given_values) == 1.0 - number(expression, given_values)


@given(expressions)
def test_literals_are_those_of_the_leaves(expression):
    """A leaf under an odd number of negations gives a negated literal, and the order is that of the text."""

    def signed(node, negated):
        if isinstance(node, Leaf):
            return [("not:" if negated else "") + node.slug]
        if isinstance(node, Not):
            return signed(node.part, not negated)
        return [literal for part in node.parts for literal in signed(part, negated)]

    assert [str(literal) for literal in logic.literals(expression)] == signed(expression, False)
    assert logic.criteria(expression) == sorted({node.slug for node in nodes(expression) if isinstance(node, Leaf)})


@given(st.sampled_from(SLUGS), st.booleans(), values)
def test_truth_of_a_literal(slug, negated, given_values):
    truth = NUMBER[given_values[slug]]
    assert NUMBER[Literal(slug, negated).truth(given_values)] == (1.0 - truth if negated else truth)


# -- more knowledge never contradicts less --


@given(expressions, values)
def test_settling_unknowns_never_turns_a_settled_answer_round(expression, given_values):
    """None replaced by True or False anywhere, in every way, some unknowns left as they are among them."""
    before = logic.evaluate(expression, given_values)
    for fuller in completions(given_values, unknowns(given_values), TRUTHS):
        assert before is None or logic.evaluate(expression, fuller) is before


# -- what decides --


@given(expressions, values)
def test_deciding_literals_alone_give_the_same_truth(expression, given_values):
    truth = logic.evaluate(expression, given_values)
    deciding = logic.deciding(expression, given_values)
    assert bool(deciding) is (truth is not None)
    slugs = {literal.slug for literal in deciding}
    alone = {slug: given_values[slug] if slug in slugs else None for slug in SLUGS}
    assert logic.evaluate(expression, alone) is truth


@given(expressions, values)
def test_deciding_literals_stand_in_the_expression_and_agree_with_its_truth(expression, given_values):
    """What takes a case in is true, what puts it out is false."""
    truth = logic.evaluate(expression, given_values)
    deciding = logic.deciding(expression, given_values)
    assert deciding <= set(logic.literals(expression))
    assert all(literal.truth(given_values) is truth for literal in deciding)


@given(read_once(), values)
def test_each_deciding_literal_has_a_part_in_the_decision(expression, given_values):
    """Where no criterion stands twice: some of the deciding literals give the truth with it and not without it."""
    truth = logic.evaluate(expression, given_values)
    slugs = sorted(literal.slug for literal in logic.deciding(expression, given_values))

    def settles(chosen) -> bool:
        return logic.evaluate(expression, {s: given_values[s] if s in chosen else None for s in SLUGS}) is truth

    subsets = [{s for s, kept in zip(slugs, row, strict=True) if kept} for row in product((0, 1), repeat=len(slugs))]
    for slug in slugs:
        assert any(settles(chosen) and not settles(chosen - {slug}) for chosen in subsets if slug in chosen)


# -- what is still open --


@given(expressions, values)
def test_unsettled_is_empty_exactly_where_settled(expression, given_values):
    unsettled = logic.unsettled(expression, given_values)
    assert (unsettled == set()) is (logic.evaluate(expression, given_values) is not None)
    assert unsettled <= set(logic.literals(expression))
    assert all(given_values[literal.slug] is None for literal in unsettled)


@given(expressions, values)
def test_nothing_but_the_unsettled_can_settle(expression, given_values):
    """All other unknowns settled, in every way, leave the value unknown: the list leaves nothing out."""
    assume(logic.evaluate(expression, given_values) is None)
    unsettled = {literal.slug for literal in logic.unsettled(expression, given_values)}
    others = [slug for slug in unknowns(given_values) if slug not in unsettled]
    for fuller in completions(given_values, others):
        assert logic.evaluate(expression, fuller) is None


@given(read_once(), values)
def test_each_unsettled_criterion_can_turn_the_answer(expression, given_values):
    """Where no criterion stands twice: some completion of the others makes its two settings give yes and no.

    Where one stands twice this need not hold; the case by hand below is one.
    """
    for literal in logic.unsettled(expression, given_values):
        others = [slug for slug in unknowns(given_values) if slug != literal.slug]
        pairs = [
            {logic.evaluate(expression, fuller | {literal.slug: setting}) for setting in (False, True)}
            for fuller in completions(given_values, others)
        ]
        assert {False, True} in pairs


@given(read_once(), values)
def test_what_is_not_unsettled_cannot_change_anything(expression, given_values):
    """An unknown criterion that is not listed makes no difference, however the other unknowns turn out."""
    unsettled = {literal.slug for literal in logic.unsettled(expression, given_values)}
    idle = [slug for slug in unknowns(given_values) if slug not in unsettled and slug in logic.criteria(expression)]
    for slug in idle:
        others = [s for s in unknowns(given_values) if s != slug]
        for fuller in completions(given_values, others, TRUTHS):
            found = {logic.evaluate(expression, fuller | {slug: setting}) for setting in TRUTHS}
            assert len(found) == 1


def test_what_a_criterion_that_stands_twice_may_do():
    """(b or (a or not a)) and (c and not c) waits for b, which changes nothing: the list may say too much."""
    always, never = Any((Leaf("a"), Not(Leaf("a")))), All((Leaf("c"), Not(Leaf("c"))))
    expression = All((Any((Leaf("b"), always)), never))
    nothing = dict.fromkeys(SLUGS)
    assert Literal("b") in logic.unsettled(expression, nothing)
    for fuller in completions(nothing, ["a", "c"], TRUTHS):
        assert len({logic.evaluate(expression, fuller | {"b": setting}) for setting in TRUTHS}) == 1


# -- words --


@given(expressions, settled_values)
def test_words_say_what_the_expression_says(expression, given_values):
    """The words are read back by Python's own grammar, in which `not` binds most tightly and `and` before `or`."""
    assert eval(logic.show(expression), {}, dict(given_values)) is logic.evaluate(expression, given_values)


def test_words_in_another_language():
    expression = All((Leaf("a"), Not(Leaf("b")), Any((Leaf("c"), Leaf("d")))))
    assert logic.show(expression, str.upper, ("et", "ou", "non")) == "A et non B et (C ou D)"
