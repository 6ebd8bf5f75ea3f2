"""The rules that validation goes by: code, severity, names, explanation and examples, all read from ontology/rules.yaml."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from ruamel.yaml import YAML

from coproduction import names, resources
from coproduction.loaders.raw import Finding
from coproduction.messages import in_french

LANGUAGES = ("en", "fr")
SEVERITIES = ("error", "warning", "info")
# The few words around a rule's own, by language.
WORDS = {
    "en": {"why": "Why", "mend": "What to do", "bad": "Wrong", "good": "Right", "error": "error", "warning": "warning",
           "info": "advice", "like": "did you mean {}?"},
    "fr": {"why": "Pourquoi", "mend": "Que faire", "bad": "Faux", "good": "Juste", "error": "erreur",
           "warning": "avertissement", "info": "conseil", "like": "vouliez-vous dire {} ?"},
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """One thing that validation can find. The texts are by language."""

    code: str
    severity: str
    name: Mapping[str, str]
    why: Mapping[str, str]
    mend: Mapping[str, str]
    says: Mapping[str, str]
    bad: str
    good: str
    table: bool = False
    own: bool = False
    words: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=dict)
    texts: Mapping[str, str] = dataclasses.field(default_factory=dict)
    held_by_whole: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    no_shape: str | None = None

    @property
    def iri(self) -> str:
        """The IRI of the rule."""
        return f"{names.BASE}rule/{self.code}"

    def message(self, lang: str, /, **values) -> str:
        """Return what the rule says of something, in a language or in English where it lacks that."""
        return self.says[lang if lang in self.says else "en"].format(**values)

    def word(self, key: str, lang: str, /, **values) -> str:
        """Return a part of a message by its key."""
        return self.words[key][lang if lang in self.words[key] else "en"].format(**values)


@cache
def rules() -> dict[str, Rule]:
    """Return all rules by code, in the order of the file."""
    text = (resources.folder("ontology") / "rules.yaml").read_text(encoding="utf-8")
    found = YAML(typ="safe").load(text)
    return {
        code: Rule(code, **{k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()})
        for code, entry in found.items()
    }


def page(rule: Rule, lang: str = "en") -> str:
    """Return the page of a rule as text: name, severity, why it matters, what to do, a wrong and a right example."""
    words = WORDS[lang]

    def shown(text: str) -> str:
        return "\n".join(f"    {line}" for line in text.rstrip("\n").split("\n"))

    return "\n".join([
        f"{rule.code} ({words[rule.severity]}): {rule.name[lang]}", "",
        f"{words['why']}: {rule.why[lang]}", "", f"{words['mend']}: {rule.mend[lang]}", "",
        f"{words['bad']}:", "", shown(rule.bad), "", f"{words['good']}:", "", shown(rule.good),
    ])  # fmt: skip


def told(finding: Finding, lang: str) -> Finding:
    """Return a loader's finding in a language. Loaders speak English; what they say is said again, or else the rule's own."""
    rule = rules().get(finding.code)
    if lang == "en" or rule is None or lang not in rule.says:
        return finding
    message = in_french(finding.code, finding.message)
    if message is None:
        parts = {k: v if v is not None else "?" for k, v in dataclasses.asdict(finding).items()}
        # A message with holes would say nothing.
        holes = (
            finding.value is None and "{value}" in rule.says[lang] or finding.key is None and "{key}" in rule.says[lang]
        )
        message = rule.name[lang] if holes else rule.message(lang, **parts)
        if finding.suggestion:
            message += " ; " + WORDS[lang]["like"].format(finding.suggestion)
    return dataclasses.replace(finding, message=message)


def of_shape(shape: str, component: str, own: bool = False) -> str | None:
    """Return the code of a SHACL result by the local names of its shape and of the constraint component that it broke.

    own: the shape is one of definitions, where a component alone means other rules than in a record.
    """
    for rule in rules().values():
        if any(fnmatchcase(shape, pattern) for pattern in rule.shapes):
            return rule.code
    for rule in rules().values():
        if component.removesuffix("ConstraintComponent") in (rule.parts if own else rule.components):
            return rule.code
    return None
