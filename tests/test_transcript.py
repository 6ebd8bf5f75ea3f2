"""What docs/your-own-cases.md shows is what a new user sees: its commands are run, and its workbooks are made again."""

import shutil
import subprocess
import sys

import pytest
import three_programmes as typed
import transcripts
from openpyxl import load_workbook

from coproduction.cases import read
from coproduction.codebook import shipped_codebook

TEXT = typed.DOCUMENT.read_text(encoding="utf-8")
COMMANDS, HAND_ROWS = 20, 8


def book_of(name: str) -> dict[str, object]:
    return typed.filled(load_workbook(typed.EXAMPLES / name))


@pytest.mark.slow
def test_every_command_gives_the_output_shown(tmp_path):
    shutil.copytree(typed.EXAMPLES, tmp_path / "examples")
    steps = [step for block in transcripts.blocks(TEXT, "console") for step in transcripts.steps(block)]
    assert len(steps) == TEXT.count("\n$ ") == COMMANDS
    for command, shown in steps:
        done = transcripts.run(command, tmp_path, subprocess.STDOUT)
        assert done.returncode == 0, f"{command}: {done.stdout}"
        assert transcripts.shows(shown, transcripts.lines(done.stdout)), f"{command}:\n{done.stdout}"


def test_the_first_try_is_what_a_person_types_into_the_form():
    assert typed.filled(typed.first_try()) == book_of(typed.FIRST_TRY)


@pytest.mark.slow
def test_repairs_and_the_table_make_the_mended_workbook(tmp_path):
    file = tmp_path / "cases.xlsx"
    shutil.copy(typed.EXAMPLES / typed.FIRST_TRY, file)
    subprocess.run([sys.executable, "-m", "coproduction", "fix", file, "--write"], check=True, capture_output=True)
    assert typed.mend_by_hand(file, TEXT) == HAND_ROWS == TEXT.count("\n| `")
    assert typed.filled(load_workbook(file)) == book_of(typed.MENDED)


def test_the_mended_cases_say_what_was_typed():
    cases, findings = read([str(typed.EXAMPLES / typed.MENDED)], shipped_codebook())
    assert not findings
    assert [case.id for case in cases] == ["neighbourhood-watch", "expert-patients", "jury-service"]
    for case, meant in zip(cases, typed.CASES, strict=False):
        told = {key: (fact.value, fact.basis) for key, fact in case.facts.items() if not fact.derived_from}
        slips = {"yess": "yes", "YES": "yes"}
        wanted = {key: (slips.get(answer, answer), basis) for key, (answer, basis, *_) in meant["facts"].items()}
        assert {key: told[key] for key in wanted} == wanted
        assert {key for key, (value, _) in told.items() if value != "unknown"} == set(wanted)
        assert all(fact.passages for fact in case.facts.values() if fact.value != "unknown")


@pytest.mark.parametrize(
    "shown, real, same",
    [
        (["a", "b"], ["a", "b"], True),
        (["a", "..."], ["a", "b", "c"], True),
        (["...", "c"], ["a", "b", "c"], True),
        (["a", "...", "c"], ["a", "b", "b", "c"], True),
        (["a", "...", "b"], ["a", "b"], False),  # a cut stands for one line at least
        (["a"], ["a", "b"], False),
        (["a", "b"], ["a"], False),
        (["a", "...", "d"], ["a", "b", "c"], False),
        ([], [], True),
        ([], ["a"], False),
    ],
)
def test_only_whole_lines_are_cut(shown, real, same):
    assert transcripts.shows(shown, real) is same
