"""What goes into a record comes out again: through YAML, JSON, CSV and RDF, and no value is lost on the way to RDF."""

import copy
import csv
import dataclasses
import io
import json
import re
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, serialize
from ruamel.yaml import YAML

from coproduction.cases import shipped_cases
from coproduction.codebook import Field, shipped_codebook
from coproduction.loaders import csv_records, json_records, rdf, rdf_records, yaml_records
from coproduction.loaders.case import Case
from coproduction.loaders.cells import guarded
from coproduction.loaders.normal import normalise
from coproduction.loaders.raw import RawRecord, Unreadable

BOOK = shipped_codebook()
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

# Anything that a person may type: all of Unicode but control characters and halves of surrogate pairs.
words = (
    st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=30).map(str.strip).filter(bool)
)
slugs = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,4})?", fullmatch=True)
offsets = st.tuples(st.integers(0, 9999), st.integers(1, 9999)).map(lambda p: [str(p[0]), str(p[0] + p[1])])
locators = st.sampled_from(["p. 4", "p12-15", "§ 3", "chapter 2, p. 7", "page 3/4", "p. 4%20", "c'est là"])
passages = st.lists(st.one_of(offsets, locators), min_size=1, max_size=3, unique_by=str)


@st.composite
def facts(draw, key: str, answer: str | None) -> dict:
    """A fact on a variable, with all that belongs to its answer, which may be given, and to its basis."""
    answer = answer or draw(st.sampled_from(BOOK.variables[key].answers))
    fact = {"value": answer, "passages": draw(passages)}
    if answer == "unknown":
        return fact | {"why_unknown": draw(st.sampled_from(sorted(BOOK.reasons)))}
    basis = draw(st.sampled_from(sorted(BOOK.bases)))
    return fact | {"basis": basis} | ({} if basis == "stated" else {"reason": draw(words)})


def entries(key: str, **texts):
    """Entries of a list of mappings: each with words, and with names as the lists of its fields have them."""
    named = {}
    for name, field in BOOK.fields[key].fields.items():
        one = st.sampled_from(sorted(field.choices)) if field.choices else st.nothing()
        if field.choices:
            named[name] = st.lists(one, min_size=1, max_size=2, unique=True) if field.many else one
    return st.lists(st.fixed_dictionaries(texts, optional=named | {"passages": passages}), min_size=1, max_size=12)


@st.composite
def records(draw) -> dict:
    """A record that contradicts itself nowhere: what others of its answers settle is listed as they settle it, or not."""
    record = {"id": draw(slugs), "title": draw(words), "source": draw(slugs)}
    for key in draw(st.sets(st.sampled_from(["summary", "place", "service", "provider", "note"]))):
        record[key] = draw(words)
    for key in draw(st.sets(st.sampled_from(["case_kind", "reality", "source_label", "provider_type"]))):
        record[key] = draw(st.sampled_from(sorted(BOOK.fields[key].choices)))
    for key in draw(st.sets(st.sampled_from(["stages", "sector", "motivators", "claimed_under"]))):
        record[key] = draw(
            st.lists(st.sampled_from(sorted(BOOK.fields[key].choices)), min_size=1, max_size=3, unique=True)
        )
    if draw(st.booleans()):
        record["contributions"] = draw(entries("contributions", who=words, gives=words))
    if draw(st.booleans()):
        record["values"] = draw(entries("values", what=words))
    settled = normalise(RawRecord("f", record), BOOK)[0].facts
    free = set(BOOK.variables) - {d.then_variable for d in BOOK.derivations}
    listed = draw(st.sets(st.sampled_from(sorted(free | set(settled))), max_size=6))
    if listed:
        record["facts"] = {
            key: draw(facts(key, settled[key].value if key in settled else None)) for key in sorted(listed)
        }
    return record


def normal(raws: list[RawRecord]) -> Case:
    (raw,) = raws
    case, findings = normalise(raw, BOOK)
    assert [f.message for f in findings] == []
    return case


def told(case: Case) -> dict:
    """The facts of a case without their order and their places."""
    return {
        key: (f.value, f.basis, frozenset(map(str, f.passages)), f.reason, f.why_unknown, bool(f.derived_from))
        for key, f in case.facts.items()
    }


def whole(case: Case) -> dict:
    """A case's record without the order of what has none: lists of names, and passages."""

    def unordered(value):
        if isinstance(value, dict):
            return {k: unordered(v) for k, v in value.items()}
        if isinstance(value, list) and value and isinstance(value[0], dict) and not {"concept", "text"} & set(value[0]):
            return [unordered(v) for v in value]
        return sorted(map(str, value)) if isinstance(value, list) else value

    return unordered({k: v for k, v in case.record.items() if k != "facts"})


def as_yaml(record: dict) -> str:
    out = io.StringIO()
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.dump(record, out)
    return out.getvalue()


def as_csv(record: dict, delimiter: str) -> str:
    """A record as a row: facts and entries of lists in columns of their own, lists with `;` between their items."""

    def cell(value) -> str:
        items = value if isinstance(value, list) else [value]
        return guarded(";".join("-".join(i) if isinstance(i, list) else i for i in items))

    row = {key: cell(value) for key, value in record.items() if key not in ("facts", "contributions", "values")}
    parts = {"value": "", "basis": ".basis", "passages": ".passage", "reason": ".reason", "why_unknown": ".why"}
    for key, fact in record.get("facts", {}).items():
        row |= {key + parts[part]: cell(value) for part, value in fact.items()}
    for key in ("contributions", "values"):
        for n, entry in enumerate(record.get(key, []), 1):
            row |= {f"{key.removesuffix('s')}.{n}.{part}": cell(value) for part, value in entry.items()}
    out = io.StringIO()
    writer = csv.DictWriter(out, list(row), delimiter=delimiter)
    writer.writeheader()
    writer.writerow(row)
    return out.getvalue()


def as_turtle(case: Case) -> str:
    return serialize(rdf.triples([case], BOOK), format=RdfFormat.TURTLE).decode()


@FEW
@given(records())
def test_a_record_is_the_same_in_yaml_json_and_csv(record):
    case = normal([RawRecord("f", record)])
    for read, text in (
        (yaml_records.read, as_yaml(record)),
        (json_records.read, json.dumps(record)),
        (json_records.read, json.dumps([record], ensure_ascii=False, indent=2)),
        (csv_records.read, as_csv(record, ",")),
        (csv_records.read, as_csv(record, ";")),
        (csv_records.read, as_csv(record, "\t")),
    ):
        again = normal(read("f", text))
        assert told(again) == told(case) and whole(again) == whole(case)


@FEW
@given(records())
def test_a_record_is_the_same_after_rdf(record):
    case = normal([RawRecord("f", record)])
    again = normal(rdf_records.read("f", as_turtle(case), "ttl"))
    assert told(again) == told(case) and whole(again) == whole(case)
    assert (again.iri, again.source, again.coder) == (case.iri, case.source, case.coder)


@FEW
@given(records(), slugs.filter("settled".__ne__))
def test_a_coders_facts_are_the_same_after_rdf(record, coder):
    case = normal([RawRecord("f", record | {"coder": coder, "complete": "yes"})])
    again = normal(rdf_records.read("f", as_turtle(case), "ttl"))
    assert (again.iri, again.coder, again.complete) == (case.iri, coder, True)
    assert {k: fact[:3] for k, fact in told(again).items()} == {k: fact[:3] for k, fact in told(case).items()}
    # What was derived stands as listed, its derivation as the reason, for a coding has no contributions.
    assert all(f.reason == (case.facts[k].derived_from or case.facts[k].reason) for k, f in again.facts.items())


@FEW
@given(records(), st.integers(0, 5))
def test_the_order_of_keys_changes_nothing(record, turn):
    keys = [*record][turn:] + [*record][:turn]
    assert told(normal([RawRecord("f", {k: record[k] for k in keys})])) == told(normal([RawRecord("f", record)]))


@pytest.mark.parametrize("suffix", ["ttl", "nt", "trig", "rdf", "jsonld", "nq"])
def test_shipped_cases_come_back_from_every_format_of_rdf(suffix):
    cases = shipped_cases()[::10]
    form = RdfFormat.from_extension(suffix)
    text = serialize((t for c in cases for t in rdf.triples([c], BOOK)), format=form).decode()
    again = {c.iri: c for raw in rdf_records.read("f", text, suffix) if (c := normal([raw]))}
    assert {iri: told(c) for iri, c in again.items()} == {c.iri: told(c) for c in cases}
    assert {iri: whole(c) for iri, c in again.items()} == {c.iri: whole(c) for c in cases}


# No value is lost on the way to RDF.


def said(case: Case, book) -> dict[str, set[str]]:
    """What each node of a case's RDF says, in words: its literals, and the IRIs that it leads to."""
    found: dict[str, set[str]] = {}
    for quad in rdf.triples([case], book):
        found.setdefault(quad.subject.value, set()).add(quad.object.value)
    return found


def is_said(value, words_: set[str]) -> bool:
    """Whether a scalar of a record is among what a node says: as a literal, or as the end of an IRI."""
    if isinstance(value, tuple):
        return any(word.endswith(f"#p{value[0]}-{value[1]}") for word in words_)
    # Names of the ontology are written in camel case; two answers have names of their own.
    head, *rest = value.split("-")
    named = {"n/a": "notApplicable", "decides": "decidesItself"}.get(
        value, head + "".join(part.title() for part in rest)
    )
    iris = [unquote(word) for word in words_ if "://" in word]
    ends = (f"/{value}", f"#{named}", f"#at-{value}")
    return value in words_ or any(iri.endswith(ends) for iri in iris)


def scalars(key: str, value):
    """Every scalar of a value with the keys that lead to it."""
    if isinstance(value, dict):
        for inner, part in value.items():
            yield from scalars(f"{key}/{inner}", part)
    elif isinstance(value, list):
        for part in value:
            yield from scalars(key, part)
    else:
        yield key, value


def lost(case: Case, book=BOOK) -> list[tuple[str, object]]:
    """The scalars of a case that its RDF does not say at the node where they belong."""
    nodes = said(case, book)
    own = {
        word for node, words_ in nodes.items() if not re.search(r"#(fact|contribution|value)-", node) for word in words_
    }
    rows = []
    for key, value in case.record.items():
        if key in ("contributions", "values"):
            for n, entry in enumerate(value, 1):
                at = nodes[f"{case.iri}#{key.removesuffix('s')}-{n}"]
                rows += [(k, v, at) for k, v in scalars(key, entry)]
        elif key != "facts":
            rows += [(k, v, own) for k, v in scalars(key, value)]
    for key, fact in case.facts.items():
        parts = {k: v for k, v in vars(fact).items() if v is not None and k not in ("pointer", "origin")}
        if fact.value == "unknown":
            del parts["basis"]
        at = nodes[f"{case.iri}#fact-{key.replace('_', '-')}"]
        rows += [(k, v, at) for k, v in scalars(key, parts)]
        rows.append((key, key, at))
    return [(key, value) for key, value, words_ in rows if not is_said(value, words_)]


def test_no_value_of_a_shipped_case_is_missing_from_its_rdf():
    assert [(case.iri, row) for case in shipped_cases() for row in lost(case)] == []


@FEW
@given(records())
def test_no_value_of_any_record_is_missing_from_its_rdf(record):
    assert lost(normal([RawRecord("f", record)])) == []


def planted() -> Case:
    """A case that has a value in every sort of place."""
    entry = {"who": "Anne", "role": "volunteer", "gives": "time", "passages": [["1", "2"]]}
    fact = {"value": "yes", "basis": "inferred", "reason": "they meet", "passages": [["3", "4"], "p. 5"]}
    data = {
        "id": "x",
        "title": "X",
        "source": "own",
        "service": "gardens",
        "stages": [{"text": "later"}],
        "joint": fact,
    }
    return normal([RawRecord("f", data | {"contributions": [entry]})])


@pytest.mark.parametrize(
    ("path", "missing"),
    [
        (["service"], [("service", "gardens")]),
        (["title"], [("title", "X")]),
        (["contributions", "@context", "gives"], [("contributions/gives", "time")]),
        (["mentions", "@context", "text"], [("stages/text", "later")]),
        (["facts", "@context", "basis"], [("joint/basis", "inferred")]),
    ],
)
def test_a_term_that_the_context_does_not_know_is_seen(path, missing):
    assert lost(planted()) == []
    context = copy.deepcopy(dict(BOOK.context))
    holder = context
    for key in path[:-1]:
        holder = holder[key]
    del holder[path[-1]]
    assert [row for row in lost(planted(), dataclasses.replace(BOOK, context=context)) if row in missing] == missing


def test_a_key_that_the_context_does_not_know_is_seen():
    field = Field("colour", "https://w3id.org/coproduction/ontology#colour", "text", False, {}, {})
    book = dataclasses.replace(BOOK, fields={**BOOK.fields, "colour": field})
    case = planted()
    case.record["colour"] = "red"
    assert lost(case, book) == [("colour", "red")]


# What a reader hands on may be anything.

anything = st.recursive(
    st.one_of(
        st.sampled_from(["yes", "no", "unknown", "", "1", "10-20", "a;b", "volunteer", "public", "inferred"]), words
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["value", "basis", "passages", "reason", "why_unknown", "concept", "text", "role", "gives", "kind"]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=8,
)
keys = st.sampled_from(
    sorted({*BOOK.fields, "joint", "citizen_input", "activity", "facts"} - {"id", "title", "source"})
)


@FEW
@given(st.dictionaries(keys, anything, max_size=6))
def test_whatever_a_record_holds_it_is_read_or_found_fault_with_and_what_is_read_has_its_rdf(data):
    case, findings = normalise(RawRecord("f", {"id": "x", "title": "X", "source": "own"} | data), BOOK)
    assert all(f.code and f.message for f in findings)
    if case and case.coder == "settled":
        assert lost(case) == []


@FEW
@given(st.text(max_size=60), st.sampled_from([yaml_records.read, json_records.read, csv_records.read]))
def test_whatever_a_text_holds_it_is_read_or_refused(text, read):
    try:
        assert all(isinstance(raw.data, dict) for raw in read("f", text))
    except Unreadable as error:
        assert error.finding.message
