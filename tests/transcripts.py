"""What README.md and docs/ show is run: the console blocks of a text, the commands in them, and their output."""

import os
import re
import subprocess
import sys
from pathlib import Path

FENCE = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
# A line that stands for any number of lines left out.
CUT = "..."


def blocks(text: str, kind: str) -> list[str]:
    return [body for language, body in FENCE.findall(text) if language == kind]


def steps(block: str) -> list[tuple[str, list[str]]]:
    """Return the commands of a console block with the output lines that stand under each."""
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line.rstrip())
    return found


def run(command: str, folder: Path, stderr=subprocess.PIPE) -> subprocess.CompletedProcess:
    """Run a command as a shell would, in a folder, with the project's own command first in the path."""
    env = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    env.pop("COLUMNS", None)
    return subprocess.run(
        ["sh", "-c", command], cwd=folder, env=env, stdout=subprocess.PIPE, stderr=stderr, encoding="utf-8",
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def lines(output: str) -> list[str]:
    """Return the lines of an output that are not empty, without blanks at their ends."""
    return [line.rstrip() for line in output.splitlines() if line.strip()]


def shows(shown: list[str], real: list[str]) -> bool:
    """Return whether the lines shown are the real ones, where a cut stands for one line or more."""
    if not shown or not real:
        return not shown and not real
    if shown[0] == CUT:
        return any(shows(shown[1:], real[n:]) for n in range(1, len(real) + 1))
    return shown[0] == real[0] and shows(shown[1:], real[1:])
