"""How far the readers of the same cases agree, variable by variable.

Percent agreement and Cohen's kappa (J. Cohen, A coefficient of agreement for nominal scales, 1960) over answers after
derivation, `unknown` being an answer like the others: whether a text tells is what readers differ on most.
For more than two readers, and where answers are missing: Fleiss' kappa (J. L. Fleiss, Measuring nominal scale agreement
among many raters, 1971) and Krippendorff's alpha (K. Krippendorff, Content Analysis, 1980), as NLTK computes them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from coproduction import names
from coproduction.loaders.case import NOT_CODED, SETTLED, Case

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


Unit = tuple[str, ...]
COHEN, FLEISS = "Cohen", "Fleiss"


class NothingToCompare(ValueError):
    """Records that no two coders have coded alike; the message says what there is."""


@dataclass(frozen=True)
class Coding:
    """The records of cases that at least two coders coded: by case, in order, and in it by coder.

    alone: the cases that one coder alone coded, which are left out. settled: whether settled records were left out,
    which were made from the coders' own and so agree with them.
    """

    cases: Mapping[tuple[str, str], Mapping[str, Case]]
    coders: tuple[str, ...]
    alone: tuple[tuple[str, str], ...]
    settled: bool


@dataclass(frozen=True)
class Coefficients:
    """The agreement of any number of coders on one variable; None where a coefficient is not defined.

    cases: those that at least two coders answered; answers: how many they gave; missing: how many they did not give;
    agreed: share of pairs of answers that agree, of each case, in the mean over cases; kappa: Cohen's for two coders,
    else Fleiss', over the kappa_cases that all coders answered; alpha: Krippendorff's, over all cases; opposed: cases
    with yes against no.
    """

    variable: str
    cases: int
    answers: int
    missing: int
    agreed: float | None
    kappa: float | None
    kappa_cases: int
    alpha: float | None
    opposed: int


def coding(records: Iterable[Case]) -> Coding:
    """Return the cases that several coders coded. Raises NothingToCompare where there are none."""
    found: dict[tuple[str, str], dict[str, Case]] = {}
    for case in records:
        found.setdefault((names.source_iri(case.source, case.base), case.id), {})[case.coder] = case
    coders = {coder for by_coder in found.values() for coder in by_coder}
    settled = SETTLED in coders and len(coders) > 2
    if settled:
        coders.discard(SETTLED)
        found = {key: {c: case for c, case in by.items() if c != SETTLED} for key, by in found.items()}
    if len(coders) < 2:
        told = ", ".join(sorted(coders)) or "nobody"
        raise NothingToCompare(f"agreement is between coders; these records are all by {told} (key: coder)")
    shared = {key: by_coder for key, by_coder in found.items() if len(by_coder) > 1}
    if not shared:
        raise NothingToCompare(f"{', '.join(sorted(coders))} coded no case in common (keys: source, id, coder)")
    alone = tuple(key for key, by_coder in found.items() if len(by_coder) == 1)
    present = {coder for by_coder in shared.values() for coder in by_coder}
    return Coding(shared, tuple(sorted(present)), alone, settled)


def given(case: Case, variable: str, unknown_missing: bool = False) -> str | None:
    """Return the answer that a coder gave, or None where it is missing: nobody looked, as a record that is not complete says.

    With `unknown_missing`, an answer that the coder looked for and did not find is missing too.
    """
    value = _answer(case, variable)
    if value != "unknown":
        return value
    return None if unknown_missing or case.why_unknown(variable) == NOT_CODED else value


def coefficients(found: Coding, variables: Iterable[str], unknown_missing: bool = False) -> list[Coefficients]:
    """Return the agreement on each variable and on all of them together, every case and variable then being a unit."""
    rows, units = [], {}
    for variable in variables:
        mine = {
            (*key, variable): {coder: given(case, variable, unknown_missing) for coder, case in by_coder.items()}
            for key, by_coder in found.cases.items()
        }
        units |= mine
        rows.append(_coefficients(variable, mine, found.coders))
    return [*rows, _coefficients(ALL, units, found.coders)]


def _coefficients(
    variable: str, units: Mapping[Unit, Mapping[str, str | None]], coders: tuple[str, ...]
) -> Coefficients:
    told = {unit: {c: value for c, value in by.items() if value is not None} for unit, by in units.items()}
    pairable = {unit: by for unit, by in told.items() if len(by) > 1}
    whole = {unit: by for unit, by in pairable.items() if len(by) == len(coders)}
    alike = [_alike(list(by.values())) for by in pairable.values()]
    return Coefficients(
        variable=variable,
        cases=len(pairable),
        answers=sum(map(len, told.values())),
        missing=len(units) * len(coders) - sum(map(len, told.values())),
        agreed=sum(alike) / len(alike) if alike else None,
        kappa=_measure(whole, "kappa" if len(coders) == 2 else "pi"),
        kappa_cases=len(whole),
        alpha=_measure(pairable, "alpha"),
        opposed=sum({"yes", "no"} <= set(by.values()) for by in pairable.values()),
    )


def _alike(values: list[str]) -> float:
    pairs = list(combinations(values, 2))
    return sum(a == b for a, b in pairs) / len(pairs)


def _measure(units: Mapping[Unit, Mapping[str, str]], name: str) -> float | None:
    """Return a coefficient over units and their answers by coder; None where all answers are one and the same."""
    # Imported here, since it takes a second and stands in an extra.
    from nltk.metrics.agreement import AnnotationTask

    if len({value for by_coder in units.values() for value in by_coder.values()}) < 2:
        return None
    data = [(coder, unit, value) for unit, by_coder in units.items() for coder, value in by_coder.items()]
    return float(getattr(AnnotationTask(data=data), name)())
