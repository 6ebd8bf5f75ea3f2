"""Verdicts: what each definition says of a case, derived from the case's facts and from nothing else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from coproduction import criteria as criteria_module
from coproduction import definitions as definitions_module
from coproduction.codebook import Derivation, derivations
from coproduction.criteria import Criterion
from coproduction.definitions import Definition
from coproduction.loaders.case import PLACING
from coproduction.logic import Literal, Truth, deciding, evaluate, literal_set, unsettled
from coproduction.vocabulary import Vocabulary

IN, OUT, UNDETERMINED = "in", "out", "undetermined"
# How many combinations of its criteria's truth values are remembered for a definition.
REMEMBERED = 10_000


@dataclass(frozen=True)
class Rules:
    """Everything that judges: criteria, definitions, the bases of facts from the strongest on, and which answers follow."""

    criteria: dict[str, Criterion]
    definitions: dict[str, Definition]
    bases: Mapping[str, str]
    derivations: tuple[Derivation, ...] = ()

    @cached_property
    def possible(self) -> dict[str, list[str]]:
        """The known answers by variable, as the criteria's tables have them."""
        found: dict[str, set[str]] = {}
        for criterion in self.criteria.values():
            for position, variable in enumerate(criterion.reads):
                if variable not in found:
                    found[variable] = {row[position] for row in criterion.table} - {"unknown"}
        return {variable: sorted(answers) for variable, answers in found.items()}

    @cached_property
    def neighbours(self) -> list[Definition]:
        """The definitions of neighbouring concepts."""
        return [d for d in self.definitions.values() if d.neighbouring]

    def chosen(self, readings: bool = False) -> list[Definition]:
        """Return the definitions to judge under: without the readings, unless they are asked for."""
        return [d for d in self.definitions.values() if readings or not d.reading]

    def operative(self) -> list[Definition]:
        """Return the definitions that a source works with, source by source."""
        found = [d for d in self.definitions.values() if d.operative_in and not d.reading]
        return sorted(found, key=lambda d: (d.operative_in, d.slug))


@dataclass
class Verdict:
    """What one definition says of one case, and why."""

    definition: str
    outcome: str
    failed: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    met: list[str] = field(default_factory=list)
    decided_by: list[str] = field(default_factory=list)
    weakest_basis: str | None = None
    instead: list[str] = field(default_factory=list)
    instead_possible: list[str] = field(default_factory=list)


def load_rules(vocabulary: Vocabulary) -> Rules:
    """Read criteria and definitions from a vocabulary. Raises BadDefinition or UnsoundCriterion where they are unsound."""
    return Rules(
        criteria=criteria_module.load(vocabulary),
        definitions=definitions_module.load(vocabulary),
        bases=vocabulary.keys("Basis"),
        derivations=derivations(vocabulary),
    )


def answers(facts: Mapping[str, "object"], with_placing: bool = False) -> dict[str, str]:
    """Return the answers by variable that verdicts rest on: without those implied by placing, unless they are asked for."""
    return {k: f.value for k, f in facts.items() if with_placing or f.basis != PLACING}


def judge(
    rules: Rules,
    facts: Mapping[str, "object"],
    definitions: Iterable[Definition] | None = None,
    with_placing: bool = False,
) -> dict[str, Verdict]:
    """Return the verdicts on a case by definition slug.

    facts: by variable key, with `value` and `basis`. definitions: those to judge under, all but readings by default.
    """
    given = answers(facts, with_placing)
    values = Truths(rules, given)
    wanted = list(rules.chosen() if definitions is None else definitions)
    likely = [d.slug for d in rules.neighbours if (found := weigh(d, values)).truth is None and found.met]
    verdicts = {}
    for definition in wanted:
        verdict = _verdict(rules, definition, values, facts, given)
        if verdict.outcome == OUT:
            verdict.instead = instead(rules, definition, values)
            verdict.instead_possible = sorted(s for s in likely if s != definition.slug)
        verdicts[definition.slug] = verdict
    return verdicts


def instead(rules: Rules, definition: Definition, values: Mapping[str, Truth]) -> list[str]:
    """Return what a case is in place of what a definition defines: the neighbours that it comes out `in` under."""
    found = (d.slug for d in rules.neighbours if weigh(d, values).truth)
    return sorted(slug for slug in found if slug != definition.slug)


class Truths(dict):
    """The truth values of criteria by slug, for answers by variable; each is looked up when it is first asked for."""

    def __init__(self, rules: Rules, given: Mapping[str, str]):
        super().__init__()
        self.criteria, self.given = rules.criteria, given

    def __missing__(self, slug: str) -> Truth:
        found = self[slug] = self.criteria[slug].truth(self.given)
        return found


@dataclass(frozen=True)
class Weighed:
    """What a definition makes of its criteria's truth values: its own, and the literals behind it."""

    truth: Truth
    met: tuple[str, ...]
    failed: tuple[str, ...]
    decided_by: tuple[str, ...]
    unsettled: frozenset[Literal]


def weigh(definition: Definition, values: Mapping[str, Truth]) -> Weighed:
    """Return what a definition makes of the criteria's truth values; where these were seen before, it is looked up."""
    key = tuple([values[slug] for slug in definition.criteria])
    found = definition.weighed.get(key)
    if found is None:
        if len(definition.weighed) >= REMEMBERED:
            definition.weighed.clear()
        found = definition.weighed[key] = _weigh(definition, values)
    return found


def truth_under(definition: Definition, values: Mapping[str, Truth]) -> Truth:
    """Return whether a definition takes a case in, given the truth values of all criteria by slug."""
    return weigh(definition, values).truth


def _weigh(definition: Definition, values: Mapping[str, Truth]) -> Weighed:
    truth = evaluate(definition.requires, values)
    # A source that reports a mark or two of a definition does not say that these are enough.
    settled = None if truth and definition.partial else truth
    found = literal_set(definition.requires)
    return Weighed(
        truth=settled,
        met=tuple(sorted(str(x) for x in found if x.truth(values))),
        failed=tuple(sorted(str(x) for x in found if x.truth(values) is False)),
        decided_by=tuple(sorted(str(x) for x in deciding(definition.requires, values))),
        unsettled=frozenset(unsettled(definition.requires, values)),
    )


def _verdict(rules: Rules, definition: Definition, values, facts, given) -> Verdict:
    found = weigh(definition, values)
    verdict = Verdict(
        definition=definition.slug,
        outcome={True: IN, False: OUT, None: UNDETERMINED}[found.truth],
        met=list(found.met),
        decided_by=list(found.decided_by) if found.truth is not None else [],
    )
    if found.truth is False:
        verdict.failed = list(found.failed)
    elif found.truth is None:
        verdict.unknown = sorted(str(x) for x in found.unsettled)
    if found.truth is not None:
        verdict.weakest_basis = weakest_basis(rules, definition, found.truth, facts, given)
    return verdict


def weakest_basis(rules: Rules, definition: Definition, truth: bool, facts, given) -> str | None:
    """Return the weakest basis that a settled verdict cannot do without.

    It is the strongest threshold such that the facts of that basis and better give the same verdict on their own.
    """
    order = list(rules.bases)
    used = {facts[v].basis for s in definition.criteria for v in rules.criteria[s].reads if v in given}
    if used <= {order[0]}:
        return order[0]
    for n, basis in enumerate(order, 1):
        kept = {k: v for k, v in given.items() if facts[k].basis in order[:n]}
        needed = {s: rules.criteria[s].truth(kept) for s in definition.criteria}
        if evaluate(definition.requires, needed) is truth:
            return basis
    return None


def as_object(verdict: Verdict, case: "object") -> dict:
    """Return a verdict as the command prints it in JSON: one object per case and definition."""
    return {
        "case": case.iri,
        "id": case.id,
        "source": case.source,
        "definition": verdict.definition,
        "verdict": verdict.outcome,
        "failed": verdict.failed,
        "unknown": verdict.unknown,
        "met": verdict.met,
        "decided_by": verdict.decided_by,
        "weakest_basis": verdict.weakest_basis,
        "instead": verdict.instead,
        "instead_possible": verdict.instead_possible,
    }
