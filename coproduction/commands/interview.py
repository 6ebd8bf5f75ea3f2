"""`classify --ask`: put the unknown variables to the user, the one that settles most verdicts first."""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import click

from coproduction import names
from coproduction.codebook import Codebook
from coproduction.commands.common import say
from coproduction.definitions import Definition
from coproduction.loaders.case import Case
from coproduction.loaders.normal import normalise
from coproduction.loaders.raw import Finding, RawRecord, nearest
from coproduction.records import plain
from coproduction.rules import told
from coproduction.settle import gains
from coproduction.texts import Texts
from coproduction.verdicts import Rules
from coproduction.vocabulary import Vocabulary
from coproduction.wording import Wording

STOP, SKIP, BACK, HELP = "stop", "skip", "back", "help"


@dataclass
class Interview:
    """An interview about one case: the case as its record has it, and what was asked, in order, with the answers.

    A question left open has no answer. `now` is the case with all answers and what follows from them.
    """

    case: Case
    book: Codebook
    lang: str
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def __post_init__(self):
        self.now = self.case

    def answer(self, key: str, value: str | None) -> list[Finding]:
        """Take an answer, or None for a question left open; returns the findings where the record contradicts it."""
        case, findings = self._read([*self.asked, (key, value)])
        if not findings:
            self.asked.append((key, value))
            self.now = case
        return findings

    def back(self) -> bool:
        """Take back what was asked last; returns whether there was anything."""
        if not self.asked:
            return False
        self.asked.pop()
        self.now, _ = self._read(self.asked)
        return True

    def record(self) -> dict:
        """Return the record with the answers, as one would write it.

        An answer typed in has no passage, and no basis is written that nobody gave: it stands as a short answer does.
        """
        found = plain(self.now, self.book)
        for key, value in self.asked:
            if value is not None:
                found["facts"][key].pop("basis", None)
        return found

    def _read(self, asked: Iterable[tuple[str, str | None]]) -> tuple[Case, list[Finding]]:
        """Return the case with answers, read as a record with them would be, and the errors found."""
        given = {key: value for key, value in asked if value is not None}
        if not given:
            return self.case, []
        data, reason = plain(self.case, self.book), Texts("interview", self.lang)("reason")
        facts = data.get("facts", {}) | {key: {"value": value, "reason": reason} for key, value in given.items()}
        while True:
            raw = RawRecord(self.case.raw.file, _as_text(data | {"facts": facts}))
            case, findings = normalise(raw, self.book, self.case.base)
            errors = [f for f in findings if f.severity == "error"]
            # What the record lists as not known gives way to what follows from an answer.
            given_way = {f.key for f in errors if facts.get(f.key, {}).get("value") == "unknown"}
            if not given_way:
                return case, errors
            facts = {key: fact for key, fact in facts.items() if key not in given_way}


def interview(
    case: Case,
    vocabulary: Vocabulary,
    book: Codebook,
    rules: Rules,
    wanted: Iterable[Definition],
    lang: str,
    with_placing: bool = False,
) -> Interview:
    """Return the interview held with the user; it ends when nothing is open, at `stop` or at the end of input."""
    wanted, words, texts = list(wanted), Wording(vocabulary, lang), Texts("interview", lang)
    held = Interview(case, book, lang)
    commands = {kind: texts.words(kind) for kind in (HELP, BACK, SKIP, STOP)}
    say(texts("intro", **{kind: found[0] for kind, found in commands.items()}))
    while True:
        put = {key for key, _ in held.asked}
        left = gains(rules, held.now.facts, wanted, with_placing)
        key = next((key for key in left if key not in put), None)
        if key is None:
            say(texts("done"))
            return held
        say("")
        say(f"{words.question(key)} {texts('gain', gain=words.gain(left[key]))}")
        say(f"  {vocabulary.text(book.variables[key].iri, names.COP + 'codingRule', lang) or ''}")
        if not _ask(key, held, words, texts, commands):
            return held


def _ask(key: str, held: Interview, words: Wording, texts: Texts, commands: Mapping[str, list[str]]) -> bool:
    """Put one question until it is answered, left or taken back; returns whether to go on."""
    answers = [a for a in held.book.variables[key].answers if a != "unknown"]
    meant = _meant(answers, words, texts) | {w.casefold(): kind for kind, found in commands.items() for w in found}
    shown = "/".join(words.answer(a) for a in answers)
    prompt = texts("prompt", key=key, answers=shown, skip=commands[SKIP][0], stop=commands[STOP][0])
    while True:
        click.echo(f"  {prompt}", nl=False, err=True)
        line = sys.stdin.readline()
        if not line:
            say("")
            return False
        # A straight apostrophe for the curly one that some keyboards type.
        word = " ".join(line.casefold().replace("\u2019", "'").split())
        match meant.get(word, SKIP if not word else None):
            case None:
                like = nearest(word, [*answers, *meant])
                hint = texts("like", word=words.answer(like) if like in answers else like) if like else ""
                say("  " + texts("no-answer", word=repr(word)) + hint)
            case "stop":
                return False
            case "back" if held.back():
                return True
            case "back":
                say("  " + texts("no-way-back"))
            case "help":
                for line in _help(key, answers, words, texts):
                    say(f"  {line}")
            case "skip":
                held.answer(key, None)
                return True
            case answer:
                findings = held.answer(key, answer)
                if not findings:
                    return True
                for finding in findings:
                    say("  " + texts("against", message=told(finding, held.lang).message))


def _meant(answers: list[str], words: Wording, texts: Texts) -> dict[str, str]:
    """Return the answers by every word for them: key, label, and short forms."""
    found = {short: answer for short, answer in texts.mapping("short").items() if answer in answers}
    found |= {words.label("Answer", answer).casefold(): answer for answer in answers}
    return found | {answer.casefold(): answer for answer in answers}


def _help(key: str, answers: list[str], words: Wording, texts: Texts) -> list[str]:
    """Return what each answer means, and the codebook's examples."""
    lines = [texts("answer", answer=words.answer(a), meaning=words.meaning("Answer", a)) for a in answers]
    return lines + [texts("example", answer=words.answer(answer), text=text) for answer, text in words.examples(key)]


def _as_text(value):
    """Return a record with every scalar as text, as readers of files hand it on."""
    if isinstance(value, dict):
        return {key: _as_text(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_as_text(part) for part in value]
    return str(value)
