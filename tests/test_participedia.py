"""Participedia's records: what each field means here, what stands for not knowing, and that none of them fails.

`loaders/participedia.json` has facts of five cases of participedia.net (its import file of 2017-2018, Creative Commons).
All 400 or more are read where PARTICIPEDIA names a file of them.
"""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from coproduction import cases
from coproduction.__main__ import cli
from coproduction.codebook import shipped_codebook
from coproduction.loaders import participedia
from coproduction.loaders.normal import normalise
from coproduction.loaders.raw import Unreadable
from coproduction.records import plain

FILE = Path(__file__).parent / "loaders" / "participedia.json"
BOOK = shipped_codebook()
TABLE = participedia.table()
ENTRY = {"id": "7", "type": "case"}


def run(*args):
    result = CliRunner().invoke(cli, [str(a) for a in args], prog_name="coproduction")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def read(*entries: dict) -> list[dict]:
    """The records that entries become, in normal form, none with a finding."""
    found, findings = cases.from_raw(participedia.read("f.json", json.dumps(entries)), BOOK)
    assert [f.message for f in findings] == []
    return [plain(case, BOOK) for case in found]


def shipped() -> dict[str, dict]:
    return {record["id"]: record for record in read(*json.loads(FILE.read_text(encoding="utf-8")))}


def test_every_field_that_has_a_meaning_is_mapped_and_the_rest_is_noted():
    assert shipped()["case-12"] == {
        "id": "case-12",
        "title": "Participatory Budgeting in Berlin-Lichtenberg",
        "lang": "en",
        "url": ["https://participedia.net/case/12"],
        "source": "participedia",
        "case_kind": "instance",
        "country": ["DE"],
        "place": "Lichtenberg, Berlin",
        "start": "2005-10-27",
        "ongoing": "yes",
        "note": "latitude: 52° 31' 9.0156\" N; longitude: 13° 24' 21.9276\" E; issues: economics; "
        "specific_topics: budget_local; decision_methods: voting",
    }


def test_what_stands_for_not_knowing_says_nothing():
    assert shipped()["case-767"] == {
        "id": "case-767",
        "title": "Participedia case 767",
        "url": ["https://participedia.net/case/767"],
        "source": "participedia",
        "case_kind": "instance",
        "ongoing": "yes",
        "note": "original_language: de",
    }
    everything = ENTRY | dict.fromkeys(TABLE["text"], "") | {"decision_methods": ["dont"], "staff": None}
    everything |= {"latitude": "0° 0' 0\" N", "longitude": "0° 0' 0\" E", "public_spectrum": "not", "files": [{}]}
    assert set(read(everything)[0]) == {"id", "title", "url", "source", "case_kind"}


def test_a_volunteer_is_the_only_fact_and_names_its_field():
    record = shipped()["case-4695"]
    assert record["facts"] == {"contributor_volunteer": {"value": "yes", "basis": "stated", "passages": ["volunteers"]}}
    assert (record["participants"], record["start"], record["end"]) == ("1024", "2015-11-29", "2016-05-27")
    assert "latitude" not in record["note"]
    assert [key for key, other in shipped().items() if "facts" in other] == ["case-4695"]
    assert "facts" not in read(ENTRY | {"volunteers": None})[0]
    assert read(ENTRY | {"volunteers": False})[0]["facts"]["contributor_volunteer"]["value"] == "no"


def test_a_topic_is_a_sector_only_where_it_names_one_and_stays_in_the_note():
    record = shipped()["case-14"]
    assert record["sector"] == [
        {"concept": "environment-protection", "passages": ["issues"]},
        {"concept": "health", "passages": ["issues"]},
    ]
    assert record["note"] == "issues: economics, environment, health; original_language: en"
    twice = read(ENTRY | {"issues": ["health"], "specific_topics": ["mental_health", "mental_health"]})[0]
    assert twice["sector"] == [{"concept": "health", "passages": ["issues", "specific_topics"]}]


def test_a_country_is_known_by_its_name_or_by_the_table_and_else_noted():
    assert shipped()["case-2342"]["country"] == ["PS"]
    strange = read(ENTRY | {"country": "Ruritania"})[0]
    assert "country" not in strange and strange["note"] == "country: Ruritania"


@pytest.mark.parametrize("field", ["approaches", "purposes", "public_spectrum", "primary_organizers", "funder_types"])
def test_what_an_author_ticked_is_a_label_and_never_a_fact(field):
    record = read(ENTRY | {field: ["coproduction", "deliver", "empower", "local"]})[0]
    assert "facts" not in record and f"{field}: " in record["note"]
    assert record.get("source_label") == ("yes" if field == "approaches" else None)


def test_no_label_is_taken_from_what_was_not_ticked():
    assert "source_label" not in read(ENTRY | {"approaches": ["consultation"]})[0]
    assert "source_label" not in read(ENTRY | {"approaches": []})[0]


def test_a_part_leads_to_its_whole_and_a_link_that_is_no_number_is_noted():
    assert read(ENTRY | {"is_component_of": "12"})[0]["part_of"] == ["case-12"]
    assert "part_of" not in read(ENTRY | {"is_component_of": {"id": 12}})[0]


def test_a_finding_names_the_field_in_the_file(tmp_path):
    text = '[\n {"id": "7", "type": "case",\n  "title": "a", "country": "Chile"},\n {"id": "7", "type": "case"}\n]'
    found, findings = cases.from_raw(participedia.read("f.json", text), BOOK)
    assert [(f.code, f.line) for f in findings] == [("duplicate-record", 4)]
    assert found[0].raw.find("/country") == ("/0/country", found[0].raw.places["/0/country"])
    assert found[0].raw.find("/source_label")[1].line == 2
    found, _ = cases.from_raw(participedia.read("f.json", text.replace("country", "city")), BOOK)
    assert found[0].raw.find("/place") == ("/0/city", found[0].raw.places["/0/city"])


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("[", (1, 2), "is no JSON"),
        ('[{"id": "7", "type": "case"},\n {"name": "x"}]', (2, 2), "is no case of Participedia"),
        ('{"id": "x", "source": "own"}', (1, 1), "is no case of Participedia"),
        ('[{"id": ["7"], "type": "case"}]', (1, 2), "is no case of Participedia"),
    ],
)
def test_what_is_none_of_its_cases_is_refused(text, place, says):
    with pytest.raises(Unreadable) as error:
        participedia.read("f.json", text)
    finding = error.value.finding
    assert says in finding.message and (finding.line, finding.column) == place


def test_the_table_names_only_what_there_is():
    for rules in ("text", "switch", "date", "language", "links"):
        assert set(TABLE[rules].values()) <= set(BOOK.fields)
    assert set(TABLE["joined"]) <= set(BOOK.fields)
    for codes in TABLE["codes"].values():
        spec = BOOK.fields[codes["to"]]
        assert {name for code, name in codes.items() if code != "to"} <= set(spec.choices), codes["to"]
    for variables in TABLE["facts"].values():
        for variable, answers in variables.items():
            assert set(answers.values()) <= set(BOOK.variables[variable].answers)


words = st.one_of(st.text(max_size=12), st.sampled_from(["coproduction", "health", "2001-02-03"]))
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), words),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=2)),
    max_leaves=5,
)
fields = st.sampled_from(
    sorted({*TABLE["text"], *TABLE["switch"], *TABLE["date"], *TABLE["codes"], *TABLE["facts"], *TABLE["links"],
            *TABLE["language"], *TABLE["joined"]["place"], "approaches", "purposes", "id", "x/y~z"})
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(fields, values, max_size=8))
def test_whatever_its_fields_hold_it_is_read_or_refused(entry):
    try:
        (raw,) = participedia.read("f.json", json.dumps([ENTRY | entry]))
    except Unreadable as error:
        assert error.finding.message
        return
    case, findings = normalise(raw, BOOK)
    # An id of signs alone leaves no slug; nothing else in a field spoils the record.
    assert {f.code for f in findings} <= {"bad-id"}
    if case:
        assert set(case.facts) <= {"contributor_volunteer"}


def test_the_report_comes_first_record_by_record(tmp_path):
    done = run("convert", FILE, "--from", "participedia", "-o", tmp_path / "x.ttl")
    assert done.exit_code == 0 and done.stdout == ""
    head, *rows, last = done.stderr.splitlines()
    assert head.startswith("5 records answer 1 of 325 questions") and "--fill" in head
    assert rows == ["case-12: 0 of 65", "case-4695: 1 of 65 (contributor_volunteer)", "case-2342: 0 of 65",
                    "case-14: 0 of 65", "case-767: 0 of 65"]  # fmt: skip
    assert last == f"wrote {tmp_path / 'x.ttl'}"


def test_verdicts_are_given_on_its_records_and_none_is_in():
    done = run("classify", FILE, "--input-format", "participedia", "--format", "json")
    rows = json.loads(done.stdout)
    assert done.exit_code == 0 and len({row["case"] for row in rows}) == 5
    assert {row["verdict"] for row in rows if row["id"] != "case-4695"} == {"undetermined"}
    assert "in" not in {row["verdict"] for row in rows}


@pytest.mark.skipif("PARTICIPEDIA" not in os.environ, reason="not checked: PARTICIPEDIA names no file of its records")
def test_none_of_the_records_at_hand_makes_it_fail(tmp_path):
    file = Path(os.environ["PARTICIPEDIA"])
    entries = json.loads(file.read_text(encoding="utf-8"))
    found, findings = cases.read([str(file)], BOOK, "participedia")
    assert findings == [] and len(found) == len(entries)
    volunteers = {f"case-{entry['id']}" for entry in entries if entry.get("volunteers") is not None}
    assert {case.id for case in found if case.facts} == volunteers
    for entry, case in zip(entries, found, strict=True):
        assert bool(case.record.get("country")) == bool(entry.get("country")), entry["id"]
        assert "0° 0' 0" not in case.record.get("note", "")
    for suffix in ("ttl", "csv", "xlsx"):
        assert run("convert", file, "--from", "participedia", "-o", tmp_path / f"x.{suffix}").exit_code == 0
