"""Any valid record, carried through any sequence of formats, says the same in the end. What once broke stays as examples."""

import functools
import io
import json

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from without_order import turned

from coproduction import names
from coproduction.cases import from_raw
from coproduction.codebook import shipped_codebook
from coproduction.commands.convert import _as_rdf
from coproduction.consistency import LINKS
from coproduction.loaders import csv_records, json_records, rdf, rdf_records, xlsx_records, yaml_records
from coproduction.loaders.normal import normalise
from coproduction.loaders.raw import RawRecord
from coproduction.records import as_json, as_yaml, plain
from coproduction.rows import NoRow
from coproduction.templates import xlsx
from coproduction.templates.form import Form
from coproduction.templates.text import records_csv
from coproduction.vocabulary import shipped

BOOK = shipped_codebook()
FORMATS = ("xlsx", "csv", "yaml", "json", "ttl")
QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@functools.cache
def form() -> Form:
    return Form(shipped(), BOOK, "en")


@pytest.fixture(autouse=True, scope="module")
def no_codebook():
    """Leave out the sheet that readers pass over, which takes half of a workbook's time; the form's tests have it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xlsx, "_codebook", lambda sheet, form: None)
        yield


WRITE = {
    "xlsx": lambda records: xlsx.write(form(), records),
    "csv": lambda records: records_csv(records, BOOK),
    "yaml": as_yaml,
    "json": as_json,
    "ttl": lambda records: _as_rdf(cases_of(json_records.read("f", as_json(records))), BOOK, shipped(), "ttl").decode(),
}
READ = {
    "xlsx": lambda data: xlsx_records.read("f", io.BytesIO(data)),
    "csv": lambda text: csv_records.read("f", text),
    "yaml": lambda text: yaml_records.read("f", text),
    "json": lambda text: json_records.read("f", text),
    "ttl": lambda text: rdf_records.read("f", text, "ttl"),
}


def cases_of(raws) -> list:
    found, findings = from_raw(raws, BOOK)
    assert [f.message for f in findings] == []
    return found


def through(suffix: str, records: list[dict]) -> list[dict]:
    """The records after they have been written in a format and read again."""
    return [plain(case, BOOK) for case in cases_of(READ[suffix](WRITE[suffix](records)))]


def same(record: dict):
    """A record without the order of what has none in RDF, and its links by the cases that they lead to.

    The order of contributions and values counts. A case of a record's own source may be named with the source or without.
    """
    (case,) = cases_of(json_records.read("f", json.dumps(record)))
    leads = {key: [rdf.case_reference(word, case) for word in record[key]] for key in LINKS if key in record}
    record = record | leads

    return turned(record)


# Any record, by the codebook: every key, each with anything that its kind takes.

LETTERS = st.characters(exclude_categories=["C", "Zl", "Zp"], include_characters="\n\t")
texts = st.one_of(
    st.text(LETTERS, min_size=1, max_size=20).map(str.strip).filter(bool),
    st.sampled_from([
        "=1+1", "'=x", "'", "@a", "-", "+1", "yes", "NO", "012", "1e5", "1.50", "TRUE", "a; b", 'say "x"', "a, b", "# a",
        "2001-02-03", "null", "~", "[a]", "{a}", "a: b", "*a", "&a", "two\nlines", "_x000D_", "_x0041_", "#N/A", "example",
        "3-4", "10-20", "p. 4", "é", "e\u0301", "\u00a0a\u00a0b", "https://example.org/a?b=c;d", "١٢", "\U0001f600", "a\\b",
    ]),
)  # fmt: skip
slugs = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,4})?", fullmatch=True).filter(lambda s: s != "example")
items = texts.filter(lambda t: ";" not in t)
pairs = st.tuples(st.integers(0, 9999), st.integers(1, 9999)).map(lambda p: [str(p[0]), str(p[0] + p[1])])
locators = st.sampled_from(["p. 4", "p12-15", "§ 3", "chapter 2, p. 7", "page 3/4", "p. 4%20", "c'est là", "4", "=4"])
passages = st.lists(st.one_of(pairs, locators), min_size=1, max_size=3, unique_by=str)
FORMED = {
    "lang": st.sampled_from(["en", "fr", "pt-BR"]), "coded_on": st.dates().map(str), "coder": st.just("settled"),
    "complete": st.sampled_from(["yes", "no"]), "ongoing": st.sampled_from(["yes", "no"]),
    "source": st.one_of(slugs, st.sampled_from(["10.1000/xyz(1)", "https://example.org/a?b=c", "doi:10.1/x", "A_b.c", "https://doi.org/10.2/Y"])),
}  # fmt: skip


def value(field):
    """What a key may hold, by its kind."""
    if field.key in FORMED:
        return FORMED[field.key]
    if field.choices and field.kind != "concept":
        one = st.sampled_from(sorted(field.choices))
        return st.lists(one, min_size=1, max_size=3, unique=True) if field.many else one
    if field.kind == "url":
        return st.sampled_from(["https://example.org/", "http://example.org/a?b=c#d"])
    if field.kind == "passages":
        return passages
    if field.kind == "case":
        links = st.one_of(slugs, st.sampled_from(["own/x", "10.1/a/b-c", "https://example.org/case/x"]))
        return st.lists(links, min_size=1, max_size=2, unique=True) if field.many else links
    if field.many:
        return st.lists(items, min_size=1, max_size=3, unique=True)
    return texts


def mentions(field):
    """Entries of a list of concepts: with a name, a text, or both, and passages."""
    parts = {"text": texts, "passages": passages}
    with_text = st.fixed_dictionaries({"text": texts}, optional={"passages": passages})
    if not field.choices:
        return st.lists(with_text, min_size=1, max_size=3, unique_by=str)
    named = st.fixed_dictionaries({"concept": st.sampled_from(sorted(field.choices))}, optional=parts)
    return st.lists(st.one_of(named, with_text), min_size=1, max_size=3, unique_by=str)


def entries(field):
    """Entries of a list of mappings."""
    parts = {}
    for key, inner in field.fields.items():
        one = st.sampled_from(sorted(inner.choices)) if inner.choices else None
        parts[key] = (
            value(inner) if one is None else st.lists(one, min_size=1, max_size=2, unique=True) if inner.many else one
        )
    return st.lists(st.fixed_dictionaries({}, optional=parts).filter(bool), min_size=1, max_size=11)


def value_of(field):
    if field.kind == "nested":
        return entries(field)
    return mentions(field) if field.kind == "concept" else value(field)


KEYS = {key: value_of(field) for key, field in BOOK.fields.items() if key not in ("facts", "id", "title")}


@st.composite
def facts(draw, key: str, answer: str | None) -> dict:
    answer = answer or draw(st.sampled_from(BOOK.variables[key].answers))
    fact = {"value": answer} | draw(st.fixed_dictionaries({}, optional={"passages": passages, "reason": texts}))
    if answer == "unknown":
        return fact | {"why_unknown": draw(st.sampled_from(sorted(BOOK.reasons)))}
    basis = draw(st.sampled_from(sorted(BOOK.bases)))
    return fact | {"basis": basis} | ({} if basis == "stated" else {"reason": draw(texts)})


@st.composite
def records(draw) -> dict:
    """A record without a contradiction, in normal form."""
    keys = draw(st.sets(st.sampled_from(sorted(KEYS)), max_size=8)) | {"source"}
    record = {"id": draw(slugs), "title": draw(texts)} | {key: draw(KEYS[key]) for key in sorted(keys)}
    case, _ = normalise(RawRecord("f", record), BOOK)
    assume(case is not None)
    free = set(BOOK.variables) - {d.then_variable for d in BOOK.derivations}
    listed = draw(st.sets(st.sampled_from(sorted(free | set(case.facts))), max_size=6))
    if listed:
        record["facts"] = {k: draw(facts(k, case.facts[k].value if k in case.facts else None)) for k in sorted(listed)}
    case, findings = normalise(RawRecord("f", record), BOOK)
    # Roles may contradict one another by the codebook's table; all else here is right by its making.
    assert {f.code for f in findings} <= {"contradiction"}, findings
    assume(not findings)
    return plain(case, BOOK)


@st.composite
def files(draw) -> list[dict]:
    """A file's records; some have one id."""
    found = draw(st.lists(records(), min_size=1, max_size=2))
    if len(found) > 1 and draw(st.booleans()):
        found[1]["id"] = found[0]["id"]
    keys = {(names.source_iri(r["source"]), names.case_iri(r["source"], r["id"])) for r in found}
    return found if len(keys) == len(found) else found[:1]


def carried(found: list[dict], way) -> None:
    before = sorted(map(same, found), key=str)
    for suffix in way:
        found = through(suffix, found)
        assert sorted(map(same, found), key=str) == before, suffix


def small(**more) -> dict:
    return {"id": "x", "title": "X", "source": "own"} | more


WHO = [{"who": "Anne", "role": "volunteer"}]
# What broke once: a text that looks like the code of a character in a workbook; three spellings of a DOI; entries of
# records that have one id, by two coders or of two sources.
BROKE = {
    "code": [small(title="_x0041_", note="_x000D_", contributions=[{"who": "_x0009_"}])],
    "doi": [
        small(id="a", source="doi:10.1/x"),
        small(id="b", source="https://doi.org/10.2/x"),
        small(id="c", source="10.3/x"),
    ],
    "sources": [
        small(contributions=WHO),
        small(source="10.1/a", contributions=WHO),
        small(source="10.1/b", values=[{"what": "x"}]),
    ],
    "coders": [
        small(contributions=WHO),
        small(coder="anne", contributions=WHO * 2),
        small(coder="bob", values=[{"what": "x"}]),
    ],
}


@settings(max_examples=3, deadline=None, suppress_health_check=QUIET, derandomize=True)
@given(records(), st.permutations(FORMATS))
def test_a_record_is_the_same_after_any_sequence_of_formats(record, way):
    carried([record], way)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=QUIET)
@given(files(), st.lists(st.sampled_from(FORMATS), min_size=1, max_size=6))
def test_very_many_records_are_the_same_after_sequences_of_any_length(found, way):
    carried(found, way)
    carried(found, FORMATS)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("name", BROKE)
def test_what_broke_once_is_the_same(name, suffix):
    # Of another coder's record RDF has the facts and codes alone, and says so.
    if (name, suffix) != ("coders", "ttl"):
        found = [plain(case, BOOK) for case in cases_of(json_records.read("f", json.dumps(BROKE[name])))]
        carried(found, [suffix])


def test_the_three_spellings_of_a_doi_are_one_source():
    sources = {case.source for case in cases_of(json_records.read("f", json.dumps(BROKE["doi"])))}
    assert sources == {"10.1/x", "10.2/x", "10.3/x"}


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_record_that_tables_would_pass_over_is_not_written_into_one(suffix):
    with pytest.raises(NoRow, match="passed over as an example") as error:
        WRITE[suffix]([small(id="example")])
    assert error.value.key == "id"


def test_every_key_and_kind_of_a_record_is_drawn():
    """What the records are made of is the codebook's, so that a key that is added is carried too."""
    assert set(KEYS) == set(BOOK.fields) - {"facts", "id", "title"}
