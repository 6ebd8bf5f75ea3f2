"""`coproduction ask`: the research questions, answered."""

import sys
from pathlib import Path

import click

from coproduction import bibliographies, dataset, questions, resources
from coproduction.codebook import shipped_codebook
from coproduction.commands.common import leave, library, sound
from coproduction.loaders import source_rdf
from coproduction.loaders.case import SETTLED
from coproduction.loaders.raw import nearest
from coproduction.statements import shipped_entries
from coproduction.verdicts import load_rules
from coproduction.vocabulary import shipped


def run(question, query, data, sources, endpoint, fmt, lang, given, base) -> None:
    """List the questions, or answer one from the shipped graph, the user's records with it, or an endpoint."""
    saved = questions.load(resources.folder("queries"))
    if question and query:
        leave("give a question or --query, not both", 2)
    if fmt not in questions.FORMATS:
        leave(f"format {fmt!r} is not known; known: {', '.join(questions.FORMATS)}", 2)
    if not question and not query:
        _list(saved, lang)
        return
    if sources and not data:
        leave("--sources goes with --data: it is the bibliography of your own records", 2)
    text = _text(question, query, saved)
    try:
        answer = (
            questions.from_endpoint(endpoint, text)
            if endpoint
            else questions.run(_store(data, sources, given, base), text)
        )
        title = saved[question].in_language(lang) if question else ""
        output = questions.render(answer, fmt, dataset.prefix_table(shipped()), lang, title)
    except questions.BadQuery as error:
        leave(f"{query or question}: {error}", 2)
    if isinstance(output, bytes):
        sys.stdout.buffer.write(output)
    elif output is not None:
        click.echo(output, nl=not output.endswith("\n"))


def _list(saved, lang: str) -> None:
    for group in dict.fromkeys(q.group for q in saved.values()):
        click.echo(group)
        for q in saved.values():
            if q.group == group:
                click.echo(f"  {q.slug}\n      {q.in_language(lang)}")


def _text(question, query, saved) -> str:
    if query == "-":
        return sys.stdin.read()
    if query:
        path = Path(query)
        if not path.is_file():
            leave(f"{query}: there is no such file", 2)
        try:
            return path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            leave(f"{query}: is not UTF-8", 2)
    if question not in saved:
        like = nearest(question, saved)
        leave(
            f"question {question!r} is not known"
            + (f"; did you mean {like}?" if like else "; `coproduction ask` lists them"),
            2,
        )
    return saved[question].text


def _store(data, sources, given, base):
    if not data:
        return dataset.shipped_store()
    from coproduction.cases import shipped_cases

    own = sound(data, shipped_codebook(), given, base)
    there = {case.iri for case in shipped_cases()}
    again = [f"{case.source}/{case.id}" for case in own if case.iri in there and case.coder == SETTLED]
    if again:
        leave(f"{', '.join(again)}: is a case of the shipped graph; give your record an id or a source of its own", 1)
    described = bibliographies.without_five(own, library(sources, own))
    vocabulary = shipped()
    rules = load_rules(vocabulary)
    store = dataset.build(vocabulary, shipped_codebook(), rules, [*shipped_cases(), *own], shipped_entries())
    store.bulk_extend(source_rdf.quads(described, dataset.source_graphs(own)))
    return store
