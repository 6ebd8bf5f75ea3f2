"""What the commands and the readers of files say, in English and French, from ontology/texts.yaml and messages.yaml.

Readers speak English. Their sentences are found again by their form, and said in French with the same names.
"""

import re
from collections.abc import Iterable
from functools import cache

from ruamel.yaml import YAML

from coproduction import resources
from coproduction.texts import Texts

HOLE = re.compile(r"\{(\w+)\}")
QUOTED = re.compile(r"""(['"])(.*)\1""", re.DOTALL)
NUMBER = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")


def word(key: str, lang: str = "en", /, **filled) -> str:
    """Return a sentence of the commands by its key, in a language or in English where it lacks that."""
    return Texts("command", lang)(key, **filled)


def counted(key: str, number: int, lang: str = "en") -> str:
    """Return a count in words: `1 record`, `2 records`."""
    # In French nothing is still one.
    one = number == 1 or lang == "fr" and number == 0
    return word(f"{key}-{'one' if one else 'many'}", lang, n=number)


def in_french(code: str, message: str) -> str | None:
    """Return in French what a reader says of a finding with a code, or None where that is no sentence known here."""
    for head, tail in _parted(message):
        said = _said(head, _forms("readers", code))
        if said is not None:
            return said + tail
    return None


def _parted(message: str) -> Iterable[tuple[str, str]]:
    """Yield a message without what may follow any message, with that in French, and whole."""
    for english, french in _forms("tails"):
        begin = 0
        opening = HOLE.split(english[1], maxsplit=1)[0]
        while (begin := message.find(opening, begin)) >= 0:
            if found := english[0].fullmatch(message[begin:]):
                yield message[:begin], french.format(**{k: _value(v) for k, v in found.groupdict().items()})
            begin += 1
    yield message, ""


def _said(text: str, forms: Iterable[tuple]) -> str | None:
    """Return a text in French by the first form that it has; None where it has none of them."""
    for (form, _), french in forms:
        found = form.fullmatch(text)
        if not found:
            continue
        values = {k: _part(v) if k.endswith("_") else _value(v) for k, v in found.groupdict().items()}
        if None not in values.values():
            return french.format(**values)
    return None


def _part(text: str) -> str | None:
    said = _said(text, _forms("parts"))
    # Names, numbers and answers are the same in every language.
    return said if said is not None else _value(text)


def _value(text: str) -> str:
    """Return a name as French writes it: between its own quotation marks, and thousands parted by narrow blanks."""
    if quoted := QUOTED.fullmatch(text):
        return f"« {quoted[2]} »"
    return text.replace(",", "\u202f").replace(".", ",") if NUMBER.fullmatch(text) else text


@cache
def _data() -> dict:
    text = (resources.folder("ontology") / "messages.yaml").read_text(encoding="utf-8")
    return YAML(typ="safe").load(text)


@cache
def _forms(kind: str, code: str | None = None) -> tuple:
    """Return the sentences of a kind as pairs: the form of the English with its text, and the French."""
    found = _data()[kind]
    entries = found.get(code, ()) if code else found
    return tuple(((form(entry["en"]), entry["en"]), entry["fr"]) for entry in entries)


def form(english: str) -> re.Pattern:
    """Return the form of an English sentence, with a group for each hole in it."""
    parts = HOLE.split(english)
    return re.compile("".join(f"(?P<{p}>.+?)" if n % 2 else re.escape(p) for n, p in enumerate(parts)), re.DOTALL)
