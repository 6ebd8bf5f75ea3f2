"""Validation of new case data: is a record well formed and consistent, and does it cross a border it claims to respect.

What the tables say here the border shapes say too, to any SHACL engine: a test compares both on every case and
definition.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import reduce

from coproduction import borders, consistency, names
from coproduction.cases import link_findings
from coproduction.loaders.case import SETTLED, Case
from coproduction.loaders.raw import Finding
from coproduction.rules import rules as all_rules
from coproduction.rules import told
from coproduction.settle import settling
from coproduction.verdicts import OUT, UNDETERMINED, Rules, answers, judge
from coproduction.vocabulary import Vocabulary
from coproduction.wording import Wording

# How many of the variables that settle most the advice names.
NAMED = 3


def findings(
    cases: Iterable[Case],
    rules: Rules,
    vocabulary: Vocabulary,
    known: Iterable[Case] = (),
    lang: str = "en",
    advice: bool = False,
    texts: Mapping[str, str] | None = None,
    watch: Callable[[Iterable[Case]], Iterable[Case]] = iter,
) -> list[Finding]:
    """Return the findings on cases beyond their form, one for each rule and place.

    They are crossed borders, labels against the facts, links to no case, what a case says against itself and its like.
    advice: also where most verdicts are open. texts: the sources' texts by key, to verify passages in.
    watch: what the cases are handed through, such as a bar that shows how far the work is.
    """
    cases, known = list(cases), list(known)
    found: list[Finding] = []
    by_definition = {slug: borders.borders(vocabulary, d) for slug, d in rules.definitions.items()}
    profiles: dict[frozenset, tuple] = {}
    for case in watch(cases):
        found += consistency.range_findings(case, lang)
        found += consistency.passage_findings(case, texts or {}, lang)
        if advice and case.coder == SETTLED:
            found += _undetermined(case, rules, Wording(vocabulary, lang), profiles)
        given = answers(case.facts)
        values = {slug: criterion.truth(given) for slug, criterion in rules.criteria.items()}
        claimed = list(dict.fromkeys(case.record.get("claimed_under", [])))
        for slug in claimed:
            for border in borders.crossed(by_definition[slug], values):
                found.append(_crossed(case, border, rules, lang))
        if case.record.get("source_label") == "yes":
            found += _label_against_facts(case, rules, vocabulary, set(claimed), lang)
    found += consistency.between_findings(cases, known, lang)
    found += consistency.duplicate_findings(cases, known, lang)
    found += [told(f, lang) for f in link_findings(cases, known)]
    return once(found)


def once(found: Iterable[Finding]) -> list[Finding]:
    """Return findings without those that repeat another one's rule and place. Each border and definition is a rule."""
    seen: dict[tuple, Finding] = {}
    for f in found:
        place = f.pointer if f.pointer is not None else (f.sheet, f.cell, f.line, f.column)
        seen.setdefault((f.code, f.file, place, f.case, f.key, f.definition, f.criterion, f.value), f)
    return list(seen.values())


def _undetermined(case: Case, rules: Rules, words: Wording, profiles: dict) -> Iterable[Finding]:
    """Yield advice where most operative definitions leave a case undetermined; cases alike are judged once."""
    profile = frozenset(answers(case.facts).items())
    if profile not in profiles:
        operative = rules.operative()
        verdicts = judge(rules, case.facts, operative)
        still_open = sum(v.outcome == UNDETERMINED for v in verdicts.values())
        most = still_open * 2 > len(operative)
        first = [key for key, _ in settling(rules, case.facts, operative)[:NAMED]] if most else []
        profiles[profile] = most, still_open, len(operative), first
    most, still_open, all_, first = profiles[profile]
    if most:
        rule, lang = all_rules()["undetermined"], words.lang
        questions = [rule.word("question", lang, question=words.question(key), key=key) for key in first]
        listed = reduce(lambda one, other: rule.word("more", lang, one=one, other=other), questions or [""])
        message = rule.message(lang, open=still_open, all=all_, first=listed)
        yield Finding.of(case.raw, rule.code, message, severity=rule.severity, key=first[0] if first else None)


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
        rule = all_rules()["label-against-facts"]
        name = vocabulary.label(rules.definitions[slug].iri, lang)
        why = ", ".join(verdict.decided_by)
        found.append(
            Finding.of(
                case.raw,
                "label-against-facts",
                rule.message(lang, name=name, why=why),
                "/source_label",
                severity=rule.severity,
                key="source_label",
                value="yes",
                definition=slug,
                criterion=verdict.decided_by[0].removeprefix("not:"),
                instead=verdict.instead[0] if verdict.instead else None,
            )
        )
    return found
