"""What a batch of records leaves open, the records of several coders, and the command's words in French."""

import json
import re
from functools import cache

import pytest
from click.testing import CliRunner

from coproduction import texts
from coproduction.__main__ import cli
from coproduction.cases import shipped_cases
from coproduction.vocabulary import shipped

LANGUAGES = ("en", "fr")
BATCH = """source: own
cases:
- {id: garden, title: A garden, coder: anne, citizen_input: yes}
- {id: garden, title: A garden, coder: bert, citizen_input: no}
- {id: pool, title: A pool, citizen_input: yes, public_input: yes}
- {id: pool, title: A pool, coder: anne, citizen_input: no}
- {id: road, title: A road, coder: anne, citizen_input: yes, prompted: yes, does: yes}
- {id: bench, title: A bench}
"""


def run(*args):
    result = CliRunner().invoke(cli, ["classify", *map(str, args)], prog_name="coproduction")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def batch(tmp_path):
    (tmp_path / "x.yaml").write_text(BATCH, encoding="utf-8")
    return tmp_path / "x.yaml"


# Several coders


def rows_of(matrix: str) -> list[list[str]]:
    return [line.split() for line in matrix.split("\n  in ")[0].splitlines()[2:] if line.strip()]


def test_every_record_has_a_row_unless_one_is_settled(batch):
    shown = run(batch).stdout
    assert shown.startswith("own: 5 records of 4 cases")
    # Settled stands for the pool; the garden keeps both codings, apart; the road its only one.
    assert [row[:3] for row in rows_of(shown)] == [
        ["garden", "anne", "none"], ["garden", "bert", "none"], ["pool", "settled", "none"],
        ["road", "anne", "none"], ["bench", "settled", "none"],
    ]  # fmt: skip
    anne, bert = rows_of(shown)[:2]
    # A alford, B anzsog, C matched, D ifg, E mcmullin: without citizen input B, C and E are out.
    assert anne[3:] == ["·"] * 5 and bert[3:] == ["·", "out", "out", "·", "out"]


def test_coder_takes_the_records_of_one(batch):
    shown = run(batch, "--coder", "anne").stdout
    assert shown.startswith("own: 3 cases") and "coder" not in shown
    assert [row[0] for row in rows_of(shown)] == ["garden", "pool", "road"]
    result = run(batch, "--coder", "ane")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "there is no record by ane; did you mean anne?\n"


def test_rows_of_json_that_do_not_tell_whose_they_are_are_refused(batch):
    result = run(batch, "--format", "json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "own/garden is coded by anne, bert and has no settled record" in result.stderr
    assert "name the coder whose records are to be taken with --coder" in result.stderr
    rows = json.loads(run(batch, "--format", "json", "--coder", "bert").stdout)
    assert {row["id"] for row in rows} == {"garden"}


def test_a_case_of_two_coders_is_explained_for_one_of_them(batch):
    result = run(batch, "--case", "garden")
    assert result.exit_code == 2 and result.stderr == "own/garden is coded by anne, bert; name one with --coder\n"
    assert "citizen input: no (stated)" in run(batch, "--case", "garden", "--coder", "bert").stdout


# What to find out next


def section(text: str) -> list[str]:
    return text[text.index("What to find out next") :].splitlines()


def test_no_more_than_eight_lines_stand_below_the_matrix(batch):
    lines = section(run(batch).stdout)
    public = "Does a public body put anything, effort or authority, into this very activity? (public_input; "
    assert lines[1] == f"  own/garden (anne) (5 open): {public}no settles 3, yes settles 1)"
    assert lines[2].startswith("  own/garden (bert) (2 open): Does anybody from outside the agency take part")
    assert lines[4] == "  cases not shown: 2; --next shows all" and len(lines) == 8
    # Public input: anne's garden 3 (anzsog, matched, ifg), bert's garden 1 (ifg), the road 3, the bench 3.
    assert lines[6] == f"  {public}verdicts: 10, cases: 4)"


def test_next_shows_every_case_and_every_variable(batch):
    lines = section(run(batch, "--next").stdout)
    at = lines.index("Over all cases, what could settle most:")
    assert at == 6 and len(lines) > 15 and not any("not shown" in line for line in lines)
    counts = [int(re.search(r"verdicts: (\d+)", line)[1]) for line in lines[at + 1 :]]
    assert counts == sorted(counts, reverse=True)


def test_next_stands_only_where_files_are_given_and_something_is_open(batch, tmp_path):
    assert "What to find out next" not in run().stdout
    assert "What to find out next" in run("--next").stdout
    settled = tmp_path / "y.yaml"
    settled.write_text("id: a\ntitle: A\nsource: own\ncitizen_input: no\n", encoding="utf-8")
    matched = ("--definition", "bovaird-loeffler-2015-matched-input")
    shown = run(settled, *matched).stdout
    assert "find out" not in shown and shown.endswith("never evidence for a verdict.\n")
    assert run(settled, *matched, "--next").stdout.endswith("\nNothing is open.\n")


def test_next_says_where_no_answer_settles_alone(tmp_path):
    # Alford: an external party, not jointly; does or plans, and prompted: each open, and no answer is enough.
    (tmp_path / "x.yaml").write_text("id: a\ntitle: A\nsource: own\nexternal_party: yes\n", encoding="utf-8")
    lines = section(run(tmp_path / "x.yaml", "--definition", "alford-2013-extended").stdout)
    assert lines == ["What to find out next", "  own/a (1 open): no answer settles a verdict alone"]


def test_next_as_json_has_an_object_for_every_case_with_something_open(batch):
    rows = json.loads(run(batch, "--next", "--format", "json").stdout)
    assert [(row["id"], row["coder"], row["open"]) for row in rows] == [
        ("garden", "anne", 5), ("garden", "bert", 2), ("pool", "settled", 4), ("road", "anne", 4), ("bench", "settled", 5)
    ]  # fmt: skip
    first = rows[0]["next"][0]
    assert first["variable"] == "public_input" and first["question"].endswith("?")
    assert {answer: len(slugs) for answer, slugs in first["settles"].items()} == {"no": 3, "yes": 1, "n/a": 3}


# The advice of validate


def advice(folder, facts: str, *args: str) -> list[str]:
    (folder / "x.yaml").write_text(f"id: a\ntitle: A\nsource: own\n{facts}\n", encoding="utf-8")
    result = CliRunner().invoke(cli, ["validate", str(folder / "x.yaml"), "--format", "json", *args])
    return [row["message"] for row in json.loads(result.stdout) if row["code"] == "undetermined"]


# Without citizen input three are out and two open; without a public service, or an external party, two out and three open.
@pytest.mark.parametrize(
    ("facts", "open_"), [("citizen_input: no", 0), ("public_service: no", 3), ("external_party: no", 3)]
)
def test_advice_is_given_where_more_than_half_of_the_definitions_in_use_are_open(tmp_path, facts, open_):
    assert [int(message[0]) for message in advice(tmp_path, facts)] == [open_] * bool(open_)


def test_advice_puts_the_questions_in_french(tmp_path):
    (message,) = advice(tmp_path, "", "--lang", "fr")
    assert message.startswith("5 des 5 définitions en usage ne tranchent pas ; cherchez d'abord : Des citoyens ")
    assert message.count(" ? (") == 3 and message.endswith(" ? (external_party)")


# Texts


@cache
def all_texts() -> list[tuple[str, str, dict]]:
    return [(part, key, by_lang) for part, entries in texts.read().items() for key, by_lang in entries.items()]


@pytest.mark.parametrize(("part", "key", "by_lang"), all_texts(), ids=[f"{p}-{k}" for p, k, _ in all_texts()])
def test_every_text_is_there_in_both_languages_with_the_same_parts(part, key, by_lang):
    assert set(by_lang) == set(LANGUAGES)
    for text in by_lang.values():
        assert text and (not isinstance(text, str) or text.strip())
    if isinstance(by_lang["en"], str):
        parts = [set(re.findall(r"\{\w+\}", text)) for text in by_lang.values()]
        assert parts[0] == parts[1]


NUMBER = re.compile("-(one|many)$")


def test_every_text_is_used():
    from coproduction import resources

    folder = resources.folder("exports").parent
    code = "".join(f.read_text(encoding="utf-8") for f in folder.rglob("*.py"))
    # Keys made of a word and a key of the ontology, or of a finding's part; and of a word and its number.
    made = re.compile(r"called-\w+|count-\w+|column-\w+|in|out|undetermined|(record|error|warning|info)-(one|many)")
    assert [
        f"{p}/{k}"
        for p, k, _ in all_texts()
        if not made.fullmatch(k) and not any(f'"{w}"' in code or f"'{w}'" in code for w in {k, NUMBER.sub("", k)})
    ] == []


def test_a_new_language_takes_texts_and_no_code(monkeypatch):
    found = {part: {k: dict(t) for k, t in entries.items()} for part, entries in texts.read().items()}
    found["matrix"]["case"]["de"] = "Fall"
    monkeypatch.setattr(texts, "read", lambda: found)
    assert texts.Texts("matrix", "de")("case") == "Fall"
    assert texts.Texts("matrix", "de")("called") == "called", "English stands in"


FRENCH = """source: own
cases:
- id: jardin
  title: Un jardin
  summary: Des habitants tiennent un jardin.
  case_kind: programme
  reality: actual
  source_label: contested
  passages: [p. 4]
  contributions:
  - {who: habitants, role: citizen, gives: temps, passages: [p. 5]}
  values:
  - {kind: public}
  facts:
    public_input: varies
    joint: {value: unknown, why_unknown: silent}
    does: {value: yes, basis: inferred, reason: ils plantent}
    professional_input: {value: yes, basis: implied-by-placing, reason: liste}
    active: n/a
- {id: banc, title: Un banc, coder: anne, citizen_input: no}
- {id: banc, title: Un banc, coder: bert}
"""


@cache
def english() -> list[str]:
    """The pieces of the English texts that are words of a reader's, and no piece of a French one."""
    pieces: dict[str, set[str]] = {lang: set() for lang in LANGUAGES}
    for _, _, by_lang in all_texts():
        for lang, text in by_lang.items():
            for one in text.values() if isinstance(text, dict) else text if isinstance(text, list) else [text]:
                pieces[lang] |= {piece.strip(" :;,.()") for piece in re.split(r"\{\w+\}", one)}
    french = " ".join(pieces["fr"])
    return sorted(piece for piece in pieces["en"] if len(piece) > 3 and piece not in french)


def labels(lang: str) -> set[str]:
    store = shipped()
    classes = ("Variable", "Definition", "Answer", "Basis", "ReasonUnknown", "Outcome", "CaseKind", "Reality")
    return {store.label(iri, lang) for cls in classes for iri in store.keys(cls).values()}


@pytest.mark.parametrize("args", [
    ["--case", "jardin"], ["--case", "jardin", "--like", "--next", "--with-placing"], ["--next", "--like"], [],
    ["--case", "banc", "--coder", "anne"], ["--case", "banc", "--coder", "bert", "--readings"],
])  # fmt: skip
def test_nothing_of_the_french_is_english(tmp_path, args):
    (tmp_path / "x.yaml").write_text(FRENCH, encoding="utf-8")
    result = run(tmp_path / "x.yaml", *args, "--lang", "fr")
    assert result.exit_code == 0 and result.stderr == ""
    shown = result.stdout
    # Titles of the graph's cases and their ids are data in English, as are the slugs of definitions and the works' names.
    for case in sorted(shipped_cases(), key=lambda c: -len(c.record["title"])):
        shown = shown.replace(case.record["title"], "").replace(f"{case.source}/{case.id}", "")
    shown = re.sub(r"[a-z]+(-[a-z0-9]+)+", "", shown).replace("Tony Bovaird and Elke Loeffler", "")
    found = [piece for piece in english() if re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", shown)]
    assert found == []
    # Labels that are words of both languages are no sign of either.
    french = " ".join(labels("fr"))
    ours = {label for label in labels("en") if len(label) > 6 and " " in label and label not in french}
    assert [label for label in ours if label in shown] == []


def test_the_english_pieces_are_found_in_english(tmp_path):
    """The test above can fail: the same output in English has most of the pieces that may stand there."""
    (tmp_path / "x.yaml").write_text(FRENCH, encoding="utf-8")
    shown = run(tmp_path / "x.yaml", "--case", "jardin", "--like", "--next", "--with-placing").stdout
    assert len([piece for piece in english() if piece in shown]) > 25


@pytest.mark.parametrize("case", ["sports-clubs", "fire-core-internal", "pure-self-help"])
def test_a_shipped_case_is_explained_in_french_around_its_data(case):
    shown = run("--case", case, "--lang", "fr").stdout
    for heading in ("\nFaits\n", "\nVerdicts\n", "\nConcepts voisins\n", "\nPassages\n", "  HORS ", "        car "):
        assert heading in shown
    for word in (
        "not known",
        "because",
        "whether",
        "instead:",
        "paragraph 1 ",
        "(stated)",
        "(inferred)",
        "the source calls",
    ):
        assert word not in shown
