"""The sources of a user's own cases, from BibTeX and RIS files: described works that a record names by key, DOI or URL."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from coproduction.loaders.opening import check_file, read_text
from coproduction.loaders.raw import Finding, Unreadable, nearest
from coproduction.loaders.works import BOOK, CHAPTER, DOCUMENT, MONTHS, Name, Record, doi_of, plain, table, word_for

FORMATS = {"bib": "bibtex", "bibtex": "bibtex", "ris": "ris"}
# A first and a last page: with two hyphens or a dash between them, or one hyphen between two numbers or such.
RANGE = (
    re.compile(r"([^\s,;+–—]+?)\s*(?:--+|–|—)\s*([^\s,;+–—]+)"),
    re.compile(r"([^\s,;+–—-]+)\s*-\s*([^\s,;+–—-]+)"),
)
ISO_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
SLASHED = re.compile(r"(\d{4})(?:/(\d{0,2})(?:/(\d{0,2})(?:/(.*))?)?)?")
DIFFER = ("year", "title", "container", "volume", "issue", "pages", "publisher", "doi")


@dataclass(frozen=True)
class Source:
    """A work of a bibliography, and where its entry stands."""

    record: Record
    file: str
    line: int

    def where(self) -> str:
        """Return the place in words."""
        return f"{self.file}:{self.line}"


@dataclass
class Library:
    """The works of a user's bibliographies, in order, and each by the names that a record may give it."""

    sources: list[Source] = field(default_factory=list)
    names: dict[str, list[Source]] = field(default_factory=dict)

    def add(self, source: Source) -> None:
        """Take in a work under its key, its DOI and its addresses."""
        self.sources.append(source)
        record = source.record
        addresses = [_address(url) for url in record.urls]
        for name in dict.fromkeys([record.key, _doi(record.doi), *map(_doi, record.urls), *addresses]):
            if name:
                self.names.setdefault(name, []).append(source)

    def all(self, word: str) -> list[Source]:
        """Return the works that a citation key, DOI or URL names, the one that is taken first: of any file."""
        word = word.strip()
        found = self.names.get(word) or self.names.get(_doi(word)) or self.names.get(_address(word)) or []
        # What one file has by its key another may have by the DOI alone.
        doi = next((_doi(s.record.doi) for s in found if _doi(s.record.doi)), "")
        return list(dict.fromkeys([*found, *self.names.get(doi, [])]))

    def find(self, word: str) -> Source | None:
        """Return the work that a citation key, DOI or URL names, or None."""
        return next(iter(self.all(word)), None)

    def keys(self) -> list[str]:
        """Return the keys and DOIs of all works."""
        return [name for s in self.sources for name in (s.record.key, s.record.doi) if name]


def _doi(text: str) -> str:
    """Return a DOI as the one way of writing it: bare and in small letters, for its letters have no case."""
    return doi_of(text).lower()


def _address(text: str) -> str:
    """Return an address without what makes no difference: https or http, letter case of the host, the slash at the end."""
    scheme, mark, rest = text.strip().partition("://")
    if not mark or scheme.lower() not in ("http", "https"):
        return ""
    host, slash, path = rest.partition("/")
    return f"//{host.lower()}{slash}{path}".rstrip("/")


def read(paths: Iterable[str]) -> tuple[Library, list[Finding]]:
    """Return the works of bibliographies and the findings on them. Raises Unreadable for a file that cannot be read."""
    library, findings = Library(), []
    for name in dict.fromkeys(paths):
        fmt = _format(name)
        check_file(name)
        text = re.sub("\r\n?", "\n", read_text(name))
        if fmt == "bibtex":
            from coproduction.loaders.bibtex_sources import read as parse
        else:
            from coproduction.loaders.ris_sources import read as parse
        entries, found = parse(name, text)
        findings += found
        for source in _sources(entries, name, fmt, findings):
            library.add(source)
    return library, findings


def _format(name: str) -> str:
    suffix = Path(name).suffix.lower().lstrip(".")
    if suffix in FORMATS:
        return FORMATS[suffix]
    like = nearest(suffix, FORMATS) if suffix else None
    hint = f"; did you mean .{like}?" if like else ""
    raise Unreadable(f"is no bibliography by its suffix: .bib, .bibtex or .ris{hint}", name)


def _sources(entries, name: str, fmt: str, findings: list[Finding]) -> Iterator[Source]:
    """Yield the works of a file's entries; add findings on keys that are missing or there twice."""
    seen: dict[str, int] = {}
    for kind, key, line, fields in entries:
        key = plain(key)
        made = record(kind, key, fields, fmt)
        if not key and (fmt == "bibtex" or not (doi_of(made.doi) or made.urls)):
            how = "write it behind the brace, as in @article{key," if fmt == "bibtex" else "add a line `ID  - key`"
            message = f"the entry has no key, so no record can name it; {how}"
            severity = "error" if fmt == "bibtex" else "warning"
            findings.append(Finding("bad-entry", message, severity, file=name, line=line))
        elif key and key in seen:
            message = (
                f"entry {key!r:.80} stands already at line {seen[key]}; take one away, or give it a key of its own"
            )
            findings.append(Finding("bad-entry", message, file=name, line=line))
            continue
        seen[key] = line
        yield Source(made, name, line)


def record(kind: str, key: str, fields: dict, fmt: str) -> Record:
    """Return the record of an entry: of its type, key and fields by the names that BibTeX has. No field is lost."""
    rest = {name: value for name, value in fields.items() if value}
    for other, name in table()["same_fields"].items():
        if other in rest and name not in rest:
            rest[name] = rest.pop(other)
    word = _kind(kind, rest, fmt)
    if fmt == "ris" and "isbn" in rest and word not in (BOOK, CHAPTER):
        # RIS has one tag for both numbers.
        rest["issn"] = rest.pop("isbn")
    urls = [*_listed(rest.pop("url", [])), *_listed(rest.pop("link", []))]
    if re.match(r"https?://\S+$", str(rest.get("howpublished", ""))):
        urls.append(rest.pop("howpublished"))
    year, month = _date(rest)
    notes = _listed(rest.pop("note", []))
    if len(urls) > 1:
        also = f"Also at: {' '.join(urls[1:])}"
        notes += [] if also in notes else [also]
    return Record(
        key=key,
        kind=word,
        authors=tuple(rest.pop("author", ())),
        editors=tuple(rest.pop("editor", ())),
        year=year,
        month=month,
        title=_title(rest),
        container=_first(rest, ["container", *table()["containers"]]),
        volume=rest.pop("volume", ""),
        issue=_first(rest, ["number", "issue"]),
        pages=_pages(rest),
        publisher=_first(rest, table()["publishers"]),
        doi=doi_of(rest.get("doi", "")) or rest.get("doi", ""),
        urls=tuple(urls),
        notes=tuple(notes),
        more=tuple((name, value) for name, value in rest.items() if name != "doi"),
    )


def _kind(word: str, rest: dict, fmt: str) -> str:
    """Return the kind of an entry by its type. What that says beyond the kind, or a format could not say, is its `type`."""
    kinds, others, types = table()["kinds"], table()[f"{fmt}_types"], _types(fmt)
    word = word.lower() if fmt == "bibtex" else word.upper()
    kind, told = types.get(word, DOCUMENT), rest.get("type", "")
    meant = told if told in kinds else table()["bibtex_types"].get(told.lower())
    if meant and (kind == DOCUMENT and word in types or told in kinds and word_for(meant, fmt) == word):
        # A format without a word of its own for the kind has it beside the entry.
        del rest["type"]
        kind = meant
    if kind in table()["told"]:
        rest.setdefault("type", kind)
    elif word and (word not in types or word in others and kind != DOCUMENT and word_for(kind, fmt)):
        rest.setdefault("entrytype" if "type" in rest else "type", word)
    return kind


@cache
def _types(fmt: str) -> dict[str, str]:
    """Return the kinds by their words in a format; of two kinds with one word the first is meant."""
    kinds = {row[fmt]: kind for kind, row in reversed(table()["kinds"].items()) if fmt in row}
    return kinds | table()[f"{fmt}_types"]


def _listed(value) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _first(rest: dict, names: Iterable[str]) -> str:
    """Return the first of some fields that is there, and take it away; the others stay."""
    return next((rest.pop(name) for name in names if name in rest), "")


def _title(rest: dict) -> str:
    title, subtitle = rest.pop("title", ""), rest.pop("subtitle", "")
    return f"{title}: {subtitle}" if title and subtitle else title or subtitle


def _pages(rest: dict) -> tuple[str, ...]:
    if "first" in rest:
        return tuple(part for part in (rest.pop("first"), rest.pop("last", "")) if part)
    pages = rest.pop("pages", "")
    for pattern in RANGE:
        if found := pattern.fullmatch(pages):
            return found.groups()
    return (pages,) if pages else ()


def _date(rest: dict) -> tuple[str, str]:
    """Return year and month as printed, from fields of their own or from a date; what does not fit stays a field."""
    year, month = rest.pop("year", ""), _month(rest.pop("month", ""))
    slashed = SLASHED.fullmatch(year) if "/" in year else None
    if slashed:
        year, month = slashed[1], _month(slashed[2] or slashed[4] or "") or month
        _put(rest, "day", slashed[3] or "")
    date = rest.get("date", "")
    found = ISO_DATE.fullmatch(date) or SLASHED.fullmatch(date)
    if not found:
        return (rest.pop("date"), month) if date and not year else (year, month)
    parts = [*found.groups(), None][:4]
    if year in ("", parts[0]):
        told = _month(parts[1] or parts[3] or "")
        if not month or not told or month == told:
            del rest["date"]
            year, month = parts[0], month or told
            _put(rest, "day", parts[2] or "")
    return year, month


def _put(rest: dict, name: str, value: str) -> None:
    if value.strip():
        rest[name] = value.lstrip("0")


def _month(text: str) -> str:
    """Return a month as its number where the text is one or its English name, whole or cut; else the text."""
    text = text.strip()
    word = text.rstrip(".").lower()
    if word[:3] in MONTHS and (len(word) == 3 or word in _months()):
        return str(MONTHS.index(word[:3]) + 1)
    return str(int(text)) if re.fullmatch("0?[1-9]|1[0-2]", text) else text


def _months() -> set[str]:
    import calendar

    return {name.lower() for name in calendar.month_name} | {"sept"}


def differences(one: Record, other: Record) -> list[str]:
    """Return the fields that two entries of a work both tell, and tell differently: letter case and blanks aside."""

    def same(value) -> object:
        return " ".join("-".join(value).split() if isinstance(value, tuple) else value.split()).casefold()

    def surnames(names: tuple[Name, ...]) -> list[str]:
        return [(name.family or name.body).casefold() for name in names]

    found = [n for n in ("authors", "editors") if getattr(one, n) and getattr(other, n)]
    found = [n for n in found if surnames(getattr(one, n)) != surnames(getattr(other, n))]
    for name in DIFFER:
        first, second = getattr(one, name), getattr(other, name)
        if first and second and same(first) != same(second):
            found.append(name)
    return found
