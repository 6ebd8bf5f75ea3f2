"""Labels in place of ids: `fix` gives the ids back for every coded key, and where two share a label it leaves the word."""

import csv
import dataclasses
import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from coproduction import names, repair, scalars_xlsx
from coproduction.codebook import load, shipped_codebook
from coproduction.labels import Named, bare
from coproduction.loaders.normal import normalise
from coproduction.loaders.raw import RawRecord
from coproduction.vocabulary import Vocabulary, shipped

BOOK, WORDS = shipped_codebook(), shipped()
FORMATS = ("yaml", "json", "csv", "xlsx")
# Every key with a list of names: where it stands, its names, and whether it takes several.
CODED: dict[tuple[str, ...], tuple[Named, bool]] = {}
for key_, field_ in BOOK.fields.items():
    if field_.choices:
        CODED[(key_,)] = field_.choices, field_.many
    if key_ != "facts":
        CODED |= {(key_, k): (f.choices, f.many) for k, f in field_.fields.items() if f.choices}
for key_, variable in BOOK.variables.items():
    CODED["facts", key_, "value"] = Named({a: BOOK.answers[a] for a in variable.answers}, WORDS), False
CODED["facts", "joint", "basis"], CODED["facts", "joint", "why_unknown"] = (BOOK.bases, False), (BOOK.reasons, False)


def labels_of(iri: str, lang: str) -> list[str]:
    """The labels of a thing in a language, as they are written."""
    terms = (names.RDFS + "label", names.SKOS + "prefLabel", names.SKOS + "altLabel")
    return [o.value for term in terms for o in WORDS.objects(iri, term) if o.language == lang]


def record_with(path: tuple[str, ...], word: str) -> dict:
    record: dict = {"id": "x", "title": "X", "source": "own"}
    if path[0] == "facts":
        return record | {"facts": {path[1]: {"value": "yes"} | {path[2]: word}}}
    if len(path) == 2:
        return record | {path[0]: [{"who": "Anne", path[1]: word}] if path[0] == "contributions" else [{path[1]: word}]}
    return record | {path[0]: word}


def fixed(record: dict, suffix: str) -> dict:
    """A record after it was written in a format, repaired and taken apart again."""
    if suffix in ("yaml", "json"):
        return json.loads(repair.repaired(json.dumps(record), suffix, BOOK, WORDS))
    columns = {k: v for k, v in record.items() if isinstance(v, str)}
    parts = {"value": "", "basis": ".basis", "why_unknown": ".why"}
    at = {f"{k}{parts[p]}": ("facts", k, p) for k, fact in record.get("facts", {}).items() for p in fact}
    listed = [(k, n, p) for k, v in record.items() if isinstance(v, list) for n, e in enumerate(v) for p in e]
    if suffix == "csv":
        at |= {f"{k.removesuffix('s')}.{n + 1}.{p}": (k, n, p) for k, n, p in listed}
    cells = columns | {name: record[p[0]][p[1]][p[2]] for name, p in at.items()}
    if suffix == "csv":
        out = io.StringIO()
        csv.writer(out).writerows([cells, cells.values()])
        text = repair.repaired(out.getvalue(), "csv", BOOK, WORDS)
        (row,) = csv.DictReader(io.StringIO(text, newline=""))
    else:
        row = through_workbook(cells, {k: v for k, v in record.items() if isinstance(v, list)})
        at |= {(k, n, p): (k, n, p) for k, n, p in listed}
    again = {k: row[k] for k in columns} | {k: json.loads(json.dumps(v)) for k, v in record.items() if k not in columns}
    for name, p in at.items():
        again[p[0]][p[1]][p[2]] = row[name]
    return again


def through_workbook(cells: dict, lists: dict) -> dict:
    book = Workbook()
    book.active.append(list(cells))
    book.active.append(list(cells.values()))
    for key, entries in lists.items():
        sheet = book.create_sheet(key)
        sheet.append(["case", *entries[0]])
        for entry in entries:
            sheet.append(["x", *entry.values()])
    out = io.BytesIO()
    book.save(out)
    found = scalars_xlsx.of_xlsx("x", out.getvalue())
    data = scalars_xlsx.changed(out.getvalue(), found, repair.repairs(found.places, BOOK, WORDS))
    again = load_workbook(io.BytesIO(data))
    row = dict(zip(*again.worksheets[0].iter_rows(values_only=True), strict=True))
    for key in lists:
        header, *rows = again[key].iter_rows(values_only=True)
        row |= {(key, n, p): v for n, values in enumerate(rows) for p, v in zip(header, values, strict=True)}
    return row


@st.composite
def places(draw):
    path = draw(st.sampled_from(sorted(CODED)))
    choices, many = CODED[path]
    chosen = draw(st.lists(st.sampled_from(sorted(choices)), min_size=1, max_size=2 if many else 1, unique=True))
    labels = [draw(st.sampled_from(labels_of(choices[c], draw(st.sampled_from(["en", "fr"]))) or [c])) for c in chosen]
    turn = draw(st.sampled_from([str, str.upper, str.lower, lambda t: f" {t} "]))
    return path, chosen, [turn(label) for label in labels]


@given(places(), st.sampled_from(FORMATS))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_record_whose_ids_were_replaced_by_labels_gets_them_back(place, suffix):
    path, ids, labels = place
    assert fixed(record_with(path, ";".join(labels)), suffix) == record_with(path, "; ".join(ids))


@pytest.mark.slow
@pytest.mark.parametrize("suffix", FORMATS)
def test_every_label_of_every_coded_key_gives_its_id_back(suffix):
    """Each key's labels stand in one column of a table, or in a list of records, and are repaired at one time."""
    for path, (choices, _) in CODED.items():
        pairs = [
            (label, key) for key, iri in choices.items() for lang in ("en", "fr") for label in labels_of(iri, lang)
        ]
        wrong, right = ([record_with(path, pair[n]) for pair in pairs] for n in (0, 1))
        assert pairs
        if suffix in ("yaml", "json"):
            assert json.loads(repair.repaired(json.dumps(wrong), suffix, BOOK, WORDS)) == right
            continue
        name = {"value": path[1], "basis": f"{path[1]}.basis", "why_unknown": f"{path[1]}.why"}[path[2]] if (
            path[0] == "facts"
        ) else f"{path[0].removesuffix('s')}.1.{path[1]}" if len(path) == 2 else path[0]  # fmt: skip
        rows = [["id", name], *([f"x{n}", label] for n, (label, _) in enumerate(pairs))]
        found = rows_of(rows, suffix)
        assert found == [["id", name], *([f"x{n}", key] for n, (_, key) in enumerate(pairs))], path


def rows_of(rows: list[list[str]], suffix: str) -> list[list[str]]:
    """The rows of a table after its repair."""
    if suffix == "csv":
        out = io.StringIO()
        csv.writer(out).writerows(rows)
        return list(csv.reader(io.StringIO(repair.repaired(out.getvalue(), "csv", BOOK, WORDS), newline="")))
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    found = scalars_xlsx.of_xlsx("x", out.getvalue())
    data = scalars_xlsx.changed(out.getvalue(), found, repair.repairs(found.places, BOOK, WORDS))
    return [list(row) for row in load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)]


def test_no_two_names_of_a_key_share_a_label_and_none_is_anothers_name():
    for path, (choices, _) in CODED.items():
        assert {word: keys for word, keys in choices.words().items() if len(keys) != 1} == {}, path
        for key, iri in choices.items():
            assert all(choices.meant(label) == [key] for lang in ("en", "fr") for label in labels_of(iri, lang)), path
            assert all(";" not in label for lang in ("en", "fr") for label in labels_of(iri, lang)), key


# Two concepts with one label

SHARED = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""


@pytest.fixture
def shared(tmp_path):
    """A vocabulary in which volunteer and neighbour are both called a helping hand, and so are two sectors."""
    roles = BOOK.fields["contributions"].fields["role"].choices
    sectors = BOOK.fields["sector"].choices
    iris = [roles["volunteer"], roles["neighbour"], sectors["health"], sectors["police"]]
    file = tmp_path / "shared.ttl"
    file.write_text(SHARED + "\n".join(f'<{iri}> skos:altLabel "Helping hand"@en .' for iri in iris), encoding="utf-8")
    words = Vocabulary([*WORDS.files, file])
    return words, load(words)


@pytest.mark.parametrize(
    ("record", "meant"),
    [({"contributions": [{"who": "Anne", "role": "helping hand"}]}, "volunteer and neighbour"),
     ({"sector": "Helping Hand"}, "health and police")],
)  # fmt: skip
def test_a_label_of_two_is_left_alone_and_validation_names_both(shared, record, meant):
    words, book = shared
    record = {"id": "x", "title": "X", "source": "own"} | record
    text = json.dumps(record)
    assert repair.repaired(text, "yaml", book, words) == repair.repaired(text, "json", book, words) == text
    _, (finding,) = normalise(RawRecord("f", record), book)
    first, _, second = meant.partition(" and ")
    assert finding.code == "unknown-term" and finding.suggestion is None
    assert sorted(finding.message.rpartition("; it may mean ")[2].split(" or ")) == sorted([first, second])


def test_a_name_of_its_own_goes_before_a_label_of_another():
    words = Named({"health": "urn:1", "police": "urn:2"}, None)
    words._words = {"health": ["police"]} | {bare(k): [k] for k in words}
    assert words.meant("Health") == ["health"]


@pytest.mark.parametrize(
    ("record", "suggestion"),
    [({"contributions": [{"role": "Bénévole"}]}, "volunteer"), ({"joint": "oui"}, "yes"),
     ({"joint": "sans objet"}, "n/a"), ({"joint": {"value": "yes", "basis": "énoncé"}}, "stated")],
)  # fmt: skip
def test_validation_suggests_the_name_that_a_label_belongs_to(record, suggestion):
    _, findings = normalise(RawRecord("f", {"id": "x", "title": "X", "source": "own"} | record), BOOK)
    found = [f for f in findings if f.code == "unknown-term"]
    assert [f.suggestion for f in found] == [suggestion] and f"did you mean {suggestion}?" in found[0].message


def test_free_text_that_reads_like_a_label_stays():
    text = "id,title,source,sector.1.text\nx,Health,own,Health\n"
    assert repair.repaired(text, "csv", BOOK, WORDS) == text
    text = '{"id": "x", "title": "Health", "source": "own", "sector": [{"text": "Health"}]}'
    assert repair.repaired(text, "json", BOOK, WORDS) == text


def test_choices_without_labels_are_taken_too():
    field = dataclasses.replace(BOOK.fields["reality"], choices={"actual": "urn:x"})
    book = dataclasses.replace(BOOK, fields={**BOOK.fields, "reality": field})
    _, (finding,) = normalise(RawRecord("f", {"id": "x", "title": "X", "source": "own", "reality": "actuel"}), book)
    assert finding.suggestion == "actual"
