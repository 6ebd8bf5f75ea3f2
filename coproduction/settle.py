"""What to find out next: which unknown answers would settle which verdicts, for one case and for a batch of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from coproduction.criteria import known
from coproduction.definitions import Definition
from coproduction.loaders.case import Case
from coproduction.logic import unsettled
from coproduction.verdicts import Rules, Truths, answers, truth_under

UNKNOWN = "unknown"
# By variable, by answer, the slugs of the definitions whose verdict the answer settles.
Gains = dict[str, dict[str, list[str]]]


@dataclass(frozen=True)
class Next:
    """What is open about a case: how many verdicts, and the variables with what each answer to them would settle.

    The variables stand in the order in which it pays to look for them.
    """

    case: Case
    open: int
    gains: Gains


def gains(
    rules: Rules, facts: Mapping[str, "object"], definitions: Iterable[Definition], with_placing: bool = False
) -> Gains:
    """Return the variables that are not known and bear on a verdict, with the verdicts that each answer settles alone.

    An answer is tried together with what follows from it by the codebook's table: citizens who put something in are an
    external party. An answer that the record contradicts is not tried. A variable that settles nothing alone stands
    with no answers. The most settling come first, over all their answers; then the order is the alphabet's.
    """
    given = answers(facts, with_placing)
    values = Truths(rules, given)
    still_open = [d for d in definitions if truth_under(d, values) is None]
    asked = {slug for d in still_open for slug in d.criteria}
    bearing = {x.slug for d in still_open for x in unsettled(d.requires, values)}
    variables = {v for slug in bearing for v in rules.criteria[slug].reads if known(given.get(v)) == UNKNOWN}
    found: Gains = {}
    for variable in variables:
        found[variable] = {}
        for answer in rules.possible.get(variable, ()):
            tried = _with(rules, facts, given, variable, answer)
            if tried is None:
                continue
            changed = {key for key, value in tried.items() if given.get(key) != value}
            new = {s: rules.criteria[s].truth(tried) for s in asked if not changed.isdisjoint(rules.criteria[s].reads)}
            settled = [d.slug for d in still_open if truth_under(d, values | new) is not None]
            if settled:
                found[variable][answer] = settled
    return {key: found[key] for key in sorted(found, key=lambda key: (-len(settled_by(found[key])), key))}


def settled_by(by_answer: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the definitions that at least one of the answers settles, each once."""
    return sorted({slug for slugs in by_answer.values() for slug in slugs})


def settling(
    rules: Rules, facts: Mapping[str, "object"], definitions: Iterable[Definition], with_placing: bool = False
) -> list[tuple[str, list[str]]]:
    """Return (variable, verdicts that at least one of its answers would settle alone), the most settling first."""
    return [(key, settled_by(found)) for key, found in gains(rules, facts, definitions, with_placing).items()]


def of_batch(rules: Rules, cases: Iterable[Case], definitions: Iterable[Definition], with_placing: bool = False):
    """Return what is open about each of many cases, in their order; those with nothing open are left out."""
    definitions = list(definitions)
    known_ones: dict[frozenset, tuple[int, Gains]] = {}
    found = []
    for case in cases:
        # Cases that answer alike are looked at once. What placing implies can contradict an answer, so it counts here.
        profile = frozenset((key, fact.value, fact.basis) for key, fact in case.facts.items())
        if profile not in known_ones:
            given = answers(case.facts, with_placing)
            values = Truths(rules, given)
            still_open = sum(truth_under(d, values) is None for d in definitions)
            known_ones[profile] = still_open, gains(rules, case.facts, definitions, with_placing)
        still_open, by_variable = known_ones[profile]
        if still_open:
            found.append(Next(case, still_open, by_variable))
    return found


def ranked(batch: Iterable[Next]) -> list[tuple[str, int, int]]:
    """Return (variable, verdicts, cases): how many verdicts over all cases it could settle alone, and in how many cases.

    The most settling come first, then those open in most cases, then by the alphabet.
    """
    verdicts: dict[str, int] = {}
    cases: dict[str, int] = {}
    for one in batch:
        for variable, by_answer in one.gains.items():
            if settled := settled_by(by_answer):
                verdicts[variable] = verdicts.get(variable, 0) + len(settled)
                cases[variable] = cases.get(variable, 0) + 1
    return sorted(((v, n, cases[v]) for v, n in verdicts.items()), key=lambda row: (-row[1], -row[2], row[0]))


def _with(rules: Rules, facts, given: Mapping[str, str], variable: str, answer: str) -> dict[str, str] | None:
    """Return the answers with one more and all that follows from it; None where the record contradicts it."""
    tried, new = {**given, variable: answer}, {variable}
    # In the table's order, as the loaders go through it.
    for line in rules.derivations:
        if new.isdisjoint(line.variables) or any(tried.get(v) != line.answer for v in line.variables):
            continue
        there = facts.get(line.then_variable)
        # The loaders refuse an answer that does not follow, `varies` too; what was merely not found gives way.
        if there is not None and there.value not in (UNKNOWN, line.then_answer):
            return None
        tried[line.then_variable] = line.then_answer
        new.add(line.then_variable)
    return tried
