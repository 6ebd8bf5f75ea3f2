"""`coproduction build`: the dataset as files."""

from pathlib import Path

import click

from coproduction import borders, dataset
from coproduction.codebook import shipped_codebook
from coproduction.commands.common import leave, say
from coproduction.verdicts import load_rules
from coproduction.vocabulary import shipped


def run(out: str) -> None:
    """Write the dataset to a folder and print what it holds."""
    vocabulary = shipped()
    store = dataset.shipped_store()
    shapes = borders.shapes(vocabulary, load_rules(vocabulary).definitions)
    try:
        files = dataset.write(store, Path(out), vocabulary, shipped_codebook(), shapes)
    except OSError as error:
        leave(f"{out}: cannot be written: {error.strerror}", 2)
    for name, number in dataset.counts(store):
        click.echo(f"{number:>8,} triples  {name}")
    click.echo(f"{len(store):>8,} triples  in all")
    for file in files:
        say(f"wrote {file}")
