"""The tables of the criteria: every combination of answers, judged once by pySHACL.

The shipped tables stand in shapes/tables.json with a digest of the shapes they come from. Shapes that the digest does
not cover (changed ones, or a user's own) are judged when they are loaded.
"""

import hashlib
import itertools
import json

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from coproduction import names, resources
from coproduction.logic import Truth
from coproduction.vocabulary import Vocabulary

COP = names.COP
FILE = "tables.json"
MOST_VARIABLES = 5
VARIES = "varies"
SH = "http://www.w3.org/ns/shacl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
Shapes = dict[str, tuple[tuple[str, ...], str, str]]
Fault = tuple[str, str, str]


class UnsoundCriterion(ValueError):
    """A criterion whose two shapes are both conformed to by one combination of answers, or that reads too much."""


def load(vocabulary: Vocabulary, shapes: Shapes) -> dict[str, dict[tuple[str, ...], Truth]]:
    """Return each criterion's table by IRI: from the shipped file where it still holds, else from pySHACL."""
    shipped = _read()
    if shipped.get("digest") == digest(vocabulary):
        stored = shipped["tables"]
        missing = {iri: shape for iri, shape in shapes.items() if iri not in stored}
    else:
        stored, missing = {}, shapes
    found = {iri: _unpack(stored[iri]) for iri in shapes if iri in stored}
    return found | (judge(vocabulary, missing) if missing else {})


def digest(vocabulary: Vocabulary) -> str:
    """Return the SHA-256 of the criteria's shape files and the codebook, white space at line ends aside."""
    parts = []
    for file in vocabulary.files:
        if file.is_relative_to(resources.folder("shapes") / "criteria") or file.name == "codebook.ttl":
            parts.append("\n".join(line.rstrip() for line in file.read_text(encoding="utf-8").splitlines()))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def judge(vocabulary: Vocabulary, shapes: Shapes) -> dict[str, dict[tuple[str, ...], Truth]]:
    """Judge every combination of answers with pySHACL and return the tables by criterion IRI.

    Raises UnsoundCriterion where a combination conforms to both shapes of a criterion.
    """
    tables, faults = judged(vocabulary, shapes)
    if faults:
        from coproduction.rules import rules

        iri, kind, row = faults[0]
        rule = rules()["unsound-criterion"]
        says = rule.word(kind, "en", row=row)
        raise UnsoundCriterion(rule.message("en", name=f"criterion {names.local(iri)}", says=says))
    return tables


def judged(vocabulary: Vocabulary, shapes: Shapes) -> tuple[dict[str, dict[tuple[str, ...], Truth]], list[Fault]]:
    """Judge every combination of answers with pySHACL; return the tables by criterion IRI, and what is unsound.

    A criterion with a fault has its first one listed: its IRI, a word of the rule `unsound-criterion`, the
    combination in words.
    """
    from pyshacl import validate
    from rdflib import RDF, SH, Graph, Namespace, URIRef

    cop = Namespace(COP)
    answers = vocabulary.keys("Answer")
    properties = {key: _property(vocabulary, iri) for key, iri in vocabulary.keys("Variable").items()}
    faults = [(iri, "too-many", str(len(reads))) for iri, (reads, *_) in shapes.items() if len(reads) > MOST_VARIABLES]
    shapes = {iri: found for iri, found in shapes.items() if len(found[0]) <= MOST_VARIABLES}
    wanted = led_to(vocabulary, {shape for _, *pair in shapes.values() for shape in pair})
    shapes_graph = Graph().parse(data=serialize(wanted, format=RdfFormat.N_TRIPLES), format="nt")
    data, rows = Graph(), {}
    for number, (iri, (reads, met, not_met)) in enumerate(shapes.items()):
        for n, combination in enumerate(itertools.product(*(_answers(vocabulary, key) for key in reads))):
            node = URIRef(f"urn:judged:{number}:{n}")
            rows[node] = (iri, combination)
            data.add((node, RDF.type, cop.Case))
            for key, answer in zip(reads, combination, strict=True):
                if answer != "unknown":
                    data.add((node, URIRef(properties[key]), URIRef(answers[answer])))
            for shape in (met, not_met):
                shapes_graph.add((URIRef(shape), SH.targetNode, node))
    _, report, _ = validate(data, shacl_graph=shapes_graph, inplace=True)
    broken = {
        (report.value(result, SH.focusNode), report.value(result, SH.sourceShape))
        for result in report.subjects(RDF.type, SH.ValidationResult)
    }
    owners = _owners(shapes_graph)
    broken = {(node, owner) for node, shape in broken for owner in owners.get(shape, {shape})}
    tables: dict[str, dict[tuple[str, ...], Truth]] = {iri: {} for iri in shapes}
    unsound: dict[str, Fault] = {}
    for node, (iri, combination) in rows.items():
        met, not_met = ((node, URIRef(shape)) not in broken for shape in shapes[iri][1:])
        if met and not_met:
            unsound.setdefault(iri, (iri, "both", _row(shapes[iri][0], combination)))
        tables[iri][combination] = True if met else False if not_met else None
    for iri in tables.keys() - unsound.keys():
        found = _against_the_logic(shapes[iri][0], tables[iri])
        if found:
            unsound[iri] = (iri, *found)
    kept = {iri: {row: t for row, t in table.items() if VARIES not in row} for iri, table in tables.items()}
    return kept, faults + [unsound[iri] for iri in tables if iri in unsound]


def led_to(vocabulary: Vocabulary, shapes: set[str]) -> list[Triple]:
    """Return what is said of shapes and of the parts that they lead to: no others judge here, and none has a target."""
    found, seen, todo = [], set(), [NamedNode(iri) for iri in sorted(shapes)]
    while todo:
        node = todo.pop()
        if node in seen:
            continue
        seen.add(node)
        for quad in vocabulary.store.quads_for_pattern(node, None, None):
            predicate = quad.predicate.value
            if predicate.startswith(SH + "target"):
                continue
            found.append(quad.triple)
            if predicate.startswith((SH, RDF)) and not isinstance(quad.object, Literal):
                todo.append(quad.object)
    return found


def _row(reads: tuple[str, ...], answers: tuple[str, ...]) -> str:
    return ", ".join(f"{key}: {answer}" for key, answer in zip(reads, answers, strict=True))


def _against_the_logic(reads: tuple[str, ...], table: dict[tuple[str, ...], Truth]) -> tuple[str, str] | None:
    """Return how a table breaks with the logic of the unknown, if it does: a word of the rule, and the combination in words.

    What is not known settles nothing, `varies` is as little known as no answer, settling an unknown never turns a
    settled criterion round, and some case meets it.
    """
    nothing = ("unknown",) * len(reads)
    if table[nothing] is not None:
        return "silence", _row(reads, nothing)
    for row, truth in table.items():
        plain = tuple("unknown" if answer == VARIES else answer for answer in row)
        if table[plain] is not truth:
            return "varies", _row(reads, row)
        if truth is None:
            continue
        for fuller, settled in table.items():
            if settled is not truth and all(a in ("unknown", b) for a, b in zip(plain, fuller, strict=True)):
                return "turned", f"{_row(reads, row)} -> {_row(reads, fuller)}"
    return None if True in table.values() else ("never", "")


def write(vocabulary: Vocabulary, shapes: Shapes) -> str:
    """Return the text of the tables' file for the shapes as they stand."""
    tables = judge(vocabulary, shapes)
    packed = {
        iri: {" ".join(row): {True: "met", False: "not-met", None: "unknown"}[truth] for row, truth in table.items()}
        for iri, table in sorted(tables.items())
    }
    return json.dumps({"digest": digest(vocabulary), "tables": packed}, indent=1, ensure_ascii=False) + "\n"


def _read() -> dict:
    file = resources.folder("shapes") / FILE
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def _unpack(table: dict[str, str]) -> dict[tuple[str, ...], Truth]:
    truth = {"met": True, "not-met": False, "unknown": None}
    return {tuple(row.split(" ")): truth[value] for row, value in table.items()}


def _answers(vocabulary: Vocabulary, key: str) -> list[str]:
    """Return the answers of a variable, `unknown` among them."""
    iri = vocabulary.keys("Variable")[key]
    allowed = {o.value for o in vocabulary.objects(iri, COP + "allowedAnswer")}
    return [k for k, a in vocabulary.keys("Answer").items() if a in allowed]


def _property(vocabulary: Vocabulary, variable: str) -> str:
    return vocabulary.object(variable, COP + "property").value


def _owners(shapes_graph) -> dict:
    """Return for each property shape the shapes that hold it, at any depth, so that its results count against them."""
    from rdflib import SH

    return {
        shape: set(shapes_graph.transitive_subjects(SH.property, shape))
        for shape in shapes_graph.objects(None, SH.property)
    }
