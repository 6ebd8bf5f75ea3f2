"""Cases as crisp sets for qualitative comparative analysis: data, anchors and codebook, truth table, a script for R.

A condition is a variable: 1 for the answers that put a case in the set, 0 for the other known ones. An outcome is a
definition: 1 for `in`, 0 for `out`. What is not known is an empty cell (NA in R) and becomes a number only by a rule that
the user asks for and the files state. C. C. Ragin, Redesigning Social Inquiry (2008); for the R package A. Dusa, QCA
with R (2019).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, count

from coproduction import names
from coproduction.codebook import Codebook
from coproduction.criteria import UNKNOWN
from coproduction.definitions import Definition
from coproduction.exports.sheets import Table
from coproduction.loaders.case import Case
from coproduction.loaders.raw import nearest
from coproduction.verdicts import IN, OUT, UNDETERMINED, Rules, answers, judge
from coproduction.vocabulary import Vocabulary

BLANK, DROP, ABSENT, PRESENT = "blank", "drop", "absent", "present"
# What is done with a condition that is not known. The last two give the bounds between which the truth lies.
FILL = {ABSENT: 0, PRESENT: 1}
# The cases that research counts, as the saved questions have them.
COUNTED_KINDS, COUNTED_REALITY = ("instance", "programme"), "actual"
YES, NO, NOT_APPLICABLE = "yes", "no", "n/a"
SET_IN = "+"
REMAINDER = "?"


class BadCondition(ValueError):
    """A condition or outcome that cannot be used; the message says which, why, and what could be."""


@dataclass(frozen=True)
class Condition:
    """A variable as a crisp set: its column, and the answers that are in the set and out of it. The others are unknown."""

    column: str
    variable: str
    present: tuple[str, ...]
    absent: tuple[str, ...]

    def value(self, given: Mapping[str, str]) -> int | None:
        """Return 1, 0 or, where the answer is not known, None."""
        answer = given.get(self.variable)
        return 1 if answer in self.present else 0 if answer in self.absent else None


@dataclass(frozen=True)
class Outcome:
    """A definition as a crisp set, and its column."""

    column: str
    definition: Definition


@dataclass(frozen=True)
class Frame:
    """The data: cases by name with a number or None under every column, as they are known and as the rule leaves them.

    filled: how many cells of each column the rule filled; dropped: the cases that it left out.
    """

    conditions: tuple[Condition, ...]
    outcomes: tuple[Outcome, ...]
    rule: str
    known: Mapping[str, Mapping[str, int | None]]

    @property
    def columns(self) -> list[str]:
        """The columns of conditions, then of outcomes."""
        return [*(c.column for c in self.conditions), *(o.column for o in self.outcomes)]

    @cached_property
    def dropped(self) -> list[str]:
        """The cases that the rule leaves out."""
        return [name for name, row in self.known.items() if self.rule == DROP and None in row.values()]

    @cached_property
    def rows(self) -> dict[str, dict[str, int | None]]:
        """The cases under the rule. An outcome is never filled: a verdict is derived, and nothing else stands in for it."""
        fill = FILL.get(self.rule)
        own = {c.column for c in self.conditions}
        left_out = set(self.dropped)
        return {
            name: {column: fill if value is None and column in own else value for column, value in row.items()}
            for name, row in self.known.items()
            if name not in left_out
        }


@dataclass(frozen=True)
class Row:
    """A row of the truth table: a configuration, its cases with known outcome, and how far they share the outcome.

    unknown: how many more cases have the configuration, their outcome being undetermined.
    """

    number: int
    configuration: tuple[int, ...]
    outcome: str
    n: int
    consistency: float | None
    pri: float | None
    cases: tuple[str, ...]
    unknown: int


def conditions(words: Iterable[str], book: Codebook) -> tuple[Condition, ...]:
    """Return the conditions named: a variable, or `variable=answer+answer` for the answers that put a case in the set.

    Without any, all variables that are answered by yes and no. Raises BadCondition.
    """
    found: dict[str, Condition] = {}
    words = list(words) or [key for key, v in book.variables.items() if {YES, NO} <= set(v.answers)]
    for word in words:
        condition = _condition(word, book)
        if condition.column in found:
            raise BadCondition(f"condition {word} is named twice")
        found[condition.column] = condition
    return tuple(found.values())


def _condition(word: str, book: Codebook) -> Condition:
    key, _, chosen = (part.strip() for part in word.partition("="))
    if key not in book.variables:
        like = nearest(key, book.variables)
        raise BadCondition(
            f"condition {key!r} is no variable of the codebook" + (f"; did you mean {like}?" if like else "")
        )
    allowed = book.variables[key].answers
    settled = tuple(a for a in allowed if a not in UNKNOWN)
    present = tuple(a.strip() for a in chosen.split(SET_IN)) if chosen else (YES,)
    for answer in present:
        if answer not in settled:
            what = "has no answer yes: say which answers put a case in the set, as in " if not chosen else ""
            known = f"{key}={SET_IN.join(settled[-2:])}" if not chosen else f"known answers: {', '.join(settled)}"
            raise BadCondition(f"condition {key} {what or f'has no known answer {answer!r}; '}{known}")
    absent = tuple(a for a in settled if a not in present)
    return Condition("_".join(map(column, [key, *(present if chosen else ())])), key, present, absent)


def column(name: str) -> str:
    """Return a name as a column that QCA programs take: capitals, digits and underscores."""
    return "".join(c if c.isascii() and c.isalnum() else "_" for c in name).upper()


def outcomes(found: Iterable[Definition], taken: Iterable[Condition]) -> tuple[Outcome, ...]:
    """Return definitions as outcomes, each with a column of its own."""
    used = {c.column for c in taken}
    rows = []
    for definition in found:
        plain = column(definition.slug)
        name = next(n for n in chain([plain], (f"{plain}_{k}" for k in count(2))) if n not in used)
        used.add(name)
        rows.append(Outcome(name, definition))
    return tuple(rows)


def counted(case: Case) -> bool:
    """Return whether a case is an actual instance or programme, or does not say what it is."""
    kind, reality = case.record.get("case_kind"), case.record.get("reality")
    return kind in (None, *COUNTED_KINDS) and reality in (None, COUNTED_REALITY)


def frame(
    cases: Iterable[Case],
    rules: Rules,
    chosen: Sequence[Condition],
    wanted: Sequence[Outcome],
    rule: str = BLANK,
    with_placing: bool = False,
) -> Frame:
    """Return the data of cases, of which there is one record each. Facts implied by placing are unknown unless asked for."""
    known = {}
    number = {IN: 1, OUT: 0}
    for case in cases:
        given = answers(case.facts, with_placing)
        verdicts = judge(rules, case.facts, [o.definition for o in wanted], with_placing)
        known[f"{case.source}/{case.id}"] = {c.column: c.value(given) for c in chosen} | {
            o.column: number.get(verdicts[o.definition.slug].outcome) for o in wanted
        }
    return Frame(tuple(chosen), tuple(wanted), rule, known)


def truth_table(found: Frame, outcome: Outcome, cut: float = 1.0, fewest: int = 1) -> list[Row]:
    """Return the configurations that cases have, in the order of their binary numbers.

    Only cases count whose conditions, after the rule, and outcome are known. A row's consistency is the share of its
    cases with the outcome. PRI takes off what a case shares with outcome and its negation alike; in crisp sets that is
    nothing, so both are one number. The outcome is 1 from the cut on, 0 below it, and `?` for a row of fewer cases than
    `fewest`, as in R's `truthTable(incl.cut, n.cut)`.
    """
    of: dict[tuple[int, ...], dict[str, int | None]] = {}
    for name, row in found.rows.items():
        configuration = tuple(row[c.column] for c in found.conditions)
        if None not in configuration:
            of.setdefault(configuration, {})[name] = row[outcome.column]
    rows = []
    for configuration, members in sorted(of.items()):
        told = {name: value for name, value in members.items() if value is not None}
        share = sum(told.values()) / len(told) if told else None
        decided = REMAINDER if share is None or len(told) < fewest else str(int(share >= cut))
        number = int("".join(map(str, configuration)), 2) + 1
        rows.append(Row(number, configuration, decided, len(told), share, share, tuple(told), len(members) - len(told)))
    return rows


def data_table(found: Frame) -> Table:
    """Return the data frame: a row a case."""
    return Table("data", ["case", *found.columns], [[name, *row.values()] for name, row in found.rows.items()])


def truth_table_table(found: Frame, rows: Iterable[Row]) -> Table:
    """Return the truth table: a row a configuration."""
    columns = ["row", *(c.column for c in found.conditions), "OUT", "n", "incl", "PRI", "cases", "n_outcome_unknown"]
    cells = [
        [r.number, *r.configuration, r.outcome, r.n, *(None if s is None else round(s, 4) for s in (r.consistency, r.pri)),
         "; ".join(r.cases), r.unknown]
        for r in rows
    ]  # fmt: skip
    return Table("truth-table", columns, cells)


def codebook_table(found: Frame, book: Codebook, vocabulary: Vocabulary, lang: str = "en") -> Table:
    """Return what every column is: its anchors, how many cases have each number, and how many cells the rule filled."""
    rows = []
    for c in found.conditions:
        variable = book.variables[c.variable]
        question = vocabulary.text(variable.iri, names.COP + "question", lang)
        unknown = tuple(a for a in variable.answers if a in UNKNOWN)
        anchors = ("; ".join(answers) for answers in (c.present, c.absent, unknown))
        label = vocabulary.label(variable.iri, lang)
        rows.append(
            [c.column, "condition", c.variable, label, question, *anchors, *_counts(found, c.column), variable.iri]
        )
    for o in found.outcomes:
        d = o.definition
        meaning, label = vocabulary.text(d.iri, names.SKOS + "definition", lang), vocabulary.label(d.iri, lang)
        anchors = (IN, OUT, UNDETERMINED)
        rows.append([o.column, "outcome", d.slug, label, meaning, *anchors, *_counts(found, o.column), d.iri])
    columns = ("column", "role", "key", "label", "question", "anchor_1", "anchor_0", "unknown", "cases_1", "cases_0",
               "cases_unknown", "cells_filled", "iri")  # fmt: skip
    return Table("codebook", columns, rows)


def _counts(found: Frame, name: str) -> tuple[int, ...]:
    before = Counter(row[name] for row in found.known.values())
    after = Counter(row[name] for row in found.rows.values())
    return after[1], after[0], after[None], before[None] - after[None] if found.rule in FILL else 0


def derived_from(found: Frame, outcome: Outcome, rules: Rules) -> list[str]:
    """Return the conditions that the outcome is itself worked out from, so that their tie to it is one of meaning."""
    read = {v for slug in outcome.definition.criteria for v in rules.criteria[slug].reads}
    return [c.column for c in found.conditions if c.variable in read]
