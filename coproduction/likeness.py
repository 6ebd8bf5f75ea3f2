"""Cases that are like a case: what they answer alike, what they are decided alike on, and where they part.

The profile of a case is its known answers to the variables that the definitions wanted read. Only `yes`, `no`, `n/a` and
the shares of a decision are known answers; `unknown`, `varies` and a missing answer are not, and count neither as
agreement nor as difference. Facts that follow from a case's placing alone are left out, as they are in verdicts.

Two cases are *decided alike* under a definition where it has the same outcome for both, on the same criteria, and both
give the same known answers to the variables that these criteria read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from coproduction.criteria import UNKNOWN
from coproduction.definitions import Definition
from coproduction.loaders import rdf
from coproduction.loaders.case import SETTLED, Case
from coproduction.verdicts import UNDETERMINED, Rules, Verdict, answers, judge

# How many of the nearest cases are told, and how many examples of those decided alike under a definition.
NEAREST = 5


@dataclass(frozen=True)
class Profile:
    """A case with its known answers to what the definitions read, and its verdicts."""

    case: Case
    answers: Mapping[str, str]
    verdicts: Mapping[str, Verdict]


@dataclass(frozen=True)
class Like:
    """How another case compares with one: the answers, and the definitions that decide both.

    shared, different, only_here and only_there part the variables that one of them answers. alike: definitions that
    decide both alike; same_verdict: the same outcome on other criteria or answers; otherwise: opposite outcomes.
    same: the two are told to be the very same case.
    """

    here: Profile
    there: Profile
    shared: tuple[str, ...]
    different: tuple[str, ...]
    only_here: tuple[str, ...]
    only_there: tuple[str, ...]
    alike: tuple[str, ...]
    same_verdict: tuple[str, ...]
    otherwise: tuple[str, ...]
    same: bool

    @property
    def compared(self) -> int:
        """How many answers are known in both."""
        return len(self.shared) + len(self.different)

    def order(self) -> tuple:
        """Return what puts the nearest case first.

        It is the answers shared less those that differ, then the verdicts decided alike less those decided otherwise,
        then the fewest answers known in one alone, and at last the source and id.
        """
        return (
            len(self.different) - len(self.shared),
            len(self.otherwise) - len(self.alike),
            len(self.only_here) + len(self.only_there),
            self.there.case.source,
            self.there.case.id,
        )


@dataclass(frozen=True)
class Likeness:
    """What is like a case: the cases that share an answer with it, nearest first, and by definition those decided alike."""

    here: Profile
    cases: tuple[Like, ...]
    by_definition: Mapping[str, tuple[Like, ...]]

    @property
    def nearest(self) -> Sequence[Like]:
        """The few nearest cases."""
        return self.cases[:NEAREST]


def read_by(rules: Rules, definitions: Iterable[Definition]) -> list[str]:
    """Return the variables that definitions read, sorted."""
    return sorted({v for d in definitions for slug in d.criteria for v in rules.criteria[slug].reads})


def profile(case: Case, rules: Rules, definitions: Iterable[Definition], with_placing: bool = False) -> Profile:
    """Return the profile of a case under the definitions wanted."""
    definitions = list(definitions)
    given = answers(case.facts, with_placing)
    read = read_by(rules, definitions)
    return Profile(
        case=case,
        answers={v: given[v] for v in read if given.get(v) not in (None, *UNKNOWN)},
        verdicts=judge(rules, case.facts, definitions, with_placing),
    )


def profiles(cases: Iterable[Case], rules: Rules, definitions: Iterable[Definition], with_placing: bool = False):
    """Return the profiles of the settled records among cases."""
    definitions = list(definitions)
    return [profile(case, rules, definitions, with_placing) for case in cases if case.coder == SETTLED]


def likeness(here: Profile, known: Iterable[Profile], rules: Rules) -> Likeness:
    """Return what is like a case among others; a record of the case itself is none of them."""
    found = [compare(here, there, rules) for there in known if there.case.iri != here.case.iri]
    found = sorted((one for one in found if one.shared), key=Like.order)
    decided = [slug for slug, verdict in here.verdicts.items() if verdict.outcome != UNDETERMINED]
    return Likeness(here, tuple(found), {s: tuple(one for one in found if s in one.alike) for s in decided})


def compare(here: Profile, there: Profile, rules: Rules) -> Like:
    """Return how one case compares with another."""
    both = sorted(here.answers.keys() & there.answers.keys())
    decided = [
        slug
        for slug, verdict in here.verdicts.items()
        if UNDETERMINED not in (verdict.outcome, there.verdicts[slug].outcome)
    ]
    same_outcome = [s for s in decided if here.verdicts[s].outcome == there.verdicts[s].outcome]
    alike = [s for s in same_outcome if _grounds(here, s, rules) == _grounds(there, s, rules)]
    return Like(
        here=here,
        there=there,
        shared=tuple(v for v in both if here.answers[v] == there.answers[v]),
        different=tuple(v for v in both if here.answers[v] != there.answers[v]),
        only_here=tuple(sorted(here.answers.keys() - there.answers.keys())),
        only_there=tuple(sorted(there.answers.keys() - here.answers.keys())),
        alike=tuple(alike),
        same_verdict=tuple(s for s in same_outcome if s not in alike),
        otherwise=tuple(s for s in decided if s not in same_outcome),
        same=_points(here.case, there.case) or _points(there.case, here.case),
    )


def _grounds(one: Profile, slug: str, rules: Rules) -> tuple:
    """Return what a verdict rests on: the criteria that decide, and the known answers that these read."""
    decided_by = one.verdicts[slug].decided_by
    read = {v for literal in decided_by for v in rules.criteria[literal.removeprefix("not:")].reads}
    return tuple(decided_by), tuple((v, one.answers[v]) for v in sorted(read) if v in one.answers)


def _points(case: Case, other: Case) -> bool:
    """Return whether a case says that it is the very same as another."""
    return any(rdf.case_reference(word, case) == other.iri for word in case.record.get("same_as", []))


def as_object(found: Likeness) -> dict:
    """Return what is like a case as the command prints it in JSON: one object per case."""
    here = found.here
    return {
        "case": here.case.iri,
        "id": here.case.id,
        "source": here.case.source,
        "coder": here.case.coder,
        "known": len(here.answers),
        "nearest": [_like_object(one) for one in found.nearest],
        "decided_alike": [
            {
                "definition": slug,
                "verdict": here.verdicts[slug].outcome,
                "decided_by": here.verdicts[slug].decided_by,
                "cases": [one.there.case.iri for one in cases],
            }
            for slug, cases in found.by_definition.items()
        ],
    }


def _like_object(one: Like) -> dict:
    other, here = one.there.case, one.here
    return {
        "case": other.iri,
        "id": other.id,
        "source": other.source,
        "same": one.same,
        "shared": list(one.shared),
        "different": [{"variable": v, "here": here.answers[v], "there": one.there.answers[v]} for v in one.different],
        "known_here_alone": list(one.only_here),
        "known_there_alone": list(one.only_there),
        "decided_alike": list(one.alike),
        "same_verdict": list(one.same_verdict),
        "decided_otherwise": [
            {"definition": s, "here": here.verdicts[s].outcome, "there": one.there.verdicts[s].outcome}
            for s in one.otherwise
        ],
    }
