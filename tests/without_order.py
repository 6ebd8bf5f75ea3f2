"""Records as RDF keeps them: lists have no order there, but those of contributions and values."""

import json


def turned(value, key: str = ""):
    """A record, or a part of one under a key, without the order of what has none in RDF."""
    if isinstance(value, dict):
        return {k: turned(v, k) for k, v in value.items()}
    if isinstance(value, list) and key not in ("contributions", "values"):
        return sorted(json.dumps(turned(v), sort_keys=True) for v in value)
    return [turned(v) for v in value] if isinstance(value, list) else value
