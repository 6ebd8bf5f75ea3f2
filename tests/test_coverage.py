"""What of a text the passages take in: sentences parted as a reader parts them, and shares worked out by hand."""

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from coproduction import passages
from coproduction.__main__ import cli
from coproduction.coverage import measure, sentences

PROSE = """Title of it

One thing is so. Another, as J. Alford et al. (2009) say, is not! “Is it?” he asked. 5 per cent do.

More."""


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("", []),
        (" \n\n ... \n", []),
        ("One. Two.", ["One.", "Two."]),
        ("He holds (p. 5) that it is so. It is.", ["He holds (p. 5) that it is so.", "It is."]),
        ("In the U.K. Council staff do.", ["In the U.K. Council staff do."]),
        ("So says Alford et al. Others do not.", ["So says Alford et al. Others do not."]),
        ("It costs 3.5 per cent. Or more", ["It costs 3.5 per cent.", "Or more"]),
        ("“It is.” She left.", ["“It is.”", "She left."]),
        ("It is so.12 It is not.", ["It is so.12", "It is not."]),
        # Lines of print go on; an empty line parts.
        (
            "One thing \nis so, \nand more.\n\nA heading\n\nMore.",
            ["One thing \nis so, \nand more.", "A heading", "More."],
        ),
        # Where a line is as long as a paragraph, a line is one.
        ("A heading\n" + "word " * 30 + "end\nMore", ["A heading", "word " * 30 + "end", "More"]),
    ],
)
def test_sentences(text, wanted):
    assert parts(text) == wanted


@given(st.text(alphabet="aZ.!? \n“”1", max_size=200))
def test_sentences_lose_no_letter_and_never_overlap(text):
    found = sentences(text)
    assert all(a[1] <= b[0] for a, b in zip(found, found[1:], strict=False))
    assert "".join(text[s:e] for s, e in found if e > s).count("a") == text.count("a")
    assert all(text[s:e].strip() == text[s:e] != "" for s, e in found)


def test_the_share_counts_sentences_that_lie_inside_but_for_a_fifth():
    text = "Abcdefghij. Klmnopqrst. Uvwxyzabcd. End."
    # The whole of the first; eight of ten letters of the second; seven of ten of the third; nothing of the last.
    keys = [("s", 0, 11), ("s", 12, 20), ("s", 24, 31), ("other", 0, 40)]
    found = measure("s", text, keys)
    assert found.sentences == 4 and found.share == 0.5
    assert found.left_out == ((24, 35), (36, 40))
    assert found.median_length == 8 and found.long == ()


def test_passages_of_more_than_two_sentences_are_listed():
    text = "One is. Two is. Three is."
    found = measure("s", text, [("s", 0, 15), ("s", 0, 17), ("s", 2, 25)])
    assert found.long == (("s", 0, 17), ("s", 2, 25))


def test_a_source_without_passages_is_all_left_out():
    found = measure("s", PROSE, [])
    assert found.share == 0 and found.median_length == 0 and len(found.left_out) == found.sentences == 6
    assert measure("s", "", []).share == 1


def test_the_command_prints_the_share_and_what_is_left_out(tmp_path, monkeypatch):
    # A text of our own in the place of a source's, known by its digest as the sources are.
    text = "One thing is so. Another is not."
    (tmp_path / "text.txt").write_text(text, encoding="utf-8")
    monkeypatch.setattr(passages, "texts", lambda folder, vocabulary: {"anzsog-2017": text})
    monkeypatch.setattr(passages, "cited", lambda *given: {("anzsog-2017", 0, 16)})
    monkeypatch.setattr(
        passages, "shipped_passages",
        lambda: {("anzsog-2017", 0, 16): passages.Passage("anzsog-2017", 0, 16, passages.digest(text[:16]), "here")},
    )  # fmt: skip
    result = CliRunner().invoke(cli, ["sources", "verify", str(tmp_path), "--coverage"])
    assert result.exit_code == 0, result.output
    assert "anzsog-2017: 50.0% of 2 sentences and headings lie in a passage" in result.output
    assert "left out 17-32: Another is not." in result.output
    plain = CliRunner().invoke(cli, ["sources", "verify", str(tmp_path)])
    assert plain.exit_code == 0 and "left out" not in plain.output
