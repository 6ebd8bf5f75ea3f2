"""`coproduction export`: one command for each form that researchers take away."""

import click

from coproduction.cli.options import BASE, CODER, FILES, GIVEN, LANG, OUTPUT, PLACED, SOURCES, TABLES, WITH


@click.group()
def export() -> None:
    """What researchers take into their own programs."""


@export.command()
@FILES
@OUTPUT
@SOURCES
@GIVEN
def bibtex(files, output, sources, given) -> None:
    """BibTeX of the works that the sources cite or name, and of the sources.

    With FILES and --sources, of the sources that your own records name.
    """
    from coproduction.commands import export

    export.bibliography("bibtex", files, output, sources, given)


@export.command()
@FILES
@OUTPUT
@SOURCES
@GIVEN
def ris(files, output, sources, given) -> None:
    """RIS of the works that the sources cite or name, and of the sources.

    With FILES and --sources, of the sources that your own records name.
    """
    from coproduction.commands import export

    export.bibliography("ris", files, output, sources, given)


@export.command("csl-json")
@FILES
@OUTPUT
@SOURCES
@GIVEN
def csl_json(files, output, sources, given) -> None:
    """CSL-JSON of the works that the sources cite or name, and of the sources.

    With FILES and --sources, of the sources that your own records name.
    """
    from coproduction.commands import export

    export.bibliography("csl_json", files, output, sources, given)


@export.command("long")
@FILES
@OUTPUT
@TABLES
@GIVEN
@WITH
def long_table(files, output, fmt, given, own) -> None:
    """A row for every case, coder and variable, with basis, passage and reason, or why the answer is unknown.

    Without FILES, of the five sources' cases; with FILES, of your own records.
    """
    from coproduction.commands import export

    export.long(files, output, fmt, given, own)


@export.command()
@FILES
@OUTPUT
@TABLES
@PLACED
@LANG
@GIVEN
@WITH
def wide(files, output, fmt, with_placing, lang, given, own) -> None:
    """A workbook: a row a case, a column a variable, by key and by label, with the codebook.

    Without FILES, of the five sources' cases; with FILES, of your own records. As CSV, the rows by key alone.
    """
    from coproduction.commands import export

    export.wide(files, output, fmt, with_placing, lang, given, own)


@export.command()
@FILES
@click.option("-o", "--output", required=True, type=click.Path(file_okay=False), help="Folder to write to.")
@click.option("--outcome", help="The definition whose verdict is the outcome of the truth table.")
@click.option(
    "--conditions",
    "words",
    multiple=True,
    help="Variables, parted by commas; VARIABLE=ANSWER+ANSWER names the answers that put a case in the set.",
)
@click.option(
    "--unknown",
    "rule",
    type=click.Choice(["blank", "drop", "absent", "present"]),
    default="blank",
    show_default=True,
    help="A condition that is not known: an empty cell, the case left out, 0, or 1.",
)
@click.option(
    "--incl-cut",
    "cut",
    type=click.FloatRange(0, 1),
    default=1.0,
    show_default=True,
    help="Consistency from which a row has the outcome.",
)
@click.option(
    "--n-cut",
    "fewest",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Cases below which a row counts as not observed.",
)
@click.option("--every-case", is_flag=True, help="Cases too that are no actual instance or programme.")
@CODER
@PLACED
@LANG
@GIVEN
@WITH
def qca(files, output, outcome, words, rule, cut, fewest, every_case, coder, with_placing, lang, given, own) -> None:
    """Crisp sets for qualitative comparative analysis: data, anchors and codebook, truth table, a script for R.

    Without FILES, of the five sources' actual instances and programmes; with FILES, of your own records.
    """
    from coproduction.commands import export

    export.qca(files, output, outcome, words, rule, cut, fewest, every_case, coder, with_placing, lang, given, own)


@export.command("agreement")
@FILES
@OUTPUT
@TABLES
@click.option(
    "--disagreements", "listing", is_flag=True, help="The answers that coders differ on, with their passages."
)
@click.option(
    "--unknown",
    type=click.Choice(["answer", "missing"]),
    default="answer",
    show_default=True,
    help="An answer that the coder did not find in the source: one like the others, or a missing one.",
)
@click.option(
    "--texts",
    type=click.Path(exists=True, file_okay=False),
    help="Folder of the sources' texts, to print passages from.",
)
@LANG
@GIVEN
@WITH
def coders(files, output, fmt, listing, unknown, texts, lang, given, own) -> None:
    """How far coders of the same cases agree: per cent, kappa and Krippendorff's alpha, and what they differ on.

    Without FILES, the two readings of the five sources; with FILES, your own records, each with its coder.
    A workbook has all tables; CSV has the coefficients, or with --disagreements the list.
    """
    from coproduction.commands import export

    export.agreement(files, output, fmt, listing, unknown, texts, lang, given, own)


@export.command()
@FILES
@OUTPUT
@click.option(
    "--all", "every", is_flag=True, help="Every definition and neighbouring concept, not the operative ones only."
)
@CODER
@PLACED
@LANG
@GIVEN
@WITH
@BASE
def graphml(files, output, every, coder, with_placing, lang, given, own, base) -> None:
    """A network for Gephi, igraph or Cytoscape: cases, sources, definitions with verdicts, roles of contributors.

    Without FILES, of the five sources' cases; with FILES, of your own records.
    """
    from coproduction.commands import export

    export.graphml(files, output, every, coder, with_placing, lang, given, own, base)
