"""The command's manners: exit codes, where words and data go, and what it does with input that nobody should send."""

import errno
import json
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyoxigraph import NamedNode, Quad, Store

from coproduction import dataset
from coproduction.__main__ import cli
from coproduction.cases import shipped_cases
from coproduction.verdicts import load_rules
from coproduction.vocabulary import shipped

FIXTURES = Path(__file__).parent
GOOD = "id: garden\ntitle: A garden\nsource: own\ncitizen_input: yes\npublic_input: yes\n"
QUESTION = "who-co-produces"
KEYS = ["case", "id", "source", "definition", "verdict", "failed", "unknown", "met", "decided_by", "weakest_basis",
        "instead", "instead_possible"]  # fmt: skip
LISTS = ["failed", "unknown", "met", "decided_by", "instead", "instead_possible"]


@cache
def rules():
    return load_rules(shipped())


def run(*args: str, stdin: str | bytes | None = None):
    """The outcome of the command in this process; what it raises other than an exit is a fault."""
    result = CliRunner().invoke(cli, [str(a) for a in args], input=stdin, prog_name="coproduction")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def process(*args: str, stdin: str = "") -> subprocess.CompletedProcess:
    """The outcome of the command as a process of its own."""
    command = [sys.executable, "-m", "coproduction", *args]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, encoding="utf-8", timeout=60)


def verdicts(*args: str, stdin: str | None = None) -> dict[str, dict]:
    """The verdicts on the one case of a JSON output, by definition."""
    result = run("classify", *args, "--format", "json", stdin=stdin)
    assert result.exit_code == 0, result.stderr
    return {row["definition"]: row for row in json.loads(result.stdout)}


# What cannot be read at all

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{y}: &{y} [{', '.join(['*' + x] * 9)}]\n" for x, y in zip("abcdefgh", "bcdefghi", strict=True)
)
LATIN = "id: garden\ntitle: Café\n".encode("latin-1")
# Name of the file, its bytes (None for no file), what stands behind its name, and a part of the message.
UNREADABLE = {
    "empty": ("x.yaml", b"", "", "is empty"),
    "white": ("x.json", b" \n\n", "", "is empty"),
    "mark": ("x.yaml", b"\xef\xbb\xbf", "", "holds no record"),
    "latin-1": ("x.yaml", LATIN, ":2:11", "is not UTF-8: byte 0xe9"),
    "two encodings": ("x.csv", b"id,title\nx,Caf\xc3\xa9\ny,Caf\xe9\n", ":3:6", "is not UTF-8"),
    "two encodings, the other way": ("x.csv", b"id,title\nx,Caf\xe9\ny,Caf\xc3\xa9\n", ":2:6", "is not UTF-8"),
    "utf-16": ("x.yaml", GOOD.encode("utf-16"), ":1:1", "is UTF-16"),
    "nul": ("x.yaml", b"id: x\ntitle: a\x00b\n", ":2", "NUL"),
    "yaml": ("x.yaml", b"id: x\ntitle: [b\nsource: c\n", ":3:7", "is no YAML"),
    "deep yaml": ("x.yaml", b"id: x\ntitle: " + b"[" * 200_000, ":2:58", "is nested too deeply"),
    "deep yaml by lines": (
        "x.yaml",
        b"\n".join(b" " * n + b"a:" for n in range(2000)),
        ":52:52",
        "is nested too deeply",
    ),
    "bomb": ("x.yaml", BOMB.encode(), ":6:", "unfolds to more than"),
    "self": ("x.yaml", b"&a [*a, *a]", ":1:5", "or itself"),
    "json": ("x.json", b'{"id": "x",\n"title" "t"}', ":2:9", "is no JSON"),
    "deep json": ("x.json", b"[" * 200_000, ":1:52", "is nested too deeply"),
    "csv": ("x.csv", b"id,title\nx,y,z\n", ":2", "row has 3 cells"),
    "turtle": ("x.ttl", b"@prefix a: <urn:a> .\na:b a:c .\n", ":2:", "is no Turtle"),
    "trig": ("x.trig", b"{ <a> <b> }", ":1:", "is no TriG"),
    "rdf/xml": ("x.rdf", b'<a:b xmlns:a="urn:a#">\n<a:c></a:d></a:b>', ":2:", "is no RDF/XML"),
    "no case": ("x.ttl", b"<urn:a> <urn:b> <urn:c> .", "", "holds no case"),
    "no record": ("x.yaml", b"- a\n- b\n", ":1:3", "entry 1 is no record"),
    "suffix": ("x.docx", b"PK", "", "format 'docx' is not known"),
    "near suffix": ("x.jsn", b"{}", "", "did you mean json?"),
    "no suffix": ("x", b"id: x", "", "has no suffix to tell its format"),
    "missing": ("x.yaml", None, "", "there is no such file"),
    "missing without suffix": ("x", None, "", "there is no such file"),
}


def unreadable(result, file: Path, place: str, says: str) -> None:
    assert result.exit_code == 2 and result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"{file}{place}") and ": error: unreadable: " in line and says in line


@pytest.mark.parametrize("command", ["validate", "classify"])
@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_is_refused_with_its_place(tmp_path, command, case):
    name, data, place, says = UNREADABLE[case]
    file = tmp_path / name
    if data is not None:
        file.write_bytes(data)
    began = time.monotonic()
    unreadable(run(command, file), file, place, says)
    assert time.monotonic() - began < 10


def test_a_directory_is_refused(tmp_path):
    for name in (tmp_path, tmp_path / "x.yaml"):
        name.mkdir(exist_ok=True)
        unreadable(run("validate", name), name, "", "is a directory")


def test_a_line_of_a_hundred_megabytes_is_refused_soon(tmp_path):
    file = tmp_path / "x.yaml"
    with file.open("wb") as out:
        out.write(b"id: x\ntitle: ")
        for _ in range(101):
            out.write(b"x" * 1_000_000)
    began = time.monotonic()
    unreadable(run("validate", file), file, ":2", "has a line of 101,000,007 characters; 10,000,000 at most")
    assert time.monotonic() - began < 20
    file.unlink()


def test_one_file_that_cannot_be_read_stops_all(tmp_path):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(GOOD, encoding="utf-8")
    bad.write_text("id: [", encoding="utf-8")
    unreadable(run("classify", good, bad), bad, ":2:1", "is no YAML")


def test_standard_input_is_read_for_a_hyphen():
    assert run("validate", "-", stdin=GOOD).exit_code == 0
    assert (
        run("validate", "-", "--input-format", "json", stdin='{"id": "x", "title": "X", "source": "own"}').exit_code
        == 0
    )
    unreadable(run("validate", "-", stdin=""), Path("-"), "", "is empty")
    unreadable(run("validate", "-", stdin=LATIN), Path("-"), ":2:11", "is not UTF-8")


# What is read, and wrong

WRONG = """source: own
cases:
- {id: garden, title: A garden, colour: red, stages: [planing]}
- {id: garden, title: A garden}
- {id: bench, title: A bench, contributions: [{role: volunteer, gives: time}], citizen_input: no}
"""
FOUND = [(3, "unknown-key"), (3, "unknown-term"), (4, "duplicate-record"), (5, "contradiction")]


def test_validate_tells_all_findings(tmp_path):
    file = tmp_path / "x.yaml"
    file.write_text(WRONG, encoding="utf-8")
    result = run("validate", file, "--format", "concise")
    assert result.exit_code == 1
    assert [(int(line.split(":")[1]), line.split(": ")[2]) for line in result.stdout.splitlines()] == FOUND
    assert all(line.startswith(f"{file}:") for line in result.stdout.splitlines())


@pytest.mark.parametrize("command", [["classify"], ["classify", "--format", "json"], ["ask", QUESTION, "--data"]])
def test_other_commands_refuse_with_the_same_findings_and_print_nothing(tmp_path, command):
    file = tmp_path / "x.yaml"
    file.write_text(WRONG, encoding="utf-8")
    told = sorted(run("validate", file, "--format", "concise").stdout.splitlines())
    result = run(*command, file)
    assert result.exit_code == 1 and result.stdout == ""
    *findings, last = result.stderr.splitlines()
    assert sorted(findings) == told and last == "nothing was done: mend the errors above first"


def test_a_warning_refuses_nothing(tmp_path):
    file = FIXTURES / "validate" / "missing-reason.wrong.yaml"
    for command in (["validate"], ["classify"]):
        assert run(*command, file).exit_code == 0
    assert "missing-reason" in run("classify", file).stderr


def test_ask_refuses_data_that_cannot_be_read(tmp_path):
    (tmp_path / "x.yaml").write_text("id: [", encoding="utf-8")
    unreadable(run("ask", QUESTION, "--data", tmp_path / "x.yaml"), tmp_path / "x.yaml", ":2:1", "is no YAML")


# Classify


def test_json_has_the_contracts_keys_for_every_case_and_definition():
    rows = json.loads(run("classify", "--format", "json").stdout)
    assert {tuple(row) for row in rows} == {tuple(KEYS)}
    chosen = [d.slug for d in rules().chosen()]
    assert [(row["source"], row["id"], row["definition"]) for row in rows] == [
        (c.source, c.id, slug) for c in shipped_cases() for slug in chosen
    ]
    for row in rows:
        assert all(row[key] == sorted(set(row[key])) for key in LISTS)
        assert row["verdict"] in ("in", "out", "undetermined")
        assert bool(row["failed"]) is (row["verdict"] == "out")
        assert not row["unknown"] or row["verdict"] == "undetermined"
        assert (row["weakest_basis"] is None) is (row["verdict"] == "undetermined")
        assert bool(row["decided_by"]) is (row["verdict"] != "undetermined")
        assert row["verdict"] == "out" or not row["instead"] + row["instead_possible"]
        assert row["case"].endswith(f"/case/{row['source']}/{row['id']}")
    assert {row["verdict"] for row in rows} == {"in", "out", "undetermined"}


def test_readings_come_only_when_asked_for(tmp_path):
    (tmp_path / "x.yaml").write_text(GOOD, encoding="utf-8")
    plain, full = verdicts(tmp_path / "x.yaml"), verdicts(tmp_path / "x.yaml", "--readings")
    assert not any("--" in slug for slug in plain)
    assert set(full) - set(plain) == {d.slug for d in rules().definitions.values() if d.reading} != set()


def test_verdicts_worked_out_by_hand(tmp_path):
    (tmp_path / "x.yaml").write_text(GOOD.replace("public_input: yes", "public_input: no"), encoding="utf-8")
    row = verdicts(tmp_path / "x.yaml", "--definition", "bovaird-loeffler-2015-matched-input")
    assert row["bovaird-loeffler-2015-matched-input"] | {"instead_possible": None} == {
        "case": "https://w3id.org/coproduction/case/own/garden", "id": "garden", "source": "own",
        "definition": "bovaird-loeffler-2015-matched-input", "verdict": "out", "failed": ["public-input"],
        "unknown": [], "met": ["citizen-input", "not:between-organisations"], "decided_by": ["public-input"],
        "weakest_basis": "stated", "instead": ["self-help"], "instead_possible": None,
    }  # fmt: skip
    (tmp_path / "x.yaml").write_text(GOOD, encoding="utf-8")
    row = verdicts(tmp_path / "x.yaml", "--definition", "mcmullin-2019")["mcmullin-2019"]
    assert (row["verdict"], row["met"], row["decided_by"], row["weakest_basis"]) == (
        "undetermined",
        ["citizen-input"],
        [],
        None,
    )
    assert row["unknown"] == ["citizens-deliver", "citizens-design", "joint", "professional-input", "public-service"]


def test_definitions_are_judged_in_the_order_asked_for_and_once():
    asked = ["mcmullin-2019", "anzsog-2017", "mcmullin-2019"]
    result = run(
        "classify", "--format", "json", "--case", "fire-brigade", *[a for d in asked for a in ("--definition", d)]
    )
    assert [row["definition"] for row in json.loads(result.stdout)] == ["mcmullin-2019", "anzsog-2017"]


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--definition", "mcmulin-2019"], "definition 'mcmulin-2019' is not known; did you mean mcmullin-2019?"),
        (["--definition", "xyzzy"], "definition 'xyzzy' is not known"),
        (["--case", "fire-brigad"], "there is no case fire-brigad; did you mean fire-brigade?"),
        (["--case", "own/fire-brigade"], "there is no case own/fire-brigade"),
        (["--case", "xyzzy"], "there is no case xyzzy"),
        (["--ask"], "--ask is about one case: name it with --case"),
        (["--with", "no-such.ttl"], "no-such.ttl: there is no such file"),
        (["--format", "xml"], "Invalid value for '--format'"),
        (["--nonsense"], "No such option"),
    ],
)
def test_wrong_use_leaves_with_two_and_names_the_nearest(args, says):
    result = run("classify", *args)
    assert result.exit_code == 2 and result.stdout == "" and says in result.stderr


def test_a_file_of_definitions_that_is_no_turtle(tmp_path):
    (tmp_path / "own.ttl").write_text("@prefix a: <urn:a> .\na:b a:c .\n", encoding="utf-8")
    result = run("classify", "--with", tmp_path / "own.ttl")
    assert result.exit_code == 2 and result.stdout == "" and f"{tmp_path / 'own.ttl'}:2: is no Turtle" in result.stderr


def test_facts_implied_by_placing_count_on_request(tmp_path):
    placed = GOOD.replace(
        "public_input: yes", "public_input: {value: yes, basis: implied-by-placing, reason: listed as an example}"
    )
    (tmp_path / "x.yaml").write_text(placed, encoding="utf-8")
    slug = "bovaird-loeffler-2015-matched-input"
    without, with_ = (
        verdicts(tmp_path / "x.yaml", "--definition", slug, *more)[slug] for more in ([], ["--with-placing"])
    )
    assert (without["verdict"], without["unknown"], without["weakest_basis"]) == (
        "undetermined",
        ["public-input"],
        None,
    )
    assert (with_["verdict"], with_["unknown"], with_["weakest_basis"]) == ("in", [], "implied-by-placing")


def test_other_coders_records_are_left_out_where_a_settled_one_is_there():
    rows = json.loads(run("classify", FIXTURES / "loaders" / "two-coders.yaml", "--format", "json").stdout)
    by_definition = [row["definition"] for row in rows]
    assert len(by_definition) == len(set(by_definition)) and all(row["met"] == [] for row in rows)


# The interview


def test_the_interview_asks_until_the_verdict_is_settled(tmp_path):
    (tmp_path / "x.yaml").write_text("id: garden\ntitle: A garden\nsource: own\n", encoding="utf-8")
    args = [
        "classify",
        tmp_path / "x.yaml",
        "--ask",
        "--definition",
        "bovaird-loeffler-2015-matched-input",
        "--format",
        "json",
    ]
    result = run(*args, stdin="maybe\nno\nnever asked\n")
    (row,) = json.loads(result.stdout)
    # Each of the three could settle it alone, with `no` or, for the organisations, `yes`: the alphabet decides.
    assert "between_organisations [yes/no/varies/n/a, skip, stop]: " in result.stderr
    assert "'maybe' is no answer here" in result.stderr
    assert (row["verdict"], row["met"]) == ("undetermined", ["not:between-organisations"])
    result = run(*args, stdin="no\nyes\nno\n")
    (row,) = json.loads(result.stdout)
    assert (row["verdict"], row["decided_by"], row["weakest_basis"]) == ("out", ["public-input"], "stated")
    asked = [line.split(" [")[0].strip() for line in result.stderr.splitlines() if "skip, stop]" in line]
    assert asked == ["between_organisations", "citizen_input", "public_input"]


def test_the_interview_skips_and_stops_and_ends_with_its_input(tmp_path):
    (tmp_path / "x.yaml").write_text("id: garden\ntitle: A garden\nsource: own\n", encoding="utf-8")
    args = [
        "classify",
        tmp_path / "x.yaml",
        "--ask",
        "--definition",
        "bovaird-loeffler-2015-matched-input",
        "--format",
        "json",
    ]
    for stdin, times in (("", 1), ("stop\nno\n", 1), ("\nskip\nunknown\n", 3), ("STOP\n", 1)):
        result = run(*args, stdin=stdin)
        assert result.exit_code == 0 and result.stderr.count("skip, stop]: ") == times
        assert json.loads(result.stdout)[0]["verdict"] == "undetermined"


def test_the_interview_explains_the_case_that_it_made(tmp_path):
    result = run("classify", "--ask", "--case", "fire-brigade", "--definition", "mcmullin-2019", stdin="stop\n")
    assert result.exit_code == 0 and "alford-2013/fire-brigade" in result.stdout and "McMullin 2019" in result.stdout


# Build


@pytest.mark.slow
def test_a_build_that_cannot_be_written_leaves_nothing_half_written(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    result = run("build", "--out", tmp_path / "file" / "dist")
    assert result.exit_code == 2 and result.stdout == "" and "cannot be written" in result.stderr
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"
    out = tmp_path / "dist"
    out.mkdir()
    (out / "coproduction.nq").write_text("old", encoding="utf-8")

    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    # A graph of one triple, for what is tried here is the writing; the shapes are the first
    # file that is written as text, after all of the graph.
    graph = Store()
    graph.add(Quad(NamedNode("urn:a"), NamedNode("urn:b"), NamedNode("urn:c"), NamedNode("urn:g")))
    monkeypatch.setattr(dataset, "shipped_store", lambda: graph)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", full)
        result = run("build", "--out", out)
    assert result.exit_code == 2 and result.stdout == "" and "No space left on device" in result.stderr
    assert [f.name for f in out.iterdir()] == ["coproduction.nq"]
    assert (out / "coproduction.nq").read_text(encoding="utf-8") == "old"
    # With room for it, the same build writes everything and leaves no part behind.
    assert run("build", "--out", out).exit_code == 0
    assert sorted(f.name for f in out.iterdir()) == [
        "context.jsonld", "coproduction.jsonld", "coproduction.nq", "coproduction.trig", "coproduction.ttl",
        "shapes.ttl",
    ]  # fmt: skip
    assert (out / "coproduction.nq").read_text(encoding="utf-8") == "<urn:a> <urn:b> <urn:c> <urn:g> .\n"


# As a process


@pytest.mark.parametrize("args", [["-h"], ["--help"], ["classify", "-h"], ["validate", "--help"], ["--version"]])
def test_help_and_version(args):
    result = run(*args)
    assert result.exit_code == 0 and "coproduction" in result.stdout and result.stderr == ""


@pytest.mark.parametrize("args", [[], ["nonsense"], ["validate"], ["classify", "--case"]])
def test_wrong_use_prints_no_data(args):
    result = process(*args)
    assert result.returncode == 2 and result.stdout == "" and result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.slow
def test_the_module_and_the_command_are_the_same():
    script = Path(sys.executable).with_name("coproduction")
    for args in (["--help"], ["classify", "--case", "xyzzy"]):
        done = subprocess.run([script, *args], capture_output=True, text=True, timeout=60)
        same = process(*args)
        assert (done.returncode, done.stdout, done.stderr) == (same.returncode, same.stdout, same.stderr)


@pytest.mark.slow
def test_exit_codes_of_the_process(tmp_path):
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text(WRONG, encoding="utf-8")
    (tmp_path / "bad.yaml").write_text("id: " + "[" * 200_000, encoding="utf-8")
    for name, code in (("good", 0), ("wrong", 1), ("bad", 2), ("missing", 2)):
        result = process("validate", str(tmp_path / f"{name}.yaml"))
        assert result.returncode == code and "Traceback" not in result.stderr
        assert ("error" in result.stdout) is (code == 1) and bool(result.stdout) is (code < 2)


@pytest.mark.slow
def test_a_reader_that_leaves_early_is_no_fault():
    command = [sys.executable, "-m", "coproduction", "classify", "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as started:
        assert started.stdout.readline() == b"[\n"
        started.stdout.close()
        assert started.wait(60) == 0 and b"Traceback" not in started.stderr.read()


def test_help_starts_without_what_only_commands_need():
    heavy = ("rdflib", "pyshacl", "owlready2", "pyoxigraph", "rich", "ruamel", "SPARQLWrapper")
    code = (
        "import sys\nfrom coproduction.__main__ import cli\n"
        "try:\n    cli(['--help'], prog_name='coproduction')\n"
        "except SystemExit as end:\n    assert end.code == 0\n"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stdout.startswith("Usage: coproduction") and done.stderr == "[]\n"
    # The same look sees the store once a command has run.
    seen = code.replace("['--help']", "['classify', '--case', 'xyzzy']").replace("== 0", "== 2")
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "'pyoxigraph'" in done.stderr


@pytest.mark.slow
def test_a_record_of_a_shipped_case_is_not_merged_into_it(tmp_path):
    record = tmp_path / "again.yaml"
    record.write_text("id: ealing-data\nsource: ifg-seminar\ntitle: Again\nfacts: {joint: no}\n", encoding="utf-8")
    done = CliRunner().invoke(cli, ["ask", "what-is-it-instead", "--data", str(record)])
    assert done.exit_code == 1 and not done.stdout
    assert "ifg-seminar/ealing-data: is a case of the shipped graph" in done.stderr
    record.write_text("id: ealing-data\nsource: my-notes\ntitle: Again\nfacts: {joint: no}\n", encoding="utf-8")
    assert CliRunner().invoke(cli, ["ask", "what-is-it-instead", "--data", str(record)]).exit_code == 0


def test_a_directory_in_the_way_leaves_every_file_as_it_was(tmp_path):
    (tmp_path / "coproduction.trig").mkdir()
    (tmp_path / "coproduction.nq").write_text("old", encoding="utf-8")
    done = CliRunner().invoke(cli, ["build", "--out", str(tmp_path)])
    assert done.exit_code == 2 and "directory stands in the way" in done.stderr
    assert (tmp_path / "coproduction.nq").read_text(encoding="utf-8") == "old"
    assert {p.name for p in tmp_path.iterdir()} == {"coproduction.trig", "coproduction.nq"}
