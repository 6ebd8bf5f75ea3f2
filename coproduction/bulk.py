"""Validation of any number of records in flat memory: they come one by one, and their findings leave as soon as they can.

What hangs on records still to come (does a link name a case, does it contradict it) waits, and so does all behind it,
for findings come in the order of files, sheets and places. It waits in a temporary file, as a `memory.Memory`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields

from coproduction import consistency
from coproduction.cases import duplicate_record, unknown_cases
from coproduction.codebook import Codebook
from coproduction.loaders.case import SETTLED, Case
from coproduction.loaders.files import BY_LINE, READ_FIRST, format_of, stream
from coproduction.loaders.normal import normalise
from coproduction.loaders.opening import check_file
from coproduction.loaders.raw import Finding, RawRecord
from coproduction.memory import Memory, is_linked, slim
from coproduction.rules import told
from coproduction.validation import advice_last, once

PARTS = [part.name for part in fields(Finding)]
# What is looked at, in the order that findings at one place have.
READING, ALONE, LINKED, TWICE, NAMED, SHACL = range(6)


@dataclass
class Checked:
    """The findings on one record, each with what it was found by; `linked` is the case, where its links are still to do."""

    n: int
    file: str
    line: int
    found: list[tuple[int, Finding]] = field(default_factory=list)
    linked: Case | None = None


def findings(
    names: list[str],
    given: str | None,
    book: Codebook,
    look: Callable[[Case], list[Finding]],
    memory: Memory,
    lang: str = "en",
    watch: Callable[[Iterable[RawRecord]], Iterable[RawRecord]] = iter,
    seen: Callable[[Case], None] = lambda _: None,
    base: str | None = None,
) -> Iterator[Finding]:
    """Yield all findings on the records of files, in order. Raises Unreadable before the first, if it does.

    look: gives the findings on one case, as `validation.checker` makes it. watch: what the records are handed through,
    such as a bar. seen: is called with each case. base: as `cases.from_raw` takes it.
    """
    # Nothing is said of a record before it is known that all of them can be read.
    if len(names) == 1 and names[0] != "-":
        # Of a file that is not there the suffix is no matter.
        check_file(names[0])
    sure = len(names) == 1 and format_of(names[0], given) in READ_FIRST
    records = check(watch(stream(names, given, book)), book, look, memory, lang, lambda case, _: seen(case), base)
    return ordered(settled(records, memory, lang, sure), names, given)


def ordered(records: Iterable[Checked], names: list[str], given: str | None) -> Iterator[Finding]:
    """Return the findings on records in order; those on a file that is named twice stand together."""
    if len(set(names)) == len(names):
        return in_order(records, lambda name: format_of(name, given) in BY_LINE)
    place = {name: n for n, name in reversed(list(enumerate(names)))}
    return in_order(sorted(records, key=lambda checked: place[checked.file]))


def check(
    raws: Iterable[RawRecord],
    book: Codebook,
    look: Callable[[Case], list[Finding]],
    memory: Memory,
    lang: str = "en",
    seen: Callable[[Case, Checked], None] = lambda *_: None,
    base: str | None = None,
) -> Iterator[Checked]:
    """Yield each record with its findings, but for those on its links.

    look: gives the findings on one case. seen: is called with each case, and with what there is on it.
    """
    for n, raw in enumerate(raws):
        case, found = normalise(raw, book, base)
        checked = Checked(n, raw.file, raw.find()[1].line or 0)
        checked.found += [(READING, told(f, lang)) for f in [*raw.findings, *found]]
        first = memory.earlier(case) if case else None
        if first:
            checked.found.append((READING, told(duplicate_record(case, first), lang)))
        elif case:
            checked.found += [(ALONE, f) for f in look(case)]
            twin = memory.titled(case) if case.coder == SETTLED else None
            if twin:
                checked.found += [(TWICE, f) for f in consistency.duplicate_finding(case, twin, lang)]
            if is_linked(case):
                checked.linked = slim(case)
            seen(case, checked)
        yield checked


def settle(checked: Checked, memory: Memory, lang: str = "en") -> Checked:
    """Return a record with the findings on its links too; all other records must have gone by."""
    case, checked.linked = checked.linked, None
    if case is not None:
        if case.coder == SETTLED:
            checked.found += [(LINKED, f) for f in consistency.linked_findings(case, memory.other, lang)]
        checked.found += [(NAMED, told(f, lang)) for f in unknown_cases(case, memory.there, memory.like)]
    return checked


def settled(records: Iterable[Checked], memory: Memory, lang: str = "en", at_once: bool = False) -> Iterator[Checked]:
    """Yield records with all their findings, in order.

    at_once: whether they may leave before all have come, where nothing before them waits.
    """
    waits = False
    for checked in records:
        if not waits and checked.linked is None and at_once:
            yield checked
        elif checked.found or checked.linked:
            waits = True
            memory.wait(_packed(checked))
    for packed in memory.waiting():
        yield settle(_unpacked(packed), memory, lang)


def _packed(checked: Checked) -> tuple:
    """Return a record as a tuple, which takes less room and time to put away."""
    found = [(by, *[getattr(f, name) for name in PARTS]) for by, f in checked.found]
    return checked.n, checked.file, checked.line, found, checked.linked


def _unpacked(packed: tuple) -> Checked:
    n, file, line, found, linked = packed
    return Checked(n, file, line, [(by, Finding(*parts)) for by, *parts in found], linked)


def in_order(records: Iterable[Checked], by_line: Callable[[str], bool] = lambda _: False) -> Iterator[Finding]:
    """Yield findings by file, sheet and place, each once, and no advice on a record that has errors.

    by_line: whether the records of a file come line by line; then none is held until the file ends.
    """
    file, held = None, []
    for checked in records:
        if checked.file != file:
            yield from _sorted(held)
            file, held = checked.file, []
        elif held and by_line(file):
            # What comes from here on stands on this line or below.
            done = [entry for entry in held if entry[2].order()[0] < checked.line]
            if done:
                held = [entry for entry in held if entry[2].order()[0] >= checked.line]
                yield from _sorted(done)
        kept = {id(f) for f in advice_last([f for _, f in checked.found])}
        held += [(by, checked.n, f) for by, f in checked.found if id(f) in kept]
    yield from _sorted(held)


def _sorted(held: list[tuple[int, int, Finding]]) -> list[Finding]:
    """Return the findings on a file in order: by sheet, of which the first that has one is first, and by place."""
    found = once(f for _, _, f in sorted(held, key=lambda entry: entry[:2]))
    sheets = {sheet: n for n, sheet in enumerate(dict.fromkeys(f.sheet for f in found))}
    return sorted(found, key=lambda f: (sheets[f.sheet], *f.order()))
