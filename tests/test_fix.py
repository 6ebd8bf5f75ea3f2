"""Repairs: only what means one thing is changed, all else stays as it was, and what was read right is read the same."""

import csv
import io
import json
import os
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from coproduction import repair, scalars
from coproduction.__main__ import cli
from coproduction.cases import from_raw, read
from coproduction.codebook import shipped_codebook
from coproduction.loaders import csv_records, json_records, yaml_records
from coproduction.vocabulary import shipped

BOOK = shipped_codebook()
FIXTURES = Path(__file__).parent / "validate"

YAML = """\
# my cases
Title: "  A  garden "
id: The Garden   # its name
source: own
Citizen Input: Oui
joint: {Value: "YES", basis: Inferred, reason: 'it''s told'}
coded_on: 31.05.2024
start: 3/4/2001
sector: [Health]
contributions:
- {who: Anne, Role: Volunteer, gives: time}
claimed_under: [MCMULLIN-2019]
note: |
  As  it  stands.
"""
YAML_RIGHT = """\
# my cases
title: "A garden"
id: the-garden   # its name
source: own
citizen_input: yes
joint: {value: "yes", basis: inferred, reason: 'it''s told'}
coded_on: 2024-05-31
start: 3/4/2001
sector: [health]
contributions:
- {who: Anne, role: volunteer, gives: time}
claimed_under: [mcmullin-2019]
note: |
  As  it  stands.
"""
CSV = (
    "ID;Title;source;Citizen Input;contribution.1.Role;Contribution.1.gives;coded_on;part_of\r\n"
    'The Garden;" A garden";own;Yes;Volunteer;"time; money";31 mai 2024;\r\nplot;Plot;own;NO;;;;The Garden\r\n'
)
CSV_RIGHT = (
    "id;title;source;citizen_input;contribution.1.role;contribution.1.gives;coded_on;part_of\r\n"
    'the-garden;"A garden";own;yes;volunteer;"time; money";2024-05-31;\r\nplot;Plot;own;no;;;;the-garden\r\n'
)
JSON = '[{"id" : "The Garden","Title":"A\\u00a0garden","source":"own","joint":true,"facts":{"Citizen input":"non"}}]'
JSON_RIGHT = '[{"id" : "the-garden","title":"A garden","source":"own","joint":true,"facts":{"citizen_input":"no"}}]'


def repaired(text: str, suffix: str) -> str:
    return repair.repaired(text, suffix, BOOK, shipped())


def fix(*args):
    result = CliRunner().invoke(cli, ["fix", *map(str, args)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.parametrize(
    ("suffix", "wrong", "right"), [("yaml", YAML, YAML_RIGHT), ("csv", CSV, CSV_RIGHT), ("json", JSON, JSON_RIGHT)]
)
def test_repairs_change_what_is_wrong_and_not_a_character_more(suffix, wrong, right):
    assert repaired(wrong, suffix) == right
    assert repaired(right, suffix) == right


@pytest.mark.parametrize(
    "line",
    ["joint: maybe", "sector: [helth]", "coded_on: 2024-02-30", "coded_on: 03/04/2024", "coded_on: 30.02.2024",
     "note: 31.05.2024", "place: YES", "title: Joint", "joint: ''", "coder: Anne", "summary: |\n  two  blanks",
     "joint: &a yes", "citizen_inputs: yes", "sector: !!str Health", "start: in 31.05.2024", "end: 1990s"],
)  # fmt: skip
def test_what_could_mean_two_things_or_is_free_text_stays(line):
    assert repaired(f"id: x\n{line}\n", "yaml") == f"id: x\n{line}\n"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("Claimed Under: [McMullin 2019]", "claimed_under: [mcmullin-2019]"), ("SOURCE_LABEL: Yes", "source_label: yes"),
     ("joint: {value: oui}", "joint: {value: yes}"), ("facts: {Joint: Oui}", "facts: {joint: yes}"),
     ("complete: TRUE", "complete: yes"), ("joint: N/A", "joint: n/a"), ("title: a\u200bb ", "title: ab "),
     ("part_of: [alford-2013/Fire Brigade]", "part_of: [alford-2013/Fire Brigade]"),
     ("contributions: [{role: Third Sector}]", "contributions: [{role: Third Sector}]"),
     ("contributions: [{role: non profit}]", "contributions: [{role: non-profit}]"),
     ("- {id: A B}\n- {id: a-b}", "- {id: A B}\n- {id: a-b}")],
)  # fmt: skip
def test_labels_letter_case_and_keys(wrong, right):
    assert repaired(wrong, "yaml") == right


def test_a_key_is_not_renamed_to_one_that_is_there():
    text = "title: A\nTitle: B\n"
    assert repaired(text, "yaml") == text


@pytest.mark.parametrize(
    ("text", "meant"),
    [("31.05.2024", "2024-05-31"), ("3.4.2024", "2024-04-03"), ("2024/5/1", "2024-05-01"), ("13/02/2024", "2024-02-13"),
     ("02/13/2024", "2024-02-13"), ("5/5/2024", "2024-05-05"), ("03/04/2024", None), ("31 May 2024", "2024-05-31"),
     ("1er août 2023", "2023-08-01"), ("May 31, 2024", "2024-05-31"), ("31 Mayy 2024", None), ("31.05.24", None),
     ("30.02.2024", None), ("29/02/2024", "2024-02-29"), ("29/02/2023", None), ("14/13/2024", None)],
)  # fmt: skip
def test_a_date_is_rewritten_where_it_has_one_meaning(text, meant):
    assert repair.iso_date(text) == meant


@given(st.dates(min_value=date(1000, 1, 1)))
def test_a_date_keeps_its_day(day):
    assert repair.iso_date(f"{day.day}.{day.month}.{day.year}") == day.isoformat()
    assert repair.iso_date(f"{day:%Y/%m/%d}") == day.isoformat()
    slashed = repair.iso_date(f"{day.day}/{day.month}/{day.year}")
    assert slashed == day.isoformat() if day.day > 12 or day.day == day.month else slashed is None


# The scanners find what the readers read

WORDS = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=12
)


@given(st.lists(st.lists(WORDS, min_size=2, max_size=4), min_size=1, max_size=4), st.sampled_from([",", ";", "\t"]))
@settings(max_examples=100, deadline=None)
def test_cells_are_found_where_csv_has_them(rows, delimiter):
    rows = [["id", "b", "c", "d"], *([*row, *[""] * 4][:4] for row in rows)]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    found = list(scalars.of_csv(out.getvalue()))
    assert [s.text for s in found] == [cell for row in rows for cell in row]
    changed = scalars.replaced(out.getvalue(), {s: s.text + delimiter + '"' for s in found})
    again = list(csv.reader(io.StringIO(changed, newline=""), delimiter=delimiter))
    assert again == [[cell + delimiter + '"' for cell in row] for row in rows]


@given(st.dictionaries(WORDS.filter(str.strip), WORDS | st.lists(WORDS, max_size=3), max_size=4))
@settings(max_examples=100, deadline=None)
def test_strings_are_found_where_json_has_them(data):
    text = json.dumps(data)
    found = list(scalars.of_json(text))
    values = [v for value in data.values() for v in ([value] if isinstance(value, str) else value)]
    assert [s.text for s in found if s.is_key] == list(data) and [s.text for s in found if not s.is_key] == values
    changed = scalars.replaced(text, {s: s.text + '"!' for s in found if not s.is_key})
    assert json.loads(changed) == {
        k: v + '"!' if isinstance(v, str) else [i + '"!' for i in v] for k, v in data.items()
    }


@given(st.lists(WORDS, min_size=1, max_size=4), st.sampled_from(["'", '"', ""]))
@settings(max_examples=100, deadline=None)
def test_a_text_put_in_place_of_a_yaml_scalar_is_read_back(words, quote):
    text = "".join(f"k{n}: {quote}x{quote}  # stays\n" for n in range(len(words)))
    found = [s for s in scalars.of_yaml(text) if not s.is_key]
    changed = scalars.replaced(text, dict(zip(found, words, strict=True)))
    (record,) = yaml_records.read("x", changed)
    assert list(record.data.values()) == words and changed.count("# stays") == len(words)


# What is read right is read the same after the repair

ANSWERS = st.sampled_from(["yes", "no", "varies", "unknown"])
MESS = st.sampled_from([str, str.upper, str.title, lambda t: f" {t} "])
FREE = st.from_regex(r"\A[a-z]{1,5}( [A-Z]?[a-z]{1,5}){0,2}\Z")


@st.composite
def records(draw):
    """A record that is right, and how each of its answers and keys is to be messed up."""
    facts = draw(st.dictionaries(st.sampled_from(["joint", "active", "prompted", "voluntary"]), ANSWERS, max_size=3))
    return {"id": "x", "title": draw(FREE), "source": "own", "place": draw(FREE)} | facts, draw(MESS), draw(MESS)


@given(records(), st.sampled_from(["yaml", "json", "csv"]))
@settings(max_examples=100, deadline=None)
def test_a_record_in_disorder_is_read_as_the_one_in_order(made, suffix):
    record, on_key, on_answer = made
    free = {"id", "source", "title", "place"}
    wrong = {k if k in free else on_key(k): v if k in free else on_answer(v) for k, v in record.items()}

    def text(data):
        if suffix == "csv":
            return ",".join(data) + "\n" + ",".join(data.values()) + "\n"
        return json.dumps([data]) + "\n"

    def case(text):
        reader = {"yaml": yaml_records, "json": json_records, "csv": csv_records}[suffix]
        (case,), findings = from_raw(list(reader.read("x", io.StringIO(text) if suffix == "csv" else text)), BOOK)
        assert [f for f in findings if f.severity == "error"] == []
        return case.record, {k: f.value for k, f in case.facts.items()}

    assert case(repaired(text(wrong), suffix)) == case(text(record))
    assert repaired(text(record), suffix) == text(record)


@pytest.mark.parametrize("name", sorted(f.name for f in FIXTURES.glob("*.right.yaml")))
def test_records_that_are_right_stay_as_they_are(name):
    text = (FIXTURES / name).read_text(encoding="utf-8")
    assert repaired(text, "yaml") == text


# The command


def test_the_diff_is_shown_and_nothing_written_until_asked(tmp_path):
    file = tmp_path / "x.yaml"
    file.write_text(YAML, encoding="utf-8")
    result = fix(file)
    assert result.exit_code == 1 and file.read_text(encoding="utf-8") == YAML
    assert "\n-id: The Garden   # its name\n" in result.stdout and "\n+id: the-garden   # its name\n" in result.stdout
    assert "not written; repeat with --write" in result.stderr
    result = fix(file, "--write")
    assert (
        result.exit_code == 0
        and file.read_text(encoding="utf-8") == YAML_RIGHT
        and "\n+id: the-garden" in result.stdout
    )
    assert os.listdir(tmp_path) == ["x.yaml"]
    result = fix(file, "--write")
    assert result.exit_code == 0 and result.stdout == "" and "nothing to repair" in result.stderr
    assert read([str(file)], BOOK)[1] == []


def test_mode_line_ends_and_byte_order_mark_stay(tmp_path):
    file = tmp_path / "x.csv"
    file.write_bytes(b"\xef\xbb\xbf" + CSV.encode())
    file.chmod(0o640)
    assert fix(file, "--write").exit_code == 0
    assert file.read_bytes() == b"\xef\xbb\xbf" + CSV_RIGHT.encode() and file.stat().st_mode & 0o777 == 0o640


def test_a_link_is_followed_and_stays_a_link(tmp_path):
    (tmp_path / "real.yaml").write_text(YAML, encoding="utf-8")
    (tmp_path / "x.yaml").symlink_to(tmp_path / "real.yaml")
    assert fix(tmp_path / "x.yaml", "--write").exit_code == 0
    assert (tmp_path / "x.yaml").is_symlink() and (tmp_path / "real.yaml").read_text(encoding="utf-8") == YAML_RIGHT


def test_a_write_that_fails_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    file = tmp_path / "x.yaml"
    file.write_text(YAML, encoding="utf-8")

    def fails(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", fails)
    result = fix(file, "--write")
    assert result.exit_code == 2 and "cannot be written: Permission denied" in result.stderr
    assert file.read_text(encoding="utf-8") == YAML and os.listdir(tmp_path) == ["x.yaml"]


def test_repairs_that_would_do_harm_are_not_made(tmp_path, monkeypatch):
    file = tmp_path / "x.yaml"
    file.write_text(YAML, encoding="utf-8")
    monkeypatch.setattr(repair, "repaired", lambda *_: "id: [")
    result = fix(file, "--write")
    assert result.exit_code == 1 and "would do harm" in result.stderr and result.stdout == ""
    assert file.read_text(encoding="utf-8") == YAML


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [("x.ttl", "<a> <b> <c> .", "fix repairs YAML, JSON, CSV and XLSX"), ("x.yaml", "a: [", "is no YAML"),
     ("x.yaml", "", "is empty"), ("none.yaml", None, "there is no such file"), ("-", None, "standard input is none")],
)  # fmt: skip
def test_what_cannot_be_repaired_is_said(tmp_path, name, text, words):
    file = name if name == "-" else tmp_path / name
    if text is not None:
        file.write_text(text, encoding="utf-8")
    result = fix(file, "--write")
    assert result.exit_code == 2 and words in result.stderr and result.stdout == ""


@pytest.mark.parametrize(
    ("ids", "word", "meant"),
    [
        (["fire-brigade", "other"], "Fire Brigade", "fire-brigade"),
        (["Fire Brigade", "other"], "fire brigade ", "fire-brigade"),
        (["fire-brigade", "other"], "Fire Brigades", "Fire Brigades"),  # no case of the file
        (["fire-brigade", "Fire Brigade"], "FIRE BRIGADE", "FIRE BRIGADE"),  # two cases of the file
        (["fire-brigade", "other"], "alford-2013/Fire Brigade", "alford-2013/Fire Brigade"),  # of another source
    ],
)
def test_a_link_to_a_case_of_the_file_is_written_as_its_id(ids, word, meant):
    record = [{"id": ids[0]}, {"id": ids[1], "part_of": [word]}]
    assert json.loads(repaired(json.dumps(record), "json"))[1]["part_of"] == [meant]


def test_what_is_left_is_counted_as_validate_counts(tmp_path):
    file = tmp_path / "x.yaml"
    text = (
        'id: x\ntitle: "X "\nsource: own\nstart: 2020\nend: 2005\nsector: [helth]\n'
        "claimed_under: [bovaird-loeffler-2015-matched-input]\npublic_input: {value: no, basis: inferred}\n"
    )
    file.write_text(text, encoding="utf-8")
    # The sector, the years, the border and the missing reason; the blank after the title is repaired.
    assert "repaired; 4 findings left for" in fix(file, "--write").stderr
    told = CliRunner().invoke(cli, ["validate", str(file)]).stderr
    assert "1 record, 3 errors, 1 warning" in told
    assert "nothing to repair; 4 findings left for" in fix(file).stderr
