"""Cases from files: read, bring into normal form, and check what lies between records."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache

from coproduction import names, resources
from coproduction.codebook import Codebook, shipped_codebook
from coproduction.loaders import files, rdf
from coproduction.loaders.case import SETTLED, Case
from coproduction.loaders.normal import normalise
from coproduction.loaders.raw import Finding, RawRecord, nearest

LINKS = ("part_of", "instance_of", "same_kind", "same_as")


def read(paths: Iterable[str], book: Codebook, given: str | None = None, base: str | None = None):
    """Return the cases of files and the findings on them. Raises Unreadable for a file that cannot be read at all."""
    return from_raw(files.read(paths, given, book), book, base)


def from_raw(raws: Iterable[RawRecord], book: Codebook, base: str | None = None) -> tuple[list[Case], list[Finding]]:
    """Return the cases of raw records and the findings on each, and on records that have one key.

    base: what the IRIs of cases and of all that is theirs begin with; without it as RDF has them, and else the project's.
    """
    cases: list[Case] = []
    findings: list[Finding] = []
    seen: dict[tuple, Case] = {}
    for raw in raws:
        case, found = normalise(raw, book, base)
        findings += raw.findings + found
        if case is None:
            continue
        key = key_of(case)
        if key in seen:
            findings.append(duplicate_record(case, place_of(seen[key])))
            continue
        seen[key] = case
        cases.append(case)
    return cases, findings


def key_of(case: Case) -> tuple[str, str, str]:
    """Return what names a record: a source may be written in two ways, as a DOI with its prefix and without."""
    return case.iri, names.source_iri(case.source, case.base), case.coder


def place_of(case: Case) -> str:
    """Return where a record stands, in words."""
    return Finding.of(case.raw, "", "").where()


def duplicate_record(case: Case, first: str) -> Finding:
    """Return the finding on a record whose key stands already, at the place `first`."""
    message = f"a record of {case.source}/{case.id} by {case.coder} stands already at {first}"
    return Finding.of(case.raw, "duplicate-record", message, key="id", value=case.id)


def link_findings(cases: Iterable[Case], known: Iterable[Case]) -> list[Finding]:
    """Return findings on links to cases that neither the files nor the sources have; an IRI may name any."""
    cases = list(cases)
    there = {c.iri: f"{c.source}/{c.id}" for c in [*known, *cases]}

    def like(word: str) -> str | None:
        return nearest(word, there.values())

    return [finding for case in cases for finding in unknown_cases(case, there.__contains__, like)]


def unknown_cases(case: Case, there: Callable[[str], bool], like: Callable[[str], str | None]) -> Iterator[Finding]:
    """Yield findings on links of one case to none; there: whether there is a case of an IRI; like: the nearest name."""
    for key in LINKS:
        for n, word in enumerate(case.record.get(key, [])):
            if word.startswith(("http://", "https://")) or there(rdf.case_reference(word, case)):
                continue
            full = word if "/" in word else f"{case.source}/{word}"
            near = like(full)
            message = f"{key} names {full}, which is no case here" + (f"; did you mean {near}?" if near else "")
            yield Finding.of(case.raw, "unknown-case", message, f"/{key}/{n}", severity="warning", key=key,
                             value=word, suggestion=near)  # fmt: skip


def in_force(cases: Iterable[Case], coder: str | None = None) -> tuple[list[Case], dict[str, list[str]]]:
    """Return one record of every case, and the cases that none can be chosen of, with their coders.

    It is the record by the coder named; otherwise the settled one, or the only one there is.
    """
    of: dict[tuple, list[Case]] = {}
    for case in cases:
        of.setdefault(_key(case), []).append(case)
    chosen, open_ones = [], {}
    for records in of.values():
        if coder:
            chosen += [case for case in records if case.coder == coder]
            continue
        found = [case for case in records if case.coder == SETTLED] or records
        if len(found) == 1:
            chosen.append(found[0])
        else:
            open_ones[f"{found[0].source}/{found[0].id}"] = sorted(case.coder for case in found)
    return chosen, open_ones


def settled_or_all(cases: Iterable[Case]) -> list[Case]:
    """Return the settled record of every case that has one, and all records of the others, in their order."""
    cases = list(cases)
    settled = {_key(case) for case in cases if case.coder == SETTLED}
    return [case for case in cases if case.coder == SETTLED or _key(case) not in settled]


def _key(case: Case) -> tuple[str, str]:
    return case.iri, names.source_iri(case.source, case.base)


@cache
def shipped_names() -> frozenset[str]:
    """Return the names of the five sources' cases, as records link to them: `source/id`."""
    return frozenset(f"{case.source}/{case.id}" for case in shipped_cases())


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
