"""`coproduction classify`: the verdict matrix, one case explained, what it is like, and what to find out next."""

import json
import sys
from pathlib import Path

import click

from coproduction import likeness, matrix, passages
from coproduction.cases import in_force, settled_or_all, shipped_cases
from coproduction.commands.common import leave, of_coder, say, sound, vocabulary
from coproduction.explain import Explainer
from coproduction.loaders.case import Case
from coproduction.loaders.raw import nearest
from coproduction.records import as_yaml
from coproduction.settle import of_batch
from coproduction.telling import like_lines, name, next_lines, next_object
from coproduction.verdicts import as_object, judge
from coproduction.wording import Wording


def run(
    files, one, only, every, readings, with_placing, asking, save, like, next_, coder, texts, fmt, lang, given, own, base
) -> None:  # fmt: skip
    """Judge the sources' cases or the user's, and print matrix, explanation or JSON."""
    _check_use(files, asking, save, like, next_, fmt)
    words, book, rules = vocabulary(own)
    found = sound(files, book, given, base) if files else list(shipped_cases())
    taken = of_coder(found, coder) if coder else settled_or_all(found)
    plain_json = fmt == "json" and not (like or next_)
    wanted = _wanted(rules, only, every or plain_json or bool(one), readings, bool(own))
    # What a case is like shows only in all that is judged of it.
    whole = _wanted(rules, only, True, readings, bool(own))
    if one:
        taken = [_case(one, taken)]
    if asking:
        taken = [_asked(taken, words, book, rules, wanted, lang, with_placing, save, files)]
    wording = Wording(words, lang)

    def alike(cases: list[Case]):
        known = likeness.profiles(shipped_cases(), rules, whole, with_placing)
        for case in cases:
            yield likeness.likeness(likeness.profile(case, rules, whole, with_placing), known, rules)

    def open_ones():
        # Neighbouring concepts matter for what a case is instead; what to look for is told for co-production.
        concepts = [d for d in wanted if not d.neighbouring] or wanted
        return of_batch(rules, taken, concepts, with_placing)

    if fmt == "json":
        if like:
            rows = [likeness.as_object(case) for case in alike(taken)]
        elif next_:
            rows = [next_object(case, wording) for case in open_ones()]
        else:
            _one_each(taken)
            judged = [(case, judge(rules, case.facts, wanted, with_placing)) for case in taken]
            rows = [as_object(verdict, case) for case, verdicts in judged for verdict in verdicts.values()]
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
    elif one or asking:
        known = passages.texts(Path(texts), words) if texts else {}
        if texts and not known:
            say(f"{texts}: none of the sources' texts is there")
        # A user's own case is compared with those that ship; one of these only where that is asked for.
        lines = (
            [x for case in alike(taken) for x in ("", *like_lines(case, whole, wording, like))] if files or like else []
        )
        click.echo(Explainer(rules, words, lang, known).case(taken[0], wanted, with_placing, lines, next_), nl=False)
    else:
        matrix.render([(c, judge(rules, c.facts, wanted, with_placing)) for c in taken], wanted, words, lang)
        lines = ["", *next_lines(open_ones(), wording, full=next_)] if files or next_ else []
        for case in alike(taken) if like else ():
            lines += ["", name(case.here.case), *like_lines(case, whole, wording, full=True)]
        if len(lines) > 1:
            click.echo("\n".join(lines))


def _check_use(files, asking: bool, save: str | None, like: bool, next_: bool, fmt: str) -> None:
    """Leave with 2 for options that do not go together, before any question is put."""
    if like and next_ and fmt == "json":
        leave("--like and --next are two tables in JSON: ask for one of them", 2)
    if save and not asking:
        leave("--save writes the record with the answers to --ask: name both", 2)
    if save == "-":
        leave("--save takes a file, for standard output has the verdicts", 2)
    if asking and "-" in files:
        leave("--ask reads your answers from standard input: give the record in a file", 2)


def _asked(taken: list[Case], words, book, rules, wanted, lang: str, with_placing: bool, save, files) -> Case:
    """Return a case with the answers that the user gives, which are saved where that is asked for."""
    from coproduction.commands.interview import interview
    from coproduction.commands.writing import apart, write_whole

    if len(taken) != 1:
        leave("--ask is about one case: name it with --case", 2)
    apart(files, save)
    held = interview(taken[0], words, book, rules, wanted, lang, with_placing)
    if save:
        write_whole(as_yaml([held.record()]).encode(), save)
    return held.now


def _one_each(taken: list[Case]) -> None:
    """Leave with 1 where a case has several records, for the rows of verdicts do not tell whose they are."""
    for case, coders in in_force(taken)[1].items():
        say(f"{case} is coded by {', '.join(coders)} and has no settled record")
    if in_force(taken)[1]:
        leave("nothing was done: name the coder whose records are to be taken with --coder", 1)


def _wanted(rules, only, every: bool, readings: bool, own: bool):
    if only:
        for slug in only:
            if slug not in rules.definitions:
                like = nearest(slug, rules.definitions)
                leave(f"definition {slug!r} is not known" + (f"; did you mean {like}?" if like else ""), 2)
        return [rules.definitions[slug] for slug in dict.fromkeys(only)]
    if every:
        return rules.chosen(readings)
    wanted = rules.operative()
    if readings:
        wanted += [d for d in rules.definitions.values() if d.reading_of in {w.slug for w in wanted}]
    if own:
        from coproduction.vocabulary import shipped

        shipped_ones = set(shipped().instances("Definition"))
        wanted += [d for d in rules.definitions.values() if d.iri not in shipped_ones]
    return wanted


def _case(word: str, found: list[Case]) -> Case:
    source, _, slug = word.rpartition("/")
    hits = [c for c in found if c.id == slug and source in ("", c.source)]
    if len(hits) == 1:
        return hits[0]
    told = list(dict.fromkeys(f"{c.source}/{c.id}" for c in hits))
    if len(told) > 1:
        leave(f"{word} is told by several sources; write {' or '.join(told)}", 2)
    if hits:
        leave(f"{told[0]} is coded by {', '.join(sorted(c.coder for c in hits))}; name one with --coder", 2)
    like = nearest(slug, {c.id for c in found})
    leave(f"there is no case {word}" + (f"; did you mean {like}?" if like else ""), 2)
    sys.exit(2)
