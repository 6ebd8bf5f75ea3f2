"""The agreement of coders as tables: the coefficients of every variable, and every answer that they differ on."""

from collections.abc import Callable, Iterable

from coproduction.agreement import ALL, COHEN, FLEISS, Coding, coefficients, given
from coproduction.codebook import Codebook
from coproduction.exports.long import passages
from coproduction.exports.notes import notes
from coproduction.exports.sheets import Table
from coproduction.loaders.case import Case
from coproduction.passages import Key
from coproduction.vocabulary import Vocabulary

COLUMNS = (
    "variable", "label", "coders", "cases", "answers", "missing", "agreed", "kappa", "kappa_of", "kappa_cases", "alpha",
    "yes_against_no",
)  # fmt: skip
DIGITS = 4
NOTES = ("coders", "missing", "unknown", "agreed", "kappa", "alpha", "empty", "settled")


def table(
    found: Coding, book: Codebook, vocabulary: Vocabulary, lang: str = "en", unknown_missing: bool = False
) -> Table:
    """Return a row for every variable, and a last one for all of them together."""
    kind = COHEN if len(found.coders) == 2 else FLEISS
    rows = []
    for row in coefficients(found, book.variables, unknown_missing):
        label = "" if row.variable == ALL else vocabulary.label(book.variables[row.variable].iri, lang)
        agreed, kappa, alpha = (None if n is None else round(n, DIGITS) for n in (row.agreed, row.kappa, row.alpha))
        rows.append(
            (row.variable, label, len(found.coders), row.cases, row.answers, row.missing, agreed, kappa, kind,
             row.kappa_cases, alpha, row.opposed)
        )  # fmt: skip
    return Table("agreement", COLUMNS, rows)


def disagreements(
    found: Coding, book: Codebook, show: Callable[[Key], str] | None = None, unknown_missing: bool = False
) -> Table:
    """Return a row for every case and variable that two coders answer differently, each coder's answer, basis, reason, passage.

    show: what a passage of a source's text says, by source and offsets; without it passages are offsets alone.
    """
    parts = ("value", "basis", "reason", "passage", *(("text",) if show else ()))
    columns = ["source", "case", "variable", "yes_against_no", *(f"{c}.{part}" for c in found.coders for part in parts)]
    rows = []
    for variable in book.variables:
        for by_coder in found.cases.values():
            told = {coder: given(case, variable, unknown_missing) for coder, case in by_coder.items()}
            values = {value for value in told.values() if value is not None}
            if len(values) < 2:
                continue
            one = next(iter(by_coder.values()))
            cells = [
                part
                for coder in found.coders
                for part in _parts(by_coder.get(coder), variable, told.get(coder), show, len(parts))
            ]
            rows.append([one.source, one.id, variable, "yes" if {"yes", "no"} <= values else "no", *cells])
    return Table("disagreements", columns, rows)


def _parts(case: Case | None, variable: str, value: str | None, show, number: int) -> Iterable[str | None]:
    if case is None or value is None:
        return [None] * number
    fact = case.facts.get(variable)
    if fact is None:
        return [value, None, case.why_unknown(variable), *[None] * (number - 3)]
    known = fact.value != "unknown"
    cells = [value, fact.basis if known else None, fact.reason or fact.derived_from or fact.why_unknown,
             passages(fact.passages)]  # fmt: skip
    if show:
        texts = (show((case.source, *p)) for p in fact.passages if not isinstance(p, str))
        cells.append(" […] ".join(t for t in texts if t) or None)
    return cells


def about(found: Coding, lang: str = "en", unknown_missing: bool = False) -> Table:
    """Return in words what was compared, what counts as missing, and what the coefficients are."""
    told = notes("agreement", lang)
    told |= {"unknown": told["unknown-missing"] if unknown_missing else told["unknown"]}
    counted = {"coders": ", ".join(found.coders), "cases": len(found.cases), "alone": len(found.alone)}
    rows = [(what, told[what].format(**counted)) for what in NOTES if what != "settled" or found.settled]
    return Table("about", ("what", "how"), rows)
