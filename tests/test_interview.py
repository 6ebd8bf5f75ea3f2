"""The interview with typed answers, from the first question to a record that is saved, read and judged again."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from coproduction.__main__ import cli

MATCHED = "bovaird-loeffler-2015-matched-input"
BARE = "id: garden\ntitle: A garden\nsource: own\n"


def run(*args, stdin: str = ""):
    result = CliRunner().invoke(cli, [str(a) for a in args], input=stdin, prog_name="coproduction")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


class Asked:
    """What an interview left behind: the verdicts, the questions put, the words to the user, the saved record."""

    def __init__(self, folder: Path, record: str, typed: list[str], *more: str):
        file, self.saved = folder / "x.yaml", folder / "saved.yaml"
        file.write_text(record, encoding="utf-8")
        args = ("--ask", "--save", self.saved, "--format", "json", *(more or ("--definition", MATCHED)))
        self.result = run("classify", file, *args, stdin="".join(f"{word}\n" for word in typed))
        assert self.result.exit_code == 0, self.result.stderr
        self.words = self.result.stderr
        self.verdicts = {row["definition"]: row["verdict"] for row in json.loads(self.result.stdout)}
        self.questions = [part.split()[-1] for part in self.words.split(" [yes/no")[:-1]]

    @property
    def facts(self) -> dict:
        return YAML(typ="safe").load(self.saved).get("facts", {})


@pytest.fixture
def asked(tmp_path):
    return lambda record, *typed, more=(): Asked(tmp_path, record, list(typed), *more)


# between_organisations, citizen_input and public_input can each settle it alone: they are put in the alphabet's order.


def test_answers_are_saved_without_a_basis_that_nobody_gave_and_read_again(asked):
    # Citizens put something in: an external party follows, and that it is not between organisations.
    held = asked(BARE, "skip", "yes", "yes")
    assert held.questions == ["between_organisations", "citizen_input", "public_input"]
    assert held.verdicts == {MATCHED: "in"}
    reason = "answered when asked, without a passage"
    assert held.facts == {
        "public_input": {"value": "yes", "reason": reason}, "citizen_input": {"value": "yes", "reason": reason}
    }  # fmt: skip
    checked = run("validate", held.saved)
    assert checked.exit_code == 0 and "1 record, 0 errors, 0 warnings" in checked.stderr
    again = json.loads(run("classify", held.saved, "--format", "json", "--definition", MATCHED).stdout)
    assert again == json.loads(held.result.stdout), "judged as at the end of the interview"


@pytest.mark.parametrize("word", ["skip", "", "unknown", "don't know", "DON’T  KNOW", "not sure"])
def test_not_knowing_leaves_the_question_open_and_is_no_answer(asked, word):
    held = asked(BARE, word, word, word)
    assert held.questions == ["between_organisations", "citizen_input", "public_input"]
    assert held.verdicts == {MATCHED: "undetermined"} and held.facts == {}
    assert "No question is left that bears on a verdict." in held.words


def test_varies_is_an_answer_that_settles_nothing(asked):
    held = asked(BARE, "no", "yes", "varies")
    assert held.verdicts == {MATCHED: "undetermined"} and held.facts["public_input"]["value"] == "varies"


@pytest.mark.parametrize(
    ("typed", "value"), [("y", "yes"), ("N", "no"), ("na", "n/a"), ("not applicable", "n/a"), (" YES ", "yes")]
)
def test_words_for_an_answer(asked, typed, value):
    assert asked(BARE, "skip", typed, "stop").facts["citizen_input"]["value"] == value


def test_a_wrong_word_is_asked_again_and_the_nearest_is_named(asked):
    held = asked(BARE, "maybe", "varis", "n", "stop")
    assert "'maybe' is no answer here\n" in held.words
    assert "'varis' is no answer here; did you mean varies?" in held.words
    assert held.questions == ["between_organisations"] * 3 + ["citizen_input"]
    assert {key: fact["value"] for key, fact in held.facts.items()} == {"between_organisations": "no"}


def test_help_shows_the_answers_and_the_codebooks_examples(asked):
    held = asked(BARE, "help", "stop")
    assert "varies: It depends on the instance." in held.words and "for example, yes: Film companies" in held.words
    assert held.questions == ["between_organisations"] * 2


def test_back_takes_answers_back_one_by_one(asked):
    held = asked(BARE, "back", "no", "yes", "back", "undo", "back", "skip", "no")
    # No way back before the first question; then two back to it, and none before it.
    assert held.words.count("there is no question before this one") == 2
    assert held.questions == [
        "between_organisations", "between_organisations", "citizen_input", "public_input", "citizen_input",
        "between_organisations", "between_organisations", "citizen_input",
    ]  # fmt: skip
    assert held.verdicts == {MATCHED: "out"} and list(held.facts) == ["citizen_input"]


@pytest.mark.parametrize("typed", [[], ["no"]])
def test_the_end_of_input_keeps_what_was_answered(asked, typed):
    held = asked(BARE, *typed)
    assert len(held.facts) == len(typed) and held.verdicts == {MATCHED: "undetermined"}


def test_an_answer_against_the_record_is_refused_with_the_reason(asked):
    # A yes to citizen input would make it an external party, which the record says varies.
    held = asked(BARE + "external_party: varies\n", "skip", "yes", "no")
    assert "that cannot be: external_party is varies, and yet citizen_input yes makes it yes" in held.words
    assert held.questions == ["between_organisations", "citizen_input", "citizen_input"]
    assert {key: fact["value"] for key, fact in held.facts.items()} == {
        "external_party": "varies",
        "citizen_input": "no",
    }


def test_what_was_listed_as_unknown_gives_way_to_what_follows(asked):
    held = asked(BARE + "external_party: {value: unknown, why_unknown: silent}\n", "skip", "yes", "yes")
    assert held.verdicts == {MATCHED: "in"} and "external_party" not in held.facts
    assert run("validate", held.saved).exit_code == 0


def test_facts_implied_by_placing_are_asked_for_unless_taken_in(asked):
    placed = BARE + "citizen_input: yes\npublic_input: {value: yes, basis: implied-by-placing, reason: listed}\n"
    assert asked(placed, "yes").questions == ["public_input"]
    held = asked(placed, more=("--definition", MATCHED, "--with-placing"))
    assert held.questions == [] and held.verdicts == {MATCHED: "in"}


def test_the_interview_is_in_french(tmp_path):
    file = tmp_path / "x.yaml"
    file.write_text(BARE, encoding="utf-8")
    args = ("classify", file, "--ask", "--lang", "fr", "--definition", MATCHED, "--format", "json")
    result = run(*args, stdin="je ne sais pas\noiu\naide\noui\nretour\nn\n")
    assert json.loads(result.stdout)[0]["verdict"] == "out"
    assert "'oiu' n'est pas une réponse ici ; vouliez-vous dire oui ?" in result.stderr
    assert "citizen_input [oui/non/variable/sans objet, passer, arrêter] : " in result.stderr
    assert "variable : Cela dépend" in result.stderr and "par exemple, oui : " in result.stderr
    assert run(*args, stdin="passer\narreter\n").stderr.count("arrêter] : ") == 2


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--save", "s.yaml"], "--save writes the record with the answers to --ask: name both"),
        (["--ask", "--save", "-"], "--save takes a file"),
        (["--ask", "--save", "x.yaml"], "x.yaml: is read here, and would be overwritten"),
    ],
)
def test_wrong_use_asks_nothing(tmp_path, monkeypatch, more, says):
    monkeypatch.chdir(tmp_path)
    Path("x.yaml").write_text(BARE, encoding="utf-8")
    result = run("classify", "x.yaml", *more, stdin="yes\n")
    assert result.exit_code == 2 and result.stdout == "" and says in result.stderr and "[yes/no" not in result.stderr
    assert Path("x.yaml").read_text(encoding="utf-8") == BARE


def test_records_and_answers_do_not_come_from_one_stream():
    result = run("classify", "-", "--ask", stdin=BARE)
    assert result.exit_code == 2 and "--ask reads your answers from standard input" in result.stderr


def test_a_shipped_case_with_answers_is_saved_whole(tmp_path):
    saved = tmp_path / "s.yaml"
    args = ("classify", "--case", "sports-clubs", "--definition", MATCHED, "--ask", "--save", saved)
    result = run(*args, stdin="no\n")
    assert result.exit_code == 0 and "OUT Bovaird and Loeffler 2015, matched input" in result.stdout
    record = YAML(typ="safe").load(saved)
    assert record["contributions"] and record["facts"]["public_input"]["value"] == "no"
    again = run("classify", saved, "--case", "sports-clubs", "--definition", MATCHED)
    assert "because no public input" in again.stdout
