"""A load that has not ended is named by each command that meets it, with what to do."""

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from exporter import load
from exporter.cli import app
from queries import NeuronGraph
from queries.core.wording import shell_wording
from queries.errors import ModelIncompleteError
from queries.viewer.server import Viewer

NAME = "half done"
ABOUT_A_MODEL = [
    ["query", "summary"],
    ["query", "summary", "--model", NAME],
    ["plot", "weight_distribution", "--output", "a.html"],
    ["export", "--output", "a.graphml"],
    ["properties"],
    ["check"],
    ["check", NAME],
    ["verify", "MODEL", "--name", NAME],
    ["view", "--no-open"],
    ["view", NAME, "--no-open"],
]


class Interrupted(BaseException):
    """What ends a load."""


@pytest.fixture(params=["neurons.lbug", "files/"])
def graph(request: pytest.FixtureRequest, tmp_path: Path, small_files: dict[str, Path]) -> str:
    """Give a graph that holds a load alone which has not ended."""

    def stop(phase: str, done: int, _: int) -> None:
        if phase == "relationships" and done:
            raise Interrupted

    graph = f"{tmp_path}/{request.param}"
    with pytest.raises(Interrupted):
        load(small_files["pooled"], graph, name=NAME, progress=stop)
    return graph


@pytest.fixture
def run(
    graph: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_files: dict[str, Path]
) -> Callable[..., tuple[int, str]]:
    """Give what runs a command on it; that gives its exit code, and what it says in one line."""
    monkeypatch.chdir(tmp_path)

    def invoke(*words: str) -> tuple[int, str]:
        given = [str(small_files["pooled"]) if word == "MODEL" else word for word in words]
        done = CliRunner().invoke(app, [*given, "--graph", graph])
        return done.exit_code, " ".join(done.stderr.split())

    return invoke


def assert_names_it(graph: str, said: str) -> None:
    assert f"the load of '{NAME}' into {graph.rstrip('/')}" in said.replace("/ has", " has")
    assert "--resume" in said
    drop = f"neurongraph drop '{NAME}' --graph "
    assert shlex.split(said.partition(drop)[2])[0].rstrip("/.;") == graph.rstrip("/")


@pytest.mark.parametrize("words", ABOUT_A_MODEL, ids=" ".join)
def test_an_error_says_what_to_do(
    graph: str, run: Callable[..., tuple[int, str]], words: list[str]
) -> None:
    code, said = run(*words)
    assert code == 1, said
    assert_names_it(graph, said)


def test_a_statement_is_told_too(graph: str, run: Callable[..., tuple[int, str]]) -> None:
    if graph.endswith("/"):
        pytest.skip("a dataset has no Cypher")
    for model in (None, NAME):
        with NeuronGraph(graph, model=model) as opened, pytest.raises(ModelIncompleteError):
            opened.cypher("RETURN 1")
    assert_names_it(graph, run("cypher", "RETURN 1")[1])


def test_drop_tells_it_before_it_asks(graph: str, run: Callable[..., tuple[int, str]]) -> None:
    code, said = run("drop", NAME)
    assert code == 1
    assert_names_it(graph, said.partition(" Remove ")[0])
    assert said.endswith("Error: 'half done' was not removed")


def test_drop_that_is_interrupted_tells_what_is_left(
    graph: str, run: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("exporter.sinks.ledger.Ledger.drop", interrupt)
    code, said = run("drop", NAME, "--yes")
    assert code == 130
    assert_names_it(graph, said.partition("Interrupted. ")[2].replace("The", "the", 1))


def test_a_view_of_another_model_tells_it(graph: str, small_files: dict[str, Path]) -> None:
    load(small_files["pooled"], graph, name="whole")
    for model, told in ((None, 1), ("whole", 0)):
        with Viewer(graph, model) as viewer:
            assert len(viewer.unfinished) == told
    with Viewer(graph) as viewer, shell_wording():
        assert_names_it(graph, *viewer._unfinished())


def test_it_is_told_beside_an_answer(
    graph: str, run: Callable[..., tuple[int, str]], small_files: dict[str, Path]
) -> None:
    load(small_files["pooled"], graph, name="whole")
    for words in (["models"], ["query", "summary"], ["check"]):
        code, said = run(*words)
        assert code == 0, said
        assert_names_it(graph, said)
    # Who names a model is told of that one.
    assert NAME not in run("query", "summary", "--model", "whole")[1]
