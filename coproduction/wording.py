"""The ontology's words for what records hold by key: answers, bases, questions, definitions, in a language."""

from collections.abc import Mapping, Sequence

from coproduction import names
from coproduction.settle import settled_by
from coproduction.texts import Texts
from coproduction.vocabulary import Vocabulary


class Wording:
    """Words for keys in a language; in English where that language is missing, and a key where there is no word."""

    def __init__(self, vocabulary: Vocabulary, lang: str = "en"):
        self.vocabulary, self.lang = vocabulary, lang
        self.texts = Texts("next", lang)

    def label(self, cls: str, key: str) -> str:
        """Return the label of an instance of a class by its key."""
        iri = self.vocabulary.keys(cls).get(key)
        return self.vocabulary.label(iri, self.lang) if iri else key

    def written(self, cls: str, key: str) -> str:
        """Return the word to write for a key: the key itself, or the label of a language that has another one."""
        iri = self.vocabulary.keys(cls).get(key)
        label, english = (self.vocabulary.label(iri, lang) if iri else key for lang in (self.lang, "en"))
        return key if label == english else label

    def meaning(self, cls: str, key: str) -> str:
        """Return what an instance of a class means; empty where nothing says it."""
        return self.vocabulary.text(self.vocabulary.keys(cls)[key], names.SKOS + "definition", self.lang) or ""

    def examples(self, key: str) -> list[tuple[str, str]]:
        """Return the codebook's examples of answers to a variable, each with its answer, in the order of the answers."""
        keys = {iri: answer for answer, iri in self.vocabulary.keys("Answer").items()}
        order, found = list(keys.values()), []
        for node in self.vocabulary.objects(self.vocabulary.keys("Variable")[key], names.COP + "example"):
            answer = self.vocabulary.object(node, names.COP + "exampleAnswer")
            text = self.vocabulary.text(node, names.COP + "exampleText", self.lang)
            if answer and text:
                found.append((order.index(keys[answer.value]), text))
        return [(order[n], text) for n, text in sorted(found)]

    def answer(self, key: str) -> str:
        """Return an answer in a word."""
        return self.written("Answer", key)

    def outcome(self, key: str) -> str:
        """Return an outcome in a word."""
        return self.label("Outcome", key)

    def variable(self, key: str) -> str:
        """Return a variable's label."""
        return self.label("Variable", key)

    def definition(self, slug: str) -> str:
        """Return a definition's label; its slug where it has none."""
        return self.label("Definition", slug)

    def question(self, key: str) -> str:
        """Return the question that a variable puts to a case; its key where it has none."""
        iri = self.vocabulary.keys("Variable")[key]
        return self.vocabulary.text(iri, names.COP + "question", self.lang) or key

    def gain(self, by_answer: Mapping[str, Sequence[str]]) -> str:
        """Return in words how many verdicts each answer to a variable settles alone."""
        # What is not applicable weighs as a no does; it is said where it settles something else.
        said = {a: slugs for a, slugs in by_answer.items() if a != "n/a" or slugs != by_answer.get("no")}
        if not settled_by(said):
            return self.texts("together")
        most = sorted(said, key=lambda answer: (-len(said[answer]), answer))
        return self.texts("list").join(self.texts("settles", answer=self.answer(a), number=len(said[a])) for a in most)
