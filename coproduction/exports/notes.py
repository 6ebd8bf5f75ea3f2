"""What the exports say of themselves to their readers, in English and French, from the file notes.json."""

import json
from functools import cache

from coproduction import resources

FILE = "notes.json"


def notes(export: str, lang: str = "en") -> dict[str, str]:
    """Return the sentences of an export by name, in a language; in English where that language is missing."""
    found = _read()[export]
    return found.get(lang, found["en"])


@cache
def _read() -> dict[str, dict[str, dict[str, str]]]:
    return json.loads((resources.folder("exports") / FILE).read_text(encoding="utf-8"))
