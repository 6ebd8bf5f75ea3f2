"""`coproduction sources`: verify the passages, or digest them anew."""

import sys
from pathlib import Path

import click

from coproduction import cases, passages, resources
from coproduction.agreement import compare
from coproduction.cases import shipped_cases
from coproduction.codebook import shipped_codebook
from coproduction.commands.common import leave, say
from coproduction.statements import shipped_entries
from coproduction.vocabulary import shipped


def verify(folder: str, coverage: bool) -> None:
    """Check every passage of the texts found in a folder; leaves with 1 where one is wrong, with 2 where no text is there.

    With `coverage`, say also what share of each text's sentences the passages take in, and print those left out.
    """
    vocabulary = shipped()
    texts = passages.texts(Path(folder), vocabulary)
    if not texts:
        leave(f"{folder}: none of the sources' texts is there (they are told by their SHA-256)", 2)
    cited = passages.cited(vocabulary, shipped_cases(), shipped_entries())
    faults = passages.verify(cited, texts, passages.shipped_passages())
    for source in passages.sources(vocabulary):
        number = sum(key[0] == source for key in cited)
        state = "verified" if source in texts else "not checked: the text is not there"
        wrong = sum(fault.startswith(f"{source}#") for fault in faults)
        click.echo(f"{source:<24} {number:>5} passages  {f'{wrong} wrong' if wrong else state}")
    for fault in faults:
        click.echo(fault)
    if coverage:
        _cover(cited, texts)
    sys.exit(1 if faults else 0)


def _cover(cited: set[passages.Key], texts: dict[str, str]) -> None:
    from coproduction.coverage import measure

    for source, text in texts.items():
        found = measure(source, text, cited)
        click.echo(
            f"\n{source}: {found.share:.1%} of {found.sentences} sentences and headings lie in a passage; "
            f"a passage has {found.median_length:.0f} characters in the median, {len(found.long)} have over two sentences"
        )
        for start, end in found.left_out:
            click.echo(f"  left out {start}-{end}: {' '.join(text[start:end].split())[:100]}")


def digest(folder: str) -> None:
    """Write the file of passages anew; leaves with 2 where a text is missing."""
    vocabulary = shipped()
    texts = passages.texts(Path(folder), vocabulary)
    missing = [key for key in passages.sources(vocabulary) if key not in texts]
    if missing:
        leave(f"{folder}: the texts of {', '.join(missing)} are not there", 2)
    rows = passages.describe(passages.cited(vocabulary, shipped_cases(), shipped_entries()), texts, vocabulary)
    file = resources.folder("loaders.sources") / passages.FILE
    passages.write(rows, file)
    say(f"wrote {len(rows)} passages to {file}")


def agreement() -> None:
    """Print the agreement of the two readings of the sources' cases as CSV, the least agreed first."""
    book = shipped_codebook()
    records, _ = cases.read([str(p) for p in resources.reading_records()], book)
    *rows, overall = compare(records, book.variables)
    click.echo("variable,cases,agreed,kappa,yes_against_no")
    for row in [*sorted(rows, key=lambda r: (r.agreed, r.variable)), overall]:
        kappa = "" if row.kappa is None else f"{row.kappa:.3f}"
        click.echo(f"{row.variable},{row.cases},{row.agreed:.3f},{kappa},{row.opposed}")
