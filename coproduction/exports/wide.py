"""Cases as a workbook: a row a record, a column a variable, once by key and once by label, with the codebook."""

from collections.abc import Iterable, Mapping, Sequence

from coproduction import names
from coproduction.codebook import Codebook, Field
from coproduction.criteria import Criterion
from coproduction.exports.long import UNKNOWN, passages
from coproduction.exports.notes import notes
from coproduction.exports.sheets import Cell, Table
from coproduction.loaders.case import NOT_CODED, PLACING, Case
from coproduction.vocabulary import Vocabulary

FIRST = ("source", "id", "coder", "title")
NOTES = ("cases", "labels", "unknown", "placing", "lists", "more")


def tables(
    cases: Sequence[Case],
    book: Codebook,
    vocabulary: Vocabulary,
    criteria: Mapping[str, Criterion],
    lang: str = "en",
    with_placing: bool = False,
) -> list[Table]:
    """Return the sheets: records by key, by label, their contributions and values, codebook, answers, what is what."""
    fields = [f for f in book.fields.values() if f.kind != "nested" and f.key not in FIRST]
    keys = [*FIRST, *(f.key for f in fields), *book.variables]
    rows = [[*_head(case), *(cell(case.record.get(f.key), f) for f in fields), *_answers(case, book, with_placing)]
            for case in cases]  # fmt: skip
    nested = [f for f in book.fields.values() if f.kind == "nested" and f.key != "facts"]
    return [
        Table("cases", keys, rows),
        Table("labels", [_label(key, book, vocabulary, lang) for key in keys],
              _labelled(cases, rows, fields, book, vocabulary, lang)),
        *(_entries(cases, f) for f in nested),
        codebook(book, vocabulary, criteria, lang),
        answers(book, vocabulary, lang),
        about(lang, with_placing),
    ]  # fmt: skip


def recorded(case: Case, variable: str, with_placing: bool) -> str | None:
    """Return the answer that verdicts rest on: `unknown` where it was looked for, None where nobody coded it."""
    fact = case.facts.get(variable)
    if fact and fact.value != UNKNOWN:
        return fact.value if with_placing or fact.basis != PLACING else UNKNOWN
    return None if case.why_unknown(variable) == NOT_CODED else UNKNOWN


def cell(value, field: Field, name=lambda key, iri: key) -> Cell:
    """Return a value of a record as one cell; names by what `name` makes of a key and its IRI."""

    def word(item) -> str:
        if isinstance(item, dict):
            concept = item.get("concept")
            return name(concept, field.choices[concept]) if concept else item["text"]
        return name(item, field.choices[item]) if item in field.choices else str(item)

    if field.kind == "passages":
        return passages(value or [])
    if isinstance(value, list):
        return "; ".join(map(word, value)) or None
    return None if value is None else word(value)


def _head(case: Case) -> list[str]:
    return [case.source, case.id, case.coder, case.record.get("title", "")]


def _answers(case: Case, book: Codebook, with_placing: bool) -> list[str | None]:
    return [recorded(case, variable, with_placing) for variable in book.variables]


def _label(key: str, book: Codebook, vocabulary: Vocabulary, lang: str) -> str:
    term = book.variables[key].iri if key in book.variables else book.fields[key].property
    return vocabulary.label(term, lang)


def _labelled(cases, rows, fields, book: Codebook, vocabulary: Vocabulary, lang: str) -> list[list[Cell]]:
    said = {key: vocabulary.label(iri, lang) for key, iri in book.answers.items()}
    words = {iri: vocabulary.label(iri, lang) for f in fields for iri in f.choices.values()}
    found = []
    for case, row in zip(cases, rows, strict=True):
        middle = [cell(case.record.get(f.key), f, lambda key, iri: words[iri]) for f in fields]
        last = [None if value is None else said[value] for value in row[len(FIRST) + len(fields) :]]
        found.append([*_head(case), *middle, *last])
    return found


def _entries(cases: Iterable[Case], field: Field) -> Table:
    rows = [
        [*_head(case)[:3], number, *(cell(entry.get(key), part) for key, part in field.fields.items())]
        for case in cases
        for number, entry in enumerate(case.record.get(field.key, []), 1)
    ]
    return Table(field.key, [*FIRST[:3], "number", *field.fields], rows)


def codebook(
    book: Codebook,
    vocabulary: Vocabulary,
    criteria: Mapping[str, Criterion],
    lang: str,
    keys: Iterable[str] | None = None,
) -> Table:
    """Return the codebook as a table: each variable with its question, rule, answers and the criteria that read it."""
    rows = []
    for key in book.variables if keys is None else keys:
        variable = book.variables[key]
        read_by = "; ".join(sorted(c.slug for c in criteria.values() if key in c.reads))
        rows.append(
            (
                key,
                vocabulary.label(variable.iri, lang),
                vocabulary.text(variable.iri, names.COP + "question", lang),
                "; ".join(variable.answers),
                vocabulary.text(variable.iri, names.COP + "codingRule", lang),
                read_by,
                variable.iri,
            )
        )
    return Table("codebook", ("variable", "label", "question", "answers", "rule", "criteria", "iri"), rows)


def answers(book: Codebook, vocabulary: Vocabulary, lang: str) -> Table:
    """Return the answers, and the reasons why one is not known, with their labels and what they mean."""
    rows = [
        (key, kind, vocabulary.label(iri, lang), vocabulary.text(iri, names.SKOS + "definition", lang))
        for kind, found in (("answer", book.answers), ("basis", book.bases), ("why_unknown", book.reasons))
        for key, iri in found.items()
    ]
    return Table("answers", ("key", "kind", "label", "definition"), rows)


def about(lang: str, with_placing: bool) -> Table:
    """Return what the sheets hold and how unknown is written."""
    told = notes("wide", lang)
    rows = [(what, told["placing-taken-in" if what == "placing" and with_placing else what]) for what in NOTES]
    return Table("about", ("what", "how"), rows)
