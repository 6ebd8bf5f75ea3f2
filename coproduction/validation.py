"""Validation of new case data: is a record well formed and consistent, and does it cross a border it claims to respect.

What the tables say here the border shapes say too, to any SHACL engine: a test compares both on every case and
definition.
"""

from collections.abc import Iterable

from coproduction import borders, names
from coproduction.cases import link_findings
from coproduction.loaders.case import Case
from coproduction.loaders.raw import Finding
from coproduction.verdicts import OUT, Rules, answers, judge
from coproduction.vocabulary import Vocabulary


def findings(
    cases: Iterable[Case], rules: Rules, vocabulary: Vocabulary, known: Iterable[Case] = (), lang: str = "en"
) -> list[Finding]:
    """Return the findings on cases beyond their form: crossed borders, labels against the facts, links to no case."""
    cases = list(cases)
    found: list[Finding] = []
    by_definition = {slug: borders.borders(vocabulary, d) for slug, d in rules.definitions.items()}
    for case in cases:
        given = answers(case.facts)
        values = {slug: criterion.truth(given) for slug, criterion in rules.criteria.items()}
        claimed = list(dict.fromkeys(case.record.get("claimed_under", [])))
        for slug in claimed:
            for border in borders.crossed(by_definition[slug], values):
                found.append(_crossed(case, border, rules, lang))
        if case.record.get("source_label") == "yes":
            found += _label_against_facts(case, rules, vocabulary, set(claimed), lang)
    return found + link_findings(cases, known)


def _crossed(case: Case, border: borders.Border, rules: Rules, lang: str) -> Finding:
    """Return the finding on one crossed border, at the fact behind it if the record lists that, else at the claim."""
    reads = [v for slug in border.criteria for v in rules.criteria[slug].reads]
    behind = [v for v in reads if v in case.facts and case.facts[v].value != "unknown"]
    key = next((v for v in behind if case.facts[v].pointer), behind[0] if behind else None)
    claim = f"/claimed_under/{case.record['claimed_under'].index(border.definition)}"
    return Finding.of(
        case.raw,
        "border-crossed",
        border.messages.get(lang, border.messages["en"]),
        (case.facts[key].pointer if key else None) or claim,
        key=key,
        value=case.facts[key].value if key else None,
        definition=border.definition,
        criterion=border.criteria[0],
        instead=names.local(border.neighbour) if border.neighbour else None,
    )


def _label_against_facts(case: Case, rules: Rules, vocabulary: Vocabulary, claimed: set[str], lang: str):
    found: list[Finding] = []
    operative = [d for d in rules.operative() if d.slug not in claimed]
    for slug, verdict in judge(rules, case.facts, operative).items():
        if verdict.outcome != OUT:
            continue
        name = vocabulary.label(rules.definitions[slug].iri, lang)
        why = ", ".join(verdict.decided_by)
        found.append(
            Finding.of(
                case.raw,
                "label-against-facts",
                f"the record calls the case co-production, and its facts put it out under {name} ({why})",
                "/source_label",
                severity="warning",
                key="source_label",
                value="yes",
                definition=slug,
                criterion=verdict.decided_by[0].removeprefix("not:"),
                instead=verdict.instead[0] if verdict.instead else None,
            )
        )
    return found
