"""One case explained in plain words: its facts, what each definition says of it, why, and what one would have to know."""

from collections.abc import Iterable, Mapping

from coproduction import definitions, passages
from coproduction.loaders.case import Case, Fact
from coproduction.passages import Source
from coproduction.settle import gains
from coproduction.texts import Texts
from coproduction.verdicts import IN, OUT, UNDETERMINED, Rules, Verdict, judge
from coproduction.vocabulary import Vocabulary
from coproduction.wording import Wording

COP = definitions.COP
# In the order in which the verdicts are told.
OUTCOMES = (IN, OUT, UNDETERMINED)
# How many of the questions that settle most are named.
NAMED = 8


class Explainer:
    """What explaining a case needs: the rules, the words of a language, and the sources' texts if they are at hand."""

    def __init__(self, rules: Rules, vocabulary: Vocabulary, lang: str = "en", texts: Mapping[str, str] | None = None):
        self.rules = rules
        self.vocabulary = vocabulary
        self.lang = lang
        self.texts = texts or {}
        self.say = Texts("explanation", lang)
        self.words = Wording(vocabulary, lang)
        self.numbers: dict[tuple, int] = {}
        self.works: dict[str, Source] = passages.sources(vocabulary)

    def case(
        self,
        case: Case,
        wanted: Iterable[definitions.Definition],
        with_placing: bool = False,
        more: Iterable[str] = (),
        every_question: bool = False,
    ) -> str:
        """Return the explanation of a case under the definitions wanted.

        more: lines that stand before the passages. every_question: all open questions, not those alone that settle most.
        """
        wanted, say = list(wanted), self.say
        self.numbers = {}
        verdicts = judge(self.rules, case.facts, wanted, with_placing)
        lines = self._head(case) + ["", say("facts")]
        order = list(self.vocabulary.keys("Variable"))
        lines += [self.fact(case, key, case.facts[key]) for key in sorted(case.facts, key=order.index)]
        lines += ["", say("verdicts") + (f"  ({say('with-placing')})" if with_placing else "")]
        concepts = [d for d in wanted if not d.neighbouring]
        for outcome in OUTCOMES:
            for definition in concepts:
                if verdicts[definition.slug].outcome == outcome:
                    lines += self.verdict(case, verdicts[definition.slug])
        if len(concepts) < len(wanted):
            lines += ["", say("neighbours")]
        for outcome in (IN, UNDETERMINED, OUT):
            slugs = [d.slug for d in wanted if d.neighbouring and verdicts[d.slug].outcome == outcome]
            if slugs:
                lines.append(f"  {self.mark(outcome)} {self.listed(slugs)}")
        lines += self.to_know(case, concepts, with_placing, None if every_question else NAMED)
        lines += more
        if self.numbers:
            lines += ["", say("passages")] + [f"  [{n}] {self.passage(*key)}" for key, n in self.numbers.items()]
        return "\n".join(lines) + "\n"

    def _head(self, case: Case) -> list[str]:
        """Return the lines on what the case is, and what its source calls it."""
        lines = [f"{case.record.get('title', case.id)}  ({case.source}/{case.id})"]
        if case.record.get("summary"):
            lines.append(f"  {case.record['summary']}")
        coded = (("case_kind", "CaseKind"), ("reality", "Reality"))
        kind = ", ".join(self.words.written(cls, case.record[key]) for key, cls in coded if key in case.record)
        called = self.say(f"called-{case.record.get('source_label', 'none')}")
        lines.append("  " + self.say("kind" if kind else "no-kind", kind=kind, called=called))
        if case.record.get("passages"):
            lines.append("  " + self.say("told-in", passages=self.cite(case, case.record["passages"])))
        return lines

    def mark(self, outcome: str) -> str:
        """Return the mark of an outcome, as wide as the widest of them."""
        return self.say(outcome).ljust(max(len(self.say(o)) for o in OUTCOMES))

    def name(self, slug: str) -> str:
        """Return a definition's label."""
        return self.vocabulary.label(self.rules.definitions[slug].iri, self.lang)

    def listed(self, slugs: Iterable[str]) -> str:
        """Return the labels of definitions as a list."""
        return self.say("list").join(self.name(slug) for slug in slugs)

    def criterion(self, literal: str) -> str:
        """Return a literal in words: the criterion's message for being met, or for not being met where it is negated."""
        slug = literal.removeprefix("not:")
        term = "notMetMessage" if literal.startswith("not:") else "metMessage"
        return self.vocabulary.text(self.rules.criteria[slug].iri, COP + term, self.lang) or literal

    def failed(self, literal: str) -> str:
        """Return in words how a literal fails."""
        return self.criterion(literal.removeprefix("not:") if literal.startswith("not:") else f"not:{literal}")

    def cite(self, case: Case, found) -> str:
        """Return passages as numbers of the list at the end, numbering those not met before."""
        numbers = [self.numbers.setdefault((case.source, p), len(self.numbers) + 1) for p in dict.fromkeys(found)]
        return "".join(f"[{n}]" for n in numbers)

    def passage(self, source: str, passage) -> str:
        """Return a passage in words: source, section, paragraph and offsets, and its text where that is at hand."""
        if isinstance(passage, str):
            return f"{source}, {passage}"
        place = passages.words((source, *passage), self.works, lambda **parts: self.say("paragraph", **parts))
        text = self.texts.get(source)
        if not text:
            return place
        return self.say("quoted", place=place, text=" ".join(text[slice(*passage)].split()))

    def fact(self, case: Case, key: str, fact: Fact) -> str:
        """Return a fact in words: answer, basis, reason and passages."""
        known = fact.value != "unknown"
        basis = self.words.written("Basis", fact.basis) if known else self.why(fact.why_unknown or "silent")
        line = "  " + self.say(
            "fact", label=self.words.variable(key), answer=self.words.answer(fact.value), basis=basis
        )
        line = f"{line} {self.cite(case, fact.passages)}".rstrip()
        if fact.derived_from:
            line += " - " + self.say("follows", what=self.origin(fact))
        return line + (f" - {fact.reason}" if fact.reason else "")

    def origin(self, fact: Fact) -> str:
        """Return in words what a derived fact follows from."""
        match fact.origin:
            case ("contribution", who, role):
                role = self.words.written("Role", role)
                return self.say("from-contribution", who=who or role, role=role)
            case ("value", kind, whom):
                kind = self.words.label("ValueType", kind)
                return self.say("from-value", kind=kind, whom=whom or self.say("somebody"))
            case ("answer", *variables, answer):
                answer = self.words.answer(answer)
                labels = [self.say("from-answer", label=self.words.variable(v), answer=answer) for v in variables]
                return self.say("and").join(labels)
        return fact.derived_from or ""

    def verdict(self, case: Case, verdict: Verdict) -> list[str]:
        """Return a verdict in words: what decided it, what it is instead, or what is not known."""
        definition, say = self.rules.definitions[verdict.definition], self.say
        lines = [f"  {self.mark(verdict.outcome)} {self.name(verdict.definition)}"]
        more = []
        if verdict.weakest_basis and verdict.weakest_basis != "stated":
            lines[0] += f"  ({say('rests-on', basis=self.words.written('Basis', verdict.weakest_basis))})"
        if verdict.outcome == OUT:
            more += [say("because", reason=self.failed(x) + self._carried_by(case, x)) for x in verdict.decided_by]
            if verdict.instead:
                more.append(say("instead", names=self.listed(verdict.instead)))
            elif verdict.instead_possible:
                more.append(say("possibly-instead", names=self.listed(verdict.instead_possible)))
        elif verdict.outcome == IN:
            reasons = [self.criterion(x) + self._carried_by(case, x) for x in verdict.decided_by]
            more.append(say("because", reason=say("list").join(reasons)))
        elif definition.partial and not verdict.unknown:
            more.append(say("partial"))
        else:
            more.append(say("not-known", criteria=say("whether").join(self.criterion(x) for x in verdict.unknown)))
        return lines + [f"        {line}" for line in more]

    def _carried_by(self, case: Case, literal: str) -> str:
        reads = self.rules.criteria[literal.removeprefix("not:")].reads
        found = self.cite(case, [p for key in reads if key in case.facts for p in case.facts[key].passages])
        return f" {found}" if found else ""

    def to_know(
        self, case: Case, wanted: list[definitions.Definition], with_placing: bool, most: int | None
    ) -> list[str]:
        """Return the questions whose answers would settle most verdicts, with why each is not known."""
        found = gains(self.rules, case.facts, wanted, with_placing)
        if not found:
            return []
        lines = ["", self.say("to-know")]
        for key, by_answer in list(found.items())[:most]:
            why, gain = self.why_open(case, key), self.words.gain(by_answer)
            lines.append("  " + self.say("question", question=self.words.question(key), key=key, why=why, gain=gain))
        return lines

    def why(self, reason: str) -> str:
        """Return in words why an answer is unknown."""
        return self.words.written("ReasonUnknown", reason)

    def why_open(self, case: Case, key: str) -> str:
        """Return why a variable is open to the verdicts: not known, varying, or known from the case's placing alone."""
        fact = case.facts.get(key)
        if fact and fact.value != "unknown":
            return self.words.answer(fact.value) if fact.value == "varies" else self.say("placed")
        return self.why(case.why_unknown(key))
