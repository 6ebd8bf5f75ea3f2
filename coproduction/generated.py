"""Write the files that follow from others: the criteria's tables and the border shapes.

Run as `python -m coproduction.generated` (`make generated`) after a change of criteria, definitions or codebook; a test
compares the files with what they follow from.
"""

from pathlib import Path

from coproduction import borders, criteria, definitions, resources, tables
from coproduction.vocabulary import Vocabulary, shipped


def files(vocabulary: Vocabulary) -> dict[Path, str]:
    """Return the texts of all generated files by path."""
    folder = resources.folder("shapes")
    found = {folder / tables.FILE: tables.write(vocabulary, criteria.shapes(vocabulary))}
    for slug, definition in definitions.load(vocabulary).items():
        found[folder / "borders" / f"{slug}.ttl"] = borders.turtle(vocabulary, definition)
    return found


def main() -> None:
    """Write every generated file, and remove border shapes of definitions that are no more."""
    wanted = files(shipped())
    for old in (resources.folder("shapes") / "borders").glob("*.ttl"):
        if old not in wanted:
            old.unlink()
    for file, text in wanted.items():
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
