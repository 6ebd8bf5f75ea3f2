"""The command `coproduction`. Data goes to standard output, words to standard error.

Exit 0: fine, warnings at most. Exit 1: read, with findings. Exit 2: cannot be read at all, or wrong use. What a command
needs is imported when it runs, so that `coproduction --help` starts at once.
"""

import sys

import click

from coproduction.cli.export import export
from coproduction.cli.options import BASE, CODER, FROM, GIVEN, LANG, MESSAGES, OUTPUT, REPORTS, SOURCES, WITH, Formats
from coproduction.cli.sources import sources
from coproduction.loaders import limits


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="coproduction")
def cli() -> None:
    """Co-production of public services: every case, under every definition, with the passage that decides."""


@cli.command()
@click.option("--out", default="dist", show_default=True, type=click.Path(file_okay=False), help="Folder to write to.")
def build(out: str) -> None:
    """Compile ontology, sources and verdicts into one dataset, a named graph per source."""
    from coproduction.commands import build

    build.run(out)


@cli.command()
@click.argument("question", required=False)
@click.option("--query", type=click.Path(), help="A file with a SPARQL query of your own; - for standard input.")
@click.option("--data", multiple=True, type=click.Path(), help="Your own records, asked together with the sources.")
@SOURCES
@click.option("--endpoint", help="A SPARQL endpoint to ask in place of the shipped graph.")
@click.option("--format", "fmt", cls=Formats, default="table", show_default=True)
@LANG
@GIVEN
@BASE
def ask(question, query, data, sources, endpoint, fmt, lang, given, base) -> None:
    """List the research questions, or answer one of them or a query of your own."""
    from coproduction.commands import ask

    ask.run(question, query, data, sources, endpoint, fmt, lang, given, base)


@cli.command()
@click.argument("files", nargs=-1)
@click.option("--case", "one", help="Explain this case: its id, or source/id.")
@click.option(
    "--definition", "only", multiple=True, help="Judge under this definition alone; may be given more than once."
)
@click.option(
    "--all", "every", is_flag=True, help="Every definition and neighbouring concept, not the operative ones only."
)
@click.option("--readings", is_flag=True, help="Readings of definitions too.")
@click.option(
    "--with-placing", is_flag=True, help="Take in facts that follow only from where the source lists the case."
)
@click.option("--ask", "asking", is_flag=True, help="Put the unknown variables to you, the most settling first.")
@click.option("--save", type=click.Path(dir_okay=False), help="YAML file for the record with your answers to --ask.")
@click.option("--like", is_flag=True, help="The cases of the graph that are like each case, and where they part.")
@click.option("--next", "next_", is_flag=True, help="All that is worth finding out, case by case and over all cases.")
@CODER
@click.option("--texts", type=click.Path(file_okay=False), help="Folder of the sources' texts, to print passages from.")
@click.option("--format", "fmt", type=click.Choice(["table", "json"]), default="table", show_default=True)
@LANG
@GIVEN
@WITH
@BASE
def classify(
    files, one, only, every, readings, with_placing, asking, save, like, next_, coder, texts, fmt, lang, given, own, base
) -> None:  # fmt: skip
    """Print the verdict matrix, or explain one case with the passages that decide.

    Without FILES, of the five sources' cases; with FILES, of your own records.
    """
    from coproduction.commands import classify

    classify.run(
        files, one, only, every, readings, with_placing, asking, save, like, next_, coder, texts, fmt, lang, given, own, base
    )  # fmt: skip


@cli.command(epilog=limits.in_words())
@click.argument("files", nargs=-1)
@click.option("--format", "fmt", type=click.Choice(REPORTS), default="human", show_default=True)
@OUTPUT
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    default="error",
    show_default=True,
    help="The least severe finding that makes the command leave with 1.",
)
@click.option("--texts", type=click.Path(file_okay=False), help="Folder of the sources' texts, to verify passages in.")
@click.option(
    "--shacl",
    is_flag=True,
    help="Run the SHACL shapes by pySHACL too: the reference, slower, and with all records held in memory.",
)
@SOURCES
@MESSAGES
@GIVEN
@WITH
@BASE
def validate(files, fmt, output, fail_on, texts, shacl, sources, lang, given, own, base) -> None:
    """Check new case data: well formed, consistent, and within the borders that it claims to respect.

    FILES are XLSX, CSV, TSV, YAML, JSON, JSON Lines, JSON-LD, Turtle, TriG, N-Triples, N-Quads or RDF/XML by their
    suffix; folders, with all files of these in them; patterns; and - for standard input (YAML, or as --input-format says).

    Records of CSV, TSV and JSON Lines are read one by one, and findings printed one by one as human, concise, json or github,
    so that memory stays flat. Files of other formats are held whole, and for reports in others all findings are.

    With --format xlsx, of one workbook a copy in which each finding marks its cell, with a list of all findings as its
    first sheet (pictures, shapes and macros stay behind); of any other FILES the list alone.

    A Turtle file of your own definitions, criteria and variables is named by --with, and checked before the records. Without
    FILES it alone is checked: coproduction validate --with my-definitions.ttl
    """
    from coproduction.commands import validate

    if not files and not own:
        raise click.UsageError("Missing argument 'FILES...'.")
    validate.run(files, fmt, output, fail_on, texts, shacl, sources, lang, given, own, base)


@cli.command()
@click.argument("code", required=False)
@MESSAGES
def explain(code, lang) -> None:
    """Explain a finding of validate by its CODE, or list all codes."""
    from coproduction.commands import explain

    explain.run(code, lang)


@cli.command()
@click.argument("file")
@click.option("--write", is_flag=True, help="Write the repairs into the file; without it, they are only shown.")
@MESSAGES
@GIVEN
def fix(file, write, lang, given) -> None:
    """Show the safe repairs of a file of records (white space, labels, letter case, dates), or make them.

    FILE is YAML, JSON, JSON Lines, CSV, TSV or XLSX. In a workbook only the cells shown are changed, and no formula.
    """
    from coproduction.commands import fix

    fix.run(file, write, given, lang)


@cli.command()
@click.argument("files", nargs=-1, required=True)
@OUTPUT
@click.option("--format", "fmt", help="Format to write, where the suffix does not tell.")
@SOURCES
@FROM
@LANG
@WITH
@BASE
def convert(files, output, fmt, sources, given, lang, own, base) -> None:
    """Write records in another format: ttl, trig, nq, nt, rdf, jsonld, yaml, json, csv, tsv or xlsx.

    Records of Participedia are read with --from participedia. With --sources, RDF describes the sources that the
    records name.
    """
    from coproduction.commands import convert

    convert.convert(files, output, fmt, sources, lang, given, own, base)


@cli.command()
@click.argument("output", metavar="OUT", type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--format", "fmt", help="Format to write, where the suffix does not tell.")
@click.option("--fill", multiple=True, type=click.Path(), help="Put the records of this file into the form.")
@FROM
@LANG
@WITH
def template(output, fmt, fill, given, lang, own) -> None:
    """Write a form for records of your own: xlsx with drop-downs, csv, tsv or yaml, in English or French."""
    from coproduction.commands import convert

    convert.template(output, fmt, fill, lang, given, own)


@cli.command()
def check() -> None:
    """Check the ontology: consistency with HermiT, hygiene, shapes of shapes."""
    from coproduction.commands import check

    check.run()


@cli.command()
@click.argument("url")
def push(url: str) -> None:
    """Load the dataset into a remote store: its named graphs, and the union of them as its default graph.

    URL is the store's SPARQL 1.1 Graph Store address, such as http://localhost:7878/store.
    """
    from coproduction.commands import push

    push.run(url)


cli.add_command(sources)
cli.add_command(export)


def main() -> None:
    """Run the command. A reader of the output that leaves early is no fault of ours."""
    try:
        cli(prog_name="coproduction")
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


if __name__ == "__main__":
    main()
