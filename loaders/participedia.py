"""Cases of Participedia, in its own JSON: what its fields mean here is a table, and the rest is kept as a note.

A value that stands for not knowing says nothing, and nothing is made up in its place. Every key that is set names, as
far as a record can, the field that it comes from; findings lead to that field in the file.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from coproduction import resources
from coproduction.loaders import json_records
from coproduction.loaders.raw import RawRecord, Unreadable, step

if TYPE_CHECKING:
    from coproduction.codebook import Codebook, Field

# A case has one of these beside its id; other JSON is none of Participedia's.
KNOWN_BY = ("type", "title", "country", "issues", "general_issues")
DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(T.*)?")


def read(name: str, text: str) -> list[RawRecord]:
    """Return the records of Participedia cases. Raises Unreadable for no JSON, and for a record that is no such case."""
    from coproduction.codebook import shipped_codebook

    raws = json_records.read(name, text)
    for raw in raws:
        if not _scalar(raw.data.get("id")) or not any(key in raw.data for key in KNOWN_BY):
            place = raw.find()[1]
            message = f"is no case of Participedia: an object with id and one of {', '.join(KNOWN_BY)}"
            raise Unreadable(message, name, place.line, place.column)
    return [_Entry(raw, shipped_codebook()).record() for raw in raws]


@cache
def table() -> Mapping:
    """Return the table of what the fields mean."""
    from ruamel.yaml import YAML

    file = resources.folder("loaders") / "participedia.yaml"
    return YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))


def _scalar(value) -> str:
    return value.strip() if isinstance(value, str) else ""


class _Entry:
    """One entry on its way to a record: what is said so far, and which fields have been used up."""

    def __init__(self, raw: RawRecord, book: "Codebook"):
        self.raw, self.book, self.table = raw, book, table()
        self.data: dict = {}
        self.moved: dict[str, str] = {}
        self.used: set[str] = set()

    def record(self) -> RawRecord:
        """Return the record."""
        number, rules = _scalar(self.raw.data["id"]), self.table
        slug = re.sub(r"[^a-z0-9]+", "-", number.lower()).strip("-")
        self.put("id", rules["id"].format(id=slug), "id")
        self.put("title", rules["title"].format(id=number), "id")
        self.data["source"] = rules["source"]
        if re.fullmatch("[0-9]+", number):
            self.put("url", rules["url"].format(id=number), "id")
        for field, key in rules["text"].items():
            if self.words(field):
                self.put(key, " ".join(self.words(field)), field)
        for field, key in rules["switch"].items():
            if self.words(field) in (["yes"], ["no"]):
                self.put(key, self.words(field)[0], field)
        for field, key in rules["date"].items():
            if len(found := self.words(field)) == 1 and (date := DATE.fullmatch(found[0])):
                self.put(key, date[1], field)
        for field, key in rules["language"].items():
            if "title" in self.used and len(found := self.words(field)) == 1 and re.fullmatch("[a-z]{2,3}", found[0]):
                self.put(key, found[0], field)
        for key, fields in rules["joined"].items():
            if there := [f for f in fields if self.words(f)]:
                parts = [" ".join(self.words(f)) for f in there]
                self.put(key, ", ".join(dict.fromkeys(parts)), *there)
        for field, key in rules["links"].items():
            found = self.words(field)
            if found and all(re.fullmatch("[0-9]+", word) for word in found):
                self.put(key, [rules["id"].format(id=word) for word in found], field)
        for field, codes in rules["codes"].items():
            self.codes(field, codes)
        for field, variables in rules["facts"].items():
            self.facts(field, variables)
        if note := "; ".join(self.rest()):
            self.data["note"] = note
        return RawRecord(self.raw.file, self.data, self.raw.places, self.raw.pointer, self.raw.keys, moved=self.moved)

    def put(self, key: str, value, field: str, *more: str) -> None:
        """Set a key from a field, or from several."""
        self.data[key] = value
        self.moved[f"/{key}"] = step("", field)
        self.used |= {field, *more}

    def words(self, field: str) -> list[str]:
        """Return what a field says, as words, without what stands for not knowing and without what is said twice."""
        nothing = {*self.table["unknown"], *self.table["unknown-in"].get(field, ())}
        return [word for word in dict.fromkeys(_flat(self.raw.data.get(field))) if word not in nothing]

    def codes(self, field: str, codes: Mapping[str, str]) -> None:
        """Set a key by the codes of a field; those that are not known stay for the note, as does the field with them."""
        spec = self.book.fields[codes["to"]]
        found = self.words(field)
        named = {word: name for word in found if (name := codes.get(word) or _named(word, spec)) and word != "to"}
        if not named:
            return
        names = list(dict.fromkeys(named.values()))
        if spec.kind == "concept":
            # The field is the place in the entry that the concept is told at.
            said = {entry["concept"]: entry for entry in self.data.get(spec.key, [])}
            for name in names:
                said.setdefault(name, {"concept": name, "passages": []})["passages"].append(field)
            self.put(spec.key, list(said.values()), field)
        else:
            self.put(spec.key, names if spec.many else names[0], field)
        if spec.kind == "concept" or len(named) < len(found) or (len(names) > 1 and not spec.many):
            # The author's own words are more than the names that they lead to.
            self.used.discard(field)

    def facts(self, field: str, variables: Mapping[str, Mapping[str, str]]) -> None:
        """Answer variables by the code of a field, with the field as the passage."""
        found = self.words(field)
        for variable, answers in variables.items():
            if len(found) == 1 and found[0] in answers:
                fact = {"value": answers[found[0]], "basis": "stated", "passages": [field]}
                self.data.setdefault("facts", {})[variable] = fact
                self.moved[f"/facts/{variable}"] = step("", field)
                self.used.add(field)

    def rest(self) -> Iterator[str]:
        """Yield what the other fields say, field by field, for the note."""
        for field in self.raw.data:
            if field not in self.used and field not in self.table["left-out"] and (found := self.words(field)):
                yield f"{field}: {', '.join(found)}"


def _named(word: str, spec: "Field") -> str | None:
    """Return the name of a closed list of ours that a word is: a country's."""
    return spec.aliases.get(word.casefold()) if spec.aliases else None


def _flat(value) -> Iterator[str]:
    """Yield the words of a value, however it is nested; an object of several parts is one word, as JSON."""
    if isinstance(value, list):
        for part in value:
            yield from _flat(part)
    elif isinstance(value, dict):
        if value:
            yield json.dumps(value, ensure_ascii=False)
    elif word := " ".join(str(value or "").split()):
        yield word
