"""What the sources say, from YAML to RDF: statements, studies, figures, country contexts, actors and works.

A file names its `source` and has a list per class. Which keys an entry of a list has, and what each may hold, follows
from the JSON-LD context and the ontology, as it does for records of cases.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coproduction import names
from coproduction.loaders import normal, rdf, yaml_records
from coproduction.loaders.case import Findings
from coproduction.loaders.files import read_text
from coproduction.loaders.raw import Finding, RawRecord, nearest

if TYPE_CHECKING:
    from coproduction.codebook import Field

REQUIRED = ("id", "passages")
# Keys whose text has a form, and how to say it.
TEXT_FORMS = {
    "value": (re.compile(r"-?\d+(\.\d+)?"), "is no plain number"),
}
# Short forms that hold keys of the entry itself: `text` is called otherwise there.
SPREAD = {"scope": "place", "place": "place"}
PARTED = ("cause", "effect")


@dataclass
class Entry:
    """One entry of a list: its values by key, references as IRIs once resolved, and the record it was read from."""

    section: str
    source: str
    slug: str
    iri: str
    values: dict
    pointers: dict[str, str]
    raw: RawRecord


@dataclass(frozen=True)
class Form:
    """What files of statements may hold.

    fields: the keys per list; classes: the class per list; targets: the lists that a property's reference is looked
    for in, none where it names a thing of `known`; known: concepts, cases, definitions and criteria by `scheme/slug`.
    """

    fields: Mapping[str, Mapping[str, "Field"]]
    classes: Mapping[str, str]
    targets: Mapping[str, tuple[str, ...]]
    known: Mapping[str, str]
    sources: Mapping[str, str]
    context: Mapping


def read(paths: Iterable[str], form: Form) -> tuple[list[Entry], list[Finding]]:
    """Return the entries of files, references resolved across them, and the findings. Raises Unreadable."""
    entries: list[Entry] = []
    findings: list[Finding] = []
    for name in paths:
        for raw in yaml_records.read(name, read_text(name)):
            found = Findings(raw)
            entries += _entries(raw, form, found)
            findings += found
    return entries, findings + _twice(entries) + _resolve(entries, form)


def entry_iri(source: str, section: str, slug: str) -> str:
    """Return the IRI of an entry, such as `.../statement/<source>/<slug>`."""
    singular = f"{section[:-3]}y" if section.endswith("ies") else section.removesuffix("s")
    return f"{names.BASE}{singular}/{source}/{slug}"


def _entries(raw: RawRecord, form: Form, found: Findings) -> Iterator[Entry]:
    source = raw.data.get("source")
    if source not in form.sources:
        found.add("unknown-term", f"source is {source!r:.60}; one of {', '.join(form.sources)}", "/source")
        return
    for section, listed in raw.data.items():
        if section == "source":
            continue
        if section not in form.fields:
            normal.unknown_key(section, list(form.fields), f"/{section}", found, "list of this file")
        elif not isinstance(listed, list):
            found.add("wrong-type", f"{section} is a list", f"/{section}", key=section)
        else:
            for n, item in enumerate(listed):
                entry = _entry(item, section, source, f"/{section}/{n}", form, found)
                if entry:
                    yield entry


def _entry(item, section: str, source: str, pointer: str, form: Form, found: Findings) -> Entry | None:
    if not isinstance(item, dict):
        found.add("wrong-type", f"an entry of {section} is a mapping", pointer)
        return None
    slug = item.get("id")
    for key in REQUIRED:
        if not item.get(key):
            found.add("missing-key", f"{slug}: {key} is missing", pointer, key=key)
    if not isinstance(slug, str) or not normal.SLUG.fullmatch(slug):
        message = f"id {slug!r:.60} is no slug; lower-case letters, digits and single hyphens"
        found.add("bad-id", message, f"{pointer}/id", key="id")
        return None
    entry = Entry(section, source, slug, entry_iri(source, section, slug), {}, {"": pointer}, found.raw)
    for key, value, at in flat(item, pointer):
        field = form.fields[section].get(key)
        if field is None:
            normal.unknown_key(key, list(form.fields[section]), at, found, f"key of an entry of {section}")
        elif key in entry.values:
            found.add("duplicate-fact", f"{slug}: {key} is given twice", at, key=key)
        else:
            entry.values[key], entry.pointers[key] = _value(field, value, at, found), at
    return entry


def flat(item: Mapping, pointer: str = "") -> Iterator[tuple[str, object, str]]:
    """Yield the keys of an entry with value and pointer, `scope` and `place` spread, causes and effects parted."""
    for key, value in item.items():
        at = f"{pointer}/{key}"
        parts = value.items() if isinstance(value, dict) else ()
        if key in SPREAD and isinstance(value, dict):
            yield from ((SPREAD[key] if part == "text" else part, v, f"{at}/{part}") for part, v in parts)
        elif key in PARTED and isinstance(value, dict):
            yield from ((key if part == "concept" else f"{key}_{part}", v, f"{at}/{part}") for part, v in parts)
        else:
            yield key, value, at


def _value(field: "Field", value, at: str, found: Findings):
    """Return a value read by its field: a text, or a list where the key takes several."""
    if field.kind == "passages":
        return normal.read_passages(value, at, found)
    if field.kind == "nested":
        return _nested(field, value, at, found)
    items = value if isinstance(value, list) and field.many else [value]
    read = []
    for n, item in enumerate(items):
        here = f"{at}/{n}" if items is value else at
        if not isinstance(item, str) or not item.strip():
            found.add("wrong-type", f"{field.key} takes {'texts' if field.many else 'one text'}", here, key=field.key)
        elif field.kind in ("code", "concept"):
            read.append(normal.choice(item, field.choices, here, field.key, found, field.aliases))
        elif field.key in TEXT_FORMS and not TEXT_FORMS[field.key][0].fullmatch(item):
            message = f"{field.key} {item!r:.60} {TEXT_FORMS[field.key][1]}"
            found.add("wrong-type", message, here, key=field.key, value=item)
        else:
            read.append(item)
    read = [r for r in read if r is not None]
    return read if field.many else (read or [None])[0]


def _nested(field: "Field", value, at: str, found: Findings) -> list[dict]:
    read = []
    for n, item in enumerate(value if isinstance(value, list) else [value]):
        if not isinstance(item, dict):
            found.add("wrong-type", f"{field.key} is a list of mappings", f"{at}/{n}", key=field.key)
            continue
        for key in item:
            if key not in field.fields:
                of = f"key of an entry of {field.key}"
                normal.unknown_key(key, list(field.fields), f"{at}/{n}/{key}", found, of)
        read.append(
            {k: _value(field.fields[k], v, f"{at}/{n}/{k}", found) for k, v in item.items() if k in field.fields}
        )
    return read


def _finding(entry: Entry, code: str, message: str, pointer: str, **more) -> Finding:
    return Finding.of(entry.raw, code, f"{entry.slug}: {message}", pointer, case=entry.slug, **more)


def _twice(entries: Iterable[Entry]) -> list[Finding]:
    seen: set[str] = set()
    found = []
    for entry in entries:
        if entry.iri in seen:
            message = f"stands twice among the {entry.section} of {entry.source}"
            found.append(_finding(entry, "duplicate-record", message, f"{entry.pointers['']}/id", key="id"))
        seen.add(entry.iri)
    return found


def _resolve(entries: list[Entry], form: Form) -> list[Finding]:
    """Put the IRIs that references lead to in place of their words; return a finding for each that leads nowhere."""
    there = {(e.section, f"{e.source}/{e.slug}"): e.iri for e in entries}
    found = []
    for entry in entries:
        for key, value in entry.values.items():
            field = form.fields[entry.section][key]
            if field.kind != "reference" or value is None:
                continue
            words, iris = value if field.many else [value], []
            for n, word in enumerate(words):
                iri = _target(word, entry, form.targets[field.property], there, form)
                if iri:
                    iris.append(iri)
                    continue
                at = entry.pointers[key]
                if f"{at}/{n}" in entry.raw.places:
                    at = f"{at}/{n}"
                known = form.known if not form.targets[field.property] else [s.partition("/")[2] for _, s in there]
                like = nearest(word, known)
                message = f"{key} names {word}, which is nothing here" + (f"; did you mean {like}?" if like else "")
                found.append(_finding(entry, "unknown-term", message, at, key=key, value=word, suggestion=like))
            entry.values[key] = iris if field.many else (iris or [None])[0]
    return found


def _target(word: str, entry: Entry, sections: tuple[str, ...], there: Mapping, form: Form) -> str | None:
    """Return the IRI that a word leads to: a thing of the vocabulary, a source, or an entry of this file or another."""
    if not sections:
        return form.known.get(word)
    if "sources" in sections and word in form.sources:
        return form.sources[word]
    full = word if "/" in word else f"{entry.source}/{word}"
    return next((there[s, full] for s in sections if (s, full) in there), None)


def triples(entries: Iterable[Entry], form: Form, graph: str) -> Iterator:
    """Yield the quads of entries, in a named graph."""
    from pyoxigraph import NamedNode, Quad, RdfFormat, parse

    nodes: dict[str, dict] = {}
    for entry in entries:
        node = nodes.setdefault(entry.source, {"@id": form.sources[entry.source]})
        node.setdefault(entry.section, []).append(_node(entry, form))
    text = json.dumps({"@context": form.context, "@graph": list(nodes.values())}, ensure_ascii=False).encode()
    for quad in parse(input=text, format=RdfFormat.JSON_LD):
        yield Quad(quad.subject, quad.predicate, quad.object, NamedNode(graph))


def _node(entry: Entry, form: Form) -> dict:
    node: dict = {"@id": entry.iri, "@type": form.classes[entry.section]}
    for key, value in entry.values.items():
        field = form.fields[entry.section][key]
        if field.kind == "passages":
            node[key] = [rdf.passage_iri(entry.source, p) for p in value]
        elif field.kind in ("code", "concept") and value is not None:
            node[key] = [field.choices[v] for v in value] if field.many else field.choices[value]
        elif field.kind == "nested":
            node[key] = [
                {"@id": f"{entry.iri}#{key}-{n}", "@type": form.classes[key]} | side for n, side in enumerate(value, 1)
            ]
        elif value is not None:
            node[key] = value
    return node
