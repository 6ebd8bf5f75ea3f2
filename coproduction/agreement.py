"""How far two readers of the same cases agree, variable by variable.

Percent agreement and Cohen's kappa (J. Cohen, A coefficient of agreement for nominal scales, 1960) over answers after
derivation, `unknown` being an answer like the others: whether a text tells is what readers differ on most.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from coproduction.loaders.case import Case

ALL = "all variables"


@dataclass(frozen=True)
class Agreement:
    """The agreement on one variable: cases compared, share agreed, kappa (None where chance alone would agree), opposites."""

    variable: str
    cases: int
    agreed: float
    kappa: float | None
    opposed: int


def compare(records: Iterable[Case], variables: Iterable[str]) -> list[Agreement]:
    """Return the agreement of the two coders in records, per variable and over all of them.

    Raises ValueError where the records are not those of exactly two coders.
    """
    by_coder: dict[str, dict[tuple[str, str], Case]] = {}
    for case in records:
        by_coder.setdefault(case.coder, {})[(case.source, case.id)] = case
    if len(by_coder) != 2:
        raise ValueError(f"agreement is between two coders; these records have {len(by_coder)}")
    first, second = (by_coder[coder] for coder in sorted(by_coder))
    shared = sorted(first.keys() & second.keys())
    pairs = {v: [(_answer(first[key], v), _answer(second[key], v)) for key in shared] for v in variables}
    rows = [_agreement(variable, found) for variable, found in pairs.items()]
    return [*rows, _agreement(ALL, [pair for found in pairs.values() for pair in found])]


def _answer(case: Case, variable: str) -> str:
    fact = case.facts.get(variable)
    return fact.value if fact else "unknown"


def _agreement(variable: str, pairs: list[tuple[str, str]]) -> Agreement:
    number = len(pairs)
    agreed = sum(a == b for a, b in pairs) / number if number else 0.0
    left, right = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(left[k] * right[k] for k in left) / number**2 if number else 1.0
    opposed = sum({a, b} == {"yes", "no"} for a, b in pairs)
    return Agreement(variable, number, agreed, None if chance == 1 else (agreed - chance) / (1 - chance), opposed)
