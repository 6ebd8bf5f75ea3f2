"""`coproduction explain`: the page of a rule, or the list of all."""

import click

from coproduction.commands.common import leave
from coproduction.loaders.raw import nearest
from coproduction.rules import WORDS, page, rules


def run(code: str | None, lang: str) -> None:
    """Print the page of the rule of a code, or one line for each rule; leaves with 2 for a code that is none."""
    known = rules()
    if code is None:
        wide = max(map(len, known))
        for rule in known.values():
            click.echo(f"{rule.code:{wide}}  {WORDS[lang][rule.severity]:13} {rule.name[lang]}")
    elif code in known:
        click.echo(page(known[code], lang))
    else:
        like = nearest(code, known)
        leave(f"{code} is no rule" + (f"; did you mean {like}?" if like else "; `coproduction explain` lists them"), 2)
