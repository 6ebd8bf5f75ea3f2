"""What a form says of each column, in a language: label, question, rule, the words it may hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

from coproduction import names, resources
from coproduction.codebook import Codebook
from coproduction.loaders.normal import REQUIRED, YES_OR_NO, normalise
from coproduction.loaders.raw import RawRecord
from coproduction.records import plain
from coproduction.rows import Column, case_columns, entry_columns, nested
from coproduction.vocabulary import Vocabulary

LANGUAGES = ("en", "fr")
# What a form calls its sheets; the loaders know the nested ones by their keys.
CASES = "cases"


@dataclass(frozen=True)
class Note:
    """What a form says of a column: its label, what it is or asks, the rule and examples, and the words it may hold.

    `strict`: one of them and nothing else may stand there; otherwise several may.
    """

    column: Column
    label: str
    meaning: str
    rule: str
    examples: tuple[str, ...]
    choices: tuple[str, ...]
    strict: bool
    hints: tuple[str, ...]

    def text(self, words: Mapping[str, str]) -> str:
        """Return the note as one text, for the header's comment."""
        lines = [self.label, self.meaning, *self.hints]
        if self.rule:
            lines.append(words["rule"].format(text=self.rule))
        return "\n".join(line for line in lines if line)


class Form:
    """The columns of a form with their notes in a language, and the words that the form itself uses."""

    def __init__(self, vocabulary: Vocabulary, book: Codebook, lang: str = "en"):
        self.vocabulary, self.book, self.lang = vocabulary, book, lang
        data = _data()
        self.keys: Mapping = data["keys"]
        self.words = {
            key: text[lang] if isinstance(text, Mapping) else [t[lang] for t in text]
            for key, text in data["words"].items()
        }
        self.headings = {key: text[lang] for key, text in data["codebook"].items()}
        case, _ = normalise(RawRecord("example", data["example"][lang]), book)
        self.example: Mapping = plain(case, book)
        self.version = version("coproduction")
        self.sheets: dict[str, list[Note]] = {CASES: [self.note(c) for c in case_columns(book)]}
        self.sheets |= {key: [self.note(c) for c in entry_columns(f)] for key, f in nested(book).items()}

    def note(self, column: Column) -> Note:
        """Return what is to be said of a column."""
        if column.variable and column.part is None:
            return self._question(column)
        field, own = column.field, self.keys.get(column.part or column.key, {})
        said = {part: text[self.lang] for part, text in own.items()}
        label = said.get("label") or self.vocabulary.label(field.property, self.lang)
        meaning = said.get("definition") or self.vocabulary.text(field.property, names.SKOS + "definition", self.lang)
        choices, many = self._choices(column), bool(field) and field.many
        # A cell with several words is on no list.
        strict = bool(choices) and not many
        hints = [said.get("hint", "")]
        if choices:
            listed = ", ".join(self.named(w, self.iris(column)) for w in choices) if len(choices) <= 20 else ""
            hints.append(self.words["one"].format(list=listed) if listed else "")
        hints.append(self.words["several"] if many else "")
        if column.key in REQUIRED and column.part is None:
            hints.insert(0, self.words["required"])
        return Note(column, label, meaning or "", "", (), choices, strict, tuple(h for h in hints if h))

    def _question(self, column: Column) -> Note:
        iri, answers = column.variable.iri, column.variable.answers

        def text(term: str) -> str:
            return self.vocabulary.text(iri, names.COP + term, self.lang) or ""

        listed = ", ".join(self.named(a, self.iris(column)) for a in answers)
        return Note(column, self.vocabulary.label(iri, self.lang), text("question"), text("codingRule"),
                    self._examples(iri), answers, True, (self.words["one"].format(list=listed),))  # fmt: skip

    def _examples(self, iri: str) -> tuple[str, ...]:
        keys = {i: key for key, i in self.book.answers.items()}
        found = []
        for node in self.vocabulary.objects(iri, names.COP + "example"):
            answer = self.vocabulary.object(node, names.COP + "exampleAnswer")
            text = self.vocabulary.text(node, names.COP + "exampleText", self.lang)
            if answer and text:
                found.append(f"{keys[answer.value]}: {text}")
        return tuple(sorted(found, key=lambda t: list(keys.values()).index(t.partition(":")[0])))

    def _choices(self, column: Column) -> tuple[str, ...]:
        field = column.field
        if field is None or field.key in YES_OR_NO:
            return ("yes", "no") if field else ()
        if not field.aliases:
            return tuple(self.iris(column))
        # A name that records may use in place of the code is easier to find on a list.
        labels = ((self.vocabulary.label(iri, self.lang), key) for key, iri in field.choices.items())
        return tuple(sorted(label if label.casefold() in field.aliases else key for label, key in labels))

    def iris(self, column: Column) -> Mapping[str, str]:
        """Return the words of a closed list that a column may hold, with what each stands for."""
        if column.variable and column.part is None:
            return self.book.answers
        if column.part == "why_unknown":
            return self.book.reasons
        return column.field.choices if column.field else {}

    def named(self, word: str, iris: Mapping[str, str]) -> str:
        """Return a word of a list with its label, where that says more."""
        label = self.vocabulary.label(iris[word], self.lang) if word in iris else word
        plain = word.replace("-", " ").casefold()
        return word if label.casefold().replace("-", " ") == plain else f"{word} ({label})"


@cache
def _data() -> Mapping:
    from ruamel.yaml import YAML

    file = resources.folder("ontology") / "record.yaml"
    return YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
