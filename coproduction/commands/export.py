"""`coproduction export`: what researchers take into their own programs."""

from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path

from coproduction import cases, resources
from coproduction.cases import in_force, shipped_cases
from coproduction.commands.common import leave, library, of_coder, say, sound, vocabulary
from coproduction.commands.writing import apart, fit_for, replace, write_whole
from coproduction.exports import sheets
from coproduction.exports.notes import notes
from coproduction.exports.sheets import Table
from coproduction.loaders.case import SETTLED, Case
from coproduction.loaders.raw import nearest


def bibliography(fmt: str, files, output: str | None, sources, given) -> None:
    """Write the works that the sources cite or name, and the sources, in a format: `bibtex`, `ris` or `csl_json`.

    With files of records, the sources that these name, from a user's bibliographies.
    """
    from coproduction import bibliographies
    from coproduction.exports.bibliography import shipped_records

    if bool(files) != bool(sources):
        leave(
            "give your records and, with --sources, the bibliography of their sources; neither for the graph's works", 2
        )
    found: Iterable = shipped_records()
    if files:
        apart([*files, *sources], output)
        own = sound(files, vocabulary()[1], given)
        found = bibliographies.records(own, library(sources, own))
    write_whole(import_module(f"coproduction.exports.{fmt}").write(found).encode(), output)


def long(files, output, fmt, given, own) -> None:
    """Write a row for every case, coder and variable."""
    from coproduction.exports.long import table

    apart(files, output)
    _, book, _ = vocabulary(own)
    _tables([table(_records(files, book, given), book)], output, fmt)


def wide(files, output, fmt, with_placing, lang, given, own) -> None:
    """Write a row for every record, with labels and codebook; in CSV the rows alone."""
    from coproduction.exports.wide import tables

    apart(files, output)
    words, book, rules = vocabulary(own)
    found = _records(files, book, given)
    _tables(tables(found, book, words, rules.criteria, lang, with_placing), output, fmt, usual=sheets.WORKBOOK)


def graphml(files, output, every, coder, with_placing, lang, given, own, base) -> None:
    """Write cases, sources, definitions and roles as a network."""
    from coproduction.exports.graphml import network, write

    apart(files, output)
    words, book, rules = vocabulary(own)
    found = _one_each(_records(files, book, given, base), coder)
    wanted = rules.chosen() if every else rules.operative()
    if own and not every:
        from coproduction.vocabulary import shipped

        wanted += [d for d in rules.chosen() if d.iri not in set(shipped().instances("Definition")) and d not in wanted]
    write_whole(write(network(found, wanted, rules, book, words, lang, with_placing)), output)


def agreement(files, output, fmt, listing, unknown, texts, lang, given, own) -> None:
    """Write how far coders agree, or with `listing` what they differ on; in a workbook both."""
    try:
        import nltk.metrics.agreement  # noqa: F401
    except ImportError:
        leave("agreement needs NLTK: pip install 'coproduction[agreement]'", 2)
    from coproduction.agreement import NothingToCompare, coding
    from coproduction.exports.agreement import about, disagreements, table

    apart(files, output)
    words, book, _ = vocabulary(own)
    records = sound(files, book, given) if files else cases.read(map(str, resources.reading_records()), book)[0]
    try:
        found = coding(records)
    except NothingToCompare as error:
        leave(str(error), 1)
    missing = unknown == "missing"
    show = _reader(texts, words) if texts else None
    tables = [table(found, book, words, lang, missing), disagreements(found, book, show, missing)]
    note = about(found, lang, missing)
    for _, sentence in note.rows:
        say(sentence)
    _tables([*reversed(tables), note] if listing else [*tables, note], output, fmt)


def qca(files, output, outcome, words, rule, cut, fewest, every_case, coder, with_placing, lang, given, own) -> None:
    """Write data, anchors and codebook, with an outcome the truth table, and a script for R, to a folder."""
    from coproduction.exports import qca as sets
    from coproduction.exports.qca_files import files as written
    from coproduction.exports.qca_files import minds, unknown

    vocab, book, rules = vocabulary(own)
    named = [word.strip() for part in words for word in part.split(",") if word.strip()]
    if bool(outcome) != bool(named):
        leave(
            "a truth table takes both --outcome and --conditions; without them the data of all variables are written", 2
        )
    if outcome and outcome not in rules.definitions:
        like = nearest(outcome, rules.definitions)
        leave(f"definition {outcome!r} is not known" + (f"; did you mean {like}?" if like else ""), 2)
    try:
        conditions = sets.conditions(named, book)
    except sets.BadCondition as error:
        leave(str(error), 2)
    outcomes = sets.outcomes([rules.definitions[outcome]] if outcome else rules.operative(), conditions)
    found = _one_each(_records(files, book, given), coder)
    kept = [case for case in found if every_case or sets.counted(case)]
    if len(kept) < len(found):
        say(notes("qca", lang)["left-out"].format(number=len(found) - len(kept), all=len(found)))
    frame = sets.frame(kept, rules, conditions, outcomes, rule, with_placing)
    if not frame.rows:
        leave("no case is left: choose fewer conditions, another rule for what is not known, or --every-case", 1)
    chosen = outcomes[0] if outcome else None
    data = written(frame, chosen, rules, book, vocab, lang, cut, fewest, with_placing)
    say(unknown(frame, lang))
    if chosen:
        rows = sets.truth_table(frame, chosen, cut, fewest)
        for sentence in minds(frame, chosen, rules, lang):
            say(sentence)
        if not any(row.n for row in rows):
            say(notes("qca", lang)["empty"])
    apart(files, *(Path(output) / name for name in data))
    _folder(data, Path(output))


def _records(files: Iterable[str], book, given, base=None) -> list[Case]:
    return sound(files, book, given, base) if files else list(shipped_cases())


def _one_each(records: list[Case], coder: str | None) -> list[Case]:
    """Return one record of every case; leaves with 1 where it is not settled which, with 2 where the coder has none."""
    chosen, unsettled = in_force(of_coder(records, coder) if coder else records, coder)
    for name, coders in unsettled.items():
        say(f"{name} is coded by {', '.join(coders)} and has no record by {SETTLED}")
    if unsettled:
        leave("nothing was done: name the coder whose records are to be taken with --coder", 1)
    return chosen


def _reader(folder: str, words):
    from coproduction import passages

    known = passages.texts(Path(folder), words)
    if not known:
        say(f"{folder}: none of the sources' texts is there")

    def show(key: passages.Key) -> str:
        source, start, end = key
        return known[source][start:end] if source in known else ""

    return show


def _tables(tables: list[Table], output: str | None, fmt: str | None, usual: str = "csv") -> None:
    """Write tables as a workbook, or the first of them as text; leaves with 2 where that cannot be done."""
    suffix = Path(output or "").suffix.lower().lstrip(".")
    fmt = fmt or (suffix if suffix in sheets.FORMATS else usual)
    if fmt != sheets.WORKBOOK:
        write_whole(sheets.as_text(tables[0], fmt), output)
        return
    fit_for(output, "csv")
    try:
        data = sheets.as_workbook(tables)
    except sheets.TooLarge as error:
        leave(str(error), 2)
    write_whole(data, output)


def _folder(data: Mapping[str, bytes], folder: Path) -> None:
    """Write files to a folder, all or none; leaves with 2 where they cannot be written."""
    files = {(folder / name).resolve(): content for name, content in data.items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            if file.is_dir():
                leave(f"{file}: cannot be written: a directory stands in the way", 2)
        replace(files)
    except OSError as error:
        leave(f"{folder}: cannot be written: {error.strerror}", 2)
    for name in data:
        say(f"wrote {folder / name}")
