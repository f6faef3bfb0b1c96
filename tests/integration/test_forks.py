"""A graph that is open when its process forks: the child says so at once, or answers."""

import subprocess
import sys
from pathlib import Path

import pytest

from exporter import drop, load
from tests.servers import Neo4jServer, logged_in

USED = """
import os, signal, sys, warnings
warnings.simplefilter("ignore")
from queries import NeuronGraph
from queries.errors import GraphError

graph = NeuronGraph(sys.argv[1])
mine = len(graph.strength("dense_1"))
child = os.fork()
if child == 0:
    signal.alarm(60)
    for ask in (lambda: graph.strength("dense_1"), lambda: graph.katz("dense_1"), graph.models,
                lambda: graph.cypher("MATCH (l:Layer) RETURN l.name"),
                lambda: graph.write("MATCH (l:Layer) SET l.name = l.name")):
        try:
            print(len(ask()), flush=True)
        except GraphError as error:
            print("GraphError", error, flush=True)
    graph.close()
    {anew}
    sys.exit(0)
_, status = os.waitpid(child, 0)
print("status", status, "parent", len(graph.strength("dense_1")) == mine)
"""
ANEW = """
    with NeuronGraph(sys.argv[1]) as own:
        print("anew", len(own.strength("dense_1")), flush=True)
"""
QUESTIONS = 5


def forked(graph: str | Path, program: str = USED, anew: str = ANEW) -> list[str]:
    """Return what a process that has opened a graph, and its fork, print."""
    done = subprocess.run(
        [sys.executable, "-c", program.replace("{anew}", anew.strip()), str(graph)],
        capture_output=True,
        text=True,
        timeout=200,
        check=True,
    )
    return done.stdout.splitlines()


def check_refused(said: list[str]) -> None:
    """Check that a child was refused each time, opened the graph anew, and ended by itself."""
    *refused, anew, end = said
    assert len(refused) == QUESTIONS
    assert all("GraphError" in line and "spawn" in line for line in refused)
    assert anew == "anew 10"
    assert end == "status 0 parent True"


def test_embedded(digits_file: Path, tmp_path: Path) -> None:
    load(digits_file, tmp_path / "g.lbug")
    check_refused(forked(tmp_path / "g.lbug"))


def test_server(digits_file: Path, neo4j_server: Neo4jServer) -> None:
    with logged_in(neo4j_server):
        load(digits_file, neo4j_server.uri, name="forked")
        program = USED.replace("sys.argv[1])", "sys.argv[1], model='forked')")
        anew = ANEW.replace("sys.argv[1])", "sys.argv[1], model='forked')")
        try:
            check_refused(forked(neo4j_server.uri, program, anew))
        finally:
            drop("forked", neo4j_server.uri)


STATELESS = USED.replace("graph.models,", "graph.models):").replace(
    """
                lambda: graph.cypher("MATCH (l:Layer) RETURN l.name"),
                lambda: graph.write("MATCH (l:Layer) SET l.name = l.name")):""",
    "",
)


@pytest.mark.parametrize("kind", ["dataset", "file"])
def test_files_answer_in_a_fork(digits_file: Path, tmp_path: Path, kind: str) -> None:
    graph = digits_file
    if kind == "dataset":
        graph = tmp_path / "files"
        load(digits_file, f"{graph}/")
    assert forked(graph, STATELESS) == ["10", "10", "1", "anew 10", "status 0 parent True"]
