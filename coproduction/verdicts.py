"""Verdicts: what each definition says of a case, derived from the case's facts and from nothing else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from coproduction import criteria as criteria_module
from coproduction import definitions as definitions_module
from coproduction.codebook import Derivation, derivations
from coproduction.criteria import Criterion
from coproduction.definitions import Definition
from coproduction.loaders.case import PLACING
from coproduction.logic import Truth, deciding, evaluate, literal_set, unsettled
from coproduction.vocabulary import Vocabulary

IN, OUT, UNDETERMINED = "in", "out", "undetermined"


@dataclass(frozen=True)
class Rules:
    """Everything that judges: criteria, definitions, the bases of facts from the strongest on, and which answers follow."""

    criteria: dict[str, Criterion]
    definitions: dict[str, Definition]
    bases: Mapping[str, str]
    derivations: tuple[Derivation, ...] = ()

    @property
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
    values = {slug: criterion.truth(given) for slug, criterion in rules.criteria.items()}
    wanted = list(rules.chosen() if definitions is None else definitions)
    neighbours = {d.slug: truth_under(d, values) for d in rules.neighbours}
    likely = [d.slug for d in rules.neighbours if neighbours[d.slug] is None and _partly_met(d, values)]
    verdicts = {}
    for definition in wanted:
        verdict = _verdict(rules, definition, values, facts, given)
        if verdict.outcome == OUT:
            verdict.instead = sorted(s for s, truth in neighbours.items() if truth and s != definition.slug)
            verdict.instead_possible = sorted(s for s in likely if s != definition.slug)
        verdicts[definition.slug] = verdict
    return verdicts


def truth_under(definition: Definition, values: Mapping[str, Truth]) -> Truth:
    """Return whether a definition takes a case in, given the truth values of all criteria by slug."""
    truth = evaluate(definition.requires, values)
    # A source that reports a mark or two of a definition does not say that these are enough.
    return None if truth and definition.partial else truth


def _partly_met(definition: Definition, values: Mapping[str, Truth]) -> bool:
    return any(literal.truth(values) for literal in literal_set(definition.requires))


def _verdict(rules: Rules, definition: Definition, values, facts, given) -> Verdict:
    truth = truth_under(definition, values)
    found = literal_set(definition.requires)
    settled = deciding(definition.requires, values)
    verdict = Verdict(
        definition=definition.slug,
        outcome={True: IN, False: OUT, None: UNDETERMINED}[truth],
        met=sorted(str(x) for x in found if x.truth(values)),
        decided_by=sorted(str(x) for x in settled) if truth is not None else [],
    )
    if truth is False:
        verdict.failed = sorted(str(x) for x in found if x.truth(values) is False)
    elif truth is None:
        verdict.unknown = sorted(str(x) for x in unsettled(definition.requires, values))
    if truth is not None:
        verdict.weakest_basis = weakest_basis(rules, definition, truth, facts, given)
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
