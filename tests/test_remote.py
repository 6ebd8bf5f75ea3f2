"""A running SPARQL server, filled by `push` and asked through SPARQLWrapper: the oxigraph server of PyPI."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from coproduction import remote
from coproduction.__main__ import cli

pytestmark = pytest.mark.slow

QUERY = """PREFIX cop: <https://w3id.org/coproduction/ontology#>
SELECT ?source (COUNT(DISTINCT ?case) AS ?cases)
WHERE { ?case a cop:Case ; cop:source ?source } GROUP BY ?source ORDER BY ?source"""


@pytest.fixture(scope="module")
def server():
    """Start the server on a free port, without a union default graph, and stop it at the end."""
    beside = Path(sys.executable).parent / "oxigraph"
    program = str(beside) if beside.exists() else shutil.which("oxigraph")
    assert program, "the test extra installs the oxigraph server"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [program, "serve", "--bind", f"127.0.0.1:{port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(url, timeout=1)
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(scope="module")
def filled(server):
    done = CliRunner().invoke(cli, ["push", f"{server}/store"])
    assert done.exit_code == 0, done.output
    return f"{server}/query"


def asked(*words) -> str:
    done = CliRunner().invoke(cli, ["ask", *words])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_own_query_gives_the_same_answer_remote_and_local(filled, tmp_path):
    (tmp_path / "own.rq").write_text(QUERY, encoding="utf-8")
    words = ["--query", str(tmp_path / "own.rq"), "--format", "csv"]
    local = asked(*words)
    assert local.splitlines()[1] == "https://w3id.org/coproduction/source/alford-2013,45"
    assert asked(*words, "--endpoint", filled) == local


def test_saved_questions_give_the_same_answer_remote_and_local(filled):
    for question in ("what-does-each-definition-require", "what-is-it-instead"):
        assert asked(question, "--format", "csv", "--endpoint", filled) == asked(question, "--format", "csv")


def test_a_graph_comes_back_from_an_endpoint(filled, tmp_path):
    query = tmp_path / "c.rq"
    query.write_text(
        "CONSTRUCT { ?s a ?o } WHERE { ?s a <https://w3id.org/coproduction/ontology#Source> ; a ?o }", encoding="utf-8"
    )
    words = ["--query", str(query), "--format", "nt"]
    assert sorted(asked(*words, "--endpoint", filled).splitlines()) == sorted(asked(*words).splitlines())


def test_an_endpoint_that_is_not_there_is_said_so():
    done = CliRunner().invoke(cli, ["ask", "what-is-it-instead", "--endpoint", "http://127.0.0.1:9/query"])
    assert done.exit_code == 2
    assert "http://127.0.0.1:9/query cannot be asked" in done.stderr
    done = CliRunner().invoke(cli, ["push", "http://127.0.0.1:9/store"])
    assert done.exit_code == 2 and "cannot be written to" in done.stderr


def test_a_store_that_refuses_is_said_so(server):
    with pytest.raises(remote.RemoteError, match="404"):
        remote._put(f"{server}/nowhere", b"", 5)


def test_an_endpoint_that_refuses_the_query_is_said_so(filled, tmp_path):
    (tmp_path / "bad.rq").write_text("SELECT * WHERE { ?s ?p }", encoding="utf-8")
    done = CliRunner().invoke(cli, ["ask", "--query", str(tmp_path / "bad.rq"), "--endpoint", filled])
    assert done.exit_code == 2 and "Traceback" not in done.output
