"""Everything that the README says is run: its commands with their output, its Turtle, its counts."""

import re
import tomllib
from pathlib import Path

import pytest
import transcripts

from coproduction import cases, resources
from coproduction.agreement import compare
from coproduction.cases import shipped_cases
from coproduction.codebook import shipped_codebook
from coproduction.loaders.normal import normalise
from coproduction.loaders.rdf_records import read as read_rdf

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return transcripts.blocks(README, kind)


@pytest.mark.slow
@pytest.mark.parametrize("block", blocks("console"))
def test_commands_give_the_output_shown(block, tmp_path):
    for command, expected in transcripts.steps(block):
        done = transcripts.run(command, tmp_path)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        if expected:
            assert transcripts.lines(done.stdout) == expected, command


def test_there_are_commands_to_run():
    assert len(blocks("console")) == 3 and len(blocks("turtle")) == 1


def test_the_case_in_turtle_is_the_case_that_ships():
    raw = read_rdf("README.md", blocks("turtle")[0], "ttl")[0]
    case, findings = normalise(raw, shipped_codebook())
    assert not findings
    shipped = next(c for c in shipped_cases() if (c.source, c.id) == (case.source, case.id))
    assert {k: f.value for k, f in case.facts.items()} == {
        k: f.value for k, f in shipped.facts.items() if not f.derived_from and f.basis != "implied-by-placing"
    }


def test_counts():
    assert f"{len(shipped_cases())} cases from five texts" in README
    found, _ = cases.read([str(p) for p in resources.reading_records()], shipped_codebook())
    overall = compare(found, shipped_codebook().variables)[-1]
    assert f"{overall.agreed * 100:.1f} per cent of answers (kappa {overall.kappa:.2f}" in README.replace("\n", " ")
    assert overall.opposed == 0


def test_every_folder_has_its_line():
    named = set(re.findall(r"`(\w+)/`", README))
    there = {
        p.name for p in ROOT.iterdir() if p.is_dir() and not p.name.startswith(".") and (p / "__init__.py").exists()
    }
    assert there <= named


def test_the_set_up_commands_exist():
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for target in re.findall(r"^make (\w+)", "\n".join(blocks("sh")), re.MULTILINE):
        assert target in targets
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "Python 3.11" in README and project["requires-python"] == ">=3.11"
