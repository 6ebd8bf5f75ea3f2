"""What lies between a user's records and bibliographies: sources that are not there, and works that two files tell apart."""

import dataclasses
import re
from collections.abc import Callable, Iterable

from coproduction import names
from coproduction.exports.bibliography import shipped_records
from coproduction.loaders.bibliography_files import Library, Source, differences
from coproduction.loaders.case import Case
from coproduction.loaders.raw import Finding, nearest
from coproduction.loaders.source_rdf import named
from coproduction.loaders.works import Record
from coproduction.rules import WORDS, rules
from coproduction.vocabulary import shipped

# What parts a message from the guess at what was meant.
AFTER = {"en": "; ", "fr": " ; "}
# What BibTeX and LaTeX take no key with.
NO_KEY = re.compile(r"[\s,{}\"#%~\\()=']+")


def findings(cases: Iterable[Case], library: Library, lang: str = "en") -> list[Finding]:
    """Return the findings on the sources that cases name, and on the entries of bibliographies that tell them apart."""
    later: list[Finding] = []
    look = checker(library, lang, later)
    return [finding for case in cases for finding in look(case)] + later


def checker(library: Library, lang: str, later: list[Finding]) -> Callable[[Case], list[Finding]]:
    """Return a function that gives the findings on the source of one case, and adds those on bibliographies to `later`.

    An address names itself, and so does one of the five sources.
    """
    own = shipped().keys("Source")
    known = [*library.keys(), *own]
    seen: set[str] = set()
    told_of: set[Source] = set()

    def look(case: Case) -> list[Finding]:
        told = library.all(case.source)
        five = names.source_iri(case.source, case.base) in own.values()
        if case.source not in seen:
            seen.add(case.source)
            all_ = told
            if five:
                (record,) = (r for r in shipped_records() if names.source_iri(case.source, case.base) in r.works)
                all_ = [Source(record, "", 0), *told]
            later.extend(_differ([s for s in all_ if s not in told_of], case.source, lang))
            told_of.update(all_[1:])
        if told or five or case.source.startswith(("http://", "https://")):
            return []
        return [_unknown(case, nearest(case.source, known), lang)]

    return look


def _unknown(case: Case, like: str | None, lang: str) -> Finding:
    rule = rules()["unknown-source"]
    message = rule.message(lang, value=case.source) + (AFTER[lang] + WORDS[lang]["like"].format(like) if like else "")
    more = {"key": "source", "value": case.source, "suggestion": like}
    return Finding.of(case.raw, "unknown-source", message, "/source", severity=rule.severity, **more)


def _differ(told: list[Source], word: str, lang: str) -> Iterable[Finding]:
    """Yield a finding for each entry of a work that tells other things of it than the first."""
    rule = rules()["source-differs"]
    for other in told[1:]:
        fields = differences(told[0].record, other.record)
        if fields:
            first = told[0].where() if told[0].line else rule.word("own", lang)
            message = rule.message(lang, value=word, fields=", ".join(fields), first=first)
            place = {"file": other.file, "line": other.line, "key": fields[0], "value": word}
            yield Finding("source-differs", message, rule.severity, **place)


def without_five(cases: Iterable[Case], library: Library) -> dict[str, Source]:
    """Return the works that cases name, by IRI, but for the five sources, which the graph itself describes."""
    own = set(shipped().keys("Source").values())
    return {iri: source for iri, source in named(cases, library).items() if iri not in own}


def records(cases: Iterable[Case], library: Library) -> list[Record]:
    """Return the records of the sources that cases name, by key: the user's, and those of the five that are among them."""
    cases = list(cases)
    iris = {names.source_iri(case.source, case.base) for case in cases}
    found = {r.key: r for r in shipped_records() if iris & set(r.works) & set(shipped().keys("Source").values())}
    first: dict[Source, str] = {}
    for iri, source in without_five(cases, library).items():
        first.setdefault(source, iri)
    for source, iri in first.items():
        # An entry of RIS without a key has one made of its DOI or address.
        key = NO_KEY.sub("-", source.record.key) or re.sub("[^a-z0-9]+", "-", iri.partition("://")[2].lower()).strip(
            "-"
        )
        free, number = key, 2
        while free in found:
            free, number = f"{key}-{number}", number + 1
        found[free] = dataclasses.replace(source.record, key=free, works=(iri,))
    return [found[key] for key in sorted(found)]
