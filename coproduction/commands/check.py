"""`coproduction check`: the ontology's own state."""

import sys

import click

from coproduction import check


def run() -> None:
    """Print the outcome of every check; leaves with 1 where any fails."""
    outcomes = check.run()
    for outcome in outcomes:
        click.echo(f"{outcome.outcome:<12} {outcome.name}")
        for detail in outcome.details:
            click.echo(f"             {detail}")
    sys.exit(1 if any(o.outcome == "fail" for o in outcomes) else 0)
