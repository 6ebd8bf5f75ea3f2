"""Cases and passages of the sources: all there, none without a passage, and every passage digested."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from coproduction import passages, resources
from coproduction.__main__ import cli
from coproduction.cases import link_findings, shipped_cases
from coproduction.codebook import shipped_codebook
from coproduction.statements import shipped_entries
from coproduction.vocabulary import shipped

COUNTS = {"alford-2013": 45, "anzsog-2017": 11, "ifg-seminar": 15, "mcmullin-2019": 44, "bovaird-loeffler-2015": 70}


def test_the_sources_tell_of_185_cases():
    found = {source: sum(c.source == source for c in shipped_cases()) for source in COUNTS}
    assert found == COUNTS


def test_every_case_is_complete_and_every_fact_has_basis_and_passage():
    for case in shipped_cases():
        assert case.complete and case.record["passages"], case.id
        assert {"title", "summary", "case_kind", "reality", "source_label"} <= set(case.record), case.id
        for key, fact in case.facts.items():
            assert fact.passages, (case.id, key)
            if fact.basis != "stated" and not fact.derived_from and fact.value != "unknown":
                assert fact.reason, (case.id, key)
            if fact.value == "unknown":
                assert fact.why_unknown in ("source-says-unknown", "text-lost", "coders-differ"), (case.id, key)


def test_a_facts_passage_is_a_sentence_or_two():
    long = [(c.id, k, p) for c in shipped_cases() for k, f in c.facts.items() for p in f.passages if p[1] - p[0] > 900]
    assert not long


def test_links_lead_to_cases():
    assert link_findings(shipped_cases(), ()) == []


def test_every_passage_is_digested():
    cited = passages.cited(shipped(), shipped_cases(), shipped_entries())
    stored = passages.shipped_passages()
    assert cited == set(stored), "run `coproduction sources digest FOLDER` with the texts"
    assert all(len(p.sha256) == 64 and "paragraph" in p.locator for p in stored.values())


def test_every_variable_is_answered_by_some_case():
    told = {key for case in shipped_cases() for key, fact in case.facts.items() if fact.value != "unknown"}
    assert set(shipped_codebook().variables) - told <= {"aims_amount"}, "aims_amount: no text tells it of a case"


TEXT = "A first paragraph.\n\nHere something is told of a case. And more.\n"


@pytest.fixture
def source():
    return passages.Source("t", "urn:t", "T", "", passages.digest(TEXT), ((0, "Opening"),))


def test_digest_locator_and_verification(source):
    start = TEXT.index("Here")
    assert passages.locator(TEXT, source, start) == "Opening, paragraph 2"
    key = ("t", start, start + 33)
    row = passages.Passage(*key, passages.digest(TEXT[start : start + 33]), "Opening, paragraph 2")
    assert passages.verify([key], {"t": TEXT}, {key: row}) == []
    changed = TEXT.replace("told", "TOLD")
    assert "is not the text that was digested" in passages.verify([key], {"t": changed}, {key: row})[0]
    assert "no digest is stored" in passages.verify([key], {"t": TEXT}, {})[0]
    far = ("t", 0, 9999)
    assert "past the text's end" in passages.verify([far], {"t": TEXT}, {far: passages.Passage(*far, "", "")})[0]


def test_verify_says_where_no_text_is(tmp_path):
    done = CliRunner().invoke(cli, ["sources", "verify", str(tmp_path)])
    assert done.exit_code == 2 and "none of the sources' texts" in done.stderr


def test_verify_with_the_texts_where_they_lie_beside_the_project():
    folder = Path(__file__).resolve().parents[2] / "shared" / "sources"
    if not folder.is_dir():
        pytest.skip("the sources' texts belong to their publishers and are not here: passages not checked against them")
    done = CliRunner().invoke(cli, ["sources", "verify", str(folder)])
    assert done.exit_code == 0, done.output
    assert done.output.count("verified") == len(COUNTS)


def test_one_file_of_records_per_source():
    assert {p.stem for p in resources.source_records()} == set(COUNTS)
