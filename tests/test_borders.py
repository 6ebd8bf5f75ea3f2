"""The border shapes say to any SHACL engine what the command says: tested on every case and definition."""

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, serialize
from pyshacl import validate
from rdflib import RDF, SH, Graph, Namespace, URIRef

from coproduction import borders, generated, validation
from coproduction.cases import from_raw, shipped_cases
from coproduction.codebook import shipped_codebook
from coproduction.loaders import rdf
from coproduction.loaders.raw import RawRecord
from coproduction.verdicts import judge, load_rules
from coproduction.vocabulary import shipped

COP = Namespace("https://w3id.org/coproduction/ontology#")
BOOK, RULES, VOCABULARY = shipped_codebook(), load_rules(shipped()), shipped()


def case_of(facts: dict, claimed: list[str]):
    data = {"id": "mine", "source": "my-notes", "title": "Mine", "claimed_under": claimed, "facts": facts}
    cases, findings = from_raw([RawRecord("mine.yaml", data)], BOOK)
    assert not findings
    return cases[0]


def shacl_results(data: Graph) -> set[tuple[str, str, str]]:
    """Return (case, shape, English message) of every result of pySHACL with the built shapes."""
    shapes = Graph().parse(data=borders.shapes(VOCABULARY, RULES.definitions), format="turtle")
    _, report, _ = validate(data, shacl_graph=shapes, inplace=True)
    found = set()
    for result in report.subjects(RDF.type, SH.ValidationResult):
        message = next(str(m) for m in report.objects(result, SH.resultMessage) if m.language == "en")
        found.add((str(report.value(result, SH.focusNode)), str(report.value(result, SH.sourceShape)), message))
    return found


def test_no_public_input_is_self_help_in_both_languages():
    case = case_of({"citizen_input": "yes", "public_input": "no"}, ["bovaird-loeffler-2015-matched-input"])
    for lang, start in (("en", "no public input: self-help, not co-production"), ("fr", "aucun apport public : ")):
        found = validation.findings([case], RULES, VOCABULARY, lang=lang)
        assert [f.code for f in found] == ["border-crossed"]
        assert found[0].message.startswith(start)
        assert (found[0].definition, found[0].criterion, found[0].instead) == (
            "bovaird-loeffler-2015-matched-input", "public-input", "self-help")  # fmt: skip


def test_an_unknown_crosses_no_border():
    case = case_of({"citizen_input": "yes", "public_input": "varies"}, ["bovaird-loeffler-2015-matched-input"])
    assert validation.findings([case], RULES, VOCABULARY) == []


def test_one_result_for_each_border_crossed():
    case = case_of({"citizen_input": "no", "public_input": "no"}, ["bovaird-loeffler-2015-matched-input"])
    assert sorted(f.criterion for f in validation.findings([case], RULES, VOCABULARY)) == [
        "citizen-input",
        "public-input",
    ]


def test_the_pyshacl_command_with_the_built_shapes(tmp_path: Path):
    case = case_of({"citizen_input": "yes", "public_input": "no"}, ["bovaird-loeffler-2015-matched-input"])
    (tmp_path / "case.ttl").write_bytes(serialize(rdf.triples([case], BOOK), format=RdfFormat.TURTLE))
    (tmp_path / "shapes.ttl").write_text(borders.shapes(VOCABULARY, RULES.definitions), encoding="utf-8")
    command = [sys.executable, "-m", "pyshacl", "-s", "shapes.ttl", "case.ttl"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert "no public input: self-help, not co-production" in done.stdout
    assert "Results (1)" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("source", sorted({c.source for c in shipped_cases()}))
def test_shacl_and_command_agree_on_every_case_and_definition(source):
    cases = [
        dataclasses.replace(c, record={**c.record, "claimed_under": list(RULES.definitions)})
        for c in shipped_cases()
        if c.source == source
    ]
    data = Graph().parse(data=serialize(rdf.triples(cases, BOOK), format=RdfFormat.N_TRIPLES), format="nt")
    expected = set()
    for case in cases:
        for definition in RULES.definitions.values():
            data.add((URIRef(case.iri), COP.claimedUnder, URIRef(definition.iri)))
        for finding in validation.findings([case], RULES, VOCABULARY, shipped_cases()):
            if finding.code == "border-crossed":
                expected.add((case.iri, finding.definition, finding.message))
        outs = {s for s, v in judge(RULES, case.facts, RULES.definitions.values()).items() if v.outcome == "out"}
        assert outs == {d for iri, d, _ in expected if iri == case.iri}, (
            "a border is crossed exactly where the verdict is out"
        )
    found = shacl_results(data)
    names = {
        f"{borders.SHAPE}border-{d.slug}-{b.name}": d.slug
        for d in RULES.definitions.values()
        for b in borders.borders(VOCABULARY, d)
    }
    assert {(iri, names[shape], message) for iri, shape, message in found} == expected


def test_generated_files_are_up_to_date():
    stale = [
        f.name
        for f, text in generated.files(VOCABULARY).items()
        if not f.is_file() or f.read_text(encoding="utf-8") != text
    ]
    assert not stale, f"run `make generated`: {stale}"


def test_every_border_speaks_english_and_french():
    for definition in RULES.definitions.values():
        found = borders.borders(VOCABULARY, definition)
        assert found
        for border in found:
            assert {"en", "fr"} <= set(border.messages), border
            assert all(m and "{" not in m for m in border.messages.values())
