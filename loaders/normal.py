"""The one normal form: from a raw record of any format to a case whose every name is known and every fact explicit.

Short forms are written out, names resolved, concepts parted from free text, and what follows from contributions, values
and other answers is derived by the codebook's table. Everything that cannot be read becomes a finding; nothing is lost
in silence.
"""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from coproduction import names
from coproduction.loaders.case import SETTLED, Case, Fact, Findings, Passage
from coproduction.loaders.derive import derive
from coproduction.loaders.former import renamed
from coproduction.loaders.raw import Finding, RawRecord, nearest, step
from coproduction.names import IRI_TEXT, PATH_STEP

if TYPE_CHECKING:
    from coproduction.codebook import Codebook

REQUIRED = ("id", "title", "source")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
ACTIVITY = {"decide": ("decides",), "do": ("does",), "both": ("decides", "does")}
NOT_APPLICABLE = "n/a"
FACT_PARTS = ("value", "basis", "passages", "reason", "why_unknown")
MENTION_PARTS = ("concept", "text", "passages")
URL = re.compile(rf"https?://{IRI_TEXT}")
CASE_NAME = re.compile(rf"({IRI_TEXT}/)?[a-z0-9]+(-[a-z0-9]+)*|https?://{IRI_TEXT}")
# Keys whose text has a form, and how to say it. The shapes of records ask the same of RDF.
TEXT_FORMS = {
    "lang": (re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*"), "is no language code such as en or fr"),
    "coder": (re.compile(r"(?!\.+$)[\w.-]+"), "is no name of one word"),
    "coded_on": (re.compile(r"\d{4}-\d{2}-\d{2}.*"), "is no date; write year-month-day"),
}
YES_OR_NO = {"complete", "ongoing"}
SWITCH = {"yes": "yes", "no": "no", "true": "yes", "false": "no"}
# ASCII digits, and few enough for any text: int() takes neither superscripts nor thousands of digits.
OFFSET = re.compile("[0-9]{1,12}")
OFFSETS = re.compile(r"([0-9]{1,12})\s*[-–:]\s*([0-9]{1,12})")


def normalise(raw: RawRecord, book: "Codebook", base: str | None = None) -> tuple[Case | None, list[Finding]]:
    """Return the case in normal form and the findings on it; no case where its key (source, id) cannot be told.

    base: what its IRIs begin with; without it, what the record was named by in RDF.
    """
    raw, base = renamed(raw, book), base or raw.base or names.BASE
    found = Findings(raw)
    data = {k: v for k, v in raw.data.items() if v not in ("", [], {})}
    named = _check_name(data, found)
    record: dict = {}
    given_facts = _gather_facts(data, book, found)
    for key, value in data.items():
        if key in book.variables or key in ("facts", "activity"):
            continue
        spec = book.fields.get(key)
        if spec is None:
            unknown_key(key, [*book.fields, *book.variables, "activity"], step("", key), found)
            continue
        if key == "id":
            continue
        read = _value(spec, value, f"/{key}", book, found)
        if read is not None:
            record[key] = read
    slug, source = (data[key].strip() if isinstance(data.get(key), str) else "" for key in ("id", "source"))
    source = names.source_key(source)
    case = Case(
        id=slug,
        source=source,
        coder=record.get("coder", SETTLED),
        iri=names.case_iri(source, slug, base),
        base=base,
        record={"id": slug} | record,
        facts={},
        complete=record.get("complete") == "yes",
        raw=raw,
    )
    for key, (value, pointer) in given_facts.items():
        fact = _fact(key, value, pointer, book, found)
        if fact is not None:
            case.facts[key] = fact
    derive(case, book, found)
    return (case if named and "source" in record else None), found


def _check_name(data: dict, found: Findings) -> bool:
    """Return whether a record has the keys that name it, and an id that is a slug; add findings where not."""
    for key in REQUIRED:
        if key not in data or isinstance(data[key], str) and not data[key].strip():
            found.add("missing-key", f"{key} is missing; every record has {', '.join(REQUIRED)}", key=key)
    slug = data.get("id")
    if slug is None or isinstance(slug, str) and not slug.strip():
        return False
    if not isinstance(slug, str):
        found.add("wrong-type", "id takes one text", "/id", key="id")
        return False
    slug = slug.strip()
    if not SLUG.fullmatch(slug):
        like = re.sub(r"[^a-z0-9]+", "-", slug.lower()).strip("-") or None
        message = f"id {slug!r} is no slug; lower-case letters, digits and single hyphens"
        found.add("bad-id", message, "/id", key="id", value=slug, suggestion=like)
        return False
    return True


def unknown_key(key: str, known: list[str], pointer: str, found: Findings, of: str = "key of a record") -> None:
    """Add the finding of a key that is none, with the known one nearest to it."""
    like = nearest(key, known)
    hint = f"; did you mean {like}?" if like else ""
    found.add("unknown-key", f"{key} is no {of}{hint}", pointer, at_key=True, key=key, suggestion=like)


def _gather_facts(data: dict, book: "Codebook", found: Findings) -> dict[str, tuple]:
    """Return the facts as listed, by variable, with their pointers: those under `facts`, on top, and short forms."""
    given: dict[str, tuple] = {}

    def put(key: str, value, pointer: str) -> None:
        if key in given:
            found.add("duplicate-fact", f"{key} is answered twice in this record", pointer, at_key=True, key=key)
        else:
            given[key] = (value, pointer)

    facts = data.get("facts", {})
    if not isinstance(facts, dict):
        found.add("wrong-type", "facts is a mapping from variables to answers", "/facts", key="facts")
        facts = {}
    for key, value in facts.items():
        if key in book.variables:
            put(key, value, f"/facts/{key}")
        elif key != "activity":
            unknown_key(key, [*book.variables, "activity"], step("/facts", key), found, "variable of the codebook")
    for key in book.variables:
        if key in data:
            put(key, data[key], f"/{key}")
    for holder, pointer in ((data, "/activity"), (facts, "/facts/activity")):
        if "activity" not in holder:
            continue
        value = holder["activity"]
        word = value.get("value") if isinstance(value, dict) else value
        if not isinstance(word, str) or word not in ACTIVITY:
            like = nearest(str(word), ACTIVITY)
            message = f"activity {word!r:.60} is not one of {', '.join(ACTIVITY)}"
            found.add("unknown-term", message, pointer, key="activity", value=str(word), suggestion=like)
            continue
        for key in ACTIVITY[word]:
            put(key, {**value, "value": "yes"} if isinstance(value, dict) else "yes", pointer)
    return given


def _fact(key: str, value, pointer: str, book: "Codebook", found: Findings) -> Fact | None:
    if isinstance(value, list):
        message = f"{key} has a list; it takes one answer, or a mapping with value and basis"
        found.add("wrong-type", message, pointer, key=key)
        return None
    parts = value if isinstance(value, dict) else {"value": value}
    for part in parts:
        if part not in FACT_PARTS:
            unknown_key(part, list(FACT_PARTS), step(pointer, part), found, "part of a fact")
    allowed = book.variables[key].answers
    given = parts.get("value")
    if given in (None, ""):
        found.add("missing-key", f"{key} has no value", pointer, key=key)
        return None
    answer = _answer(given, allowed)
    if answer is None:
        meant = [a for a in _meant(book.answers, str(given)) if a in allowed]
        like, hint = _hint(str(given), meant, allowed)
        message = f"{key} is {given!r:.60}; one of {', '.join(allowed)}{hint}"
        at = f"{pointer}/value" if isinstance(value, dict) else pointer
        found.add("unknown-term", message, at, key=key, value=str(given), suggestion=like)
    fact = Fact(answer or "unknown", pointer=pointer)
    fact.reason = _plain(parts.get("reason"), "reason", f"{pointer}/reason", found)
    fact.basis = choice(parts.get("basis", "stated"), book.bases, f"{pointer}/basis", "basis", found) or "stated"
    if "passages" in parts:
        fact.passages = read_passages(parts["passages"], f"{pointer}/passages", found)
    if fact.value == "unknown":
        why = parts.get("why_unknown", "silent")
        fact.why_unknown = choice(why, book.reasons, f"{pointer}/why_unknown", "why_unknown", found)
        if answer and "basis" in parts:
            message = f"{key} is unknown and yet has a basis; say by why_unknown why it is unknown"
            found.add("contradiction", message, f"{pointer}/basis", at_key=True, key=key)
    elif "why_unknown" in parts:
        message = f"{key} is {fact.value} and yet says why it is unknown"
        found.add("contradiction", message, f"{pointer}/why_unknown", at_key=True, key=key)
    if fact.basis != "stated" and fact.value != "unknown" and not fact.reason:
        found.add("missing-reason", f"{key} is {fact.basis} and gives no reason", pointer, severity="warning", key=key)
    return fact if answer else None


def _answer(value, allowed: tuple[str, ...]) -> str | None:
    if not isinstance(value, str):
        return None
    word = value.strip()
    if word in allowed:
        return word
    word = {"na": NOT_APPLICABLE, "true": "yes", "false": "no"}.get(word.lower(), word.lower())
    return {a.lower(): a for a in allowed}.get(word)


def _value(spec, value, pointer: str, book: "Codebook", found: Findings):
    """Return the value of a key read by the kind of its field, or None where it cannot be read."""
    if spec.kind == "nested":
        return _nested(spec, value, pointer, book, found)
    if spec.kind == "passages":
        return read_passages(value, pointer, found)
    if spec.kind == "concept":
        return _mentions(spec, value, pointer, found)
    if spec.many:
        items = value.split(";") if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(i, str) for i in items):
            found.add("wrong-type", f"{spec.key} is a list of words", pointer, key=spec.key)
            return None
        read = [_single(spec, item.strip(), f"{pointer}/{n}", found) for n, item in enumerate(items) if item.strip()]
        return [r for r in read if r is not None]
    if not isinstance(value, str):
        found.add("wrong-type", f"{spec.key} takes one text", pointer, key=spec.key)
        return None
    return _single(spec, value.strip(), pointer, found)


def _single(spec, word: str, pointer: str, found: Findings) -> str | None:
    """Return a word read by the kind of its field, or None with a finding; a word that RDF would lose is one."""
    if spec.kind in ("code", "basis", "definition"):
        return choice(word, spec.choices, pointer, spec.key, found, spec.aliases)
    if spec.key in YES_OR_NO:
        return SWITCH.get(word.lower()) or choice(word, SWITCH, pointer, spec.key, found)
    wrong = None
    if spec.kind == "case" and (not CASE_NAME.fullmatch(word) or PATH_STEP.search(word)):
        wrong = "bad-id", "names no case; write source/id"
    elif spec.kind == "source" and (
        not re.fullmatch(IRI_TEXT, re.sub(r"(?i)^doi:\s*", "", word)) or PATH_STEP.search(word)
    ):
        wrong = "bad-id", "names no source; write a citation key, a DOI or a URL"
    elif spec.kind == "url" and not URL.fullmatch(word):
        wrong = "bad-id", "is no address of a web page"
    elif spec.key in TEXT_FORMS and not TEXT_FORMS[spec.key][0].fullmatch(word):
        wrong = "wrong-type", TEXT_FORMS[spec.key][1]
    if wrong is None:
        return names.source_key(word) if spec.kind == "source" else word
    found.add(wrong[0], f"{spec.key} {word!r:.80} {wrong[1]}", pointer, key=spec.key, value=word)
    return None


def choice(
    word, choices, pointer: str, key: str, found: Findings, aliases: Mapping = MappingProxyType({})
) -> str | None:
    """Return the known name for a word or an alias of it, or None with a finding that names the one meant or nearest.

    A label is no name: the finding says which name has it, or which ones share it.
    """
    text = str(word).strip()
    if text in choices:
        return text
    if text.casefold() in aliases:
        return aliases[text.casefold()]
    for known in choices:
        if known.lower() == text.lower():
            return known
    like, hint = _hint(text, _meant(choices, text), [*choices, *aliases])
    if like in aliases:
        like = aliases[like]
        hint = f"; did you mean {like}?"
    if not hint:
        hint = "; known: " + ", ".join(list(choices)[:12]) + (", ..." if len(choices) > 12 else "")
    found.add("unknown-term", f"{key} {text!r} is not known{hint}", pointer, key=key, value=text, suggestion=like)
    return None


def _meant(choices, word: str) -> list[str]:
    """Return the names whose label a word is; none where the choices have no labels."""
    return choices.meant(word) if hasattr(choices, "meant") else []


def _hint(word: str, meant: list[str], known: Iterable[str]) -> tuple[str | None, str]:
    """Return the name to suggest for a word, if there is one, and what a message says of it."""
    if len(meant) > 1:
        return None, f"; it may mean {', '.join(meant[:-1])} or {meant[-1]}"
    like = meant[0] if meant else nearest(word, known)
    return like, f"; did you mean {like}?" if like else ""


def _mentions(spec, value, pointer: str, found: Findings):
    """Return the entries of a list of concepts: each with a concept or a text, and passages.

    A bare word is a concept's name; in a list without a vocabulary of its own it is text.
    """
    if isinstance(value, str):
        value = [p.strip() for p in value.split(";") if p.strip()]
    items = value if isinstance(value, list) else [value]
    read = []
    for n, item in enumerate(items):
        at = f"{pointer}/{n}"
        named_at = at if isinstance(item, str) else f"{at}/concept"
        if isinstance(item, str):
            item = {"concept": item} if spec.choices else {"text": item}
        if not isinstance(item, dict) or not {"concept", "text"} & set(item):
            found.add("wrong-type", f"an entry of {spec.key} names a concept or gives a text", at, key=spec.key)
            continue
        entry: dict = {}
        for part in item:
            if part not in MENTION_PARTS:
                unknown_key(part, list(MENTION_PARTS), step(at, part), found, f"part of an entry of {spec.key}")
        if "passages" in item:
            entry["passages"] = read_passages(item["passages"], f"{at}/passages", found)
        if "text" in item and (text := _plain(item["text"], "text", f"{at}/text", found)):
            entry["text"] = text
        if "concept" in item and not spec.choices:
            message = f"{spec.key} has no vocabulary of its own; give a text"
            found.add("unknown-term", message, named_at, key=spec.key, value=str(item["concept"]))
        elif "concept" in item and (concept := choice(item["concept"], spec.choices, named_at, spec.key, found)):
            entry["concept"] = concept
        if {"concept", "text"} & set(entry):
            read.append(entry)
    return read


def _nested(spec, value, pointer: str, book: "Codebook", found: Findings):
    if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
        found.add("wrong-type", f"{spec.key} is a list of mappings", pointer, key=spec.key)
        return None
    read = []
    for n, item in enumerate(value):
        entry: dict = {}
        for key, part in item.items():
            field_spec = spec.fields.get(key)
            if field_spec is None:
                at = step(f"{pointer}/{n}", key)
                unknown_key(key, list(spec.fields), at, found, f"key of an entry of {spec.key}")
                continue
            at = f"{pointer}/{n}/{key}"
            if field_spec.kind == "concept":
                value_ = _concepts(field_spec, part, at, found)
            else:
                value_ = _value(field_spec, part, at, book, found) if part not in ("", []) else None
            if value_ not in (None, "", []):
                entry[key] = value_
        read.append(entry)
    return read


def _concepts(spec, value, pointer: str, found: Findings):
    """Return the concepts that an entry of a list of mappings names: one, or a list where the key takes several.

    Such an entry has its passages once for all, and no text of its own beside `who`, `gives` or `what`.
    """
    items = value if isinstance(value, list) else [value]
    if len(items) == 1 and isinstance(items[0], str) and spec.many:
        items = [p.strip() for p in items[0].split(";")]
    read = []
    for n, item in enumerate(items):
        at = f"{pointer}/{n}" if isinstance(value, list) else pointer
        word = item.get("concept") if isinstance(item, dict) and set(item) == {"concept"} else item
        if not isinstance(word, str):
            message = f"{spec.key} takes names of concepts here, without text or passages"
            found.add("wrong-type", message, at, key=spec.key)
        elif word and (concept := choice(word, spec.choices, at, spec.key, found)):
            read.append(concept)
    if spec.many:
        return read
    if len(items) > 1:
        found.add("wrong-type", f"{spec.key} takes one concept", pointer, key=spec.key)
    return read[0] if read else None


def read_passages(value, pointer: str, found: Findings) -> list[Passage]:
    """Return passages: `[start, end]` pairs of offsets, or short locators such as a page for other sources."""
    if isinstance(value, str):
        items: list = [p.strip() for p in value.split(";") if p.strip()]
    elif isinstance(value, list) and len(value) == 2 and all(isinstance(v, str) and OFFSET.fullmatch(v) for v in value):
        items = [value]
    elif isinstance(value, list):
        items = value
    else:
        items = [value]
    read: list[Passage] = []
    for n, item in enumerate(items):
        at = f"{pointer}/{n}" if isinstance(value, list) and items is value else pointer
        if isinstance(item, str) and (pair := OFFSETS.fullmatch(item)):
            numbers = int(pair[1]), int(pair[2])
            if numbers[0] < numbers[1]:
                read.append(numbers)
                continue
            item = [pair[1], pair[2]]
        if isinstance(item, str) and any(c.isalnum() for c in item):
            read.append(item.strip())
            continue
        pair = item if isinstance(item, list) and len(item) == 2 else []
        numbers = [int(i) for i in pair if isinstance(i, str) and OFFSET.fullmatch(i)]
        if len(numbers) != 2 or numbers[0] >= numbers[1]:
            message = f"passage {item!r:.60} is no pair of offsets, the first below the second, and no locator"
            found.add("bad-passage", message, at, key="passages")
            continue
        read.append((numbers[0], numbers[1]))
    return read


def _plain(value, key: str, pointer: str, found: Findings) -> str | None:
    if value is None or isinstance(value, str):
        return value.strip() if value else None
    found.add("wrong-type", f"{key} takes one text", pointer, key=key)
    return None
