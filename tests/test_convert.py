"""Records in other forms: nothing is lost on the way, in any order of formats; all is written, or nothing."""

import csv
import io

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, RdfFormat, parse
from without_order import turned

from coproduction import cases
from coproduction.__main__ import cli
from coproduction.cases import shipped_cases
from coproduction.codebook import shipped_codebook
from coproduction.commands.convert import RDF, _as_rdf
from coproduction.loaders import csv_records, json_records, rdf_records, yaml_records
from coproduction.loaders.cells import guarded, unguarded
from coproduction.loaders.normal import normalise
from coproduction.loaders.raw import RawRecord
from coproduction.records import as_json, as_yaml, plain
from coproduction.rows import NoRow, in_order, row
from coproduction.templates.text import records_csv
from coproduction.vocabulary import shipped

BOOK = shipped_codebook()
FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
GOOD = "id: garden\ntitle: A garden\nsource: own\ncitizen_input: yes\n"
GOOD += "sector: [{concept: health, text: nearby, passages: p. 4}]\n"


def run(*args, stdin=None):
    result = CliRunner().invoke(cli, [str(a) for a in args], input=stdin, prog_name="coproduction")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def normal(record: dict) -> dict:
    case, findings = normalise(RawRecord("f", record), BOOK)
    assert [f.message for f in findings] == []
    return plain(case, BOOK)


def through(suffix: str, records: list[dict]) -> list[dict]:
    """The records after they have been written in a format and read again."""
    if suffix in RDF:
        found, _ = cases.from_raw(json_records.read("f", as_json(records)), BOOK)
        raws = rdf_records.read("f", _as_rdf(found, BOOK, shipped(), suffix).decode(), suffix)
    elif suffix in ("csv", "tsv"):
        raws = csv_records.read("f", records_csv(records, BOOK, "," if suffix == "csv" else "\t"))
    else:
        write, read = {"yaml": (as_yaml, yaml_records.read), "json": (as_json, json_records.read)}[suffix]
        raws = read("f", write(records))
    found, findings = cases.from_raw(raws, BOOK)
    assert [f.message for f in findings] == []
    return [plain(case, BOOK) for case in found]


def unordered(records: list[dict]) -> list:
    """Records without the order of what has none in RDF."""

    return sorted((turned(r) for r in records), key=lambda r: (r["source"], r["id"]))


texts = st.one_of(
    st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=20).map(str.strip).filter(bool),
    st.sampled_from(
        ["=1+1", "'=x", "@a", "-", "yes", "NO", "012", "a; b", 'say "x"', "a, b", "2001-02-03", "# a", "null"]
    ),
)
locators = st.sampled_from(["p. 4", "§ 3", "page 3/4"])
passages = st.lists(st.one_of(locators, st.just(["10", "20"])), min_size=1, max_size=2, unique_by=str)


def names(key: str, field=None):
    return st.sampled_from(sorted((field or BOOK.fields[key]).choices))


def mentions(key: str):
    named = {"concept": names(key)} if BOOK.fields[key].choices else {"text": texts}
    more = {part: said for part, said in (("text", texts), ("passages", passages)) if part not in named}
    return st.lists(st.fixed_dictionaries(named, optional=more), min_size=1, max_size=3)


@st.composite
def records(draw) -> dict:
    record = {"id": draw(st.from_regex("[a-z]{1,6}", fullmatch=True)), "title": draw(texts), "source": "own"}
    for key in draw(st.sets(st.sampled_from(["summary", "place", "provider", "note", "participants"]))):
        record[key] = draw(texts)
    for key in draw(st.sets(st.sampled_from(["sector", "stages", "outcomes"]))):
        record[key] = draw(mentions(key))
    if draw(st.booleans()):
        fields = BOOK.fields["contributions"].fields
        entry = {"role": names("role", fields["role"]), "who": texts}
        extra = {"paid": names("paid", fields["paid"]), "gives": texts, "passages": passages}
        record["contributions"] = draw(st.lists(st.fixed_dictionaries(entry, optional=extra), min_size=1, max_size=11))
    if draw(st.booleans()):
        fact = {"value": "yes", "basis": "inferred", "reason": draw(texts), "passages": draw(passages)}
        record["facts"] = {"long_term": fact, "equal": {"value": "unknown", "why_unknown": "text-lost"}}
    return record


@FEW
@given(records(), st.permutations(["csv", "tsv", "yaml", "json", "ttl", "trig", "jsonld"]))
def test_a_record_is_the_same_after_any_way_through_the_formats(record, way):
    start = found = [normal(record)]
    for suffix in way:
        found = through(suffix, found)
        assert unordered(found) == unordered(start), suffix


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["csv", "tsv", "yaml", "json"])
def test_shipped_cases_come_back_as_they_were(suffix):
    whole = [plain(case, BOOK) for case in shipped_cases()]
    assert through(suffix, whole) == whole


@pytest.mark.parametrize("suffix", RDF)
def test_shipped_cases_come_back_from_rdf(suffix):
    whole = [plain(case, BOOK) for case in shipped_cases()[::15]]
    assert unordered(through(suffix, whole)) == unordered(whole)


def test_what_is_derived_is_not_written_as_listed():
    record = normal(
        {
            "id": "x",
            "title": "X",
            "source": "own",
            "contributions": [{"who": "Anne", "role": "volunteer", "gives": "time"}],
        }
    )
    case, _ = normalise(RawRecord("f", record), BOOK)
    assert "citizen_input" in case.facts and "facts" not in record


def test_columns_stand_in_the_order_of_the_codebook_and_numbers():
    names_ = ["note", "contribution.10.who", "contribution.2.gives", "contribution.2.who", "sector.1.text", "joint.basis",
              "title", "id", "joint", "value.1.kind"]  # fmt: skip
    assert in_order(names_, BOOK) == [
        "id", "title", "sector.1.text", "contribution.2.who", "contribution.2.gives", "contribution.10.who",
        "value.1.kind", "joint", "joint.basis", "note",
    ]  # fmt: skip


def test_a_list_of_bare_names_is_one_cell_and_one_with_more_is_several():
    bare = {"id": "x", "sector": [{"concept": "health"}, {"concept": "police"}]}
    assert row(bare, BOOK) == {"id": "x", "sector": "health; police"}
    more = {"id": "x", "sector": [{"concept": "health", "passages": [[1, 2], "p. 3"]}, {"text": "a; b"}]}
    assert row(more, BOOK) == {
        "id": "x",
        "sector.1.concept": "health",
        "sector.1.passage": "1-2; p. 3",
        "sector.2.text": "a; b",
    }


def test_an_item_with_a_semicolon_has_no_row():
    with pytest.raises(NoRow, match="semicolon") as error:
        row({"id": "x", "facts": {"joint": {"value": "yes", "passages": ["p. 1; 2"]}}}, BOOK)
    assert error.value.key == "joint"


@pytest.mark.parametrize(
    ("text", "cell"),
    [("=1", "'=1"), ("'=1", "''=1"), ("'tis", "'tis"), ("-5", "'-5"), ("a=1", "a=1"), ("@x", "'@x"), ("＝1", "'＝1")],
)
def test_a_formula_is_written_as_text(text, cell):
    assert guarded(text) == cell and unguarded(cell) == text


@given(st.text(max_size=6))
def test_a_guarded_text_is_read_as_it_was_and_runs_as_no_formula(text):
    assert unguarded(guarded(text)) == text and not guarded(text).startswith(tuple("=+-@\t\r\n"))


# The command


@pytest.mark.parametrize("suffix", [*RDF, "yaml", "yml", "json", "csv", "tsv", "xlsx"])
def test_the_command_writes_every_format(tmp_path, suffix):
    source, file = tmp_path / "in.yaml", tmp_path / f"out.{suffix}"
    source.write_text(GOOD, encoding="utf-8")
    done = run("convert", source, "-o", file)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", f"wrote {file}\n")
    if suffix in RDF:
        form = RdfFormat.from_extension(suffix)
        quads = list(parse(file.read_bytes(), format=form))
        node = NamedNode("https://w3id.org/coproduction/case/own/garden")
        assert any(q.subject == node and q.predicate.value.endswith("#citizenInput") for q in quads)
        graphs = {str(q.graph_name) for q in quads}
        own = "<https://w3id.org/coproduction/graph/own>"
        assert graphs == ({own} if suffix in ("nq", "trig") else {"DEFAULT"})
    if suffix != "xlsx":
        again, findings = cases.read([str(file)], BOOK)
        assert findings == []
        (record,) = [plain(case, BOOK) for case in again]
        assert record == {
            "id": "garden",
            "title": "A garden",
            "source": "own",
            "sector": [{"concept": "health", "text": "nearby", "passages": ["p. 4"]}],
            "facts": {"citizen_input": {"value": "yes", "basis": "stated"}},
        }


def test_data_goes_to_standard_output_and_comes_from_it():
    done = run("convert", "-", "--format", "csv", stdin=GOOD)
    assert done.exit_code == 0 and done.stderr == ""
    (cells,) = csv.DictReader(io.StringIO(done.stdout))
    assert cells["id"] == "garden" and cells["sector.1.text"] == "nearby"


def test_what_no_table_can_hold_is_named_and_nothing_is_written(tmp_path):
    source, file = tmp_path / "in.yaml", tmp_path / "out.csv"
    source.write_text(
        "id: x\ntitle: X\nsource: own\njoint: {value: yes, passages: [[1, 2], 'p. 1; 2']}\n", encoding="utf-8"
    )
    done = run("convert", source, "-o", file)
    assert done.exit_code == 1 and not file.exists()
    assert (
        f"{source}:4:" in done.stderr
        and ": no-cell:" in done.stderr
        and "semicolon" in done.stderr
        and "write YAML or JSON" in done.stderr
    )
    assert run("convert", source, "-o", tmp_path / "out.json").exit_code == 0


def test_a_record_with_an_error_is_not_converted(tmp_path):
    file = tmp_path / "out.ttl"
    file.write_text("before", encoding="utf-8")
    done = run("convert", "-", "-o", file, stdin=GOOD.replace("yes", "perhaps"))
    assert done.exit_code == 1 and "unknown-term" in done.stderr and file.read_text(encoding="utf-8") == "before"


def test_what_rdf_leaves_out_of_another_coders_record_is_told(tmp_path):
    done = run("convert", "-", "-o", tmp_path / "x.ttl", stdin=GOOD + "coder: anne\n")
    assert done.exit_code == 0 and "warning: not-in-rdf: garden: RDF has of the record by anne" in done.stderr
    assert "and not sector" in done.stderr
    assert "not-in-rdf" not in run("convert", "-", "-o", tmp_path / "x.json", stdin=GOOD + "coder: anne\n").stderr


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["x.yaml", "-o", "x.tll"], "did you mean ttl?"),
        (["x.yaml"], "say by a suffix or by --format"),
        (["missing.yaml", "-o", "x.ttl"], "there is no such file"),
        (["x.yaml", "-o", "no/folder/x.ttl"], "cannot be written"),
    ],
)
def test_wrong_use_is_told(tmp_path, monkeypatch, args, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.yaml").write_text(GOOD, encoding="utf-8")
    done = run("convert", *args)
    assert done.exit_code == 2 and says in done.stderr and done.stdout == ""
    assert [p.name for p in tmp_path.iterdir()] == ["x.yaml"]
