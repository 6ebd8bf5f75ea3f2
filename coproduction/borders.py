"""Borders: the SHACL shapes that a case crosses when a definition it is claimed under leaves it out.

A definition comes out `out` in strong Kleene logic exactly where one of its conjuncts is false, and falsehood compiles to
core SHACL: a literal is false where the criterion's shape for the contrary conforms, a conjunction where a part is false,
a disjunction where all parts are. So any SHACL engine judges the borders without code of ours.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from coproduction import names, resources
from coproduction.definitions import Definition
from coproduction.logic import All, Any, Expression, Leaf, Literal, Not, Truth, evaluate, literals, normal_form
from coproduction.vocabulary import Vocabulary

COP = names.COP
SHAPE = names.BASE + "shape/"


@dataclass(frozen=True)
class Border:
    """One conjunct of a definition, with the shape's name and what to say when a case lies beyond it."""

    definition: str
    name: str
    condition: Expression
    criteria: tuple[str, ...]
    neighbour: str | None
    messages: Mapping[str, str]


def borders(vocabulary: Vocabulary, definition: Definition) -> list[Border]:
    """Return the borders of a definition: one for each conjunct of its negation normal form."""
    form = normal_form(definition.requires)
    conjuncts = form.parts if isinstance(form, All) else (form,)
    return [_border(vocabulary, definition, part) for part in conjuncts]


def crossed(found: list[Border], values: Mapping[str, Truth]) -> list[Border]:
    """Return the borders that lie between a case and the definition, given the criteria's truth values."""
    return [border for border in found if evaluate(border.condition, values) is False]


def _border(vocabulary: Vocabulary, definition: Definition, part: Expression) -> Border:
    found = list(dict.fromkeys(literals(part)))
    neighbour = _neighbour(vocabulary, definition, found[0]) if len(found) == 1 else None
    template = "message-border" if neighbour else "message-border-alone"
    messages = {}
    for text in vocabulary.objects(SHAPE + template, COP + "template"):
        lang = text.language
        broken = "; ".join(_broken(vocabulary, literal, lang) for literal in found)
        messages[lang] = text.value.format(
            broken=broken,
            neighbour=vocabulary.label(neighbour, lang) if neighbour else "",
            concept=vocabulary.label(definition.defines, lang),
            definition=vocabulary.label(definition.iri, lang),
        )
    name = "-or-".join(("not-" if x.negated else "") + x.slug for x in found)
    return Border(definition.slug, name, part, tuple(x.slug for x in found), neighbour, messages)


def _neighbour(vocabulary: Vocabulary, definition: Definition, literal: Literal) -> str | None:
    """Return the neighbour on the far side of a literal; none where it is the very concept that is defined."""
    side = "borderNeighbourWhenMet" if literal.negated else "borderNeighbour"
    found = vocabulary.object(_criterion(vocabulary, literal.slug), COP + side)
    return found.value if found and found.value != definition.defines else None


def _broken(vocabulary: Vocabulary, literal: Literal, lang: str) -> str:
    criterion = _criterion(vocabulary, literal.slug)
    said = vocabulary.text(criterion, COP + ("metMessage" if literal.negated else "notMetMessage"), lang)
    if said:
        return said
    # A criterion of a user's own may lack the words; its label is better than nothing.
    template = SHAPE + ("message-met" if literal.negated else "message-not-met")
    return vocabulary.text(template, COP + "template", lang).format(criterion=vocabulary.label(criterion, lang))


def _criterion(vocabulary: Vocabulary, slug: str) -> str:
    return vocabulary.keys("Criterion")[slug]


PREFIXES = {
    "cop": COP,
    "crit": names.BASE + "criterion/",
    "def": names.BASE + "definition/",
    "neighbour": names.BASE + "concept/neighbour/",
    "sh": "http://www.w3.org/ns/shacl#",
    "shape": SHAPE,
}


def turtle(vocabulary: Vocabulary, definition: Definition, header: bool = True) -> str:
    """Return the border shapes of a definition as Turtle."""
    slug = definition.slug
    lines = [f"@prefix {p}: <{iri}> ." for p, iri in PREFIXES.items()] + [""] if header else []
    lines += [
        f"shape:claimed-{slug} a sh:NodeShape ;",
        f"    sh:property shape:claimed-{slug}-value .",
        f"shape:claimed-{slug}-value a sh:PropertyShape ;",
        f"    sh:path cop:claimedUnder ; sh:minCount 1 ; sh:hasValue <{definition.iri}> .",
    ]
    found = borders(vocabulary, definition)
    lines += [
        "",
        f"shape:border-{slug} a sh:NodeShape ;",
        f"    cop:definition <{definition.iri}> ;",
        "    sh:and ( " + " ".join(_held(vocabulary, b.condition) for b in found) + " ) .",
    ]
    for border in found:
        lines += [
            "",
            f"shape:border-{slug}-{border.name} a sh:NodeShape ;",
            "    sh:targetSubjectsOf cop:claimedUnder ;",
            f"    cop:definition <{definition.iri}> ;",
            "    cop:decidedBy " + " , ".join(f"<{_criterion(vocabulary, c)}>" for c in border.criteria) + " ;",
        ]
        if border.neighbour:
            lines.append(f"    cop:borderNeighbour <{border.neighbour}> ;")
        texts = [f"{quoted(text)}@{lang}" for lang, text in sorted(border.messages.items())]
        lines += [
            "    sh:message " + " ,\n        ".join(texts) + " ;",
            "    sh:severity sh:Violation ;",
            f"    sh:or ( [ sh:not shape:claimed-{slug} ] {_held(vocabulary, border.condition)} ) .",
        ]
    text = "\n".join(lines) + "\n"
    for prefix, iri in PREFIXES.items():
        head, mark, body = text.partition("\n\n") if header else ("", "", text)
        text = head + mark + _shorten(body, prefix, iri)
    if header:
        used = [
            line
            for line in text.splitlines()
            if not line.startswith("@prefix") or f"{line.split()[1]}" in text.split("\n\n", 1)[1]
        ]
        text = "\n".join(used) + "\n"
    return text


def _shorten(text: str, prefix: str, iri: str) -> str:
    return re.sub(rf"<{re.escape(iri)}([\w-]+)>", rf"{prefix}:\1", text)


def quoted(text: str) -> str:
    """Return a text as a Turtle literal of one line."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _held(vocabulary: Vocabulary, part: Expression) -> str:
    """Return a shape, in Turtle, that a case conforms to unless the part is false of it."""
    match part:
        case Leaf(slug):
            shape = vocabulary.object(_criterion(vocabulary, slug), COP + "notMetShape").value
            return f"[ sh:not <{shape}> ]"
        case Not(Leaf(slug)):
            shape = vocabulary.object(_criterion(vocabulary, slug), COP + "metShape").value
            return f"[ sh:not <{shape}> ]"
        case All(parts) | Any(parts):
            kind = "and" if isinstance(part, All) else "or"
            return f"[ sh:{kind} ( {' '.join(_held(vocabulary, p) for p in parts)} ) ]"


def shapes(vocabulary: Vocabulary, definitions: Mapping[str, Definition]) -> str:
    """Return one Turtle text of everything that judges a case's claims: the criteria's shapes and the border shapes.

    Any SHACL engine can run it on the RDF of a case: `pyshacl -s shapes.ttl case.ttl`.
    """
    texts = [
        file.read_text(encoding="utf-8") for file in vocabulary.files if "criteria" in file.parts or not _shipped(file)
    ]
    texts += [turtle(vocabulary, definition) for definition in definitions.values()]
    return "\n".join(texts)


def _shipped(file) -> bool:
    return any(file.is_relative_to(resources.folder(name)) for name in ("ontology", "shapes", "loaders.sources"))
