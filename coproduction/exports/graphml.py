"""Cases as a network in GraphML, which Gephi, igraph and Cytoscape read: who takes part, who tells it, under which definition.

Nodes: cases, sources, definitions, roles of contributors. Edges: a case to its source, a role to each case it takes part
in, a case to each definition with its verdict, a case to the cases it is linked to. A verdict that the facts do not settle
is an edge like the others, `undetermined`; an answer that is not known is the word `unknown`: neither is a missing edge.
"""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from coproduction import names
from coproduction.codebook import Codebook
from coproduction.definitions import Definition
from coproduction.exports.sheets import NO_XML
from coproduction.exports.wide import recorded
from coproduction.loaders import rdf
from coproduction.loaders.case import Case
from coproduction.verdicts import Rules, judge
from coproduction.vocabulary import Vocabulary

NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
SCHEMA = f"{NAMESPACE} {NAMESPACE}/1.0/graphml.xsd"
LINKS = ("part_of", "instance_of", "same_kind", "same_as")
CODES = ("case_kind", "reality", "source_label")
CASE, SOURCE, DEFINITION, ROLE, ELSEWHERE = "case", "source", "definition", "role", "case elsewhere"


@dataclass
class Network:
    """Nodes by name and edges (from, to), both with what is said of them."""

    nodes: dict[str, dict[str, str | int]] = field(default_factory=dict)
    edges: list[tuple[str, str, dict[str, str | int]]] = field(default_factory=list)


def network(
    cases: Iterable[Case],
    wanted: Sequence[Definition],
    rules: Rules,
    book: Codebook,
    vocabulary: Vocabulary,
    lang: str = "en",
    with_placing: bool = False,
) -> Network:
    """Return the network of cases, of which there is one record each, under the definitions wanted."""
    cases = list(cases)
    found = Network()
    for case in cases:
        said = {"kind": CASE, "label": case.record.get("title", case.id), "source": case.source}
        said |= {key: case.record[key] for key in CODES if key in case.record}
        answers = {v: recorded(case, v, with_placing) for v in book.variables}
        found.nodes[case.iri] = said | {v: a for v, a in answers.items() if a is not None}
    for definition in wanted:
        label = vocabulary.label(definition.iri, lang)
        found.nodes[definition.iri] = {"kind": DEFINITION, "label": label, "standing": definition.standing}
    sources, roles = vocabulary.keys("Source"), book.fields["contributions"].fields["role"].choices
    for case in cases:
        source = names.source_iri(case.source, case.base)
        label = vocabulary.label(sources[case.source], lang) if case.source in sources else case.source
        found.nodes.setdefault(source, {"kind": SOURCE, "label": label})
        found.edges.append((case.iri, source, {"kind": "told by"}))
        _take_part(found, case, roles, vocabulary, lang)
        for verdict in judge(rules, case.facts, wanted, with_placing).values():
            said = {"kind": "verdict", "outcome": verdict.outcome}
            if verdict.weakest_basis:
                said["weakest_basis"] = verdict.weakest_basis
            found.edges.append((case.iri, rules.definitions[verdict.definition].iri, said))
        for key in LINKS:
            for word in case.record.get(key, []):
                other = rdf.case_reference(word, case)
                found.nodes.setdefault(other, {"kind": ELSEWHERE, "label": word})
                found.edges.append((case.iri, other, {"kind": key}))
    return found


def _take_part(found: Network, case: Case, roles: Mapping[str, str], vocabulary: Vocabulary, lang: str) -> None:
    told = Counter(entry["role"] for entry in case.record.get("contributions", []) if "role" in entry)
    for role, number in told.items():
        found.nodes.setdefault(roles[role], {"kind": ROLE, "label": vocabulary.label(roles[role], lang)})
        found.edges.append((roles[role], case.iri, {"kind": "takes part", "contributions": number}))


def write(found: Network) -> bytes:
    """Return a network as GraphML: a directed graph, every attribute declared with its type."""
    root = ET.Element("graphml", {
        "xmlns": NAMESPACE, "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance", "xsi:schemaLocation": SCHEMA,
    })  # fmt: skip
    keys: dict[tuple[str, str], str] = {}
    rows = [("node", said) for said in found.nodes.values()] + [("edge", said) for *_, said in found.edges]
    for where, said in rows:
        for name, value in said.items():
            if (where, name) not in keys:
                keys[where, name] = f"{where[0]}{len(keys)}"
                kind = "int" if isinstance(value, int) else "string"
                ET.SubElement(
                    root, "key", {"id": keys[where, name], "for": where, "attr.name": name, "attr.type": kind}
                )
    graph = ET.SubElement(root, "graph", {"id": "coproduction", "edgedefault": "directed"})
    for iri, said in found.nodes.items():
        _data(ET.SubElement(graph, "node", {"id": _text(iri)}), "node", said, keys)
    for n, (start, end, said) in enumerate(found.edges):
        ends = {"id": f"e{n}", "source": _text(start), "target": _text(end)}
        _data(ET.SubElement(graph, "edge", ends), "edge", said, keys)
    ET.indent(root, " ")
    return ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _data(element: ET.Element, where: str, said: Mapping[str, str | int], keys: Mapping[tuple[str, str], str]) -> None:
    for name, value in said.items():
        ET.SubElement(element, "data", {"key": keys[where, name]}).text = _text(str(value))


def _text(text: str) -> str:
    """Return a text with what XML cannot hold replaced, and ends of lines as XML readers give them back."""
    return re.sub("\r\n?", "\n", NO_XML.sub("\ufffd", text))
