"""Agreement of readers: worked and published numbers, missing answers, and the readings that ship."""

import csv
import io
import sys

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from coproduction import cases, resources
from coproduction.__main__ import cli
from coproduction.agreement import ALL, NothingToCompare, coding, coefficients, compare
from coproduction.codebook import shipped_codebook
from coproduction.loaders.raw import RawRecord


def records(pairs):
    raws = []
    for n, (first, second) in enumerate(pairs):
        for coder, value in (("first", first), ("second", second)):
            data = {"id": f"c{n}", "source": "s", "title": "t", "coder": coder, "facts": {"does": value}}
            raws.append(RawRecord("f", data))
    found, findings = cases.from_raw(raws, shipped_codebook())
    assert not findings
    return found


def test_kappa_by_hand():
    # 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: agreed 0.7, by chance 0.5 * 0.6 + 0.5 * 0.4 = 0.5, kappa 0.4
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    row = compare(records(pairs), ["does"])[0]
    assert (row.cases, row.opposed) == (50, 15)
    assert row.agreed == pytest.approx(0.7)
    assert row.kappa == pytest.approx(0.4)


def test_no_kappa_where_both_always_say_the_same():
    row = compare(records([("yes", "yes")] * 3), ["does"])[0]
    assert (row.agreed, row.kappa) == (1.0, None)


def test_two_coders_are_wanted():
    with pytest.raises(ValueError, match="two coders"):
        compare([c for c in records([("yes", "yes")]) if c.coder == "first"], ["does"])


@pytest.mark.slow
def test_the_shipped_readings():
    book = shipped_codebook()
    found, findings = cases.read([str(p) for p in resources.reading_records()], book)
    assert not findings
    *rows, overall = compare(found, book.variables)
    assert overall.variable == ALL
    assert len({(c.source, c.id) for c in found if c.coder == "second-reading"}) == 184
    assert overall.kappa > 0.8
    assert overall.opposed == 0, "no reader says yes where the other says no"


# K. Krippendorff, Computing Krippendorff's alpha-reliability (2011), part C: four coders, twelve units, * is not coded;
# printed there: nominal alpha 0.743.
PUBLISHED = ("1 2 3 3 2 1 4 1 2 * * *", "1 2 3 3 2 2 4 1 2 5 * 3", "* 3 3 3 2 3 4 2 2 5 1 *", "1 2 3 3 2 4 4 1 2 5 1 *")
ANSWERS = {"1": "yes", "2": "no", "3": "varies", "4": {"value": "unknown", "why_unknown": "silent"}, "5": "n/a"}


def published():
    """These data as records: what is not coded, the record does not list."""
    raws = []
    for coder, row in zip("abcd", PUBLISHED, strict=True):
        for n, word in enumerate(row.split()):
            facts = {} if word == "*" else {"does": ANSWERS[word]}
            data = {"id": f"c{n}", "source": "s", "title": "t", "coder": coder, "facts": facts}
            raws.append(RawRecord("f", data))
    found, findings = cases.from_raw(raws, shipped_codebook())
    assert not findings
    return found


def test_published_data_with_missing_answers():
    found = coding(published())
    row = coefficients(found, ["does"])[0]
    assert row.alpha == pytest.approx(0.743, abs=0.0005)
    # Coders answered 9, 11, 10 and 11 units; the last unit has one answer and is no pair.
    assert (row.cases, row.answers, row.missing, row.kappa_cases) == (11, 41, 7, 8)
    # Pairs that agree: all of eight units, none of the sixth, half of the second and of the eighth.
    assert row.agreed == pytest.approx(9 / 11)
    # Over units 2 to 9: agreed 6/8; answers 4, 13, 10, 5 of 32, so by chance (16 + 169 + 100 + 25) / 1024.
    assert row.kappa == pytest.approx((768 - 310) / (1024 - 310))
    assert row.opposed == 2, "units 6 and 8"


def test_two_coders_by_hand():
    # Cohen as above. Alpha: 55 yes and 45 no; observed 15/50, expected 2 * 55 * 45 / (100 * 99) = 0.5; so 0.4.
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    row, overall = coefficients(coding(records(pairs)), ["does"])
    assert (row.agreed, row.kappa, row.alpha) == pytest.approx((0.7, 0.4, 0.4))
    assert (row.cases, row.missing, row.opposed) == (50, 0, 15)
    assert (overall.variable, overall.kappa) == (ALL, pytest.approx(0.4))


def test_a_coefficient_is_not_defined_where_all_say_the_same_or_nobody_both():
    found = coding(records([("yes", "yes")] * 3))
    same, silent = coefficients(found, ["does", "joint"])[:2]
    assert (same.agreed, same.kappa, same.alpha) == (1.0, None, None)
    assert (silent.cases, silent.answers, silent.missing, silent.agreed, silent.alpha) == (0, 0, 6, None, None)


def test_an_answer_not_found_is_one_like_the_others_or_missing_on_request():
    told = {"value": "unknown", "why_unknown": "silent"}
    found = coding(records([("yes", "yes"), ("yes", told), ("no", told), ("no", "no")]))
    row, missing = (coefficients(found, ["does"], unknown_missing=wish)[0] for wish in (False, True))
    assert (row.cases, row.agreed, row.missing) == (4, 0.5, 0)
    assert (missing.cases, missing.agreed, missing.missing) == (2, 1.0, 2)
    uncoded = coding(records([("yes", "yes"), ("yes", {"value": "unknown", "why_unknown": "not-coded"})]))
    assert coefficients(uncoded, ["does"])[0].missing == 1


def test_settled_records_count_only_where_they_are_one_of_two():
    def by(*coders):
        raws = [RawRecord("f", {"id": "c", "source": "s", "title": "t", "coder": c, "joint": "yes"}) for c in coders]
        return cases.from_raw(raws, shipped_codebook())[0]

    assert coding(by("ann", "bob", "settled")).coders == ("ann", "bob")
    assert coding(by("ann", "bob", "settled")).settled
    assert coding(by("ann", "settled")).coders == ("ann", "settled")
    with pytest.raises(NothingToCompare, match="all by ann"):
        coding(by("ann"))
    with pytest.raises(NothingToCompare, match="nobody"):
        coding([])
    apart = by("ann") + cases.from_raw(
        [RawRecord("f", {"id": "d", "source": "s", "title": "t", "coder": "bob"})], shipped_codebook())[0]  # fmt: skip
    with pytest.raises(NothingToCompare, match="ann, bob coded no case in common"):
        coding(apart)


@pytest.mark.slow
def test_the_shipped_readings_both_ways():
    """The library and our own kappa agree on every variable: the readings are complete, so nothing is missing."""
    book = shipped_codebook()
    found, _ = cases.read([str(p) for p in resources.reading_records()], book)
    ours = {row.variable: row for row in compare(found, book.variables)}
    theirs = coefficients(coding(found), book.variables)
    assert {row.variable for row in theirs} == set(ours)
    for row in theirs:
        own = ours[row.variable]
        assert (row.cases, row.agreed, row.opposed) == (own.cases, pytest.approx(own.agreed), own.opposed)
        assert row.kappa == (None if own.kappa is None else pytest.approx(own.kappa)) and row.missing == 0


def run(*args):
    result = CliRunner().invoke(cli, ["export", "agreement", *map(str, args)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def read(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


TWO = """
- {id: a, title: A, source: own, coder: ann, complete: yes, facts: {
    joint: {value: yes, passages: ["p. 1", "p. 3"]}, prompted: no,
    voluntary: {value: no, basis: inferred, reason: a duty, passages: ["p. 2"]}}}
- {id: a, title: A, source: own, coder: bob, facts: {
    joint: {value: no, passages: ["p. 4"]}, voluntary: {value: varies, passages: ["p. 5"]}, prompted: no}}
- {id: b, title: B, source: own, coder: bob, joint: yes}
"""


def test_the_list_of_disagreements_has_both_passages(tmp_path):
    file = tmp_path / "two.yaml"
    file.write_text(TWO, encoding="utf-8")
    result = run(file, "--disagreements")
    assert result.exit_code == 0 and "coded by one alone and left out: 1" in result.stderr
    keys = (
        "variable",
        "yes_against_no",
        "ann.value",
        "ann.basis",
        "ann.reason",
        "ann.passage",
        "bob.value",
        "bob.passage",
    )
    # What Bob's record does not list is missing, and no disagreement with Ann's silence.
    assert [tuple(row[k] for k in keys) for row in read(result.stdout)] == [
        ("joint", "yes", "yes", "stated", "", "p. 1; p. 3", "no", "p. 4"),
        ("voluntary", "no", "no", "inferred", "a duty", "p. 2", "varies", "p. 5"),
    ]
    row = {r["variable"]: r for r in read(run(file).stdout)}["joint"]
    # One case, two answers that differ: observed disagreement 1, expected 1, so alpha 0; Cohen's chance is 0, so kappa 0.
    assert (row["coders"], row["cases"], row["agreed"], row["kappa"], row["kappa_of"], row["alpha"]) == (
        "2", "1", "0.0", "0.0", "Cohen", "0.0")  # fmt: skip
    out = tmp_path / "out.xlsx"
    assert run(file, "-o", out, "--lang", "fr").exit_code == 0
    book = load_workbook(out)
    assert book.sheetnames == ["agreement", "disagreements", "about"]
    assert len(list(book["disagreements"].values)) == 3 and "Kappa de Cohen" in str(list(book["about"].values))


@pytest.mark.slow
def test_passages_are_printed_where_the_texts_are_given(tmp_path, monkeypatch):
    # The sources' texts are not here: a text of our own stands in for one.
    text = "".join(chr(97 + n % 26) for n in range(60_000))
    monkeypatch.setattr("coproduction.passages.texts", lambda folder, words: {"ifg-seminar": text})
    rows = [r for r in read(run("--disagreements", "--texts", tmp_path).stdout) if r["source"] == "ifg-seminar"]
    shown = 0
    for row in rows:
        for coder in ("first-reading", "second-reading"):
            offsets = [tuple(map(int, p.split("-"))) for p in row[f"{coder}.passage"].split("; ") if p]
            assert row[f"{coder}.text"] == " […] ".join(text[start:end] for start, end in offsets)
            shown += len(offsets)
    assert shown


def test_wrong_use(tmp_path, monkeypatch):
    file = tmp_path / "one.yaml"
    file.write_text("{id: a, title: A, source: own, coder: ann, joint: yes}", encoding="utf-8")
    result = run(file)
    assert (result.exit_code, result.stdout) == (1, "") and "all by ann" in result.stderr
    monkeypatch.setitem(sys.modules, "nltk.metrics.agreement", None)
    result = run(file)
    assert result.exit_code == 2 and "pip install 'coproduction[agreement]'" in result.stderr
