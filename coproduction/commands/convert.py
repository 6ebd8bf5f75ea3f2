"""`coproduction convert` and `coproduction template`: records from one form to another, and empty forms."""

from collections.abc import Callable, Iterable
from pathlib import Path

from coproduction import report
from coproduction.codebook import Codebook
from coproduction.commands.common import leave, library, say, sound, vocabulary
from coproduction.commands.writing import write_whole
from coproduction.loaders.bibliography_files import Library
from coproduction.loaders.case import SETTLED, Case
from coproduction.loaders.raw import Finding, nearest
from coproduction.records import as_json, as_yaml, plain
from coproduction.rows import NoRow

FORMS = ("xlsx", "csv", "tsv", "yaml")
RDF = ("ttl", "trig", "nq", "nt", "rdf", "jsonld")
RECORDS = (*RDF, "yaml", "json", "csv", "tsv", "xlsx")
DELIMITERS = {"csv": ",", "tsv": "\t"}
OTHER_NAMES = {"yml": "yaml"}
# Formats of other case bases, whose records answer so little that this is said first.
FOREIGN = {"participedia"}
# How many records are reported on one by one.
MOST_TOLD = 1000


def convert(
    files, output: str | None, fmt: str | None, sources, lang: str, given: str | None, own, base: str | None
) -> None:
    """Write the records of files in another format; nothing where one has an error, or no place in that format."""
    wanted = _format(output, fmt, RECORDS)
    words, book, _ = vocabulary(own)
    found = sound(files, book, given, base)
    _tell(found, book, given)
    described = library(sources, found)
    if wanted in RDF:
        findings = _lost(found, book)
        if findings:
            say(report.as_text(findings))
        write_whole(_as_rdf(found, book, words, wanted, described), output)
    elif wanted == "xlsx":
        write_whole(_each(found, book, lambda records: _form(words, book, lang, "xlsx", records)), output)
    elif wanted in DELIMITERS:
        from coproduction.templates.text import records_csv

        write_whole(_each(found, book, lambda records: records_csv(records, book, DELIMITERS[wanted]).encode()), output)
    else:
        records = [plain(case, book) for case in found]
        write_whole((as_yaml(records) if wanted == "yaml" else as_json(records)).encode(), output)


def template(output: str, fmt: str | None, fill, lang: str, given: str | None, own) -> None:
    """Write a record form, empty or with the records of files in it."""
    from coproduction.templates.form import LANGUAGES

    wanted = _format(output, fmt, FORMS)
    if lang not in LANGUAGES:
        leave(f"there is no form in {lang!r}; known: {', '.join(LANGUAGES)}", 2)
    words, book, _ = vocabulary(own)
    found = sound(fill, book, given) if fill else []
    _tell(found, book, given)
    write_whole(_each(found, book, lambda records: _form(words, book, lang, wanted, records)), output)


def _format(output: str | None, given: str | None, known: tuple[str, ...]) -> str:
    """Return the format to write, by what was asked for or by the suffix; leaves with 2 for an unknown one."""
    key = (given or Path(output or "").suffix).lower().lstrip(".")
    key = OTHER_NAMES.get(key, key)
    if key not in known:
        like = nearest(key, known)
        wrong = f"format {key!r} is not written" if key else "say by a suffix or by --format what to write"
        leave(f"{output or '-'}: {wrong}" + (f"; did you mean {like}?" if like else f"; known: {', '.join(known)}"), 2)
    return key


def _form(words, book: Codebook, lang: str, fmt: str, records: list[dict]) -> bytes:
    from coproduction.templates.form import LANGUAGES, Form

    form = Form(words, book, lang if lang in LANGUAGES else "en")
    if fmt == "xlsx":
        from coproduction.templates.xlsx import write

        return write(form, records)
    from coproduction.templates.text import form_csv, form_yaml

    text = form_yaml(form, records) if fmt == "yaml" else form_csv(form, records, DELIMITERS[fmt])
    return text.encode()


def _each(cases: list[Case], book: Codebook, write: Callable[[list[dict]], bytes]) -> bytes:
    """Return what is written of cases; leaves with 1, naming each, where a record has no place in a table."""
    try:
        return write([plain(case, book) for case in cases])
    except NoRow:
        pass
    findings = []
    for case in cases:
        try:
            write([plain(case, book)])
        except NoRow as error:
            findings.append(
                Finding.of(case.raw, "no-cell", f"{error}; write YAML or JSON", f"/{error.key}", key=error.key)
            )
    say(report.as_text(findings))
    leave("nothing was written: mend the errors above first, or choose another format", 1)
    raise AssertionError("not reached")


def _tell(cases: list[Case], book: Codebook, given: str | None) -> None:
    """Say of each record of another case base which variables it answers, and what is left to be coded by hand."""
    if (given or "").lower() not in FOREIGN:
        return
    answered = {case.iri: [key for key, fact in case.facts.items() if fact.value != "unknown"] for case in cases}
    number = sum(map(len, answered.values()))
    say(f"{len(cases)} records answer {number} of {len(cases) * len(book.variables)} questions; the rest is to be coded "
        "by hand, in a form with these records in it: coproduction template FORM.xlsx --fill FILE --from "
        f"{given}")  # fmt: skip
    for case in cases[:MOST_TOLD]:
        keys = answered[case.iri]
        say(f"{case.id}: {len(keys)} of {len(book.variables)}" + (f" ({', '.join(keys)})" if keys else ""))
    if len(cases) > MOST_TOLD:
        say(f"... and {len(cases) - MOST_TOLD} more")


def _lost(cases: Iterable[Case], book: Codebook) -> list[Finding]:
    """Return a warning for each record of another coder of which RDF has facts and codes, but no more."""
    from coproduction.loaders.rdf import CODED

    found = []
    for case in cases:
        if case.coder == SETTLED:
            continue
        kinds = ("text", "language-text", "url", "passages", "source")
        lost = [k for k in case.record if k not in CODED and book.fields[k].kind not in kinds]
        if lost:
            message = f"RDF has of the record by {case.coder} its facts and codes, and not {', '.join(lost)}"
            found.append(Finding.of(case.raw, "not-in-rdf", message, f"/{lost[0]}", severity="warning", key=lost[0]))
    return found


def _as_rdf(cases: list[Case], book: Codebook, words, fmt: str, library: Library | None = None) -> bytes:
    """Return cases as RDF: as JSON-LD with its context, with named graphs by source where the format has them."""
    import json

    from pyoxigraph import RdfFormat, serialize

    from coproduction import bibliographies
    from coproduction.dataset import prefix_table, source_graph, source_graphs
    from coproduction.loaders import rdf, source_rdf

    sources = bibliographies.without_five(cases, library) if library else {}
    if fmt == "jsonld":
        document = rdf.jsonld(cases, book)
        document["@graph"] += source_rdf.nodes(sources)
        return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()
    form = RdfFormat.from_extension(fmt)

    def quads():
        for case in cases:
            graph = source_graph(case.source, case.base) if form.supports_datasets else None
            for quad in rdf.triples([case], book, graph):
                yield quad if form.supports_datasets else quad.triple
        if form.supports_datasets:
            yield from source_rdf.quads(sources, source_graphs(cases))
        else:
            yield from source_rdf.triples(sources)

    prefixes = prefix_table(words) if fmt in ("ttl", "trig") else None
    return serialize(quads(), format=form, prefixes=prefixes)
