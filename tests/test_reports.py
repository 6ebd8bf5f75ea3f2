"""Reports of validation: each format read back by a reader that is not ours, with what was found still in it."""

import io
import json
from xml.etree import ElementTree
from zipfile import ZipFile

import html5rdf
import jsonschema
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from junitparser import Failure, JUnitXml
from rdflib import RDF, SH, Graph, URIRef
from sarif_pydantic import Sarif

from coproduction import report, reports, resources
from coproduction.__main__ import REPORTS, cli
from coproduction.cases import from_raw
from coproduction.codebook import shipped_codebook
from coproduction.loaders.raw import Finding, RawRecord
from coproduction.rules import rules

CASES, _ = from_raw(
    [RawRecord("my cases.yaml", {"id": "garden", "title": "A garden", "source": "own"})], shipped_codebook()
)
ERROR = Finding("unknown-term", "role 'x' is <not> known; 100%", "error", "my cases.yaml", 4, 7, pointer="/role", case="garden",
                key="joint", value="<script>alert(1)</script>", suggestion="yes")  # fmt: skip
WARNING = Finding("duplicate-case", "has the title", "warning", "my cases.xlsx", sheet="cases", cell="C7", case="plot")
ADVICE = Finding("undetermined", "4 of 5", "info", "my cases.yaml", 1, 1, case="garden")
ALL = [ERROR, WARNING, ADVICE]
SCHEMA = json.loads((resources.folder("shapes") / "findings.schema.json").read_text(encoding="utf-8"))
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
FINDINGS = st.lists(
    st.builds(Finding, code=st.sampled_from(sorted(rules())), message=TEXTS.map(lambda t: t + "!"),
              severity=st.sampled_from(["error", "warning", "info"]), file=st.none() | TEXTS.map(lambda t: t + ".csv"),
              line=st.none() | st.integers(1, 99), column=st.none() | st.integers(1, 99), case=st.none() | TEXTS,
              key=st.sampled_from([None, "joint", "title"]), value=st.none() | TEXTS, suggestion=st.none() | TEXTS),
    max_size=4,
)  # fmt: skip


def written(fmt: str, findings=ALL, lang: str = "en") -> str:
    return reports.write(fmt, findings, CASES, lang)


def test_the_command_offers_every_format_and_each_is_written(tmp_path):
    (tmp_path / "x.yaml").write_text("{id: garden, title: A garden, source: own, joint: maybe}", encoding="utf-8")
    for fmt in REPORTS:
        run = CliRunner().invoke(cli, ["validate", str(tmp_path / "x.yaml"), "--format", fmt])
        said = (
            run.stdout_bytes
            if fmt != "xlsx"
            else ZipFile(io.BytesIO(run.stdout_bytes)).read("xl/worksheets/sheet1.xml")
        )
        assert run.exit_code == 1 and b"unknown-term" in said, fmt
        assert isinstance(run.exception, SystemExit), fmt


def test_human_shows_place_value_what_would_be_right_and_the_rule():
    assert written("human", [ERROR], "fr") == (
        "my cases.yaml:4:7: erreur: unknown-term: garden: role 'x' is <not> known; 100%\n"
        "    | joint = <script>alert(1)</script>\n"
        "    = vouliez-vous dire yes ?\n"
        "    = coproduction explain unknown-term"
    )
    assert written("human", [WARNING]).startswith(
        "my cases.xlsx:cases!C7: warning: duplicate-case: plot: has the title\n"
    )


def test_concise_is_one_line_for_each_finding():
    assert written("concise").splitlines()[2] == "my cases.yaml:1:1: info: undetermined: garden: 4 of 5"
    assert len(written("concise").splitlines()) == 3


# JSON


def test_the_schema_is_a_schema_and_names_every_rule_and_key():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["items"]["properties"]["code"]["enum"] == list(rules())
    assert list(SCHEMA["items"]["properties"]) == SCHEMA["items"]["required"] == list(report.KEYS)


@given(FINDINGS)
@settings(max_examples=40, deadline=None)
def test_json_keeps_to_its_schema(findings):
    jsonschema.validate(json.loads(written("json", findings)), SCHEMA)


@pytest.mark.parametrize(
    "change", [{"code": "no-rule"}, {"severity": "fatal"}, {"line": 0}, {"more": 1}, {"message": None}]
)
def test_the_schema_refuses_what_is_none_of_ours(change):
    rows = json.loads(written("json", [ERROR]))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate([rows[0] | change], SCHEMA)


# SARIF


@given(FINDINGS)
@settings(max_examples=40, deadline=None)
def test_sarif_is_read_back_with_every_finding(findings):
    text = written("sarif", findings)
    log = Sarif.model_validate_json(text)
    assert log.version == "2.1.0" and len(log.runs) == 1
    results = log.runs[0].results
    assert [(r.rule_id, r.message.text) for r in results] == [(f.code, f.message) for f in findings]
    driver = log.runs[0].tool.driver
    assert driver.name == "coproduction" and [r.id for r in driver.rules] == list(rules())
    for raw in json.loads(text)["runs"][0]["results"]:
        assert driver.rules[raw["ruleIndex"]].id == raw["ruleId"]


def test_sarif_gives_level_and_place():
    run = json.loads(written("sarif"))["runs"][0]
    assert [r["level"] for r in run["results"]] == ["error", "warning", "note"]
    first, second, _ = (r["locations"][0] for r in run["results"])
    assert first["physicalLocation"] == {
        "artifactLocation": {"uri": "my%20cases.yaml"}, "region": {"startLine": 4, "startColumn": 7},
    }  # fmt: skip
    assert second["logicalLocations"][0]["fullyQualifiedName"] == "cases!C7"


# JUnit and GitHub


@given(FINDINGS)
@settings(max_examples=40, deadline=None)
def test_junit_fails_for_errors_and_for_nothing_else(findings):
    xml = JUnitXml.fromstring(written("junit", findings).encode())
    tests = [case for suite in xml for case in suite]
    failed = [case for case in tests if any(isinstance(r, Failure) for r in case.result)]
    assert len(failed) == sum(f.severity == "error" for f in findings)
    assert sum(suite.failures for suite in xml) == len(failed) and sum(s.tests for s in xml) == len(tests)


def test_junit_says_that_a_file_without_findings_is_valid():
    root = ElementTree.fromstring(written("junit", []).encode())
    assert [(c.get("name"), c.get("classname"), len(c)) for c in root.iter("testcase")] == [
        ("valid", "my cases.yaml", 0)
    ]


def test_github_escapes_what_would_end_a_command():
    error = Finding("bad-id", "a\nb%\r", "error", "a,b:c.yaml", 2, 3)
    assert written("github", [error]) == "::error file=a%2Cb%3Ac.yaml,line=2,col=3,title=bad-id::a%0Ab%25%0D"
    assert written("github", [WARNING]) == "::warning file=my cases.xlsx,title=duplicate-case::cases!C7: has the title"
    assert written("github", [ADVICE]).startswith("::notice ")


# SHACL report


@given(FINDINGS)
@settings(max_examples=30, deadline=None)
def test_turtle_is_a_shacl_report_with_one_result_for_each_finding(findings):
    graph = Graph().parse(data=written("turtle", findings), format="turtle")
    (top,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert graph.value(top, SH.conforms).toPython() is (not findings)
    results = list(graph.objects(top, SH.result))
    assert len(results) == len(findings) == len(set(graph.subjects(RDF.type, SH.ValidationResult)))
    for result in results:
        for required in (SH.focusNode, SH.resultSeverity, SH.sourceConstraintComponent):
            assert len(list(graph.objects(result, required))) == 1


def test_turtle_names_the_case_the_rule_and_the_property():
    graph = Graph().parse(data=written("turtle", [ERROR]), format="turtle")
    (result,) = graph.subjects(RDF.type, SH.ValidationResult)
    base = "https://w3id.org/coproduction/"
    assert graph.value(result, SH.focusNode) == URIRef(base + "case/own/garden")
    assert graph.value(result, SH.sourceConstraintComponent) == URIRef(base + "rule/unknown-term")
    assert graph.value(result, SH.resultPath) == URIRef(base + "ontology#joint")
    assert graph.value(result, SH.resultSeverity) == SH.Violation


# HTML


def parsed(text: str):
    return html5rdf.HTMLParser(html5rdf.getTreeBuilder("etree"), strict=True, namespaceHTMLElements=False).parse(text)


@given(FINDINGS)
@settings(max_examples=40, deadline=None)
def test_html_is_html_whatever_stands_in_it(findings):
    for lang in ("en", "fr"):
        page = parsed(written("html", findings, lang))
        assert page.get("lang") == lang and len(page.findall(".//tbody/tr")) == len(findings)


def test_html_needs_nothing_else_and_runs_nothing():
    text = written("html")
    page = parsed(text)
    assert [e.tag for e in page.iter() if e.tag in ("script", "link", "img", "iframe", "object")] == []
    assert (
        all((e.get("href") or "#").startswith("#") for e in page.iter())
        and "url(" not in text
        and "@import" not in text
    )
    assert not [name for e in page.iter() for name in e.attrib if name.startswith("on") or name == "src"]
    assert "<script>alert(1)</script>" in "".join(page.itertext()), "shown, not run"


def test_html_can_be_taken_in_without_sight_and_without_colour():
    page = parsed(written("html"))
    assert len(page.findall(".//h1")) == 1 and page.find(".//title").text and page.find(".//main") is not None
    assert {th.get("scope") for th in page.findall(".//thead//th")} == {"col"}
    assert [th.get("scope") for th in page.findall(".//tbody//th")] == ["row"] * 3
    assert "1 errors, 1 warnings" in "".join(page.find(".//caption").itertext())
    ids = [e.get("id") for e in page.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    asked = {e.get("href")[1:] for e in page.iter() if e.get("href")} | {
        e.get("aria-labelledby") for e in page.iter() if e.get("aria-labelledby")
    }
    assert asked <= set(ids)
    cells = ["".join(td.itertext()).split()[-1] for td in page.findall(".//tbody/tr/td[1]")]
    assert cells == ["error", "warning", "advice"], "severity is told in words"
    assert page.find(".//meta[@name='viewport']") is not None
