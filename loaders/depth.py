"""Refuse what is nested too deeply before a parser that cannot bear it sees it.

pyoxigraph 0.5 ends the whole process on some ten thousand JSON-LD objects, or RDF 1.2 triple terms, in each other, and
takes time in the square of the depth of RDF/XML. Lists and blank nodes of Turtle do it no harm.
"""

import re
from contextlib import suppress

from coproduction.loaders import limits
from coproduction.loaders.raw import Unreadable

BRACKETS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|([\[{])|([\]}])', re.DOTALL)
# Strings, IRIs and comments of Turtle and its kin, in which brackets mean nothing, and triple terms.
TRIPLE_TERMS = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|\'\'\'(?:[^\\]|\\.)*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
    r'|<[^<>"{}|^`\x00-\x20]*>|\#[^\n]*|(<<\()|(\)>>)',
    re.DOTALL,
)
OPENS = "<<("


def check_rdf(name: str, text: str, suffix: str, first: int = 1) -> None:
    """Raise Unreadable for an RDF text nested beyond the limit, at the place where it passes it."""
    if suffix == "rdf":
        _check_xml(name, text)
    elif suffix == "jsonld":
        _check(name, text, BRACKETS, first)
    elif text.count(OPENS) > limits.DEEPEST:
        _check(name, text, TRIPLE_TERMS, first)


def _check(name: str, text: str, tokens: re.Pattern, first: int) -> None:
    depth = -1
    for token in tokens.finditer(text):
        if token[1]:
            depth += 1
            if depth > limits.DEEPEST:
                before = text[: token.start()]
                line, column = before.count("\n") + first, token.start() - before.rfind("\n")
                raise Unreadable("is nested too deeply", name, line, column)
        elif token[2]:
            depth -= 1


def _check_xml(name: str, text: str) -> None:
    from xml.parsers.expat import ExpatError, ParserCreate

    parser, depth = ParserCreate(), -1

    def down(*_) -> None:
        nonlocal depth
        depth += 1
        if depth > limits.DEEPEST:
            place = parser.CurrentLineNumber, parser.CurrentColumnNumber + 1
            raise Unreadable("is nested too deeply", name, *place)

    def up(_) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = down, up
    # What is no XML is found and told by the parser of RDF/XML.
    with suppress(ExpatError):
        parser.Parse(text.encode(), True)
