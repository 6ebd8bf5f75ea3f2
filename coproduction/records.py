"""Cases as records again: what a record says in normal form, as one would write it in YAML or JSON."""

import io
import json
from collections.abc import Iterable

from coproduction.codebook import Codebook
from coproduction.loaders.case import Case, Fact, Passage


def plain(case: Case, book: Codebook) -> dict:
    """Return the record of a case: its keys in normal form, and the facts that it lists, but for what is derived.

    Keys and facts stand in the codebook's order, whatever the order of the record.
    """
    facts = {key: _fact(case.facts[key]) for key in book.variables if key in case.facts}
    facts = {key: fact for key, fact in facts.items() if not case.facts[key].derived_from}
    found = {key: _plain(case.record[key]) for key in book.fields if key in case.record and key != "facts"}
    found |= {"facts": facts} if facts else {}
    return {key: found[key] for key in book.fields if key in found}


def _fact(fact: Fact) -> dict:
    found: dict = {"value": fact.value}
    if fact.value == "unknown":
        found["why_unknown"] = fact.why_unknown or "silent"
    else:
        found["basis"] = fact.basis
    if fact.passages:
        found["passages"] = [_passage(p) for p in fact.passages]
    return found | ({"reason": fact.reason} if fact.reason else {})


def _plain(value):
    if isinstance(value, dict):
        # Passages last, as one reads them.
        return {key: _plain(value[key]) for key in sorted(value, key="passages".__eq__)}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return _passage(value)


def _passage(value: Passage):
    return list(value) if isinstance(value, tuple) else value


def as_json(records: Iterable[dict]) -> str:
    """Return records as a JSON list."""
    return json.dumps(list(records), indent=1, ensure_ascii=False) + "\n"


def as_yaml(records: Iterable[dict]) -> str:
    """Return records as YAML, a list of them or, where there is but one, that one."""
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedSeq

    writer = YAML(typ="rt", pure=True)
    # No line is broken: it is read and compared as it was written.
    writer.width = 2**31
    # Repeated lists are written again, for a reader of the file looks for no anchors.
    writer.representer.ignore_aliases = lambda _: True

    def short(value):
        """Return a value with its pairs of offsets on one line each."""
        if isinstance(value, dict):
            return {key: short(part) for key, part in value.items()}
        if isinstance(value, list):
            pair = CommentedSeq(short(part) for part in value)
            if value and all(not isinstance(part, dict | list) and len(str(part)) < 40 for part in value):
                pair.fa.set_flow_style()
            return pair
        return value

    found = [short(record) for record in records]
    out = io.StringIO()
    writer.dump(found[0] if len(found) == 1 else found, out)
    return out.getvalue()
