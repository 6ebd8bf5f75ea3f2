"""A Turtle file as triples together with the places in its text."""

from dataclasses import dataclass, field

from pyoxigraph import Quad, RdfFormat, Store, parse

from coproduction.loaders.depth import check_rdf
from coproduction.loaders.opening import read_text
from coproduction.loaders.raw import Unreadable
from coproduction.loaders.turtle_places import MARK, Places


@dataclass
class Source:
    """One Turtle file: its triples, the places in its text, and the marks of its blank nodes in brackets."""

    name: str
    places: Places
    store: Store
    marks: dict[str, int] = field(default_factory=dict)

    def has(self, node) -> bool:
        """Return whether the file says anything of a node."""
        return next(self.store.quads_for_pattern(node, None, None), None) is not None


def read(name: str) -> Source:
    """Return a Turtle file with its places. Raises Unreadable where it cannot be read."""
    text = read_text(name)
    check_rdf(name, text, "ttl")
    try:
        for _ in parse(input=text, format=RdfFormat.TURTLE):
            pass
    except SyntaxError as error:
        raise Unreadable(f"is no Turtle: {error.msg}", name, error.lineno) from None
    source = Source(name, Places(text), Store())
    for quad in parse(input=source.places.marked, format=RdfFormat.TURTLE):
        if quad.predicate.value == MARK:
            source.marks[quad.subject.value] = int(quad.object.value)
        else:
            source.store.add(Quad(*quad.triple))
    return source
