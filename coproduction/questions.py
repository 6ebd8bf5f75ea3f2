"""Saved questions: plain SPARQL files with a strict header, and their answers in every format.

A header line is `#+ key: value`; the file stays valid SPARQL and runs as it is on any store.
"""

import io
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import (
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    parse,
    parse_query_results,
    serialize,
)

from coproduction import names

KEYS = ("summary", "summary-fr", "question", "question-fr", "group", "tags")
GROUPS = ("what", "who", "when", "how", "why", "where")
RESULTS = {
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
}
GRAPHS = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "jsonld": RdfFormat.JSON_LD}
CHARTS = ("chart", "svg")
FORMATS = ("table", *CHARTS, *RESULTS, *GRAPHS)


class BadQuestion(ValueError):
    """A saved question whose header cannot be read; the message names file and line and says what would be right."""


class BadQuery(ValueError):
    """A query that cannot be answered, or not in the format asked for; the message says where and why."""


@dataclass(frozen=True)
class Question:
    """A saved question: its slug, header and SPARQL text."""

    slug: str
    header: Mapping[str, str]
    text: str

    @property
    def group(self) -> str:
        """What, who, when, how, why or where."""
        return self.header["group"]

    @property
    def tags(self) -> list[str]:
        """The words it is filed under."""
        return [tag.strip() for tag in self.header["tags"].split(",")]

    def in_language(self, lang: str = "en") -> str:
        """Return the question in a language, in English where that one is missing."""
        return self.header.get(f"question-{lang}", self.header["question"])


@dataclass(frozen=True)
class Table:
    """The answer to a SELECT: the variables' names, rows of terms (None where unbound), and the whole as SPARQL JSON."""

    variables: tuple[str, ...]
    rows: list[tuple]
    json: bytes


def load(folder: Path) -> dict[str, Question]:
    """Return the saved questions of a folder by slug, group by group. Raises BadQuestion for a header that is wrong."""
    found = [read(file) for file in sorted(folder.glob("*.rq"))]
    return {q.slug: q for q in sorted(found, key=lambda q: (GROUPS.index(q.group), q.slug))}


def quads(questions: Iterable[Question], graph: str) -> Iterator[Quad]:
    """Yield the quads that describe saved queries: question, summary, group and SPARQL text, in a named graph."""
    target = NamedNode(graph)
    for question in questions:
        node = NamedNode(names.question_iri(question.slug))
        rows = [
            (names.RDF_TYPE, NamedNode(names.COP + "SavedQuery")),
            (names.COP + "heading", Literal(question.group)),
            (names.COP + "queryText", Literal(question.text)),
        ]
        for lang, suffix in (("en", ""), ("fr", "-fr")):
            rows.append((names.RDFS + "label", Literal(question.header["question" + suffix], language=lang)))
            rows.append((names.SKOS + "definition", Literal(question.header["summary" + suffix], language=lang)))
        for predicate, value in rows:
            yield Quad(node, NamedNode(predicate), value, target)


def read(file: Path) -> Question:
    """Return the question in a file. Raises BadQuestion."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadQuestion(f"{file.name}: is not UTF-8") from None
    header: dict[str, str] = {}

    def wrong(line: int, message: str) -> BadQuestion:
        return BadQuestion(f"{file.name}:{line}: {message}")

    number = 0
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#+"):
            if any(rest.startswith("#+") for rest in text.splitlines()[number:]):
                raise wrong(number, "header lines stand together on top; this line parts them")
            break
        if "\t" in line:
            raise wrong(number, "a tab stands in the header; write blanks")
        key, colon, value = line[2:].partition(":")
        key, value = key.strip(), value.strip()
        if not colon or not line.startswith("#+ "):
            raise wrong(number, "a header line is `#+ key: value`")
        if key not in KEYS:
            from coproduction.loaders.raw import nearest

            like = nearest(key, KEYS)
            raise wrong(
                number, f"{key!r} is no key" + (f"; did you mean {like}?" if like else f"; known: {', '.join(KEYS)}")
            )
        if key in header:
            raise wrong(number, f"{key} stands twice")
        if not value:
            raise wrong(number, f"{key} is empty")
        header[key] = value
    missing = [key for key in KEYS if key not in header]
    if missing:
        raise wrong(number or 1, f"{', '.join(missing)} missing in the header")
    if header["group"] not in GROUPS:
        raise wrong(number, f"group {header['group']!r} is not one of {', '.join(GROUPS)}")
    for key in ("question", "question-fr"):
        if not header[key].endswith("?"):
            raise wrong(number, f"{key} does not end in a question mark")
    return Question(file.stem, header, text)


def run(store: Store, text: str):
    """Return the answer to a query over the union of a store's graphs: Table, bool, or a list of triples. Raises BadQuery."""
    try:
        answer = store.query(text, use_default_graph_as_union=True)
        if isinstance(answer, QuerySolutions):
            return _table(answer)
        return bool(answer) if isinstance(answer, QueryBoolean) else list(answer)
    except (SyntaxError, ValueError, OSError, RuntimeError) as error:
        raise BadQuery(f"is no SPARQL that can be answered: {str(error).splitlines()[0]}") from None


def from_endpoint(endpoint: str, text: str):
    """Return the answer of a remote endpoint, as `run` does. Raises BadQuery."""
    from coproduction import remote

    try:
        data, kind = remote.ask(endpoint, text)
        if "json" in kind:
            answer = parse_query_results(input=data, format=QueryResultsFormat.JSON)
            return _table(answer) if isinstance(answer, QuerySolutions) else bool(answer)
        return [quad.triple for quad in parse(input=data, format=RdfFormat.N_TRIPLES)]
    except remote.RemoteError as error:
        raise BadQuery(str(error)) from None
    except (SyntaxError, ValueError) as error:
        raise BadQuery(f"{endpoint} answers what cannot be read: {error}") from None


def _table(answer: QuerySolutions) -> Table:
    data = _serialized(answer, QueryResultsFormat.JSON)
    variables = tuple(v.value for v in answer.variables)
    rows = [tuple(row[v] for v in variables) for row in parse_query_results(input=data, format=QueryResultsFormat.JSON)]
    return Table(variables, rows, data)


def _serialized(answer: QuerySolutions | QueryBoolean, fmt: QueryResultsFormat) -> bytes:
    out = io.BytesIO()
    answer.serialize(out, format=fmt)
    return out.getvalue()


def render(answer, fmt: str, prefixes: Mapping[str, str], lang: str = "en", title: str = ""):
    """Return an answer in a format: bytes, text, or None where a table has been printed. Raises BadQuery for a misfit.

    A title, in that language, stands over an SVG.
    """
    if fmt == "table":
        return _printed(answer, prefixes)
    if fmt in GRAPHS:
        if not isinstance(answer, list):
            raise BadQuery(f"gives no graph, so not {fmt}; take one of table, {', '.join(RESULTS)}")
        return serialize(answer, format=GRAPHS[fmt], prefixes=None if fmt == "nt" else _used(answer, prefixes))
    if isinstance(answer, list):
        raise BadQuery(f"gives a graph, so not {fmt}; take one of {', '.join(GRAPHS)}")
    return _charted(answer, fmt, prefixes, lang, title) if fmt in CHARTS else _results(answer, fmt)


def _charted(answer: Table | bool, fmt: str, prefixes: Mapping[str, str], lang: str, title: str) -> str | bytes:
    """Return a table as a chart: text as wide as the terminal, or SVG."""
    if isinstance(answer, bool):
        raise BadQuery(f"gives yes or no, so not {fmt}; take one of table, {', '.join(RESULTS)}")
    from coproduction import charts

    chart = charts.chart(answer, prefixes)
    if fmt == "svg":
        return charts.svg(chart, title, lang).encode()
    return charts.text(chart, shutil.get_terminal_size().columns, sys.stdout.encoding or "utf-8")


def _results(answer: Table | bool, fmt: str) -> bytes:
    """Return a table or a truth value in one of the W3C's result formats."""
    if isinstance(answer, Table):
        return _serialized(parse_query_results(input=answer.json, format=QueryResultsFormat.JSON), RESULTS[fmt])
    if fmt in ("csv", "tsv"):
        # SPARQL 1.1 has no CSV or TSV of a truth value; the bare word is what a reader expects.
        return f"{str(answer).lower()}\n".encode()
    return _serialized(Store().query("ASK { }" if answer else "ASK { ?s ?p ?o }"), RESULTS[fmt])


def shown(term, prefixes: Mapping[str, str]) -> str:
    """Return a term for the eye: IRIs by prefix, literals by their text, nothing for what is unbound."""
    if term is None:
        return ""
    if isinstance(term, NamedNode):
        return short(term.value, prefixes)
    return term.value if isinstance(term, Literal) else str(term)


def short(iri: str, prefixes: Mapping[str, str]) -> str:
    """Return an IRI by its longest prefix, or whole where none fits."""
    for prefix, base in sorted(prefixes.items(), key=lambda item: -len(item[1])):
        if iri.startswith(base) and len(iri) > len(base):
            return f"{prefix}:{iri.removeprefix(base)}"
    return iri


def _used(triples: list, prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return the prefixes that a graph has use for."""
    iris = {term.value for triple in triples for term in triple if isinstance(term, NamedNode)}
    return {prefix: base for prefix, base in prefixes.items() if any(iri.startswith(base) for iri in iris)}


def _printed(answer, prefixes: Mapping[str, str]) -> str | None:
    if isinstance(answer, bool):
        return "yes\n" if answer else "no\n"
    if isinstance(answer, list):
        return serialize(answer, format=RdfFormat.TURTLE, prefixes=_used(answer, prefixes)).decode()
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table as RichTable

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=max(80, _width(answer, prefixes)), no_color=True)
    table = RichTable(box=SIMPLE, pad_edge=False)
    for variable in answer.variables:
        table.add_column(variable, overflow="fold")
    for row in answer.rows:
        table.add_row(*(shown(term, prefixes).replace("[", "\\[") for term in row))
    console.print(table)
    return f"{len(answer.rows)} rows\n"


def _width(answer: Table, prefixes: Mapping[str, str], most: int = 60) -> int:
    """Return a width at which no column of a table needs more than `most` characters a line."""
    columns = zip(answer.variables, *answer.rows, strict=True) if answer.rows else [(v,) for v in answer.variables]
    return sum(min(most, max(len(head), *(len(shown(t, prefixes)) for t in cells), 1)) + 3 for head, *cells in columns)
