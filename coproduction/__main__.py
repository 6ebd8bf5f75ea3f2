"""The command `coproduction`. Data goes to standard output, words to standard error.

Exit 0: fine, warnings at most. Exit 1: read, with findings. Exit 2: cannot be read at all, or wrong use. What a command
needs is imported when it runs, so that `coproduction --help` starts at once.
"""

import sys

import click

from coproduction.loaders import limits

LANG = click.option("--lang", default="en", show_default=True, help="Language of labels and messages.")
MESSAGES = click.option(
    "--lang", type=click.Choice(["en", "fr"]), default="en", show_default=True, help="Language of the messages."
)
GIVEN = click.option("--input-format", "given", help="Format of the files, where the suffix does not tell.")
FROM = click.option(
    "--from",
    "--input-format",
    "given",
    help="Format of the files, where the suffix does not tell, such as participedia.",
)
OUTPUT = click.option(
    "-o", "--output", type=click.Path(dir_okay=False, allow_dash=True), help="File to write; standard output otherwise."
)
REPORTS = ("human", "concise", "json", "sarif", "junit", "github", "turtle", "html")
WITH = click.option(
    "--with",
    "own",
    multiple=True,
    type=click.Path(dir_okay=False),
    help="Turtle file of your own definitions or criteria.",
)


class Formats(click.Option):
    """An option whose help names the formats of answers; they are looked up only when that help is asked for."""

    def get_help_record(self, ctx):
        """Return the option and its help."""
        from coproduction.questions import FORMATS

        self.help = f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}."
        return super().get_help_record(ctx)


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
@click.option("--endpoint", help="A SPARQL endpoint to ask in place of the shipped graph.")
@click.option("--format", "fmt", cls=Formats, default="table", show_default=True)
@LANG
@GIVEN
def ask(question, query, data, endpoint, fmt, lang, given) -> None:
    """List the research questions, or answer one of them or a query of your own."""
    from coproduction.commands import ask

    ask.run(question, query, data, endpoint, fmt, lang, given)


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
@click.option("--texts", type=click.Path(file_okay=False), help="Folder of the sources' texts, to print passages from.")
@click.option("--format", "fmt", type=click.Choice(["table", "json"]), default="table", show_default=True)
@LANG
@GIVEN
@WITH
def classify(files, one, only, every, readings, with_placing, asking, texts, fmt, lang, given, own) -> None:
    """Print the verdict matrix, or explain one case with the passages that decide.

    Without FILES, of the five sources' cases; with FILES, of your own records.
    """
    from coproduction.commands import classify

    classify.run(files, one, only, every, readings, with_placing, asking, texts, fmt, lang, given, own)


@cli.command(epilog=limits.in_words())
@click.argument("files", nargs=-1, required=True)
@click.option("--format", "fmt", type=click.Choice(REPORTS), default="human", show_default=True)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    default="error",
    show_default=True,
    help="The least severe finding that makes the command leave with 1.",
)
@click.option("--texts", type=click.Path(file_okay=False), help="Folder of the sources' texts, to verify passages in.")
@click.option("--shacl", is_flag=True, help="Run the SHACL shapes by pySHACL too; slower, and the reference.")
@MESSAGES
@GIVEN
@WITH
def validate(files, fmt, fail_on, texts, shacl, lang, given, own) -> None:
    """Check new case data: well formed, consistent, and within the borders that it claims to respect.

    FILES are XLSX, CSV, TSV, YAML, JSON, JSON Lines, JSON-LD, Turtle, TriG, N-Triples, N-Quads or RDF/XML by their
    suffix; folders, with all files of these in them; patterns; and - for standard input (YAML, or as --input-format says).
    """
    from coproduction.commands import validate

    validate.run(files, fmt, fail_on, texts, shacl, lang, given, own)


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
@GIVEN
def fix(file, write, given) -> None:
    """Show the safe repairs of a file of records (white space, labels, letter case, dates), or make them."""
    from coproduction.commands import fix

    fix.run(file, write, given)


@cli.command()
@click.argument("files", nargs=-1, required=True)
@OUTPUT
@click.option("--format", "fmt", help="Format to write, where the suffix does not tell.")
@FROM
@LANG
@WITH
def convert(files, output, fmt, given, lang, own) -> None:
    """Write records in another format: ttl, trig, nq, nt, rdf, jsonld, yaml, json, csv, tsv or xlsx.

    Records of Participedia are read with --from participedia.
    """
    from coproduction.commands import convert

    convert.convert(files, output, fmt, lang, given, own)


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


@cli.group()
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


@cli.group()
def export() -> None:
    """What researchers take into their own programs."""


@export.command()
@OUTPUT
def bibtex(output: str | None) -> None:
    """BibTeX of the works that the sources cite or name, and of the sources."""
    from coproduction.commands import export

    export.bibliography("bibtex", output)


@export.command()
@OUTPUT
def ris(output: str | None) -> None:
    """RIS of the works that the sources cite or name, and of the sources."""
    from coproduction.commands import export

    export.bibliography("ris", output)


@export.command("csl-json")
@OUTPUT
def csl_json(output: str | None) -> None:
    """CSL-JSON of the works that the sources cite or name, and of the sources."""
    from coproduction.commands import export

    export.bibliography("csl_json", output)


FILES = click.argument("files", nargs=-1)
TABLES = click.option(
    "--format",
    "fmt",
    type=click.Choice(["csv", "tsv", "xlsx"]),
    help="By the suffix of the file, where it is not given.",
)
PLACED = click.option(
    "--with-placing", is_flag=True, help="Take in facts that follow only from where the source lists the case."
)
CODER = click.option("--coder", help="The coder whose records to take; the settled ones otherwise.")


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
def graphml(files, output, every, coder, with_placing, lang, given, own) -> None:
    """A network for Gephi, igraph or Cytoscape: cases, sources, definitions with verdicts, roles of contributors.

    Without FILES, of the five sources' cases; with FILES, of your own records.
    """
    from coproduction.commands import export

    export.graphml(files, output, every, coder, with_placing, lang, given, own)


@cli.command()
@click.argument("url")
def push(url: str) -> None:
    """Load the dataset into a remote store: its named graphs, and the union of them as its default graph.

    URL is the store's SPARQL 1.1 Graph Store address, such as http://localhost:7878/store.
    """
    from coproduction.commands import push

    push.run(url)


def main() -> None:
    """Run the command. A reader of the output that leaves early is no fault of ours."""
    try:
        cli(prog_name="coproduction")
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


if __name__ == "__main__":
    main()
