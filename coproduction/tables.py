"""The tables of the criteria: every combination of answers, judged once by pySHACL.

The shipped tables stand in shapes/tables.json with a digest of the shapes they come from. Shapes that the digest does
not cover (changed ones, or a user's own) are judged when they are loaded.
"""

import hashlib
import itertools
import json

from coproduction import names, resources
from coproduction.logic import Truth
from coproduction.vocabulary import Vocabulary

COP = names.COP
FILE = "tables.json"
MOST_VARIABLES = 5
VARIES = "varies"
Shapes = dict[str, tuple[tuple[str, ...], str, str]]


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
    from pyshacl import validate
    from rdflib import RDF, SH, Graph, Namespace, URIRef

    cop = Namespace(COP)
    answers = vocabulary.keys("Answer")
    properties = {key: _property(vocabulary, iri) for key, iri in vocabulary.keys("Variable").items()}
    shapes_graph = Graph().parse(data=vocabulary.ntriples(), format="nt")
    # Only the criteria's pairs judge here; other shapes' targets would cost time and say nothing of a criterion.
    for target in (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf):
        shapes_graph.remove((None, target, None))
    data, rows = Graph(), {}
    for iri, (reads, met, not_met) in shapes.items():
        if len(reads) > MOST_VARIABLES:
            raise UnsoundCriterion(
                f"criterion {names.local(iri)} reads {len(reads)} variables, {MOST_VARIABLES} at most"
            )
        for n, combination in enumerate(itertools.product(*(_answers(vocabulary, key) for key in reads))):
            node = URIRef(f"urn:judged:{names.local(iri)}:{n}")
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
    for node, (iri, combination) in rows.items():
        met, not_met = ((node, URIRef(shape)) not in broken for shape in shapes[iri][1:])
        if met and not_met:
            raise UnsoundCriterion(
                f"criterion {names.local(iri)}: {dict(zip(shapes[iri][0], combination, strict=True))} conforms to both shapes"
            )
        tables[iri][combination] = True if met else False if not_met else None
    for iri, table in tables.items():
        _unknown_alike(iri, shapes[iri][0], table)
    return {iri: {row: t for row, t in table.items() if VARIES not in row} for iri, table in tables.items()}


def _unknown_alike(iri: str, reads: tuple[str, ...], table: dict[tuple[str, ...], Truth]) -> None:
    """Raise UnsoundCriterion where `varies` is judged otherwise than a missing answer: both are unknown to the logic."""
    for row, truth in table.items():
        plain = tuple("unknown" if answer == VARIES else answer for answer in row)
        if table[plain] is not truth:
            given = dict(zip(reads, row, strict=True))
            raise UnsoundCriterion(
                f"criterion {names.local(iri)}: judges {given} otherwise than with the answer unknown"
            )


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
    """Return for each property shape the node shapes that hold it, so that its results count against them."""
    from rdflib import SH

    owners: dict = {}
    for owner, shape in shapes_graph.subject_objects(SH.property):
        owners.setdefault(shape, set()).add(owner)
    return owners
