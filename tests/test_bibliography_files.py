"""A user's own bibliography: entries of every reference manager read as they stand, nothing lost, nothing made up."""

import dataclasses
import re
from pathlib import Path

import pybtex.database
import pytest

from coproduction.exports import bibtex, ris
from coproduction.loaders import bibliography_files
from coproduction.loaders.bibliography_files import differences
from coproduction.loaders.bibtex_sources import decoded, people
from coproduction.loaders.works import OTHERS, Name, Record, table

FOLDER = Path(__file__).parent / "loaders" / "bibliography"
ALFORD = Name("Alford", "J.")
BOTH = (Name("Bovaird", "Tony"), Name("Loeffler", "Elke"))
HANDBOOK = {
    "kind": "chapter",
    "authors": BOTH,
    "editors": (Name("Perry", "James L."), Name("Christensen", "Robert K.")),
    "year": "2015",
    "title": "Coproducing Public Services with Service Users, Communities, and the Third Sector",  # title
    "container": "Handbook of Public Administration",  # title
    "publisher": "Jossey-Bass",
}
REVIEW = {
    "kind": "journal article",
    "authors": (ALFORD,),
    "year": "2016",
    "title": "Co-Production, Interdependence and Publicness: Extending public service-dominant logic",  # title
    "container": "Public Management Review",  # title
    "volume": "18",
    "issue": "5",
    "pages": ("673", "691"),
}
VARIETIES = {
    "kind": "journal article",
    "authors": (Name("Nabatchi", "T."), Name("Sancino", "A."), Name("Sicilia", "M.")),
    "year": "2017",
    "title": "Varieties of Participation in Public Services: The Who, When, and What of Coproduction",  # title
    "container": "Public Administration Review",  # title
    "doi": "10.1111/puar.12765",
}
YATES = {
    "authors": (Name("Yates", "S."),),
    "year": "2016",
    "title": "Co-production: More than just co-design",  # title
    "urls": ("http://www.powertopersuade.org.au/blog/co-production-more-than-just-co-design",),  # title
}
ANZSOG = {"authors": (Name(body="ANZSOG"),), "title": "What is co-production?", "year": "2017", "month": "7"}  # title
CITIZENS = {
    "editors": (Name("Lindquist", "Evert A."), Name("Vincent", "Sam"), Name("Wanna", "John")),
    "year": "2013",
    "publisher": "ANU E Press",
}
FIRST = "Putting Citizens First: Engagement in Policy and Service Delivery for the 21st Century"  # title
# Worked out by hand, file by file: line, key, and every field that the entry tells.
EXPECTED = {
    "zotero.bib": [
        (2, "alford_co-production_2016", REVIEW | {"more": (
            ("language", "en"), ("urldate", "2024-03-01"), ("keywords", "co-production, publicness"),
            ("file", "Full Text PDF:/home/me/Zotero/storage/AB12_CD/Alford - 2016.pdf:application/pdf"))}),
        (16, "bovaird_coproducing_2015", HANDBOOK | {"more": (("edition", "3"),)}),
        (26, "anzsog_what_2017", ANZSOG | {"notes": ("Public admin explainer",)}),
    ],
    "mendeley.bib": [
        (4, "Alford2016", REVIEW | {"more": (
            ("file", r":C$\backslash$:/Users/me/Documents/Alford_2016.pdf:pdf"), ("mendeley-groups", "Co-production"))}),
        (15, "Yates2016", YATES | {"more": (("urldate", "2017-01-02"),)}),
        (22, "Nabatchi2017", VARIETIES),
    ],
    "scholar.bib": [
        (1, "alford2009engaging", {
            "kind": "book", "authors": (Name("Alford", "J"),), "year": "2009", "publisher": "Palgrave Macmillan",
            "title": "Engaging public sector clients: from service-delivery to co-production"}),  # title
        (8, "parrado2013", {"authors": (Name("Parrado"), Name("van Ryzin"), *BOTH), "year": "2013"}),
        (13, "eckenrode2010", {"authors": (Name("Eckenrode"), OTHERS), "year": "2010"}),
    ],
    "jabref.bib": [
        (5, "Alford2016", REVIEW | {"more": (("owner", "me"), ("timestamp", "2024.03.01"))}),
        (17, "Alford2013", CITIZENS | {
            "kind": "chapter", "authors": (Name("Alford", "John"),), "container": FIRST, "more": (("chapter", "6"),),
            "title": "Engaging Citizens in Co-producing Service Outcomes"}),  # title
        (24, "Lindquist2013", CITIZENS | {"kind": "book", "title": FIRST}),
        (31, "McMullin2019", {
            "kind": "journal article", "authors": (Name("McMullin", "Caitlin"),),
            "title": "La coproduction des services publics : tour d’horizon d’un concept",  # title
            "container": "Action publique. Recherche et pratiques"}),  # title
        (37, "ANZSOG2017", ANZSOG | {"more": (("type", "explainer"), ("day", "31"))}),
        (43, "Yates2016", YATES),
        (50, "Groenroos2008", {"authors": (Name("Grönroos"),), "year": "2008"}),
    ],
    "endnote.ris": [
        (1, "17", REVIEW | {"more": (("keywords", "co-production; publicness"),)}),
        (16, "18", HANDBOOK | {"more": (("edition", "3rd"),)}),
    ],
    "zotero.ris": [
        (1, "", VARIETIES | {"notes": ("early online",), "more": (
            ("language", "en"), ("ris-dp", "Library Catalog"), ("ris-l1", "/home/me/a.pdf"))}),
        (15, "", YATES | {"more": (("urldate", "2017/01/02/"), ("type", "BLOG"))}),
        (24, "anzsog", ANZSOG | {"kind": "web page", "more": (("type", "web page"), ("day", "31"))}),
    ],
}  # fmt: skip


def told(record: Record) -> dict:
    """What a record tells, without what it leaves open."""
    fields = dataclasses.asdict(record) | {n: getattr(record, n) for n in ("authors", "editors")}
    return {k: v for k, v in fields.items() if v and k not in ("key", "works") and (k, v) != ("kind", "document")}


def braced(record: Record) -> Record:
    names = [Name(body=n.family) if n == Name("van Ryzin") else n for n in record.authors]
    return dataclasses.replace(record, authors=tuple(names))


def read(folder: Path, text: str, suffix: str = "bib"):
    file = folder / f"refs.{suffix}"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    library, found = bibliography_files.read([str(file)])
    return [s.record for s in library.sources], [(f.line, f.severity, f.message) for f in found]


@pytest.mark.parametrize("name", EXPECTED)
def test_files_of_reference_managers_by_hand(name):
    library, found = bibliography_files.read([str(FOLDER / name)])
    assert found == []
    assert [(s.line, s.record.key, told(s.record)) for s in library.sources] == EXPECTED[name]


def test_every_fixture_is_worked_out():
    assert {f.name for f in FOLDER.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_what_is_read_is_written_and_read_again(name, tmp_path):
    library, _ = bibliography_files.read([str(FOLDER / name)])
    records = [dataclasses.replace(s.record, key=s.record.key or f"k{n}") for n, s in enumerate(library.sources)]
    again, found = read(tmp_path, bibtex.write(records))
    assert found == [] and [r.key for r in again] == [r.key for r in records]
    # A surname of two words without a given name is written in braces, and so reads as a body's.
    whole = [r if Name("van Ryzin") not in r.authors else braced(r) for r in records]
    for before, after in zip(whole, again, strict=True):
        assert told(after) | {"more": sorted(after.more)} == told(before) | {"more": sorted(before.more)}
    again, found = read(tmp_path, ris.write(records), "ris")
    assert found == []
    for before, after in zip(records, again, strict=True):
        assert differences(before, after) == [] and len(after.authors) == len(before.authors)
        # What RIS has no tag for has become a note, and is not lost.
        text = str(after)
        assert all(word in text for _, value in before.more for word in re.split("[;,] ", value.replace("\\", "\\\\")))


@pytest.mark.parametrize("name", [n for n in EXPECTED if n.endswith(".bib")])
def test_a_second_reader_finds_the_same_in_what_is_written(name):
    """pybtex reads our files, after decoding none: titles, years and surnames are as the fixture has them."""
    library, _ = bibliography_files.read([str(FOLDER / name)])
    records = [s.record for s in library.sources]
    entries = pybtex.database.parse_string(bibtex.write(records), "bibtex").entries
    assert list(entries) == [r.key for r in records]
    for r in records:
        entry = entries[r.key]
        written = {"title": r.title, "year": r.year, "volume": r.volume, "number": r.issue, "doi": r.doi}
        assert {k: entry.fields.get(k, "") for k in written} == written
        assert entry.fields.get("pages", "") == "--".join(r.pages)
        assert entry.fields.get("month", "") == ("July" if r.month else "")
        for role, people_ in (("author", r.authors), ("editor", r.editors)):
            last = [" ".join(p.prelast_names + p.last_names).strip("{}") for p in entry.persons.get(role, [])]
            assert last == [bibtex.escape(n.family or n.body) for n in people_]


# Values


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        ("100% of R&D at $5", "100% of R&D at $5"),
        (r"100\% of R\&D at \$5", "100% of R&D at $5"),
        (r"{\'E}tude \c{c}a {\ss} \o", "Étude ça ß ø"),
        (r"{T}he {{Big}} Society", "The Big Society"),
        (r"\textbraceleft x\textbraceright", "{x}"),
        (r"an \unknown{word} here", None),
        (r"\emph{who} does -- what", "who does – what"),
        ("$\\alpha$ and $5", "$α$ and $5"),
        (r"\href{http://a}{b}", None),
    ],
)
def test_tex_becomes_text_and_nothing_is_lost(tex, text):
    assert decoded(tex) == text


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("van Ryzin, Gregg and Gregg van Ryzin", [Name("van Ryzin", "Gregg")] * 2),
        ("Van Eijk, Carola", [Name("Van Eijk", "Carola")]),
        ("King, Jr., Martin", [Name("King", "Martin", suffix="Jr.")]),
        ("{Institute for Government} and {{NICE}}", [Name(body="Institute for Government"), Name(body="NICE")]),
        ("{Health and Care, Ltd} and Lee", [Name(body="Health and Care, Ltd"), Name("Lee")]),
        (r"{\'E}lodie Durand and Gr{\"o}nroos and others", [Name("Durand", "Élodie"), Name("Grönroos"), OTHERS]),
        ("Lee and and  and Kim", [Name("Lee"), Name("Kim")]),
    ],
)
def test_names_of_bibtex(value, names):
    assert people(value, pytest.fail) == names


def test_a_name_that_cannot_be_parted_is_kept_whole_and_told():
    said = []
    assert people("Lee, Ann, Jr., more", said.append) == [Name(body="Lee, Ann, Jr., more")]
    assert len(said) == 1 and "Lee, Ann, Jr., more" in said[0]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("year = 1996, month = sep", {"year": "1996", "month": "9"}),
        ("year = 1996, month = {September}", {"year": "1996", "month": "9"}),
        ("year = 1996, month = 9", {"year": "1996", "month": "9"}),
        ('year = 1996, month = jul # "--" # aug', {"year": "1996", "month": "jul–aug"}),
        ("year = {forthcoming}", {"year": "forthcoming"}),
        ("date = {1996-09}", {"year": "1996", "month": "9"}),
        ("date = {1996/1997}", {"year": "1996/1997"}),
        ("date = {1995-12-01}, year = 1996", {"year": "1996", "more": (("date", "1995-12-01"),)}),
        ("pages = {1--9}", {"pages": ("1", "9")}),
        ("pages = {12-1--12-20}", {"pages": ("12-1", "12-20")}),
        ("pages = {e12}", {"pages": ("e12",)}),
        ("pages = {1--9, 12}", {"pages": ("1–9, 12",)}),
        ("doi = {https://doi.org/10.1111/puar.12765}", {"doi": "10.1111/puar.12765"}),
        ("doi = {unknown}", {"doi": "unknown"}),
        (r"url = {http://a.org/x\_y{\%}20z~w?a=1&b}", {"urls": ("http://a.org/x_y%20z~w?a=1&b",)}),
        ("title = {A}, subtitle = {B}", {"title": "A: B"}),
        ("institution = {I}, publisher = {P}", {"publisher": "P", "more": (("institution", "I"),)}),
        ('journal = "A " # {B} # "C"', {"container": "A BC"}),
        ("", {}),
    ],
)
def test_fields_as_they_stand(tmp_path, fields, expected):
    (record,), found = read(tmp_path, f"@misc{{k, {fields}}}")
    assert (told(record), found) == (expected, [])


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("phdthesis", ("doctoral thesis", "doctoral thesis")),
        ("inbook", ("chapter", "inbook")),
        ("online", ("web page", "web page")),
        ("techreport", ("report", "")),
        ("inproceedings", ("conference paper", "")),
        ("podcast", ("document", "podcast")),
    ],
)
def test_kinds_are_kept_in_every_format(tmp_path, kind, expected):
    (record,), _ = read(tmp_path, f"@{kind}{{k, title = {{T}}}}")
    assert (record.kind, dict(record.more).get("type", "")) == expected
    assert read(tmp_path, bibtex.write([record]))[0] == [record]
    again = read(tmp_path, ris.write([record]), "ris")[0]
    assert [(r.kind, r.more) for r in again] == [(record.kind, record.more)]


def test_the_table_names_only_what_there_is():
    kinds = set(table()["kinds"])
    assert {*table()["told"], *table()["bibtex_types"].values(), *table()["ris_types"].values()} <= kinds
    missing = {k for k, row in table()["kinds"].items() if not {"bibtex", "ris"} <= set(row)} - {"document"}
    assert missing <= set(table()["told"])
