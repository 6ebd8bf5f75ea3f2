"""The verdict matrix: a row a case, a column a definition, grouped by source."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping

from coproduction.definitions import Definition
from coproduction.loaders.case import Case
from coproduction.verdicts import IN, OUT, UNDETERMINED, Verdict
from coproduction.vocabulary import Vocabulary

MARKS = {IN: "in", OUT: "out", UNDETERMINED: "·"}
STYLES = {IN: "bold green", OUT: "red", UNDETERMINED: "dim"}
Judged = list[tuple[Case, Mapping[str, Verdict]]]


def render(judged: Judged, wanted: list[Definition], vocabulary: Vocabulary, lang: str = "en") -> None:
    """Print the matrix to standard output, with a legend and counts; plain where that is no terminal."""
    from rich.console import Console
    from rich.table import Table

    console = _console(Console, wanted)
    letters = {d.slug: _letters(n) for n, d in enumerate(wanted)}
    for source in dict.fromkeys(case.source for case, _ in judged):
        mine = [(case, verdicts) for case, verdicts in judged if case.source == source]
        heading = _source_label(source, vocabulary)
        table = Table(
            title=f"{heading}: {len(mine)} cases", title_justify="left", box=None, pad_edge=False, padding=(0, 1)
        )
        table.add_column("case", no_wrap=True)
        table.add_column("called", no_wrap=True)
        for definition in wanted:
            own = source in definition.operative_in
            table.add_column(letters[definition.slug], justify="center", style="on grey15" if own else "", no_wrap=True)
        for case, verdicts in mine:
            marks = [_mark(verdicts[d.slug].outcome) for d in wanted]
            table.add_row(case.id, _called(case), *marks)
        for outcome in (IN, OUT, UNDETERMINED):
            counted = Counter(d.slug for _, v in mine for d in wanted if v[d.slug].outcome == outcome)
            row = [str(counted[d.slug]) for d in wanted]
            table.add_row(f"  {outcome}", "", *row, style="italic", end_section=outcome == UNDETERMINED)
        console.print(table)
        console.print()
    console.print(legend(wanted, letters, vocabulary, lang), highlight=False, soft_wrap=True)


def legend(wanted: Iterable[Definition], letters: Mapping[str, str], vocabulary: Vocabulary, lang: str) -> str:
    """Return what letters and marks mean."""
    lines = ["Definitions"]
    for definition in wanted:
        works = ", ".join(_source_label(s, vocabulary) for s in definition.operative_in)
        used = f" - the one that {works} works with" if works else ""
        lines.append(f"  {letters[definition.slug]}  {definition.slug}: {vocabulary.label(definition.iri, lang)}{used}")
    lines += [
        "in: the facts told take the case in.  out: they leave it out.  \u00b7: undetermined, the source does not tell enough.",
        "called: what the source itself calls the case (yes, no, contested, none); never evidence for a verdict.",
    ]
    return "\n".join(lines)


def _console(console_class, wanted: list[Definition]):
    """Return a console that never folds the matrix: as wide as it needs where the output is no terminal."""
    console = console_class(highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console = console_class(highlight=False, width=60 + 5 * len(wanted), no_color=True)
    return console


def _letters(n: int) -> str:
    return chr(ord("A") + n) if n < 26 else _letters(n // 26 - 1) + _letters(n % 26)


def _mark(outcome: str) -> str:
    return f"[{STYLES[outcome]}]{MARKS[outcome]}[/]"


def _called(case: Case) -> str:
    return case.record.get("source_label", "none")


def _source_label(source: str, vocabulary: Vocabulary) -> str:
    found = vocabulary.keys("Source").get(source)
    return vocabulary.label(found) if found else source
