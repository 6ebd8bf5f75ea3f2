"""Where in a Turtle text things stand: lines and columns of subjects, blank nodes, properties and values.

A parser of RDF forgets places. So the text is parsed with a mark in each pair of square brackets, which says where that
stands and is taken out again; what stands between the brackets, or in a statement, is found by its name.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from coproduction import names
from coproduction.loaders.raw import Place

MARK = "urn:coproduction:place"
TOKEN = re.compile(
    r'(?P<text>"""(?:[^\\]|\\.)*?"""|\'\'\'(?:[^\\]|\\.)*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\')'
    r"|<(?P<iri>[^<>\"{}|^`\x00-\x20]*)>|(?P<comment>\#[^\n]*)|(?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)"
    r"|(?P<blank>_:[^\s;,.\[\]()#\"'<>]+(?:\.+[^\s;,.\[\]()#\"'<>]+)*)"
    r"|(?P<name>(?:[^\W\d_](?:[\w.-]*[\w-])?)?:(?:(?:[\w:-]|%[0-9A-Fa-f]{2}|\\.)(?:(?:[\w:.-]|%[0-9A-Fa-f]{2}|\\.)*(?:[\w:-]|%[0-9A-Fa-f]{2}|\\.))?)?)"
    r"|(?P<word>[A-Za-z]+)|(?P<number>[+-]?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)|(?P<mark>[\[\]();,.]|\^\^)",
    re.DOTALL,
)
OPEN, CLOSED = "[(", "])"


@dataclass(frozen=True)
class Token:
    """A name or mark of the text: the IRI or blank node that it stands for, its place, and how deep in brackets it is."""

    term: str
    place: Place
    end: int
    depth: int
    first: bool


def _joined(base: str, iri: str) -> str:
    """Return an IRI of the text in full; an empty fragment, which joining drops, stays."""
    full = urljoin(base, iri) if base else iri
    return full + "#" if iri.endswith("#") and not full.endswith("#") else full


class Places:
    """The places of a Turtle text, which must be one that a parser has read."""

    def __init__(self, text: str):
        self.prefixes: dict[str, str] = {}
        self.tokens = list(self._tokens(text))
        self.marked = self._with_marks(text)

    def _tokens(self, text: str) -> Iterator[Token]:
        """Yield the names and brackets of a text, with its prefixes written out."""
        line, begin, last, depth, first, base = 1, 0, 0, 0, True, ""
        directive: list[str] = []
        for found in TOKEN.finditer(text):
            breaks = text.count("\n", last, found.start())
            if breaks:
                line, begin = line + breaks, text.rindex("\n", last, found.start()) + 1
            last, kind, word = found.start(), found.lastgroup, found[0]
            if kind == "comment":
                continue
            if first and word.lower().lstrip("@") in ("prefix", "base"):
                directive = [word]
                continue
            if directive:
                directive.append(word)
                if kind == "iri":
                    iri = _joined(base, found["iri"])
                    if len(directive) == 3:
                        self.prefixes[directive[1].removesuffix(":")] = iri
                    else:
                        base = iri
                    directive = directive[:1] if directive[0].startswith("@") else []
                elif word == ".":
                    directive = []
                continue
            depth -= word in CLOSED
            term = self._term(kind, found, base)
            yield Token(term, Place(line, found.start() - begin + 1), found.end(), depth, first)
            depth += word in OPEN
            first = depth == 0 and word == "."

    def _term(self, kind: str | None, found: re.Match, base: str) -> str:
        if kind == "iri":
            return _joined(base, found["iri"])
        if kind == "name":
            prefix, _, rest = found[0].partition(":")
            return self.prefixes.get(prefix, prefix + ":") + re.sub(r"\\(.)", r"\1", rest)
        return names.RDF_TYPE if found[0] == "a" else found[0] if kind in ("mark", "blank") else ""

    def _with_marks(self, text: str) -> str:
        parts, last = [], 0
        for n, token in enumerate(self.tokens):
            if token.term == "[":
                closes = n + 1 < len(self.tokens) and self.tokens[n + 1].term == "]"
                parts += [text[last : token.end], f" <{MARK}> {n}" + (" " if closes else " ; ")]
                last = token.end
        return "".join([*parts, text[last:]])

    def find(self, node: str | int, predicate: str | None = None, value: str | None = None) -> Place:
        """Return the place of a value of a node, else that of the predicate, else of the node.

        node: an IRI, `_:` and a label, or the number that the mark of a blank node has.
        """
        if isinstance(node, int):
            spans = [node]
        else:
            spans = [n for n, token in enumerate(self.tokens) if token.first and token.term == node]
        best: Token | None = None
        for start in spans:
            inside = self._inside(start)
            at = next((n for n, t in enumerate(inside) if predicate and t.term == predicate), None)
            if value:
                hit = next((t for t in inside[at or 0 :] if t.term == value), None)
                if hit:
                    return hit.place
            if at is not None and best is None:
                best = inside[at]
        if best:
            return best.place
        return self.tokens[spans[0]].place if spans else Place()

    def _inside(self, start: int) -> list[Token]:
        """Return the tokens behind a subject or an opening bracket, as far as the statement or the brackets go."""
        head, found = self.tokens[start], []
        for token in self.tokens[start + 1 :]:
            if token.depth == head.depth and token.term == ("." if head.first else "]"):
                break
            found.append(token)
        return found

    def short(self, iri: str, more: Mapping[str, str] | None = None) -> str:
        """Return an IRI as the text writes it: by the longest of its prefixes, or of more of them, or in full."""
        table = dict(more or {}) | self.prefixes
        fitting = [p for p, space in table.items() if space and re.fullmatch(r"[\w.-]*", iri.removeprefix(space))]
        fitting = [p for p in fitting if iri.startswith(table[p])]
        prefix = max(fitting, key=lambda p: len(table[p]), default=None)
        return f"<{iri}>" if prefix is None else f"{prefix}:{iri.removeprefix(table[prefix])}"
