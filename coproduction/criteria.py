"""Criteria: what each looks at, and its truth value for the answers of one case.

A criterion's meaning is its pair of SHACL shapes. Because it looks at a handful of variables with finite answers, the
reference validator has judged every combination once (`coproduction.tables`), and judging a case is looking it up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from coproduction import names, tables
from coproduction.definitions import BadDefinition
from coproduction.logic import Truth
from coproduction.vocabulary import Vocabulary

COP = names.COP
# `varies` and `unknown` are both unknown to the logic, so no shape may tell them from a missing answer.
UNKNOWN = ("unknown", "varies")


@dataclass(frozen=True)
class Criterion:
    """A test on one case: which variables it reads, the shapes that judge, and the table of its truth values."""

    slug: str
    iri: str
    reads: tuple[str, ...]
    met_shape: str
    not_met_shape: str
    table: Mapping[tuple[str, ...], Truth]
    # The table again, by answers as they are given: with those that are unknown to the logic in all their forms.
    given: dict[tuple, Truth] = field(default_factory=dict, init=False, compare=False, repr=False)

    def truth(self, answers: Mapping[str, str]) -> Truth:
        """Return the truth value under answers by variable key; a variable without an answer is unknown."""
        given = tuple(map(answers.get, self.reads))
        try:
            return self.given[given]
        except KeyError:
            truth = self.given[given] = self.table[tuple(map(known, given))]
            return truth


def known(answer: str | None) -> str:
    """Return an answer as the tables have it: `unknown` for everything the logic takes as unknown."""
    return "unknown" if answer is None or answer in UNKNOWN else answer


def shapes(vocabulary: Vocabulary) -> tables.Shapes:
    """Return what each criterion reads and its pair of shapes, by IRI. Raises BadDefinition for one that cannot be read."""
    keys = {iri: key for key, iri in vocabulary.keys("Variable").items()}
    found = {}
    for iri in vocabulary.instances("Criterion"):
        reads = [o.value for o in vocabulary.objects(iri, COP + "reads")]
        pair = [vocabulary.object(iri, COP + term) for term in ("metShape", "notMetShape")]
        if not reads or None in pair:
            raise BadDefinition(f"criterion {names.local(iri)}: cop:reads, cop:metShape or cop:notMetShape is missing")
        for variable in reads:
            if variable not in keys:
                raise BadDefinition(f"criterion {names.local(iri)}: {variable} is not a variable of the codebook")
        found[iri] = (tuple(sorted(keys[r] for r in reads)), pair[0].value, pair[1].value)
    return found


def load(vocabulary: Vocabulary) -> dict[str, Criterion]:
    """Return all criteria by slug, with their tables. Raises BadDefinition for one that cannot be read."""
    pairs = shapes(vocabulary)
    judged = tables.load(vocabulary, pairs)
    return {
        names.local(iri): Criterion(names.local(iri), iri, reads, met, not_met, judged[iri])
        for iri, (reads, met, not_met) in sorted(pairs.items())
    }
