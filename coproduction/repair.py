"""Repairs of records that change no meaning: white space, labels in place of ids, letter case, dates of one meaning.

A value that can be read in two ways stays as it is, and validation goes on saying so.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache

from coproduction.codebook import Codebook, Field
from coproduction.labels import Named, bare, clean
from coproduction.loaders.normal import ACTIVITY, FACT_PARTS, MENTION_PARTS, SLUG, SWITCH, YES_OR_NO
from coproduction.loaders.table import ENTRY_PARTS, nested, numbered
from coproduction.loaders.xlsx_records import CASE, NARROWER
from coproduction.scalars import Scalar, column_names, of_csv, of_json, of_yaml, replaced
from coproduction.vocabulary import Vocabulary

SCANNERS = {"yaml": of_yaml, "yml": of_yaml, "json": of_json, "jsonl": of_json, "ndjson": of_json,
            "csv": of_csv, "tsv": of_csv}  # fmt: skip
# Columns of a sheet of entries that no entry has of its own.
COLUMNS = {*CASE, *NARROWER, *ENTRY_PARTS}
DATES = ("coded_on", "start", "end")
MONTHS = (
    "january|janvier february|février|fevrier march|mars april|avril may|mai june|juin july|juillet august|août|aout "
    "september|septembre october|octobre november|novembre december|décembre|decembre"
)
MONTH = {word: n for n, words in enumerate(MONTHS.split(), 1) for word in words.split("|")}
YEAR_FIRST = re.compile(r"([0-9]{4})[/.-]([0-9]{1,2})[/.-]([0-9]{1,2})")
DOTTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
SLASHED = re.compile(r"([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4})")
DAY_MONTH = re.compile(r"([0-9]{1,2})(?:er|st|nd|rd|th)?\.?\s+([^\W\d_]+)\s+([0-9]{4})")
MONTH_DAY = re.compile(r"([^\W\d_]+)\s+([0-9]{1,2})(?:st|nd|rd|th)?,?\s+([0-9]{4})")


def repaired(text: str, suffix: str, book: Codebook, vocabulary: Vocabulary) -> str:
    """Return the text of a file of records with its safe repairs made; suffix names its format, one of SCANNERS."""
    return replaced(text, repairs(SCANNERS[suffix](text), book, vocabulary))


def repairs(found: Iterable[Scalar], book: Codebook, vocabulary: Vocabulary) -> dict[Scalar, str]:
    """Return what the values and keys of a file should say, for those that should say something else."""
    scalars = list(found)
    words = Words(book, vocabulary)
    changes: dict[Scalar, str] = {}
    taken: dict[int, set[str]] = {}
    for s in scalars:
        if s.is_key:
            taken.setdefault(s.holder, set()).add(s.text)
    ids = _new_ids(scalars)
    # A repaired key says what its values are, so that both are repaired in one go.
    renamed: dict[tuple[str, ...], tuple[str, ...]] = {}
    for s in scalars:
        if s.is_key:
            new = words.column(s.text) if s.column else words.key(s.names)
            if new != s.text and new not in taken[s.holder]:
                changes[s] = new
                taken[s.holder].add(new)
                renamed[s.names] = column_names(new) if s.column else (*s.names[:-1], new)
        else:
            path = renamed.get(s.names, s.names)
            path = tuple(renamed.get(path[: n + 1], path)[n] for n in range(len(path)))
            new = words.value(path, s.text, ids)
            if new != s.text:
                changes[s] = new
    return changes


def _new_ids(scalars: Iterable[Scalar]) -> dict[str, str]:
    """Return what ids that are none become, where that is no other record's id; and the ids there are, as they are."""
    found = {clean(s.text) for s in scalars if not s.is_key and [n.lower() for n in s.names if n != "cases"] == ["id"]}
    wanted: dict[str, list[str]] = {}
    for text in found:
        wanted.setdefault(slug(text), []).append(text)
    alone = {new: texts[0] for new, texts in wanted.items() if new and len(texts) == 1}
    return {name: new for new, text in alone.items() for name in (text, new)}


def slug(text: str) -> str:
    """Return a text as a slug: plain lower-case letters and digits, parted by single hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def iso_date(text: str) -> str | None:
    """Return a date as year-month-day where it is a full date of one meaning, else None."""
    if found := YEAR_FIRST.fullmatch(text):
        year, month, day = (int(n) for n in found.groups())
    elif found := DOTTED.fullmatch(text):
        day, month, year = (int(n) for n in found.groups())
    elif found := SLASHED.fullmatch(text):
        first, second, year = (int(n) for n in found.groups())
        if first <= 12 and second <= 12 and first != second:
            return None
        day, month = (first, second) if second <= 12 else (second, first)
    elif (found := DAY_MONTH.fullmatch(text)) and found[2].lower() in MONTH:
        day, month, year = int(found[1]), MONTH[found[2].lower()], int(found[3])
    elif (found := MONTH_DAY.fullmatch(text)) and found[1].lower() in MONTH:
        day, month, year = int(found[2]), MONTH[found[1].lower()], int(found[3])
    else:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _one_each(choices: Named) -> dict[str, str]:
    """Return the one name for each word that means it; a word that means two is none."""
    return {word: keys[0] for word, keys in choices.words().items() if len(keys) == 1}


class Words:
    """The names that keys and values may have, with their labels in every language."""

    def __init__(self, book: Codebook, vocabulary: Vocabulary):
        self.book, self.vocabulary = book, vocabulary
        self.top = [*book.fields, *book.variables, "facts", "activity"]
        self.of_top = _one_each(Named(dict.fromkeys(self.top, "")))
        for word, keys in Named({key: v.iri for key, v in book.variables.items()}, vocabulary).words().items():
            if len(keys) == 1:
                self.of_top.setdefault(word, keys[0])

    @cache  # noqa: B019 - lives as long as one repair
    def _choices(self, path: tuple[str, ...]) -> dict[str, str] | None:
        """Return what a word at a place may mean, or None where the place takes free text."""
        book = self.book
        if path and path[0] == "facts":
            path = path[1:]
        if not path:
            return None
        if path[0] in book.variables and path[1:] in ((), ("value",)):
            answers = book.variables[path[0]].answers
            own = Named({a: book.answers[a] for a in answers}, self.vocabulary)
            switch = {word: answer for word, answer in SWITCH.items() if answer in own}
            return switch | _one_each(own)
        if path[-1] == "basis":
            return _one_each(book.bases)
        if path[-1] == "why_unknown":
            return _one_each(book.reasons)
        if path == ("activity",):
            return _one_each(Named(dict.fromkeys(ACTIVITY, "")))
        if path[0] in YES_OR_NO:
            own = Named({a: book.answers[a] for a in SWITCH.values()}, self.vocabulary)
            return SWITCH | _one_each(own)
        field = self._field(path)
        return _one_each(field.choices) if field and field.choices else None

    def _field(self, path: tuple[str, ...]) -> Field | None:
        field = self.book.fields.get(path[0])
        for name in path[1:]:
            if field is None or name == "concept":
                break
            field = field.fields.get(name)
        return field

    def key(self, path: tuple[str, ...]) -> str:
        """Return the key that is meant by the last of a path of keys."""
        *above, key = [p for p in path if p != "cases"] or [path[-1]]
        if not above or above == ["facts"]:
            return key if key in self.top or key == "cases" else self.of_top.get(bare(key), clean(key))
        field = self._field(tuple(above))
        if above[0] in nested().values() and bare(key) in COLUMNS:
            return bare(key)
        parts = MENTION_PARTS if field and field.kind == "concept" else FACT_PARTS
        known = list(field.fields) if field and field.fields else list(parts)
        return key if key in known else _one_each(Named(dict.fromkeys(known, ""))).get(bare(key), clean(key))

    def column(self, column: str) -> str:
        """Return the header that is meant by a column's."""
        head, *rest = (clean(part) for part in column.split("."))
        if not rest:
            return self.key((head,))
        if head.lower() in numbered() and rest[0].isdecimal():
            return ".".join([head.lower(), rest[0], *(r.lower() for r in rest[1:])])
        return ".".join([self.key((head,)), *(r.lower() for r in rest)])

    def value(self, path: tuple[str, ...], text: str, ids: Mapping[str, str]) -> str:
        """Return the text that a value should have."""
        path = tuple(p for p in path if p != "cases")
        text_ = clean(text)
        if not path or not text_:
            return text_ if path else text
        if path[0] in nested().values() and path[-1] in CASE:
            return self._case(text_, ids)
        field = self._field(path)
        if field is not None and field.many and ";" in text_ and field.kind not in ("text", "language-text"):
            return "; ".join(self._one(path, part.strip(), field, ids) for part in text_.split(";") if part.strip())
        return self._one(path, text_, field, ids)

    def _one(self, path: tuple[str, ...], word: str, field: Field | None, ids: Mapping[str, str]) -> str:
        if path == ("id",):
            return ids.get(word, word)
        if field is not None and field.kind == "case":
            return self._case(word, ids)
        if path[-1] in DATES and len(path) == 1:
            return iso_date(word) or word
        choices = self._choices(path)
        if choices is None or word in choices.values():
            return word
        return choices.get(bare(word), word)

    def _case(self, word: str, ids: Mapping[str, str]) -> str:
        """Return the id that names a case; one written in other letter case or with blanks only if the file has it."""
        head, mark, last = word.rpartition("/")
        meant = ids.get(last) or (last if head else ids.get(slug(last), last))
        return word if SLUG.fullmatch(last) or "://" in word else head + mark + meant
