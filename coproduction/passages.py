"""Passages: offsets into a source's text, the digest that proves them, and the words that say where they stand.

A passage is counted in characters of the text read as UTF-8 and proved by the SHA-256 of its own characters. The texts
are not part of the project; who has them can verify every passage, who has not can still cite it.
"""

import csv
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pyoxigraph import NamedNode

from coproduction import names, resources
from coproduction.vocabulary import Vocabulary, shipped

FILE = "passages.csv"
COLUMNS = ["source", "start", "end", "sha256", "locator"]
Key = tuple[str, int, int]
# In bytes: what is larger is no text of a work, and is not read.
LARGEST_TEXT = 10_000_000


@dataclass(frozen=True)
class Passage:
    """A passage of a source: offsets, digest and locator."""

    source: str
    start: int
    end: int
    sha256: str
    locator: str


@dataclass(frozen=True)
class Source:
    """A source as a work, with the digest of its text and where its sections begin."""

    key: str
    iri: str
    label: str
    citation: str
    sha256: str
    sections: tuple[tuple[int, str], ...]


@cache
def shipped_passages() -> dict[Key, Passage]:
    """Return the passages of the shipped file by source, start and end."""
    file = resources.folder("loaders.sources") / FILE
    if not file.is_file():
        return {}
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [
            Passage(r["source"], int(r["start"]), int(r["end"]), r["sha256"], r["locator"])
            for r in csv.DictReader(lines)
        ]
    return {(p.source, p.start, p.end): p for p in rows}


def sources(vocabulary: Vocabulary) -> dict[str, Source]:
    """Return the sources that the vocabulary describes, by citation key, in their order."""
    found = {}
    for key, iri in vocabulary.keys("Source").items():
        sections = [
            (int(vocabulary.object(node, names.COP + "startsAt").value), vocabulary.text(node, names.RDFS + "label"))
            for node in vocabulary.objects(iri, names.COP + "section")
        ]
        found[key] = Source(
            key=key,
            iri=iri,
            label=vocabulary.label(iri),
            citation=vocabulary.text(iri, names.DCTERMS + "bibliographicCitation") or "",
            sha256=vocabulary.object(iri, names.COP + "sha256").value,
            sections=tuple(sorted(sections)),
        )
    return found


def parse(iri: str) -> Key | None:
    """Return source, start and end of a passage's IRI, or None where it has no offsets."""
    found = re.fullmatch(re.escape(names.BASE) + r"source/([\w.-]+)#p(\d+)-(\d+)", iri)
    return (found[1], int(found[2]), int(found[3])) if found else None


def cited(vocabulary: Vocabulary, cases: Iterable, entries: Iterable = ()) -> set[Key]:
    """Return every passage that the vocabulary, a case, or an entry of what the sources say rests on."""
    found = {
        parse(q.object.value) for q in vocabulary.store.quads_for_pattern(None, NamedNode(names.COP + "passage"), None)
    }
    for case in cases:
        for passage in of_case(case):
            if not isinstance(passage, str):
                found.add((case.source, *passage))
    for entry in entries:
        found |= {(entry.source, *p) for p in entry.values.get("passages", []) if not isinstance(p, str)}
    return found - {None}


def of_case(case) -> list:
    """Return every passage of a case: its own, and those of its facts, contributions, values and mentions."""
    found = list(case.record.get("passages", []))
    for fact in case.facts.values():
        found += fact.passages
    for value in case.record.values():
        if isinstance(value, list):
            found += [p for entry in value if isinstance(entry, dict) for p in entry.get("passages", [])]
    return found


def locator(text: str, source: Source, start: int) -> str:
    """Return where an offset stands in words: the section's heading and the number of the paragraph in it."""
    at, heading = [(offset, name) for offset, name in source.sections if offset <= start][-1]
    breaks = re.findall(r"\n\s*\n", text[at:start])
    return f"{heading}, paragraph {len(breaks) + 1}"


def texts(folder: Path, vocabulary: Vocabulary) -> dict[str, str]:
    """Return the sources' texts found in a folder by their digests, by citation key."""
    digests = {s.sha256: s.key for s in sources(vocabulary).values()}
    found = {}
    for file in sorted(folder.iterdir()):
        if file.is_file() and file.stat().st_size < LARGEST_TEXT:
            data = file.read_bytes()
            key = digests.get(hashlib.sha256(data).hexdigest())
            if key:
                found[key] = data.decode("utf-8")
    return found


def digest(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def describe(keys: Iterable[Key], found: dict[str, str], vocabulary: Vocabulary) -> list[Passage]:
    """Return the passages with digest and locator from the sources' texts, sorted. Raises KeyError for a text not given."""
    works = sources(vocabulary)
    order = list(works)
    rows = []
    for source, start, end in sorted(keys, key=lambda k: (order.index(k[0]), k[1], k[2])):
        text = found[source]
        rows.append(Passage(source, start, end, digest(text[start:end]), locator(text, works[source], start)))
    return rows


def write(rows: Iterable[Passage], file: Path) -> None:
    """Write passages to a CSV file."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([[p.source, p.start, p.end, p.sha256, p.locator] for p in rows])


def verify(keys: Iterable[Key], found: dict[str, str], stored: dict[Key, Passage]) -> list[str]:
    """Return what is wrong with passages, in words: no digest, past the text's end, or other characters than digested."""
    faults = []
    for key in sorted(keys):
        source, start, end = key
        if source not in found:
            continue
        if key not in stored:
            faults.append(f"{source}#p{start}-{end}: no digest is stored")
        elif end > len(found[source]):
            faults.append(f"{source}#p{start}-{end}: reaches past the text's end at {len(found[source])}")
        elif digest(found[source][start:end]) != stored[key].sha256:
            faults.append(f"{source}#p{start}-{end}: the text there is not the text that was digested")
    return faults


def words(
    key: Key,
    labels: dict[str, Source] | None = None,
    place: Callable[..., str] = "{heading}, paragraph {number}".format,
) -> str:
    """Return a passage in words: source, section and paragraph, offsets; `place` puts heading and number into words."""
    source, start, end = key
    labels = sources(shipped()) if labels is None else labels
    name = labels[source].label if source in labels else source
    stored = shipped_passages().get(key)
    heading, _, number = stored.locator.rpartition(", paragraph ") if stored else ("", "", "")
    where = f", {place(heading=heading, number=number)}" if stored else ""
    return f"{name}{where} [{start}-{end}]"
