"""What the sources say: all of it in the RDF, nothing without a passage, no reference that leads nowhere."""

from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Store
from ruamel.yaml import YAML

from coproduction import dataset, names, resources
from coproduction.cases import shipped_cases
from coproduction.loaders import statements
from coproduction.statements import form, load_context, read_shipped, shipped_entries, shipped_form
from coproduction.vocabulary import shipped

SECTIONS = ("statements", "questions", "studies", "numbers", "contexts", "actors", "works")
GOOD = """\
source: anzsog-2017
statements:
- id: one
  kind: claim
  text: Something is so.
  said_by: [anzsog-2017]
  modality: asserted
  about: [neighbour/co-production]
  cause: {concept: neighbour/co-production}
  effect: {text: something}
  direction: raises
  scope: {country: [GB], sector: [health], people: somebody}
  contradicts: [two]
  sides: [{who: some, says: so it is}]
  passages: [[1, 20]]

- id: two
  kind: misconception
  text: It is not so.
  said_by: [somebody]
  modality: denied
  about: [criterion/voluntary, definition/anzsog-2017, anzsog-2017/online-tax-returns]
  contradicts: [one]
  refuted_by: [one]
  passages: [[20, 30]]

numbers:
- {id: three, dataset: figures, quantity: share, measure: members, value: 12.5, unit: per-cent, population: people,
   area: GB, time: not told, hedge: about, about: [neighbour/co-production], passages: [[2, 3]]}

actors:
- {id: somebody, name: Some Body, kind: person, role: speaker, passages: [[4, 5]]}
"""


def read(text, tmp_path, a_form=None):
    file = tmp_path / "said.yaml"
    file.write_text(text, encoding="utf-8")
    return statements.read([str(file)], a_form or shipped_form())


def plain(file: Path) -> dict:
    """Return a file by a reader of its own, every scalar as it is written."""
    yaml = YAML(typ="safe", pure=True)

    def text(node):
        if node.id == "scalar":
            return node.value
        if node.id == "sequence":
            return [text(n) for n in node.value]
        return {k.value: text(v) for k, v in node.value}

    return text(yaml.compose(file.read_text(encoding="utf-8")))


FILES = {file.stem: plain(file) for file in resources.source_statements()}


def test_as_many_entries_as_the_files_list():
    found = Counter((e.source, e.section) for e in shipped_entries())
    assert found == {
        (s, key): len(listed) for s, file in FILES.items() for key, listed in file.items() if key != "source"
    }
    assert set(FILES) == set(shipped_form().sources) and min(found.values()) > 0


def test_the_shipped_files_have_no_finding():
    assert read_shipped()[1] == []


def test_every_entry_has_a_passage_of_some_length_and_none_past_900_characters():
    for entry in shipped_entries():
        assert entry.values["passages"], entry.iri
        assert all(0 < end - start <= 900 for start, end in entry.values["passages"]), entry.iri


def test_every_reference_leads_to_something_in_the_graph():
    store = dataset.shipped_store()
    for entry in shipped_entries():
        for key, value in entry.values.items():
            if shipped_form().fields[entry.section][key].kind == "reference":
                for iri in value if isinstance(value, list) else [value]:
                    there = next(iter(store.quads_for_pattern(NamedNode(iri), None, None, None)), None)
                    assert there is not None, (entry.iri, key, iri)


def test_a_sound_file_has_no_finding(tmp_path):
    entries, findings = read(GOOD, tmp_path)
    assert findings == [] and [e.slug for e in entries] == ["one", "two", "three", "somebody"]


@pytest.mark.parametrize(
    "good, bad, code, line, words",
    [
        ("  modality: denied", "  modalty: denied", "unknown-key", 21, "modalty is no key of an entry of statements"),
        ("  kind: misconception", "  kind: misconcepton", "unknown-term", 18, "did you mean misconception?"),
        ("refuted_by: [one]", "refuted_by: [on]", "unknown-term", 24, "refuted_by names on, which is nothing here"),
        ("said_by: [somebody]", "said_by: [nobody]", "unknown-term", 20, "said_by names nobody"),
        ("criterion/voluntary", "criterion/volunteer", "unknown-term", 22, "did you mean criterion/voluntary?"),
        ("concept: neighbour/co-production", "concept: co-production", "unknown-term", 9, "cause names co-production"),
        ("- id: two", "- id: one", "duplicate-record", 17, "stands twice among the statements"),
        ("- id: two", "- id: Two", "bad-id", 17, "is no slug"),
        ("  passages: [[20, 30]]\n", "", "missing-key", 17, "two: passages is missing"),
        ("[[20, 30]]", "[[30, 20]]", "bad-passage", 25, "is no pair of offsets"),
        ("value: 12.5", "value: a lot", "wrong-type", 28, "is no plain number"),
        ("country: [GB], sector", "country: [Grate Britain], sector", "unknown-term", 12, "did you mean GB?"),
        ("unit: per-cent", "unit: percent", "unknown-term", 28, "did you mean per-cent?"),
        ("area: GB", "area: Atlantis", "unknown-term", 29, "area 'Atlantis' is not known"),
        ("sector: [health]", "sector: [helth]", "unknown-term", 12, "did you mean health?"),
        ("who: some,", "whom: some,", "unknown-key", 14, "whom is no key of an entry of sides"),
        ("\nactors:", "\nacters:", "unknown-key", 31, "did you mean actors?"),
        ("source: anzsog-2017", "source: anzsog-2071", "unknown-term", 1, "source is 'anzsog-2071'"),
        ("text: It is not so.", "text: [It is not so.]", "wrong-type", 19, "text takes one text"),
    ],
)
def test_a_planted_fault_is_found_in_its_line(good, bad, code, line, words, tmp_path):
    assert GOOD.count(good) == 1
    findings = read(GOOD.replace(good, bad), tmp_path)[1]
    found = [f for f in findings if f.code == code]
    assert len(found) == 1, findings
    assert found[0].file.endswith("said.yaml") and found[0].line == line and words in found[0].message


def missing(data: dict, a_form: statements.Form, entries, store: Store) -> list[str]:
    """Return the scalars of a file's entries that are nowhere in the RDF of the entry, by a walk of its own."""
    faults = []
    by_key = {(e.section, e.slug): e for e in entries if e.source == data["source"]}
    for section in SECTIONS:
        for item in data.get(section, []):
            entry = by_key[section, item["id"]]
            nodes = [NamedNode(entry.iri)]
            nodes += [q.object for q in store.quads_for_pattern(nodes[0], NamedNode(names.COP + "hasSide"), None, None)]
            objects = {q.object for node in nodes for q in store.quads_for_pattern(node, None, None, None)}
            literals = {o.value for o in objects if isinstance(o, Literal)}
            iris = {o.value for o in objects if isinstance(o, NamedNode)}
            for path, word in scalars({k: v for k, v in item.items() if k != "passages"}):
                ends = ("/" + word, "#" + word)
                if word not in literals and word not in iris and not any(i.endswith(ends) for i in iris):
                    faults.append(f"{section}.{item['id']}.{path}: {word}")
            for start, end in item["passages"]:
                if f"{a_form.sources[entry.source]}#p{start}-{end}" not in iris:
                    faults.append(f"{section}.{item['id']}.passages: {start}-{end}")
    return faults


def scalars(value, path=""):
    if isinstance(value, str):
        yield path, value
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from scalars(part, f"{path}/{key}")


@pytest.mark.parametrize("source", FILES)
def test_every_scalar_of_every_entry_is_in_its_rdf(source):
    assert missing(FILES[source], shipped_form(), shipped_entries(), dataset.shipped_store()) == []


def test_a_key_that_the_context_lacks_is_missed_and_found(tmp_path):
    context = load_context()
    del context["numbers"]["@context"]["population"]
    poor = form(shipped(), shipped_cases(), context)
    entries, findings = read(GOOD, tmp_path, poor)
    assert [(f.code, f.key) for f in findings] == [("unknown-key", "population")]
    store = Store()
    store.bulk_extend(statements.triples(entries, poor, "urn:g"))
    data = plain(tmp_path / "said.yaml")
    assert missing(data, poor, entries, store) == ["numbers.three./population: people"]


@pytest.mark.parametrize("word", ["SE", "Sweden", "sweden", "SWE", "Suède", "Kingdom of Sweden"])
def test_a_country_may_be_named_by_code_or_name(word, tmp_path):
    entries, findings = read(GOOD.replace("country: [GB]", f"country: [{word}]"), tmp_path)
    assert findings == [] and entries[0].values["country"] == ["SE"]


def test_a_figure_is_a_decimal():
    store = dataset.shipped_store()
    figures = list(store.quads_for_pattern(None, NamedNode(names.COP + "number"), None, None))
    assert len(figures) == sum(len(file.get("numbers", [])) for file in FILES.values()) > 50
    assert {q.object.datatype.value for q in figures} == {"http://www.w3.org/2001/XMLSchema#decimal"}
    donors = NamedNode(statements.entry_iri("bovaird-loeffler-2015", "numbers", "blood-donors-number"))
    rows = store.query(
        f"ASK {{ {donors} <{names.COP}number> ?n FILTER(?n = 1800000) }}", use_default_graph_as_union=True
    )
    assert bool(rows)


def test_entries_stand_in_the_graph_of_their_source():
    store = dataset.shipped_store()
    told = NamedNode(names.COP + "toldIn")
    found = Counter(names.local(q.graph_name.value) for q in store.quads_for_pattern(None, told, None, None))
    assert found == {s: sum(len(file.get(section, [])) for section in SECTIONS) for s, file in FILES.items()}
