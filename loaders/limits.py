"""How much the readers take in, stated once: enough for a national case base, and never more than a laptop holds.

A file beyond a limit is refused before it fills the memory, with the limit in the message. Modules read these names
through the module, so that there is one place to change them.
"""

MEGABYTE = 1_000_000

# A file as it lies there, packed or not.
MOST_BYTES = 500 * MEGABYTE
# A workbook is a packed folder: its parts, and what they come to unpacked.
MOST_UNPACKED = 200 * MEGABYTE
MOST_PARTS = 2_000
# What of a workbook is held at once where a marked copy of it is made: all, at some ten times the size of its XML.
MOST_MARKED = 60 * MEGABYTE
# A line of text, and a cell of a table, in characters.
LONGEST_LINE = 10_000_000
LONGEST_CELL = 1_000_000
# A table, be it CSV or a sheet. All variables with basis, passage, reason and why take some 400 columns.
MOST_ROWS = 1_000_000
MOST_COLUMNS = 2_000
# Lists, mappings and elements in others, in YAML, JSON and XML, below the outermost.
DEEPEST = 50
# Charts and drawings of a workbook that is copied.
DEEPEST_DRAWING = 200
# What YAML aliases may add, in values: some anchors shared by many records, but no text that unfolds without end.
MOST_REPEATED = 100_000
# What entities of XML may add, in characters.
MOST_UNFOLDED = 10_000_000
# Files in one folder or under one pattern.
MOST_FILES = 10_000


def in_words() -> str:
    """Return the limits as one sentence for users."""
    return (
        f"Limits: {MOST_BYTES // MEGABYTE} MB a file ({MOST_UNPACKED // MEGABYTE} MB and {MOST_PARTS:,} parts for an "
        f"unpacked workbook, {MOST_MARKED // MEGABYTE} MB for one to be marked), "
        f"{LONGEST_LINE:,} characters a line, {LONGEST_CELL:,} a cell, {MOST_ROWS:,} rows, "
        f"{MOST_COLUMNS:,} columns, {DEEPEST} levels of nesting, {MOST_REPEATED:,} values by YAML aliases, "
        f"{MOST_UNFOLDED:,} characters by XML entities, {MOST_FILES:,} files a folder."
    )
