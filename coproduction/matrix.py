"""The verdict matrix: a row a case, a column a definition, grouped by source."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping

from coproduction.definitions import Definition
from coproduction.loaders.case import Case
from coproduction.texts import Texts
from coproduction.verdicts import IN, OUT, UNDETERMINED, Verdict
from coproduction.vocabulary import Vocabulary

STYLES = {IN: "bold green", OUT: "red", UNDETERMINED: "dim"}
Judged = list[tuple[Case, Mapping[str, Verdict]]]


def render(judged: Judged, wanted: list[Definition], vocabulary: Vocabulary, lang: str = "en") -> None:
    """Print the matrix to standard output, with a legend and counts; plain where that is no terminal.

    Where a case has several records, each has a row, which names its coder, and the counts are of records.
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    say = Texts("matrix", lang)
    console = _console(Console, wanted)
    letters = {d.slug: _letters(n) for n, d in enumerate(wanted)}
    records = Counter(case.iri for case, _ in judged)
    for source in dict.fromkeys(case.source for case, _ in judged):
        mine = [(case, verdicts) for case, verdicts in judged if case.source == source]
        by_coder = any(records[case.iri] > 1 for case, _ in mine)
        title = escape(_heading(mine, _source_label(source, vocabulary), say))
        table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 1))
        table.add_column(say("case"), no_wrap=True)
        if by_coder:
            table.add_column(say("coder"), no_wrap=True)
        table.add_column(say("called"), no_wrap=True)
        for definition in wanted:
            own = source in definition.operative_in
            table.add_column(letters[definition.slug], justify="center", style="on grey15" if own else "", no_wrap=True)
        for case, verdicts in mine:
            marks = [f"[{STYLES[o]}]{say(o)}[/]" for o in (verdicts[d.slug].outcome for d in wanted)]
            coder = [escape(case.coder)] if by_coder else []
            table.add_row(case.id, *coder, say(f"called-{case.record.get('source_label', 'none')}"), *marks)
        for outcome in (IN, OUT, UNDETERMINED):
            counted = Counter(d.slug for _, v in mine for d in wanted if v[d.slug].outcome == outcome)
            row = ["", *([""] if by_coder else []), *(str(counted[d.slug]) for d in wanted)]
            table.add_row(f"  {say(f'count-{outcome}')}", *row, style="italic", end_section=outcome == UNDETERMINED)
        console.print(table)
        console.print()
    console.print(legend(wanted, letters, vocabulary, lang), highlight=False, soft_wrap=True, markup=False)


def _heading(mine: Judged, source: str, say: Texts) -> str:
    cases = len({case.iri for case, _ in mine})
    if cases < len(mine):
        return say("records", source=source, records=len(mine), number=cases)
    return say("one" if cases == 1 else "many", source=source, number=cases)


def legend(wanted: Iterable[Definition], letters: Mapping[str, str], vocabulary: Vocabulary, lang: str) -> str:
    """Return what letters and marks mean."""
    say = Texts("matrix", lang)
    lines = [say("definitions")]
    for definition in wanted:
        slug, label = definition.slug, vocabulary.label(definition.iri, lang)
        line = "  " + say("definition", letter=letters[slug], slug=slug, label=label)
        works = say("list").join(_source_label(s, vocabulary) for s in definition.operative_in)
        lines.append(line + (f" - {say('works-with', works=works)}" if works else ""))
    return "\n".join([*lines, say("marks"), say("labels")])


def _console(console_class, wanted: list[Definition]):
    """Return a console that never folds the matrix: as wide as it needs where the output is no terminal."""
    console = console_class(highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console = console_class(highlight=False, width=60 + 5 * len(wanted), no_color=True)
    return console


def _letters(n: int) -> str:
    return chr(ord("A") + n) if n < 26 else _letters(n // 26 - 1) + _letters(n % 26)


def _source_label(source: str, vocabulary: Vocabulary) -> str:
    found = vocabulary.keys("Source").get(source)
    return vocabulary.label(found) if found else source
