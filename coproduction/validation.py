"""Validation of new case data: is a record well formed and consistent, and does it cross a border it claims to respect.

What the tables say here the border shapes say too, to any SHACL engine: a test compares both on every case and
definition.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import reduce

from coproduction import borders, consistency, names
from coproduction.cases import link_findings
from coproduction.definitions import Definition
from coproduction.loaders.case import SETTLED, Case
from coproduction.loaders.raw import Finding
from coproduction.rules import rules as all_rules
from coproduction.rules import told
from coproduction.settle import settling
from coproduction.verdicts import REMEMBERED, Rules, Truths, answers, instead, weigh
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
) -> list[Finding]:
    """Return the findings on cases beyond their form, one for each rule and place.

    They are crossed borders, labels against the facts, links to no case, what a case says against itself and its like.
    advice: also where most verdicts are open. texts: the sources' texts by key, to verify passages in.
    """
    cases, known = list(cases), list(known)
    look = checker(rules, vocabulary, lang, advice, texts)
    found = [finding for case in cases for finding in look(case)]
    found += consistency.between_findings(cases, known, lang)
    found += consistency.duplicate_findings(cases, known, lang)
    found += [told(f, lang) for f in link_findings(cases, known)]
    return once(found)


def checker(
    rules: Rules,
    vocabulary: Vocabulary,
    lang: str = "en",
    advice: bool = False,
    texts: Mapping[str, str] | None = None,
) -> Callable[[Case], list[Finding]]:
    """Return a function that gives the findings on one case, as `findings` does but for what lies between cases."""
    by_definition = {slug: borders.borders(vocabulary, d) for slug, d in rules.definitions.items()}
    operative = rules.operative()
    advise = adviser(rules, Wording(vocabulary, lang))

    def look(case: Case) -> list[Finding]:
        found = [*consistency.range_findings(case, lang), *consistency.passage_findings(case, texts or {}, lang)]
        values = Truths(rules, answers(case.facts))
        if advice and case.coder == SETTLED:
            found += advise(case, values)
        claimed = list(dict.fromkeys(case.record.get("claimed_under", [])))
        for slug in claimed:
            for border in borders.crossed(by_definition[slug], values):
                found.append(_crossed(case, border, rules, lang))
        if case.record.get("source_label") == "yes":
            asked = [d for d in operative if d.slug not in claimed]
            found += _label_against_facts(case, rules, asked, values, vocabulary, lang)
        return found

    return look


def once(found: Iterable[Finding]) -> list[Finding]:
    """Return findings without those that repeat another one's rule and place. Each border and definition is a rule."""
    seen: dict[tuple, Finding] = {}
    for f in found:
        place = f.pointer, f.sheet, f.cell, f.line, f.column
        seen.setdefault((f.code, f.file, place, f.case, f.key, f.definition, f.criterion, f.value), f)
    return list(seen.values())


def advice_last(found: list[Finding]) -> list[Finding]:
    """Return the findings on one record without advice if it has errors: what is unknown there may only be misspelt."""
    wrong = any(f.severity == "error" for f in found)
    return [f for f in found if f.severity != "info"] if wrong else found


def adviser(rules: Rules, words: Wording) -> Callable[[Case, Truths], Iterable[Finding]]:
    """Return a function that yields advice where most operative definitions leave a case undetermined.

    Cases that answer alike what bears on these definitions are looked at once, as long as that is remembered.
    """
    operative, lang = rules.operative(), words.lang
    behind = {v for line in rules.derivations for v in (*line.variables, line.then_variable)}
    bearing = sorted(behind.union(*(rules.criteria[s].reads for d in operative for s in d.criteria)))
    remembered: dict[tuple, list[str]] = {}

    def advise(case: Case, values: Truths) -> Iterable[Finding]:
        still_open = sum(weigh(definition, values).truth is None for definition in operative)
        if still_open * 2 <= len(operative):
            return
        profile = tuple([(f.value, f.basis) if (f := case.facts.get(v)) else None for v in bearing])
        first = remembered.get(profile)
        if first is None:
            if len(remembered) >= REMEMBERED:
                remembered.clear()
            first = remembered[profile] = [key for key, _ in settling(rules, case.facts, operative)[:NAMED]]
        rule = all_rules()["undetermined"]
        questions = [rule.word("question", lang, question=words.question(key), key=key) for key in first]
        listed = reduce(lambda one, other: rule.word("more", lang, one=one, other=other), questions or [""])
        message = rule.message(lang, open=still_open, all=len(operative), first=listed)
        yield Finding.of(case.raw, rule.code, message, severity=rule.severity, key=first[0] if first else None)

    return advise


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


def _label_against_facts(
    case: Case, rules: Rules, asked: list[Definition], values: Truths, vocabulary: Vocabulary, lang: str
) -> Iterable[Finding]:
    for definition in asked:
        weighed = weigh(definition, values)
        if weighed.truth is not False:
            continue
        rule = all_rules()["label-against-facts"]
        name = vocabulary.label(definition.iri, lang)
        yield Finding.of(
            case.raw,
            "label-against-facts",
            rule.message(lang, name=name, why=", ".join(weighed.decided_by)),
            "/source_label",
            severity=rule.severity,
            key="source_label",
            value="yes",
            definition=definition.slug,
            criterion=weighed.decided_by[0].removeprefix("not:"),
            instead=next(iter(instead(rules, definition, values)), None),
        )
