"""Repairs of records that change no meaning: white space, labels in place of ids, letter case, dates of one meaning.

A value that can be read in two ways stays as it is, and validation goes on saying so.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache

from coproduction import names
from coproduction.codebook import Codebook, Field
from coproduction.loaders.normal import ACTIVITY, SLUG, SWITCH, YES_OR_NO
from coproduction.loaders.table import nested
from coproduction.scalars import Scalar, column_names, of_csv, of_json, of_yaml, replaced
from coproduction.vocabulary import Vocabulary

SCANNERS = {"yaml": of_yaml, "yml": of_yaml, "json": of_json, "jsonl": of_json, "ndjson": of_json,
            "csv": of_csv, "tsv": of_csv}  # fmt: skip
DATES = ("coded_on", "start", "end")
BLANK = re.compile(r"[\s\u00a0\u202f\u2007]+")
# Characters without width that come along when text is copied.
UNSEEN = re.compile("[\u200b\u2060\ufeff]")
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
    scalars = list(SCANNERS[suffix](text))
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
            new = words.column(s.text) if suffix in ("csv", "tsv") else words.key(s.names)
            if new != s.text and new not in taken[s.holder]:
                changes[s] = new
                taken[s.holder].add(new)
                renamed[s.names] = (*s.names[:-1], new)
                if suffix in ("csv", "tsv"):
                    renamed[s.names] = column_names(new)
        else:
            path = renamed.get(s.names, s.names)
            path = tuple(renamed.get(path[: n + 1], path)[n] for n in range(len(path)))
            new = words.value(path, s.text, ids)
            if new != s.text:
                changes[s] = new
    return replaced(text, changes)


def _new_ids(scalars: Iterable[Scalar]) -> dict[str, str]:
    """Return what ids that are none become, where that is no other record's id."""
    found = {clean(s.text) for s in scalars if not s.is_key and [n.lower() for n in s.names if n != "cases"] == ["id"]}
    wanted: dict[str, list[str]] = {}
    for text in found:
        wanted.setdefault(slug(text), []).append(text)
    return {texts[0]: new for new, texts in wanted.items() if new and len(texts) == 1 and texts[0] != new}


def slug(text: str) -> str:
    """Return a text as a slug: plain lower-case letters and digits, parted by single hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def clean(text: str) -> str:
    """Return a text of one line without blanks at its ends, several in a row, and characters that nobody sees."""
    return text if "\n" in text else BLANK.sub(" ", UNSEEN.sub("", text)).strip()


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


def _bare(text: str) -> str:
    return re.sub(r"[\s_-]+", "-", clean(text).casefold())


class Words:
    """The names that keys and values may have, with their labels in every language."""

    def __init__(self, book: Codebook, vocabulary: Vocabulary):
        self.book, self.vocabulary = book, vocabulary
        self.top = [*book.fields, *book.variables, "facts", "activity"]
        self.of_top = self._named(dict.fromkeys(self.top, ""))
        for key, variable in book.variables.items():
            for label in self._labels(variable.iri):
                self.of_top.setdefault(label, key)

    def _labels(self, iri: str) -> set[str]:
        terms = (names.RDFS + "label", names.SKOS + "prefLabel", names.SKOS + "altLabel", names.COP + "alias")
        return {_bare(o.value) for term in terms for o in self.vocabulary.objects(iri, term)} if iri else set()

    def _named(self, choices: Mapping[str, str]) -> dict[str, str]:
        """Return the one key for each word that means it; a word that means two is none."""
        found = {_bare(key): key for key in choices}
        labels: dict[str, set[str]] = {}
        for key, iri in choices.items():
            for label in self._labels(iri):
                labels.setdefault(label, set()).add(key)
        return {word: next(iter(keys)) for word, keys in labels.items() if len(keys) == 1} | found

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
            own = {a: book.answers[a] for a in answers}
            switch = {word: answer for word, answer in SWITCH.items() if answer in own}
            return switch | self._named(own)
        if path[-1] == "basis":
            return self._named(book.bases)
        if path[-1] == "why_unknown":
            return self._named(book.reasons)
        if path == ("activity",):
            return self._named(dict.fromkeys(ACTIVITY, ""))
        if path[0] in YES_OR_NO:
            return dict(SWITCH)
        field = self._field(path)
        return self._named(field.choices) if field and field.choices else None

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
            return key if key in self.top or key == "cases" else self.of_top.get(_bare(key), clean(key))
        field = self._field(tuple(above))
        known = (
            list(field.fields) if field and field.fields else ["value", "basis", "passages", "reason", "why_unknown"]
        )
        return key if key in known else self._named(dict.fromkeys(known, "")).get(_bare(key), clean(key))

    def column(self, column: str) -> str:
        """Return the header that is meant by a column's."""
        head, *rest = (clean(part) for part in column.split("."))
        if not rest:
            return self.key((head,))
        if head.lower() in nested() and rest[0].isdecimal():
            return ".".join([head.lower(), rest[0], *(r.lower() for r in rest[1:])])
        return ".".join([self.key((head,)), *(r.lower() for r in rest)])

    def value(self, path: tuple[str, ...], text: str, ids: Mapping[str, str]) -> str:
        """Return the text that a value should have."""
        path = tuple(p for p in path if p != "cases")
        text_ = clean(text)
        if not path or not text_:
            return text_ if path else text
        field = self._field(path)
        if field is not None and field.many and ";" in text_ and field.kind not in ("text", "language-text"):
            return "; ".join(self._one(path, part.strip(), field, ids) for part in text_.split(";") if part.strip())
        return self._one(path, text_, field, ids)

    def _one(self, path: tuple[str, ...], word: str, field: Field | None, ids: Mapping[str, str]) -> str:
        if path == ("id",):
            return ids.get(word, word)
        if field is not None and field.kind == "case":
            head, mark, last = word.rpartition("/")
            return word if SLUG.fullmatch(last) or "://" in word else head + mark + ids.get(last, last)
        if path[-1] in DATES and len(path) == 1:
            return iso_date(word) or word
        choices = self._choices(path)
        if choices is None or word in choices.values():
            return word
        return choices.get(_bare(word), word)
