"""`coproduction classify`: the verdict matrix, and one case explained."""

import json
import sys
from pathlib import Path

import click

from coproduction import matrix, passages
from coproduction.cases import shipped_cases
from coproduction.commands.common import leave, say, sound, vocabulary
from coproduction.explain import Explainer
from coproduction.loaders.case import SETTLED
from coproduction.loaders.raw import nearest
from coproduction.verdicts import as_object, judge


def run(files, one, only, every, readings, with_placing, asking, texts, fmt, lang, given, own) -> None:
    """Judge the sources' cases or the user's, and print matrix, explanation or JSON."""
    words, book, rules = vocabulary(own)
    found = sound(files, book, given) if files else list(shipped_cases())
    settled = [case for case in found if case.coder == SETTLED] or found
    wanted = _wanted(rules, only, every or fmt == "json" or bool(one), readings, bool(own))
    if one:
        settled = [_case(one, settled)]
    if asking:
        from coproduction.commands.interview import interview

        if len(settled) != 1:
            leave("--ask is about one case: name it with --case", 2)
        settled = [interview(settled[0], words, rules, wanted, lang)]
    judged = [(case, judge(rules, case.facts, wanted, with_placing)) for case in settled]
    if fmt == "json":
        rows = [as_object(verdict, case) for case, verdicts in judged for verdict in verdicts.values()]
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
    elif one or asking:
        known = passages.texts(Path(texts), words) if texts else {}
        if texts and not known:
            say(f"{texts}: none of the sources' texts is there")
        click.echo(Explainer(rules, words, lang, known).case(settled[0], wanted, with_placing), nl=False)
    else:
        matrix.render(judged, wanted, words, lang)


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


def _case(name: str, found):
    source, _, slug = name.rpartition("/")
    hits = [c for c in found if c.id == slug and source in ("", c.source)]
    if len(hits) == 1:
        return hits[0]
    if hits:
        leave(f"{name} is told by several sources; write {' or '.join(f'{c.source}/{c.id}' for c in hits)}", 2)
    like = nearest(slug, {c.id for c in found})
    leave(f"there is no case {name}" + (f"; did you mean {like}?" if like else ""), 2)
    sys.exit(2)
