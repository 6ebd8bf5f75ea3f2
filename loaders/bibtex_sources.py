"""Works from BibTeX and BibLaTeX files, each entry with its line; what the library cannot read is a finding.

The library parts a file into blocks and names into parts. What it leaves open is done here: `#` between values, names of
months, entries that refer to another by `crossref`, and text in TeX, of which nothing is to be lost.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from coproduction.loaders import limits
from coproduction.loaders.raw import Finding, Unreadable
from coproduction.loaders.works import MONTHS, OTHERS, VERBATIM, Name, plain

if TYPE_CHECKING:
    from pylatexenc.latex2text import LatexNodes2Text

CODE = "bad-entry"
NAMES = ("author", "editor")
# An address is taken as it stands, but for signs that a program has put a backslash or braces around.
GUARDED = re.compile(r"\{?\\([%_&#~$])\}?|\{([%_&#~$])\}|\{\\textasciitilde\}|\\textasciitilde(?:\{\})?")
WRAPPED = re.compile(r"\\(?:url|path)\s*\{([^{}]*)\}")
# What TeX reads as more than the character that it is.
TEX = re.compile(r"[\\$~%&]|--|``|''|[?!]`|<<|>>|,,")
BARE = re.compile(r"(?<!\\)((?:\\\\)*)([%&])")
DOLLAR = re.compile(r"(?<!\\)(?:\\\\)*\$")
# The start of an entry in what the library takes for a comment between entries: a brace or a comma is missing there.
ENTRY_LIKE = re.compile(r"^[ \t]*@\s*(\w+)", re.MULTILINE)
# What an entry does not take over from the one that it refers to.
OWN = ("title", "booktitle", "crossref", "author", "doi", "url", "pages", "abstract", "keywords", "file")


def read(name: str, text: str) -> tuple[list[tuple[str, str, int, dict]], list[Finding]]:
    """Return type, key, line and fields of each entry, and the findings. Raises Unreadable where there is no entry.

    Fields are texts by name in small letters, but `author` and `editor` lists of names.
    """
    from bibtexparser.model import Entry, ImplicitComment, ParsingFailedBlock
    from bibtexparser.splitter import Splitter

    with _quiet():
        library = Splitter(text).split()
    strings = {key.lower(): string.value for key, string in library.strings_dict.items()}
    found: list[Finding] = []
    entries: list[tuple[str, str, int, dict]] = []
    for block, line in _lines(library.blocks, text):
        if isinstance(block, Entry):
            fields = _values(block, strings, name, line, found)
            entries.append((block.entry_type.lower(), block.key, line, fields))
        elif isinstance(block, ParsingFailedBlock):
            found.append(Finding(CODE, _fault(block), file=name, line=line))
        elif isinstance(block, ImplicitComment):
            for start in ENTRY_LIKE.finditer(block.raw):
                line_of = line + block.raw.count("\n", 0, start.start())
                message = f"@{start[1]} begins an entry and has no brace behind it; nothing of it is read"
                found.append(Finding(CODE, message, file=name, line=line_of))
    if not entries and not found:
        raise Unreadable("holds no entry such as @article{key, title = {...}}", name)
    _take_over(entries)
    return [(kind, key, line, _read(fields, name, line, key, found)) for kind, key, line, fields in entries], found


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library from saying on standard error what is a finding here."""
    loggers = [
        logging.getLogger(name) for name in list(logging.root.manager.loggerDict) if name.startswith("bibtexparser")
    ]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, state in zip(loggers, before, strict=True):
            logger.disabled = state


def _lines(blocks: Iterable, text: str) -> Iterator[tuple[object, int]]:
    """Yield blocks with their lines, counted here: the library passes over line ends behind a backslash."""
    at, line = 0, 1
    for block in blocks:
        start = text.find(block.raw, at) if block.raw else at
        if start >= at:
            line += text.count("\n", at, start)
            at = start
        yield block, line


def _fault(block) -> str:
    """Return what is wrong with a block that the library could not read, in words."""
    from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, String

    if isinstance(block, DuplicateBlockKeyBlock):
        what = "@string" if isinstance(block.previous_block, String) else "entry"
        before = block.previous_block.start_line + 1
        return f"{what} {block.key!r:.80} stands already at line {before}; take one away, or give it a key of its own"
    if isinstance(block, DuplicateFieldKeyBlock):
        twice = ", ".join(sorted(block.duplicate_keys))
        return f"entry {block.ignore_error_block.key!r:.80} has {twice} twice; take one away"
    head = block.raw.split("\n", 1)[0][:60]
    why = getattr(block.error, "abort_reason", None) or str(block.error)
    return (
        f"{head!r} is no whole entry: {plain(why).rstrip('. ')}; look for a brace, quote or comma missing from here on"
    )


def _values(block, strings: Mapping[str, str], name: str, line: int, found: list[Finding]) -> dict[str, str]:
    """Return the fields of an entry as they stand in TeX, abbreviations and `#` resolved; add findings."""
    fields: dict[str, str] = {}
    for field in block.fields:
        key = field.key.lower()
        value = _resolved(field.value, strings, key, name, line, block.key, found)
        if key in fields and fields[key] != value:
            message = f"entry {block.key!r:.80} has {key} twice; take one away"
            found.append(Finding(CODE, message, file=name, line=line, key=key))
        elif value:
            fields[key] = value
    return fields


def _resolved(value: str, strings, key: str, name: str, line: int, entry: str, found: list[Finding]) -> str:
    parts = []
    for part in _concatenated(value):
        if part[:1] + part[-1:] in ("{}", '""') and len(part) > 1:
            parts.append(part[1:-1])
            continue
        word = part.strip("#").lower()
        if word in strings:
            parts.append(
                _resolved(strings[word], {k: v for k, v in strings.items() if k != word}, key, name, line, entry, found)
            )
        elif word in MONTHS or part.isdigit() or not part:
            parts.append(part.strip("#"))
        else:
            message = f"{key} of {entry!r:.80} has {part!r:.60} without braces, which is no @string of this file"
            found.append(Finding(CODE, message, "warning", file=name, line=line, key=key))
            parts.append(part)
    return re.sub(r"\s+", " ", "".join(parts)).strip()


def _concatenated(value: str) -> list[str]:
    """Return the parts of a value between `#`, outside of braces and quotes."""
    parts, depth, quoted, start = [], 0, False, 0
    for at, char in enumerate(value):
        if char in "{}" and value[at - 1 : at] != "\\":
            depth += 1 if char == "{" else -1
        elif char == '"' and not depth:
            quoted = not quoted
        elif char == "#" and not depth and not quoted and value[start:at].strip():
            parts.append(value[start:at].strip())
            start = at + 1
    return [*parts, value[start:].strip()]


def _take_over(entries: list[tuple[str, str, int, dict]]) -> None:
    """Fill in what an entry has by reference: a chapter the title, editors, year and publisher of its book."""
    by_key = {key.lower(): fields for _, key, _, fields in entries if key}
    for _, key, _, fields in entries:
        book = by_key.get(fields.get("crossref", "").lower())
        if book is None or fields["crossref"].lower() == key.lower():
            continue
        del fields["crossref"]
        if "title" in book:
            fields.setdefault("booktitle", book["title"])
        for field, value in book.items():
            if field not in (*OWN, "type", "note", "urldate"):
                fields.setdefault(field, value)


def _read(fields: dict[str, str], name: str, line: int, entry: str, found: list[Finding]) -> dict:
    """Return fields as plain text and names; add findings on what cannot be made out."""

    def warn(key: str, message: str) -> None:
        where = f"{key} of {entry!r:.80}"
        found.append(Finding(CODE, f"{where} {message}", "warning", file=name, line=line, key=key))

    read: dict = {}
    for key, value in fields.items():
        if key in VERBATIM or value.startswith(("http://", "https://")):
            read[key] = plain(address(value))
            continue
        if _depth(value) > limits.DEEPEST:
            message = (
                f"{key} of {entry!r:.80} has more than {limits.DEEPEST} braces in each other; the field is not read"
            )
            found.append(Finding(CODE, message, file=name, line=line, key=key))
            continue
        if key in NAMES:
            read[key] = people(value, lambda message, key=key: warn(key, message))
            continue
        wrapped = WRAPPED.fullmatch(value)
        text = address(wrapped[1]) if wrapped else decoded(value)
        if text is None:
            warn(key, "has TeX that cannot be read; it is kept as it stands")
        read[key] = plain(value if text is None else text)
    return read


def _depth(value: str) -> int:
    depth = deepest = 0
    for char in re.sub(r"\\.", "", value):
        depth += (char == "{") - (char == "}")
        deepest = max(deepest, depth)
    return deepest


def address(value: str) -> str:
    """Return an address or a DOI without the backslashes and braces that programs put around its signs."""
    value = WRAPPED.sub(r"\1", value).strip()
    while value[:1] == "{" and value[-1:] == "}" and _whole(value):
        value = value[1:-1].strip()
    return GUARDED.sub(lambda found: found[1] or found[2] or "~", value)


def _whole(value: str) -> bool:
    """Return whether the brace at the start of a text is closed at its end, and not before."""
    depth = 0
    for at, char in enumerate(value):
        if char in "{}" and value[at - 1 : at] != "\\":
            depth += 1 if char == "{" else -1
            if not depth:
                return at == len(value) - 1
    return False


def people(value: str, warn) -> list[Name]:
    """Return the names of a list of BibTeX: persons in parts, a name in braces whole. `warn` takes what is wrong."""
    from bibtexparser.middlewares.names import (
        InvalidNameError,
        parse_single_name_into_parts,
        split_multiple_persons_names,
    )

    found = []
    for word in split_multiple_persons_names(value):
        word = word.strip()
        if word.lower() in ("", "and"):
            continue
        if word.lower() == OTHERS.body:
            found.append(OTHERS)
            continue
        if word.startswith("{") and _whole(word):
            found.append(Name(body=_text(word)))
            continue
        try:
            parts = parse_single_name_into_parts(word)
        except InvalidNameError as error:
            warn(f"has a name that cannot be parted, {word!r:.80}: {plain(error.reason)}; it is kept whole")
            found.append(Name(body=_text(word)))
            continue
        if len(parts.first) == 1 and not parts.von and "," not in word and parts.first[0][0].islower():
            # Of two words the library takes a particle for a given name, where BibTeX does not.
            parts.first, parts.von = [], parts.first
        family, given, suffix = (_text(" ".join(p)) for p in (parts.von + parts.last, parts.first, parts.jr))
        found.append(Name(family=family, given=given, suffix=suffix))
    return [name for name in found if str(name)]


def _text(value: str) -> str:
    text = decoded(value)
    return plain(value if text is None else text)


def decoded(value: str) -> str | None:
    """Return a text in TeX as plain text, or None where it cannot be read.

    A bare `%` or `&`, and a dollar sign without a second one, are taken for themselves: outside of TeX they stand in
    titles, and as TeX reads them the rest of the line would be lost.
    """
    if not TEX.search(value):
        # Braces alone only keep capitals.
        return value.replace("{", "").replace("}", "")
    value = BARE.sub(r"\1\\\2", value)
    if len(DOLLAR.findall(value)) % 2:
        value = DOLLAR.sub(lambda found: found[0][:-1] + r"\$", value)
    try:
        return _decoder().latex_to_text(value)
    except Exception:
        # The library fails in ways of its own, such as an IndexError at a command without its arguments.
        return None


def _unknown(node) -> str:
    raise ValueError(f"the command {node.macroname} is not known")


@cache
def _decoder() -> "LatexNodes2Text":
    """Return the decoder, with commands that it does not know; it would leave out one that is unknown, and fails here."""
    from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

    known = get_default_latex_context_db()
    named = {"textbraceleft": "{", "textbraceright": "}", "textasciicircum": "^", "url": "%s", "-": ""}
    known.add_context_category("more", prepend=True, macros=[MacroTextSpec(n, c) for n, c in named.items()])
    known.set_unknown_macro_spec(MacroTextSpec("", simplify_repl=_unknown))
    return LatexNodes2Text(latex_context=known, math_mode="text")
