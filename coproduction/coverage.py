"""How much of the sources' texts the graph's passages take in: sentence by sentence, and what is left out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from coproduction.passages import Key

# Words that a full stop shortens; behind one of these, or a single capital letter, it ends no sentence.
SHORTENED = {"al", "cf", "dr", "e.g", "ed", "eds", "i.e", "mr", "mrs", "no", "p", "pp", "vol", "vs"}
END = re.compile(r"[.!?][”’\"')\]]*\d*(?=\s+[^a-z\s])|\n(?:[ \t]*\n)+|(?P<line>\n)")
# A text whose lines are all this short is broken into lines of print; in any other a line is a paragraph.
PRINTED = 100
# A sentence counts as taken in where no more than this share of its letters and digits lies outside all passages.
MOST_OUTSIDE = 0.2


@dataclass(frozen=True)
class Coverage:
    """What the passages of a source take in.

    sentences: how many the text has; left_out: (start, end) of those not taken in; lengths: the passages' lengths in
    characters; long: the passages of more than two sentences.
    """

    source: str
    sentences: int
    left_out: tuple[tuple[int, int], ...]
    lengths: tuple[int, ...]
    long: tuple[Key, ...]

    @property
    def share(self) -> float:
        """The share of sentences that are taken in, from 0 to 1; 1 for a text without any."""
        return 1 - len(self.left_out) / self.sentences if self.sentences else 1.0

    @property
    def median_length(self) -> float:
        """The median length of the passages, in characters; 0 without any."""
        return median(self.lengths) if self.lengths else 0


def sentences(text: str) -> list[tuple[int, int]]:
    """Return start and end of every sentence, heading or list item of a text that has a letter or digit in it."""
    found, start = [], 0
    printed = max(map(len, text.splitlines()), default=0) <= PRINTED
    ends = [m.end() for m in END.finditer(text) if not (_shortened(text, m) or (printed and m["line"]))]
    for end in [*ends, len(text)]:
        piece = text[start:end]
        if re.search(r"\w", piece):
            found.append((start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())))
        start = end
    return found


def _shortened(text: str, end: re.Match) -> bool:
    word = re.search(r"[\w.]*$", text[max(0, end.start() - 10) : end.start()])[0]
    return end[0] == "." and (word.lower() in SHORTENED or bool(re.fullmatch(r"([A-Z]\.)*[A-Z]", word)))


def measure(source: str, text: str, keys: Iterable[Key]) -> Coverage:
    """Return what the passages of a source take in of its text."""
    mine = sorted(k for k in keys if k[0] == source)
    inside = bytearray(len(text))
    for _, start, end in mine:
        inside[start:end] = b"\1" * (min(end, len(text)) - start)
    spans = sentences(text)
    left = [span for span in spans if _outside(text, span, inside) > MOST_OUTSIDE]
    return Coverage(
        source=source,
        sentences=len(spans),
        left_out=tuple(left),
        lengths=tuple(end - start for _, start, end in mine),
        long=tuple(key for key in mine if _touched(spans, key) > 2),
    )


def _outside(text: str, span: tuple[int, int], inside: bytearray) -> float:
    places = [i for i in range(*span) if text[i].isalnum()]
    return sum(not inside[i] for i in places) / len(places)


def _touched(spans: Iterable[tuple[int, int]], key: Key) -> int:
    return sum(start < key[2] and end > key[1] for start, end in spans)
