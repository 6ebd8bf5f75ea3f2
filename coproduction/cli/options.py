"""Options and arguments that several commands share."""

import click

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
REPORTS = ("human", "concise", "json", "sarif", "junit", "github", "turtle", "html", "xlsx")
WITH = click.option(
    "--with",
    "own",
    multiple=True,
    type=click.Path(dir_okay=False),
    help="Turtle file of your own definitions, criteria and variables.",
)


def _base(_context, _option, text: str | None) -> str | None:
    """Return the base of somebody's things. Raises BadParameter, saying what would be right, for what cannot be one."""
    if text is None:
        return None
    from pyoxigraph import NamedNode

    from coproduction.names import BASE as OURS
    from coproduction.names import is_base

    if text.startswith(OURS) and text != OURS:
        raise click.BadParameter(f"{text!r} stands under the project's own address; take an address of yours, such as "
                                 "https://example.org/cases/")  # fmt: skip
    try:
        if is_base(text) and NamedNode(text + "x"):
            return text
    except ValueError:
        pass
    like = f"{text}/" if not is_base(text) and is_base(f"{text}/") else "https://example.org/cases/"
    raise click.BadParameter(f"{text!r} is no absolute http or https address that ends in / or #; write it as {like}")


BASE = click.option(
    "--base",
    metavar="IRI",
    callback=_base,
    help="What the IRIs of your cases, coders and sources begin with; otherwise as your RDF has it, or the project's.",
)
SOURCES = click.option(
    "--sources",
    multiple=True,
    type=click.Path(),
    help="Bibliography with the sources of your records: .bib, .bibtex or .ris; may be given more than once.",
)
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


class Formats(click.Option):
    """An option whose help names the formats of answers; they are looked up only when that help is asked for."""

    def get_help_record(self, ctx):
        """Return the option and its help."""
        from coproduction.questions import FORMATS

        self.help = f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}."
        return super().get_help_record(ctx)
