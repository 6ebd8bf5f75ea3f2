"""Strong Kleene logic over expressions of criteria.

Truth values are True, False and None (unknown). An expression is a tree of `All`, `Any`, `Not` and `Criterion` leaves,
as a definition's `cop:requires` states it. S. C. Kleene, Introduction to Metamathematics (1952), section 64.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

Truth = bool | None


@dataclass(frozen=True)
class Leaf:
    """A criterion, by its slug."""

    slug: str


@dataclass(frozen=True)
class All:
    """A conjunction: true where every part is true."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Any:
    """A disjunction: true where at least one part is true."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Not:
    """A negation."""

    part: Expression


Expression = Leaf | All | Any | Not


@dataclass(frozen=True, order=True)
class Literal:
    """A criterion or its negation, as it stands in an expression's negation normal form."""

    slug: str
    negated: bool = False

    def __str__(self) -> str:
        return f"not:{self.slug}" if self.negated else self.slug

    def truth(self, values: Mapping[str, Truth]) -> Truth:
        """Return the literal's truth value under the criteria's values."""
        return negate(values[self.slug]) if self.negated else values[self.slug]


def negate(value: Truth) -> Truth:
    """Return the negation: unknown stays unknown."""
    return None if value is None else not value


def conjunction(values: Iterable[Truth]) -> Truth:
    """Return false if any value is false, else unknown if any is unknown, else true."""
    values = list(values)
    if any(v is False for v in values):
        return False
    return None if any(v is None for v in values) else True


def disjunction(values: Iterable[Truth]) -> Truth:
    """Return true if any value is true, else unknown if any is unknown, else false."""
    return negate(conjunction(negate(v) for v in values))


def evaluate(expression: Expression, values: Mapping[str, Truth]) -> Truth:
    """Return an expression's truth value, given those of its criteria by slug."""
    match expression:
        case Leaf(slug):
            return values[slug]
        case Not(part):
            return negate(evaluate(part, values))
        case All(parts):
            return conjunction(evaluate(p, values) for p in parts)
        case Any(parts):
            return disjunction(evaluate(p, values) for p in parts)


@lru_cache(maxsize=10_000)
def normal_form(expression: Expression, negated: bool = False) -> Expression:
    """Return the expression with every negation moved down to its leaves."""
    match expression:
        case Leaf():
            return Not(expression) if negated else expression
        case Not(part):
            return normal_form(part, not negated)
        case All(parts):
            return (Any if negated else All)(tuple(normal_form(p, negated) for p in parts))
        case Any(parts):
            return (All if negated else Any)(tuple(normal_form(p, negated) for p in parts))


def literals(expression: Expression) -> Iterator[Literal]:
    """Yield the literals of an expression's negation normal form, from left to right."""
    match normal_form(expression):
        case Leaf(slug):
            yield Literal(slug)
        case Not(Leaf(slug)):
            yield Literal(slug, negated=True)
        case All(parts) | Any(parts):
            for part in parts:
                yield from literals(part)


@lru_cache(maxsize=10_000)
def literal_set(expression: Expression) -> frozenset[Literal]:
    """Return the literals of an expression's negation normal form, each once."""
    return frozenset(literals(expression))


def criteria(expression: Expression) -> list[str]:
    """Return the slugs of the criteria in an expression, sorted, each once."""
    return sorted({literal.slug for literal in literal_set(expression)})


def show(expression: Expression, name: Callable[[str], str] = str, words=("and", "or", "not")) -> str:
    """Return the expression in words, criteria by the name given."""
    both, either, no = words
    match expression:
        case Leaf(slug):
            return name(slug)
        case Not(part):
            return f"{no} {_bracketed(part, name, words)}"
        case All(parts):
            return f" {both} ".join(_bracketed(p, name, words) for p in parts)
        case Any(parts):
            return f" {either} ".join(_bracketed(p, name, words) for p in parts)


def _bracketed(part: Expression, name, words) -> str:
    text = show(part, name, words)
    while isinstance(part, All | Any) and len(part.parts) == 1:
        part = part.parts[0]
    return f"({text})" if isinstance(part, All | Any) else text


def deciding(expression: Expression, values: Mapping[str, Truth]) -> set[Literal]:
    """Return the literals on which a settled truth value rests: a false conjunct, a true disjunct, or all of them.

    Empty where the expression is unknown.
    """
    truth = evaluate(expression, values)
    if truth is None:
        return set()
    return _deciding(normal_form(expression), values, truth)


def _deciding(part: Expression, values, truth: bool) -> set[Literal]:
    match part:
        case Leaf(slug):
            return {Literal(slug)}
        case Not(Leaf(slug)):
            return {Literal(slug, negated=True)}
        case All(parts) | Any(parts):
            agreeing = [p for p in parts if evaluate(p, values) is truth]
            return set().union(*(_deciding(p, values, truth) for p in agreeing))


def unsettled(expression: Expression, values: Mapping[str, Truth]) -> set[Literal]:
    """Return the unknown literals whose settling could change an unknown truth value.

    A literal inside a part that is settled already cannot. Empty where the expression is settled.
    """
    part = normal_form(expression)
    if evaluate(part, values) is not None:
        return set()
    match part:
        case Leaf(slug):
            return {Literal(slug)}
        case Not(Leaf(slug)):
            return {Literal(slug, negated=True)}
        case All(parts) | Any(parts):
            return set().union(*(unsettled(p, values) for p in parts))
