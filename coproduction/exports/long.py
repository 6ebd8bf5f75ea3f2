"""All answers as one long table: a row for every case, coder and variable, those that are unknown among them."""

from collections.abc import Iterable

from coproduction.codebook import Codebook
from coproduction.exports.sheets import Table
from coproduction.loaders.case import Case, Passage

COLUMNS = ("case", "variable", "value", "basis", "coder", "source", "passage", "reason", "why_unknown", "derived_from")
UNKNOWN = "unknown"


def table(cases: Iterable[Case], book: Codebook) -> Table:
    """Return a row for every variable of the codebook and record, whoever coded it.

    An answer that is not known is the word `unknown` and never an empty cell; `why_unknown` says why. `varies` and
    `n/a` are answers of their own. Facts that follow only from where a source lists the case have their basis.
    """
    return Table("long", COLUMNS, [_row(case, variable) for case in cases for variable in book.variables])


def _row(case: Case, variable: str) -> tuple:
    fact = case.facts.get(variable)
    if fact is None or fact.value == UNKNOWN:
        reason = fact.reason if fact else None
        found = passages(fact.passages) if fact else None
        why = case.why_unknown(variable)
        return (case.id, variable, UNKNOWN, None, case.coder, case.source, found, reason, why, None)
    found = passages(fact.passages)
    return (
        case.id, variable, fact.value, fact.basis, case.coder, case.source, found, fact.reason, None, fact.derived_from,
    )  # fmt: skip


def passages(found: Iterable[Passage]) -> str | None:
    """Return passages as records in CSV have them: `start-end` or a locator in words, parted by `;`."""
    return "; ".join(p if isinstance(p, str) else f"{p[0]}-{p[1]}" for p in found) or None
