"""One case explained in plain words: its facts, what each definition says of it, why, and what one would have to know."""

from collections.abc import Iterable, Mapping

from coproduction import definitions, passages
from coproduction.loaders.normal import Case, Fact
from coproduction.passages import Source
from coproduction.verdicts import IN, OUT, Rules, Verdict, judge, settling
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
        self.works: dict[str, Source] = passages.sources(vocabulary)

    def case(self, case: Case, wanted: Iterable[definitions.Definition], with_placing: bool = False) -> str:
        """Return the explanation of a case under the definitions wanted."""
        wanted = list(wanted)
        verdicts = judge(self.rules, case.facts, wanted, with_placing)
        lines = [f"{case.record.get('title', case.id)}  ({case.source}/{case.id})"]
        if case.record.get("summary"):
            lines.append(f"  {case.record['summary']}")
        kind = ", ".join(case.record[k] for k in ("case_kind", "reality") if k in case.record)
        label = {"yes": "co-production", "no": "not co-production", "contested": "co-production, contested"}
        told = label.get(case.record.get("source_label", ""), "neither")
        lines.append(f"  {kind}; the source calls it: {told}" if kind else f"  the source calls it: {told}")
        lines += [f"  told in {w}" for w in self.passages(case, case.record.get("passages", []))]
        lines += ["", "Facts"]
        lines += [line for key, fact in sorted(case.facts.items()) for line in self.fact(case, key, fact)]
        lines += ["", "Verdicts" + ("  (facts implied by placing are taken in)" if with_placing else "")]
        concepts = [d for d in wanted if not d.neighbouring]
        for definition in concepts:
            lines += self.verdict(case, verdicts[definition.slug])
        lines += ["", "Neighbouring concepts"]
        for outcome in (IN, "undetermined", OUT):
            names_ = [self.name(d.slug) for d in wanted if d.neighbouring and verdicts[d.slug].outcome == outcome]
            if names_:
                lines.append(f"  {MARKS[outcome]} {'; '.join(names_)}")
        lines += self.to_know(case, concepts, with_placing)
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

    def passages(self, case: Case, found) -> list[str]:
        """Return passages in words, with their text where the source's text is at hand."""
        lines = []
        for passage in found:
            if isinstance(passage, str):
                lines.append(f"{case.source}, {passage}")
                continue
            words = passages.words((case.source, *passage), self.works)
            text = self.texts.get(case.source)
            lines.append(words + (f": \u201c{' '.join(text[slice(*passage)].split())}\u201d" if text else ""))
        return lines

    def fact(self, case: Case, key: str, fact: Fact) -> list[str]:
        """Return a fact in words: answer, basis, reason and passages."""
        variable = self.vocabulary.keys("Variable")[key]
        label = self.vocabulary.label(variable, self.lang)
        if fact.value == "unknown":
            head = f"  {label}: unknown ({fact.why_unknown or 'silent'})"
        else:
            head = f"  {label}: {fact.value} ({fact.basis})"
        if fact.reason:
            head += f" - {fact.reason}"
        if fact.derived_from:
            head += f" - follows from {fact.derived_from}"
        return [head] + [f"      {w}" for w in self.passages(case, fact.passages)]

    def verdict(self, case: Case, verdict: Verdict) -> list[str]:
        """Return a verdict in words: what decided it, what it is instead, or what is not known."""
        definition = self.rules.definitions[verdict.definition]
        lines = [f"  {MARKS[verdict.outcome]} {self.name(verdict.definition)}"]
        if verdict.outcome == OUT:
            for literal in verdict.decided_by:
                lines.append(f"        because {self.failed(literal)}{self._carried_by(case, literal)}")
            if verdict.instead:
                lines.append(f"        instead: {'; '.join(self.name(s) for s in verdict.instead)}")
            elif verdict.instead_possible:
                lines.append(f"        possibly instead: {'; '.join(self.name(s) for s in verdict.instead_possible)}")
        elif verdict.outcome == IN:
            lines.append("        because " + "; ".join(self.criterion(x) for x in verdict.decided_by))
        elif definition.partial and not verdict.unknown:
            lines.append("        it has every mark reported, but the source reports only part of the definition")
        else:
            lines.append("        not known whether " + "; whether ".join(self.criterion(x) for x in verdict.unknown))
        if verdict.weakest_basis and verdict.weakest_basis != "stated":
            lines[-1] += f"  [rests on what is {verdict.weakest_basis}]"
        return lines

    def _carried_by(self, case: Case, literal: str) -> str:
        reads = self.rules.criteria[literal.removeprefix("not:")].reads
        found = [p for key in reads if key in case.facts for p in case.facts[key].passages]
        words = self.passages(case, found[:1])
        return f" ({words[0]})" if words else ""

    def to_know(self, case: Case, wanted: list[definitions.Definition], with_placing: bool) -> list[str]:
        """Return the questions whose answers would settle most verdicts, with why each is not known."""
        ranked = settling(self.rules, case.facts, wanted, with_placing)
        if not ranked:
            return []
        lines = ["", "What one would have to know to decide"]
        for key, settled in ranked[:8]:
            question = self.vocabulary.text(self.vocabulary.keys("Variable")[key], COP + "question", self.lang)
            gain = f"could settle {len(settled)} alone" if settled else "together with others"
            why = "varies" if key in case.facts and case.facts[key].value == "varies" else case.why_unknown(key)
            lines.append(f"  {question} [{key}: {why}; {gain}]")
        return lines
