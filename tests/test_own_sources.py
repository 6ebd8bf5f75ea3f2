"""The sources of a user's own records: found by key or DOI, described in RDF, exported again, and missed where not there."""

import json
from dataclasses import replace
from pathlib import Path

import pybtex.database
import pytest
import rispy
from click.testing import CliRunner
from pyoxigraph import RdfFormat, parse
from rdflib import Graph, URIRef

from coproduction import names
from coproduction.__main__ import cli
from coproduction.cases import from_raw
from coproduction.codebook import shipped_codebook
from coproduction.exports import csl_json
from coproduction.loaders import bibliography_files, source_rdf
from coproduction.loaders.raw import RawRecord
from coproduction.loaders.works import table

FOLDER = Path(__file__).parent / "loaders" / "bibliography"
BIB, RIS = FOLDER / "mendeley.bib", FOLDER / "endnote.ris"
DOI = "https://doi.org/10.1111/puar.12765"
KEYED = names.BASE + "source/Nabatchi2017"
REVIEW = names.BASE + "source/Alford2016"
BIBO = "http://purl.org/ontology/bibo/"


def run(*args):
    result = CliRunner().invoke(cli, list(map(str, args)), prog_name="coproduction")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def records(tmp_path):
    """Write records, each with a source, to a file of the name."""

    def write(*sources: str, name: str = "r.yaml") -> Path:
        rows = [{"id": f"c{n}", "title": f"Case {n}", "source": s, "joint": "yes"} for n, s in enumerate(sources)]
        (tmp_path / name).write_text(json.dumps(rows), encoding="utf-8")
        return tmp_path / name

    return write


def described(file: Path) -> Graph:
    return Graph().parse(file, format="turtle")


def texts(graph: Graph, subject: str, predicate: str) -> list[str]:
    return sorted(str(o) for o in graph.objects(URIRef(subject), URIRef(predicate)))


# RDF


def test_the_sources_that_records_name_are_described(records, tmp_path):
    out = tmp_path / "r.ttl"
    result = run("convert", records("Alford2016"), "--sources", BIB, "-o", out)
    assert (result.exit_code, result.stderr) == (0, f"wrote {out}\n")
    graph = described(out)
    types = {names.local(t) for t in texts(graph, REVIEW, names.RDF_TYPE)}
    assert types == {"Source", "Article"}
    expected = {
        names.COP + "key": ["Alford2016"],
        names.RDFS + "label": ["J. Alford 2016"],
        names.DCTERMS + "creator": ["J. Alford"],
        names.COP + "writtenBy": ["J. Alford"],
        names.DCTERMS + "date": ["2016"],
        names.COP + "publishedIn": ["Public Management Review, 18(5), 673-691"],  # title
    }
    assert {p: texts(graph, REVIEW, p) for p in expected} == expected
    assert "mendeley-groups: Co-production" in texts(graph, REVIEW, names.COP + "note")
    (year,) = graph.objects(URIRef(REVIEW), URIRef(names.DCTERMS + "date"))
    assert str(year.datatype).endswith("gYear")
    # The other entries are named by no record.
    assert len(set(graph.subjects(URIRef(names.COP + "key")))) == 1


def test_a_key_and_a_doi_lead_to_one_source(records, tmp_path):
    out = tmp_path / "r.ttl"
    run("convert", records("10.1111/PUAR.12765", "Nabatchi2017", "doi:10.1111/puar.12765"), "--sources", BIB, "-o", out)
    graph = described(out)
    for iri in (KEYED, DOI):
        assert texts(graph, iri, names.COP + "key") == ["Nabatchi2017"] and texts(graph, iri, BIBO + "doi")
    assert texts(graph, DOI, names.COP + "sameWork") == [KEYED]
    assert texts(graph, KEYED, names.COP + "sameWork") == []


@pytest.mark.parametrize("fmt", ["ttl", "trig", "nq", "nt", "rdf", "jsonld"])
def test_records_with_their_sources_are_read_back(records, tmp_path, fmt):
    file, out = records("Alford2016", "10.1111/puar.12765"), tmp_path / f"r.{fmt}"
    assert run("convert", file, "--sources", BIB, "-o", out).exit_code == 0
    bare = tmp_path / f"bare.{fmt}"
    run("convert", file, "-o", bare)
    told, plain = (run("convert", f, "-o", "-", "--format", "yaml") for f in (out, bare))
    assert told.exit_code == 0 and told.stdout == plain.stdout and "c0" in told.stdout
    assert run("validate", out).exit_code == 0
    form = RdfFormat.from_extension(fmt)
    with_sources, without = (
        {(q.subject, q.predicate, q.object) for q in parse(path=str(f), format=form)} for f in (out, bare)
    )
    cop_source = [
        t for t in with_sources - without if t[1].value == names.RDF_TYPE and t[2].value == names.COP + "Source"
    ]
    assert {t[0].value for t in cop_source} == {REVIEW, DOI}


@pytest.mark.parametrize("name", [f.name for f in sorted(FOLDER.iterdir())])
def test_no_value_of_an_entry_is_missing_from_its_rdf(name):
    library, _ = bibliography_files.read([str(FOLDER / name)])
    for source in library.sources:
        r = source.record
        graph = Graph().parse(data=json.dumps(source_rdf.nodes({"urn:x": source})), format="json-ld")
        said = " | ".join(map(str, graph.objects(URIRef("urn:x"))))
        values = [r.year, r.title, r.container, r.volume, r.issue, *r.pages, r.publisher, r.doi, *r.urls, *r.notes]
        values += [str(n) for n in (*r.authors, *r.editors)] + [v for _, v in r.more]
        assert [v for v in values if v not in said] == []
        assert not r.month or f"month: {r.month}" in said


def test_what_is_not_told_is_not_described(tmp_path):
    (tmp_path / "x.bib").write_text("@misc{k, author = {Lee, A.}, url = {http://a b}}", encoding="utf-8")
    library, _ = bibliography_files.read([str(tmp_path / "x.bib")])
    (node,) = source_rdf.nodes({"urn:x": library.sources[0]})
    assert names.DCTERMS + "date" not in node and names.DCTERMS + "title" not in node
    (tmp_path / "x.bib").write_text("@misc{k, volume = 3, pages = {4--5}}", encoding="utf-8")
    library, _ = bibliography_files.read([str(tmp_path / "x.bib")])
    (bare,) = source_rdf.nodes({"urn:x": library.sources[0]})
    assert bare[names.COP + "note"] == ["volume: 3", "pages: 4-5"]
    # An address that no IRI can be is kept in words.
    assert node[names.COP + "note"] == ["url: http://a b"]


def test_the_base_of_the_records_is_that_of_their_sources():
    base = "https://example.org/"
    library, _ = bibliography_files.read([str(BIB)])
    raw = RawRecord("f", {"id": "x", "title": "X", "source": "Alford2016"})
    cases, _ = from_raw([raw], shipped_codebook(), base)
    assert list(source_rdf.named(cases, library)) == [base + "source/Alford2016"]


# validate


def findings(*args):
    result = run("validate", "--format", "json", *args)
    return result.exit_code, [f for f in json.loads(result.stdout) if f["code"] != "undetermined"]


def test_a_source_that_is_in_no_bibliography_is_told(records):
    file = records("Alford2061", "10.1111/puar.1276", "Alford2016", "alford-2013", "https://example.org/x")
    code, found = findings(file, "--sources", BIB)
    assert code == 0 and {(f["code"], f["severity"], f["key"]) for f in found} == {
        ("unknown-source", "warning", "source")
    }
    assert [(f["case"], f["value"], f["suggestion"]) for f in found] == [
        ("c0", "Alford2061", "Alford2016"), ("c1", "10.1111/puar.1276", "10.1111/puar.12765"),
    ]  # fmt: skip
    assert "did you mean Alford2016?" in found[0]["message"] and found[0]["line"] == 1
    # Without a bibliography there is nothing to miss.
    assert findings(file) == (0, [])
    assert findings(file, "--sources", BIB, "--fail-on", "warning")[0] == 1
    _, french = findings(file, "--sources", BIB, "--lang", "fr")
    assert "vouliez-vous dire Alford2016" in french[0]["message"]


def test_two_files_that_tell_a_source_differently_are_told(records, tmp_path):
    other = tmp_path / "other.bib"
    other.write_text(
        "@article{alford2016, year = 1999}\n@article{x, doi = {10.1111/PUAR.12765}, year = 2018}\n"
        "@article{Alford2016, year = 2016, pages = {1--2}, author = {Alford, John}}\n@misc{Yates2016, year = 1999}",
        encoding="utf-8",
    )
    _, found = findings(
        records("Alford2016", "Nabatchi2017", "doi:10.1111/puar.12765"), "--sources", BIB, "--sources", other
    )
    assert findings(records("Nabatchi2017"), "--sources", BIB, "--sources", other)[1] == found[:1]
    # Yates is named by no record; another given name and what only one of them tells are no difference.
    assert [(f["code"], f["file"], f["line"], f["key"]) for f in found] == [
        ("source-differs", str(other), 2, "year"), ("source-differs", str(other), 3, "pages"),
    ]  # fmt: skip
    assert f"{BIB}:22" in found[0]["message"]


def test_an_entry_with_the_key_of_one_of_the_five_sources_is_compared_with_it(records, tmp_path):
    own = tmp_path / "own.bib"
    own.write_text("@misc{alford-2013, year = 1999}\n@misc{anzsog-2017, year = 2017}", encoding="utf-8")
    _, found = findings(records("alford-2013", "anzsog-2017"), "--sources", own)
    assert [(f["code"], f["line"], f["key"]) for f in found] == [("source-differs", 1, "year")]


def test_a_broken_bibliography_is_an_error_with_its_place(records, tmp_path):
    broken = tmp_path / "broken.bib"
    broken.write_text("@book{a, title = {A}}\n@book{b, title = {B}\n", encoding="utf-8")
    file = records("a")
    code, (found,) = findings(file, "--sources", broken)
    assert code == 1 and (found["code"], found["file"], found["line"]) == ("bad-entry", str(broken), 2)
    for args in (["convert", file, "-o", tmp_path / "x.ttl"], ["export", "ris", file, "-o", tmp_path / "x.ris"]):
        result = run(*args, "--sources", broken)
        assert result.exit_code == 1 and f"{broken}:2: error: bad-entry" in result.stderr
    assert not list(tmp_path.glob("x.*"))


@pytest.mark.parametrize("name", ["none.bib", "x.txt", "."])
def test_what_is_no_bibliography_leaves_with_two(records, tmp_path, name):
    (tmp_path / "x.txt").write_text("@book{a}", encoding="utf-8")
    for command in ("validate", "convert"):
        extra = ["-o", "-", "--format", "ttl"] if command == "convert" else []
        result = run(command, records("a"), *extra, "--sources", tmp_path / name)
        assert (result.exit_code, result.stdout) == (2, "") and "unreadable" in result.stderr


# export


def test_bibtex_gives_the_named_sources_back(records):
    result = run("export", "bibtex", records("Alford2016", "10.1111/puar.12765", "Nabatchi2017"), "--sources", BIB)
    assert (result.exit_code, result.stderr) == (0, "")
    given = pybtex.database.parse_file(str(BIB), "bibtex").entries
    back = pybtex.database.parse_string(result.stdout, "bibtex").entries
    assert list(back) == ["Alford2016", "Nabatchi2017"]
    for key, entry in back.items():
        before = given[key]
        fields = {k.lower(): v.strip("{}") for k, v in before.fields.items() if k != "file"}
        assert {k: v for k, v in entry.fields.items() if k != "file"} == fields
        assert entry.persons == before.persons and entry.type == before.type


def test_ris_gives_the_named_sources_back_by_hand(records):
    result = run("export", "ris", records("17", "18"), "--sources", RIS)
    first, second = rispy.loads(result.stdout, delimiter_tags_mapping={})
    assert first == {
        "type_of_reference": "JOUR", "id": "17", "authors": ["Alford, J."], "year": "2016",
        "title": "Co-Production, Interdependence and Publicness: Extending public service-dominant logic",  # title
        "secondary_title": "Public Management Review", "volume": "18", "number": "5", "start_page": "673",  # title
        "end_page": "691", "keywords": ["co-production", "publicness"],
    }  # fmt: skip
    assert second["secondary_authors"] == ["Perry, James L.", "Christensen, Robert K."] and second["edition"] == "3rd"


def test_csl_json_gives_the_named_sources_back_by_hand(records):
    result = run("export", "csl-json", records("ANZSOG2017", "Alford2013"), "--sources", FOLDER / "jabref.bib")
    explainer, chapter = json.loads(result.stdout)
    assert chapter["type"] == "chapter" and chapter["note"] == "chapter: 6"
    assert chapter["editor"] == [
        {"family": "Lindquist", "given": "Evert A."}, {"family": "Vincent", "given": "Sam"},
        {"family": "Wanna", "given": "John"},
    ]  # fmt: skip
    assert explainer == {
        "id": "ANZSOG2017", "type": "document", "author": [{"literal": "ANZSOG"}], "genre": "explainer",
        "issued": {"date-parts": [[2017, 7, 31]]}, "title": "What is co-production?",  # title
    }  # fmt: skip


# From the schema of CSL-JSON: the members and types that it allows and we use.
CSL_TEXTS = {
    "id", "type", "title", "container-title", "volume", "issue", "number", "page", "publisher", "DOI", "URL", "note",
    "abstract", "publisher-place", "edition", "ISBN", "ISSN", "keyword", "language", "collection-title", "title-short",
    "genre",
}  # fmt: skip
CSL_TYPES = {
    "article", "article-journal", "book", "chapter", "document", "legislation", "webpage", "paper-conference", "report",
    "thesis", "manuscript",
}  # fmt: skip


def test_csl_json_of_any_work_keeps_to_its_schema():
    library, _ = bibliography_files.read([str(f) for f in sorted(FOLDER.iterdir())])
    records = [s.record for s in library.sources]
    records += [
        replace(records[0], kind=kind, month=month) for kind in table()["kinds"] for month in ("", "3", "Spring")
    ]
    for item in json.loads(csl_json.write(records)):
        people = item.pop("author", []) + item.pop("editor", [])
        assert all(set(n) == {"literal"} or {"family"} <= set(n) <= {"family", "given", "suffix"} for n in people)
        assert set(item.pop("issued", {})) in ({"date-parts"}, {"date-parts", "season"}, set())
        assert item["type"] in CSL_TYPES and set(item) <= CSL_TEXTS and all(isinstance(v, str) for v in item.values())
    assert {row[k] for row in table()["fields"].values() for k in row if k == "csl"} <= CSL_TEXTS


def test_an_entry_without_a_key_gets_one_of_its_doi(records):
    result = run("export", "bibtex", records("10.1111/puar.12765", "alford-2013"), "--sources", FOLDER / "zotero.ris")
    assert list(pybtex.database.parse_string(result.stdout, "bibtex").entries) == [
        "alford-2013",
        "doi-org-10-1111-puar-12765",
    ]


@pytest.mark.parametrize("fmt", ["bibtex", "ris", "csl-json"])
def test_records_and_bibliography_go_together(records, fmt):
    file = records("Alford2016")
    for args in ([file], ["--sources", BIB]):
        result = run("export", fmt, *args)
        assert (result.exit_code, result.stdout) == (2, "") and "--sources" in result.stderr
    result = run("export", fmt, file, "--sources", BIB, "-o", BIB)
    assert result.exit_code == 2 and "would be overwritten" in result.stderr


# ask


@pytest.mark.slow
def test_questions_reach_the_described_sources(records, tmp_path):
    query = tmp_path / "q.rq"
    query.write_text(
        f"SELECT ?title {{ ?c <{names.COP}source> ?s . ?s a <{names.COP}Source> ; <{names.DCTERMS}title> ?title ;"
        f' <{names.COP}key> "Nabatchi2017" }}',
        encoding="utf-8",
    )
    result = run("ask", "--query", query, "--data", records("10.1111/puar.12765"), "--sources", BIB, "--format", "csv")
    assert result.exit_code == 0 and "Varieties of Participation" in result.stdout
    result = run("ask", "--query", query, "--sources", BIB)
    assert result.exit_code == 2 and "goes with --data" in result.stderr
