"""The check of the ontology: what must hold of it before anything is built on it, each point with its outcome.

A rule that can be asked in SPARQL is a file in queries/checks (SELECT ?term ?message, a row per fault); the others are
functions of `check_files` and `check_logic`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pyoxigraph import BlankNode, NamedNode, Quad, Store, Triple

from coproduction import check_files, check_logic, names, reasoner, resources
from coproduction.check_files import NotChecked
from coproduction.vocabulary import Vocabulary

PASS, FAIL, NOT_CHECKED = "pass", "fail", "not checked"
HEADER = re.compile(r"^#\+ (\w+): (.+)$", re.MULTILINE)
LEVELS = ("error", "warning")
# What a rule is asked of: the ontology alone, or the ontology with cases, statements, figures, verdicts and passages.
ONTOLOGY, DATASET = GRAPHS = ("ontology", "dataset")


@dataclass(frozen=True)
class Outcome:
    """One point of the check: `pass`, `fail` or `not checked`, with a line per fault, warning or reason."""

    name: str
    outcome: str
    details: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Rule:
    """A rule in SPARQL: what it is asked of, and a row per fault, which counts as an error or as a warning."""

    name: str
    summary: str
    level: str
    graph: str
    query: str

    def faults(self, store: Store) -> list[str]:
        """Return the rule's faults in a graph, sorted, a line each."""
        rows = store.query(self.query)
        return sorted({f"{row['term'].value}: {row['message'].value}" for row in rows})


def rules(folder: Path) -> list[Rule]:
    """Return the rules of a folder, by name. Raises ValueError for one whose header is not as it must be."""
    found = []
    for file in sorted(folder.glob("*.rq")):
        text = file.read_text(encoding="utf-8")
        header = dict(HEADER.findall(text))
        known = set(header) == {"summary", "level", "graph"}
        if not known or header["level"] not in LEVELS or header["graph"] not in GRAPHS:
            lines = f"`#+ level: {' or '.join(LEVELS)}` and `#+ graph: {' or '.join(GRAPHS)}`"
            raise ValueError(f"{file.name}: the header has `#+ summary: ...`, {lines}, no more")
        found.append(Rule(file.stem, query=text, **header))
    return found


def run() -> list[Outcome]:
    """Check everything that ships with the package, and return the outcomes in a fixed order."""
    turtle, shapes, queries = _turtle(), _shapes(), _queries()
    records = [*resources.source_records(), *resources.reading_records()]
    parsed = _outcome("Turtle files parse", partial(check_files.unreadable, turtle))
    if parsed.outcome == FAIL:
        return [parsed]
    vocabulary = Vocabulary(turtle)
    table = _prefix_table(vocabulary)
    root = resources.folder("ontology").parent
    with ThreadPoolExecutor(1) as pool:
        # The reasoner is a process of its own: it works while the rest is looked at.
        reasoned = pool.submit(_reasoned, vocabulary)
        others = [
            *_ruled(vocabulary),
            _outcome("terms are declared", partial(check_files.undeclared, vocabulary, turtle, queries)),
            _outcome("definitions and criteria load", partial(check_files.loads, vocabulary)),
            _outcome("definitions, criteria and variables conform to their shapes", lambda: _formed(vocabulary)),
            _outcome(
                "records are read without a finding", lambda: check_files.records(records) + check_files.statements()
            ),
            _outcome("prefixes agree", partial(check_files.prefixes, [*turtle, *queries], table)),
            _outcome("JSON-LD context", lambda: _contexts(vocabulary, table)),
            _outcome("versions agree", partial(check_files.versions, vocabulary, root)),
            _outcome("generated files are up to date", _stale),
            _outcome("shapes conform to SHACL-SHACL", partial(check_files.shacl_shacl, shapes)),
            _conforming(vocabulary),
        ]
    found = [parsed, *reasoned.result(), *others]
    return [Outcome(o.name, o.outcome, [shorten(line, table) for line in o.details]) for o in found]


def _outcome(name: str, check: Callable[[], Iterable[str]]) -> Outcome:
    """Return a check's outcome; one that stops is a failure that says why."""
    try:
        faults = list(check())
    except NotChecked as reason:
        return Outcome(name, NOT_CHECKED, [str(reason)])
    except Exception as error:  # a check that cannot finish has not passed
        return Outcome(name, FAIL, [f"stopped: {type(error).__name__}: {error}"])
    return Outcome(name, FAIL if faults else PASS, faults)


def _reasoned(vocabulary: Vocabulary) -> list[Outcome]:
    titles = ("OWL consistency", "classes can have members", "defined classes and property chains classify")
    try:
        found = check_logic.examine({q.triple for q in vocabulary.store}, _sample())
    except reasoner.NoJava as reason:
        return [Outcome(title, NOT_CHECKED, [str(reason)]) for title in titles]
    except Exception as error:  # as in _outcome
        return [Outcome(title, FAIL, [f"stopped: {type(error).__name__}: {error}"]) for title in titles]
    if found.inconsistent:
        rest = [Outcome(t, NOT_CHECKED, ["of an inconsistent ontology everything follows"]) for t in titles[1:]]
        return [Outcome(titles[0], FAIL, found.inconsistent), *rest]
    lists = (found.inconsistent, found.unsatisfiable, found.misplaced)
    return [Outcome(t, FAIL if faults else PASS, faults) for t, faults in zip(titles, lists, strict=True)]


def _sample():
    from coproduction.cases import shipped_cases
    from coproduction.codebook import shipped_codebook

    return check_logic.sample(shipped_cases(), shipped_codebook())


def _ruled(vocabulary: Vocabulary) -> list[Outcome]:
    """Return the outcome of each rule in SPARQL; a warning does not fail."""
    graphs, reason = {ONTOLOGY: vocabulary.store}, ""
    try:
        graphs[DATASET] = whole(vocabulary)
    except Exception as error:  # other points of the check say what is wrong with records and contexts
        reason = f"the dataset cannot be built: {type(error).__name__}: {error}"
    outcomes = []
    for rule in rules(resources.folder("queries") / "checks"):
        if rule.graph not in graphs:
            outcomes.append(Outcome(f"rule {rule.name}", NOT_CHECKED, [reason]))
            continue
        outcome = _outcome(f"rule {rule.name}", partial(rule.faults, graphs[rule.graph]))
        if outcome.outcome == FAIL and rule.level == "warning":
            outcome = Outcome(outcome.name, PASS, [f"warning: {line}" for line in outcome.details])
        outcomes.append(outcome)
    return outcomes


def _conforming(vocabulary: Vocabulary) -> Outcome:
    """Return whether what the sources say conforms to its shapes; a warning does not fail."""
    shapes = resources.folder("shapes") / "statements.ttl"
    outcome = _outcome(
        "statements conform to their shapes", lambda: check_files.nonconforming(_said(vocabulary), shapes)
    )
    if outcome.outcome == FAIL and all(line.startswith("warning: ") for line in outcome.details):
        return Outcome(outcome.name, PASS, outcome.details)
    return outcome


def _formed(vocabulary: Vocabulary) -> list[str]:
    """Return what the shapes that a user's own definitions are held to find wrong with those that ship."""
    shapes = resources.folder("shapes") / "definitions.ttl"
    return check_files.nonconforming((quad.triple for quad in vocabulary.store), shapes)


def _said(vocabulary: Vocabulary) -> Iterator[Triple]:
    """Yield what the sources say, the saved queries that questions name, and what the ontology says is of which class."""
    from coproduction import questions, statements
    from coproduction.loaders import statements as said

    entries, _ = statements.read_shipped()
    saved = questions.load(resources.folder("queries")).values()
    for quad in (*said.triples(entries, statements.shipped_form(), names.BASE), *questions.quads(saved, names.BASE)):
        yield quad.triple
    for predicate in (names.RDF_TYPE, names.RDFS + "subClassOf"):
        for quad in vocabulary.store.quads_for_pattern(None, NamedNode(predicate), None):
            yield quad.triple


def whole(vocabulary: Vocabulary) -> Store:
    """Return the dataset in one graph: the vocabulary, cases, statements, figures, verdicts, passages and questions.

    A node without a name refers to the terms that questions and contexts name, so that rules see that use of them too.
    Entries with a finding are left out, and the check of the records says what is wrong with them. Raises ValueError
    where definitions or criteria cannot be read.
    """
    from coproduction import cases, codebook, dataset, statements
    from coproduction.verdicts import load_rules

    book = codebook.shipped_codebook()
    found, _ = cases.read([str(f) for f in resources.source_records()], book)
    entries, _ = statements.read_shipped()
    built = dataset.build(vocabulary, book, load_rules(vocabulary), found, entries)
    store = Store()
    store.bulk_extend(Quad(*quad.triple) for quad in built)
    contexts = codebook.load_context(vocabulary), statements.load_context()
    asked, refers = BlankNode(), NamedNode(names.DCTERMS + "references")
    named = check_files.named(sorted(resources.folder("queries").glob("*.rq")), contexts)
    store.bulk_extend(Quad(asked, refers, NamedNode(iri)) for iri in named)
    return store


def _turtle() -> list[Path]:
    """Return every Turtle file that ships, border shapes included."""
    found = [*resources.folder("ontology").rglob("*.ttl"), *resources.folder("shapes").rglob("*.ttl")]
    return sorted(found) + resources.source_works()


def _shapes() -> list[Path]:
    return sorted(resources.folder("shapes").rglob("*.ttl"))


def _queries() -> list[Path]:
    return sorted(resources.folder("queries").rglob("*.rq"))


def _prefix_table(vocabulary: Vocabulary) -> dict[str, str]:
    from coproduction.dataset import prefix_table

    return prefix_table(vocabulary)


def _contexts(vocabulary: Vocabulary, table: Mapping[str, str]) -> list[str]:
    from coproduction import codebook, statements

    written = (codebook.load_context(vocabulary), statements.load_context())
    return [fault for context in written for fault in check_files.context(vocabulary, context, table)]


def _stale() -> list[str]:
    from coproduction import generated
    from coproduction.vocabulary import shipped

    return check_files.stale(generated.files(shipped()), resources.folder("shapes") / "borders")


def shorten(line: str, table: Mapping[str, str]) -> str:
    """Return a line with the terms of the project in it written by their prefixes."""
    for prefix, space in sorted(table.items(), key=lambda item: -len(item[1])):
        line = re.sub(re.escape(space) + r"(?=\w)(?![\w.-]*[/#])", prefix + ":", line)
    return line
