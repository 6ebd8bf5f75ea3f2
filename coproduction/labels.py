"""Names that a key may have, with their labels in every language, and what a word may mean among them."""

import re
from collections.abc import Iterable, Mapping
from functools import cache

from pyoxigraph import NamedNode

from coproduction import names
from coproduction.vocabulary import Vocabulary

LABELS = (names.RDFS + "label", names.SKOS + "prefLabel", names.SKOS + "altLabel", names.COP + "alias")
BLANK = re.compile(r"[\s\u00a0\u202f\u2007]+")
# Characters without width that come along when text is copied.
UNSEEN = re.compile("[\u200b\u2060\ufeff]")


def clean(text: str) -> str:
    """Return a text of one line without blanks at its ends, several in a row, and characters that nobody sees."""
    return text if "\n" in text else BLANK.sub(" ", UNSEEN.sub("", text)).strip()


def bare(text: str) -> str:
    """Return a word as it is compared: without letter case, and without a difference of blank, hyphen and underscore."""
    return re.sub(r"[\s_-]+", "-", clean(text).casefold())


@cache
def labels(vocabulary: Vocabulary) -> dict[str, set[str]]:
    """Return the labels of all things by their IRI, in every language, as they are compared."""
    found: dict[str, set[str]] = {}
    for term in LABELS:
        for quad in vocabulary.store.quads_for_pattern(None, NamedNode(term), None):
            found.setdefault(quad.subject.value, set()).add(bare(quad.object.value))
    return found


class Named(dict):
    """Names by key to IRI; what their labels mean is looked up when it is first asked for."""

    def __init__(self, names_: Mapping[str, str] | Iterable = (), vocabulary: Vocabulary | None = None):
        super().__init__(names_)
        self.vocabulary = vocabulary
        self._words: dict[str, list[str]] | None = None

    def words(self) -> dict[str, list[str]]:
        """Return the names that each word may mean, in their order. A name's own word means that name alone."""
        if self._words is None:
            found: dict[str, list[str]] = {}
            for key, iri in self.items():
                for label in labels(self.vocabulary).get(iri, ()) if self.vocabulary else ():
                    found.setdefault(label, []).append(key)
            self._words = found | {bare(key): [key] for key in self}
        return self._words

    def meant(self, word: str) -> list[str]:
        """Return the names that a word may mean: one, none, or several that share a label."""
        return self.words().get(bare(word), [])
