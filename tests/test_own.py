"""A user's own definitions: everything wrong with a file is found at its place, and a sound one judges as the shipped do."""

import json
import re
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse

from coproduction import borders, own, resources
from coproduction.__main__ import cli
from coproduction.check_files import nonconforming
from coproduction.dataset import prefix_table
from coproduction.loaders.turtle_places import MARK, Places
from coproduction.rules import rules
from coproduction.vocabulary import shipped, with_files

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "own-definition.ttl"
PLANTED = Path(__file__).parent / "criteria" / "planted"
RULES = {code: rule for code, rule in rules().items() if rule.own}
HEAD = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in sorted(prefix_table(shipped()).items()))
HEAD += "@prefix my: <https://example.org/my/> .\n"
ABOVE = HEAD.count("\n")
# The least that a definition says, and a criterion with its two shapes.
LEAST = """
my:shared a cop:Definition ; rdfs:label "Shared"@en ; skos:definition "Both sides."@en ; cop:defines neighbour:co-production ;
    cop:standing cop:operative ; cop:completeness cop:whole ; cop:requires {requires} .
"""
CRITERION = """
my:merry a cop:Criterion ; rdfs:label "merry"@en ; cop:metMessage "merry"@en ; cop:notMetMessage "sad"@en ;
    cop:reads {reads} ; cop:metShape my:met ; cop:notMetShape my:not-met .
my:met a sh:NodeShape ; sh:property my:met-answer .
my:met-answer a sh:PropertyShape ; sh:path cop:joint ; {met} .
my:not-met a sh:NodeShape ; sh:property my:not-met-answer .
my:not-met-answer a sh:PropertyShape ; sh:path cop:joint ; {not_met} .
"""
YES, NO = "sh:minCount 1 ; sh:in ( cop:yes )", "sh:minCount 1 ; sh:in ( cop:no )"


def found(tmp_path: Path, text: str, lang: str = "en"):
    file = tmp_path / "own.ttl"
    file.write_text(HEAD + text, encoding="utf-8")
    return own.findings([str(file)], lang)


def criterion(reads: str = "var:joint", met: str = YES, not_met: str = NO) -> str:
    return CRITERION.format(reads=reads, met=met, not_met=not_met)


def run(*args):
    return CliRunner().invoke(cli, [str(a) for a in args])


# Rules


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_wrong_example_breaks_the_rule_and_the_right_one_keeps_all(rule, tmp_path):
    wrong = found(tmp_path, rule.bad)
    assert {(f.code, f.severity) for f in wrong} == {(rule.code, rule.severity)}
    assert all(f.line and f.line > ABOVE and f.column for f in wrong)
    assert found(tmp_path, rule.good) == []


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_speaks_french(rule, tmp_path):
    english, french = found(tmp_path, rule.bad), found(tmp_path, rule.bad, "fr")
    assert [(f.line, f.column) for f in english] == [(f.line, f.column) for f in french]
    for e, f in zip(english, french, strict=True):
        assert "{" not in f.message
        # SHACL's own shapes for shapes speak English alone.
        assert e.message != f.message or rule.code == "bad-shape"


def test_every_shape_has_a_rule_for_each_of_its_components(tmp_path):
    """By the fixtures of the shapes: none of their results is without a code."""
    folder = Path(__file__).parent / "shapes"
    codes = set()
    for name in ("criterion", "definition", "expression", "variable"):
        file = tmp_path / f"{name}.ttl"
        text = (folder / f"{name}.wrong.ttl").read_text(encoding="utf-8")
        file.write_text(re.sub(r"(?m)^\[\] a test:Expected.*$", "", text), encoding="utf-8")
        codes |= {f.code for f in own.findings([str(file)])}
    assert codes >= {"missing-part", "missing-words", "wrong-part", "unknown-name", "bad-expression"}


# Places and names


MANY_FAULTS = """
# A comment that names my:shared a cop:Definition .
my:shared a cop:Definition ; cop:defines neighbour:co-prodction ; cop:standin cop:operative ; cop:completeness cop:whole ;
    rdfs:label "a [ b ] ; ."@en ; skos:definition '''Two
lines, and a ] too.'''@en ;
    cop:requires [ cop:all ( crit:jiont [ cop:any ( ) ]
        [ cop:not crit:joint ; cop:all ( crit:equal ) ] "x" [ cop:not crit:jiont ] ) ] .
"""


def test_all_faults_are_found_at_once_each_at_its_place(tmp_path):
    """Lines and columns counted by hand, below the prefixes."""
    places = [(f.line - ABOVE, f.column, f.code, f.value) for f in found(tmp_path, MANY_FAULTS)]
    assert places == [
        (3, 1, "missing-part", None),
        (3, 42, "unknown-name", "neighbour:co-prodction"),
        (3, 67, "unknown-name", "cop:standin"),
        (6, 18, "bad-expression", '"x"'),
        (6, 30, "unknown-name", "crit:jiont"),
        (6, 41, "bad-expression", "rdf:nil"),
        (7, 9, "bad-expression", None),
        (7, 71, "unknown-name", "crit:jiont"),
    ]


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [(LEAST.format(requires="crit:jiont"), "crit:joint"), (LEAST.format(requires="crit:joint").replace(
        "cop:operative", '"operative"'), "cop:operative"), (criterion("var:jiont"), "var:joint"),
     (criterion() + LEAST.format(requires="my:mery"), "my:merry"),
     (LEAST.format(requires="crit:joint").replace("cop:standing", "cop:standin"), "cop:standing")],
)  # fmt: skip
def test_the_nearest_known_name_is_told(text, suggestion, tmp_path):
    (finding,) = [f for f in found(tmp_path, text) if f.code == "unknown-name"]
    assert finding.suggestion == suggestion and finding.message.endswith(f"did you mean {suggestion}?")


@pytest.mark.parametrize(
    ("text", "says"),
    [("def:anzsog-2017 cop:standing cop:rejected .", "def:anzsog-2017: ships with the project"),
     ("crit:joint cop:reads var:equal .", "crit:joint: ships"), ("cop:yes rdfs:label \"aye\"@en .", "cop:yes: ships"),
     ("my:anzsog-2017 a cop:Definition .", "has the short name anzsog-2017, which is that of def:anzsog-2017"),
     ("my:joint a cop:Criterion .", "has the short name joint, which is that of crit:joint"),
     ("<urn:x/shared> a cop:Definition .", "has the short name shared, which is that of"),
     ('my:v a cop:Variable ; cop:key "joint" .', "has the key joint"),
     ('my:v a cop:Variable ; cop:key "title" .', "has the key title"),
     ("my:v a cop:Variable ; cop:property cop:joint .", "has the property cop:joint")],
)  # fmt: skip
def test_a_name_that_is_taken_is_refused(text, says, tmp_path):
    taken = [f for f in found(tmp_path, LEAST.format(requires="crit:joint") + text) if f.code == "name-taken"]
    assert len(taken) == 1 and says in taken[0].message


def test_two_files_that_give_one_short_name_are_refused_at_the_second(tmp_path):
    files = [tmp_path / name for name in ("one.ttl", "two.ttl")]
    for file, space in zip(files, ("https://example.org/my/", "https://example.org/your/"), strict=True):
        text = LEAST.format(requires="crit:joint").replace("my:", f"<{space}", 1).replace("shared ", "shared> ", 1)
        file.write_text(HEAD + text, encoding="utf-8")
    (finding,) = own.findings(map(str, files))
    assert (finding.code, finding.file) == ("name-taken", str(files[1]))


# Criteria


@pytest.mark.parametrize(
    ("met", "not_met", "reads", "says"),
    [(YES, "sh:minCount 1 ; sh:in ( cop:no cop:yes )", "var:joint", "a case of joint: yes conforms to both shapes"),
     (YES, "sh:in ( cop:no )", "var:joint", "is settled by joint: unknown, where nothing is known"),
     (YES, "sh:minCount 1 ; sh:in ( cop:no cop:varies )", "var:joint", "judges joint: varies otherwise"),
     ("sh:minCount 1 ; sh:in ( my:aye )", NO, "var:joint", "is met by no combination of answers"),
     (YES, NO, "var:equal", "look at cop:joint, which cop:reads does not name"),
     (YES, NO.replace("cop:no", "cop:no cop:yes"), "var:joint , var:equal", "equal: yes, joint: yes conforms to both")],
)  # fmt: skip
def test_an_unsound_criterion_is_named_with_the_combination(met, not_met, reads, says, tmp_path):
    (finding,) = found(tmp_path, criterion(reads, met, not_met))
    assert (finding.code, finding.criterion) == ("unsound-criterion", "merry") and says in finding.message


def test_every_unsound_criterion_is_told_and_not_the_first_alone(tmp_path):
    both = criterion(not_met=YES)
    second = both.replace("my:merry", "my:glad").replace("my:met", "my:m").replace("my:not-met", "my:n")
    assert [f.criterion for f in found(tmp_path, both + second)] == ["merry", "glad"]


PLANTS = [
    pytest.param(f, id=f.stem, marks=[pytest.mark.slow] if f.stem == "five-variables" else [])
    for f in sorted(PLANTED.glob("*.ttl"))
]


@pytest.mark.parametrize("file", PLANTS)
def test_what_the_engine_refuses_is_found(file):
    """The criteria that loading refuses have errors here, and the one it takes has none."""
    errors = [f for f in own.findings([str(file)]) if f.severity == "error"]
    assert bool(errors) is (file.stem != "five-variables"), errors


# The shipped ones pass what a user's must


@pytest.mark.slow
def test_the_shipped_definitions_criteria_and_variables_conform():
    triples = [quad.triple for quad in shipped().store]
    assert nonconforming(triples, resources.folder("shapes") / "definitions.ttl") == []


@cache
def example():
    return with_files([EXAMPLE])


def test_the_example_is_sound_and_says_everything():
    assert own.findings([str(EXAMPLE)]) == []
    assert not nonconforming([q.triple for q in example().store], resources.folder("shapes") / "definitions.ttl")


def verdict(tmp_path, facts: str) -> dict:
    file = tmp_path / "case.yaml"
    file.write_text(f"id: garden\ntitle: A garden\nsource: own\nfacts: {{{facts}}}\n", encoding="utf-8")
    args = ["classify", file, "--with", EXAMPLE, "--definition", "prepared-co-production", "--format", "json"]
    (row,) = json.loads(run(*args).stdout)
    return row


@pytest.mark.parametrize(
    ("facts", "outcome", "part"),
    [("", "undetermined", ("unknown", "prepared")), ("decides: yes", "in", ("decided_by", "have-a-say")),
     ("plans_designs: no, decides: no", "undetermined", ("unknown", "prepared")),
     ("plans_designs: no, decides: no, citizens_prepared: no", "out", ("failed", "prepared")),
     ("plans_designs: no, citizens_prepared: yes", "in", ("decided_by", "prepared")),
     ("citizens_prepared: varies", "undetermined", ("unknown", "have-a-say"))],
)  # fmt: skip
def test_verdicts_of_the_example_worked_out_by_hand(facts, outcome, part, tmp_path):
    row = verdict(tmp_path, "public_input: yes, citizen_input: yes" + (f", {facts}" if facts else ""))
    assert row["verdict"] == outcome and part[1] in row[part[0]]


CROSSING = (
    "id: garden\ntitle: A garden\nsource: own\nclaimed_under: [prepared-co-production]\nsource_label: none\n"
    "facts: {public_input: yes, citizen_input: yes, decides: no, plans_designs: no, citizens_prepared: no}\n"
)


def test_the_border_of_an_own_definition_is_crossed_in_its_own_words(tmp_path):
    file = tmp_path / "case.yaml"
    file.write_text(CROSSING, encoding="utf-8")
    result = run("validate", file, "--with", EXAMPLE, "--format", "concise")
    says = "citizens have no say; citizens are not prepared for their part: not co-production (Prepared co-production)"
    assert result.exit_code == 1 and says in result.stdout


@pytest.mark.slow
def test_any_engine_finds_the_border_of_an_own_definition_crossed(tmp_path):
    file = tmp_path / "case.yaml"
    file.write_text(CROSSING, encoding="utf-8")
    shacl = run("validate", file, "--with", EXAMPLE, "--format", "json", "--shacl")
    crossed = [f for f in json.loads(shacl.stdout) if f["code"] == "border-crossed"]
    assert len(crossed) == 1


def test_a_criterion_without_words_speaks_by_its_label(tmp_path):
    text = criterion().replace('cop:notMetMessage "sad"@en ;', "") + LEAST.format(requires="my:merry")
    (tmp_path / "own.ttl").write_text(HEAD + text, encoding="utf-8")
    assert [f.code for f in own.findings([str(tmp_path / "own.ttl")])] == ["missing-words"]
    words = with_files([tmp_path / "own.ttl"])
    from coproduction.definitions import load

    (border,) = borders.borders(words, load(words)["shared"])
    assert border.messages["en"] == "not met: merry: not co-production (Shared)"


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["ttl", "jsonld", "nq", "csv", "xlsx", "yaml"])
def test_answers_to_an_own_variable_go_through_every_format(suffix, tmp_path):
    file, out, back = tmp_path / "case.yaml", tmp_path / f"case.{suffix}", tmp_path / "back.json"
    file.write_text("id: garden\ntitle: A garden\nsource: own\nfacts: {citizens_prepared: no}\n", encoding="utf-8")
    for source, target in ((file, out), (out, back)):
        result = run("convert", source, "-o", target, "--with", EXAMPLE)
        assert result.exit_code == 0, result.stderr
    assert json.loads(back.read_text(encoding="utf-8"))[0]["facts"]["citizens_prepared"]["value"] == "no"


def test_a_form_asks_the_own_question_behind_those_of_the_codebook(tmp_path):
    assert run("template", tmp_path / "form.csv", "--with", EXAMPLE).exit_code == 0
    header = next(line for line in (tmp_path / "form.csv").read_text("utf-8-sig").splitlines() if "title" in line)
    assert header.index("substitutable") < header.index("citizens_prepared")


# The command


def test_definitions_are_validated_alone(tmp_path):
    (tmp_path / "own.ttl").write_text(HEAD + MANY_FAULTS, encoding="utf-8")
    result = run("validate", "--with", tmp_path / "own.ttl", "--format", "json")
    assert result.exit_code == 1 and len(json.loads(result.stdout)) == 8
    assert result.stderr.endswith("1 file of definitions, 8 errors, 0 warnings\n")
    result = run("validate", "--with", EXAMPLE)
    assert (result.exit_code, result.stdout) == (0, "")


def test_warnings_fail_where_that_is_asked(tmp_path):
    (tmp_path / "own.ttl").write_text(HEAD + RULES["missing-words"].bad, encoding="utf-8")
    args = ["validate", "--with", tmp_path / "own.ttl", "--fail-on"]
    assert [run(*args, level).exit_code for level in ("error", "warning", "never")] == [0, 1, 0]


@pytest.mark.parametrize("fmt", ["human", "concise", "sarif", "junit", "github", "turtle", "html"])
def test_every_report_has_findings_without_records(fmt, tmp_path):
    (tmp_path / "own.ttl").write_text(HEAD + MANY_FAULTS, encoding="utf-8")
    result = run("validate", "--with", tmp_path / "own.ttl", "--format", fmt)
    assert result.exit_code == 1 and "jiont" in result.stdout


@pytest.mark.parametrize(
    "args", [["classify"], ["validate", "CASE"], ["convert", "CASE", "-o", "OUT"], ["export", "long"]]
)
def test_every_command_refuses_faulty_definitions(args, tmp_path):
    (tmp_path / "own.ttl").write_text(HEAD + MANY_FAULTS, encoding="utf-8")
    (tmp_path / "case.yaml").write_text("id: x\ntitle: X\nsource: own\n", encoding="utf-8")
    names = {"CASE": tmp_path / "case.yaml", "OUT": tmp_path / "out.ttl"}
    result = run(*(names.get(a, a) for a in args), "--with", tmp_path / "own.ttl")
    assert result.exit_code == 1 and not names["OUT"].exists()
    assert "crit:jiont is not known as a criterion" in (result.stdout if args[0] == "validate" else result.stderr)
    assert ("mend the definitions first" if args[0] == "validate" else "nothing was done") in result.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [("@prefix a: <urn:a> .\na:b a:c .\n", "own.ttl:2: is no Turtle"), ("", "own.ttl: is empty"),
     ("<urn:a> <urn:b> <urn:c> .", "own.ttl: holds no definition, no criterion and no variable"),
     ("\xff".encode("latin-1"), "own.ttl:1:1: is not UTF-8")],
)  # fmt: skip
def test_what_cannot_be_read_leaves_with_two(text, says, tmp_path):
    file = tmp_path / "own.ttl"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    for args in (["classify"], ["validate"]):
        result = run(*args, "--with", file)
        assert result.exit_code == 2 and result.stdout == "" and says in result.stderr


def test_definitions_named_as_records_are_pointed_to_the_option(tmp_path):
    result = run("validate", EXAMPLE)
    assert result.exit_code == 2 and "`coproduction validate --with FILE`" in result.stderr
    assert run("validate").exit_code == 2


def test_a_list_without_an_end_is_told_and_stops_nothing(tmp_path):
    text = LEAST.format(requires="[ cop:all _:cell ]") + "_:cell rdf:first crit:joint ; rdf:rest _:cell ."
    assert [f.code for f in found(tmp_path, text)] == ["bad-expression"]
    text = LEAST.format(requires="_:x") + "_:x cop:not _:x ."
    assert [f.message for f in found(tmp_path, text)] == ["my:shared: the expression contains itself"]


# Places in Turtle


@given(st.text(st.sampled_from("[]();,. ab:#\"'\\<>@^_\n=%-"), max_size=40))
@settings(max_examples=300, deadline=None)
def test_marks_change_nothing_but_themselves(middle):
    """Whatever a parser takes, it takes with marks, and no triple is lost or made by them."""
    text = f"@prefix a: <urn:a> .\n@prefix b: <urn:b> .\na:x a:y {middle} .\n"

    def triples(turtle: str) -> int:
        return len({str(q) for q in parse(input=turtle, format=RdfFormat.TURTLE)})

    try:
        plain = list(parse(input=text, format=RdfFormat.TURTLE))
    except SyntaxError:
        return
    places = Places(text)
    marked = list(parse(input=places.marked, format=RdfFormat.TURTLE))
    kept = [q for q in marked if q.predicate.value != MARK]
    assert len(kept) == len(plain) and len(marked) - len(kept) == sum(t.term == "[" for t in places.tokens)


def test_places_know_bases_prefixes_and_other_ways_of_writing():
    text = (
        "BASE <https://example.org/>\nPREFIX : <#>\n<a> :p \"\"\"x\n] <b> \"\"\" , [ :q <b> ; :r (:s 1.5 true) ] .\n"
        "# :t a :u .\n:t a :\\u , <https://example.org/#v.w> .\n"
    )  # fmt: skip
    places = Places(text)
    base = "https://example.org/"
    assert places.find(base + "a").line == 3
    assert (places.find(base + "a", base + "#p", base + "b").line, places.find(base + "#t").line) == (4, 6)
    assert places.find(base + "#t", None, base + "#u").column == 6
    assert places.find(base + "nothing").line is None
    assert places.short(base + "#u") == ":u" and places.short("urn:x") == "<urn:x>"


def test_the_check_holds_the_shipped_definitions_to_the_same_shapes():
    """What is planted is found and nothing else; the rest of the ontology is what it is asked of."""
    from coproduction.check import _formed

    files = Path(__file__).parent / "ontology" / "files"
    lines = [line for line in _formed(with_files([files / "definition.ttl"])) if "of-nothing" in line]
    assert any("What an expression names is a criterion" in line for line in lines)
    assert any(line.startswith("warning: ") for line in lines) and len(lines) == 3
