"""The reference for validation: the same rules as SHACL shapes, run by pySHACL on the RDF of cases.

What depends on the codebook and the definitions is compiled into core SHACL here, so that no list is written twice: one
answer per variable, what follows from contributions and values, contradictions between linked cases, labels against the
facts, and verdicts that stay open. Borders have a module of their own.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from coproduction import borders, names, resources
from coproduction.codebook import Codebook, Derivation
from coproduction.loaders.case import Case
from coproduction.loaders.raw import Finding
from coproduction.rules import of_shape, rules
from coproduction.verdicts import Rules
from coproduction.vocabulary import Vocabulary

COP, SHAPE = names.COP, borders.SHAPE
PREFIXES = f"@prefix cop: <{COP}> .\n@prefix sh: <http://www.w3.org/ns/shacl#> .\n@prefix shape: <{SHAPE}> .\n"
WRITTEN = ("record.ttl", "consistency.ttl")


@dataclass(frozen=True)
class Result:
    """A result of SHACL validation: the rule it breaks, the node, the shape, and what the shape says in each language."""

    code: str
    focus: str
    shape: str
    severity: str
    messages: tuple[tuple[str, str], ...]


def shapes(vocabulary: Vocabulary, book: Codebook, judging: Rules, bases: Iterable[str] = ()) -> str:
    """Return one Turtle text of every shape that validation goes by; any SHACL engine can run it beside the ontology.

    bases: what the IRIs of the cases begin with, where that is not the project's.
    """
    folder = resources.folder("shapes")
    written = [(folder / name).read_text(encoding="utf-8") for name in WRITTEN]
    made = [PREFIXES, *_answers(book), *_follows(book), *_linked(book), *_labels(vocabulary, judging), _open(judging)]
    made += _links(bases)
    return "\n".join([*written, borders.shapes(vocabulary, judging.definitions), *made])


def _shape(name: str, target: str, code: str, body: str, message: dict[str, str] | None = None) -> str:
    severity = {"error": "Violation", "warning": "Warning", "info": "Info"}[rules()[code].severity]
    texts = " , ".join(f"{borders.quoted(t)}@{lang}" for lang, t in (message or rules()[code].name).items())
    return f"shape:{name} a sh:NodeShape ; {target} ; sh:message {texts} ; sh:severity sh:{severity} ;\n    {body} ."


def _answers(book: Codebook) -> Iterable[str]:
    yield "shape:answer a sh:NodeShape ; sh:targetClass cop:Case ."
    for key, variable in book.variables.items():
        texts = " , ".join(f'"{key}: {name}"@{lang}' for lang, name in rules()["duplicate-fact"].name.items())
        yield f"shape:answer sh:property shape:answer-{key.replace('_', '-')} ."
        yield (f"shape:answer-{key.replace('_', '-')} a sh:PropertyShape ; sh:path <{variable.property}> ; "
               f"sh:maxCount 1 ; sh:message {texts} ; sh:severity sh:Violation .")  # fmt: skip


def _follows(book: Codebook) -> Iterable[str]:
    """Yield for each line of the codebook's table: what it looks at is not there, or the answer is what follows."""
    for n, line in enumerate(book.derivations, 1):
        then, answer = book.variables[line.then_variable], f"<{book.answers[line.then_answer]}>"
        other = f"[ sh:path cop:variable ; sh:hasValue <{then.iri}> ] , [ sh:path cop:value ; sh:not [ sh:in ( {answer} ) ] ]"
        held = (f"[ sh:property [ sh:path <{then.property}> ; sh:in ( {answer} ) ] , [ sh:path cop:hasFact ; "
                f"sh:qualifiedValueShape [ sh:property {other} ] ; sh:qualifiedMaxCount 0 ] ]")  # fmt: skip
        there = " ".join(f"[ sh:not [ sh:property {c} ] ]" for c in _conditions(book, line))
        yield _shape(f"follows-{n}", "sh:targetClass cop:Case", "contradiction", f"sh:or ( {there} {held} )")


def _conditions(book: Codebook, line: Derivation) -> Iterable[str]:
    def some(path: str, parts: list[str]) -> str:
        inner = " , ".join(parts)
        return f"[ sh:path {path} ; sh:qualifiedValueShape [ sh:property {inner} ] ; sh:qualifiedMinCount 1 ]"

    def among(path: str, field, words: Iterable[str], least: int = 1) -> str:
        listed = " ".join(f"<{field.choices[w]}>" for w in sorted(words))
        return f"[ sh:path {path} ; sh:in ( {listed} )" + (f" ; sh:minCount {least} ]" if least else " ]")

    if line.roles:
        entry = book.fields["contributions"].fields
        parts = [among("cop:role", entry["role"], line.roles), "[ sh:path cop:gives ; sh:minCount 1 ]"]
        if line.employers:
            parts.append(among("cop:employer", entry["employer"], line.employers))
        yield some("cop:hasContribution", parts)
    elif line.value_types:
        entry = book.fields["values"].fields
        kind, sign = entry["kind"], entry["sign"]
        parts = [among(f"<{kind.property}>", kind, line.value_types), among(f"<{sign.property}>", sign, ["gain"], 0)]
        yield some("cop:hasValueEffect", parts)
    else:
        for key in line.variables:
            of = f"[ sh:path cop:variable ; sh:hasValue <{book.variables[key].iri}> ]"
            yield some("cop:hasFact", [of, f"[ sh:path cop:value ; sh:hasValue <{book.answers[line.answer]}> ]"])


def _linked(book: Codebook) -> Iterable[str]:
    code, yes, no = "linked-contradiction", book.answers["yes"], book.answers["no"]

    def never(path: str, mine: str, theirs: str, prop: str) -> str:
        return (f"sh:or ( [ sh:not [ sh:property [ sh:path <{prop}> ; sh:hasValue <{mine}> ] ] ] [ sh:not [ sh:property "
                f"[ sh:path ( {path} <{prop}> ) ; sh:hasValue <{theirs}> ] ] ] )")  # fmt: skip

    for key, variable in book.variables.items():
        name, prop = key.replace("_", "-"), variable.property
        for word, mine, theirs in (("yes", yes, no), ("no", no, yes)):
            body = never("cop:sameAs", mine, theirs, prop)
            yield _shape(f"linked-same-{name}-{word}", "sh:targetSubjectsOf cop:sameAs", code, body)
        if key in rules()[code].held_by_whole:
            body = never("cop:partOf", yes, no, prop)
            yield _shape(f"linked-part-{name}", "sh:targetSubjectsOf cop:partOf", code, body)
    same = "sh:path ( cop:sameAs cop:country )"
    body = (f"sh:or ( [ sh:property [ sh:path cop:country ; sh:maxCount 0 ] ] [ sh:property [ {same} ; sh:maxCount 0 ] ] "
            f"[ sh:not [ sh:property [ {same} ; sh:disjoint cop:country ] ] ] )")  # fmt: skip
    yield _shape("linked-same-country", "sh:targetSubjectsOf cop:sameAs", code, body)


def _labels(vocabulary: Vocabulary, judging: Rules) -> Iterable[str]:
    code = "label-against-facts"
    yes = vocabulary.keys("SourceLabel")["yes"]
    for definition in judging.operative():
        slug = definition.slug
        text = {
            lang: f"{rules()[code].name[lang]}: {vocabulary.label(definition.iri, lang)}" for lang in rules()[code].name
        }
        unlabelled = f"[ sh:not [ sh:property [ sh:path cop:sourceLabel ; sh:hasValue <{yes}> ] ] ]"
        body = f"sh:or ( {unlabelled} shape:claimed-{slug} shape:border-{slug} )"
        yield _shape(f"label-{slug}", "sh:targetSubjectsOf cop:sourceLabel", code, body, text)


def _links(bases: Iterable[str]) -> Iterable[str]:
    """Yield for each base what link-known asks of links below the project's: a case that another links to is there."""
    for n, base in enumerate(sorted(set(bases) - {names.BASE}), 1):
        pattern = borders.quoted("^" + re.escape(base + "case/"))
        path = "[ sh:alternativePath ( cop:partOf cop:instanceOf cop:sameKind cop:sameAs ) ]"
        body = f"sh:property [ sh:path {path} ; sh:or ( [ sh:class cop:Case ] [ sh:not [ sh:pattern {pattern} ] ] ) ]"
        yield _shape(f"link-known-{n}", "sh:targetClass cop:Case", "unknown-case", f"sh:node [ {body} ]")


def _open(judging: Rules) -> str:
    """Return the shape of too many open verdicts; it looks at verdicts, which the dataset has and a bare record has not."""
    operative = judging.operative()
    listed = " ".join(f"<{d.iri}>" for d in operative)
    # By sh:node, so that the result names this shape and not the part of it that has no name.
    most = f"sh:qualifiedMaxCount {len(operative) // 2}"
    body = (f"sh:node [ sh:property [ sh:path cop:hasVerdict ; {most} ; sh:qualifiedValueShape [ "
            f"sh:property [ sh:path cop:definition ; sh:minCount 1 ; sh:in ( {listed} ) ] , "
            f"[ sh:path cop:outcome ; sh:hasValue cop:undetermined ] ] ] ]")  # fmt: skip
    return _shape("undetermined", "sh:targetClass cop:Case", "undetermined", body)


def results(
    quads: Iterable,
    vocabulary: Vocabulary,
    book: Codebook,
    judging: Rules,
    known: Iterable[Case] = (),
    bases: Iterable[str] = (),
) -> list[Result]:
    """Return what pySHACL finds in the RDF of cases, given as quads, with each rule that is broken.

    known: cases that the data may link to and that are not looked at themselves. bases: as in `shapes`.
    """
    from pyshacl import validate
    from rdflib import RDF, SH, Graph

    data, own = data_graph(quads, vocabulary, book, known)
    graph = Graph().parse(data=shapes(vocabulary, book, judging, bases), format="turtle")
    _, report, _ = validate(data, shacl_graph=graph, inplace=True)
    found = set()
    for result in report.subjects(RDF.type, SH.ValidationResult):
        focus = report.value(result, SH.focusNode)
        shape = names.local(str(report.value(result, SH.sourceShape)))
        component = names.local(str(report.value(result, SH.sourceConstraintComponent)))
        code = of_shape(shape, component)
        if focus in own and code:
            said = sorted((m.language or "en", str(m)) for m in report.objects(result, SH.resultMessage))
            severity = names.local(str(report.value(result, SH.resultSeverity)))
            found.add(Result(code, str(focus), shape, severity, tuple(said)))
    return sorted(found, key=lambda r: (r.focus, r.code, r.shape))


def data_graph(quads: Iterable, vocabulary: Vocabulary, book: Codebook, known: Iterable[Case]) -> tuple:
    """Return the graph that shapes run on, and the subjects of the quads: with what these name, and the classes of it."""
    from rdflib import Graph

    from coproduction.loaders import rdf

    data = Graph().parse(data=_ntriples(quads), format="nt")
    own = set(data.subjects())
    data.parse(data=_ntriples(rdf.triples(_reachable(known, data), book)), format="nt")
    data.parse(data=_ntriples(_classes(vocabulary)), format="nt")
    return data, own


def _ntriples(quads: Iterable) -> bytes:
    from pyoxigraph import RdfFormat, Triple, serialize

    triples = (Triple(q.subject, q.predicate, q.object) for q in quads)
    return serialize(triples, format=RdfFormat.N_TRIPLES) or b""


def _classes(vocabulary: Vocabulary) -> Iterable:
    """Yield what is an instance of which class of the ontology: all that the shapes ask it for."""
    from pyoxigraph import NamedNode

    for predicate in (names.RDF_TYPE, names.RDFS + "subClassOf"):
        for quad in vocabulary.store.quads_for_pattern(None, NamedNode(predicate), None):
            if not isinstance(quad.subject, NamedNode) or quad.subject.value.startswith(SHAPE):
                continue
            yield quad


def _reachable(known: Iterable[Case], data) -> list[Case]:
    """Return the known cases that the data name; the rest would only cost time."""
    named = {str(o) for o in data.objects()}
    return [case for case in known if case.iri in named]


def more_findings(
    found: Iterable[Finding], cases: list[Case], vocabulary: Vocabulary, book: Codebook, judging: Rules,
    known: Iterable[Case], lang: str,
) -> Iterator[tuple[Case, Finding]]:  # fmt: skip
    """Yield what only pySHACL reports on cases, each once for its rule and case; found: what is found already."""
    from itertools import chain

    from coproduction.dataset import verdict_quads
    from coproduction.loaders import rdf

    by_iri = {case.iri: case for case in cases}
    quads = chain(rdf.triples(cases, book), verdict_quads(cases, judging, "urn:verdicts"))
    told = {(f.code, f.case, f.definition) for f in found}
    for result in results(quads, vocabulary, book, judging, known, {case.base for case in cases}):
        case = by_iri.get(_case_of(result.focus, by_iri))
        definition = _definition(result, judging)
        if case is None or (result.code, case.id, definition) in told:
            continue
        said = dict(result.messages)
        severity = {"Violation": "error", "Warning": "warning", "Info": "info"}[result.severity]
        message = f"{said.get(lang, said.get('en', result.shape))} ({result.shape})"
        yield (
            case,
            Finding.of(case.raw, result.code, message, severity=severity, definition=definition, value=result.shape),
        )


def _case_of(focus: str, by_iri: Iterable[str]) -> str:
    """Return the IRI of the case that a node is, or is a part of."""
    if "#" not in focus or focus in by_iri:
        return focus
    # Below a base that ends in #, a part is a step.
    whole = focus.rpartition("#")[0]
    return whole if whole in by_iri else focus.rpartition("/")[0]


def _definition(result: Result, judging: Rules) -> str | None:
    """Return the definition that a result is about, by the name of its shape; the longest that fits."""
    name = result.shape.removeprefix("border-").removeprefix("label-")
    fitting = [slug for slug in judging.definitions if name == slug or name.startswith(f"{slug}-")]
    return max(fitting, key=len) if fitting and name != result.shape else None
