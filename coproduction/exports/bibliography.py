"""The works that the sources cite or name, and the sources themselves, as bibliographic records.

Entries that are taken to be the same work become one record. It has the fullest print of every field, and its notes say
which sources name it, what each prints where they differ, and what none of them prints. Nothing is added: a work is
`document`, of no kind, unless its entry says what it is.

Records are made from the entries and not from the graph, since RDF keeps neither the order of authors nor two authors
of one surname.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from coproduction import names
from coproduction.loaders.statements import Entry
from coproduction.loaders.works import (
    ARTICLE,
    BOOK,
    CHAPTER,
    DOCUMENT,
    JOURNAL_ARTICLE,
    LAW,
    OTHERS,
    WEB_PAGE,
    Name,
    Record,
    plain,
)
from coproduction.statements import shipped_entries
from coproduction.vocabulary import Vocabulary, shipped

BIBO = "http://purl.org/ontology/bibo/"
NOT_TOLD = "not told"
PERSON = "person"
KIND_OF_CLASS = {BIBO + "Chapter": CHAPTER, BIBO + "Webpage": WEB_PAGE, BIBO + "Article": ARTICLE}
# How the note of an entry begins that says what the work is, such as "called a seminal article".
TOLD_KIND = re.compile(r"(?:called )?(?:an?|the) (?:\w+ )?(article|book|law|website)\b|(chapter) \d", re.IGNORECASE)
KIND_OF_WORD = {"article": ARTICLE, "book": BOOK, "chapter": CHAPTER, "law": LAW, "website": WEB_PAGE}
# A volume with an issue and pages, as only journals have them.
IN_JOURNAL = re.compile(r"(?P<journal>.+), (?P<volume>\d+)\((?P<issue>\d+)\), (?P<first>\d+)[-–](?P<last>\d+)")
SAME_VOLUME = "the same volume"
PARTICLES = {"da", "de", "del", "den", "der", "di", "du", "la", "le", "ten", "ter", "van", "von"}
ET_AL = " et al."
PRINTED = {
    "authors": "Authors", "year": "Year", "title": "Title", "published_in": "Published in",
    "publisher": "Publisher", "doi": "DOI",
}  # fmt: skip


@dataclass(frozen=True)
class _Print:
    """What one source prints of a work, or what is told of the source itself."""

    iri: str
    slug: str
    source: str
    is_source: bool = False
    kind: str = DOCUMENT
    authors: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    urls: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    same_by: str = ""

    def printed(self, name: str) -> str:
        return ", ".join(self.authors) if name == "authors" else self.fields.get(name, "")


def records(entries: Iterable[Entry], vocabulary: Vocabulary) -> list[Record]:
    """Return a record for each source of a vocabulary and each work among entries, by key; same works as one."""
    entries = list(entries)
    works = [e for e in entries if e.section == "works"]
    links = {e.iri: e.values["same_as"] for e in works if e.values.get("same_as")}
    actors = [e.values for e in entries if e.section == "actors"]
    # A name that one source has as a person's and another does not is a person's.
    kinds = {a["name"]: a["kind"] for a in sorted(actors, key=lambda a: a["kind"] == PERSON)}
    prints = [*_sources(vocabulary, kinds), *map(_work, works)]
    groups: dict[str, list[_Print]] = {}
    for one in prints:
        groups.setdefault(_head(one.iri, links), []).append(one)
    # The entry that the others point to comes first: where two prints are equally full, it is the one that is kept.
    merged = [sorted(group, key=lambda p, head=head: p.iri != head) for head, group in groups.items()]
    taken = Counter(group[0].slug for group in merged)
    return sorted((_record(group, taken, kinds) for group in merged), key=lambda r: r.key)


@cache
def shipped_records() -> tuple[Record, ...]:
    """Return the records of the five sources and of the works that they cite or name."""
    return tuple(records(shipped_entries(), shipped()))


def _head(iri: str, links: Mapping[str, str]) -> str:
    """Return the entry that an entry's links of sameness end at; of a circle, the first by IRI."""
    seen: list[str] = []
    while iri in links and iri not in seen:
        seen.append(iri)
        iri = links[iri]
    return min(seen[seen.index(iri) :]) if iri in seen else iri


def _sources(vocabulary: Vocabulary, kinds: Mapping[str, str]) -> Iterable[_Print]:
    for key, iri in vocabulary.keys("Source").items():
        classes = [c.value for c in vocabulary.objects(iri, names.RDF_TYPE)]
        told = {name: vocabulary.text(iri, names.DCTERMS + name) for name in ("title", "date", "publisher")}
        creator = vocabulary.text(iri, names.DCTERMS + "creator")
        citation = vocabulary.text(iri, names.DCTERMS + "bibliographicCitation")
        state = vocabulary.text(iri, names.SKOS + "editorialNote")
        fields = {"title": told["title"], "year": told["date"], "publisher": told["publisher"]}
        notes = [f"In full: {citation}" if citation else "", f"Of the text that was read: {state}" if state else ""]
        yield _Print(
            iri=iri,
            slug=key,
            source=key,
            is_source=True,
            kind=next((KIND_OF_CLASS[c] for c in classes if c in KIND_OF_CLASS), DOCUMENT),
            authors=tuple([creator] if kinds.get(creator, PERSON) != PERSON else creator.split(" and ")),
            fields={name: plain(text) for name, text in fields.items() if text},
            notes=tuple(_sentence(n) for n in notes if n),
        )


def _work(entry: Entry) -> _Print:
    told = entry.values
    wanted = ("year", "title", "published_in", "publisher", "doi")
    fields = {name: plain(told[name]) for name in wanted if told.get(name) and told[name] != NOT_TOLD}
    note = plain(told.get("note") or "")
    notes = [f"{entry.source}: {note}"] if note else []
    if fields.get("published_in", "").startswith(SAME_VOLUME):
        del fields["published_in"]
        notes.append(f"Stands in the same volume as {entry.source}")
    told_kind = TOLD_KIND.match(note)
    kind = KIND_OF_WORD[(told_kind[1] or told_kind[2]).lower()] if told_kind else DOCUMENT
    return _Print(
        iri=entry.iri,
        slug=entry.slug,
        source=entry.source,
        kind=kind,
        authors=tuple(plain(a) for a in told.get("authors") or ()),
        fields=fields,
        urls=tuple(plain(u) for u in told.get("url") or ()),
        notes=tuple(_sentence(n) for n in notes),
        same_by=plain(told.get("same_by") or ""),
    )


def _record(prints: list[_Print], taken: Mapping[str, int], kinds: Mapping[str, str]) -> Record:
    """Return the record of one work from what each source prints of it, the entry that the others point to first."""
    head = prints[0]
    key = head.slug if taken[head.slug] == 1 or head.is_source else f"{head.source}-{head.slug}"
    fullest = {name: max((p.printed(name) for p in prints), key=len) for name in PRINTED if name != "authors"}
    authors = max((p.authors for p in prints), key=lambda a: (len([n for n in a if not _is_others(n)]), len(str(a))))
    urls = tuple(dict.fromkeys(u for p in prints for u in p.urls))
    record = Record(
        key=key,
        works=tuple(p.iri for p in prints),
        kind=next((p.kind for p in prints if p.kind != DOCUMENT), DOCUMENT),
        authors=tuple(n for a in authors for n in _names(a, kinds)),
        year=fullest["year"],
        title=fullest["title"],
        container=fullest["published_in"],
        publisher=fullest["publisher"],
        doi=fullest["doi"],
        urls=urls,
        notes=tuple(_notes(prints, urls)),
    )
    journal = IN_JOURNAL.fullmatch(record.container)
    if not journal:
        return record
    place = journal.groupdict()
    return replace(
        record,
        kind=JOURNAL_ARTICLE,
        container=place["journal"],
        volume=place["volume"],
        issue=place["issue"],
        pages=(place["first"], place["last"]),
    )


def _notes(prints: list[_Print], urls: tuple[str, ...]) -> Iterable[str]:
    if any(p.is_source for p in prints):
        yield "One of the sources of this graph."
    naming = sorted({p.source for p in prints if not p.is_source})
    if naming:
        yield f"Cited or named by {_listed(naming)}."
    if not any(p.printed("title") for p in prints):
        yield "The source prints no title." if len(naming) == 1 else "None of these sources prints a title."
    for name, label in PRINTED.items():
        said: dict[str, list[str]] = {}
        for p in prints:
            if p.printed(name):
                said.setdefault(p.printed(name), []).append(p.source)
        if len(said) > 1:
            yield f"{label} as printed: {'; '.join(f'{text} ({_listed(by)})' for text, by in said.items())}."
    for p in prints:
        if p.same_by:
            yield f"Entry of {p.source} joined by {p.same_by}."
    yield from (note for p in prints for note in p.notes)
    if len(urls) > 1:
        yield f"Also at: {' '.join(urls[1:])}"


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _sentence(text: str) -> str:
    text = plain(text)
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _is_others(printed: str) -> bool:
    return printed.lower() == OTHERS.body


def _names(printed: str, kinds: Mapping[str, str]) -> list[Name]:
    """Return a printed author as names: `et al.` as others, parted into given name and surname where told a person.

    A name of several words is parted where it or its surname is a person's among the actors that the sources name;
    otherwise it is a body's and stays whole.
    """
    if _is_others(printed):
        return [OTHERS]
    if printed.endswith(ET_AL):
        return [*_names(printed.removesuffix(ET_AL), kinds), OTHERS]
    words = printed.split(" ")
    # The surname begins at the first particle, or else is the last word.
    at = next((n for n, word in enumerate(words[:-1]) if word.lower() in PARTICLES), len(words) - 1)
    family = " ".join(words[at:])
    if kinds.get(printed, kinds.get(family, PERSON if len(words) == 1 else "")) != PERSON:
        return [Name(body=printed)]
    return [Name(family=family, given=" ".join(words[:at]))]
