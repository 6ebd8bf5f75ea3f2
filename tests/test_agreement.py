"""Agreement of two readers: Cohen's worked numbers, and the readings that ship."""

import pytest

from coproduction import cases, resources
from coproduction.agreement import ALL, compare
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


def test_the_shipped_readings():
    book = shipped_codebook()
    found, findings = cases.read([str(p) for p in resources.reading_records()], book)
    assert not findings
    *rows, overall = compare(found, book.variables)
    assert overall.variable == ALL
    assert len({(c.source, c.id) for c in found if c.coder == "second-reading"}) == 184
    assert overall.kappa > 0.8
    assert overall.opposed == 0, "no reader says yes where the other says no"
