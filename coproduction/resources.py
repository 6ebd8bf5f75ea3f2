"""Where the data that ships with the package lies: ontology, shapes, queries, the sources' records.

The folders are the same in a checkout and in an installed wheel, as packages under `coproduction`.
"""

from functools import cache
from importlib.resources import files
from pathlib import Path


@cache
def folder(name: str) -> Path:
    """Return the folder of data named `ontology`, `shapes`, `queries`, `exports` or `loaders.sources`."""
    return Path(str(files(f"coproduction.{name}")))


def turtle_files() -> list[Path]:
    """Return every Turtle file of ontology and shapes but the border shapes, which are compiled from the definitions."""
    found = [*folder("ontology").rglob("*.ttl"), *folder("shapes").rglob("*.ttl"), *source_works()]
    return sorted(f for f in found if "borders" not in f.parts)


def queries() -> list[Path]:
    """Return the saved queries that ship with the package."""
    return sorted(folder("queries").glob("*.rq"))


def source_works() -> list[Path]:
    """Return the Turtle files that describe the sources as works."""
    return sorted(folder("loaders.sources").glob("*.ttl"))


def source_records() -> list[Path]:
    """Return the sources' files of settled records."""
    return sorted(folder("loaders.sources").glob("*.yaml"))


def source_statements() -> list[Path]:
    """Return the files of what the sources say."""
    return sorted((folder("loaders.sources") / "statements").glob("*.yaml"))


def reading_records() -> list[Path]:
    """Return the files of the two readers' own records, from which the settled ones were made."""
    return sorted((folder("loaders.sources") / "readings").glob("*.yaml"))
