"""A user's own definitions, criteria and variables: everything that is wrong with them, each with file and line.

The shapes in shapes/definitions.ttl say what each must be, and pySHACL runs them. What shapes cannot see is looked for here:
names that are taken, expressions that contain themselves, and criteria that the logic of the unknown cannot bear.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files as package_files

from pyoxigraph import BlankNode, NamedNode, Quad, Store, Triple

from coproduction import names, resources, tables
from coproduction.check_files import NOT_TERMS, nearest_term
from coproduction.loaders.raw import Finding, Place, Unreadable, nearest
from coproduction.loaders.turtle_source import Source, read
from coproduction.rdflib_terms import as_graph, as_term
from coproduction.rules import of_shape, rules
from coproduction.vocabulary import Vocabulary, shipped

COP = names.COP
SH = tables.SH
KINDS = ("Definition", "Criterion", "Variable")
# What the engine reads of the ontology beside these, and all of their like.
ONTOLOGY_ONLY = ("Answer", "Basis", "Code", "Completeness", "Derivation", "ReasonUnknown", "Standing")
COMBINING = ("all", "any", "not")


def findings(files: Iterable[str], lang: str = "en") -> list[Finding]:
    """Return everything that is wrong with files of a user's own definitions, criteria and variables.

    Raises Unreadable for a file that cannot be read, and where none of them holds one of the three.
    """
    look = _Look([read(name) for name in dict.fromkeys(files)], lang)
    if not any(look.own[kind] for kind in KINDS):
        raise Unreadable("holds no definition, no criterion and no variable", look.files[0].name)
    found = list(look.taken())
    if endless := list(look.endless()):
        # No engine of SHACL bears a list without an end.
        return found + endless
    found += [*look.shaped(), *look.terms(), *look.circular()]
    if not look.faulty.intersection(look.own["Variable"]):
        found += look.judged()
    seen: dict[tuple, Finding] = {}
    for f in found:
        # A name that is not known to the shapes is none of the ontology either, and is told once.
        says = f.value if f.code == "unknown-name" else f.message
        seen.setdefault((f.file, f.line, f.column, f.code, says), f)
    order = {file.name: n for n, file in enumerate(look.files)}
    return sorted(seen.values(), key=lambda f: (order[f.file], *f.order(), f.code, f.message))


class _Look:
    """A look at a user's files beside all that ships."""

    def __init__(self, files: list[Source], lang: str):
        self.files, self.lang = files, lang
        self.shipped = shipped()
        self.triples = [(file, quad.triple) for file in files for quad in file.store]
        self.all = Store()
        self.all.extend(Quad(*triple) for _, triple in self.triples)
        self.above: dict = {}
        for _, t in self.triples:
            if isinstance(t.object, BlankNode):
                self.above.setdefault(t.object, t.subject)
        self.own = {kind: self._instances(kind) for kind in KINDS}
        self.faulty: set = set()

    def _instances(self, kind: str) -> list:
        found = self.all.quads_for_pattern(None, NamedNode(names.RDF_TYPE), NamedNode(COP + kind))
        return sorted({q.subject for q in found}, key=str)

    def objects(self, subject, predicate: str) -> list:
        """Return what the files say of a node by a property."""
        return sorted((q.object for q in self.all.quads_for_pattern(subject, NamedNode(predicate), None)), key=str)

    def named(self, node):
        """Return the thing with a name that a blank node belongs to, or the node itself."""
        seen = set()
        while isinstance(node, BlankNode) and node in self.above and node not in seen:
            seen.add(node)
            node = self.above[node]
        return node

    def finding(
        self, code: str, node, says: dict, predicate: str | None = None, value=None, shown=None, **more
    ) -> Finding:
        """Return a finding on a node of the files, at the place of the value, the property or the node itself.

        says: what the rule's message has gaps for, but for the name of the thing. shown: what stands for the value.
        """
        rule = rules()[code]
        wanted = (node, None if predicate is None else NamedNode(predicate), value)
        file = next((f for f in self.files if next(f.store.quads_for_pattern(*wanted), None)), None)
        file = file or next((f for f in self.files if f.has(node)), self.files[0])
        thing = self.named(node)
        shown = value if shown is None else shown
        shown = None if shown is None else self.short(file, shown)
        message = rule.message(self.lang, **{"name": self.short(file, thing), "value": shown} | says)
        kind = next((k.lower() for k in KINDS if thing in self.own[k]), None)
        of = {kind: names.local(_text(thing))} if kind in ("definition", "criterion") else {}
        key = predicate and names.local(predicate)
        more = {"severity": rule.severity, "key": key, "value": shown} | of | more
        if more["severity"] == "error":
            self.faulty.add(thing)
        if more.get("suggestion"):
            hint = {"en": "; did you mean {}?", "fr": " ; vouliez-vous dire {} ?"}[self.lang]
            message += hint.format(more["suggestion"])
        place = self.place(file, node, predicate, value)
        return Finding(code, message, file=file.name, line=place.line, column=place.column, **more)

    def place(self, file: Source, node, predicate: str | None, value) -> Place:
        """Return the place in a file of a node's value, else of its property, else of itself or of what it belongs to."""
        if isinstance(value, BlankNode) and value.value in file.marks:
            return file.places.tokens[file.marks[value.value]].place
        seen = set()
        while isinstance(node, BlankNode) and node.value not in file.marks and node in self.above and node not in seen:
            # A place in a list has no brackets of its own.
            seen.add(node)
            node = self.above[node]
        inside = isinstance(node, BlankNode) and node.value in file.marks
        at: str | int = file.marks[node.value] if inside else _text(node)
        found = file.places.find(at, predicate, value.value if isinstance(value, NamedNode) else None)
        return found if found.line else file.places.find(_text(self.named(node)), predicate)

    def short(self, file: Source, term) -> str:
        """Return a term as the file writes it."""
        if isinstance(term, NamedNode):
            return file.places.short(term.value, _prefixes())
        return "[ ... ]" if isinstance(term, BlankNode) else str(term)

    # Names

    def taken(self) -> Iterator[Finding]:
        """Yield findings on names that something else has, that are not the user's to give, or that are the project's."""
        has = {q.subject for q in self.shipped.store}
        told = set()
        for _, t in self.triples:
            theirs = isinstance(t.subject, NamedNode) and t.subject in has
            if theirs and t.subject not in told and Quad(*t) not in self.shipped.store:
                told.add(t.subject)
                yield self.taken_by(t.subject, "ships")
        for kind in KINDS:
            there = {} if kind == "Variable" else {names.local(i): i for i in self.shipped.instances(kind)}
            for node in self.own[kind]:
                if not isinstance(node, NamedNode) or node in has:
                    continue
                if node.value.startswith(names.BASE):
                    yield self.finding("borrowed-name", node, {})
                slug = names.local(node.value)
                if there.setdefault(slug, node.value) != node.value and kind != "Variable":
                    other = self.short(self.files[0], NamedNode(there[slug]))
                    yield self.taken_by(node, "slug", value=slug, other=other)
        yield from self.keys_taken(has)
        closed = {c for name in ONTOLOGY_ONLY for c in self.shipped.subclasses(name)}
        for _, t in self.triples:
            cls = names.local(_text(t.object))
            typed = t.predicate.value == names.RDF_TYPE and _text(t.object) == COP + cls
            if typed and cls in closed and t.subject not in has:
                kind = self.shipped.label(COP + cls, self.lang)
                yield self.finding("ontology-only", t.subject, {"kind": kind}, names.RDF_TYPE, t.object)

    def taken_by(self, node, word: str, predicate: str | None = None, **gaps) -> Finding:
        """Return the finding that a name is taken, in the words of the rule."""
        says = rules()["name-taken"].word(word, self.lang, **gaps)
        return self.finding("name-taken", node, {"says": says}, predicate)

    def keys_taken(self, has: set) -> Iterator[Finding]:
        """Yield findings on keys and properties of variables that mean something else."""
        from coproduction.codebook import shipped_codebook

        book = shipped_codebook()
        keys = dict.fromkeys([*book.variables, *book.fields, *book.context, "activity", "facts"])
        properties: dict = {}
        for node in self.own["Variable"]:
            if node in has:
                continue
            for key in self.objects(node, COP + "key"):
                if keys.setdefault(key.value, node) is not node:
                    yield self.taken_by(node, "key", COP + "key", value=key.value)
            for prop in self.objects(node, COP + "property"):
                if prop in has or properties.setdefault(prop, node) is not node:
                    shown = self.short(self.files[0], prop)
                    yield self.taken_by(node, "property", COP + "property", value=shown)

    def terms(self) -> Iterator[Finding]:
        """Yield findings on names under the project's address that nothing has, as of a misspelt property."""
        declared = {q.subject.value for q in self.shipped.store if isinstance(q.subject, NamedNode)}
        declared |= {_text(t.subject) for _, t in self.triples}
        kind = rules()["unknown-name"].word("term", self.lang)
        for file, t in self.triples:
            for term in (t.predicate, t.object):
                if not isinstance(term, NamedNode) or term.value in declared:
                    continue
                if not term.value.startswith(names.BASE) or NOT_TERMS.fullmatch(term.value):
                    continue
                like = nearest_term(term.value, declared)
                like = like and self.short(file, NamedNode(term.value.removesuffix(names.local(term.value)) + like))
                value = None if term == t.predicate else term
                yield self.finding(
                    "unknown-name", t.subject, {"kind": kind}, t.predicate.value, value, suggestion=like, shown=term
                )

    # Shapes

    def shaped(self) -> Iterator[Finding]:
        """Yield what the shapes of definitions find, by pySHACL."""
        from pyshacl import validate
        from rdflib import RDF
        from rdflib import SH as S

        data = as_graph([*(t for _, t in self.triples), *self.classes()])
        shapes = _shapes()
        own, shipped_ones = {t.subject for _, t in self.triples}, {q.subject for q in self.shipped.store}
        _, report, _ = validate(data, shacl_graph=shapes, inplace=True)
        for result in report.subjects(RDF.type, S.ValidationResult):
            focus, value = (as_term(report.value(result, term)) for term in (S.focusNode, S.value))
            if focus not in own or isinstance(focus, NamedNode) and focus in shipped_ones:
                continue
            shape, path = report.value(result, S.sourceShape), report.value(result, S.resultPath)
            component = names.local(str(report.value(result, S.sourceConstraintComponent)))
            code = of_shape(names.local(str(shape)), component, own=True)
            said = {m.language: str(m) for m in shapes.objects(shape, S.message)}
            predicate = str(path) if path is not None and str(path).startswith("http") else None
            more, says = {}, {"says": said[self.lang]}
            if code == "unknown-name":
                (cls, *_) = shapes.objects(shape, S["class"] | S["or"] / (RDF.rest * "*") / RDF.first / S["class"])
                says = {"kind": self.shipped.label(str(cls), self.lang)}
                more["suggestion"] = self.like(focus, value, names.local(str(cls)))
            yield self.finding(code, focus, says, predicate, value if value != focus else None, **more)

    def classes(self) -> Iterator[Triple]:
        """Yield of which class the things are that the files name, and what class is under which."""
        kind, under = NamedNode(names.RDF_TYPE), NamedNode(names.RDFS + "subClassOf")
        for term in {t.object for _, t in self.triples if isinstance(t.object, NamedNode)}:
            yield from (q.triple for q in self.shipped.store.quads_for_pattern(term, kind, None))
        yield from (q.triple for q in self.shipped.store.quads_for_pattern(None, under, None))

    def like(self, node, value, cls: str) -> str | None:
        """Return the known name of a class's instance that a value may stand for, as the file would write it."""
        found = {i for sub in self.shipped.subclasses(cls) for i in self.shipped.instances(sub)}
        found |= {_text(i) for i in self.own.get(cls, [])}
        by_name = {names.local(i): i for i in sorted(found)}
        like = nearest(names.local(_text(value)), by_name)
        file = next(f for f in self.files if f.has(node))
        return like and self.short(file, NamedNode(by_name[like]))

    def endless(self) -> Iterator[Finding]:
        """Yield a finding for each thing with a list that leads back to itself."""
        after = {t.subject: t.object for _, t in self.triples if t.predicate.value == tables.RDF + "rest"}
        told = set()
        for start in sorted(after, key=str):
            node, way = start, set()
            while node in after and node not in way:
                way.add(node)
                node = after[node]
            if node in way and self.named(start) not in told:
                told.add(self.named(start))
                says = {"says": rules()["bad-expression"].word("circular", self.lang)}
                yield self.finding("bad-expression", start, says)

    def circular(self) -> Iterator[Finding]:
        """Yield a finding for each definition whose expression contains itself."""
        says = {"says": rules()["bad-expression"].word("circular", self.lang)}
        for node in self.own["Definition"]:
            if any(self.leads_back(part, ()) for part in self.objects(node, COP + "requires")):
                yield self.finding("bad-expression", node, says, COP + "requires")

    def leads_back(self, node, way: tuple) -> bool:
        """Return whether an expression contains itself; `way` are the nodes that it is inside of."""
        if not isinstance(node, BlankNode):
            return False
        if node in way:
            return True
        steps = [COP + c for c in COMBINING] + [tables.RDF + "first", tables.RDF + "rest"]
        return any(self.leads_back(part, (*way, node)) for step in steps for part in self.objects(node, step))

    # Criteria

    def judged(self) -> Iterator[Finding]:
        """Yield what is unsound in the criteria whose parts are all there, held against every combination of answers."""
        vocabulary = Vocabulary(self.shipped.files)
        vocabulary.store.extend(Quad(*triple) for _, triple in self.triples)
        keys = {iri: key for key, iri in vocabulary.keys("Variable").items()}
        has = set(self.shipped.instances("Criterion"))
        pairs: dict = {}
        for node in self.own["Criterion"]:
            if node not in self.faulty and _text(node) not in has:
                terms = ("metShape", "notMetShape")
                pairs[node] = [self.objects(node, COP + term)[0].value for term in terms]
        parts = {node: tables.led_to(vocabulary, set(pair)) for node, pair in pairs.items()}
        bad = list(self.not_shacl(parts))
        yield from bad
        found: tables.Shapes = {}
        for node, pair in pairs.items():
            if names.local(node.value) in {f.criterion for f in bad}:
                continue
            unread = self.unread(vocabulary, node, parts[node])
            for prop in unread:
                yield self.unsound(node, "unread", self.short(self.files[0], NamedNode(prop)))
            if not unread:
                reads = tuple(sorted(keys[o.value] for o in self.objects(node, COP + "reads")))
                found[node.value] = (reads, *pair)
        for iri, word, row in _faults(vocabulary, found):
            yield self.unsound(NamedNode(iri), word, row)

    def unsound(self, node, word: str, row: str) -> Finding:
        """Return the finding on an unsound criterion, in the words of the rule."""
        says = rules()["unsound-criterion"].word(word, self.lang, row=row)
        return self.finding("unsound-criterion", node, {"says": says}, COP + "notMetShape" if word == "both" else None)

    def unread(self, vocabulary: Vocabulary, node, parts: Iterable[Triple]) -> list[str]:
        """Return the properties of variables that a criterion's shapes look at and that it does not say it reads."""
        of = {vocabulary.object(iri, COP + "property").value: iri for iri in vocabulary.keys("Variable").values()}
        read_ = {o.value for o in self.objects(node, COP + "reads")}
        looked = {_text(t.object) for t in parts}
        return sorted(prop for prop, iri in of.items() if prop in looked and iri not in read_)

    def not_shacl(self, parts: Mapping) -> Iterator[Finding]:
        """Yield what SHACL's own shapes for shapes find in the shapes of criteria and what they lead to."""
        from pyshacl import validate
        from rdflib import RDF
        from rdflib import SH as S

        if not parts:
            return
        graph = as_graph({t for triples in parts.values() for t in triples})
        _, report, _ = validate(graph, shacl_graph=_shapes_of_shapes(), inplace=True)
        for result in report.subjects(RDF.type, S.ValidationResult):
            focus, path = as_term(report.value(result, S.focusNode)), report.value(result, S.resultPath)
            predicate = str(path) if path is not None and str(path).startswith("http") else None
            what = f"{names.local(predicate)}: " if predicate else ""
            says = {"says": what + str(report.value(result, S.resultMessage))}
            for node, triples in parts.items():
                if any(t.subject == focus for t in triples):
                    yield self.finding("bad-shape", focus, says, predicate, criterion=names.local(node.value))


def _faults(vocabulary: Vocabulary, shapes: tables.Shapes) -> list[tables.Fault]:
    """Return what is unsound in criteria; where an engine stops at one, what it says of that."""
    try:
        return tables.judged(vocabulary, shapes)[1] if shapes else []
    except Exception as error:  # whatever an engine stops at is a fault of the shapes that it was given
        if len(shapes) == 1:
            return [(*shapes, "unjudged", str(error).strip().splitlines()[0])]
        return [fault for iri, pair in shapes.items() for fault in _faults(vocabulary, {iri: pair})]


def _text(term) -> str:
    return f"_:{term.value}" if isinstance(term, BlankNode) else term.value


@cache
def _prefixes() -> dict[str, str]:
    from coproduction.dataset import prefix_table

    return prefix_table(shipped())


def _shapes():
    """Return the shapes of definitions, anew each time, for pySHACL may add to what it is given."""
    from rdflib import Graph

    return Graph().parse(resources.folder("shapes") / "definitions.ttl")


def _shapes_of_shapes():
    from rdflib import Graph

    return Graph().parse(package_files("pyshacl") / "assets" / "shacl-shacl.ttl")
