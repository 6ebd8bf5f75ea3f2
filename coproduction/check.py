"""The check of the ontology: what must hold of it before anything is built on it, each point with its outcome.

A rule that can be asked in SPARQL is a file in queries/checks (SELECT ?term ?message, a row per fault); the others are
functions of `check_files` and `check_logic`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pyoxigraph import Quad, Store

from coproduction import check_files, check_logic, names, reasoner, resources
from coproduction.check_files import NotChecked
from coproduction.vocabulary import Vocabulary

PASS, FAIL, NOT_CHECKED = "pass", "fail", "not checked"
HEADER = re.compile(r"^#\+ (\w+): (.+)$", re.MULTILINE)
# Rules that are asked of the cases' RDF too, since cases use the same terms.
ALSO_OF_CASES = {"disjoint-classes", "kinds-of-terms", "values-of-properties"}


@dataclass(frozen=True)
class Outcome:
    """One point of the check: `pass`, `fail` or `not checked`, with a line per fault, warning or reason."""

    name: str
    outcome: str
    details: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Rule:
    """A rule in SPARQL: a row per fault, which counts as an error or as a warning."""

    name: str
    summary: str
    level: str
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
        if set(header) != {"summary", "level"} or header["level"] not in ("error", "warning"):
            raise ValueError(f"{file.name}: the header has `#+ summary:` and `#+ level: error` or `warning`, no more")
        found.append(Rule(file.stem, header["summary"], header["level"], text))
    return found


def run() -> list[Outcome]:
    """Check everything that ships with the package, and return the outcomes in a fixed order."""
    turtle, shapes, queries = _turtle(), sorted(resources.folder("shapes").rglob("*.ttl")), _queries()
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
            _outcome(
                "records are read without a finding", lambda: check_files.records(records) + check_files.statements()
            ),
            _outcome("prefixes agree", partial(check_files.prefixes, [*turtle, *queries], table)),
            _outcome("JSON-LD context", lambda: _contexts(vocabulary, table)),
            _outcome("versions agree", partial(check_files.versions, vocabulary, root)),
            _outcome("generated files are up to date", _stale),
            _outcome("shapes conform to SHACL-SHACL", partial(check_files.shacl_shacl, shapes)),
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
    with_cases = _with_cases(vocabulary)
    outcomes = []
    for rule in rules(resources.folder("queries") / "checks"):
        store = with_cases if rule.name in ALSO_OF_CASES else vocabulary.store
        outcome = _outcome(f"rule {rule.name}", partial(rule.faults, store))
        if outcome.outcome == FAIL and rule.level == "warning":
            outcome = Outcome(outcome.name, PASS, [f"warning: {line}" for line in outcome.details])
        outcomes.append(outcome)
    return outcomes


def _with_cases(vocabulary: Vocabulary) -> Store:
    """Return the vocabulary with the RDF of all cases and statements, without that of records that cannot be read."""
    from coproduction.cases import shipped_cases
    from coproduction.codebook import shipped_codebook
    from coproduction.loaders import rdf
    from coproduction.loaders import statements as said
    from coproduction.statements import shipped_entries, shipped_form

    store = Store()
    store.bulk_extend(vocabulary.store)
    with suppress(ValueError):  # the check of the records says what is wrong with them
        store.bulk_extend(Quad(*q.triple) for q in rdf.triples(shipped_cases(), shipped_codebook()))
        store.bulk_extend(Quad(*q.triple) for q in said.triples(shipped_entries(), shipped_form(), names.BASE))
    return store


def _turtle() -> list[Path]:
    """Return every Turtle file that ships, border shapes included."""
    found = [*resources.folder("ontology").rglob("*.ttl"), *resources.folder("shapes").rglob("*.ttl")]
    return sorted(found) + resources.source_works()


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
