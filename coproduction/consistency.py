"""What a record says against itself in dates and numbers, and against the cases that it links to or resembles."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from coproduction.cases import LINKS
from coproduction.loaders import rdf
from coproduction.loaders.case import SETTLED, Case
from coproduction.loaders.raw import Finding
from coproduction.passages import digest, shipped_passages
from coproduction.rules import Rule, rules
from coproduction.verdicts import answers

FIRST_YEAR, LAST_YEAR = 1000, 2199
MOST_PEOPLE_DIGITS = 10
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
BELOW_ZERO = re.compile(r"-\s*[0-9][0-9.,' ]*")
NUMBER = re.compile(r"[0-9][0-9.,' ]*")
# How many wholes are followed upwards from a case: no real case is part of more, and a long chain would take for ever.
MOST_WHOLES = 100
OPPOSITE = {"yes": "no", "no": "yes"}


def _finding(case: Case, rule: Rule, message: str, pointer: str, **more) -> Finding:
    return Finding.of(case.raw, rule.code, message, pointer, severity=rule.severity, **more)


def range_findings(case: Case, lang: str = "en") -> Iterator[Finding]:
    """Yield findings on days that are none, years and numbers out of range, and an end before the start."""
    rule, record = rules()["out-of-range"], case.record
    for key in ("coded_on", "start", "end", "participants"):
        text = record.get(key)
        wrong = text and (_wrong_number(text) if key == "participants" else _wrong_moment(text, key == "coded_on"))
        if wrong:
            message = rule.message(lang, key=key, value=text, wrong=rule.word(wrong, lang))
            yield _finding(case, rule, message, f"/{key}", key=key, value=text)
    start, end = record.get("start", ""), record.get("end", "")
    # Of 2004-05 to 2004 nobody can say which comes first; so the end must be told as exactly as the start.
    if MOMENT.fullmatch(start) and MOMENT.fullmatch(end) and len(start) <= len(end) and start > end:
        rule = rules()["end-before-start"]
        message = rule.message(lang, value=end, start=start)
        yield _finding(case, rule, message, "/end", key="end", value=end, suggestion=start)


def _wrong_moment(text: str, day: bool) -> str | None:
    found = DAY.match(text) if day else MOMENT.fullmatch(text)
    if not found:
        return None
    year, month, day_ = (int(part) for part in (found[0] + "-01-01")[:10].split("-"))
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return "year"
    try:
        date(year, month, day_)
    except ValueError:
        return "no-such-day"
    return None


def _wrong_number(text: str) -> str | None:
    if BELOW_ZERO.fullmatch(text):
        return "negative"
    if NUMBER.fullmatch(text) and sum(c.isdigit() for c in text) > MOST_PEOPLE_DIGITS:
        return "too-many"
    return None


@dataclass(frozen=True)
class Other:
    """What is asked of a case that another one links to: its name, its yes and no, its countries and its wholes."""

    iri: str
    id: str
    name: str
    answers: Mapping[str, str]
    countries: tuple[str, ...]
    wholes: tuple[str, ...]

    @classmethod
    def of(cls, case: Case) -> "Other":
        """Return what is asked of a case."""
        given = {key: value for key, value in answers(case.facts).items() if value in OPPOSITE}
        countries = tuple(case.record.get("country", ()))
        return cls(case.iri, case.id, f"{case.source}/{case.id}", given, countries, tuple(_targets(case, "part_of")))


There = Callable[[str], Other | None]


def between_findings(cases: Iterable[Case], known: Iterable[Case] = (), lang: str = "en") -> Iterator[Finding]:
    """Yield findings on what cases say against those that they are part of or the same as, and on circular links."""
    cases = [case for case in cases if case.coder == SETTLED]
    there = {c.iri: Other.of(c) for c in [*known, *cases]}
    for case in cases:
        yield from linked_findings(case, there.get, lang)


def linked_findings(case: Case, there: There, lang: str = "en") -> Iterator[Finding]:
    """Yield findings on what one case says against those that it links to; there: what is known of them by IRI."""
    yield from _circular(case, there, lang)
    for key in ("part_of", "same_as"):
        for n, word in enumerate(case.record.get(key, [])):
            other = there(rdf.case_reference(word, case))
            if other is not None and other.iri != case.iri:
                yield from _against(case, other, key, n, lang)
    yield from _elsewhere(case, there, lang)


def _against(case: Case, other: Other, link: str, n: int, lang: str) -> Iterator[Finding]:
    rule = rules()["linked-contradiction"]
    for key, value in answers(case.facts).items():
        if value not in OPPOSITE or other.answers.get(key) != OPPOSITE[value]:
            continue
        if link == "part_of" and not (value == "yes" and key in rule.held_by_whole):
            continue
        message = rule.message(lang, key=key, value=value, other=other.answers[key], case=other.name, link=link)
        pointer = case.facts[key].pointer or f"/{link}/{n}"
        yield _finding(case, rule, message, pointer, key=key, value=value)


def _elsewhere(case: Case, there: There, lang: str) -> Iterator[Finding]:
    """Yield a finding where a case lies in none of the countries of those that it is the same as."""
    mine = case.record.get("country")
    same = [other for iri in _targets(case, "same_as") if (other := there(iri))]
    theirs = {c for other in same for c in other.countries}
    if mine and theirs and not theirs & set(mine):
        rule = rules()["linked-contradiction"]
        name = ", ".join(other.name for other in same)
        value, other = "; ".join(mine), "; ".join(sorted(theirs))
        message = rule.message(lang, key="country", value=value, other=other, case=name, link="same_as")
        yield _finding(case, rule, message, "/country", key="country", value=value)


def _targets(case: Case, key: str) -> list[str]:
    return [rdf.case_reference(word, case) for word in case.record.get(key, [])]


def _circular(case: Case, there: There, lang: str) -> Iterator[Finding]:
    """Yield a finding for each link of a case that leads to itself, by way of its wholes or at once."""
    rule = rules()["circular-link"]
    for key in ("instance_of", "same_kind", "same_as"):
        for n, iri in enumerate(_targets(case, key)):
            if iri == case.iri:
                message = rule.message(lang, key=key, chain=f"{case.id} → {case.id}")
                yield _finding(case, rule, message, f"/{key}/{n}", key=key, value=case.record[key][n])
    for n, first in enumerate(_targets(case, "part_of")):
        todo, seen = [(first, (case.id,))], set()
        while todo and len(seen) < MOST_WHOLES:
            iri, way = todo.pop()
            if iri == case.iri:
                message = rule.message(lang, key="part_of", chain=" → ".join([*way, case.id]))
                value = case.record["part_of"][n]
                yield _finding(case, rule, message, f"/part_of/{n}", key="part_of", value=value)
                break
            whole = there(iri) if iri not in seen else None
            if whole:
                seen.add(iri)
                todo += [(above, (*way, whole.id)) for above in whole.wholes]


@dataclass(frozen=True)
class Titled:
    """What is asked of the first case of a title and place: its name, and what it links to."""

    iri: str
    name: str
    links: tuple[str, ...]

    @classmethod
    def of(cls, case: Case) -> "Titled":
        """Return what is asked of a case."""
        return cls(case.iri, f"{case.source}/{case.id}", tuple(iri for key in LINKS for iri in _targets(case, key)))


def duplicate_findings(cases: Iterable[Case], known: Iterable[Case] = (), lang: str = "en") -> Iterator[Finding]:
    """Yield a finding for each case that has title and place of one before it, and is not linked to it."""
    first: dict[tuple, Titled] = {}
    own = [case for case in cases if case.coder == SETTLED]
    for case, is_own in [*((c, False) for c in known), *((c, True) for c in own)]:
        key = title_and_place(case)
        if key is None:
            continue
        other = first.setdefault(key, Titled.of(case))
        if is_own:
            yield from duplicate_finding(case, other, lang)


def title_and_place(case: Case) -> tuple | None:
    """Return title and place of a case to compare, without letter case, blanks and punctuation; None without a title.

    Without a place, only cases of one source are compared.
    """
    title = _bare(case.record.get("title", ""))
    return (title, _bare(case.record.get("place", "")) or (None, case.source)) if title else None


def duplicate_finding(case: Case, other: Titled, lang: str = "en") -> Iterator[Finding]:
    """Yield a finding on a case that has title and place of another one, and is not linked to it."""
    if other.iri == case.iri or other.iri in Titled.of(case).links or case.iri in other.links:
        return
    rule = rules()["duplicate-case"]
    message = rule.message(lang, case=other.name)
    yield _finding(case, rule, message, "/title", key="title", value=case.record["title"], suggestion=other.name)


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def passage_findings(case: Case, texts: Mapping[str, str], lang: str = "en") -> Iterator[Finding]:
    """Yield findings on passages of a record that its source's text does not have; texts are by source key."""
    if case.source not in texts:
        return
    rule, text = rules()["passage-unverified"], texts[case.source]
    for pointer, passage in _passages(case):
        wrong = None if isinstance(passage, str) else _wrong_passage(case.source, passage, text)
        if wrong:
            value = f"{passage[0]}-{passage[1]}"
            message = rule.message(lang, value=value, wrong=rule.word(wrong, lang, length=len(text)))
            yield _finding(case, rule, message, pointer, key="passages", value=value)


def _wrong_passage(source: str, passage: tuple[int, int], text: str) -> str | None:
    start, end = passage
    stored = shipped_passages().get((source, start, end))
    if end > len(text):
        return "past-end"
    if not text[start:end].strip():
        return "blank"
    if stored and digest(text[start:end]) != stored.sha256:
        return "other-text"
    return None


def _passages(case: Case) -> Iterator[tuple[str, tuple[int, int] | str]]:
    """Yield every passage of a record with a pointer to it: its own, those of its facts, and those of entries of lists."""
    for n, passage in enumerate(case.record.get("passages", [])):
        yield f"/passages/{n}", passage
    for fact in case.facts.values():
        if fact.pointer:
            yield from ((f"{fact.pointer}/passages/{n}", p) for n, p in enumerate(fact.passages))
    for key, value in case.record.items():
        for n, entry in enumerate(value if isinstance(value, list) else []):
            if isinstance(entry, dict):
                yield from ((f"/{key}/{n}/passages/{m}", p) for m, p in enumerate(entry.get("passages", [])))
