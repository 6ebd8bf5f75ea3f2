"""Cells that a spreadsheet would run as a formula, written so that it does not, and read back as they were.

Text that begins with =, +, -, @, a tab or an end of line is taken for a formula (OWASP, CSV injection): an apostrophe
is set before it.
"""

import re

# Apostrophes count, so that one which a text has of its own is told from one that is set before it. Full-width signs
# are taken for formulas by some spreadsheets too.
FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def guarded(text: str) -> str:
    """Return a text with an apostrophe before it where a spreadsheet would take it for a formula."""
    return "'" + text if FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Return the text that `guarded` was given."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


# What in a cell of a workbook stands for a character by its code: `_x000D_`.
CODE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def spelled(text: str) -> str:
    """Return a text as a cell of a workbook has it, so that what only looks like a character's code is read as it was."""
    return CODE.sub("_x005F_", text)
