"""French is wholly French: every sentence of the readers and of the command has its French, and the fixtures show it."""

import ast
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

import coproduction
from coproduction import messages, resources
from coproduction.__main__ import cli
from coproduction.loaders.raw import Finding
from coproduction.messages import counted, form, in_french, word
from coproduction.rules import rules, told
from coproduction.texts import read

FIXTURES = Path(__file__).parent / "validate"
WRONG = sorted(FIXTURES.glob("*.wrong.*"))
DATA = YAML(typ="safe").load((resources.folder("ontology") / "messages.yaml").read_text(encoding="utf-8"))
PACKAGE = Path(coproduction.__file__).parent
# Readers whose findings `validate` shows; statements are read by `check` alone, which speaks English.
READERS = sorted(f for f in (PACKAGE.parent / "loaders").glob("*.py") if f.name not in ("statements.py", "limits.py"))
READERS += [PACKAGE / "cases.py", PACKAGE / "report_xlsx.py"]
# What English says in every other sentence, and French never.
ENGLISH = re.compile(
    r"\b(the|is|are|has|have|its?|and|with|which|not|there|where|takes?|stands?|names|without|did|you|mean|"
    r"known|case here|written?|of|records?|errors?|warnings?|advice|findings?)\b"
)
SAID = DATA["readers"]


def fixture_words(file: Path) -> set[str]:
    """The words of a fixture: names and free text, which are the same in every language."""
    return set(re.findall(r"\w+", file.read_text(encoding="utf-8").lower()))


@pytest.mark.parametrize("file", WRONG, ids=[f.name for f in WRONG])
@pytest.mark.parametrize("fmt", ["human", "concise"])
def test_no_finding_on_a_fixture_speaks_english(file, fmt):
    run = CliRunner().invoke(cli, ["validate", str(file), "--lang", "fr", "--format", fmt])
    lines = [line for line in (run.stdout + run.stderr).splitlines() if "coproduction explain" not in line]
    # What another program says is quoted in its own words, and what a record holds in the record's.
    said = re.sub(r"l'analyseur dit «.*?»", "", "\n".join(lines).replace(str(file), ""))
    said = re.sub(r"« .*? »|^ +\|.*$|: [a-z]+-[a-z-]+: |=.*\Z", " ", said, flags=re.MULTILINE)
    assert lines and {found[0] for found in ENGLISH.finditer(said)} <= fixture_words(file), said


def skeleton(node) -> str | None:
    """A text of the code with {} for what is put into it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(v.value if isinstance(v, ast.Constant) else "{}" for v in node.values)
    return None


def sentences(file: Path) -> set[str]:
    """The sentences that a module may say: its texts of several words that are no docstring."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    inside = {id(v) for n in nodes if isinstance(n, ast.JoinedStr) for v in n.values}
    inside |= {id(n.value) for n in nodes if isinstance(n, ast.Expr)}
    found = {s for n in nodes if id(n) not in inside and (s := skeleton(n)) and len(s.split()) > 1}
    return {s.strip() for s in found if re.search(r"[a-z]{2,} [a-z]{2,}|[a-z] \{\}|\{\} [a-z]", s)}


# Texts of the readers that are no message: forms of words, the reader's own assertion, what parsers say.
NO_MESSAGE = {
    "found unexpected ':'", "did not find expected ',' or ']'", "did not find expected ',' or '}'",
    "^Parser error at line .*?:", "[coproduction validate]", "shipped records have findings: {}: {}", "not reached",
    # What descriptions of works hold.
    "Also at: {}", "Edited by {}", "journal article", "both names lead to one entry of the bibliography",
}  # fmt: skip


@pytest.mark.parametrize("file", READERS, ids=[f.name for f in READERS])
def test_every_sentence_of_a_reader_is_listed_with_its_french(file):
    entries = [e["en"] for found in SAID.values() for e in found] + [
        e["en"] for k in ("parts", "tails") for e in DATA[k]
    ]
    listed = [re.sub(r"\{\w+\}", "{}", text) for text in entries]
    # A name of a case is put together of its source and its id.
    listed += [text.replace("record of {}", "record of {}/{}") for text in listed]
    loose = [re.escape(text).replace(r"\{\}", ".+") for text in listed if text != "{} and {}"]

    def is_listed(text: str) -> bool:
        return any(text in known for known in listed) or any(re.fullmatch(known, text) for known in loose)

    assert sorted(s for s in sentences(file) - NO_MESSAGE if not is_listed(s.removesuffix("{}"))) == []


def test_a_sentence_that_is_not_listed_is_seen(tmp_path):
    file = tmp_path / "reader.py"
    file.write_text('"""It says so."""\nmessage = f"{key} has a colour that nobody sees"\n', encoding="utf-8")
    assert sentences(file) == {"{} has a colour that nobody sees"}


def test_the_french_of_a_sentence_uses_what_the_english_names():
    for entry in [e for found in SAID.values() for e in found] + DATA["parts"] + DATA["tails"]:
        holes = [set(messages.HOLE.findall(entry[lang])) for lang in ("en", "fr")]
        assert holes[1] <= holes[0] and holes[0] - holes[1] <= {"same"}, entry
        assert entry["en"] != entry["fr"]


def test_sentences_of_the_command_name_the_same_in_both_languages():
    for key, texts in read()["command"].items():
        assert set(texts) == {"en", "fr"}
        assert sorted(messages.HOLE.findall(texts["en"])) == sorted(messages.HOLE.findall(texts["fr"])), key


def test_every_code_with_sentences_is_a_rule():
    assert set(SAID) <= set(rules())


@pytest.mark.parametrize(
    ("code", "english", "french"),
    [("wrong-type", "start '31.02' is no date; write year-month-day",
      "start : « 31.02 » n'est pas une date ; écrivez année-mois-jour"),
     ("unknown-key", "x is no key of an entry of values; did you mean what?",
      "« x » n'est pas une clé d'une entrée de values ; vouliez-vous dire what ?"),
     ("contradiction", "the contribution of A and B as citizen makes it yes, and yet decides no and does no makes it no",
      "l'apport de A and B comme citizen donne yes, et pourtant decides no et does no donne no"),
     ("contradiction", "joint is no, and yet the public value for all makes joint yes",
      "« joint » est no, et pourtant la valeur public pour all en fait yes"),
     ("unreadable", "has a line of more than 10,000,000 characters; 10,000,000 at most",
      "a une ligne de plus de 10\u202f000\u202f000 caractères ; 10\u202f000\u202f000 au plus"),
     ("unreadable", "unpacks to 61.5 MB; 60 MB at most", "se décompresse en 61.5 Mo ; 60 Mo au plus"),
     ("unreadable", "format 'xls' is not read; save it as .xlsx or .csv",
      "le format « xls » n'est pas lu ; enregistrez-le en .xlsx ou .csv"),
     ("unreadable", "format 'tll' is not known; did you mean ttl? known: csv, ttl",
      "le format « tll » n'est pas connu ; vouliez-vous dire ttl ? connus : csv, ttl"),
     ("unknown-term", "role 'x' is not known; known: a, b, ...", "role : « x » n'est pas un terme connu ; connus : a, b, ..."),
     ("unknown-term", "role 'x' is not known; it may mean a or b",
      "role : « x » n'est pas un terme connu ; cela peut vouloir dire a ou b"),
     ("row-without-case", "x is the id of no record in this file", "x n'est l'id d'aucune fiche de ce fichier"),
     ("made-date", "id is the date 2024-05-03 where no date belongs: format the cell as text, and type it again",
      "id est la date 2024-05-03 là où aucune date n'a sa place : mettez la cellule au format texte et saisissez à nouveau")],
)  # fmt: skip
def test_a_sentence_is_said_in_french(code, english, french):
    assert in_french(code, english) == french


def test_a_sentence_that_is_not_known_gives_way_to_what_the_rule_says():
    finding = Finding("wrong-type", "joint hums in the dark", key="joint", value="x", suggestion="y")
    assert told(finding, "fr").message == "« joint » n'a pas la forme attendue ; vouliez-vous dire y ?"
    assert told(Finding("wrong-type", "hums"), "fr").message == "type de valeur erroné"


@given(st.sampled_from([(c, e["en"]) for c, found in SAID.items() for e in found]), st.text(max_size=20))
def test_whatever_is_quoted_is_no_fault(sentence, text):
    code, english = sentence
    message = messages.HOLE.sub(lambda _: text or "x", english)
    assert form(english).fullmatch(message) and (in_french(code, message) or "").strip()


def test_counts_agree_with_their_number():
    assert [counted("error", n) for n in (0, 1, 2)] == ["0 errors", "1 error", "2 errors"]
    assert [counted("error", n, "fr") for n in (0, 1, 2)] == ["0 erreur", "1 erreur", "2 erreurs"]
    assert word("wrote", "de", file="x") == "wrote x"


def test_what_cannot_be_read_is_told_in_french(tmp_path):
    for name, text, says in (
        ("x.yaml", "", "est vide"),
        ("x.ods", "x", "le format « ods » n'est pas lu ; enregistrez-le en .xlsx ou .csv"),
        ("x.csv", "id,id\n1,2\n", "la colonne « id » est deux fois dans l'en-tête"),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
        run = CliRunner().invoke(cli, ["validate", str(tmp_path / name), "--lang", "fr"])
        assert run.exit_code == 2 and f": erreur: unreadable: {says}\n" in run.stderr
    run = CliRunner().invoke(cli, ["validate", str(FIXTURES), "--texts", str(tmp_path / "none"), "--lang", "fr"])
    assert run.exit_code == 2 and run.stderr.endswith("ce dossier n'existe pas\n")
