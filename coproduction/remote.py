"""Remote stores: ask a SPARQL endpoint through SPARQLWrapper, and load the dataset into one."""

import urllib.error
import urllib.parse
import urllib.request

from pyoxigraph import RdfFormat, Store

FORMATS = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}


class RemoteError(Exception):
    """A remote store that cannot be reached, or that refuses; the message says which and why."""


def ask(endpoint: str, query: str, timeout: int = 60) -> tuple[bytes, str]:
    """Return the answer of an endpoint to a query, as bytes and media type.

    SELECT and ASK come as SPARQL JSON, CONSTRUCT and DESCRIBE as N-Triples. Raises RemoteError.
    """
    from SPARQLWrapper import JSON, N3, SPARQLWrapper
    from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

    client = SPARQLWrapper(endpoint)
    client.setQuery(query)
    client.setTimeout(timeout)
    if client.queryType in ("CONSTRUCT", "DESCRIBE"):
        client.setReturnFormat(N3)
        client.addCustomHttpHeader("Accept", "application/n-triples")
    else:
        client.setReturnFormat(JSON)
        client.addCustomHttpHeader("Accept", FORMATS["json"])
    try:
        answer = client.query()
        return answer.response.read(), answer.response.headers.get("Content-Type", "").partition(";")[0]
    except SPARQLWrapperException as error:
        raise RemoteError(f"{endpoint} refuses the query: {_first_line(error)}") from None
    except (urllib.error.URLError, TimeoutError, OSError, ValueError) as error:
        raise RemoteError(f"{endpoint} cannot be asked: {_first_line(getattr(error, 'reason', error))}") from None


def push(store: Store, url: str, timeout: int = 300) -> None:
    """Load a store into a remote one by the SPARQL 1.1 Graph Store HTTP Protocol, replacing what stands in its graphs.

    Every named graph goes in under its name, and the union of all into the default graph, so that saved queries answer
    the same whether or not the remote store reads its default graph as the union. Raises RemoteError.
    """
    merged = {(q.subject, q.predicate, q.object) for q in store.quads_for_pattern(None, None, None, None)}
    _put(f"{url}?default", b"".join(f"{s} {p} {o} .\n".encode() for s, p, o in merged), timeout)
    for graph in sorted(store.named_graphs(), key=str):
        data = store.dump(format=RdfFormat.N_TRIPLES, from_graph=graph)
        _put(f"{url}?graph={urllib.parse.quote(graph.value, safe='')}", data, timeout)


def _put(url: str, data: bytes, timeout: int) -> None:
    request = urllib.request.Request(url, data=data, method="PUT", headers={"Content-Type": "application/n-triples"})
    try:
        with urllib.request.urlopen(request, timeout=timeout):
            pass
    except urllib.error.HTTPError as error:
        raise RemoteError(f"{url} refuses the data: {error.code} {error.reason}") from None
    except (urllib.error.URLError, TimeoutError, OSError, ValueError) as error:
        raise RemoteError(f"{url} cannot be written to: {_first_line(getattr(error, 'reason', error))}") from None


def _first_line(error) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
