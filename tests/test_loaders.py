"""Records of every format become the same normal form, with the place of everything that is wrong in them."""

from pathlib import Path

import pytest

from coproduction.cases import from_raw
from coproduction.cases import read as read_cases
from coproduction.codebook import shipped_codebook
from coproduction.loaders import files
from coproduction.loaders.case import Fact
from coproduction.loaders.normal import normalise
from coproduction.loaders.raw import RawRecord, Unreadable

FIXTURES = Path(__file__).parent / "loaders"
BOOK = shipped_codebook()


def raws(name: str) -> list[RawRecord]:
    return files.read([str(FIXTURES / name)])


def cases(name: str):
    return read_cases([str(FIXTURES / name)], BOOK)


def found_in(text: str, tmp_path: Path, suffix: str = "yaml"):
    """The cases and findings of a text."""
    file = tmp_path / f"record.{suffix}"
    file.write_text(text, encoding="utf-8")
    return read_cases([str(file)], BOOK)


def record(**more):
    """The case and findings of a record as a reader hands it on, with the keys that every record has."""
    return normalise(RawRecord("f", {"id": "x", "title": "X", "source": "own"} | more), BOOK)


def shown(findings) -> list[tuple]:
    return [(f.line, f.column, f.code, f.key, f.suggestion) for f in findings]


# YAML


def test_every_scalar_of_yaml_stays_as_written():
    (raw,) = raws("plain.yaml")
    assert raw.data == {
        "id": "plain", "title": "012", "summary": "1e3", "source": "null", "service": "~", "provider": "NO",
        "country": "NO", "place": "yes", "start": "1979-08-24", "end": "0o14", "ongoing": "true",
        "participants": "1_000", "note": ".inf", "citizen_input": "NO", "joint": "no", "long_term": "yes",
    }  # fmt: skip


def test_words_of_other_schemas_are_answers_only_where_an_answer_is_asked_for():
    (case,), findings = cases("plain.yaml")
    assert findings == []
    assert case.record["country"] == ["NO"] and case.record["place"] == "yes" and case.record["ongoing"] == "yes"
    assert {k: f.value for k, f in case.facts.items()} == {"citizen_input": "no", "joint": "no", "long_term": "yes"}


def test_every_finding_in_yaml_stands_at_the_key_or_value_that_is_wrong():
    found, findings = cases("places.yaml")
    assert [c.id for c in found] == ["places"]
    assert sorted(shown(findings)) == [
        (2, 1, "unknown-key", "titel", "title"),
        (6, 3, "unknown-term", "case_kind", "instance"),
        (7, 1, "unknown-key", "nonsense", None),
        (11, 9, "unknown-term", "role", "volunteer"),
        (12, 3, "unknown-key", "gvies", "gives"),
        (14, 13, "unknown-term", "stages", "planning"),
        (14, 33, "bad-passage", "passages", None),
        (17, 12, "unknown-term", "citizen_input", "yes"),
        (18, 12, "unknown-term", "basis", None),
        (19, 3, "unknown-key", "jiont", "joint"),
        (20, 23, "unknown-key", "baiss", "basis"),
    ]
    pointers = {f.key: f.pointer for f in findings}
    assert pointers["gvies"] == "/contributions/0/gvies" and pointers["basis"] == "/facts/citizen_input/basis"
    assert {f.case for f in findings} == {"places"}


def test_documents_lists_and_cases_of_one_file():
    found = raws("several.yaml")
    assert [(r.data["id"], r.pointer) for r in found] == [
        ("first", "/0"), ("second", "/1/0"), ("third", "/1/1"), ("fourth", "/2/cases/0"), ("fifth", "/2/cases/1"),
    ]  # fmt: skip
    assert [r.find()[1].line for r in found] == [2, 8, 12, 17, 19]
    assert [r.data.get("country") for r in found[3:]] == [["FR"], ["DE"]]
    (finding,) = cases("several.yaml")[1]
    assert (finding.line, finding.column, finding.pointer) == (11, 3, "/1/0/nonsense")


def test_what_is_wrong_in_a_shared_key_stands_where_it_is_shared():
    findings = cases("shared.yaml")[1]
    assert [(f.case, f.code, f.line, f.column, f.pointer) for f in findings] == [
        ("first", "unknown-term", 2, 12, "/case_kind"),
        ("first", "missing-reason", 4, 10, "/facts/joint"),
        ("second", "unknown-term", 11, 18, "/cases/1/facts/joint"),
    ]


def test_an_alias_repeats_a_value_and_its_place():
    found, findings = cases("anchors.yaml")
    assert [c.facts[k].value for c, k in zip(found, ("joint", "equal"), strict=True)] == ["yes", "yes"]
    assert [(f.case, f.line, f.column, f.suggestion) for f in findings] == [
        ("first", 6, 12, "inferred"),
        ("second", 6, 12, "inferred"),
    ]


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("id: a\ntitle: [b\nsource: c\n", (3, 7), "is no YAML"),
        ("id: a\n\ttitle: b\n", (2, 1), "is no YAML"),
        ("id: a\nid: b\n", (2, 1), "has the key 'id' twice in one mapping"),
        ("id: a\n? [b]\n: c\n", (2, 3), "has a key that is no plain word"),
        ("just words\n", (1, 1), "holds no record"),
        ("- id: a\n- words\n", (2, 3), "entry 2 is no record but 'words'"),
        ("cases:\n- words\n", (2, 3), "entry 1 is no record but 'words'"),
        ("id: *a\n", (1, 5), "*a repeats what has not been written before"),
        ("&a [*a, *a]\n", (1, 5), "*a repeats what has not been written before, or itself"),
        ("# nothing\n", (None, None), "holds no record"),
        ("---\n---\n", (None, None), "holds no record"),
        ("[]\n", (None, None), "holds no record"),
        ('id: "\\ud800"\n', (1, 8), "is no YAML"),
        ("id: a\nnote: " + "[" * 100_000, (2, 57), "is nested too deeply"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_yaml_that_cannot_be_read_says_where(tmp_path, text, place, says):
    with pytest.raises(Unreadable) as caught:
        found_in(text, tmp_path)
    finding = caught.value.finding
    assert (finding.line, finding.column) == place and says in finding.message and finding.file.endswith("record.yaml")


def test_an_address_and_a_question_may_stand_in_brackets_without_quotes(tmp_path):
    text = "id: a\ntitle: t\nsource: own\nurl: [https://example.org/a, https://example.org:80/b]\njoint: yess\n"
    (case,), findings = found_in(text, tmp_path)
    assert case.record["url"] == ["https://example.org/a", "https://example.org:80/b"]
    assert shown(findings) == [(5, 8, "unknown-term", "joint", "yes")]
    (case,), findings = found_in("{id: a, title: for whom?, source: own}", tmp_path)
    assert findings == [] and case.record["title"] == "for whom?"
    with pytest.raises(Unreadable, match="is no YAML") as caught:
        found_in("url: [https://example.org]\ntitle: [b: c\n", tmp_path)
    assert caught.value.finding.line == 3
    with pytest.raises(Unreadable, match="is nested too deeply"):
        found_in("url: [https://example.org]\ntitle: " + "[" * 10_000, tmp_path)


def test_aliases_may_repeat_much_but_not_without_end(tmp_path):
    words = "[" + ", ".join(["w"] * 500) + "]"
    often = f"list: &a {words}\ncases:\n" + "".join(f"- {{id: a{n}, list: *a}}\n" for n in range(100))
    (tmp_path / "often.yaml").write_text(often, encoding="utf-8")
    assert len(files.read([str(tmp_path / "often.yaml")])) == 100
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{y}: &{y} [{', '.join(['*' + x] * 9)}]\n" for x, y in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(Unreadable, match="unfolds to more than 100,000 values"):
        found_in(bomb, tmp_path)


# JSON


def test_json_scalars_become_the_text_that_stands_there():
    (raw,) = raws("one.json")
    assert {k: raw.data[k] for k in ("participants", "start", "end", "complete", "title")} == {
        "participants": "12.50", "start": "1e3", "end": "99999999999999999999999", "complete": "yes", "title": "One é",
    }  # fmt: skip
    assert "place" not in raw.data and raw.data["country"] == ["FR", ""]


def test_json_records_have_facts_and_places():
    (case,), findings = cases("one.json")
    assert case.record["country"] == ["FR"] and case.complete
    assert case.facts == {
        "citizen_input": Fact("yes", pointer="/citizen_input"),
        "joint": Fact("no", passages=[(10, 20), "p. 4"], pointer="/joint"),
        # What follows from citizens putting something in.
        "external_party": Fact("yes", derived_from="citizen_input yes"),
        "between_organisations": Fact("no", derived_from="citizen_input yes"),
    }
    assert shown(findings) == [
        (13, 22, "unknown-term", "basis", "inferred"),
        (15, 12, "missing-key", "equal", None),
    ]


def test_json_cases_share_keys():
    found, findings = cases("several.json")
    assert [(c.id, c.source) for c in found] == [("first", "own"), ("second", "own")]
    assert [(f.case, f.line, f.column, f.pointer) for f in findings] == [("second", 4, 4, "/cases/1/nonsense")]


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ('{"id": "a",\n "title": }', (2, 11), "is no JSON: Expecting value"),
        ('{"id": "a",\n "title": "t", "id": "b"}', (2, 16), "has the key 'id' twice in one object"),
        ('{"id": "a", "facts": {"joint": "yes",\n"joint": "no"}}', (2, 1), "has the key 'joint' twice"),
        ('[{"id": "a"},\n 3]', (2, 2), "entry 2 is no record but '3'"),
        ('"a"', (1, 1), "holds no record"),
        ('{"id": NaN}', (None, None), "NaN is no number"),
        ('{"id": "a",\n"title": "\\ud800"}', (2, 10), "half a surrogate pair"),
        ("\n" + "[" * 100_000, (2, 52), "is nested too deeply"),
        ('{"id": ' + "[" * 60 + "]" * 60 + "}", (1, 58), "is nested too deeply"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_json_that_cannot_be_read_says_where(tmp_path, text, place, says):
    with pytest.raises(Unreadable) as caught:
        found_in(text, tmp_path, "json")
    finding = caught.value.finding
    assert (finding.line, finding.column) == place and says in finding.message


# CSV and TSV


def test_csv_rows_become_records():
    found, findings = cases("records.csv")
    first = found[0]
    assert first.record["title"] == "One; two" and first.record["country"] == ["FR", "DE"]
    assert first.record["stages"] == [{"concept": "planning"}, {"concept": "assessment"}]
    assert first.record["contributions"] == [{"who": "Anne", "role": "volunteer", "gives": "time"}]
    assert first.facts["citizen_input"] == Fact(
        "yes", "inferred", [(10, 20), "p. 4"], "they come", pointer="/facts/citizen_input"
    )
    assert first.facts["contributor_volunteer"].derived_from and first.facts["public_value"].value == "yes"
    # The second row leaves the first contribution out, and its title stands on two lines.
    assert found[1].record["title"] == 'two\nlines, and a "quote"'
    assert found[1].record["contributions"] == [{"who": "Bert", "gives": "time", "passages": [(30, 40)]}]
    assert sorted(((f.case, f.line, f.column, f.code, f.key) for f in findings), key=lambda row: row[1:3]) == [
        ("second", 3, 13, "unknown-term", "role"),
        ("third", 6, 5, "unknown-term", "citizen_input"),
        ("fourth", 7, 6, "missing-key", "citizen_input"),
        ("fourth", 7, 18, "unknown-key", "colour"),
    ]


def test_tsv_keeps_commas_and_semicolons():
    (case,), findings = cases("records.tsv")
    assert findings == [] and case.record["title"] == "One, two; three" and case.facts["joint"].value == "no"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("id,title,source\n", None, "has a header and no row"),
        ("\ufeff", 1, "has no header"),
        ("\n,,\n", 1, "has no header"),
        ("id,title,id\na,b,c\n", 1, "column 'id' stands twice in the header"),
        ("id,,source\na,b,c\n", 1, "column 2 has no name in the header"),
        ('id,title,source\na,"b\nc",own\nd,e,own,f\n', 4, "row has 4 cells, the header 3"),
        ('id,title,source\na,"b"c,own\n', 2, "is no CSV"),
        ('id,title,source\na,"b,own\n', 2, "is no CSV"),
    ],
)
def test_csv_that_cannot_be_read_says_where(tmp_path, text, line, says):
    with pytest.raises(Unreadable) as caught:
        found_in(text, tmp_path, "csv")
    assert caught.value.finding.line == line and says in caught.value.finding.message


# RDF


def test_turtle_cases_become_records_and_codings_those_of_their_coders():
    found, findings = cases("record.ttl")
    settled, coding = found
    assert settled.record["title"] == "Un jardin" and settled.record["lang"] == "fr"
    assert settled.record["country"] == ["BE", "FR"] and settled.record["case_kind"] == "instance"
    fact = settled.facts["citizen_input"]
    assert (fact.value, fact.basis, fact.reason, fact.passages) == ("yes", "inferred", "they come", ["p. 4", (10, 20)])
    # A shorthand without a fact is an answer too; that citizens are outside follows from Anne's contribution.
    assert settled.facts["joint"].value == "no" and settled.facts["external_party"].derived_from
    assert (coding.coder, coding.id, coding.source, coding.facts["citizen_input"].value) == (
        "anne",
        "garden",
        "own",
        "no",
    )
    assert [(f.code, f.key, f.line) for f in findings] == [("unknown-key", "nonsense", 9)]


@pytest.mark.parametrize("name", ["record.jsonld", "record.trig"])
def test_json_ld_and_trig_cases_become_records(name):
    (case,), findings = cases(name)
    assert findings == [] and (case.id, case.source, case.record["title"]) == ("garden", "own", "A garden")
    assert case.facts["citizen_input"].value == "yes"


def test_json_with_a_context_is_json_ld(tmp_path):
    text = (FIXTURES / "record.jsonld").read_text(encoding="utf-8")
    (case,), findings = found_in(text, tmp_path, "json")
    assert findings == [] and case.facts["citizen_input"].value == "yes"


RDF_HEAD = """
@prefix cop: <https://w3id.org/coproduction/ontology#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix var: <https://w3id.org/coproduction/variable/> .
<https://w3id.org/coproduction/case/own/x> a cop:Case ; dcterms:title "X" ; """


@pytest.mark.parametrize(
    ("body", "code", "key"),
    [
        ("cop:citizenInput cop:yes , cop:no .", "wrong-type", "citizen_input"),
        ("cop:joint cop:no ; cop:hasFact [ cop:variable var:joint ; cop:value cop:yes ] .", "duplicate-fact", "joint"),
        ("cop:hasFact [ cop:variable var:joint ; cop:value cop:yes , cop:no ] .", "unknown-term", "joint"),
        ("cop:hasFact [ cop:variable var:joint ; cop:value cop:no ] , [ cop:variable var:joint ; cop:value cop:yes ] .",
         "wrong-type", "joint"),
        ("cop:hasFact [ cop:variable var:jiont ; cop:value cop:yes ] .", "unknown-key", "jiont"),
        ("cop:hasFact [ cop:variable var:joint ; cop:vlaue cop:yes ; cop:value cop:yes ] .", "unknown-key", "vlaue"),
        ('cop:place "here" , "there" .', "wrong-type", "place"),
        ('dcterms:title "Y" .', "wrong-type", "title"),
        ('cop:hasMention [ cop:mentionOf cop:stagee ; cop:text "t" ] .', "unknown-key", "mentions"),
        ('cop:hasContribution [ cop:whoo "Anne" ] .', "unknown-key", "whoo"),
    ],
)  # fmt: skip
def test_nothing_that_a_case_says_in_rdf_is_dropped_in_silence(tmp_path, body, code, key):
    found, findings = found_in(RDF_HEAD + body, tmp_path, "ttl")
    assert [(f.code, f.key) for f in findings] == [(code, key)]


def test_a_derived_fact_in_rdf_is_derived_anew_and_a_shorthand_against_it_is_told(tmp_path):
    derived = """cop:citizenInput cop:yes ; cop:externalParty cop:%s ; cop:hasFact [ cop:variable var:external_party ;
        cop:value cop:yes ; cop:basis cop:stated ; cop:derivedFrom "citizen_input yes" ] ."""
    (case,), findings = found_in(RDF_HEAD + derived % "yes", tmp_path, "ttl")
    assert findings == [] and case.facts["external_party"].derived_from == "citizen_input yes"
    (case,), findings = found_in(RDF_HEAD + derived % "no", tmp_path, "ttl")
    assert [(f.code, f.key) for f in findings] == [("contradiction", "external_party")]


def test_a_blank_node_has_no_name(tmp_path):
    text = RDF_HEAD.replace("<https://w3id.org/coproduction/case/own/x>", "[]") + 'cop:place "here" .'
    found, findings = found_in(text, tmp_path, "ttl")
    assert found == [] and [(f.code, f.key) for f in findings] == [("missing-key", "id"), ("missing-key", "source")]


@pytest.mark.parametrize(
    ("text", "suffix", "place", "says"),
    [
        ("@prefix a: <urn:a> .\na:b a:c .\n", "ttl", (2, 9), "is no Turtle"),
        ("<urn:a> <urn:b> .\n", "nt", (1, 17), "is no N-Triples"),
        ("<urn:a> <urn:b> <urn:c> .\n", "ttl", (None, None), "holds no case"),
        ('{"@context": "https://example.org/c.jsonld"}', "jsonld", (None, None), "its context lies elsewhere"),
        ('<!DOCTYPE x [<!ENTITY a "lol">\n<!ENTITY b "&a;&a;">]><x>&b;</x>', "rdf", (2, None), "unfolds too far"),
    ],
)
def test_rdf_that_cannot_be_read_says_where(tmp_path, text, suffix, place, says):
    with pytest.raises(Unreadable) as caught:
        found_in(text, tmp_path, suffix)
    finding = caught.value.finding
    assert says in finding.message and finding.line == place[0] and (place[1] is None or finding.column == place[1])


# Short forms


def test_facts_on_top_and_under_facts_are_the_same():
    under, _ = record(
        facts={"joint": {"value": "no", "basis": "inferred", "reason": "r", "passages": [["1", "2"]]}, "equal": "no"}
    )
    on_top, _ = record(joint={"value": "no", "basis": "inferred", "reason": "r", "passages": [["1", "2"]]}, equal="no")
    assert under.facts == {
        "joint": Fact("no", "inferred", [(1, 2)], "r", pointer="/facts/joint"),
        "equal": Fact("no", pointer="/facts/equal"),
    }
    assert on_top.facts == {
        "joint": Fact("no", "inferred", [(1, 2)], "r", pointer="/joint"),
        "equal": Fact("no", pointer="/equal"),
    }


@pytest.mark.parametrize(
    ("word", "variables"), [("do", {"does"}), ("decide", {"decides"}), ("both", {"does", "decides"})]
)
def test_activity_is_short_for_what_the_outside_party_does(word, variables):
    for data in ({"activity": word}, {"facts": {"activity": word}}):
        case, findings = record(**data)
        assert findings == [] and {k: f.value for k, f in case.facts.items()} == dict.fromkeys(variables, "yes")
    case, _ = record(activity={"value": word, "basis": "inferred", "reason": "r"})
    assert {(k, f.value, f.basis) for k, f in case.facts.items()} == {(v, "yes", "inferred") for v in variables}


@pytest.mark.parametrize("word", ["dew", ["do"], {"value": "dew"}])
def test_activity_takes_three_words(word):
    case, findings = record(activity=word)
    assert case.facts == {} and [(f.code, f.key, f.pointer) for f in findings] == [
        ("unknown-term", "activity", "/activity")
    ]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("n/a", "n/a"),
        ("N/A", "n/a"),
        ("na", "n/a"),
        ("Yes", "yes"),
        ("NO", "no"),
        ("true", "yes"),
        ("false", "no"),
        (" varies ", "varies"),
    ],
)
def test_answers_may_be_written_in_several_ways(written, value):
    case, findings = record(joint=written)
    assert findings == [] and case.facts["joint"].value == value


def test_an_answer_of_one_variable_is_none_of_another():
    case, findings = record(decision_share="shares", joint="shares")
    assert case.facts["decision_share"].value == "shares" and [f.key for f in findings] == ["joint"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ([["1", "2"], ["30", "40"]], [(1, 2), (30, 40)]),
        (["1", "2"], [(1, 2)]),
        ("1-2; p. 4 ; 30:40", [(1, 2), "p. 4", (30, 40)]),
        ("p12-15", ["p12-15"]),
    ],
)
def test_passages_are_pairs_or_locators(written, read):
    case, findings = record(passages=written)
    assert findings == [] and case.record["passages"] == read


@pytest.mark.parametrize(
    "written", [[["2", "1"]], [["1", "1"]], [["1"]], [["²", "³"]], [["9" * 5000, "1"]], [{"a": "b"}], ["§"]]
)
def test_passages_that_are_neither(written):
    case, findings = record(passages=written)
    assert not case.record["passages"] and [(f.code, f.pointer) for f in findings] == [("bad-passage", "/passages/0")]


def test_a_list_of_concepts_takes_names_and_texts_and_a_list_without_vocabulary_takes_texts():
    case, findings = record(stages=["planning", {"text": "later"}], obstacles="no money; no time")
    assert findings == [] and case.record["stages"] == [{"concept": "planning"}, {"text": "later"}]
    assert case.record["obstacles"] == [{"text": "no money"}, {"text": "no time"}]


# Values that RDF would lose or break on


@pytest.mark.parametrize(
    ("key", "wrong", "right", "code"),
    [
        ("source", "Smith 2020", "smith-2020", "bad-id"),
        ("source", "doi:10.1000/a<b", "10.1000/a(b", "bad-id"),
        ("url", "example.org", "https://example.org", "bad-id"),
        ("part_of", "own/Other", "own/other", "bad-id"),
        ("part_of", "https://a.org/b c", "10.1000/xyz/other", "bad-id"),
        ("coder", "Jane Doe", "jane.doe", "wrong-type"),
        ("lang", "french!", "fr", "wrong-type"),
        ("coded_on", "last week", "2024-05-31", "wrong-type"),
        ("complete", "maybe", "no", "unknown-term"),
        ("ongoing", "maybe", "yes", "unknown-term"),
    ],
)
def test_a_text_that_has_a_form_keeps_to_it(key, wrong, right, code):
    _, findings = record(**{key: wrong})
    assert [(f.code, f.key, f.value) for f in findings] == [(code, key, wrong)]
    case, findings = record(**{key: right})
    assert findings == [] and case.record[key] in (right, [right])


@pytest.mark.parametrize(
    "part", [{"role": {"text": "helper"}}, {"forms": [{"concept": "co-design", "passages": [["1", "2"]]}]}]
)
def test_an_entry_of_contributions_names_its_concepts_and_nothing_more(part):
    case, findings = record(contributions=[{"who": "Anne", "gives": "time"} | part])
    assert [f.code for f in findings] == ["wrong-type"] and case.record["contributions"] == [
        {"who": "Anne", "gives": "time"}
    ]


# Derivations. The table below is the codebook's, written out by hand; a line that either has alone fails.

CITIZENS = ["beneficiary-client", "paying-customer", "consumer", "obligatee", "volunteer", "carer-or-family",
            "neighbour", "community-member", "service-user-group", "citizen"]  # fmt: skip
FROM_ROLES = [
    *[(role, None, variable) for role in CITIZENS for variable in ("citizen_input", "external_party")],
    ("beneficiary-client", None, "contributor_client"),
    ("paying-customer", None, "contributor_client"),
    ("service-user-group", None, "contributor_client"),
    ("service-user-group", None, "organised_group"),
    ("consumer", None, "contributor_consumer"),
    ("obligatee", None, "contributor_obligatee"),
    ("volunteer", None, "contributor_volunteer"),
    ("carer-or-family", None, "contributor_family_or_neighbour"),
    ("neighbour", None, "contributor_family_or_neighbour"),
    ("professional", None, "professional_input"),
    ("professional", "public", "public_effort"),
    ("public-organisation", None, "public_effort"),
    ("other-agency", None, "agency_input"),
    ("other-agency", None, "external_party"),
    ("non-profit", None, "third_sector_input"),
    ("non-profit", None, "external_party"),
    ("company", None, "company_input"),
    ("company", None, "external_party"),
    ("contractor", None, "external_party"),
]
FROM_VALUES = [("public", "public_value"), ("private", "private_value")]
FROM_ANSWERS = [
    ({"public_effort": "yes"}, "public_input", "yes"),
    ({"public_authority": "yes"}, "public_input", "yes"),
    ({"citizen_input": "yes"}, "between_organisations", "no"),
    ({"citizen_input": "yes"}, "external_party", "yes"),
    ({"public_effort": "no", "public_authority": "no"}, "public_input", "no"),
]
# What those follow-ups add to a contribution by itself.
FOLLOWING = {"citizen_input": {"between_organisations": "no"}, "public_effort": {"public_input": "yes"}}


def test_the_tables_here_are_the_codebooks():
    written = {(frozenset([role]), frozenset([employer] if employer else []), v) for role, employer, v in FROM_ROLES}
    assert {(d.roles, d.employers, d.then_variable) for d in BOOK.derivations if d.roles} == written
    assert {(*d.value_types, d.then_variable) for d in BOOK.derivations if d.value_types} == set(FROM_VALUES)
    answers = {
        (frozenset((v, d.answer) for v in d.variables), d.then_variable, d.then_answer)
        for d in BOOK.derivations
        if d.variables
    }
    assert answers == {(frozenset(given.items()), v, answer) for given, v, answer in FROM_ANSWERS}


@pytest.mark.parametrize("role", sorted({role for role, _, _ in FROM_ROLES} | {"unknown"}))
@pytest.mark.parametrize("employer", ["public", "third-sector", None])
def test_what_follows_from_a_role_and_an_employer(role, employer):
    entry = {"who": "Anne", "role": role, "gives": "time", "passages": [["1", "2"]]} | (
        {"employer": employer} if employer else {}
    )
    case, findings = record(contributions=[entry])
    expected = {v: "yes" for r, e, v in FROM_ROLES if r == role and e in (None, employer)}
    for variable in list(expected):
        expected |= FOLLOWING.get(variable, {})
    assert findings == [] and {k: f.value for k, f in case.facts.items()} == expected
    assert all(f.basis == "stated" and f.passages == [(1, 2)] and f.derived_from for f in case.facts.values())


@pytest.mark.parametrize(("kind", "variable"), FROM_VALUES)
def test_what_follows_from_a_value(kind, variable):
    case, findings = record(values=[{"kind": kind, "for": "all", "what": "w"}])
    assert findings == [] and {k: f.value for k, f in case.facts.items()} == {variable: "yes"}
    case, findings = record(values=[{"kind": kind, "sign": "loss", "for": "all", "what": "w"}])
    assert findings == [] and case.facts == {}


@pytest.mark.parametrize(("given", "variable", "answer"), FROM_ANSWERS)
def test_what_follows_from_answers(given, variable, answer):
    case, findings = record(**given)
    assert findings == [] and case.facts[variable].value == answer and case.facts[variable].derived_from
    other = dict(given, **{next(iter(given)): "unknown"})
    case, findings = record(**other)
    assert findings == [] and variable not in case.facts


def test_a_contribution_that_gives_nothing_tells_nothing():
    case, findings = record(contributions=[{"who": "Anne", "role": "volunteer"}])
    assert findings == [] and case.facts == {}


def test_no_never_follows_from_absence():
    case, findings = record(
        contributions=[{"who": "the council", "role": "public-organisation", "gives": "staff"}], complete="yes"
    )
    assert findings == [] and "no" not in {f.value for f in case.facts.values()}


def test_a_derived_fact_takes_over_the_weakest_basis_behind_it():
    fact = {"basis": "inferred", "reason": "r", "passages": [["1", "2"]]}
    stated = {"value": "no", "passages": [["3", "4"]]}
    case, _ = record(public_effort={"value": "no"} | fact, public_authority=stated)
    derived = case.facts["public_input"]
    assert (derived.value, derived.basis, derived.passages) == ("no", "inferred", [(3, 4), (1, 2)])
    case, _ = record(
        public_effort={"value": "no", "basis": "implied-by-placing", "reason": "r"},
        public_authority={"value": "no"} | fact,
    )
    assert case.facts["public_input"].basis == "implied-by-placing"


def test_of_two_contributions_the_firmer_gives_basis_and_passages():
    def entry(basis: str, start: str) -> dict:
        more = {} if basis == "stated" else {"reason": "r"}
        return {"who": "Anne", "role": "volunteer", "gives": "time", "basis": basis, "passages": [[start, "90"]]} | more

    for entries in ([entry("inferred", "1"), entry("stated", "2")], [entry("stated", "2"), entry("inferred", "1")]):
        case, _ = record(contributions=entries)
        fact = case.facts["contributor_volunteer"]
        assert (fact.basis, fact.passages) == ("stated", [(2, 90)])
    case, _ = record(contributions=[entry("stated", "1"), entry("stated", "2")])
    assert case.facts["contributor_volunteer"].passages == [(1, 90), (2, 90)]


def test_a_listed_fact_stays_as_listed_where_it_agrees():
    entry = {"who": "Anne", "role": "volunteer", "gives": "time"}
    case, findings = record(contributions=[entry], citizen_input={"value": "yes", "basis": "inferred", "reason": "r"})
    assert (
        findings == []
        and case.facts["citizen_input"].basis == "inferred"
        and not case.facts["citizen_input"].derived_from
    )


VOLUNTEER = {"role": "volunteer", "gives": "time"}
COMPANY = {"role": "company", "gives": "money"}


@pytest.mark.parametrize(
    ("data", "key", "pointer"),
    [
        ({"contributions": [VOLUNTEER], "citizen_input": "no"}, "citizen_input", "/citizen_input"),
        ({"contributions": [COMPANY], "facts": {"company_input": "no"}}, "company_input", "/facts/company_input"),
        ({"contributions": [COMPANY], "facts": {"company_input": "unknown"}}, "company_input", "/facts/company_input"),
        ({"values": [{"kind": "public", "what": "w"}], "public_value": "no"}, "public_value", "/public_value"),
        ({"citizen_input": "yes", "between_organisations": "yes"}, "between_organisations", "/between_organisations"),
        ({"public_effort": "no", "public_authority": "no", "public_input": "yes"}, "public_input", "/public_input"),
        ({"joint": {"value": "yes", "why_unknown": "silent"}}, "joint", "/joint/why_unknown"),
        ({"joint": {"value": "unknown", "basis": "stated"}}, "joint", "/joint/basis"),
    ],
)
def test_a_record_that_contradicts_itself(data, key, pointer):
    _, findings = record(**data)
    assert [(f.code, f.key, f.pointer) for f in findings] == [("contradiction", key, pointer)]


# Names, keys, duplicates


@pytest.mark.parametrize(
    ("wrong", "like"),
    [
        ("titel", "title"),
        ("contribution", "contributions"),
        ("citizens_input", "citizen_input"),
        ("Joint", "joint"),
        ("xyzzy", None),
    ],
)
def test_an_unknown_key_names_the_nearest(wrong, like):
    _, findings = record(**{wrong: "x"})
    assert [(f.code, f.key, f.suggestion, f.pointer) for f in findings] == [("unknown-key", wrong, like, f"/{wrong}")]
    assert (f"did you mean {like}?" in findings[0].message) is bool(like)


def test_a_key_with_a_slash_is_escaped_in_its_pointer():
    _, findings = record(**{"a/b~c": "x"})
    assert [f.pointer for f in findings] == ["/a~1b~0c"]


def test_all_findings_are_told_where_the_record_has_no_name():
    case, findings = normalise(RawRecord("f", {"title": "X", "nonsense": "x", "joint": "yess"}), BOOK)
    assert case is None
    assert [(f.code, f.key) for f in findings] == [
        ("missing-key", "id"), ("missing-key", "source"), ("unknown-key", "nonsense"), ("unknown-term", "joint"),
    ]  # fmt: skip
    case, findings = record(id="Not a slug", joint="yess")
    assert case is None and [(f.code, f.suggestion) for f in findings] == [
        ("bad-id", "not-a-slug"),
        ("unknown-term", "yes"),
    ]


def test_one_source_id_and_coder_make_one_record():
    def raw(file: str, **more) -> RawRecord:
        return RawRecord(file, {"id": "x", "title": "X", "source": "10.1000/abc"} | more)

    found, findings = from_raw([raw("a"), raw("b", coder="anne"), raw("c", source="other")], BOOK)
    assert len(found) == 3 and findings == []
    # The same DOI in another spelling, and the coder that is meant where none is named.
    found, findings = from_raw([raw("a"), raw("b", source="doi:10.1000/abc", coder="settled")], BOOK)
    assert [c.raw.file for c in found] == ["a"]
    assert [(f.code, f.file, f.case) for f in findings] == [("duplicate-record", "b", "x")]


def test_two_coders_records_stand_side_by_side():
    found, findings = cases("two-coders.yaml")
    assert findings == []
    assert [(c.coder, c.facts["citizen_input"].value, c.why_unknown("citizen_input")) for c in found] == [
        ("anne", "yes", "not-coded"), ("bert", "no", "not-coded"), ("settled", "unknown", "coders-differ"),
    ]  # fmt: skip
    assert len({c.iri for c in found}) == 1


@pytest.mark.parametrize(("complete", "why"), [("yes", "silent"), ("no", "not-coded"), (None, "not-coded")])
def test_why_a_variable_without_a_fact_is_unknown(complete, why):
    case, _ = record(
        joint={"value": "unknown", "why_unknown": "text-lost"}, **({"complete": complete} if complete else {})
    )
    assert case.why_unknown("equal") == why and case.why_unknown("joint") == "text-lost"


# Files


def test_a_format_may_be_named_where_the_suffix_does_not_tell(tmp_path):
    file = tmp_path / "record.txt"
    file.write_text('{"id": "x", "title": "X", "source": "own"}', encoding="utf-8")
    with pytest.raises(Unreadable, match="'txt' is not known"):
        files.read([str(file)])
    assert files.read([str(file)], "JSON")[0].data["id"] == "x"
    with pytest.raises(Unreadable, match="'jsn' is not known; did you mean json"):
        files.read([str(file)], "jsn")


def test_files_are_read_in_their_order(tmp_path):
    for name in ("b", "a"):
        (tmp_path / f"{name}.yaml").write_text(f"id: {name}\n", encoding="utf-8")
    assert [r.data["id"] for r in files.read([str(tmp_path / "b.yaml"), str(tmp_path / "a.yaml")])] == ["b", "a"]
