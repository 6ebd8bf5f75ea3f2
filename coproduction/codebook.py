"""The codebook as the loaders need it: variables, derivations, and the form of a record, all read from the ontology.

Which keys a record has, and what each may hold, follows from the JSON-LD context (key to property) and from the
property's range in the ontology (closed list, concept, case, text).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from coproduction import names, resources
from coproduction.labels import Named
from coproduction.vocabulary import Vocabulary, shipped

COP = names.COP


@dataclass(frozen=True)
class Variable:
    """A question put to every case, and the answers it may have, by key."""

    key: str
    iri: str
    property: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Derivation:
    """A line of the table from contributions, values or other answers to an answer."""

    roles: frozenset[str]
    employers: frozenset[str]
    value_types: frozenset[str]
    variables: tuple[str, ...]
    answer: str | None
    then_variable: str
    then_answer: str


@dataclass(frozen=True)
class Field:
    """A key of a record: its kind, whether it is a list, and the names it may hold, by key to IRI.

    choices: where they are `Named`, they tell what a label means among them.
    aliases: other words for these names, case-folded, by word to key.
    """

    key: str
    property: str
    kind: str
    many: bool
    choices: Mapping[str, str]
    fields: Mapping[str, "Field"]
    aliases: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Codebook:
    """Everything that a record is read by.

    former: names of older templates by today's, `""` having those of a record and `contributions` ... of its entries.
    """

    variables: Mapping[str, Variable]
    answers: Mapping[str, str]
    bases: Mapping[str, str]
    reasons: Mapping[str, str]
    derivations: tuple[Derivation, ...]
    fields: Mapping[str, Field]
    definitions: Mapping[str, str]
    context: Mapping
    former: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def load(vocabulary: Vocabulary) -> Codebook:
    """Read the codebook from a vocabulary."""
    answers = vocabulary.keys("Answer")
    variables = {}
    for key, iri in vocabulary.keys("Variable").items():
        allowed = {o.value for o in vocabulary.objects(iri, COP + "allowedAnswer")}
        prop = vocabulary.object(iri, COP + "property").value
        variables[key] = Variable(key, iri, prop, tuple(k for k, a in answers.items() if a in allowed))
    context = load_context(vocabulary)
    definitions = {names.local(i): i for i in vocabulary.instances("Definition")}
    fields = fields_of(vocabulary, context, {v.property for v in variables.values()})
    return Codebook(
        variables=variables,
        answers=Named(answers, vocabulary),
        bases=Named(vocabulary.keys("Basis"), vocabulary),
        reasons=Named(vocabulary.keys("ReasonUnknown"), vocabulary),
        derivations=derivations(vocabulary),
        fields=fields,
        definitions=definitions,
        context=context,
        former=_former(vocabulary, variables, fields),
    )


@cache
def shipped_codebook() -> Codebook:
    """Return the codebook that ships with the package, loaded once."""
    return load(shipped())


def load_context(vocabulary: Vocabulary) -> dict:
    """Return the JSON-LD context: the written one, with an entry for each variable of the codebook."""
    text = (resources.folder("ontology") / "context.jsonld").read_text(encoding="utf-8")
    context = json.loads(text)["@context"]
    for key, iri in vocabulary.keys("Variable").items():
        prop = vocabulary.object(iri, COP + "property").value
        # A user's own variable has a property of the user's, which no prefix of the context shortens.
        name = "cop:" + prop.removeprefix(COP) if prop.startswith(COP) else prop
        context[key] = {"@id": name, "@type": "@id"}
    return context


def derivations(vocabulary: Vocabulary) -> tuple[Derivation, ...]:
    """Return the table of what follows from contributions, values and other answers, in the order it is gone through."""
    answers = {iri: key for key, iri in vocabulary.keys("Answer").items()}
    keys = {iri: key for key, iri in vocabulary.keys("Variable").items()}

    def last(iri: str, term: str) -> frozenset[str]:
        return frozenset(names.local(o.value) for o in vocabulary.objects(iri, COP + term))

    found = []
    for iri in vocabulary.instances("Derivation"):
        when = vocabulary.object(iri, COP + "whenAnswer")
        found.append(
            Derivation(
                roles=last(iri, "whenRole"),
                employers=last(iri, "whenEmployer"),
                value_types=last(iri, "whenValueType"),
                variables=tuple(keys[o.value] for o in vocabulary.objects(iri, COP + "whenVariable")),
                answer=answers[when.value] if when else None,
                then_variable=keys[vocabulary.object(iri, COP + "thenVariable").value],
                then_answer=answers[vocabulary.object(iri, COP + "thenAnswer").value],
            )
        )
    # What follows from contributions comes before what follows from other answers.
    return tuple(sorted(found, key=lambda d: bool(d.variables)))


def fields_of(vocabulary: Vocabulary, context: Mapping, variables: set[str]) -> dict[str, Field]:
    """Return the fields that a context's terms make, but for those of the variables and of RDF alone."""
    found = {}
    for key, term in context.items():
        if key in ("cop", "mentions", "coding") or key.startswith("@"):
            continue
        iri = term if isinstance(term, str) else term["@id"]
        prefix, _, rest = iri.partition(":")
        if not rest or rest.startswith("//") or rest[0].isupper():
            continue
        prop = COP + rest if prefix == "cop" else context.get(prefix, prefix + ":") + rest
        if prop in variables:
            continue
        many = isinstance(term, dict) and term.get("@container") == "@set"
        nested = term.get("@context", {}) if isinstance(term, dict) else {}
        fields = fields_of(vocabulary, {"cop": COP, **_prefixes(context), **nested}, variables) if nested else {}
        kind, choices = _kind(vocabulary, prop, key, bool(fields))
        aliases = _aliases(vocabulary, choices) if kind == "code" else {}
        found[key] = Field(key, prop, kind, many, Named(choices, vocabulary), fields, aliases)
    return found


def _former(vocabulary: Vocabulary, variables: Mapping[str, Variable], fields: Mapping[str, Field]) -> dict[str, dict]:
    """Return today's key by the former one, for records under `""` and for entries under the key of their list."""

    def of(iris: Mapping[str, str]) -> dict[str, str]:
        return {o.value: key for key, iri in iris.items() for o in vocabulary.objects(iri, COP + "formerKey")}

    holders = {"": {k: f.property for k, f in fields.items()} | {k: v.iri for k, v in variables.items()}}
    holders |= {key: {k: f.property for k, f in spec.fields.items()} for key, spec in fields.items() if spec.fields}
    return {holder: found for holder, iris in holders.items() if (found := of(iris))}


def _prefixes(context: Mapping) -> dict:
    return {k: v for k, v in context.items() if isinstance(v, str) and v.startswith("http")}


def _kind(vocabulary: Vocabulary, prop: str, key: str, nested: bool) -> tuple[str, dict[str, str]]:
    special = {COP + "passage": "passages", COP + "source": "source", COP + "basis": "basis"}
    if prop in special:
        return special[prop], (vocabulary.keys("Basis") if prop == COP + "basis" else {})
    if nested:
        return "nested", {}
    ranges = [
        names.local(o.value)
        for term in (names.RDFS + "range", COP + "recordRange")
        for o in vocabulary.objects(prop, term)
    ]
    for cls in ranges:
        if cls == "Case":
            return "case", {}
        if cls == "Definition":
            return "definition", {names.local(i): i for i in vocabulary.instances("Definition")}
        if "Code" in _above(vocabulary, cls):
            return "code", vocabulary.keys(cls)
        if cls == "Concept" or "Concept" in _above(vocabulary, cls):
            return "concept", _concepts(vocabulary, cls)
    return ("url" if prop.endswith("seeAlso") else "language-text" if key in ("title", "summary") else "text"), {}


def _aliases(vocabulary: Vocabulary, choices: Mapping[str, str]) -> dict[str, str]:
    return {o.value.casefold(): key for key, iri in choices.items() for o in vocabulary.objects(iri, COP + "alias")}


def _concepts(vocabulary: Vocabulary, cls: str) -> dict[str, str]:
    if cls == "Concept":
        return {}
    return {names.local(iri): iri for iri in vocabulary.instances(cls)}


def _above(vocabulary: Vocabulary, cls: str) -> set[str]:
    found, todo = set(), [COP + cls]
    while todo:
        iri = todo.pop()
        found.add(names.local(iri))
        todo += [o.value for o in vocabulary.objects(iri, names.RDFS + "subClassOf") if hasattr(o, "value")]
    return found
