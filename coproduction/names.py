"""IRIs of the project: the base of things and the namespace of terms, and how slugs are made into IRIs."""

import re
from functools import cache

from coproduction import resources

BASE = "https://w3id.org/coproduction/"
COP = BASE + "ontology#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
# What may stand in an IRI (RFC 3987): anything else would make the RDF lose the value, or break.
IRI_TEXT = r"[^\s<>\"{}|\\^`\x00-\x20]+"
# Steps in a path, which would make one IRI, or one file that is published, of two names.
PATH_STEP = re.compile(r"(^|[/\\])\.{1,2}([/\\]|$)")
_HOST, _PATH = (rf"[^\s<>\"{{}}|\\^`\x00-\x20{more}]" for more in ("/?#", "?#"))
BASE_FORM = re.compile(rf"https?://{_HOST}+(/({_PATH}*/)?|(/{_PATH}*)?#)")


def local(iri: str) -> str:
    """Return the last part of an IRI: what stands behind its last `#` or `/`."""
    return iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def part(iri: str, name: str) -> str:
    """Return the IRI of a part of a thing: a fragment of the thing's IRI, or a step below it where that has a fragment."""
    return f"{iri}{'/' if '#' in iri else '#'}{name}"


@cache
def shipped_sources() -> frozenset[str]:
    """Return the citation keys of the sources that ship, whose IRIs are the project's in anybody's data."""
    return frozenset(file.stem for file in resources.source_records())


def source_iri(key: str, base: str = BASE) -> str:
    """Return the IRI of a source named by citation key, DOI or URL; a key of a source that ships is that source's."""
    if key.startswith(("http://", "https://")):
        return key
    if key.lower().startswith("doi:"):
        return "https://doi.org/" + key[4:].strip()
    if key.startswith("10.") and "/" in key:
        return "https://doi.org/" + key
    return f"{BASE if key in shipped_sources() else base}source/{key}"


def source_key(word: str) -> str:
    """Return the name of a source as records have it: of a DOI in any of its spellings the DOI alone."""
    doi = re.sub(r"(?i)^(doi:\s*|https://doi\.org/)", "", word)
    return doi if doi.startswith("10.") and "/" in doi else word


def question_iri(slug: str) -> str:
    """Return the IRI of a saved query."""
    return f"{BASE}question/{slug}"


def case_iri(source: str, slug: str, base: str = BASE) -> str:
    """Return the IRI of a case from its source's key and its slug.

    A source given as DOI or URL is named by the whole of it, so that two that end alike stay two.
    """
    iri = source_iri(source)
    name = iri.removeprefix(BASE + "source/")
    if name == iri:
        name = re.sub(r"[^a-z0-9]+", "-", iri.partition("://")[2].lower()).strip("-")
    return f"{base}case/{name}/{slug}"


def base_of(iri: str, source: str, slug: str) -> str | None:
    """Return the base that a case's IRI is made from, given its source's key and its slug; None for an IRI made otherwise."""
    base = iri.removesuffix(case_iri(source, slug, ""))
    return base if base != iri and is_base(base) else None


def is_base(text: str) -> bool:
    """Return whether a text can be the base of somebody's things: an absolute web address that ends in / or #."""
    return bool(BASE_FORM.fullmatch(text)) and not PATH_STEP.search(text)
