"""What the check of the ontology asks of files: that they parse, agree with each other, and name nothing undeclared.

Every function returns the faults it finds, one sentence each that names the file or term; an empty list is a pass.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files as package_files
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Triple, parse, serialize

from coproduction import names
from coproduction.loaders.raw import nearest
from coproduction.vocabulary import Vocabulary

OWL = "http://www.w3.org/2002/07/owl#"
PROPERTY_KINDS = {OWL + kind for kind in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")}
PREFIX = re.compile(r"^[ \t]*@?prefix\s+([\w.-]*):\s*<([^>]*)>", re.IGNORECASE | re.MULTILINE)
# What a query's text is made of, as far as names go: what comes first is skipped or kept as one piece.
TOKENS = re.compile(
    r"""(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|<(?P<iri>[^<>"{}|^`\\\s]*)>|(?P<comment>\#[^\n]*)"""
    r"""|(?P<prefix>[A-Za-z][\w.-]*)?:(?P<local>[\w%][\w.%-]*)"""
)
# Things that no file declares: cases and coders come from records, passages from the texts, versions are no terms.
NOT_TERMS = re.compile(
    re.escape(names.BASE) + r"((case|coder|graph)/.*|source/[^#]+#p\d+-\d+|ontology/\d[^#]*|(.*[/#])?)"
)


class NotChecked(Exception):
    """What a check needs is not here; the message says what."""


def unreadable(files: Iterable[Path]) -> list[str]:
    """Return the Turtle files that do not parse, with line and reason."""
    faults = []
    for file in files:
        try:
            for _ in parse(path=str(file), format=RdfFormat.TURTLE):
                pass
        except SyntaxError as error:
            faults.append(f"{_name(file)}:{error.lineno}: {error.msg}")
    return faults


def prefixes(files: Iterable[Path], table: Mapping[str, str]) -> list[str]:
    """Return the prefixes in Turtle and query files that the ontology header lacks, or declares otherwise."""
    faults = []
    for file in files:
        text = file.read_text(encoding="utf-8")
        for found in PREFIX.finditer(text):
            prefix, iri = found.groups()
            place = f"{_name(file)}:{text.count(chr(10), 0, found.start(1)) + 1}"
            if prefix not in table:
                faults.append(f"{place}: prefix {prefix}: is not in the ontology header's table")
            elif table[prefix] != iri:
                faults.append(f"{place}: prefix {prefix}: is <{iri}>, in the ontology header's table <{table[prefix]}>")
    return faults


def undeclared(vocabulary: Vocabulary, turtle: Iterable[Path], queries: Iterable[Path]) -> list[str]:
    """Return the terms of ours that a file uses and none declares by a type."""
    typed = vocabulary.store.quads_for_pattern(None, NamedNode(names.RDF_TYPE), None)
    declared = {q.subject.value for q in typed if isinstance(q.subject, NamedNode)}
    faults = []
    for file, used in [(f, _terms_of_turtle(f)) for f in turtle] + [(f, _terms_of_query(f)) for f in queries]:
        for iri in sorted(used - declared):
            if iri.startswith(names.BASE) and not NOT_TERMS.fullmatch(iri):
                like = nearest_term(iri, declared)
                faults.append(f"{_name(file)}: {iri} is not declared" + (f"; did you mean {like}?" if like else ""))
    return faults


def nearest_term(iri: str, declared: Iterable[str]) -> str | None:
    """Return the declared name of the same namespace, and class or not, that an undeclared term may stand for."""
    name = names.local(iri)
    space = iri.removesuffix(name)
    found = {names.local(d) for d in declared if d.startswith(space) and d != space}
    return nearest(name, sorted(f for f in found if f[0].isupper() == name[0].isupper()))


def _terms_of_turtle(file: Path) -> set[str]:
    terms = {t for q in parse(path=str(file), format=RdfFormat.TURTLE) for t in (q.subject, q.predicate, q.object)}
    return {t.value for t in terms if isinstance(t, NamedNode)}


def _terms_of_query(file: Path) -> set[str]:
    text = file.read_text(encoding="utf-8")
    table = dict(PREFIX.findall(text))
    found = set()
    for token in TOKENS.finditer(text):
        if token["iri"] is not None:
            found.add(token["iri"])
        elif token["local"] is not None and (token["prefix"] or "") in table:
            found.add(table[token["prefix"] or ""] + token["local"].rstrip("."))
    return found


def named(queries: Iterable[Path], contexts: Iterable[Mapping]) -> set[str]:
    """Return the terms of the ontology that queries or JSON-LD contexts name."""
    found = {iri for file in queries for iri in _terms_of_query(file)}
    for context in contexts:
        for _, term in _context_terms(context):
            iri = term if isinstance(term, str) else term.get("@id") or term["@reverse"]
            prefix, _, rest = iri.partition(":")
            found.add(f"{context[prefix]}{rest}" if isinstance(context.get(prefix), str) else iri)
    return {iri for iri in found if iri.startswith(names.COP) and iri != names.COP}


def loads(vocabulary: Vocabulary) -> list[str]:
    """Return why definitions or criteria cannot be read, the first reason of each."""
    from coproduction import criteria, definitions
    from coproduction.tables import UnsoundCriterion

    faults = []
    for load in (definitions.load, criteria.load):
        try:
            load(vocabulary)
        except (definitions.BadDefinition, UnsoundCriterion) as error:
            faults.append(str(error))
    return faults


def records(files: Iterable[Path]) -> list[str]:
    """Return what is wrong with the sources' records: unknown keys and terms, contradictions, links to no case."""
    from coproduction import cases
    from coproduction.codebook import shipped_codebook

    found, findings = cases.read([str(f) for f in files], shipped_codebook())
    findings += cases.link_findings(found, [])
    return [f"{Path(f.file or '-').name}:{f.line}: {f.case}: {f.message}" for f in findings]


def statements() -> list[str]:
    """Return what is wrong with the files of what the sources say: unknown keys, terms, references."""
    from coproduction.statements import read_shipped

    return [f"{Path(f.file or '-').name}:{f.line}: {f.message}" for f in read_shipped()[1]]


def context(vocabulary: Vocabulary, written: Mapping, table: Mapping[str, str]) -> list[str]:
    """Return the keys of a JSON-LD context whose term is not declared, or is written as a thing or text wrongly.

    written: the context itself; table: the prefixes of the ontology header.
    """
    known = {key: iri for key, iri in written.items() if isinstance(iri, str) and iri.startswith("http")}
    faults = [f"prefix {k}: is not that of the ontology header" for k, iri in known.items() if table.get(k) != iri]
    for key, term in _context_terms(written):
        iri = term if isinstance(term, str) else term.get("@id") or term["@reverse"]
        prefix, _, rest = iri.partition(":")
        if prefix not in known:
            faults.append(f"{key}: {iri} has a prefix that the context does not declare")
        elif known[prefix].startswith(names.BASE):
            kinds = {o.value for o in vocabulary.objects(known[prefix] + rest, names.RDF_TYPE)}
            faults += _misfit(key, iri, term, kinds)
    return faults


def _context_terms(written: Mapping) -> Iterator[tuple[str, str | Mapping]]:
    for key, term in written.items():
        if key.startswith("@") or (isinstance(term, str) and term.startswith("http")):
            continue
        yield key, term
        if isinstance(term, Mapping):
            yield from _context_terms(term.get("@context", {}))


def _misfit(key: str, iri: str, term: str | Mapping, kinds: set[str]) -> list[str]:
    """Return how a context's term does not fit what the ontology says it is."""
    if not kinds:
        return [f"{key}: {iri} is not declared"]
    if not kinds & PROPERTY_KINDS:
        return [] if OWL + "Class" in kinds else [f"{key}: {iri} is neither a property nor a class"]
    leads_to_things = isinstance(term, Mapping) and (term.get("@type") == "@id" or "@context" in term)
    if leads_to_things and OWL + "DatatypeProperty" in kinds:
        return [f"{key}: {iri} is a datatype property, and its values are read as IRIs"]
    if not leads_to_things and OWL + "ObjectProperty" in kinds:
        return [f"{key}: {iri} is an object property, and its values are read as texts"]
    return []


def versions(vocabulary: Vocabulary, root: Path) -> list[str]:
    """Return where the version in pyproject.toml is not that of the ontology and of CITATION.cff.

    root: the checkout's folder. Raises NotChecked where there is none, as in an installed wheel.
    """
    project = root / "pyproject.toml"
    if not project.is_file():
        raise NotChecked("there is no pyproject.toml beside the ontology: this is no checkout")
    wanted = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"]
    ontology = names.COP.removesuffix("#")
    info = vocabulary.object(ontology, OWL + "versionInfo")
    iri = vocabulary.object(ontology, OWL + "versionIRI")
    cited = re.search(
        r"^version:\s*[\"']?([^\"'\s]+)", (root / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE
    )
    found = {
        "owl:versionInfo": info.value if info else None,
        "the last part of owl:versionIRI": names.local(iri.value) if iri else None,
        "CITATION.cff": cited[1] if cited else None,
    }
    return [f"{where} is {v or 'missing'}, pyproject.toml has {wanted}" for where, v in found.items() if v != wanted]


def stale(wanted: Mapping[Path, str], generated: Path) -> list[str]:
    """Return the generated files that are not what they follow from, and those that nothing makes any more.

    wanted: texts by path; generated: the folder in which every Turtle file is a generated one.
    """
    faults = [f"{_name(f)} is missing" for f in wanted if not f.is_file()]
    there = {f: text for f, text in wanted.items() if f.is_file()}
    faults += [f"{_name(f)} is out of date" for f, text in there.items() if f.read_text(encoding="utf-8") != text]
    faults += [f"{_name(f)} follows from nothing" for f in sorted(generated.glob("*.ttl")) if f not in wanted]
    return [fault + "; run python -m coproduction.generated" for fault in faults]


def shacl_shacl(files: Iterable[Path]) -> list[str]:
    """Return what SHACL's own shapes for shapes (SHACL-SHACL, as pySHACL ships it) find wrong with shapes files."""
    from pyshacl import validate
    from rdflib import SH, Graph

    shapes, judge = Graph(), Graph()
    for file in files:
        shapes.parse(file, format="turtle")
    judge.parse(data=(package_files("pyshacl") / "assets" / "shacl-shacl.ttl").read_bytes(), format="turtle")
    conforms, report, _ = validate(shapes, shacl_graph=judge, inplace=True)
    if conforms:
        return []
    faults = set()
    for result in report.objects(None, SH.result):
        shape, path = _named_above(shapes, report.value(result, SH.focusNode)), report.value(result, SH.resultPath)
        where = f" at {names.local(str(path))}" if path and not str(path).startswith("n") else ""
        faults.add(f"{shape}{where}: {report.value(result, SH.resultMessage)}")
    return sorted(faults)


def nonconforming(triples: Iterable[Triple], shapes: Path) -> list[str]:
    """Return what a file of shapes finds wrong with RDF: violations, then what it only warns of, so marked.

    Each property shape is given the targets of the node shapes that list it, which leaves the results as they are: pySHACL
    then judges all things of a class at a time, and not each by itself.
    """
    from pyshacl import validate
    from rdflib import RDF, SH, Graph

    judge = Graph().parse(shapes)
    for node in set(judge.subjects(RDF.type, SH.NodeShape)):
        targets = [(t, o) for t, o in judge.predicate_objects(node) if t in (SH.targetClass, SH.targetSubjectsOf)]
        for shape in set(judge.objects(node, SH.property)) if targets else ():
            judge.remove((node, SH.property, shape))
            for target, wanted in targets:
                judge.add((shape, target, wanted))
    data = Graph().parse(data=serialize(triples, format=RdfFormat.N_TRIPLES), format="nt")
    report = validate(data, shacl_graph=judge, inplace=True)[1]
    violations, warnings = set(), set()
    for result in report.objects(None, SH.result):
        focus, value = report.value(result, SH.focusNode), report.value(result, SH.value)
        texts = {m.language: m for m in report.objects(result, SH.resultMessage)}
        line = f"{focus}: {texts['en']}" + (f" It has {value}." if value not in (None, focus) else "")
        if report.value(result, SH.resultSeverity) == SH.Warning:
            warnings.add(f"warning: {line}")
        else:
            violations.add(line)
    return sorted(violations) + sorted(warnings)


def _named_above(graph, node) -> str:
    """Return a node's IRI, or that of the named node which leads to it."""
    from rdflib import BNode

    seen = set()
    while isinstance(node, BNode) and node not in seen:
        seen.add(node)
        node = next((s for s in graph.subjects(None, node)), node)
    return str(node)


def _name(file: Path) -> str:
    """Return a file's name with the folders that tell it from its like."""
    deep = file.parent.name in ("borders", "criteria", "checks", "definitions")
    return "/".join(file.parts[-3 if deep else -2 :])
