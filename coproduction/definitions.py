"""Definitions: logical combinations of criteria, read from the ontology."""

from dataclasses import dataclass, field
from functools import cached_property

from pyoxigraph import NamedNode

from coproduction import names
from coproduction.logic import All, Any, Expression, Leaf, Not, criteria
from coproduction.vocabulary import Vocabulary

COP = names.COP


class BadDefinition(ValueError):
    """A definition or criterion that cannot be read; the message says which and why."""


@dataclass(frozen=True)
class Definition:
    """What somebody requires of a case before calling it by a word."""

    slug: str
    iri: str
    defines: str
    standing: str
    partial: bool
    requires: Expression
    reading_of: str | None
    operative_in: tuple[str, ...]
    # What was found out before, by the truth values of its criteria: cases differ less than they are many.
    weighed: dict = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def neighbouring(self) -> bool:
        """Whether it defines a concept that lies next to co-production."""
        return self.standing == "neighbouring"

    @property
    def reading(self) -> bool:
        """Whether it is another way of reading a definition, hidden unless asked for."""
        return self.reading_of is not None

    @cached_property
    def criteria(self) -> list[str]:
        """The slugs of the criteria it turns on."""
        return criteria(self.requires)


def load(vocabulary: Vocabulary) -> dict[str, Definition]:
    """Return all definitions by slug, sorted. Raises BadDefinition for one that cannot be read."""
    known = set(vocabulary.instances("Criterion"))
    found = [_definition(vocabulary, iri, known) for iri in vocabulary.instances("Definition")]
    return {d.slug: d for d in sorted(found, key=lambda d: d.slug)}


def _definition(vocabulary: Vocabulary, iri: str, known: set[str]) -> Definition:
    slug = names.local(iri)

    def one(term: str):
        return vocabulary.object(iri, COP + term)

    for term in ("requires", "defines", "standing", "completeness"):
        if one(term) is None:
            raise BadDefinition(f"definition {slug}: cop:{term} is missing")
    if one("standing").value not in vocabulary.instances("Standing"):
        raise BadDefinition(f"definition {slug}: standing {one('standing').value} is not known")
    reading = one("readingOf")
    return Definition(
        slug=slug,
        iri=iri,
        defines=one("defines").value,
        standing=names.local(one("standing").value),
        partial=names.local(one("completeness").value) == "partial",
        requires=_expression(vocabulary, one("requires"), slug, known),
        reading_of=names.local(reading.value) if reading else None,
        operative_in=tuple(names.local(o.value) for o in vocabulary.objects(iri, COP + "operativeIn")),
    )


def _expression(vocabulary: Vocabulary, node, slug: str, known: set[str]) -> Expression:
    if isinstance(node, NamedNode):
        if node.value not in known:
            raise BadDefinition(f"definition {slug}: {node.value} is not a criterion")
        return Leaf(names.local(node.value))
    found = [(kind, vocabulary.object(node, COP + kind)) for kind in ("all", "any", "not")]
    found = [(kind, value) for kind, value in found if value is not None]
    if len(found) != 1:
        raise BadDefinition(f"definition {slug}: an expression has exactly one of cop:all, cop:any and cop:not")
    kind, value = found[0]
    if kind == "not":
        return Not(_expression(vocabulary, value, slug, known))
    parts = tuple(_expression(vocabulary, member, slug, known) for member in vocabulary.list(value))
    if not parts:
        raise BadDefinition(f"definition {slug}: cop:{kind} has an empty list")
    return All(parts) if kind == "all" else Any(parts)
