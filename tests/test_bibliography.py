"""The works that the sources cite, as BibTeX, RIS and CSL-JSON: as printed, nothing lost on the way, nothing added."""

import errno
import io
import json
import re
import warnings
from collections import Counter
from pathlib import Path

import bibtexparser
import pybtex.database
import pytest
import rispy
from bibtexparser.middlewares.names import parse_single_name_into_parts, split_multiple_persons_names
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

from coproduction import dataset, names
from coproduction.__main__ import cli
from coproduction.exports import bibliography, bibtex, csl_json, ris
from coproduction.exports.bibliography import OTHERS, Name, Record, records, shipped_records
from coproduction.loaders.statements import Entry
from coproduction.vocabulary import Vocabulary

FORMATS = {"bibtex": bibtex, "ris": ris, "csl-json": csl_json}

# Worked out by hand from the sources' texts: kinds in BibTeX, RIS and CSL-JSON, authors as (family, given) or (whole,),
# and every field but the note. What does not stand here must not stand in the record.
GENERIC = ("misc", "GEN", "document")
EXPECTED = {
    "titmuss-1970": (GENERIC, [("Titmuss", "Robert")], {"title": "The Gift Relationship", "year": "1970"}),  # title
    "osborne-gaebler-1992": (
        GENERIC,
        [("Osborne", "David"), ("Gaebler", "Ted")],
        {
            "title": "Reinventing Government: How the Entrepreneurial Spirit is Transforming the Public Sector",  # title
            "year": "1992",
        },
    ),
    "thaler-sunstein-2008": (GENERIC, [("Thaler", "Richard"), ("Sunstein", "Cass")], {"year": "2008"}),
    "john-et-al-2011": (GENERIC, [("John", ""), ("others",)], {"year": "2011"}),
    "briggs-chapter-7": (("incollection", "CHAP", "chapter"), [("Briggs", "Lynelle")], {}),
    "alford-2016": (
        ("article", "JOUR", "article-journal"),
        [("Alford", "J.")],
        {
            "title": "Co-Production, Interdependence and Publicness: Extending public service-dominant logic",  # title
            "container": "Public Management Review",  # title
            "volume": "18",
            "issue": "5",
            "pages": "673-691",
            "year": "2016",
        },
    ),
    "nabatchi-sancino-sicilia-2017": (
        GENERIC,
        [("Nabatchi", "T."), ("Sancino", "A."), ("Sicilia", "M.")],
        {
            "title": "Varieties of Participation in Public Services: The Who, When, and What of Coproduction",  # title
            "container": "Public Administration Review, early online",  # title
            "doi": "10.1111/puar.12765",  # title
            "year": "2017",
        },
    ),
    "yates-2016": (
        GENERIC,
        [("Yates", "S.")],
        {
            "title": "Co-production: More than just co-design",  # title
            "url": "http://www.powertopersuade.org.au/blog/co-production-more-than-just-co-design",  # title
            "year": "2016",
        },
    ),
    # Three sources name it: one in full but for the given name, one by surname and year, one with the given name.
    "alford-2009": (
        GENERIC,
        [("Alford", "John")],
        {
            "title": "Engaging public sector clients: from service-delivery to co-production",  # title
            "publisher": "Palgrave Macmillan",
            "year": "2009",
        },
    ),
    # One source prints all four authors, the other the first alone.
    "parrado-van-ryzin-bovaird-loeffler-2013": (
        GENERIC,
        [("Parrado", ""), ("van Ryzin", ""), ("Bovaird", ""), ("Loeffler", "")],
        {"year": "2013"},
    ),
    "van-eijk-et-al-2017": (GENERIC, [("Van Eijk", ""), ("others",)], {"year": "2017"}),
    "gronroos-2008": (GENERIC, [("Grönroos", "")], {"year": "2008"}),
    "ostrom-ostrom-1977": (GENERIC, [("Ostrom", ""), ("Ostrom", "")], {"year": "1977"}),
    "quirk-review-2007": (GENERIC, [("Quirk Review",)], {"year": "2007"}),
    "brudney-england-1983": (("misc", "GEN", "article"), [("Brudney", ""), ("England", "")], {"year": "1983"}),
    "economic-opportunity-act": (
        ("misc", "STAT", "legislation"),
        [],
        {"title": "Economic Opportunity Act", "year": "1964"},  # title
    ),
    "govint-case-studies-web": (
        ("misc", "ELEC", "webpage"),
        [],
        {"url": "http://www.govint.org/good-practice/co-production"},
    ),
    "la-coproduction-des-services-publics": (
        GENERIC,
        [],
        {
            "title": "La coproduction des services publics : tour d’horizon d’un concept",  # title
            "container": "Action publique. Recherche et pratiques",  # title
        },
    ),
    "bovaird-loeffler-2015": (
        ("incollection", "CHAP", "chapter"),
        [("Bovaird", "Tony"), ("Loeffler", "Elke")],
        {
            "title": "Coproducing Public Services with Service Users, Communities, and the Third Sector",  # title
            "year": "2015",
        },
    ),
    "ifg-seminar": (
        ("misc", "ELEC", "webpage"),
        [("Institute for Government",)],
        {
            "title": "Co-producing public services: what, who, when and how? "  # title
            "A discussion with Professor John Alford",  # title
        },
    ),
}  # fmt: skip


# Readers, one per format, that bring a file into the form above: {key: (kind, authors, fields, note)}


def decoder() -> LatexNodes2Text:
    """The library's own decoder, with three commands of LaTeX that it does not know or takes for an accent."""
    known = get_default_latex_context_db()
    named = {"textbraceleft": "{", "textbraceright": "}", "textasciicircum": "^"}
    known.add_context_category("more", prepend=True, macros=[MacroTextSpec(n, c) for n, c in named.items()])
    return LatexNodes2Text(latex_context=known, math_mode="text")


DECODE = decoder().latex_to_text


def name_of(text: str):
    if text == "others":
        return ("others",)
    parts = parse_single_name_into_parts(text)
    if not parts.first and len(parts.last) == 1 and parts.last[0].startswith("{") and not parts.von:
        return ("braced", DECODE(parts.last[0]))
    family, given = (DECODE(" ".join(p)) for p in (parts.von + parts.last, parts.first))
    return (family, given)


def read_bibtex(text: str) -> dict:
    library = bibtexparser.parse_string(text)
    assert not library.failed_blocks and not library.comments
    keys = {"journal": "container", "howpublished": "container", "booktitle": "container", "number": "issue"}
    found = {}
    for entry in library.entries:
        raw = {field.key: field.value for field in entry.fields}
        authors = [name_of(n) for n in split_multiple_persons_names(raw.pop("author"))] if "author" in raw else []
        verbatim = {k: raw.pop(k) for k in ("doi", "url") if k in raw}
        fields = {keys.get(k, k): DECODE(v) for k, v in raw.items()} | verbatim
        if "pages" in fields:
            fields["pages"] = fields["pages"].replace("–", "-")
        found[entry.key] = (entry.entry_type, authors, fields, fields.pop("note", ""))
    return found


def read_ris(text: str) -> dict:
    keys = {"secondary_title": "container", "number": "issue"}
    found = {}
    for row in rispy.loads(text, delimiter_tags_mapping={}):
        assert "unknown_tag" not in row
        kind, key, note = row.pop("type_of_reference"), row.pop("id"), " ".join(row.pop("notes", []))
        authors = [tuple(a.split(", ", 1)) for a in row.pop("authors", [])]
        fields = {keys.get(k, k): v for k, v in row.items()}
        if "urls" in fields:
            (fields["url"],) = fields.pop("urls")
        if "start_page" in fields:
            fields["pages"] = f"{fields.pop('start_page')}-{fields.pop('end_page')}"
        found[key] = (kind, authors, fields, note)
    return found


def read_csl(text: str) -> dict:
    keys = {"container-title": "container", "page": "pages", "DOI": "doi", "URL": "url"}
    found = {}
    for item in json.loads(text):
        kind, key, note = item.pop("type"), item.pop("id"), item.pop("note", "")
        authors = [
            (n["literal"],) if set(n) == {"literal"} else (n["family"], n.get("given", ""))
            for n in item.pop("author", [])
        ]
        fields = {keys.get(k, k): v for k, v in item.items()}
        if "issued" in fields:
            ((year,),) = fields.pop("issued")["date-parts"]
            assert isinstance(year, int) and year
            fields["year"] = str(year)
        found[key] = (kind, authors, fields, note)
    return found


READERS = {"bibtex": read_bibtex, "ris": read_ris, "csl-json": read_csl}


def same_names(fmt: str, read: list[tuple], expected: list[tuple]) -> bool:
    """What a format can tell of names: BibTeX braces what is whole, RIS has no mark for it but the missing comma."""
    if fmt == "ris":
        expected = [tuple(part for part in name if part) for name in expected]
    if fmt == "bibtex":
        expected = [
            ("braced", n[0]) if n != ("others",) and (len(n) == 1 or (not n[1] and " " in n[0])) else n
            for n in expected
        ]  # fmt: skip
    return read == expected


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return {fmt: module.write(shipped_records()) for fmt, module in FORMATS.items()}


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("key", EXPECTED)
def test_records_worked_out_by_hand(written, fmt, key):
    kinds, authors, fields = EXPECTED[key]
    kind, read_authors, read_fields, _ = READERS[fmt](written[fmt])[key]
    assert kind == kinds[list(FORMATS).index(fmt)]
    assert same_names(fmt, read_authors, authors), read_authors
    assert read_fields == fields


NOTES = {
    "titmuss-1970": "Cited or named by alford-2013.",
    "gronroos-2008": "Cited or named by bovaird-loeffler-2015. The source prints no title.",
    "alford-2002": "Cited or named by bovaird-loeffler-2015 and mcmullin-2019. None of these sources prints a title. "
    "Entry of bovaird-loeffler-2015 joined by author and year; both lists of references are lost.",
    "kettl-chapter-3": "Cited or named by alford-2013. The source prints no title. alford-2013: chapter 3. "
    "Stands in the same volume as alford-2013.",
}


@pytest.mark.parametrize("fmt", FORMATS)
def test_notes_worked_out_by_hand(written, fmt):
    read = READERS[fmt](written[fmt])
    assert {key: read[key][3] for key in NOTES} == NOTES
    # Where two sources print a field differently, both prints stand in the note.
    note = read["alford-2009"][3]
    assert (
        "Authors as printed: J. Alford (anzsog-2017); Alford (bovaird-loeffler-2015); John Alford (ifg-seminar)."
        in note
    )
    assert "from service-delivery to co-production (anzsog-2017)" in note
    assert "From Service-Delivery to Co-production (ifg-seminar)" in note and "Publisher as printed" not in note
    # A source that names itself is one record with its own entry.
    own = read["anzsog-2017"][3]
    assert own.startswith("One of the sources of this graph. Cited or named by anzsog-2017.")
    assert "Entry of anzsog-2017 joined by the citation that the text suggests for itself." in own
    assert "In full: ANZSOG, " in own


# Every work once


@pytest.mark.slow
def test_every_work_of_the_graph_is_in_exactly_one_record():
    store = dataset.shipped_store()

    def ask(pattern: str) -> list[str]:
        text = f"PREFIX cop: <{names.COP}> SELECT DISTINCT ?x ?y {{ {pattern} }}"
        return [row["x"].value for row in store.query(text, use_default_graph_as_union=True)]

    works, sources, same = ask("?x a cop:Work"), ask("?x a cop:Source"), ask("?x cop:sameWork ?y")
    found = shipped_records()
    assert len(works) >= 85 and len(sources) == 5 and len(same) >= 6
    assert Counter(iri for r in found for iri in r.works) == Counter([*works, *sources])
    assert len(found) == len(works) - len(same) + len(sources)


@pytest.mark.parametrize("fmt", FORMATS)
def test_every_record_is_in_every_format(written, fmt):
    keys = [r.key for r in shipped_records()]
    assert list(READERS[fmt](written[fmt])) == keys and len(set(keys)) == len(keys)


def test_keys_are_keys_of_bibtex_and_the_slugs_of_the_works():
    # What BibTeX forbids in a key, and what LaTeX does in \cite: blanks and , { } " # % ~ \ ( ) = '.
    for record in shipped_records():
        assert re.fullmatch(r"[A-Za-z0-9:.+/_-]+", record.key)
        slugs = {names.local(iri) for iri in record.works}
        # The source has the key, and its own entry for itself comes second.
        assert record.key in slugs or record.key == "anzsog-2017-anzsog-2017"


def test_a_second_reader_finds_the_same_in_bibtex(written):
    first = bibtexparser.parse_string(written["bibtex"])
    second = pybtex.database.parse_string(written["bibtex"], "bibtex").entries
    assert list(second) == [e.key for e in first.entries]
    for entry in first.entries:
        fields = {f.key: f.value.replace("\u202f", " ") for f in entry.fields if f.key != "author"}
        assert dict(second[entry.key].fields) == fields
    persons = {k: [str(p) for p in e.persons.get("author", [])] for k, e in second.items()}
    assert persons["alford-2009"] == ["Alford, John"] and persons["john-et-al-2011"] == ["John", "others"]
    assert persons["anzsog-2017"] == ["{ANZSOG}"] and persons["quirk-review-2007"] == ["{Quirk Review}"]
    ryzin = second["parrado-van-ryzin-bovaird-loeffler-2013"].persons["author"][1]
    assert (ryzin.prelast_names, ryzin.last_names, ryzin.first_names) == ([], ["{van Ryzin}"], [])
    eijk = second["van-eijk-et-al-2017"].persons["author"][0]
    assert (eijk.prelast_names, eijk.last_names, eijk.first_names) == ([], ["{Van Eijk}"], [])


# From the schema of CSL-JSON: the members that it allows and we use, each a text, and the types.
CSL_TEXTS = {"id", "type", "title", "container-title", "volume", "issue", "page", "publisher", "DOI", "URL", "note"}
CSL_TYPES = {"article", "article-journal", "book", "chapter", "document", "legislation", "webpage"}


def csl_faults(items: list[dict]) -> list[str]:
    faults = []
    for item in items:
        texts = {k: v for k, v in item.items() if k not in ("author", "issued")}
        faults += [f"{k} is no member" for k in set(texts) - CSL_TEXTS]
        faults += [f"{k} is no text" for k in texts if not isinstance(texts[k], str)]
        faults += ["unknown type"] * (item.get("type") not in CSL_TYPES)
        for name in item.get("author", []):
            faults += ["bad name"] * (set(name) not in ({"literal"}, {"family"}, {"family", "given"}))
        issued = item.get("issued", {"literal": ""})
        faults += ["bad date"] * (set(issued) not in ({"date-parts"}, {"literal"}))
    return faults


def test_csl_json_keeps_to_its_schema(written):
    assert csl_faults(json.loads(written["csl-json"])) == []
    wrong = [{"id": "x", "type": "misc", "year": "1999", "volume": 3, "author": ["A"], "issued": {"year": 1999}}]
    assert sorted(csl_faults(wrong)) == [
        "bad date",
        "bad name",
        "unknown type",
        "volume is no text",
        "year is no member",
    ]


# Entries of our own: merging, kinds, names


def entry(slug: str, source: str = "one", section: str = "works", **values) -> Entry:
    return Entry(section, source, slug, f"urn:{source}/{slug}", values, {}, None)


def made(*entries: Entry) -> dict[str, Record]:
    return {r.key: r for r in records(entries, Vocabulary([]))}


def test_same_works_are_one_record_with_the_fullest_print():
    found = made(
        entry("a", authors=["Smith", "others"], year="not told", title="Gifts", same_as="urn:two/b", same_by="title"),
        entry("b", "two", authors=["Smith", "Jones"], year="1999", title="Gifts and Givers"),
        entry("c", "three", year="1998", doi="10.1/x", same_as="urn:one/a", same_by="year"),
    )
    (record,) = found.values()
    assert (record.key, record.works) == ("b", ("urn:two/b", "urn:one/a", "urn:three/c"))
    assert record.authors == (Name("Smith"), Name("Jones"))
    assert (record.title, record.year, record.doi, record.publisher) == ("Gifts and Givers", "1999", "10.1/x", "")
    assert record.notes == (
        "Cited or named by one, three and two.",
        "Authors as printed: Smith, Jones (two); Smith, others (one).",
        "Year as printed: 1999 (two); 1998 (three).",
        "Title as printed: Gifts and Givers (two); Gifts (one).",
        "Entry of one joined by title.",
        "Entry of three joined by year.",
    )


def test_works_that_point_to_each_other_are_one_record():
    found = made(entry("b", same_as="urn:two/a"), entry("a", "two", same_as="urn:one/b"))
    assert [(key, record.works) for key, record in found.items()] == [("b", ("urn:one/b", "urn:two/a"))]


def test_two_works_of_one_slug_take_their_source_into_the_key():
    found = made(entry("smith-1999", title="A"), entry("smith-1999", "two", title="B"), entry("jones-1999", "two"))
    assert {key: record.title for key, record in found.items()} == {
        "one-smith-1999": "A", "two-smith-1999": "B", "jones-1999": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("told", "kind", "place"),
    [
        ({"published_in": "Some Review, 18(5), 673-691"}, bibliography.JOURNAL_ARTICLE, ("Some Review", "18", "5")),
        ({"published_in": "Some Review, early online"}, bibliography.DOCUMENT, ("Some Review, early online", "", "")),
        ({"published_in": "the same volume"}, bibliography.DOCUMENT, ("", "", "")),
        ({"publisher": "A Press"}, bibliography.DOCUMENT, ("", "", "")),
        ({"note": "a law of Sweden"}, bibliography.LAW, ("", "", "")),
        ({"title": "The Gifts Act"}, bibliography.DOCUMENT, ("", "", "")),
        ({"note": "The book of the film"}, bibliography.BOOK, ("", "", "")),
        ({"note": "not a book"}, bibliography.DOCUMENT, ("", "", "")),
        ({"note": "Chapter 3"}, bibliography.CHAPTER, ("", "", "")),
        ({"note": "chapters of a life"}, bibliography.DOCUMENT, ("", "", "")),
    ],
)
def test_kinds_are_those_that_the_entry_tells(told, kind, place):
    (record,) = made(entry("a", **told)).values()
    assert (record.kind, (record.container, record.volume, record.issue)) == (kind, place)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Ann Lee", [Name("Lee", "Ann")]),
        ("A. B. Lee", [Name("Lee", "A. B.")]),
        ("Lee", [Name("Lee")]),
        ("Unknown", [Name("Unknown")]),
        ("Lee et al.", [Name("Lee"), OTHERS]),
        ("Others", [OTHERS]),
        ("Van Dam", [Name("Van Dam")]),
        ("Piet van Dam", [Name("van Dam", "Piet")]),
        ("NICE", [Name(body="NICE")]),
        ("Blue Review", [Name(body="Blue Review")]),
        ("Institute for Gifts and Givers", [Name(body="Institute for Gifts and Givers")]),
    ],
)
def test_names_are_parted_only_where_a_person_is_told(printed, expected):
    actors = [("Lee", "person"), ("Van Dam", "person"), ("van Dam", "person"), ("NICE", "organisation")]
    told = [entry(f"x{n}", section="actors", name=name, kind=kind) for n, (name, kind) in enumerate(actors)]
    (record,) = made(*told, entry("a", authors=[printed])).values()
    assert list(record.authors) == expected


# Special characters

SPECIAL = "éöœ’«»–—çÅ&%_{}\\$#~^-'`?!<>,\"@=|/;:.()[]* \u00a0"
# Neither halves of characters nor blanks but the two of TeX: other blanks at an end are cut off by every reader.
CHARACTERS = st.one_of(st.sampled_from(SPECIAL), st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs")))
TEXTS = st.text(CHARACTERS, max_size=40)
NAMES = TEXTS.map(lambda text: " ".join(text.replace("\u00a0", " ").split()))


def one(**values) -> Record:
    (record,) = made(entry("a", **values)).values()
    return record


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_texts_come_back_as_they_went(title, publisher, note):
    record = one(title=title, publisher=publisher, note=note)
    for fmt, module in FORMATS.items():
        _, _, fields, read = READERS[fmt](module.write([record]))["a"]
        expected = {k: v for k, v in (("title", record.title), ("publisher", record.publisher)) if v}
        assert fields == expected and read == " ".join(record.notes), fmt
    raw = bibtexparser.parse_string(bibtex.write([record])).entries[0]
    second = pybtex.database.parse_string(bibtex.write([record]), "bibtex").entries["a"]
    assert dict(second.fields) == {f.key: " ".join(f.value.split()) for f in raw.fields}


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(NAMES, NAMES), max_size=3))
def test_names_come_back_as_they_went(parts):
    authors = tuple(Name(family=f, given=g) for f, g in parts if f) + (
        Name(body="Health and Care, Ltd & Others"),
        OTHERS,
    )
    text = bibtex.write([Record("a", ("urn:a",), authors=authors)])
    raw = bibtexparser.parse_string(text).entries[0]["author"]
    read = [name_of(n) for n in split_multiple_persons_names(raw)]
    assert [" ".join(n).strip().removeprefix("braced ") for n in read] == [
        " ".join(p for p in (a.family, a.given, a.body) if p) for a in authors
    ]
    assert len(pybtex.database.parse_string(text, "bibtex").entries["a"].persons["author"]) == len(authors)


def unsafe(text: str) -> list[str]:
    """The characters of a text that TeX would take for commands."""
    rest = re.sub(r"\{\\text(backslash|brace(left|right)|ascii(tilde|circum))\}|\\[&%$#_]|\{\}|~", " ", text)
    return re.findall(r"[&%$#_{}\\^]|--|''|``|[?!]`", rest)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_nothing_is_left_that_tex_would_take_for_a_command(text):
    assert unsafe(bibtex.escape(text)) == []


def test_the_look_for_unsafe_characters_sees_them():
    assert unsafe("a & b") == ["&"] and unsafe("{x") == ["{"] and unsafe("a--b") == ["--"] and unsafe(r"\foo") == ["\\"]
    assert bibtex.escape("50% of R&D_x {a} \\n #1 $2 ~^ a--b") == (
        r"50\% of R\&D\_x {\textbraceleft}a{\textbraceright} {\textbackslash}n \#1 \$2 "
        r"{\textasciitilde}{\textasciicircum} a-{}-b"
    )


def test_addresses_are_written_as_they_stand_but_for_braces():
    record = one(url=["http://a.org/x_y%20{z}?a=1&b=2#c", "http://b.org"], doi="10.1/a_b")
    (read,) = bibtexparser.parse_string(bibtex.write([record])).entries
    assert (read["url"], read["doi"]) == ("http://a.org/x_y%20%7Bz%7D?a=1&b=2#c", "10.1/a_b")
    assert "Also at: http://b.org" in read["note"]
    (row,) = rispy.loads(ris.write([record]), delimiter_tags_mapping={})
    assert row["urls"] == ["http://a.org/x_y%20{z}?a=1&b=2#c", "http://b.org"]


def test_ris_has_nothing_but_lines_with_tags_from_ty_to_er(written):
    lines = [line for line in written["ris"].split("\n") if line]
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines)
    assert lines[0].startswith("TY") and lines[-1].startswith("ER")


def test_lines_do_not_break_a_record():
    record = one(title="One\nER  - \r\nTY  - JOUR", note="a\tb\u2028c")
    assert record.title == "One ER - TY - JOUR" and record.notes[-1] == "one: a b c."
    assert [row["title"] for row in rispy.loads(ris.write([record]))] == ["One ER - TY - JOUR"]


def test_a_year_that_is_no_number_is_told_in_words():
    item, untold = json.loads(csl_json.write([one(year="1992-94"), one(year="not told")]))
    assert item["issued"] == {"literal": "1992-94"} and "issued" not in untold
    for module in (bibtex, ris):
        assert "year" not in module.write([one(year="not told")]) and "PY" not in module.write([one(year="not told")])


# The command


def run(*args):
    result = CliRunner().invoke(cli, ["export", *map(str, args)], prog_name="coproduction")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.parametrize("fmt", FORMATS)
def test_the_command_writes_to_standard_output_or_a_file(tmp_path, written, fmt):
    result, dash = run(fmt), run(fmt, "-o", "-")
    assert (result.exit_code, result.stdout, result.stderr) == (0, written[fmt], "") and dash.stdout == written[fmt]
    file = tmp_path / "out"
    file.write_text("old", encoding="utf-8")
    result = run(fmt, "-o", file)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", f"wrote {file}\n")
    assert file.read_text(encoding="utf-8") == written[fmt] and [f.name for f in tmp_path.iterdir()] == ["out"]


def test_a_link_is_followed(tmp_path, written):
    (tmp_path / "real").write_text("old", encoding="utf-8")
    (tmp_path / "link").symlink_to("real")
    assert run("ris", "-o", tmp_path / "link").exit_code == 0
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_text(encoding="utf-8") == written["ris"]


def test_a_device_is_written_to_and_stays_one():
    assert run("ris", "-o", "/dev/null").exit_code == 0 and not Path("/dev/null").is_file()


def test_what_cannot_be_written_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    file = tmp_path / "out.bib"
    file.write_text("old", encoding="utf-8")
    opened = Path.open

    class Full(io.FileIO):
        def writelines(self, lines):
            self.write(b"".join(lines)[:100])
            raise OSError(errno.ENOSPC, "No space left on device")

    def full(self, mode="r", *more, **named):
        return Full(self, mode) if mode == "wb" else opened(self, mode, *more, **named)

    monkeypatch.setattr(Path, "open", full)
    result = run("bibtex", "-o", file)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"{file}: cannot be written: No space left on device\n"
    assert file.read_text(encoding="utf-8") == "old" and [f.name for f in tmp_path.iterdir()] == ["out.bib"]


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ([], "Usage: coproduction export"),
        (["bibtx"], "No such command 'bibtx'"),
        (["ris", "extra"], "give your records and, with --sources, the bibliography"),
        (["ris", "--format", "x"], "No such option"),
        (["ris", "-o"], "requires an argument"),
        (["ris", "-o", ""], "is a directory"),
        (["ris", "-o", "{tmp}"], "is a directory"),
        (["ris", "-o", "{tmp}/none/x.ris"], "cannot be written: No such file or directory"),
    ],
)
def test_wrong_use_leaves_with_two(tmp_path, args, says):
    result = run(*(a.replace("{tmp}", str(tmp_path)) for a in args))
    assert result.exit_code == 2 and result.stdout == "" and says.lower() in result.stderr.lower()
