"""`coproduction sources`: the passages of the five sources and their two readings."""

import click


@click.group()
def sources() -> None:
    """The sources' passages, and how far their two readers agreed."""


@sources.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False))
@click.option("--coverage", is_flag=True, help="Say what of the texts lies in no passage, and how long passages are.")
def verify(folder: str, coverage: bool) -> None:
    """Find the sources' texts in FOLDER by their digests and check every passage against them."""
    from coproduction.commands import sources

    sources.verify(folder, coverage)


@sources.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False))
def digest(folder: str) -> None:
    """Write the digests and locators of all passages anew from the texts in FOLDER (in a checkout)."""
    from coproduction.commands import sources

    sources.digest(folder)


@sources.command()
def agreement() -> None:
    """Print how far the two readers of the sources' cases agreed, per variable, as CSV."""
    from coproduction.commands import sources

    sources.agreement()
