"""One case explained in plain words: its facts, what each definition says of it, why, and what one would have to know."""

from collections.abc import Iterable, Mapping

from coproduction import definitions, passages
from coproduction.loaders.case import Case, Fact
from coproduction.passages import Source
from coproduction.settle import settling
from coproduction.verdicts import IN, OUT, Rules, Verdict, judge
from coproduction.vocabulary import Vocabulary

COP = definitions.COP
MARKS = {IN: "IN ", OUT: "OUT", "undetermined": "?  "}


class Explainer:
    """What explaining a case needs: the rules, the vocabulary's words in a language, and the texts if they are at hand."""

    def __init__(self, rules: Rules, vocabulary: Vocabulary, lang: str = "en", texts: Mapping[str, str] | None = None):
        self.rules = rules
        self.vocabulary = vocabulary
        self.lang = lang
        self.texts = texts or {}
        self.numbers: dict[tuple, int] = {}
        self.works: dict[str, Source] = passages.sources(vocabulary)

    def case(self, case: Case, wanted: Iterable[definitions.Definition], with_placing: bool = False) -> str:
        """Return the explanation of a case under the definitions wanted."""
        wanted = list(wanted)
        self.numbers = {}
        verdicts = judge(self.rules, case.facts, wanted, with_placing)
        lines = [f"{case.record.get('title', case.id)}  ({case.source}/{case.id})"]
        if case.record.get("summary"):
            lines.append(f"  {case.record['summary']}")
        kind = ", ".join(case.record[k] for k in ("case_kind", "reality") if k in case.record)
        label = {"yes": "co-production", "no": "not co-production", "contested": "co-production, contested"}
        told = label.get(case.record.get("source_label", ""), "neither")
        lines.append(f"  {kind}; the source calls it: {told}" if kind else f"  the source calls it: {told}")
        if case.record.get("passages"):
            lines.append(f"  told in {self.cite(case, case.record['passages'])}")
        lines += ["", "Facts"]
        order = list(self.vocabulary.keys("Variable"))
        lines += [self.fact(case, key, case.facts[key]) for key in sorted(case.facts, key=order.index)]
        lines += ["", "Verdicts" + ("  (facts implied by placing are taken in)" if with_placing else "")]
        concepts = [d for d in wanted if not d.neighbouring]
        for outcome in MARKS:
            for definition in concepts:
                if verdicts[definition.slug].outcome == outcome:
                    lines += self.verdict(case, verdicts[definition.slug])
        lines += ["", "Neighbouring concepts"]
        for outcome in (IN, "undetermined", OUT):
            names_ = [self.name(d.slug) for d in wanted if d.neighbouring and verdicts[d.slug].outcome == outcome]
            if names_:
                lines.append(f"  {MARKS[outcome]} {'; '.join(names_)}")
        lines += self.to_know(case, concepts, with_placing)
        lines += ["", "Passages"] + [f"  [{n}] {self.passage(*key)}" for key, n in self.numbers.items()]
        return "\n".join(lines) + "\n"

    def name(self, slug: str) -> str:
        """Return a definition's label."""
        return self.vocabulary.label(self.rules.definitions[slug].iri, self.lang)

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
        words = passages.words((source, *passage), self.works)
        text = self.texts.get(source)
        return words + (f": \u201c{' '.join(text[slice(*passage)].split())}\u201d" if text else "")

    def fact(self, case: Case, key: str, fact: Fact) -> str:
        """Return a fact in words: answer, basis, reason and passages."""
        label = self.vocabulary.label(self.vocabulary.keys("Variable")[key], self.lang)
        known = fact.basis if fact.value != "unknown" else fact.why_unknown or "silent"
        line = f"  {label}: {fact.value} ({known}) {self.cite(case, fact.passages)}".rstrip()
        if fact.derived_from:
            line += f" - follows from {fact.derived_from}"
        return line + (f" - {fact.reason}" if fact.reason else "")

    def verdict(self, case: Case, verdict: Verdict) -> list[str]:
        """Return a verdict in words: what decided it, what it is instead, or what is not known."""
        definition = self.rules.definitions[verdict.definition]
        lines = [f"  {MARKS[verdict.outcome]} {self.name(verdict.definition)}"]
        if verdict.weakest_basis and verdict.weakest_basis != "stated":
            lines[0] += f"  (rests on what is {verdict.weakest_basis})"
        if verdict.outcome == OUT:
            for literal in verdict.decided_by:
                lines.append(f"        because {self.failed(literal)}{self._carried_by(case, literal)}")
            if verdict.instead:
                lines.append(f"        instead: {'; '.join(self.name(s) for s in verdict.instead)}")
            elif verdict.instead_possible:
                lines.append(f"        possibly instead: {'; '.join(self.name(s) for s in verdict.instead_possible)}")
        elif verdict.outcome == IN:
            lines.append(
                "        because "
                + "; ".join(self.criterion(x) + self._carried_by(case, x) for x in verdict.decided_by)
            )
        elif definition.partial and not verdict.unknown:
            lines.append("        it has every mark reported, but the source reports only part of the definition")
        else:
            lines.append("        not known whether " + "; whether ".join(self.criterion(x) for x in verdict.unknown))
        return lines

    def _carried_by(self, case: Case, literal: str) -> str:
        reads = self.rules.criteria[literal.removeprefix("not:")].reads
        found = self.cite(case, [p for key in reads if key in case.facts for p in case.facts[key].passages])
        return f" {found}" if found else ""

    def to_know(self, case: Case, wanted: list[definitions.Definition], with_placing: bool) -> list[str]:
        """Return the questions whose answers would settle most verdicts, with why each is not known."""
        ranked = settling(self.rules, case.facts, wanted, with_placing)
        if not ranked:
            return []
        lines = ["", "What one would have to know to decide"]
        for key, settled in ranked[:8]:
            question = self.vocabulary.text(self.vocabulary.keys("Variable")[key], COP + "question", self.lang)
            gain = f"could settle {len(settled)} alone" if settled else "together with others"
            lines.append(f"  {question} ({key}: {self.why_open(case, key)}; {gain})")
        return lines

    @staticmethod
    def why_open(case: Case, key: str) -> str:
        """Return why a variable is open to the verdicts: not known, varying, or known from the case's placing alone."""
        fact = case.facts.get(key)
        if fact and fact.value != "unknown":
            return "varies" if fact.value == "varies" else "known only from where the source places the case"
        return case.why_unknown(key)
