"""In words: what is like a case, and what to find out next of one case or of many."""

from collections.abc import Iterable, Sequence

from coproduction.definitions import Definition
from coproduction.likeness import NEAREST, Like, Likeness
from coproduction.loaders.case import SETTLED, Case
from coproduction.settle import Next, ranked, settled_by
from coproduction.texts import Texts
from coproduction.verdicts import OUT
from coproduction.wording import Wording

# How many names of a list are told.
NAMED = 5
# How many cases and variables are told where not all are asked for: with their headings they make eight lines.
CASES, VARIABLES = 3, 2
DEEP = "        "


def name(case: Case) -> str:
    """Return what a case is called where records stand side by side: source and id, and the coder unless it is settled."""
    return f"{case.source}/{case.id}" + ("" if case.coder == SETTLED else f" ({case.coder})")


def like_lines(found: Likeness, definitions: Iterable[Definition], words: Wording, full: bool = False) -> list[str]:
    """Return the lines on the cases nearest to a case; `full` adds by definition those decided on the same answers."""
    say = Texts("likeness", words.lang)
    lines = [say("heading")]
    if not found.cases:
        return [*lines, "  " + say("none")]
    lines.append("  " + say("about", known=len(found.here.answers)))
    definitions = list(definitions)
    # Concepts of co-production before those that lie next to it.
    order = [d.slug for d in sorted(definitions, key=lambda d: d.neighbouring)]
    for one in found.nearest:
        lines += _case(one, order, words, say)
    # Almost everything is out under a neighbouring concept; where a case is in under one, that tells something.
    beside = {d.slug for d in definitions if d.neighbouring and found.here.verdicts[d.slug].outcome == OUT}
    told = [slug for slug in order if slug in found.by_definition and slug not in beside]
    if full and told:
        lines += ["", say("by-definition")]
        for slug in told:
            cases = found.by_definition[slug]
            title = f"{words.definition(slug)} ({words.outcome(found.here.verdicts[slug].outcome)})"
            examples = say("list").join(name(one.there.case) for one in cases[:NEAREST])
            row = "row" if len(cases) > NEAREST else "row-all"
            lines.append("  " + say(row if cases else "alone", name=title, number=len(cases), cases=examples))
    return lines


def _case(one: Like, order: Sequence[str], words: Wording, say: Texts) -> list[str]:
    case, here, there = one.there.case, one.here, one.there
    lines = [f"  {say('case', title=case.record.get('title', case.id), case=name(case))}"]
    lines[0] += f" - {say('same')}" if one.same else ""

    def listed(parts: Iterable[str]) -> str:
        parts = list(parts)
        more = [say("more", number=len(parts) - NAMED)] if len(parts) > NAMED else []
        return say("list").join(parts[:NAMED] + more)

    told = say("shares", shared=len(one.shared), compared=one.compared)
    if one.different:
        told += say("differs", what=listed(
            say("answers", label=words.variable(v), here=words.answer(here.answers[v]),
                there=words.answer(there.answers[v])) for v in one.different))  # fmt: skip
    more = [told]
    for key, variables in (("only-here", one.only_here), ("only-there", one.only_there)):
        if variables:
            more.append(say(key, what=listed(words.variable(v) for v in variables)))
    for key, slugs, form in (
        ("alike", one.alike, "verdict"),
        ("other-grounds", one.same_verdict, "verdict"),
        ("otherwise", one.otherwise, "opposed"),
    ):
        if slugs:
            names = listed(
                say(form, name=words.definition(s), here=words.outcome(here.verdicts[s].outcome),
                    there=words.outcome(there.verdicts[s].outcome)) for s in sorted(slugs, key=order.index)
            )  # fmt: skip
            more.append(say(key, number=len(slugs), names=names))
    return lines + [DEEP + line for line in more]


def next_lines(batch: Sequence[Next], words: Wording, full: bool = False) -> list[str]:
    """Return the lines on what to find out: for each case the one answer that settles most, and over all cases.

    Unless `full`, no more than eight lines; none at all where nothing is open and not all is asked for.
    """
    say = Texts("next", words.lang)
    if not batch:
        return [say("nothing")] if full else []
    lines = [say("heading")]
    shown = batch if full else batch[:CASES]
    for one in shown:
        key, by_answer = next(iter(one.gains.items()), (None, {}))
        told = {"case": name(one.case), "open": one.open}
        if key is None or not settled_by(by_answer):
            lines.append("  " + say("cannot", **told))
        else:
            told |= {"question": words.question(key), "key": key, "gain": words.gain(by_answer)}
            lines.append("  " + say("case", **told))
    if len(shown) < len(batch):
        lines.append("  " + say("more", number=len(batch) - len(shown)))
    rows = ranked(batch)
    if len(batch) > 1 and rows:
        lines.append(say("over-all"))
        for key, verdicts, cases in rows if full else rows[:VARIABLES]:
            question = words.question(key)
            lines.append("  " + say("variable", question=question, key=key, verdicts=verdicts, cases=cases))
    return lines


def next_object(one: Next, words: Wording) -> dict:
    """Return what to find out about a case as the command prints it in JSON: one object per case."""
    case = one.case
    return {
        "case": case.iri,
        "id": case.id,
        "source": case.source,
        "coder": case.coder,
        "open": one.open,
        "next": [
            {"variable": key, "question": words.question(key), "settles": by_answer}
            for key, by_answer in one.gains.items()
        ],
    }
