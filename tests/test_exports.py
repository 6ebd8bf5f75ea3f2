"""Exports for other programs: small records with tables worked out by hand, read back by readers that are not ours."""

import csv
import io
import json

import networkx
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from coproduction.__main__ import cli
from coproduction.cases import shipped_cases
from coproduction.codebook import shipped_codebook
from coproduction.exports import sheets
from coproduction.exports.notes import notes
from coproduction.exports.sheets import CUT, LONGEST_CELL, Table, as_text, as_workbook
from coproduction.loaders.cells import guarded, unguarded

OWN = """
@prefix cop: <https://w3id.org/coproduction/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://w3id.org/coproduction/definition/both-give> a cop:Definition ;
    rdfs:label "both give"@en ; skos:definition "Citizens and a public body give."@en ;
    cop:defines <https://w3id.org/coproduction/concept/neighbour/co-production> ;
    cop:standing cop:operative ;
    cop:completeness cop:whole ;
    cop:requires [ cop:all ( <https://w3id.org/coproduction/criterion/citizen-input>
                             <https://w3id.org/coproduction/criterion/public-input> ) ] .
"""
# Of each case: joint, prompted (conditions), citizen_input, public_input (which make the outcome); "-" is not told.
CASES = {
    "c1": "yes yes yes yes",  # in
    "c2": "yes yes yes no",  # out
    "c3": "yes yes yes -",  # undetermined
    "c4": "yes no yes yes",  # in
    "c5": "yes no yes yes",  # in
    "c6": "no yes no yes",  # out
    "c7": "no - yes yes",  # in, a condition not told
    "c8": "varies yes yes yes",  # in, a condition that depends on the instance
}
VARIABLES = ("joint", "prompted", "citizen_input", "public_input")


def run(*args):
    """The outcome of an export in this process; what it raises other than an exit is a fault."""
    result = CliRunner().invoke(cli, ["export", *map(str, args)], prog_name="coproduction")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def read(data: bytes | str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode() if isinstance(data, bytes) else data, newline="")))


@pytest.fixture
def records(tmp_path):
    """A file of the eight cases, and one that is no actual instance."""
    found = []
    for slug, words in CASES.items():
        facts = {v: w for v, w in zip(VARIABLES, words.split(), strict=True) if w != "-"}
        found.append({"id": slug, "title": slug, "source": "own", "complete": "yes", "facts": facts})
    found.append({"id": "imagined", "title": "x", "source": "own", "reality": "hypothetical",
                  "facts": {"joint": "no", "prompted": "no", "citizen_input": "yes", "public_input": "yes"}})  # fmt: skip
    file = tmp_path / "records.json"
    file.write_text(json.dumps({"cases": found}), encoding="utf-8")
    (tmp_path / "own.ttl").write_text(OWN, encoding="utf-8")
    return file


def qca(records, *more):
    """The data, the truth table by configuration, and the codebook by column, of an export to a folder."""
    out = records.parent / "qca"
    result = run("qca", records, "-o", out, "--with", records.parent / "own.ttl", "--outcome", "both-give",
                 "--conditions", "joint,prompted", *more)  # fmt: skip
    assert result.exit_code == 0, result.stderr
    data, table, book = (read((out / f"qca-{name}.csv").read_bytes()) for name in ("data", "truth-table", "codebook"))
    rows = {(r["JOINT"], r["PROMPTED"]): (r["row"], r["OUT"], r["n"], r["incl"], r["cases"], r["n_outcome_unknown"])
            for r in table}  # fmt: skip
    assert all(r["PRI"] == r["incl"] for r in table)
    return ({r["case"]: (r["JOINT"], r["PROMPTED"], r["BOTH_GIVE"]) for r in data}, rows,
            {r["column"]: r for r in book}, result.stderr)  # fmt: skip


# Qualitative comparative analysis


def test_crisp_sets_by_hand(records):
    data, table, book, said = qca(records)
    assert data == {
        "own/c1": ("1", "1", "1"), "own/c2": ("1", "1", "0"), "own/c3": ("1", "1", ""), "own/c4": ("1", "0", "1"),
        "own/c5": ("1", "0", "1"), "own/c6": ("0", "1", "0"), "own/c7": ("0", "", "1"), "own/c8": ("", "1", "1"),
    }  # fmt: skip
    assert table == {
        ("0", "1"): ("2", "0", "1", "0.0", "own/c6", "0"),
        ("1", "0"): ("3", "1", "2", "1.0", "own/c4; own/c5", "0"),
        ("1", "1"): ("4", "0", "2", "0.5", "own/c1; own/c2", "1"),
    }
    joint, outcome = book["JOINT"], book["BOTH_GIVE"]
    assert (joint["anchor_1"], joint["anchor_0"], joint["unknown"]) == ("yes", "no; n/a", "varies; unknown")
    assert (joint["cases_1"], joint["cases_0"], joint["cases_unknown"], joint["cells_filled"]) == ("5", "2", "1", "0")
    assert (outcome["anchor_1"], outcome["anchor_0"], outcome["unknown"]) == ("in", "out", "undetermined")
    assert (outcome["cases_1"], outcome["cases_0"], outcome["cases_unknown"]) == ("5", "2", "1")
    assert "1 of 9 cases are no actual instance" in said and "never 0" in said and "Mind" not in said


@pytest.mark.parametrize(
    ("more", "changed"),
    [
        (["--incl-cut", "0.5"], {("1", "1"): ("4", "1", "2", "0.5", "own/c1; own/c2", "1")}),
        (["--n-cut", "2"], {("0", "1"): ("2", "?", "1", "0.0", "own/c6", "0")}),
        (["--unknown", "drop"], {("1", "1"): ("4", "0", "2", "0.5", "own/c1; own/c2", "0")}),
        (["--unknown", "absent"], {("0", "0"): ("1", "1", "1", "1.0", "own/c7", "0"),
                                   ("0", "1"): ("2", "0", "2", "0.5", "own/c6; own/c8", "0")}),
        (["--unknown", "present"], {("0", "1"): ("2", "0", "2", "0.5", "own/c6; own/c7", "0"),
                                    ("1", "1"): ("4", "0", "3", "0.6667", "own/c1; own/c2; own/c8", "1")}),
        (["--every-case"], {("0", "0"): ("1", "1", "1", "1.0", "own/imagined", "0")}),
    ],
)  # fmt: skip
def test_rules_change_what_they_say_and_nothing_else(records, more, changed):
    assert qca(records, *more)[1] == qca(records)[1] | changed


def test_a_filled_cell_is_counted_and_an_outcome_never_filled(records):
    data, _, book, said = qca(records, "--unknown", "absent")
    assert (data["own/c7"], data["own/c8"], data["own/c3"]) == (("0", "0", "1"), ("0", "1", "1"), ("1", "1", ""))
    assert {key: row["cells_filled"] for key, row in book.items()} == {"JOINT": "1", "PROMPTED": "1", "BOTH_GIVE": "0"}
    assert "written as 0: 2 cells" in said
    data, _, _, said = qca(records, "--unknown", "drop")
    assert sorted(data) == ["own/c1", "own/c2", "own/c4", "own/c5", "own/c6"] and "3 of 8" in said


def test_silence_is_never_zero(tmp_path):
    assert run("qca", "-o", tmp_path, "--every-case").exit_code == 0
    data = {r["case"]: r for r in read((tmp_path / "qca-data.csv").read_bytes())}
    assert len(data) == len(shipped_cases())
    for case in shipped_cases():
        for key, variable in shipped_codebook().variables.items():
            if "yes" not in variable.answers:
                continue
            fact = case.facts.get(key)
            known = fact and fact.basis != "implied-by-placing"
            expected = {"yes": "1", "no": "0", "n/a": "0"}.get(fact.value, "") if known else ""
            assert data[f"{case.source}/{case.id}"][key.upper()] == expected, (case.id, key)


def test_a_variable_of_other_answers_takes_its_anchors_from_the_user(records):
    # c1 shares in decisions, c2 is consulted, c3 does not tell.
    file = records.parent / "shares.csv"
    file.write_text("id,title,source,decision_share,citizen_input,public_input\n"
                    "c1,t,own,shares,yes,yes\nc2,t,own,consulted,yes,yes\nc3,t,own,,yes,yes\n", encoding="utf-8")  # fmt: skip
    out = records.parent / "q"
    args = ["qca", file, "-o", out, "--outcome", "bovaird-loeffler-2015-matched-input", "--conditions"]
    result = run(*args, "decision_share")
    assert result.exit_code == 2 and "decision_share=shares+decides" in result.stderr and not out.exists()
    result = run(*args, "decision_share=share")
    assert result.exit_code == 2 and "informed, consulted, shares, decides" in result.stderr
    assert run(*args, "decision_share=shares+decides").exit_code == 0
    rows = read((out / "qca-data.csv").read_bytes())
    assert [r["DECISION_SHARE_SHARES_DECIDES"] for r in rows] == ["1", "0", ""]


def test_an_outcome_worked_out_from_its_conditions_is_said(records):
    result = run("qca", records, "-o", records.parent / "q", "--with", records.parent / "own.ttl", "--outcome",
                 "both-give", "--conditions", "citizen_input", "--conditions", "joint")  # fmt: skip
    assert "Mind: BOTH_GIVE is worked out from CITIZEN_INPUT." in result.stderr
    assert "Mind: BOTH_GIVE" in (records.parent / "q" / "qca-about.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_script_names_files_and_columns_that_are_there(records, lang):
    _, _, book, _ = qca(records, "--lang", lang, "--n-cut", "2")
    folder = records.parent / "qca"
    script = (folder / "qca-load.R").read_text(encoding="utf-8")
    assert all((folder / name).is_file() for name in ("qca-data.csv", "qca-codebook.csv") if f'"{name}"' in script)
    assert 'conditions <- c("JOINT", "PROMPTED")' in script and 'outcome <- "BOTH_GIVE"' in script
    assert "incl.cut = 1.0, n.cut = 2" in script and "complete.cases" in script
    assert script.count("(") == script.count(")") and script.count("{") == script.count("}")
    assert notes("qca", lang)["blank"] in script and set(book) == {"JOINT", "PROMPTED", "BOTH_GIVE"}


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["--outcome", "both-give"], 2, "takes both --outcome and --conditions"),
        (["--conditions", "joint"], 2, "takes both"),
        (["--outcome", "both-giv", "--conditions", "joint"], 2, "did you mean both-give?"),
        (["--outcome", "both-give", "--conditions", "jont"], 2, "did you mean joint?"),
        (["--outcome", "both-give", "--conditions", "joint,joint"], 2, "named twice"),
        (["--coder", "setled"], 2, "did you mean settled?"),
        (["--unknown", "drop"], 1, "no case is left"),
    ],
)
def test_wrong_use_of_qca_writes_nothing(records, args, code, says):
    out = records.parent / "none"
    result = run("qca", records, "-o", out, "--with", records.parent / "own.ttl", *args)
    assert result.exit_code == code and says in result.stderr and not out.exists()


def test_two_coders_of_one_case_are_one_row_by_choice(tmp_path):
    file = tmp_path / "two.csv"
    file.write_text("id,title,source,coder,joint\na,t,own,ann,yes\na,t,own,bob,no\nb,t,own,bob,no\n", encoding="utf-8")
    result = run("qca", file, "-o", tmp_path / "q")
    assert result.exit_code == 1 and "own/a is coded by ann, bob" in result.stderr and not (tmp_path / "q").exists()
    assert run("graphml", file).exit_code == 1
    assert run("qca", file, "-o", tmp_path / "q", "--coder", "bob").exit_code == 0
    assert [r["JOINT"] for r in read((tmp_path / "q" / "qca-data.csv").read_bytes())] == ["0", "0"]


# Long and wide

RECORD = """
- {id: a, title: "=A garden", source: own, complete: yes, country: [GB, FR], place: "-Ely", sector: [education],
   outcomes: [{text: food}], passages: [[3, 9]],
   contributions: [{who: "+neighbours", role: volunteer, employer: none, gives: digging}],
   facts: {joint: {value: yes, basis: inferred, reason: they dig together, passages: [[1, 2], p. 4]},
           voluntary: {value: varies}, equal: {value: unknown, why_unknown: text-lost},
           direct_power: {value: no, basis: implied-by-placing, reason: listed so}}}
- {id: a, title: A garden, source: own, coder: bob, facts: {joint: no}}
"""


@pytest.fixture
def garden(tmp_path):
    file = tmp_path / "garden.yaml"
    file.write_text(RECORD, encoding="utf-8")
    return file


def test_long_by_hand(garden):
    result = run("long", garden)
    assert result.exit_code == 0, result.stderr
    rows = read(result.stdout_bytes)
    assert len(rows) == 2 * len(shipped_codebook().variables)
    found = {(r["coder"], r["variable"]): r for r in rows}

    def row(*key):
        return tuple(found[key][c] for c in ("value", "basis", "passage", "reason", "why_unknown"))

    assert row("settled", "joint") == ("yes", "inferred", "1-2; p. 4", "they dig together", "")
    assert row("settled", "voluntary")[:2] == ("varies", "stated")
    assert row("settled", "equal") == ("unknown", "", "", "", "text-lost")
    assert row("settled", "direct_power")[:2] == ("no", "implied-by-placing")
    assert row("settled", "simultaneous") == ("unknown", "", "", "", "silent")
    assert row("bob", "joint")[:2] == ("no", "stated")
    assert row("bob", "equal") == ("unknown", "", "", "", "not-coded")
    # A volunteer's contribution makes the case one of volunteers, by the codebook's table.
    assert found["settled", "contributor_volunteer"]["derived_from"] == "the contribution of +neighbours as volunteer"
    assert all(r["value"] and (r["why_unknown"] != "") == (r["value"] == "unknown") for r in rows)


def test_long_of_the_sources():
    rows = read(run("long").stdout_bytes)
    assert len(rows) == len(shipped_cases()) * len(shipped_codebook().variables)
    assert {r["value"] for r in rows} <= set(shipped_codebook().answers)
    assert {r["why_unknown"] for r in rows} <= {"", *shipped_codebook().reasons}
    assert all(r["passage"] for r in rows if r["value"] != "unknown")


def test_wide_by_hand(garden):
    out = garden.parent / "wide.xlsx"
    assert run("wide", garden, "-o", out, "--lang", "fr").exit_code == 0
    book = load_workbook(out)
    assert book.sheetnames == ["cases", "labels", "contributions", "values", "codebook", "answers", "about"]
    header, first, second = book["cases"].iter_rows(values_only=True)
    row, other = dict(zip(header, first, strict=True)), dict(zip(header, second, strict=True))
    assert (row["source"], row["id"], row["coder"], row["title"]) == ("own", "a", "settled", "=A garden")
    assert (row["country"], row["sector"], row["outcomes"], row["passages"]) == ("GB; FR", "education", "food", "3-9")
    # Looked for and not told, or left out of verdicts: unknown. Not looked for: empty.
    told = {
        "joint": "yes",
        "voluntary": "varies",
        "equal": "unknown",
        "direct_power": "unknown",
        "simultaneous": "unknown",
    }
    assert {key: row[key] for key in told} == told
    assert (other["coder"], other["joint"], other["equal"]) == ("bob", "no", None)
    labels = list(book["labels"].iter_rows(values_only=True))
    assert len(labels[0]) == len(header)
    assert labels[1][header.index("joint")] == "oui" and labels[2][header.index("equal")] is None
    assert labels[0][header.index("case_kind")] == "type de cas"
    contributions = list(book["contributions"].iter_rows(values_only=True))
    assert dict(zip(*contributions, strict=True))["who"] == "+neighbours"
    variables = {r[0]: r for r in book["codebook"].iter_rows(values_only=True)}
    assert set(variables) == {"variable", *shipped_codebook().variables} and all(variables["joint"])
    assert {r[0] for r in book["about"].iter_rows(values_only=True)} >= {"unknown", "placing"}
    for sheet in book:
        assert all(cell.data_type != "f" for line in sheet for cell in line)


def test_placing_is_taken_in_on_request_and_csv_has_the_rows_alone(garden):
    rows = read(run("wide", garden, "--format", "csv", "--with-placing").stdout_bytes)
    assert [r["direct_power"] for r in rows] == ["no", ""] and rows[0]["title"] == "'=A garden"


# Formulas

DANGEROUS = st.sampled_from(["=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "a", " "])
TEXTS = st.one_of(st.text(), st.lists(DANGEROUS, max_size=5).map("".join))


@given(TEXTS)
def test_no_text_is_a_formula_and_none_is_lost(text):
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in tuple("=+-@\t\r\n＝＋－＠")


@pytest.mark.parametrize("fmt", ["csv", "tsv"])
@given(
    st.lists(
        st.tuples(TEXTS.filter(lambda t: not any("\ud800" <= c <= "\udfff" for c in t)), st.integers()), max_size=3
    )
)
def test_text_is_read_back(fmt, rows):
    data = as_text(Table("t", ("a", "b"), rows), fmt)
    found = list(csv.reader(io.StringIO(data.decode(), newline=""), delimiter=sheets.DELIMITERS[fmt]))[1:]
    assert [(unguarded(a), b) for a, b in found] == [(a, str(b)) for a, b in rows]


def test_numbers_are_no_formulas():
    assert as_text(Table("t", ("a", "b", "c"), [(-0.5, None, "-0.5")])) == b"a,b,c\r\n-0.5,,'-0.5\r\n"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\tx", "=HYPERLINK(\"http://x\")", "#N/A", "'=1"])  # fmt: skip
def test_a_workbook_holds_the_text_itself_and_never_runs_it(text):
    cell = load_workbook(io.BytesIO(as_workbook([Table("t", ("a",), [(text,)])])))["t"]["A2"]
    assert (cell.value, cell.data_type) == (text, "s")
    assert cell.quotePrefix == (text != "#N/A")


def test_what_a_workbook_cannot_hold():
    rows = [("a\x00\x0bb", -0.5, None), ("x" * (LONGEST_CELL + 1), 1, None)]
    sheet = load_workbook(io.BytesIO(as_workbook([Table("t", ("a", "b", "c"), rows)])))["t"]
    assert [c.value for c in sheet[2]] == ["a\ufffd\ufffdb", -0.5, None]
    assert len(sheet["A3"].value) == LONGEST_CELL and sheet["A3"].value.endswith(CUT)
    with pytest.raises(sheets.TooLarge, match="write CSV"):
        as_workbook([Table("t", ("a",), range(sheets.MOST_ROWS))])


# Networks


def test_network_by_hand(tmp_path):
    file = tmp_path / "net.yaml"
    file.write_text(
        "- {id: a, title: \"<A> & \\x01\", source: own, citizen_input: yes, public_input: no,\n"
        "   part_of: [b], same_kind: [b, other/z],\n"
        "   contributions: [{who: x, role: volunteer}, {who: y, role: volunteer}, {who: z, role: citizen}]}\n"
        "- {id: b, title: B, source: own, complete: yes}\n", encoding="utf-8")  # fmt: skip
    out = tmp_path / "net.graphml"
    result = run("graphml", file, "-o", out)
    assert result.exit_code == 0, result.stderr
    graph = networkx.read_graphml(out)
    base = "https://w3id.org/coproduction/"
    a, b, z = base + "case/own/a", base + "case/own/b", base + "case/other/z"
    assert graph.is_directed() and graph.nodes[a]["label"] == "<A> & \ufffd"
    assert (graph.nodes[a]["kind"], graph.nodes[z]["kind"]) == ("case", "case elsewhere")
    # Answers: known, looked for and not told, not looked for.
    assert (graph.nodes[a]["public_input"], graph.nodes[b]["public_input"]) == ("no", "unknown")
    assert "equal" not in graph.nodes[a] and graph.nodes[b]["equal"] == "unknown"
    edges = [(s, t, d) for s, t, d in graph.edges(data=True)]
    assert sorted(d["kind"] for s, t, d in edges if (s, t) == (a, b)) == ["part_of", "same_kind"]
    assert [d["kind"] for s, t, d in edges if t == z] == ["same_kind"]
    assert {s.rsplit("/", 1)[-1]: d["contributions"] for s, t, d in edges if d["kind"] == "takes part"} == {
        "volunteer": 2, "citizen": 1,
    }  # fmt: skip
    assert [t for s, t, d in edges if d["kind"] == "told by" and s == a] == [base + "source/own"]
    verdicts = {(s, t.rsplit("/", 1)[-1]): d["outcome"] for s, t, d in edges if d["kind"] == "verdict"}
    assert verdicts[a, "bovaird-loeffler-2015-matched-input"] == "out"
    assert verdicts[b, "bovaird-loeffler-2015-matched-input"] == "undetermined"


@pytest.mark.slow
def test_network_of_the_sources_has_every_verdict_of_classify():
    graph = networkx.parse_graphml(run("graphml", "--all").stdout)
    judged = json.loads(CliRunner().invoke(cli, ["classify", "--format", "json"]).stdout)
    expected = {(row["case"], row["definition"], row["verdict"]) for row in judged}
    found = {(s, t.rsplit("/", 1)[-1], d["outcome"]) for s, t, d in graph.edges(data=True) if d["kind"] == "verdict"}
    assert found == expected and len({row["case"] for row in judged}) == 185


# Manners


@pytest.mark.parametrize("command", ["long", "wide", "qca", "graphml", "agreement"])
def test_findings_stop_an_export_and_nothing_is_written(tmp_path, command):
    bad = tmp_path / "bad.csv"
    bad.write_text("id,title,source,joint\na,t,own,perhaps\n", encoding="utf-8")
    out = tmp_path / "out"
    result = run(command, bad, "-o", out)
    assert result.exit_code == 1 and "bad.csv:2:4" in result.stderr and not out.exists()
    result = run(command, tmp_path / "none.csv", "-o", out)
    assert result.exit_code == 2 and "no such file" in result.stderr and not out.exists()


@pytest.mark.parametrize("command", ["long", "wide", "graphml", "agreement"])
def test_an_input_is_never_overwritten(garden, command):
    result = run(command, garden, "-o", garden)
    assert result.exit_code == 2 and "would be overwritten" in result.stderr
    assert garden.read_text(encoding="utf-8") == RECORD


def test_a_folder_is_written_whole_or_not_at_all(records):
    out = records.parent / "qca"
    (out / "qca-load.R").mkdir(parents=True)
    result = run("qca", records, "-o", out)
    assert result.exit_code == 2 and "a directory stands in the way" in result.stderr
    assert [f.name for f in out.iterdir()] == ["qca-load.R"]
    result = run("qca", records, "-o", records)
    assert result.exit_code == 2 and "is a file" in result.stderr
    result = run("long", records, "-o", records / "x.csv")
    assert result.exit_code == 2 and "cannot be written" in result.stderr


def test_notes_are_in_both_languages_with_the_same_blanks():
    for export in ("wide", "agreement", "qca"):
        english, french = notes(export, "en"), notes(export, "fr")
        assert english.keys() == french.keys() and notes(export, "nl") == english
        for name, text in english.items():
            assert {p.split("}")[0] for p in text.split("{")[1:]} == {
                p.split("}")[0] for p in french[name].split("{")[1:]
            }
