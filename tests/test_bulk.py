"""Validation of many records: the same findings as all at once, in the same order, in memory that does not grow."""

import csv
import gc
import json
import os
import pty
import subprocess
import sys
import weakref
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from coproduction import bulk, memory, reports, validation
from coproduction.__main__ import cli
from coproduction.cases import read, shipped_cases
from coproduction.codebook import shipped_codebook
from coproduction.commands.bar import Bar
from coproduction.loaders.raw import Finding, Place, RawRecord, nearest
from coproduction.rules import told
from coproduction.verdicts import load_rules
from coproduction.vocabulary import shipped

BOOK = shipped_codebook()
FILM = "bovaird-loeffler-2015/film-tv-collaboration"
# Cases that are known beside those of the files.
KNOWN = [case for case in shipped_cases() if f"{case.source}/{case.id}" == FILM]


@cache
def look(lang: str = "en"):
    return validation.checker(load_rules(shipped()), shipped(), lang, advice=True)


def streamed(names: list[str], lang: str = "en") -> list[Finding]:
    return list(bulk.findings(names, None, BOOK, look(lang), memory.Memory(KNOWN, BOOK), lang))


def gathered(names: list[str], lang: str = "en") -> list[Finding]:
    """All findings, looked for on all records at once: those of reading, of each case, of what lies between them."""
    cases, found = read(names, BOOK)
    found = [told(f, lang) for f in found]
    found += validation.findings(cases, load_rules(shipped()), shipped(), KNOWN, lang, advice=True)
    # Every record stands on a line of its own here.
    wrong = {(f.file, f.line) for f in found if f.severity == "error"}
    found = [f for f in validation.once(found) if f.severity != "info" or (f.file, f.line) not in wrong]
    return sorted(found, key=lambda f: (names.index(f.file), *f.order()))


# The same as all at once

IDS = ["a", "b", "c", "d"]
LINK = st.sampled_from([*IDS, "own/a", "other/a", "own/bb", FILM, FILM + "s", "https://example.org/x", "a/"])
RECORD = st.fixed_dictionaries(
    {"id": st.sampled_from([*IDS, "A b", ""]), "title": st.sampled_from(["The garden", "the  garden!", "Plot", ""]),
     "source": st.sampled_from(["own", "other", "10.1000/x", "doi:10.1000/x"])},
    optional={
        "coder": st.sampled_from(["anne", "settled"]), "place": st.sampled_from(["Leeds", "leeds"]),
        "country": st.sampled_from(["GB", "FR", "GB; FR", "Nowhere"]), "source_label": st.sampled_from(["yes", "no"]),
        "claimed_under": st.sampled_from(["mcmullin-2019", "bovaird-loeffler-2015-matched-input"]),
        "start": st.sampled_from(["2004", "1998-13"]), "end": st.just("1998"), "citizen_inputs": st.just("yes"),
        **dict.fromkeys(("part_of", "instance_of", "same_kind", "same_as"), LINK),
        **{key: st.sampled_from(["yes", "no", "varies", "maybe"]) for key in ("joint", "public_input", "citizen_input",
                                                                              "professional_input", "public_service")},
    },
)  # fmt: skip
FILES = st.lists(
    st.tuples(st.sampled_from(["csv", "jsonl", "yaml", "tsv"]), st.lists(RECORD, min_size=1, max_size=6)),
    min_size=1, max_size=3,
)  # fmt: skip


def written(found: list[tuple[str, list[dict]]], folder: Path) -> list[str]:
    """Write files of records, each on a line of its own."""
    names = []
    for n, (suffix, records) in enumerate(found):
        name = folder / f"f{n}.{suffix}"
        names.append(str(name))
        with name.open("w", encoding="utf-8", newline="") as out:
            if suffix in ("csv", "tsv"):
                columns = list(dict.fromkeys(key for record in records for key in record))
                table = csv.DictWriter(out, columns, delimiter="," if suffix == "csv" else "\t")
                table.writeheader()
                table.writerows(records)
            else:
                out.writelines(("- " if suffix == "yaml" else "") + json.dumps(record) + "\n" for record in records)
    return names


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(found=FILES, lang=st.sampled_from(["en", "fr"]))
@example([("csv", [{"id": "a", "title": "A", "source": "own", "part_of": "b"},
                   {"id": "b", "title": "B", "source": "own", "joint": "maybe"}]),
          ("jsonl", [{"id": "b", "title": "B", "source": "own", "part_of": "a"}])], "en")  # fmt: skip
@example([("csv", [{"id": "a", "title": "A", "source": "own", "same_as": "b", "joint": "yes"}]),
          ("yaml", [{"id": "b", "title": "B", "source": "own", "joint": "no"}])], "fr")  # fmt: skip
def test_one_by_one_finds_the_same_as_all_at_once(tmp_path, found, lang):
    names = written(found, tmp_path)
    assert streamed(names, lang) == gathered(names, lang)


def test_what_hangs_on_a_later_record_and_a_later_file_is_found_in_its_place(tmp_path):
    records = [{"id": "a", "title": "A", "source": "own", "same_as": "z", "joint": "yes"},
               {"id": "b", "title": "B", "source": "own", "part_of": "c"},
               {"id": "c", "title": "C", "source": "own", "part_of": "b", "start": "2001-13"}]  # fmt: skip
    other = [{"id": "z", "title": "Z", "source": "own", "joint": "no"}, records[0]]
    names = written([("csv", records), ("csv", other)], tmp_path)
    found = [(Path(f.file).name, f.line, f.code) for f in streamed(names) if f.severity != "info"]
    assert found == [
        ("f0.csv", 2, "linked-contradiction"), ("f0.csv", 3, "circular-link"), ("f0.csv", 4, "circular-link"),
        ("f0.csv", 4, "out-of-range"), ("f1.csv", 3, "duplicate-record"),
    ]  # fmt: skip


def test_a_long_chain_of_wholes_ends(tmp_path):
    chain = [{"id": f"r{n}", "title": f"T {n}", "source": "own", "part_of": f"r{(n + 1) % 400}"} for n in range(400)]
    assert {f.code for f in streamed(written([("csv", chain)], tmp_path))} == {"undetermined"}
    short = [row | {"part_of": f"r{(n + 1) % 100}"} for n, row in enumerate(chain[:100])]
    found = [f.code for f in streamed(written([("csv", short)], tmp_path)) if f.severity == "error"]
    assert found == ["circular-link"] * 100


def test_a_file_that_is_named_twice_has_its_findings_together(tmp_path):
    one, two = written([("csv", [{"id": "a", "title": "A", "source": "own", "joint": "maybe"}]),
                        ("csv", [{"id": "b", "title": "B", "source": "own", "joint": "maybe"}])], tmp_path)  # fmt: skip
    found = [(f.file, f.code) for f in streamed([one, two, one])]
    assert found == [(one, "duplicate-record"), (one, "unknown-term"), (two, "unknown-term")]


def test_rows_of_one_id_and_two_sources_each_have_their_findings(tmp_path):
    rows = [{"id": "a", "title": source, "source": source, "joint": "maybe"} for source in ("own", "other")]
    assert [(f.line, f.code) for f in streamed(written([("csv", rows)], tmp_path))] == [
        (2, "unknown-term"), (3, "unknown-term"),
    ]  # fmt: skip


def test_a_word_on_the_encoding_stands_at_its_line(tmp_path):
    (tmp_path / "x.csv").write_bytes("id,title,source,joint\na,A,own,maybe\nb,Caf\xe9,own,maybe\n".encode("cp1252"))
    found = [(f.line, f.code) for f in streamed([str(tmp_path / "x.csv")])]
    assert found == [(2, "unknown-term"), (3, "unknown-term"), (3, "guessed-encoding")]


# Nothing of what cannot be read to its end


@pytest.mark.parametrize("fmt", ["human", "json", "github", "html"])
@pytest.mark.parametrize("second", ["id,title\nb,B,far\n", ""])
def test_nothing_is_printed_where_a_later_file_or_line_cannot_be_read(tmp_path, fmt, second):
    (one,) = written([("csv", [{"id": "a", "title": "A", "source": "own", "joint": "maybe"}])], tmp_path)
    (tmp_path / "second.csv").write_text(second)
    (tmp_path / "lines.jsonl").write_text('{"id": "a", "title": "A", "source": "own", "joint": "maybe"}\n{"id"')
    for names in (
        [one, str(tmp_path / "second.csv")],
        [str(tmp_path / "lines.jsonl")],
        [one, str(tmp_path / "none.csv")],
    ):
        run = CliRunner().invoke(cli, ["validate", *names, "--format", fmt])
        assert (run.exit_code, run.stdout) == (2, "") and "unreadable" in run.stderr


# One by one


def rows(number: int):
    for n in range(number):
        more = {"joint": "maybe"} if n % 7 == 0 else {"part_of": [f"r{n + 1}"]} if n % 11 == 10 else {}
        data = {"id": f"r{n}", "title": f"Title {n}", "source": "own"} | more
        yield RawRecord("f.csv", data, {"": Place(n + 2)})


def test_few_cases_and_findings_are_alive_at_a_time():
    cases, most = [], 0
    store = memory.Memory(KNOWN, BOOK)

    def seen(case, _) -> None:
        nonlocal most
        cases.append(weakref.ref(case))
        if len(cases) % 50 == 0:
            most = max(most, sum(ref() is not None for ref in cases))

    gc.collect()
    before = sum(isinstance(thing, Finding) for thing in gc.get_objects())
    records = bulk.settled(bulk.check(rows(3000), BOOK, look(), store, seen=seen), store)
    count = held = 0
    for finding in bulk.in_order(records, lambda _: True):
        count += 1
        if count % 500 == 1:
            held = max(held, sum(isinstance(thing, Finding) for thing in gc.get_objects()) - before)
        assert finding.file == "f.csv"
    assert len(cases) == 3000 and count > 2500
    assert most <= 3, "a case lives no longer than the next one"
    assert held <= 20, "and so does a finding"


def test_findings_leave_before_the_last_record_comes_where_none_waits(tmp_path):
    (name,) = written([("csv", [{"id": f"r{n}", "title": f"T {n}", "source": "own"} for n in range(9)])], tmp_path)
    read_ = []
    found = bulk.findings(
        [name],
        None,
        BOOK,
        look(),
        memory.Memory((), BOOK),
        watch=lambda raws: (read_.append(raw) or raw for raw in raws),
    )
    next(found)
    assert len(read_) == 2


PEAK = """
import sys
from coproduction.__main__ import cli
try:
    cli(["validate", sys.argv[1]])
finally:
    print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")), file=sys.stderr)
"""


# What getrusage tells of a process counts what the one that started it had, which here is much.
@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="no /proc to tell a process's memory")
def test_memory_is_flat(tmp_path):
    peaks = []
    for number in (2_000, 8_000):
        found = [{"id": f"r{n}", "title": f"Title {n}", "source": "own", "joint": "maybe", "part_of": f"r{n | 7}",
                  "summary": f"{n} and {n + 1} " * 50} for n in range(number)]  # fmt: skip
        (name,) = written([("csv", found)], tmp_path)
        run = subprocess.run([sys.executable, "-c", PEAK, name], capture_output=True, text=True)
        assert run.returncode == 1 and run.stdout.count("unknown-term: r") == number, run.stderr[-500:]
        peaks.append(int(run.stderr.split()[-1]) / 1000)
    assert peaks[1] - peaks[0] < 15, peaks


# What is remembered


def test_the_name_most_like_another_is_found_among_very_many(monkeypatch):
    monkeypatch.setattr(memory, "AT_ONCE", 2)
    store = memory.Memory(shipped_cases(), BOOK)
    names = [f"own/{word}" for word in ("garden", "gardens", "park", "plot", "pool")]
    for case in read_cases(names):
        assert store.earlier(case) is None
    every = [*(f"{c.source}/{c.id}" for c in shipped_cases()), *names]
    for word in ("own/gardn", "own/gardenss", "own/pol", "alford-2013/fire-brigades", "zzz"):
        assert store.like(word) == nearest(word, every)
    store.names_left = 1
    assert store.like("own/gardn") and store.like("own/gardn") is None, "no search without end"


def read_cases(names: list[str]):
    from coproduction.cases import from_raw

    raws = [RawRecord("f", {"id": n.split("/")[1], "title": n, "source": n.split("/")[0]}) for n in names]
    return from_raw(raws, BOOK)[0]


# The bar


def test_no_bar_where_standard_error_is_no_terminal(capsys):
    with Bar() as bar:
        assert list(bar.over(range(5000))) == list(range(5000)) and bar.progress is None
    assert capsys.readouterr().err == ""


BARRED = """
import sys, time
from coproduction.commands.bar import Bar
with Bar() as bar:
    for n in bar.over(range(int(sys.argv[1]))):
        if n > 1999 and n % 200 == 0:
            time.sleep(.12)
"""


@pytest.mark.parametrize(("number", "shown"), [(1500, False), (3001, True)])
def test_a_bar_with_count_and_rate_on_a_terminal(number, shown):
    ours, theirs = pty.openpty()
    run = subprocess.Popen([sys.executable, "-c", BARRED, str(number)], stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    told_ = b""
    try:
        while chunk := os.read(ours, 10_000):
            told_ += chunk
    except OSError:
        # The terminal is closed at its other end.
        pass
    assert run.wait() == 0 and run.stdout.read() == b""
    assert (b"validating" in told_ and b" records, " in told_ and b" a second" in told_) is shown
    if not shown:
        assert told_ == b""


# Reports, piece by piece


@pytest.mark.parametrize("fmt", reports.STREAMED)
def test_a_report_in_pieces_is_the_report(fmt):
    found = [Finding("unknown-term", f'says "{n}"\n', "error", "f", n) for n in range(3)]
    for some in ([], found[:1], found):
        assert "".join(reports.pieces(fmt, iter(some))) == reports.write(fmt, some, [])
    pieces = list(reports.pieces(fmt, found))
    assert len(pieces) >= 3 and "0" in pieces[0] and "2" not in pieces[1]
    if fmt == "json":
        rows_ = [{key: getattr(f, key) for key in json.loads(reports.write("json", found, []))[0]} for f in found]
        assert reports.write("json", found, []) == json.dumps(rows_, indent=1, ensure_ascii=False)
        assert reports.write("json", [], []) == "[]"
