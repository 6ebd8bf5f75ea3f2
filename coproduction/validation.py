"""Validation of new case data: is a record well formed and consistent, and does it cross a border it claims to respect.

What the tables say here the border shapes say too, to any SHACL engine: a test compares both on every case and definition.
"""

from collections.abc import Iterable

from coproduction import borders
from coproduction.cases import link_findings
from coproduction.loaders.normal import Case
from coproduction.loaders.raw import Finding
from coproduction.verdicts import OUT, Rules, answers, judge
from coproduction.vocabulary import Vocabulary

SEVERITIES = ("error", "warning", "advice")


def findings(cases: Iterable[Case], rules: Rules, vocabulary: Vocabulary, known: Iterable[Case] = (), lang: str = "en") -> list[Finding]:
    """Return the findings on cases beyond their form: crossed borders, labels against the facts, links to no case."""
    cases = list(cases)
    found: list[Finding] = []
    by_definition = {slug: borders.borders(vocabulary, d) for slug, d in rules.definitions.items()}
    for case in cases:
        given = answers(case.facts)
        values = {slug: criterion.truth(given) for slug, criterion in rules.criteria.items()}
        claimed = case.record.get("claimed_under", [])
        for n, slug in enumerate(claimed):
            for border in borders.crossed(by_definition[slug], values):
                found.append(_crossed(case, border, n, rules, lang))
        if case.record.get("source_label") == "yes":
            found += _label_against_facts(case, rules, vocabulary, set(claimed), lang)
    return found + link_findings(cases, known)


def _crossed(case: Case, border: borders.Border, n: int, rules: Rules, lang: str) -> Finding:
    """Return the finding on one crossed border, at the fact that crosses it where the record lists that fact."""
    variables = [v for slug in border.criteria for v in rules.criteria[slug].reads if v in case.facts]
    pointer = next((p for v in variables if (p := _pointer(case, v))), f"/claimed_under/{n}")
    place = case.raw.place(case.raw.pointer + pointer)
    key = variables[0] if variables else None
    return Finding(
        "border-crossed",
        border.messages.get(lang, border.messages["en"]),
        file=case.raw.file,
        line=place.line,
        column=place.column,
        sheet=place.sheet,
        cell=place.cell,
        pointer=case.raw.pointer + pointer,
        case=case.id,
        key=key,
        value=case.facts[key].value if key else None,
        definition=border.definition,
        criterion=border.criteria[0],
        instead=border.neighbour.rsplit("/", 1)[-1] if border.neighbour else None,
    )


def _pointer(case: Case, variable: str) -> str | None:
    for pointer in (f"/facts/{variable}", f"/{variable}"):
        if case.raw.pointer + pointer in case.raw.places:
            return pointer
    return None


def _label_against_facts(case: Case, rules: Rules, vocabulary: Vocabulary, claimed: set[str], lang: str) -> list[Finding]:
    found = []
    operative = [d for d in rules.operative() if d.slug not in claimed]
    for slug, verdict in judge(rules, case.facts, operative).items():
        if verdict.outcome != OUT:
            continue
        name = vocabulary.label(rules.definitions[slug].iri, lang)
        why = ", ".join(verdict.decided_by)
        place = case.raw.place(case.raw.pointer + "/source_label")
        found.append(
            Finding(
                "label-against-facts",
                f"the record calls the case co-production, and its facts put it out under {name} ({why})",
                severity="warning",
                file=case.raw.file,
                line=place.line,
                column=place.column,
                sheet=place.sheet,
                cell=place.cell,
                pointer=case.raw.pointer + "/source_label",
                case=case.id,
                key="source_label",
                value="yes",
                definition=slug,
                criterion=verdict.decided_by[0].removeprefix("not:"),
                instead=verdict.instead[0] if verdict.instead else None,
            )
        )
    return found
