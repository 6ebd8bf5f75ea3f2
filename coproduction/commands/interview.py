"""`classify --ask`: put the unknown variables to the user, the one that settles most verdicts first."""

import dataclasses
import sys

import click

from coproduction import names
from coproduction.commands.common import say
from coproduction.loaders.case import Case, Fact
from coproduction.loaders.raw import nearest
from coproduction.settle import settling
from coproduction.verdicts import Rules
from coproduction.vocabulary import Vocabulary

STOP, SKIP = "stop", "skip"


def interview(case: Case, vocabulary: Vocabulary, rules: Rules, wanted, lang: str) -> Case:
    """Return the case with the answers that the user gives; ends when nothing is open, at `stop` or at the end of input."""
    facts = dict(case.facts)
    put: set[str] = set()
    while True:
        open_ = [key for key, _ in settling(rules, facts, wanted) if key not in put]
        if not open_:
            break
        key = open_[0]
        put.add(key)
        answer = _ask(key, vocabulary, lang)
        if answer == STOP:
            break
        if answer != SKIP:
            facts[key] = Fact(answer, "stated", reason="answered by the user")
    return dataclasses.replace(case, facts=facts)


def _ask(key: str, vocabulary: Vocabulary, lang: str) -> str:
    iri = vocabulary.keys("Variable")[key]
    allowed = {o.value for o in vocabulary.objects(iri, names.COP + "allowedAnswer")}
    answers = [k for k, a in vocabulary.keys("Answer").items() if a in allowed and k != "unknown"]
    say("")
    say(vocabulary.text(iri, names.COP + "question", lang) or key)
    say(f"  {vocabulary.text(iri, names.COP + 'codingRule', lang) or ''}")
    while True:
        click.echo(f"  {key} [{'/'.join(answers)}, {SKIP}, {STOP}]: ", nl=False, err=True)
        line = sys.stdin.readline()
        if not line:
            return STOP
        word = line.strip().lower() or SKIP
        if word in answers or word in (SKIP, STOP):
            return word
        if word == "unknown":
            return SKIP
        like = nearest(word, answers)
        say(f"  {word!r} is no answer here" + (f"; did you mean {like}?" if like else ""))
