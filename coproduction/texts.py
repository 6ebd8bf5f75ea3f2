"""What the command says around cases and verdicts, by language, from ontology/texts.yaml."""

from collections.abc import Mapping
from functools import cache

from coproduction import resources

FILE = "texts.yaml"


class Texts:
    """The texts of one part of the command in a language; in English where that language is missing."""

    def __init__(self, part: str, lang: str = "en"):
        self.part, self.lang = read()[part], lang

    def __call__(self, key: str, /, **filled) -> str:
        """Return a text with its parts filled in."""
        return self._of(key).format(**filled)

    def words(self, key: str) -> list[str]:
        """Return the words of a list, the one that is shown first."""
        return list(self._of(key))

    def mapping(self, key: str) -> dict[str, str]:
        """Return words by words."""
        return dict(self._of(key))

    def _of(self, key: str):
        by_lang = self.part[key]
        return by_lang[self.lang if self.lang in by_lang else "en"]


@cache
def read() -> Mapping[str, Mapping[str, Mapping]]:
    """Return all texts: by part of the command, key and language."""
    from ruamel.yaml import YAML

    file = resources.folder("ontology") / FILE
    return YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
