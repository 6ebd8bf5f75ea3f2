"""A base of one's own: every IRI of a user's thing begins with it, and data come back from RDF as they were."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, RdfFormat, parse, serialize
from pyshacl import validate
from rdflib import SH, Graph

from coproduction import borders, dataset, names, questions, reference, resources, validation
from coproduction.__main__ import cli
from coproduction.cases import from_raw, shipped_cases
from coproduction.codebook import shipped_codebook
from coproduction.loaders import rdf, rdf_records
from coproduction.loaders.raw import RawRecord
from coproduction.records import plain
from coproduction.verdicts import load_rules
from coproduction.vocabulary import shipped

BOOK = shipped_codebook()
BASES = [
    "https://example.org/cases/",
    "https://example.org/data#",
    "http://localhost:8000/case/",
    "https://exämple.org/",
]
# A record with a thing of every kind that has an IRI, in a source of the user's, linked to cases that ship.
RECORD = {
    "id": "garden", "title": "A garden", "source": "my-notes", "case_kind": "programme", "reality": "actual",
    "sector": ["commercial"], "passages": [["1", "20"], "p. 4"], "country": ["GB"],
    "part_of": ["alford-2013/fire-brigade", "my-notes/park"], "same_kind": ["other-notes/garden"], "public_input": "no",
    "citizen_input": {"value": "yes", "passages": ["p. 5"]}, "claimed_under": ["bovaird-loeffler-2015-matched-input"],
    "contributions": [{"who": "Anne", "role": "volunteer", "gives": "time", "passages": [["3", "9"]]}],
    "values": [{"kind": "public", "what": "green"}], "stages": [{"concept": "delivery", "text": "digging"}],
}  # fmt: skip


def case_of(data: dict, base: str | None, **more):
    (case,), findings = from_raw([RawRecord("f.yaml", data | more)], BOOK, base)
    assert findings == []
    return case


def back(case):
    """The case after a turn through N-Triples, read without a word on its base."""
    text = serialize((q.triple for q in rdf.triples([case], BOOK)), format=RdfFormat.N_TRIPLES).decode()
    (raw,) = rdf_records.read("f.nt", text, "nt", book=BOOK)
    (case,), findings = from_raw([raw], BOOK)
    assert findings == []
    return case


def unordered(value):
    if isinstance(value, dict):
        return {k: unordered(value[k]) for k in sorted(value)}
    return sorted(str(unordered(v)) for v in value) if isinstance(value, list) else value


def run(*args, stdin=None):
    return CliRunner().invoke(cli, [str(a) for a in args], input=stdin)


# What a base is


@pytest.mark.parametrize("text", [*BASES, "https://example.org#", "https://example.org/a/b/c#", "http://[::1]/"])
def test_a_base_is_taken(text):
    assert names.is_base(text)


@pytest.mark.parametrize(
    ("text", "like"),
    [("https://example.org", "https://example.org/"), ("https://example.org/cases", "https://example.org/cases/"),
     ("example.org/", "https://example.org/cases/"), ("ftp://example.org/", "https://example.org/cases/"),
     ("https:///", "https://example.org/cases/"), ("https://example.org/a b/", "https://example.org/cases/"),
     ("https://example.org/?a=/", "https://example.org/cases/"), ("https://example.org/a#b/", "https://example.org/cases/"),
     ("https://example.org/../", "https://example.org/cases/"), ("", "https://example.org/cases/"),
     ("https://example.org/%zz/", "https://example.org/cases/"),
     ("https://w3id.org/coproduction/mine/", "https://example.org/cases/")],
)  # fmt: skip
def test_what_is_no_base_leaves_with_two_and_says_what_would_be_right(text, like, tmp_path):
    result = run("convert", "-", "-o", tmp_path / "out.ttl", "--base", text, stdin="id: x\ntitle: X\nsource: own\n")
    assert result.exit_code == 2 and not (tmp_path / "out.ttl").exists()
    assert "Invalid value for '--base'" in result.stderr and like in result.stderr.replace("\n", " ")


# IRIs


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("source", ["my-notes", "alford-2013", "doi:10.1000/x", "https://example.com/report"])
@pytest.mark.parametrize("coder", ["settled", "anne"])
def test_no_iri_of_a_users_thing_is_under_the_projects_address(base, source, coder):
    """Subjects are the things that data tell of; below our address stand only things that ship."""
    case = case_of(RECORD, base, source=source, coder=coder)
    quads = [*rdf.triples([case], BOOK, dataset.source_graph(source, base)),
             *dataset.verdict_quads([case], load_rules(shipped()), names.BASE + "graph/verdicts"),
             *dataset.passage_quads({(source, 1, 20)} if source != "alford-2013" else set(), base)]  # fmt: skip
    about = {q.subject.value for q in quads} | {q.graph_name.value for q in quads} - {names.BASE + "graph/verdicts"}
    assert len(about) > 5 and not [iri for iri in about if iri.startswith(names.BASE)]
    known = {q.subject.value for q in shipped().store if isinstance(q.subject, NamedNode)} | {
        c.iri for c in shipped_cases()
    }
    known |= {names.BASE + "source/alford-2013#p1-20", names.BASE + "source/alford-2013#p3-9"}
    others = {t.value for q in quads for t in (q.predicate, q.object) if isinstance(t, NamedNode)}
    assert {iri for iri in others if iri.startswith(names.BASE)} <= known
    assert all(iri.count("#") <= 1 for iri in about | others)


def test_a_source_that_ships_stays_ours_and_its_cases_are_linked_to():
    case = case_of(RECORD, BASES[0], source="alford-2013")
    triples = {(q.predicate.value, q.object.value) for q in rdf.triples([case], BOOK)}
    ours = "https://w3id.org/coproduction/"
    assert (names.COP + "source", ours + "source/alford-2013") in triples
    assert (names.COP + "passage", ours + "source/alford-2013#p1-20") in triples
    # A place that the user found by words has a name of theirs.
    assert (names.COP + "passage", BASES[0] + "source/alford-2013#at-p.%204") in triples
    assert (names.COP + "partOf", ours + "case/alford-2013/fire-brigade") in triples
    assert (names.COP + "partOf", BASES[0] + "case/my-notes/park") in triples
    assert case.iri == BASES[0] + "case/alford-2013/garden"


def test_links_to_shipped_cases_resolve_and_others_are_told():
    case = case_of(RECORD, BASES[0])
    found = validation.findings([case], load_rules(shipped()), shipped(), shipped_cases())
    assert [f.value for f in found if f.code == "unknown-case"] == ["my-notes/park", "other-notes/garden"]
    park = case_of({"id": "park", "title": "A park", "source": "my-notes"}, BASES[0])
    found = validation.findings([case, park], load_rules(shipped()), shipped(), shipped_cases())
    assert [f.value for f in found if f.code == "unknown-case"] == ["other-notes/garden"]


# Round trips


slugs = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,4})?", fullmatch=True)
hosts = st.from_regex(r"https?://[a-zé0-9-]{1,8}(\.[a-z]{2,4})?(:[1-9][0-9]{1,3})?", fullmatch=True)
steps = st.lists(st.sampled_from(["case", "source", "cases", "a.b", "~x", "coder", "données"]), max_size=3)
bases = st.builds(
    lambda h, s, end: h + "/" + "".join(f"{p}/" for p in s) + end, hosts, steps, st.sampled_from(["", "x#", "#"])
)
sources = st.one_of(slugs, st.sampled_from(["alford-2013", "doi:10.1000/x", "https://example.com/p12-15"]))
links = st.one_of(
    slugs, st.sampled_from(["alford-2013/fire-brigade", "alford-2013/none", "own/park", "https://a.org/case/b/c"])
)


@given(bases, slugs, sources, st.lists(links, max_size=3, unique=True), st.sampled_from(["settled", "anne", "b.c"]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example("https://example.org/case/", "case", "source", ["case/case"], "settled")
@example("http://a/source/x#", "p1-2", "alford-2013", ["fire-brigade"], "anne")
def test_what_rdf_tells_comes_back_under_any_base(base, slug, source, linked, coder):
    data = RECORD | {"id": slug, "source": source, "coder": coder, "part_of": linked, "note": "n"}
    case = case_of({k: v for k, v in data.items() if v}, base)
    again = back(case)
    assert (again.iri, again.base, again.coder) == (case.iri, base, coder)
    told, said = plain(case, BOOK), plain(again, BOOK)
    if coder != "settled":
        # A coder's own record has its facts and codes in RDF, and no more.
        keys = ("id", "source", "coder", "facts", "passages", "title")
        told, said = ({k: r[k] for k in keys if k in r} for r in (told, said))
    named = [{rdf.case_reference(w, c) for w in r.pop("part_of", [])} for c, r in ((case, told), (again, said))]
    assert named[0] == named[1]
    if coder != "settled" and not names.source_iri(case.source, "").startswith("source/"):
        # RDF has no source beside a coding; of one that is named by an address the case's IRI has the words alone.
        said["source"] = told["source"]
    # A DOI is written as an address again.
    assert names.source_iri(told.pop("source"), base) == names.source_iri(said.pop("source"), base)
    told["facts"], said["facts"] = ({k: f for k, f in r["facts"].items() if k in case.facts} for r in (told, said))
    follows = {k for k, f in case.facts.items() if f.derived_from}
    said["facts"] = {k: f for k, f in said["facts"].items() if k not in follows}
    assert unordered(told) == unordered(said)


@pytest.mark.parametrize("base", [names.BASE, *BASES])
def test_a_link_to_ones_own_case_beside_the_shipped_one_stays_that(base):
    """By its short name it would lead to the shipped case, so it comes back in full."""
    own, shipped_one = f"{base}case/alford-2013/fire-brigade", f"{names.BASE}case/alford-2013/fire-brigade"
    again = back(case_of(RECORD, base, part_of=[own]))
    assert rdf.case_reference(again.record["part_of"][0], again) == own
    again = back(case_of(RECORD, base, part_of=[shipped_one]))
    assert again.record["part_of"] == ["alford-2013/fire-brigade"]
    assert rdf.case_reference(again.record["part_of"][0], again) == shipped_one


@pytest.mark.parametrize("suffix", ["ttl", "trig", "nq", "rdf", "jsonld"])
@pytest.mark.parametrize("base", BASES[:2])
def test_files_come_back_through_the_command_without_naming_the_base(suffix, base, tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(RECORD), encoding="utf-8")
    for source, target, more in (("a.json", f"b.{suffix}", ["--base", base]), (f"b.{suffix}", "c.json", []),
                                 ("a.json", "d.json", []), (f"b.{suffix}", "e.nq", [])):  # fmt: skip
        result = run("convert", tmp_path / source, "-o", tmp_path / target, *more)
        assert result.exit_code == 0, result.stderr
    c, d = (json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8")) for name in "cd")
    assert unordered(c) == unordered(d)
    told = (tmp_path / "e.nq").read_text(encoding="utf-8")
    assert f"<{base}case/my-notes/garden>" in told and f"<{base}graph/my-notes>" in told
    assert not any(line.startswith(f"<{names.BASE}") for line in told.splitlines())


def test_a_base_that_is_named_wins_over_that_of_the_data(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(RECORD), encoding="utf-8")
    run("convert", tmp_path / "a.json", "-o", tmp_path / "b.ttl", "--base", BASES[0])
    assert run("convert", tmp_path / "b.ttl", "-o", tmp_path / "c.nt", "--base", "https://moved.org/").exit_code == 0
    moved = (tmp_path / "c.nt").read_text(encoding="utf-8")
    assert "https://moved.org/source/my-notes#p1-20" in moved and BASES[0] not in moved


def test_sources_of_a_bibliography_stand_under_the_base_with_their_cases(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(RECORD | {"part_of": []}), encoding="utf-8")
    entry = "@article{my-notes, title = {Notes}, author = {Anne Ash}, year = {2020}, journal = {J}}\n"
    (tmp_path / "refs.bib").write_text(entry, encoding="utf-8")
    args = [
        "convert",
        tmp_path / "a.json",
        "-o",
        tmp_path / "a.nq",
        "--sources",
        tmp_path / "refs.bib",
        "--base",
        BASES[0],
    ]
    assert run(*args).exit_code == 0
    told = (tmp_path / "a.nq").read_text(encoding="utf-8").splitlines()
    about = [line for line in told if line.startswith(f"<{BASES[0]}source/my-notes> ")]
    assert about and all(line.endswith(f"<{BASES[0]}graph/my-notes> .") for line in told)


# Queries, shapes and verdicts


@pytest.fixture(scope="module")
def store():
    shared = [case_of(RECORD, BASES[0]), case_of(RECORD, BASES[1], source="alford-2013")]
    return dataset.build(shipped(), BOOK, load_rules(shipped()), [*shipped_cases(), *shared])


@pytest.mark.slow
@pytest.mark.parametrize("slug", ["who-co-produces", "which-value-arises-for-whom", "which-cases-lie-in-which-country"])
def test_saved_questions_count_cases_under_any_base(slug, store):
    """The two cases of the user's are in the answer: without them it is another one."""
    text = questions.load(resources.folder("queries"))[slug].text

    def answer(data) -> str:
        rendered = questions.render(questions.run(data, text), "csv", {}, "en", "")
        return rendered if isinstance(rendered, str) else rendered.decode()

    without = dataset.build(shipped(), BOOK, load_rules(shipped()), shipped_cases())
    assert answer(store) != answer(without)


@pytest.mark.slow
def test_a_question_of_ones_own_finds_the_case_by_its_iri(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(RECORD), encoding="utf-8")
    query = f"PREFIX cop: <{names.COP}> SELECT ?case WHERE {{ ?case cop:partOf <{names.BASE}case/alford-2013/fire-brigade> }}"
    args = ["ask", "--query", "-", "--data", tmp_path / "a.json", "--base", BASES[0], "--format", "csv"]
    assert BASES[0] + "case/my-notes/garden" in run(*args, stdin=query).stdout


@pytest.mark.parametrize("base", BASES[:2])
def test_border_shapes_judge_cases_under_any_base(base):
    case = case_of(RECORD, base)
    data = Graph().parse(data=reference._ntriples(rdf.triples([case], BOOK)), format="nt")
    only = {d.slug: d for d in load_rules(shipped()).definitions.values() if d.slug in RECORD["claimed_under"]}
    shapes = Graph().parse(data=borders.shapes(shipped(), only), format="turtle")
    _, report, _ = validate(data, shacl_graph=shapes, inplace=True)
    assert {str(f) for f in report.objects(None, SH.focusNode)} == {base + "case/my-notes/garden"}
    assert len(set(report.subjects(SH.focusNode, None))) == 1


@pytest.mark.slow
@pytest.mark.parametrize("base", BASES[:2])
def test_validation_by_pyshacl_tells_of_cases_under_any_base(base, tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(RECORD), encoding="utf-8")
    run("convert", tmp_path / "a.json", "-o", tmp_path / "a.ttl", "--base", base)
    plain_, by_shacl = (
        json.loads(run("validate", tmp_path / "a.ttl", "--format", "json", *more).stdout) for more in ([], ["--shacl"])
    )
    assert {f["code"] for f in plain_} <= {f["code"] for f in by_shacl}
    assert {f["case"] for f in by_shacl} == {"garden"} and "border-crossed" in {f["code"] for f in by_shacl}


@pytest.mark.slow
def test_links_to_nothing_under_a_base_are_found_by_shapes_too():
    """What link-known asks below the project's address is asked below a user's own."""
    case = case_of(RECORD, BASES[0])
    for bases_, count in (((), 0), ((BASES[0],), 1)):
        results = reference.results(
            rdf.triples([case], BOOK), shipped(), BOOK, load_rules(shipped()), shipped_cases(), bases_
        )
        assert sum(r.code == "unknown-case" for r in results) == count


def test_verdicts_do_not_depend_on_the_base(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(RECORD), encoding="utf-8")
    args = ["classify", tmp_path / "a.json", "--format", "json"]
    ours, theirs = (json.loads(run(*args, *more).stdout) for more in ([], ["--base", BASES[0]]))
    assert {row["case"] for row in theirs} == {BASES[0] + "case/my-notes/garden"}
    assert [row | {"case": None} for row in ours] == [row | {"case": None} for row in theirs]


def test_the_network_has_the_users_iris(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(RECORD), encoding="utf-8")
    args = ["export", "graphml", tmp_path / "a.json", "-o", tmp_path / "a.graphml", "--base", BASES[0]]
    assert run(*args).exit_code == 0
    told = Path(tmp_path / "a.graphml").read_text(encoding="utf-8")
    assert BASES[0] + "case/my-notes/garden" in told and names.BASE + "case/my-notes" not in told


@pytest.mark.slow
def test_a_case_of_ones_own_may_stand_beside_the_shipped_one(tmp_path):
    record = "id: ealing-data\nsource: ifg-seminar\ntitle: Again\nfacts: {joint: no}\n"
    (tmp_path / "a.yaml").write_text(record, encoding="utf-8")
    args = ["ask", "what-is-it-instead", "--data", tmp_path / "a.yaml"]
    assert run(*args).exit_code == 1 and run(*args, "--base", BASES[0]).exit_code == 0


def test_turtle_of_other_names_is_read_as_before():
    text = (
        f"@prefix cop: <{names.COP}> . @prefix dcterms: <http://purl.org/dc/terms/> .\n"
        '<https://example.org/my-garden> a cop:Case ; dcterms:title "G"@en ; cop:source <https://example.org/source/own> .'
    )
    (raw,) = rdf_records.read("f.ttl", text, "ttl")
    assert raw.base is None and raw.data["source"] == "https://example.org/source/own"
    assert list(parse(input=text, format=RdfFormat.TURTLE))
