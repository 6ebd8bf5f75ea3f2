"""A case in normal form: its record, its facts, and the findings that gather while it is read."""

from dataclasses import dataclass, field

from coproduction.loaders.raw import Finding, RawRecord

# The coder of the facts in force, and the basis that verdicts do without unless asked.
SETTLED = "settled"
PLACING = "implied-by-placing"
# Why an answer is unknown that nobody has looked for.
NOT_CODED = "not-coded"
Passage = tuple[int, int] | str


@dataclass
class Fact:
    """An answer to a variable with its basis and passages, and what it is derived from where it is.

    `pointer` is where the record lists it; a derived fact has none. `origin` says in parts what `derived_from` says in
    English: `contribution`, who and role; `value`, kind and for whom; or `answer`, variables and their answer.
    """

    value: str
    basis: str = "stated"
    passages: list[Passage] = field(default_factory=list)
    reason: str | None = None
    why_unknown: str | None = None
    derived_from: str | None = None
    pointer: str | None = None
    origin: tuple[str | None, ...] = field(default=(), compare=False)


@dataclass
class Case:
    """A record in normal form. `facts` has every listed and derived answer; a variable without one is unknown."""

    id: str
    source: str
    coder: str
    iri: str
    base: str
    record: dict
    facts: dict[str, Fact]
    complete: bool
    raw: RawRecord

    def why_unknown(self, variable: str) -> str:
        """Return why an answer is not known: what the fact says, or silence, or that nobody has coded it."""
        fact = self.facts.get(variable)
        if fact and fact.why_unknown:
            return fact.why_unknown
        return "silent" if self.complete else NOT_CODED


class Findings(list):
    """The findings on one record, filled in with the record's file and places."""

    def __init__(self, raw: RawRecord):
        super().__init__()
        self.raw = raw

    def add(self, code: str, message: str, pointer: str = "", at_key: bool = False, **more) -> None:
        """Add a finding at the place of a pointer inside the record."""
        self.append(Finding.of(self.raw, code, message, pointer, at_key, **more))
