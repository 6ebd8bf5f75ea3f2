"""The ontology passes its check, and each part of the check rejects a fixture for the reason it states."""

import os
import shutil
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple, parse

from coproduction import check, check_files, check_logic, names, reasoner, resources
from coproduction.cases import shipped_cases
from coproduction.codebook import load_context, shipped_codebook
from coproduction.commands import check as command
from coproduction.dataset import prefix_table
from coproduction.loaders import rdf
from coproduction.vocabulary import Vocabulary, shipped

FIXTURES = Path(__file__).parent / "ontology"
FILES = FIXTURES / "files"
RULES = {rule.name: rule for rule in check.rules(resources.folder("queries") / "checks")}
ONTOLOGY = resources.folder("ontology")
TABLE = prefix_table(shipped())
COP = names.COP
# A machine without Java may skip the reasoner; continuous integration may not.
needs_java = pytest.mark.skipif(shutil.which("java") is None and "CI" not in os.environ, reason="Java is not here")


def with_fixture(file: Path) -> Vocabulary:
    return Vocabulary([*shipped().files, file])


def triples(*files: Path) -> set[Triple]:
    return {quad.triple for file in files for quad in parse(path=str(file), format=RdfFormat.TURTLE)}


def short(lines) -> list[str]:
    return sorted(check.shorten(line, TABLE) for line in lines)


# Rules in SPARQL


@pytest.fixture(scope="module")
def graphs() -> dict[str, Store]:
    return {"ontology": Vocabulary(shipped().files).store, "dataset": check.whole(shipped())}


@pytest.fixture(scope="module")
def faults_as_shipped(graphs) -> dict[str, set[str]]:
    return {name: set(rule.faults(graphs[rule.graph])) for name, rule in RULES.items()}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_finds_what_its_fixture_says_and_nothing_else(name, graphs, faults_as_shipped):
    file = FIXTURES / "rules" / f"{name}.ttl"
    text = file.read_text(encoding="utf-8")
    expected = [line.removeprefix("# must find: ") for line in text.splitlines() if line.startswith("# must find: ")]
    assert expected
    store = graphs[RULES[name].graph]
    added = [quad for quad in parse(path=str(file), format=RdfFormat.TURTLE) if quad not in store]
    store.extend(added)
    try:
        found = RULES[name].faults(store)
    finally:
        for quad in added:
            store.remove(quad)
    assert short(set(found) - faults_as_shipped[name]) == sorted(expected)


def test_an_ontology_that_is_not_declared_as_one_is_found():
    store = Vocabulary(shipped().files).store
    kind = NamedNode(COP.removesuffix("#")), NamedNode(names.RDF_TYPE), NamedNode(reasoner.OWL + "Ontology")
    store.remove(Quad(*kind))
    assert RULES["header"].faults(store) == [
        "https://w3id.org/coproduction/ontology: is not declared as an owl:Ontology"
    ]


def test_every_fixture_of_a_rule_has_its_rule():
    assert {file.stem for file in (FIXTURES / "rules").glob("*.ttl")} == set(RULES)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "#+ summary: Something.\n#+ level: error\n",
        "#+ summary: Something.\n#+ level: dreadful\n#+ graph: ontology\n",
        "#+ summary: Something.\n#+ level: error\n#+ graph: elsewhere\n",
        "#+ summary: Something.\n#+ level: error\n#+ graph: ontology\n#+ mood: good\n",
    ],
)
def test_a_rule_without_its_header_is_refused(tmp_path, header):
    (tmp_path / "rule.rq").write_text(header + "SELECT ?term ?message {}", encoding="utf-8")
    with pytest.raises(ValueError, match=r"rule\.rq: the header has"):
        check.rules(tmp_path)


# Files


def test_a_file_that_does_not_parse_is_named_with_its_line():
    (fault,) = check_files.unreadable([ONTOLOGY / "core.ttl", FILES / "unparsable.ttl"])
    assert fault.startswith("files/unparsable.ttl:3:")


def test_nothing_else_is_checked_when_a_file_does_not_parse(monkeypatch):
    monkeypatch.setattr(check, "_turtle", lambda: [FILES / "unparsable.ttl"])
    (outcome,) = check.run()
    assert (outcome.name, outcome.outcome) == ("Turtle files parse", "fail")


def test_wrong_and_unknown_prefixes_are_found_in_turtle_and_queries():
    assert check_files.prefixes([FILES / "prefixes.ttl", FILES / "prefixes.rq"], TABLE) == [
        "files/prefixes.ttl:2: prefix skos: is <http://www.w3.org/2004/02/skos/core/>, "
        "in the ontology header's table <http://www.w3.org/2004/02/skos/core#>",
        "files/prefixes.ttl:3: prefix foaf: is not in the ontology header's table",
        "files/prefixes.rq:2: prefix cop: is <https://w3id.org/co-production/ontology#>, "
        "in the ontology header's table <https://w3id.org/coproduction/ontology#>",
    ]


def test_undeclared_terms_are_found_with_what_they_may_have_meant():
    found = check_files.undeclared(shipped(), [FILES / "undeclared.ttl"], [FILES / "undeclared.rq"])
    assert short(found) == [
        "files/undeclared.rq: cop:roll is not declared; did you mean role?",
        "files/undeclared.rq: role:zz is not declared",
        "files/undeclared.ttl: cop:Voluntarines is not declared; did you mean Voluntariness?",
        "files/undeclared.ttl: cop:volontariness is not declared; did you mean voluntariness?",
        "files/undeclared.ttl: role:volunter is not declared; did you mean volunteer?",
    ]


def test_the_terms_that_queries_and_contexts_name_are_those_of_the_ontology():
    context = {
        "cop": COP,
        "oa": "http://www.w3.org/ns/oa#",
        "role": "cop:role",
        "end": "oa:end",
        "note": {"@id": "cop:note"},
        "sides": {"@id": "cop:side", "@context": {"says": {"@reverse": "cop:says"}}},
    }
    found = check_files.named([FILES / "undeclared.rq"], [context])
    assert short(found) == sorted(
        ["cop:Case", "cop:hasContribution", "cop:roll", "cop:concept", "cop:role", "cop:note", "cop:side", "cop:says"]
    )


def test_a_definition_that_cannot_be_read_is_named():
    (fault,) = check_files.loads(with_fixture(FILES / "definition.ttl"))
    assert fault == f"definition of-nothing: {names.BASE}criterion/of-nothing is not a criterion"


def test_a_criterion_that_is_met_and_not_met_at_once_is_named():
    (fault,) = check_files.loads(with_fixture(FILES / "criterion.ttl"))
    assert fault == "criterion both-ways: a case of joint: yes conforms to both shapes"


def test_records_with_findings_are_named():
    found = "\n".join(check_files.records([FILES / "records.yaml"]))
    assert "records.yaml:4: garden: " in found and "gardening" in found
    assert "records.yaml:5: garden: part_of names ifg-seminar/park, which is no case here" in found


NOTE = "note: cop:note is a datatype property, and its values are read as IRIs"


@pytest.mark.parametrize(
    ("term", "fault"),
    [
        ({"role": "cop:rolle"}, "role: cop:rolle is not declared"),
        ({"role": "cop:volunteer"}, "role: cop:volunteer is not declared"),
        ({"yes": "cop:yes"}, "yes: cop:yes is neither a property nor a class"),
        ({"role": "cop:role"}, "role: cop:role is an object property, and its values are read as texts"),
        ({"note": {"@id": "cop:note", "@type": "@id"}}, NOTE),
        ({"list": {"@id": "cop:hasFact", "@context": {"in": "cop:inn"}}}, "in: cop:inn is not declared"),
        ({"title": "dc:title"}, "title: dc:title has a prefix that the context does not declare"),
        ({"skos": "http://www.w3.org/2004/02/skos#"}, "prefix skos: is not that of the ontology header"),
    ],
)  # fmt: skip
def test_a_context_that_does_not_fit_the_ontology_is_found(term, fault):
    fine = {"@version": 1.1, "cop": COP, "Case": "cop:Case", "basis": {"@id": "cop:basis", "@type": "@id"}}
    assert check_files.context(shipped(), fine, TABLE) == []
    assert check_files.context(shipped(), fine | term, TABLE) == [fault]


def test_variables_in_the_context_are_looked_at_too():
    written = load_context(shipped())
    written["joint"] = {"@id": "cop:jointly", "@type": "@id"}
    assert check_files.context(shipped(), written, TABLE) == ["joint: cop:jointly is not declared"]


def a_checkout(folder: Path, project: str, citation: str) -> Path:
    (folder / "pyproject.toml").write_text(f'[project]\nversion = "{project}"\n', encoding="utf-8")
    (folder / "CITATION.cff").write_text(f"cff-version: 1.2.0\nversion: {citation}\n", encoding="utf-8")
    return folder


def an_ontology(folder: Path, info: str, iri: str) -> Vocabulary:
    file = folder / "header.ttl"
    owl = "http://www.w3.org/2002/07/owl#"
    base = names.BASE + "ontology"
    file.write_text(f'<{base}> <{owl}versionInfo> "{info}" ; <{owl}versionIRI> <{base}/{iri}> .', encoding="utf-8")
    return Vocabulary([file])


def test_versions_that_differ_are_found_each_by_its_place(tmp_path):
    ontology = an_ontology(tmp_path, info="1.1.0", iri="1.2.0")
    assert check_files.versions(ontology, a_checkout(tmp_path, project="1.3.0", citation="1.4.0")) == [
        "owl:versionInfo is 1.1.0, pyproject.toml has 1.3.0",
        "the last part of owl:versionIRI is 1.2.0, pyproject.toml has 1.3.0",
        "CITATION.cff is 1.4.0, pyproject.toml has 1.3.0",
    ]


def test_versions_that_agree_pass_and_without_a_checkout_are_not_checked(tmp_path):
    ontology = an_ontology(tmp_path, info="1.3.0", iri="1.3.0")
    with pytest.raises(check_files.NotChecked):
        check_files.versions(ontology, tmp_path)
    assert check_files.versions(ontology, a_checkout(tmp_path, project="1.3.0", citation='"1.3.0"')) == []


def test_generated_files_that_are_stale_missing_or_left_over_are_found(tmp_path):
    for name in ("same", "old", "stray"):
        (tmp_path / f"{name}.ttl").write_text("before\n", encoding="utf-8")
    wanted = {tmp_path / "same.ttl": "before\n", tmp_path / "old.ttl": "after\n", tmp_path / "new.ttl": "after\n"}
    again = "; run python -m coproduction.generated"
    assert check_files.stale(wanted, tmp_path) == [
        f"{tmp_path.name}/new.ttl is missing{again}",
        f"{tmp_path.name}/old.ttl is out of date{again}",
        f"{tmp_path.name}/stray.ttl follows from nothing{again}",
    ]


def test_shapes_that_break_the_syntax_of_shacl_are_named():
    found = short(check_files.shacl_shacl([FILES / "shapes.ttl"]))
    assert {line.split(": ")[0] for line in found} == {
        "shape:forked at path",
        "shape:miscounted at minCount",
        "shape:forked",
    }
    assert "shape:miscounted at minCount: Value is not Literal with datatype xsd:integer" in found


# Logic


@needs_java
def test_a_contradiction_is_found_and_laid_at_the_ontologys_door():
    broken = triples(ONTOLOGY / "core.ttl", FIXTURES / "logic" / "contradiction.ttl")
    found = check_logic.examine(broken, set())
    assert found.inconsistent == ["the ontology contradicts itself; the rule disjoint-classes may say where"]


@pytest.mark.slow
@needs_java
def test_a_contradiction_in_cases_is_laid_at_their_door():
    found = check_logic.examine(triples(ONTOLOGY / "core.ttl"), triples(FIXTURES / "logic" / "contradiction.ttl"))
    assert found.inconsistent == ["the ontology is consistent, and the sample of cases contradicts it"]


@needs_java
def test_classes_that_can_have_no_members_are_found():
    found = check_logic.examine(triples(ONTOLOGY / "core.ttl", FIXTURES / "logic" / "unsatisfiable.ttl"), set())
    assert found.inconsistent == []
    assert short(found.unsatisfiable) == ["cop:EvenNarrower can have no members", "cop:RoleAndForm can have no members"]


VOCABULARIES = [ONTOLOGY / f"{name}.ttl" for name in ("core", "roles", "forms", "values")]
CASES = FIXTURES / "logic" / "cases.ttl"


@pytest.fixture(scope="module")
def sorted_cases() -> reasoner.Result:
    return reasoner.reason(triples(*VOCABULARIES, CASES), relations=True)


def classes(result: reasoner.Result, name: str) -> set[str]:
    found = result.types[f"{names.BASE}case/{name}"]
    return {names.local(iri) for iri in found if iri.startswith(COP)}


@needs_java
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("volunteer", {"Contribution", "VolunteerContribution", "CitizenContribution"}),
        ("professional", {"Contribution", "ProfessionalContribution"}),
        ("bystander", {"Contribution"}),
        ("gain", {"ValueEffect", "PublicValueEffect"}),
        ("health", {"ValueEffect"}),
        ("street", {"Case", "CoCommissioningCase"}),
        ("borough", {"Case"}),
        ("city", {"Case", "CoDesignCase"}),
    ],
)
def test_the_reasoner_sorts_cases_and_contributions_into_the_defined_classes(sorted_cases, name, expected):
    assert classes(sorted_cases, name) == expected


@needs_java
@pytest.mark.parametrize(
    ("subject", "relation", "value"),
    [
        ("borough", "hasPart", "street"),  # inverse of partOf
        ("street", "partOf", "city"),  # partOf is transitive
        ("city", "hasPart", "street"),  # and so is its inverse
        ("city", "sameKind", "twin"),  # sameKind is symmetric
        ("volunteer", "contributionTo", "street"),
    ],
)
def test_the_reasoner_infers_relations(sorted_cases, subject, relation, value):
    base = names.BASE + "case/"
    assert (base + subject, COP + relation, base + value) in sorted_cases.relations
    assert (base + value, COP + relation, base + subject) not in sorted_cases.relations


@needs_java
@pytest.mark.parametrize(
    ("subject", "relation", "broader", "narrower"),
    [
        ("volunteer", "role", "role/citizens-role", "role/formal-volunteer"),
        ("street", "form", "form/co-commissioning", "form/deliberative-participation"),
        ("health", "valueType", "value/benefit", "value/public"),
    ],
)
def test_the_reasoner_hands_a_concept_on_to_the_broader_one_and_to_no_other(
    sorted_cases, subject, relation, broader, narrower
):
    case, concept = names.BASE + "case/", names.BASE + "concept/"
    assert (case + subject, COP + relation, concept + broader) in sorted_cases.relations
    assert (case + subject, COP + relation, concept + narrower) not in sorted_cases.relations


@pytest.mark.slow
@needs_java
def test_a_lost_property_chain_is_found_by_what_it_leaves_unsorted():
    chain = NamedNode(reasoner.OWL + "propertyChainAxiom")
    whole = triples(*VOCABULARIES)
    without = {t for t in whole if (t.subject, t.predicate) != (NamedNode(COP + "role"), chain)}
    assert len(whole) == len(without) + 1
    assert short(check_logic.examine(without, triples(CASES)).misplaced) == [
        "case:professional is not sorted into cop:ProfessionalContribution, and should be",
        "case:volunteer is not sorted into cop:CitizenContribution, and should be",
    ]


def test_the_reasoner_is_given_what_something_follows_from_and_nothing_that_stops_it():
    text = f"""
        @prefix cop: <{COP}> . @prefix owl: <{reasoner.OWL}> . @prefix rdfs: <{names.RDFS}> .
        @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        cop:partOf a owl:ObjectProperty , owl:TransitiveProperty .
        cop:day a owl:DatatypeProperty ; rdfs:domain cop:Case .
        cop:idle a owl:ObjectProperty . cop:a a cop:Case ; cop:partOf cop:b ; cop:idle cop:b ; rdfs:label "a"@en .
        cop:b cop:day "2020-01-01"^^xsd:date , "Monday" . cop:s a sh:NodeShape ; sh:in ( cop:idle ) .
    """
    given = reasoner.logical(quad.triple for quad in parse(input=text, format=RdfFormat.TURTLE))
    lines = {" ".join(names.local(str(x).strip("<>")) for x in (t.subject, t.predicate, t.object)) for t in given}
    assert lines == {
        "partOf type ObjectProperty",
        "partOf type TransitiveProperty",
        "day type DatatypeProperty",
        "day domain Case",
        "idle type ObjectProperty",
        "a type Case",
        "a type NamedIndividual",
        "a partOf b",
        'b day "Monday"',
    }


def test_the_sample_shows_every_role_form_and_value_that_any_case_has():
    def shown(found) -> set:
        return {(t.predicate.value, t.object.value) for t in found if names.local(t.predicate.value) in kinds}

    kinds = {"role", "form", "valueType"}
    sample = check_logic.sample(shipped_cases(), shipped_codebook())
    whole = {quad.triple for quad in rdf.triples(shipped_cases(), shipped_codebook())}
    assert sample < whole
    assert shown(sample) == shown(whole)
    assert not {t for t in sample if t.predicate.value == names.RDF_TYPE and t.object.value == COP + "Fact"}


# The check as a whole


def test_without_java_the_logic_is_not_checked_and_says_why(monkeypatch):
    monkeypatch.setattr(reasoner.shutil, "which", lambda name: None)
    outcomes = check._reasoned(shipped())
    assert {o.outcome for o in outcomes} == {"not checked"}
    assert {line for o in outcomes for line in o.details} == {"Java is not here, and HermiT needs it"}


@pytest.mark.slow
@needs_java
@pytest.mark.parametrize(
    ("fixture", "outcomes"),
    [("contradiction", ["fail", "not checked", "not checked"]), ("unsatisfiable", ["pass", "fail", "pass"])],
)
def test_what_the_reasoner_finds_fails_the_check(monkeypatch, fixture, outcomes):
    monkeypatch.setattr(check, "_sample", set)
    found = check._reasoned(Vocabulary([*VOCABULARIES, FIXTURES / "logic" / f"{fixture}.ttl"]))
    assert [o.outcome for o in found] == outcomes
    assert found[0].name == "OWL consistency"


@pytest.mark.slow
@needs_java
def test_a_thing_that_the_reasoner_does_not_sort_fails_the_check(monkeypatch):
    monkeypatch.setattr(check, "_sample", lambda: triples(CASES))
    vocabulary = Vocabulary(VOCABULARIES)
    for quad in vocabulary.store.quads_for_pattern(
        NamedNode(COP + "form"), NamedNode(reasoner.OWL + "propertyChainAxiom"), None
    ):
        vocabulary.store.remove(quad)
    found = check._reasoned(vocabulary)
    assert [o.outcome for o in found] == ["pass", "pass", "fail"]
    assert short(found[2].details) == [
        "case:street is not sorted into cop:CoCommissioningCase, and should be",
    ]


@pytest.mark.slow
def test_the_command_says_of_shapes_that_are_none_that_they_fail(monkeypatch, capsys):
    monkeypatch.setattr(check, "_reasoned", lambda vocabulary: [])
    monkeypatch.setattr(check, "_ruled", lambda vocabulary: [])
    monkeypatch.setattr(check, "_shapes", lambda: [FILES / "shapes.ttl"])
    with pytest.raises(SystemExit) as left:
        command.run()
    assert left.value.code == 1
    lines = capsys.readouterr().out.splitlines()
    at = lines.index("fail         shapes conform to SHACL-SHACL")
    assert any("shape:miscounted at minCount" in line for line in lines[at + 1 : at + 10])


def test_a_check_that_stops_has_failed():
    def stops():
        raise KeyError("codebook")

    outcome = check._outcome("the codebook is there", stops)
    assert (outcome.outcome, outcome.details) == ("fail", ["stopped: KeyError: 'codebook'"])


def test_rules_on_the_dataset_are_not_checked_where_there_is_none(monkeypatch):
    def unreadable(vocabulary):
        raise OSError("no such file")

    monkeypatch.setattr(check, "whole", unreadable)
    outcomes = {o.name: o for o in check._ruled(shipped())}
    assert outcomes["rule labels"].outcome == "pass"
    assert outcomes["rule passages"].outcome == "not checked"
    assert outcomes["rule passages"].details == ["the dataset cannot be built: OSError: no such file"]


def test_a_warning_is_told_and_does_not_fail(monkeypatch):
    monkeypatch.setattr(check, "whole", lambda vocabulary: vocabulary.store)
    outcomes = {o.name: o for o in check._ruled(with_fixture(FIXTURES / "rules" / "unused-criterion.ttl"))}
    outcome = outcomes["rule unused-criterion"]
    assert outcome.outcome == "pass"
    assert short(outcome.details) == ["warning: crit:idle: no definition requires it, or expressly does not"]


def test_an_error_fails(monkeypatch):
    monkeypatch.setattr(check, "whole", lambda vocabulary: vocabulary.store)
    outcomes = {o.name: o for o in check._ruled(with_fixture(FIXTURES / "rules" / "broader-cycle.ttl"))}
    assert outcomes["rule broader-cycle"].outcome == "fail"


@pytest.mark.slow
def test_rules_on_the_use_of_terms_look_at_the_cases_too():
    store = check.whole(shipped())
    assert RULES["disjoint-classes"].graph == "dataset"
    misused = NamedNode(f"{names.BASE}case/own/x"), NamedNode(COP + "caseKind"), NamedNode(COP + "yes")
    assert not RULES["disjoint-classes"].faults(store)
    store.add(Quad(*misused))
    assert short(RULES["disjoint-classes"].faults(store)) == [
        "cop:yes: is of the disjoint classes cop:Answer and cop:Code"
    ]


@needs_java
@pytest.mark.slow
def test_the_ontology_passes():
    outcomes = check.run()
    assert {o.name: o.details for o in outcomes if o.outcome != "pass"} == {}
    assert len(outcomes) == 14 + len(RULES)


def test_nothing_is_imported_so_that_all_works_without_a_network():
    store = shipped().store
    assert not list(store.quads_for_pattern(None, NamedNode("http://www.w3.org/2002/07/owl#imports"), None, None))
    # Alignments name terms of others and declare none of them.
    ours = resources.folder("ontology") / "alignments.ttl"
    typed = [q for q in parse(path=str(ours), format=RdfFormat.TURTLE) if q.predicate.value == names.RDF_TYPE]
    assert {q.subject.value for q in typed} == {names.COP + "closeTerm", names.COP + "relatedTerm"}
