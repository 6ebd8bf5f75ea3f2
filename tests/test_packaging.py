"""The wheel holds everything, and works outside the checkout in an environment of its own."""

import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {"coproduction": "coproduction", "loaders": "coproduction/loaders", "ontology": "coproduction/ontology",
           "queries": "coproduction/queries", "shapes": "coproduction/shapes"}  # fmt: skip

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not (ROOT / "pyproject.toml").is_file(), reason="not in a checkout")]


def files(root: Path) -> set[str]:
    """Return the names that a wheel of this tree must have."""
    found = set()
    for folder, package in FOLDERS.items():
        for file in (root / folder).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                found.add(f"{package}/{file.relative_to(root / folder).as_posix()}")
    return found


def build(tmp_path: Path) -> tuple[Path, Path]:
    """Build a wheel from a copy of what is packed, so that an old build/ cannot slip stale files in."""
    tree = tmp_path / "tree"
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-DATA"):
        tree.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tree / name)
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, tree / folder, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(tmp_path / "dist"),
        str(tree),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return next((tmp_path / "dist").glob("*.whl")), tree


def packed(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {n for n in archive.namelist() if ".dist-info/" not in n}


def test_the_wheel_works_in_an_environment_of_its_own(tmp_path):
    wheel, tree = build(tmp_path)
    assert packed(wheel) == files(tree)
    home = tmp_path / "env"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel], check=True, cwd=tmp_path
    )

    def run(*words):
        return subprocess.run([home / "bin" / "coproduction", *words], capture_output=True, text=True, cwd=tmp_path)

    done = run("classify", "--case", "pure-self-help", "--definition", "bovaird-loeffler-2015-matched-input")
    assert done.returncode == 0, done.stderr
    assert "because no public input" in done.stdout
    done = run("build", "--out", "d")
    assert done.returncode == 0, done.stderr
    assert {p.name for p in (tmp_path / "d").iterdir()} >= {
        "coproduction.nq",
        "coproduction.ttl",
        "shapes.ttl",
        "context.jsonld",
    }
    done = run("ask")
    assert done.returncode == 0 and "what-does-each-definition-require" in done.stdout
    version = run("--version")
    assert wheel.name.split("-")[1] in version.stdout


def test_a_file_that_the_wheel_would_leave_out_is_seen(tmp_path):
    """A new sub-package, or a file with a new suffix, is left out in silence: the comparison must go red."""
    wheel, tree = build(tmp_path)
    (tree / "loaders" / "sub").mkdir()
    (tree / "loaders" / "sub" / "module.py").write_text('"""New."""\n')
    (tree / "ontology" / "notes.md").write_text("stray\n")
    assert files(tree) - packed(wheel) == {"coproduction/loaders/sub/module.py", "coproduction/ontology/notes.md"}
