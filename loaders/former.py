"""Records with the keys of an older template: today's names put in their place, wherever the record came from."""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

from coproduction.loaders.raw import RawRecord, step

if TYPE_CHECKING:
    from coproduction.codebook import Codebook


def renamed(raw: RawRecord, book: "Codebook") -> RawRecord:
    """Return a record with today's keys for former ones; findings on it still name what the file has.

    A key that a record has under both names stays under both, and the former one is found to be none.
    """
    if not book.former:
        return raw
    moved: dict[str, str] = {}

    def turned(held: Mapping, names: Mapping[str, str], now: str, then: str) -> dict:
        found = {}
        for key, value in held.items():
            name = names.get(key, key)
            if name != key and name in held:
                name = key
            found[name] = value
            if name != key:
                moved[step(now, name)] = step(then, key)
        return found

    top = book.former.get("", {})
    data = turned(raw.data, top, "", "")
    if isinstance(data.get("facts"), dict):
        data["facts"] = turned(data["facts"], top, "/facts", moved.get("/facts", "/facts"))
    for key, names in book.former.items():
        if key and isinstance(data.get(key), list):
            before = moved.get(f"/{key}", f"/{key}")
            data[key] = [
                turned(entry, names, f"/{key}/{n}", f"{before}/{n}") if isinstance(entry, dict) else entry
                for n, entry in enumerate(data[key])
            ]
    return dataclasses.replace(raw, data=data, moved=raw.moved | moved) if moved else raw
