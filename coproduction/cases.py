"""Cases from files: read, bring into normal form, and check what lies between records."""

from collections.abc import Iterable
from functools import cache

from coproduction import names, resources
from coproduction.codebook import Codebook, shipped_codebook
from coproduction.loaders import files
from coproduction.loaders.normal import Case, normalise
from coproduction.loaders.raw import Finding, RawRecord, nearest


def read(paths: Iterable[str], book: Codebook, given: str | None = None, base: str = names.BASE):
    """Return the cases of files and the findings on them. Raises Unreadable for a file that cannot be read at all."""
    return from_raw(files.read(paths, given), book, base)


def from_raw(raws: Iterable[RawRecord], book: Codebook, base: str = names.BASE) -> tuple[list[Case], list[Finding]]:
    """Return the cases of raw records and the findings on each, and on records that have one key."""
    cases: list[Case] = []
    findings: list[Finding] = []
    seen: dict[tuple, Case] = {}
    for raw in raws:
        case, found = normalise(raw, book, base)
        findings += found
        if case is None:
            continue
        key = (case.source, case.id, case.coder)
        if key in seen:
            first, place = seen[key].raw, raw.place(raw.pointer)
            where = first.place(first.pointer)
            message = f"a record of {case.source}/{case.id} by {case.coder} stands already in {first.file} line {where.line}"
            findings.append(Finding("duplicate-record", message, file=raw.file, line=place.line, column=place.column, case=case.id))
            continue
        seen[key] = case
        cases.append(case)
    return cases, findings


def link_findings(cases: Iterable[Case], known: Iterable[Case]) -> list[Finding]:
    """Return findings on links to cases that neither the files nor the sources have."""
    cases = list(cases)
    there = {f"{c.source}/{c.id}" for c in [*cases, *known]}
    found = []
    for case in cases:
        for key in ("part_of", "instance_of", "same_kind", "same_as"):
            for n, word in enumerate(case.record.get(key, [])):
                full = word if "/" in word else f"{case.source}/{word}"
                if full in there or word.startswith("http"):
                    continue
                like = nearest(full, there)
                place = case.raw.place(f"{case.raw.pointer}/{key}/{n}")
                message = f"{key} names {full}, which is no case here" + (f"; did you mean {like}?" if like else "")
                found.append(Finding("unknown-case", message, "warning", case.raw.file, place.line, place.column,
                                     pointer=f"/{key}/{n}", case=case.id, key=key, value=word, suggestion=like))  # fmt: skip
    return found


@cache
def shipped_cases() -> tuple[Case, ...]:
    """Return the settled cases of the five sources, in the order of the files."""
    cases, findings = read([str(p) for p in resources.source_records()], shipped_codebook())
    if findings:
        raise ValueError(f"shipped records have findings: {findings[0].where()}: {findings[0].message}")
    order = list(shipped_source_order())
    return tuple(sorted(cases, key=lambda c: order.index(c.source)))


@cache
def shipped_source_order() -> tuple[str, ...]:
    """Return the sources' keys in their order."""
    from coproduction.passages import sources
    from coproduction.vocabulary import shipped

    return tuple(sources(shipped()))
