"""IRIs of the project: the base of things and the namespace of terms, and how slugs are made into IRIs."""

import re

BASE = "https://w3id.org/coproduction/"
COP = BASE + "ontology#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"


def local(iri: str) -> str:
    """Return the last part of an IRI: what stands behind its last `#` or `/`."""
    return iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def source_iri(key: str, base: str = BASE) -> str:
    """Return the IRI of a source named by citation key, DOI or URL."""
    if key.startswith(("http://", "https://")):
        return key
    if key.lower().startswith("doi:"):
        return "https://doi.org/" + key[4:].strip()
    if key.startswith("10.") and "/" in key:
        return "https://doi.org/" + key
    return f"{base}source/{key}"


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
