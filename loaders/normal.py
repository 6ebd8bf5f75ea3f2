"""The one normal form: from a raw record of any format to a case whose every name is known and every fact explicit.

Short forms are written out, names resolved, concepts parted from free text, and what follows from contributions, values
and other answers is derived by the codebook's table. Everything that cannot be read becomes a finding; nothing is lost
in silence.
"""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coproduction import names
from coproduction.loaders.raw import Finding, RawRecord, nearest

if TYPE_CHECKING:
    from coproduction.codebook import Codebook

REQUIRED = ("id", "title", "source")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
ACTIVITY = {"decide": ("decides",), "do": ("does",), "both": ("decides", "does")}
NOT_APPLICABLE = "n/a"
Passage = tuple[int, int] | str


@dataclass
class Fact:
    """An answer to a variable with its basis and passages, and what it is derived from where it is."""

    value: str
    basis: str = "stated"
    passages: list[Passage] = field(default_factory=list)
    reason: str | None = None
    why_unknown: str | None = None
    derived_from: str | None = None


@dataclass
class Case:
    """A record in normal form. `facts` has every listed and derived answer; a variable without one is unknown."""

    id: str
    source: str
    coder: str
    iri: str
    base: str
    record: dict
    facts: dict[str, Fact]
    complete: bool
    raw: RawRecord

    def why_unknown(self, variable: str) -> str:
        """Return why an answer is not known: what the fact says, or silence, or that nobody has coded it."""
        fact = self.facts.get(variable)
        if fact and fact.why_unknown:
            return fact.why_unknown
        return "silent" if self.complete else "not-coded"


class Findings(list):
    """The findings on one record, filled in with the record's file and places."""

    def __init__(self, raw: RawRecord):
        super().__init__()
        self.raw = raw

    def add(self, code: str, message: str, pointer: str = "", **more) -> None:
        """Add a finding at the place of a pointer inside the record."""
        full = self.raw.pointer + pointer
        place = self.raw.place(full)
        if place == self.raw.place("") and pointer and pointer in self.raw.places:
            place = self.raw.place(pointer)
        self.append(
            Finding(
                code,
                message,
                file=self.raw.file,
                line=place.line,
                column=place.column,
                sheet=place.sheet,
                cell=place.cell,
                pointer=full or None,
                case=more.pop("case", None) or (str(self.raw.data.get("id")) if self.raw.data.get("id") else None),
                **more,
            )
        )


def normalise(raw: RawRecord, book: "Codebook", base: str = names.BASE) -> tuple[Case | None, list[Finding]]:
    """Return the case in normal form and the findings on it; no case where its key (source, id) cannot be told."""
    found = Findings(raw)
    data = {k: v for k, v in raw.data.items() if v not in ("", [], {})}
    for key in REQUIRED:
        if not isinstance(data.get(key), str) or not data[key].strip():
            found.add("missing-key", f"{key} is missing; every record has {', '.join(REQUIRED)}", key=key)
    if not isinstance(data.get("id"), str) or not isinstance(data.get("source"), str):
        return None, found
    slug = data["id"].strip()
    if not SLUG.fullmatch(slug):
        found.add("bad-id", f"id {slug!r} is no slug; lower-case letters, digits and single hyphens", "/id", key="id", value=slug,
                  suggestion=re.sub(r"[^a-z0-9]+", "-", slug.lower()).strip("-") or None)  # fmt: skip
        return None, found
    record: dict = {}
    given_facts = _gather_facts(data, book, found)
    for key, value in data.items():
        if key in book.variables or key in ("facts", "activity"):
            continue
        spec = book.fields.get(key)
        if spec is None:
            _unknown_key(key, [*book.fields, *book.variables, "activity"], f"/{key}", found)
            continue
        read = _value(spec, value, f"/{key}", book, found)
        if read is not None:
            record[key] = read
    case = Case(
        id=slug,
        source=record.get("source", data["source"]),
        coder=record.get("coder", "settled"),
        iri=names.case_iri(data["source"].strip(), slug, base),
        base=base,
        record=record,
        facts={},
        complete=str(data.get("complete", "no")).lower() in ("yes", "true"),
        raw=raw,
    )
    for key, (value, pointer) in given_facts.items():
        fact = _fact(key, value, pointer, book, found)
        if fact is not None:
            case.facts[key] = fact
    _derive(case, book, found)
    return case, found


def _unknown_key(key: str, known: list[str], pointer: str, found: Findings) -> None:
    like = nearest(key, known)
    hint = f"; did you mean {like}?" if like else ""
    found.add("unknown-key", f"{key} is no key of a record{hint}", pointer, key=key, suggestion=like)


def _gather_facts(data: dict, book: "Codebook", found: Findings) -> dict[str, tuple]:
    """Return the facts as listed, by variable, with their pointers: those under `facts`, on top, and short forms."""
    given: dict[str, tuple] = {}

    def put(key: str, value, pointer: str) -> None:
        if key in given:
            found.add("duplicate-fact", f"{key} is answered twice in this record", pointer, key=key)
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
            _unknown_key(key, [*book.variables, "activity"], f"/facts/{key}", found)
    for key in book.variables:
        if key in data:
            put(key, data[key], f"/{key}")
    for holder, pointer in ((data, "/activity"), (facts, "/facts/activity")):
        if "activity" not in holder:
            continue
        value = holder["activity"]
        word = value.get("value") if isinstance(value, dict) else value
        if word not in ACTIVITY:
            found.add("unknown-term", f"activity {word!r} is not one of {', '.join(ACTIVITY)}", pointer, key="activity", value=str(word))
            continue
        for key in ACTIVITY[word]:
            put(key, {**value, "value": "yes"} if isinstance(value, dict) else "yes", pointer)
    return given


def _fact(key: str, value, pointer: str, book: "Codebook", found: Findings) -> Fact | None:
    if isinstance(value, list):
        found.add("wrong-type", f"{key} has a list; it takes one answer, or a mapping with value and basis", pointer, key=key)
        return None
    parts = value if isinstance(value, dict) else {"value": value}
    for part in parts:
        if part not in ("value", "basis", "passages", "reason", "why_unknown"):
            _unknown_key(part, ["value", "basis", "passages", "reason", "why_unknown"], f"{pointer}/{part}", found)
    allowed = book.variables[key].answers
    answer = _answer(parts.get("value"), allowed)
    if answer is None:
        like = nearest(str(parts.get("value", "")), allowed)
        message = f"{key} is {parts.get('value')!r}; one of {', '.join(allowed)}" + (f"; did you mean {like}?" if like else "")
        found.add("unknown-term", message, pointer, key=key, value=str(parts.get("value")), suggestion=like)
        return None
    fact = Fact(answer, reason=_plain(parts.get("reason")))
    fact.basis = _choice(parts.get("basis", "stated"), book.bases, f"{pointer}/basis", "basis", found) or "stated"
    if "passages" in parts:
        fact.passages = _passages(parts["passages"], f"{pointer}/passages", found)
    if answer == "unknown":
        why = parts.get("why_unknown", "silent")
        fact.why_unknown = _choice(why, book.reasons, f"{pointer}/why_unknown", "why_unknown", found)
    elif "why_unknown" in parts:
        found.add("contradiction", f"{key} is {answer} and yet says why it is unknown", pointer, key=key)
    if fact.basis != "stated" and answer != "unknown" and not fact.reason:
        found.add("missing-reason", f"{key} is {fact.basis} and gives no reason", pointer, severity="warning", key=key)
    return fact


def _answer(value, allowed: tuple[str, ...]) -> str | None:
    if not isinstance(value, str):
        return None
    word = value.strip()
    if word in allowed:
        return word
    return {a.lower(): a for a in allowed}.get({"na": NOT_APPLICABLE, "true": "yes", "false": "no"}.get(word.lower(), word.lower()))


def _value(spec, value, pointer: str, book: "Codebook", found: Findings):
    """Return the value of a key read by the kind of its field, or None where it cannot be read."""
    if spec.kind == "nested":
        return _nested(spec, value, pointer, book, found)
    if spec.kind == "passages":
        return _passages(value, pointer, found)
    if spec.kind == "concept":
        return _mentions(spec, value, pointer, found)
    if spec.many:
        items = [p.strip() for p in value.split(";")] if isinstance(value, str) else value if isinstance(value, list) else None
        if items is None or not all(isinstance(i, str) for i in items):
            found.add("wrong-type", f"{spec.key} is a list of words", pointer, key=spec.key)
            return None
        read = [_single(spec, item, f"{pointer}/{n}", found) for n, item in enumerate(items) if item]
        return [r for r in read if r is not None]
    if not isinstance(value, str):
        found.add("wrong-type", f"{spec.key} takes one text", pointer, key=spec.key)
        return None
    return _single(spec, value.strip(), pointer, found)


def _single(spec, word: str, pointer: str, found: Findings) -> str | None:
    if spec.kind in ("code", "basis", "definition"):
        return _choice(word, spec.choices, pointer, spec.key, found)
    if spec.kind == "case" and not re.fullmatch(r"([\w.-]+/)?[a-z0-9-]+|https?://\S+", word):
        found.add("bad-id", f"{spec.key} {word!r} names no case; write source/id", pointer, key=spec.key, value=word)
        return None
    return word


def _choice(word, choices, pointer: str, key: str, found: Findings) -> str | None:
    """Return the known name for a word, or None with a finding that names the nearest."""
    text = str(word).strip()
    if text in choices:
        return text
    for known in choices:
        if known.lower() == text.lower():
            return known
    like = nearest(text, choices)
    known = ", ".join(list(choices)[:12]) + (", ..." if len(choices) > 12 else "")
    hint = f"; did you mean {like}?" if like else f"; known: {known}"
    found.add("unknown-term", f"{key} {text!r} is not known{hint}", pointer, key=key, value=text, suggestion=like)
    return None


def _mentions(spec, value, pointer: str, found: Findings):
    """Return the entries of a list of concepts: each with a concept or a text, and passages.

    A bare word is a concept's name; in a list without a vocabulary of its own it is text.
    """
    items = value if isinstance(value, list) else [p.strip() for p in value.split(";")] if isinstance(value, str) else [value]
    read = []
    for n, item in enumerate(items):
        at = f"{pointer}/{n}"
        if isinstance(item, str):
            item = {"concept": item} if spec.choices else {"text": item}
        if not isinstance(item, dict) or not {"concept", "text"} & set(item):
            found.add("wrong-type", f"an entry of {spec.key} names a concept or gives a text", at, key=spec.key)
            continue
        entry: dict = {}
        for part in item:
            if part not in ("concept", "text", "passages"):
                _unknown_key(part, ["concept", "text", "passages"], f"{at}/{part}", found)
        if "concept" in item:
            concept = _choice(item["concept"], spec.choices, at, spec.key, found)
            if concept is None:
                continue
            entry["concept"] = concept
        if "text" in item:
            entry["text"] = _plain(item["text"])
        if "passages" in item:
            entry["passages"] = _passages(item["passages"], f"{at}/passages", found)
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
                _unknown_key(key, list(spec.fields), f"{pointer}/{n}/{key}", found)
                continue
            if field_spec.kind == "concept":
                mentions = _mentions(field_spec, part, f"{pointer}/{n}/{key}", found)
                value_ = [m["concept"] if "concept" in m else m["text"] for m in mentions]
                if not field_spec.many:
                    value_ = value_[0] if value_ else None
            else:
                value_ = _value(field_spec, part, f"{pointer}/{n}/{key}", book, found)
            if value_ not in (None, "", []):
                entry[key] = value_
        read.append(entry)
    return read


def _passages(value, pointer: str, found: Findings) -> list[Passage]:
    """Return passages: `[start, end]` pairs of offsets, or short locators such as a page for other sources."""
    if isinstance(value, str):
        items: list = [p.strip() for p in value.split(";") if p.strip()]
    elif isinstance(value, list) and len(value) == 2 and all(isinstance(v, str) and v.isdigit() for v in value):
        items = [value]
    elif isinstance(value, list):
        items = value
    else:
        items = [value]
    read: list[Passage] = []
    for n, item in enumerate(items):
        if isinstance(item, str) and (pair := re.fullmatch(r"(\d+)\s*[-–:]\s*(\d+)", item)):
            item = [pair[1], pair[2]]
        if isinstance(item, str):
            read.append(item)
            continue
        numbers = item if isinstance(item, list) and len(item) == 2 and all(str(i).isdigit() for i in item) else None
        if numbers is None or int(numbers[0]) >= int(numbers[1]):
            message = f"passage {item!r} is no pair of offsets, the first below the second, and no locator"
            found.add("bad-passage", message, f"{pointer}/{n}", key="passages")
            continue
        read.append((int(numbers[0]), int(numbers[1])))
    return read


def _plain(value) -> str | None:
    return None if value is None else str(value).strip()


def _derive(case: Case, book: "Codebook", found: Findings) -> None:
    """Add the answers that follow by the codebook's table; a listed answer against one of them is a contradiction."""
    weaker = {basis: n for n, basis in enumerate(book.bases)}

    def put(line, basis: str, passages, what: str, pointer: str) -> None:
        key, answer = line.then_variable, line.then_answer
        there = case.facts.get(key)
        if there is None or (there.derived_from and weaker[basis] < weaker[there.basis]):
            case.facts[key] = Fact(answer, basis, list(passages), derived_from=what)
        elif there.value != answer and not there.derived_from:
            message = f"{key} is {there.value}, and yet {what} makes it {answer}"
            found.add("contradiction", message, pointer, key=key, value=there.value, suggestion=answer)
        elif there.value != answer:
            found.add("contradiction", f"{what} makes {key} {answer}, and {there.derived_from} {there.value}", pointer, key=key)
        elif there.derived_from and basis == there.basis:
            there.passages += [p for p in passages if p not in there.passages]

    for line in book.derivations:
        if line.roles:
            for n, entry in enumerate(case.record.get("contributions", [])):
                if not entry.get("gives") or entry.get("role") not in line.roles:
                    continue
                if line.employers and entry.get("employer") not in line.employers:
                    continue
                what = f"the contribution of {entry.get('who', entry['role'])} as {entry['role']}"
                put(line, entry.get("basis", "stated"), entry.get("passages", []), what, f"/contributions/{n}")
        elif line.value_types:
            for n, entry in enumerate(case.record.get("values", [])):
                if entry.get("kind") in line.value_types and entry.get("sign", "gain") == "gain":
                    what = f"the {entry['kind']} value for {entry.get('for', 'somebody')}"
                    put(line, entry.get("basis", "stated"), entry.get("passages", []), what, f"/values/{n}")
        else:
            behind = [case.facts.get(v) for v in line.variables]
            if all(f is not None and f.value == line.answer for f in behind):
                basis = max((f.basis for f in behind), key=weaker.__getitem__)
                passages = [p for f in behind for p in f.passages]
                put(line, basis, passages, " and ".join(f"{v} {line.answer}" for v in line.variables), f"/facts/{line.variables[0]}")
