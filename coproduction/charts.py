"""Charts of answers: a bar for each row, as lines for a terminal and as SVG. Pure functions, from a table to text.

What is not 0 has a bar, however short; 0 has none, and what is not told has words in its place. The SVG loads nothing
and brings its own background, so that it can be read on a light page and on a dark one.
"""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from math import copysign
from xml.sax.saxutils import escape, quoteattr

from pyoxigraph import Literal
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from coproduction.dataset import XSD
from coproduction.questions import BadQuery, Table, shown

TYPES = re.compile(XSD + "(?i:decimal|double|float|(non)?(positive|negative)?integer|(unsigned)?(long|int|short|byte))")
# Digits enough for the length of a bar, no exponent too large, and no exception for what is no number.
EXACT = Context(prec=28, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])
# What steers a terminal, turns a line round, or may not stand in XML.
UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
NOT_TOLD, NO_ROWS, NARROWEST = "not told", "there are no rows", 20
# The SVG in pixels: its width, a line, room for a cell of text, between two things; and in cells, where texts are wrapped.
WIDTH, LINE, CELL, GAP, LABEL_CELLS, TITLE_CELLS, VALUE_CELLS = 760, 17, 9, 8, 34, 78, 11
# On light paper as attributes, for readers without style sheets; on dark as style, which goes before attributes.
DARK = """<style>@media (prefers-color-scheme: dark) {{
#{0} .paper {{ fill: #16181c }} #{0} text {{ fill: #ececec }} #{0} .bar {{ fill: #6db3e8 }} }}</style>"""


@dataclass(frozen=True)
class Bar:
    """A row: its label, its number as it is written, and as a number; None where there is none, or none that is finite."""

    label: str
    written: str
    value: Decimal | None

    def number(self, room: int) -> str:
        """Return the number as it is written, or with as many digits as there is room for."""
        if len(self.written) <= room or self.value is None:
            return self.written
        return next((s for n in range(room, 0, -1) if len(s := f"{self.value:.{n}g}") <= room), f"{self.value:.1g}")


@dataclass(frozen=True)
class Chart:
    """What a chart shows: which number by what, and the rows in their order."""

    caption: str
    rows: tuple[Bar, ...]

    def scaled(self) -> tuple[list[float | None], float, float]:
        """Return the numbers as parts of the one farthest from zero, and how far bars go below and above zero (never 0, 0)."""
        values = [bar.value for bar in self.rows]
        far = max((v.copy_abs() for v in values if v), default=Decimal(1))
        # A part too small for a float is still not 0.
        shares = [None if v is None else float(EXACT.divide(v, far)) or copysign(1e-300 * bool(v), v) for v in values]
        below, above = (max([0.0, *(side * share for share in shares if share)]) for side in (-1, 1))
        return shares, below, above if below or above else 1.0


def chart(table: Table, prefixes: Mapping[str, str]) -> Chart:
    """Return the chart of a table with one column of numbers; the others label the rows. Raises BadQuery for a misfit."""
    if not table.rows:
        return Chart(NO_ROWS, ())
    numeric = [name for name, *cells in zip(table.variables, *table.rows, strict=True) if _is_numeric(cells)]
    if len(numeric) != 1:
        names, does = (numeric, "selects one of them") if numeric else (table.variables, "counts something")
        raise BadQuery(
            f"has {len(numeric) or 'no'} column{'s' * (len(numeric) != 1)} of numbers, and a chart shows one: "
            f"{', '.join(names)}; write a query that {does} and give it with --query"
        )
    # What a column `x` shows is repeated by a column `xLabel`, save where there is no label.
    labels = [v for v in table.variables if v not in numeric and f"{v}Label" not in table.variables]
    rows = []
    for n, terms in enumerate(table.rows, 1):
        row = {v: _clean(shown(term, prefixes)) for v, term in zip(table.variables, terms, strict=True)}
        label = " / ".join(row[v] or row.get(v.removesuffix("Label"), "") or "-" for v in labels)
        written = row[numeric[0]]
        value = EXACT.create_decimal(written or "NaN")
        number = (written, value) if value.is_finite() else (str(value) if written else NOT_TOLD, None)
        rows.append(Bar(label or f"row {n}", *number))
    by = " / ".join(v.removesuffix("Label") or v for v in labels)
    return Chart(f"{numeric[0]} by {by}" if by else numeric[0], tuple(rows))


def _is_numeric(cells: list) -> bool:
    """Return whether there are terms and all of them are numbers by type and form; a year is none."""
    told = [term for term in cells if term is not None]
    typed = bool(told) and all(isinstance(t, Literal) and TYPES.fullmatch(t.datatype.value) for t in told)
    return typed and not any(EXACT.create_decimal(t.value).is_nan() and t.value != "NaN" for t in told)


def _clean(text: str) -> str:
    return UNFIT.sub("\ufffd", " ".join(text.split()))


def text(chart: Chart, width: int, encoding: str = "utf-8") -> str:
    """Return a chart as lines of at most `width` cells (20 at least), in plain ASCII where an encoding has no blocks."""
    width = max(width, NARROWEST)
    blocks = "█▌▐│…".encode(encoding, "ignore").decode(encoding) == "█▌▐│…"
    full, right, left, axis, ellipsis, steps = (*"█▌▐│…", 2) if blocks else ("#", "", "", "|", "...", 1)

    def fit(words: str, room: int) -> str:
        # What the encoding cannot say becomes a question mark before anything is measured.
        words = words.encode(encoding, "replace").decode(encoding)
        if cell_len(words) <= room:
            return words
        words = words[: room * 4]
        while words and cell_len(words) + len(ellipsis) > room:
            words = words[:-1]
        return words.rstrip() + ellipsis

    if not chart.rows:
        return NO_ROWS + "\n"
    most = max(len(NOT_TOLD), width // 6)
    values = [fit(bar.number(most), most) for bar in chart.rows]
    value_room = max(map(cell_len, values))
    # Beside label and number: two blanks, one blank, the axis, and three cells of bar at the least.
    labels = [fit(bar.label, min(width * 2 // 5, width - value_room - 7)) for bar in chart.rows]
    label_room = max(map(cell_len, labels))
    shares, below, above = chart.scaled()
    room = width - label_room - value_room - 4
    under = min(max(round(room * below / (below + above)), below > 0), room - (above > 0))
    # A cell stands for as much on one side of the axis as on the other.
    unit = min(cells / far for cells, far in ((under, below), (room - under, above)) if far)
    lines = [fit(chart.caption, width)]
    for label, value, share in zip(labels, values, shares, strict=True):
        line = label + " " * (label_room - cell_len(label) + 2) + " " * (value_room - cell_len(value)) + value
        if share is not None:
            whole, half = divmod(max(round(abs(share) * unit * steps), share != 0), steps)
            line += " " + (left * half + full * whole if share < 0 else "").rjust(under) + axis
            line += full * whole + right * half if share > 0 else ""
        lines.append(line)
    return "\n".join([*lines, f"{len(chart.rows)} row{'s' * (len(chart.rows) != 1)}", ""])


def svg(chart: Chart, title: str = "", lang: str = "en") -> str:
    """Return a chart as an SVG that stands alone; its description tells each row to those who do not see it."""
    heads = list(filter(None, [_clean(title), chart.caption]))
    # Inside an image, a screen reader tells title and description alone.
    about = f"Bar chart, {chart.caption}. " + "; ".join(f"{bar.label}: {bar.written}" for bar in chart.rows)
    # The same chart is the same file, and two charts on one page keep apart.
    name = f"chart-{zlib.crc32(' '.join([*heads, about]).encode()):08x}"
    body, y = [], LINE + GAP
    for n, head in enumerate(heads):
        y = _lines(body, y, _wrapped(head, TITLE_CELLS), "" if n else ' font-weight="bold"')
    y = _rows(body, chart, y + GAP) if chart.rows else y
    drawn = "\n".join([_rect("paper", 0, 0, WIDTH, y, "#ffffff"), *body])
    return f"""<svg xmlns="http://www.w3.org/2000/svg" id="{name}" role="img" xml:lang="en"
 aria-labelledby="{name}-title" aria-describedby="{name}-desc" width="{WIDTH}" height="{y}" viewBox="0 0 {WIDTH} {y}"
 font-family="sans-serif" font-size="13" fill="#1c1c1c">
<title id="{name}-title" xml:lang={quoteattr(lang if title else "en")}>{escape(heads[0])}</title>
<desc id="{name}-desc">{escape(about)}</desc>
{DARK.format(name)}
{drawn}
</svg>\n"""


def _rows(body: list[str], chart: Chart, top: int) -> int:
    """Add labels, bars, numbers and axis to an SVG's body, from `top` on; return where they end."""
    labels = [_wrapped(bar.label, LABEL_CELLS) for bar in chart.rows]
    values = [bar.number(VALUE_CELLS) for bar in chart.rows]
    shares, below, above = chart.scaled()
    start = GAP * 2 + CELL * max(cell_len(line) for lines in labels for line in lines)
    beside = GAP * 2 + CELL * max(map(len, values))
    unit = (WIDTH - start - beside * (1 + (below > 0))) / (below + above)
    zero = start + beside * (below > 0) + unit * below
    y = top
    for lines, value, share in zip(labels, values, shares, strict=True):
        length = max(abs(share) * unit, 1) if share else 0
        side = -1 if share and share < 0 else 1
        if share:
            body.append(_rect("bar", min(zero, zero + side * length), y - LINE + 4, length, LINE, "#2f6f9f"))
        style = f' text-anchor="{"start" if side > 0 else "end"}"' + ' font-style="italic"' * (share is None)
        _lines(body, y, [value], style, zero + side * (length + GAP))
        y = _lines(body, y, lines) + GAP
    body.append(_rect("axis", zero - 0.5, top - LINE, 1, y - top, "#808080"))
    return y - GAP


def _rect(kind: str, x: float, y: int, width: float, height: int, fill: str) -> str:
    return f'<rect class="{kind}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{height}" fill="{fill}"/>'


def _lines(body: list[str], y: int, lines: list[str], style: str = "", x: float = GAP) -> int:
    """Add lines of text to an SVG's body, the first at y; return where the next would stand."""
    body += [f'<text x="{x:.1f}" y="{y + n * LINE}"{style}>{escape(line)}</text>' for n, line in enumerate(lines)]
    return y + len(lines) * LINE


def _wrapped(words: str, room: int) -> list[str]:
    return [line.plain.rstrip() for line in Text(words).wrap(Console(width=room), room)] or [""]
