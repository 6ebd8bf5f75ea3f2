"""What validation finds: each code rejects its fixture for the stated reason and place, and accepts a near twin."""

import json
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from coproduction import report, resources, validation
from coproduction.__main__ import cli
from coproduction.cases import from_raw, read, shipped_cases
from coproduction.codebook import shipped_codebook
from coproduction.loaders.raw import Finding, RawRecord, Unreadable
from coproduction.rules import rules as all_rules
from coproduction.verdicts import load_rules
from coproduction.vocabulary import shipped

FIXTURES = Path(__file__).parent / "validate"
BOOK = shipped_codebook()
KEYS = ["code", "severity", "file", "line", "column", "sheet", "cell", "pointer", "case", "key", "value", "message",
        "suggestion", "definition", "criterion", "instead"]  # fmt: skip
CROSSED = "no public input: self-help, not co-production (Bovaird and Loeffler 2015, matched input)"
BRIGADE = "alford-2013/fire-brigade"

# By code: what each wrong fixture is rejected for, as (line, column, case, a part of the message).
REASONS = {
    "unknown-key": [(4, 1, "garden", "citizen_inputs is no key of a record; did you mean citizen_input?")],
    "unknown-term": [(5, 21, "garden", "role 'voluntere' is not known; did you mean volunteer?")],
    "missing-key": [(1, 3, "garden", "title is missing"), (3, 3, "bench", "title is missing")],
    "bad-id": [(3, 5, "The Garden", "id 'The Garden' is no slug")],
    "duplicate-record": [(4, 3, "garden", "a record of own/garden by settled stands already at")],
    "duplicate-fact": [(4, 1, "garden", "does is answered twice")],
    "contradiction": [(8, 26, "garden", "contributor_volunteer is no, and yet the contribution of Anne as volunteer")],
    "wrong-type": [(4, 8, "garden", "joint has a list")],
    "bad-passage": [(4, 42, "garden", "passage ['40', '30'] is no pair of offsets")],
    "missing-reason": [(4, 8, "garden", "joint is inferred and gives no reason")],
    "unknown-case": [(3, 76, "garden", f"{BRIGADE}s, which is no case here; did you mean {BRIGADE}?")],
    "border-crossed": [(6, 15, "garden", CROSSED)],
    "label-against-facts": [(4, 15, "garden", "its facts put it out under McMullin 2019 (professional-input)")],
    "unreadable": [(4, 1, None, "is no YAML")],
    "linked-contradiction": [(1, 53, "garden", "joint is yes, and no in own/plot (same_as)")],
    "circular-link": [
        (1, 56, "garden", "part_of leads back to the case itself: garden → park → garden"),
        (2, 52, "park", "park → garden → park"),
    ],
    "out-of-range": [(1, 54, "garden", "coded_on 2024-02-30 is out of range: there is no such day")],
    "end-before-start": [(1, 64, "garden", "it ends in 1998, before it starts in 2004")],
    "duplicate-case": [(2, 21, "plot", "has the title and place of own/garden")],
    "passage-unverified": [(1, 75, "garden", "passage 4-400 does not verify: it reaches past the text's end at 27")],
    "undetermined": [
        (1, 1, "garden", "5 of 5 definitions in use leave the case undetermined; find out first: Do citi")
    ],
}
SEVERITIES = dict.fromkeys(
    ("missing-reason", "unknown-case", "label-against-facts", "linked-contradiction", "duplicate-case"), "warning"
) | {"undetermined": "info"}  # fmt: skip
TEXTS = {"own": "The garden is dug together."}


@cache
def rules():
    return load_rules(shipped())


def findings_on(cases, lang: str = "en", **more) -> list[Finding]:
    return validation.findings(cases, rules(), shipped(), shipped_cases(), lang, **more)


def validated(name: str, lang: str = "en") -> list[Finding]:
    """All findings on a fixture, those of reading and those of judging; advice only where that is what is tried."""
    try:
        cases, findings = read([str(FIXTURES / name)], BOOK)
    except Unreadable as error:
        return [error.finding]
    return findings + findings_on(
        cases, lang, advice=name.startswith("undetermined"), texts=TEXTS if name.startswith("passage-") else None
    )


def record(**more):
    """The findings on one record as a reader hands it on."""
    cases, findings = from_raw([RawRecord("f", {"id": "x", "title": "X", "source": "own"} | more)], BOOK)
    assert findings == []
    return findings_on(cases)


@pytest.mark.parametrize("code", REASONS)
def test_a_wrong_record_is_rejected_for_the_stated_reason_and_at_its_place(code):
    found = validated(f"{code}.wrong.yaml")
    assert [f.code for f in found] == [code] * len(REASONS[code])
    assert {f.severity for f in found} == {SEVERITIES.get(code, "error")}
    for finding, (line, column, case, message) in zip(found, REASONS[code], strict=True):
        assert (finding.line, finding.column, finding.case) == (line, column, case)
        assert message in finding.message and finding.file.endswith(f"{code}.wrong.yaml")


@pytest.mark.parametrize("code", REASONS)
def test_a_record_that_is_nearly_the_same_is_accepted(code):
    assert validated(f"{code}.right.yaml") == []


def test_every_code_has_its_two_fixtures():
    assert {f.name for f in FIXTURES.glob("*.yaml")} == {
        f"{code}.{side}.yaml" for code in REASONS for side in ("wrong", "right")
    }


def test_every_rule_is_tried_here():
    assert set(REASONS) == {code for code, rule in all_rules().items() if not (rule.table or rule.own)}


# Borders


def test_self_help_under_matched_input_crosses_one_border():
    (finding,) = validated("border-crossed.wrong.yaml")
    assert (finding.message, finding.severity) == (CROSSED, "error")
    assert (finding.definition, finding.criterion, finding.instead) == (
        "bovaird-loeffler-2015-matched-input", "public-input", "self-help",
    )  # fmt: skip
    assert (finding.key, finding.value, finding.pointer) == ("public_input", "no", "/public_input")


def test_the_message_of_a_border_is_there_in_french():
    (finding,) = validated("border-crossed.wrong.yaml", "fr")
    assert finding.message == (
        "aucun apport public : auto-assistance, et non coproduction (Bovaird et Loeffler 2015, apports croisés)"
    )


def test_each_crossed_border_is_told_once():
    claim = ["bovaird-loeffler-2015-matched-input"] * 2
    found = record(claimed_under=claim, citizen_input="no", public_input="no", between_organisations="yes")
    assert sorted(f.criterion for f in found) == ["between-organisations", "citizen-input", "public-input"]
    assert {f.instead for f in found} == {None, "self-help", "inter-organisational-partnership"}
    assert record(claimed_under=claim, citizen_input="yes", public_input="yes") == []


@pytest.mark.parametrize("answer", ["varies", "unknown", "yes"])
def test_what_is_not_known_crosses_no_border(answer):
    assert record(claimed_under=["bovaird-loeffler-2015-matched-input"], public_input=answer) == []


def test_a_fact_from_placing_alone_crosses_no_border():
    fact = {"value": "no", "basis": "implied-by-placing", "reason": "listed among examples of self-help"}
    assert record(claimed_under=["bovaird-loeffler-2015-matched-input"], public_input=fact) == []
    assert (
        len(record(claimed_under=["bovaird-loeffler-2015-matched-input"], public_input=fact | {"basis": "inferred"}))
        == 1
    )


def test_a_derived_fact_that_crosses_a_border_is_found_at_the_claim():
    claim = ["alford-2013-extended", "bovaird-loeffler-2015-matched-input"]
    (finding,) = [
        f for f in record(claimed_under=claim, public_effort="no", public_authority="no") if f.definition == claim[1]
    ]
    assert (finding.pointer, finding.key, finding.value) == ("/claimed_under/1", "public_input", "no")


# The source's label


def test_a_label_warns_under_each_definition_that_the_facts_put_it_out_under():
    found = record(source_label="yes", public_input="no", citizen_input="yes")
    # Those operative definitions that require public input outright.
    assert sorted(f.definition for f in found) == ["anzsog-2017", "bovaird-loeffler-2015-matched-input", "ifg-alford"]
    assert {(f.code, f.severity, f.criterion, f.pointer) for f in found} == {
        ("label-against-facts", "warning", "public-input", "/source_label"),
    }  # fmt: skip


def test_a_label_says_nothing_where_nothing_is_known_or_the_claim_says_it_already():
    assert record(source_label="yes") == []
    assert record(source_label="no", professional_input="no") == []
    found = record(source_label="yes", claimed_under=["mcmullin-2019"], professional_input="no")
    assert [f.code for f in found] == ["border-crossed"]


# Completeness


@pytest.mark.parametrize(("complete", "why"), [("yes", "silent"), ("no", "not-coded")])
def test_what_a_record_does_not_list_is_silent_only_if_all_was_considered(tmp_path, complete, why):
    text = f"id: x\ntitle: X\nsource: own\ncomplete: {complete}\njoint: {{value: unknown, why_unknown: text-lost}}\n"
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    (case,), findings = read([str(tmp_path / "x.yaml")], BOOK)
    assert findings == [] and {case.why_unknown(v) for v in BOOK.variables if v != "joint"} == {why}
    assert case.why_unknown("joint") == "text-lost"
    shown = CliRunner().invoke(cli, ["classify", str(tmp_path / "x.yaml"), "--case", "x"])
    assert shown.exit_code == 0 and f"(public_input: {why}; " in shown.stdout


# Reports


def test_json_has_the_keys_of_the_contract_and_null_where_there_is_nothing():
    rows = json.loads(report.as_json(validated("unreadable.wrong.yaml")))
    assert [list(row) for row in rows] == [KEYS]
    assert {k for k, v in rows[0].items() if v is not None} == {"code", "severity", "file", "line", "column", "message"}
    (row,) = json.loads(report.as_json(validated("border-crossed.wrong.yaml")))
    assert list(row) == KEYS
    assert row | {"file": None} == {
        "code": "border-crossed", "severity": "error", "file": None, "line": 6, "column": 15, "sheet": None,
        "cell": None,
        "pointer": "/public_input", "case": "garden", "key": "public_input", "value": "no", "message": CROSSED,
        "suggestion": None, "definition": "bovaird-loeffler-2015-matched-input", "criterion": "public-input",
        "instead": "self-help",
    }  # fmt: skip


def test_the_command_prints_all_findings_in_the_order_of_files_and_lines():
    names = ["unknown-term.wrong.yaml", "missing-reason.wrong.yaml", "border-crossed.wrong.yaml"]
    # Records of one key in several files are duplicates, so that each file has a run of its own first.
    files = [str(FIXTURES / name) for name in names]
    for file, code in zip(files, (1, 0, 1), strict=True):
        run = CliRunner().invoke(cli, ["validate", file, "--format", "json"])
        found = [row["file"] for row in json.loads(run.stdout) if row["severity"] != "info"]
        assert run.exit_code == code and found == [file]
    run = CliRunner().invoke(cli, ["validate", *files, "--format", "json"])
    assert run.exit_code == 1
    assert [(row["file"], row["code"]) for row in json.loads(run.stdout) if row["severity"] != "info"] == [
        (files[0], "unknown-term"), (files[1], "duplicate-record"), (files[1], "missing-reason"),
        (files[2], "duplicate-record"),
    ]  # fmt: skip


def test_the_command_speaks_french_and_counts_on_standard_error():
    run = CliRunner().invoke(cli, ["validate", str(FIXTURES / "border-crossed.wrong.yaml"), "--lang", "fr"])
    assert run.exit_code == 1 and "aucun apport public : auto-assistance, et non coproduction" in run.stdout
    assert run.stderr == "1 fiche, 1 erreur, 0 avertissement\n"
    right = str(FIXTURES / "undetermined.right.yaml")
    run = CliRunner().invoke(cli, ["validate", right])
    assert run.exit_code == 0 and run.stdout == "" and "1 record, 0 errors, 0 warnings\n" in run.stderr
    run = CliRunner().invoke(cli, ["validate", right, "--format", "json"])
    assert run.exit_code == 0 and json.loads(run.stdout) == []


@pytest.mark.parametrize(
    ("fixture", "fail_on", "code"),
    [("wrong-type", "error", 1), ("wrong-type", "warning", 1), ("wrong-type", "never", 0), ("missing-reason", "error", 0),
     ("missing-reason", "warning", 1), ("undetermined", "warning", 0)],
)  # fmt: skip
def test_what_fails_is_what_was_asked_for(fixture, fail_on, code):
    file = str(FIXTURES / f"{fixture}.wrong.yaml")
    assert CliRunner().invoke(cli, ["validate", file, "--fail-on", fail_on]).exit_code == code


def test_advice_waits_until_the_errors_are_mended():
    run = CliRunner().invoke(cli, ["validate", str(FIXTURES / "wrong-type.wrong.yaml"), "--format", "json"])
    assert [row["code"] for row in json.loads(run.stdout)] == ["wrong-type"]
    run = CliRunner().invoke(cli, ["validate", str(FIXTURES / "wrong-type.right.yaml"), "--format", "json"])
    assert [row["code"] for row in json.loads(run.stdout)] == ["undetermined"] and run.exit_code == 0


def test_passages_are_verified_in_the_texts_of_a_folder(tmp_path):
    file = str(FIXTURES / "passage-unverified.wrong.yaml")
    run = CliRunner().invoke(cli, ["validate", file, "--texts", str(tmp_path)])
    assert run.exit_code == 0 and f"no text of own in {tmp_path}" in run.stderr
    (tmp_path / "own.txt").write_text(TEXTS["own"], encoding="utf-8")
    run = CliRunner().invoke(cli, ["validate", file, "--texts", str(tmp_path)])
    assert run.exit_code == 1 and "passage 4-400 does not verify" in run.stdout
    run = CliRunner().invoke(cli, ["validate", file, "--texts", str(tmp_path / "none")])
    assert run.exit_code == 2 and run.stdout == "" and "there is no such folder" in run.stderr


def test_what_only_pyshacl_finds_is_told_with_its_shape():
    file = str(FIXTURES / "border-crossed.wrong.yaml")
    run = CliRunner().invoke(cli, ["validate", file, "--shacl", "--format", "json"])
    rows = json.loads(run.stdout)
    assert [r["code"] for r in rows].count("border-crossed") == 1, "what both find stands once"
    assert "Case-caseKind-given" in {
        r["value"] for r in rows if r["code"] == "missing-key" and r["severity"] == "warning"
    }


def test_shipped_records_are_sound():
    # Read anew, for the cases held in memory are shared with every other test.
    cases, findings = read([str(f) for f in resources.source_records()], BOOK)
    assert findings == [] and len(cases) > 100
    assert [f for f in findings_on(cases) if f.code != "label-against-facts"] == []
