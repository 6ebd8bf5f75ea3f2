"""Broken bibliographies are told with file and line and never break a reader; any work that is written comes back the same."""

import re
import time

import pybtex.database
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coproduction.exports import bibtex, ris
from coproduction.loaders import bibliography_files, limits
from coproduction.loaders.bibtex_sources import people
from coproduction.loaders.raw import Unreadable
from coproduction.loaders.works import Name, Record, doi_of


def read(folder, text: str, suffix: str = "bib"):
    file = folder / f"refs.{suffix}"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    library, found = bibliography_files.read([str(file)])
    return [s.record for s in library.sources], [(f.line, f.severity, f.message) for f in found]


# Rubbish


@pytest.mark.parametrize(
    ("text", "suffix", "line", "says"),
    [
        ("@book{a, title={A}}\n@book{b, title={B\n", "bib", 2, "no whole entry"),
        ("@book{a, title={A}}\n\n@book{b, title={B\n@book{c, title={C}}", "bib", 3, "no whole entry"),
        ("@book{a, title={A}}\n@book{a, title={B}}", "bib", 2, "stands already at line 1"),
        ("@book{a, title={A},\n title={B}}", "bib", 1, "title twice"),
        ("@book{a, Title={A},\n title={B}}", "bib", 1, "title twice"),
        ("\n@book{, title={A}}", "bib", 2, "no key"),
        ("@book{title={A}}", "bib", 1, "no whole entry"),
        ("@book{a, title={A}}\n@book b, title={B}}", "bib", 2, "no brace"),
        ("@string{x = {A}}\n@string{x = {B}}\n@book{a, title=x}", "bib", 2, "'x' stands already"),
        ("@book{a, title=pmr}", "bib", 1, "no @string"),
        (f"@book{{a, title={'{' * 90}A{'}' * 90}}}", "bib", 1, "more than 50 braces"),
        (f"@book{{a, title={'{' * 100_000}", "bib", 1, "no whole entry"),
        (r"@book{a, note={see \href{http://a}{b}}}", "bib", 1, "kept as it stands"),
        ("TY  - BOOK\nID  - a\nTI  - A\n", "ris", 1, "no line `ER"),
        ("TY  - BOOK\nID  - a\n\nTY  - BOOK\nID  - b\nER  - ", "ris", 1, "the next begins at line 4"),
        ("TY  - BOOK\nID  - a\nER  - \nAU  - Lee, A.\n", "ris", 4, "outside of an entry"),
        ("TY  - BOOK\nID  - a\nAU - Lee, A.\nER  - ", "ris", 3, "write `AU  - `"),
        ("TY  - BOOK\nID  - a\nER  - \nTY  - BOOK\nID  - a\nER  - ", "ris", 4, "stands already at line 1"),
        ("TY  - BOOK\nmore\nID  - a\nER  - ", "ris", 2, "no line of RIS"),
        ("TY  - BOOK\nTI  - A\nER  - ", "ris", 1, "no key"),
        ("TY - BOOK\nTI  - A\nER  - ", "ris", 1, "outside of an entry"),
    ],
)
def test_what_is_broken_is_told_with_its_line(tmp_path, text, suffix, line, says, caplog, capfd):
    _, found = read(tmp_path, text, suffix)
    assert (found[0][0], says in found[0][2]) == (line, True), found
    assert caplog.records == [] and capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("data", "suffix", "says"),
    [
        (b"", "bib", "is empty"),
        (b"no entry here", "bib", "holds no entry"),
        (b"@comment{only this}", "bib", "holds no entry"),
        (b"nothing", "ris", "holds no entry"),
        (b"\x00\x01\x02@book{a}", "bib", "NUL"),
        (b"@book{a, title={\xe9}}", "bib", "is not UTF-8"),
        ("@book{a}".encode("utf-16"), "bib", "UTF-16"),
        (b"%PDF-1.4", "bib", "is a PDF"),
        (b"@book{a}", "txt", "is no bibliography"),
    ],
)
def test_what_cannot_be_read_at_all_is_refused(tmp_path, data, suffix, says):
    with pytest.raises(Unreadable, match=says):
        read(tmp_path, data, suffix)


def test_what_is_no_file_is_refused(tmp_path, monkeypatch):
    for name in ("none.bib", "folder.bib"):
        (tmp_path / "folder.bib").mkdir(exist_ok=True)
        with pytest.raises(Unreadable):
            bibliography_files.read([str(tmp_path / name)])
    monkeypatch.setattr(limits, "MOST_BYTES", 10)
    with pytest.raises(Unreadable, match="is larger than"):
        read(tmp_path, "@book{a, title={A}}")


def test_a_mark_and_line_ends_of_any_kind_make_no_difference(tmp_path):
    text = "@book{a,\n title = {A\n B},\n}\n@book{b}\n"
    plain = read(tmp_path, text)
    assert [r.title for r in plain[0]] == ["A B", ""]
    for ends in ("\r\n", "\r"):
        assert read(tmp_path, b"\xef\xbb\xbf" + text.replace("\n", ends).encode()) == plain


@pytest.mark.slow
def test_a_large_library_is_read_in_little_time(tmp_path):
    entry = "@article{{k{n}, author = {{Lee, A. and Kim, B.}}, title = {{{{A}} study \\& more}}, year = {{2001}}}}\n"
    started = time.process_time()
    records, found = read(tmp_path, "".join(entry.format(n=n) for n in range(5_000)))
    assert (len(records), found) == (5_000, []) and time.process_time() - started < 30


def test_lines_of_a_text_that_is_broken_are_joined(tmp_path):
    text = "TY  - BOOK\nID  - a\nTI  - A long\n  title\nN1  - one\nN1  - two\nmore\nVL  - 1\nVL  - 2\n3\nSP  -\nER  - "
    (record,), found = read(tmp_path, text, "ris")
    assert (record.title, record.notes, found) == ("A long title", ("one", "two more"), [])
    assert (record.volume, record.more, record.pages) == ("1", (("ris-vl", "2 3"),), ())


def test_a_semicolon_parts_no_address(tmp_path):
    (record,), _ = read(tmp_path, "TY  - ELEC\nID  - a\nUR  - http://a.org/b;c\nER  - ", "ris")
    assert record.urls == ("http://a.org/b;c",)


# Anything

ALPHABET = st.sampled_from("@{}(),=#\"\\%&$~ \n-_ab1é'/:;TYERAUID")
PIECES = st.sampled_from(
    ["@book{", "@string{", "a,", "title = ", "{", "}", '"', ",\n", "author = {A and B}", "\nTY  - BOOK\n", "\nER  - \n",
     "ID  - x\n", "AU  - Lee, A.\n", "\\", "@comment", " # ", "year = 2001", "\n", "\\'e", "$", "%"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(st.text(ALPHABET, max_size=80), st.lists(PIECES, max_size=15).map("".join)),
    st.sampled_from(["bib", "ris"]),
)
@example("@book{a,title={x}}}", "bib")
def test_no_text_breaks_the_readers(tmp_path_factory, text, suffix):
    try:
        records, found = read(tmp_path_factory.mktemp("x"), text, suffix)
    except Unreadable:
        return
    assert records or found
    assert all(line and message for line, _, message in found)


TEXTS = st.text(
    st.one_of(st.sampled_from("éöœ’«–&%_{}\\$#~^-'`?!<>,\"@=|/;:.()[]* "), st.characters(codec="ascii")), max_size=30
)
LINES = TEXTS.map(lambda text: " ".join(re.sub(r"[\x00-\x20\x7f]", " ", text).split()))
WORDS = st.text(st.sampled_from("abcdeéöABCÉ.-'"), min_size=1, max_size=8).filter(
    lambda w: w.lower() not in ("and", "others")
)
PEOPLE = st.lists(
    st.one_of(
        st.builds(Name, family=WORDS.map(lambda w: "A" + w), given=WORDS.map(lambda w: "B" + w)),
        st.builds(Name, family=st.just("van Dam"), given=st.just("Piet"), suffix=st.sampled_from(["", "Jr"])),
        st.builds(Name, body=st.lists(WORDS, min_size=2, max_size=4).map(" ".join)),
    ),
    max_size=3,
).map(tuple)
DOIS = st.from_regex(r"10\.[0-9]{4}/[a-z0-9().;_-]{1,8}", fullmatch=True)
URLS = st.from_regex(r"https?://[a-z]{1,5}\.org/[a-z0-9%_~&=?#;-]{0,10}", fullmatch=True)
RECORDS = st.builds(
    Record,
    key=st.from_regex("[A-Za-z][A-Za-z0-9:_-]{0,8}", fullmatch=True),
    kind=st.sampled_from(["journal article", "book", "chapter", "report", "conference paper", "document"]),
    authors=PEOPLE,
    editors=PEOPLE,
    year=st.one_of(st.just(""), st.integers(1000, 2100).map(str)),
    title=LINES,
    container=LINES.filter(lambda text: not text.startswith("http")),
    volume=st.sampled_from(["", "3", "3A"]),
    issue=st.sampled_from(["", "5", "1-2"]),
    pages=st.sampled_from([(), ("1",), ("1", "9"), ("e1", "e9")]),
    publisher=LINES,
    doi=st.one_of(st.just(""), DOIS),
    urls=st.lists(URLS, max_size=1).map(tuple),
    notes=LINES.map(lambda text: (text,) if text else ()),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=3, unique_by=lambda r: r.key))
def test_works_written_as_bibtex_come_back_the_same(tmp_path_factory, records):
    again, found = read(tmp_path_factory.mktemp("x"), bibtex.write(records))
    assert (again, found) == (records, [])


@settings(max_examples=60, deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=3, unique_by=lambda r: r.key))
def test_works_written_as_ris_come_back_the_same(tmp_path_factory, records):
    again, found = read(tmp_path_factory.mktemp("x"), ris.write(records), "ris")
    assert (again, found) == (records, [])


WORD = st.sampled_from(["van", "de", "la", "Lee", "Ann", "von", "Berg", "A."])


@given(st.lists(WORD, min_size=1, max_size=4), st.lists(WORD, max_size=2), st.lists(st.just("Jr"), max_size=1))
def test_names_are_parted_as_another_reader_parts_them(family, given_, suffix):
    parts = [" ".join(family), *(suffix if given_ else []), " ".join(given_)]
    text = ", ".join(part for part in parts if part)
    other = pybtex.database.Person(text)
    expected = Name(
        " ".join(other.prelast_names + other.last_names),
        " ".join(other.first_names + other.middle_names),
        suffix=" ".join(other.lineage_names),
    )
    assert people(text, pytest.fail) == [expected]


@given(DOIS, st.sampled_from(["", "doi:", "DOI: ", "https://doi.org/", "http://dx.doi.org/", "doi.org/"]))
def test_a_doi_is_one_however_it_is_written(doi, before):
    assert doi_of(before + doi) == doi and doi_of("x" + before + doi) == ""
