"""Each command in an error about a damaged model runs when it is pasted, from any folder."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from exporter import load
from exporter.cli import app
from queries import NeuronGraph
from queries.core.schema import COMPLETE
from queries.stores.embedded.names import model_file, note_beside
from queries.stores.remedies import version_error

NAME = "the odd head"
COMMAND = re.compile(r"neurongraph ((?:load|drop|check) [^;]*)")


@pytest.fixture(params=["g.lbug", "files/"])
def graph(request: pytest.FixtureRequest, tmp_path: Path, small_files: dict[str, Path]) -> str:
    """Give a graph with a model of an odd name, and another one."""
    graph = f"{tmp_path}/{request.param}"
    for name in (NAME, "other"):
        load(small_files["pooled"], graph, name=name)
    return graph


def said(*words: str) -> str:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 1, done.output
    return done.stderr


def commands(text: str, model: Path) -> list[list[str]]:
    """Give the commands of an error, as a shell divides them."""
    found = [shlex.split(line.rstrip(".\n")) for line in COMMAND.findall(text)]
    return [[str(model) if word == "MODEL" else word for word in words] for words in found]


def states(graph: str) -> dict[str, str]:
    with NeuronGraph(graph) as opened:
        models = opened.models()
    return dict(zip(models["name"], models["state"], strict=True))


def damage(graph: str) -> None:
    """Cut a file of the model."""
    place = Path(graph)
    is_file = graph.endswith(".lbug")
    file = model_file(place, NAME) if is_file else next(place.glob("the_odd*/edges-*"))
    file.write_bytes(file.read_bytes()[:-1])


def spoil(graph: str) -> None:
    """Cut the note of the model, by which its name is not known any more."""
    place = Path(graph)
    is_file = graph.endswith(".lbug")
    note = note_beside(model_file(place, NAME)) if is_file else next(place.glob("the_odd*/*h.json"))
    note.write_text("{")


@pytest.mark.parametrize("way", ["resume", "replace", "drop"])
def test_what_is_said_of_a_damaged_model_mends_it(
    graph: str, small_files: dict[str, Path], way: str
) -> None:
    damage(graph)
    found = commands(said("query", "summary", "-m", NAME, "-g", graph), small_files["pooled"])
    assert [words[0] for words in found] == ["load", "load", "drop"]
    (words,) = [each for each in found if f"--{way}" in each or each[0] == way]
    done = CliRunner().invoke(app, [*words, *(["--yes"] if way == "drop" else ["--quiet"])])
    assert done.exit_code == 0, done.output
    left = {"other": COMPLETE} if way == "drop" else {NAME: COMPLETE, "other": COMPLETE}
    assert states(graph) == left


def test_what_is_said_of_a_spoilt_note_removes_it(graph: str, small_files: dict[str, Path]) -> None:
    spoil(graph)
    told = said("query", "summary", "-m", NAME, "-g", graph)
    (words,) = commands(told, small_files["pooled"])
    assert said("check", "-g", graph).count(shlex.join(words)) == 1
    done = CliRunner().invoke(app, [*words, "--yes"])
    assert done.exit_code == 0, done.output
    assert states(graph) == {"other": COMPLETE}


def test_check_says_how_each_model_is_repaired(
    tmp_path: Path, small_files: dict[str, Path]
) -> None:
    graph = str(tmp_path / "g.lbug")
    for name in ("a", "b", "c"):
        load(small_files["pooled"], graph, name=name)
    for name in ("a", "b"):
        with NeuronGraph(graph, model=name) as opened:
            opened.write("MATCH (n:Neuron {id: 0}) SET n.bias = 7.0")
    with NeuronGraph(graph) as opened:
        assert opened.models()["edited"].tolist() == [True, True, False]
    found = commands(said("check", "--graph", graph), small_files["pooled"])
    assert [words[words.index("--name") + 1] for words in found] == ["a", "b"]
    for words in found:
        assert CliRunner().invoke(app, [*words, "--quiet"]).exit_code == 0
    assert CliRunner().invoke(app, ["check", "--graph", graph]).exit_code == 0


def test_what_is_said_of_another_release_loads_again(
    tmp_path: Path, small_files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = str(tmp_path / "g.lbug")
    load(small_files["pooled"], graph, name=NAME)
    note_beside(model_file(Path(graph), NAME)).unlink()
    monkeypatch.setattr("queries.stores.embedded.open_file.SCHEMA_VERSION", 99)
    told = said("models", "-g", graph)
    assert str(version_error(graph, {"name": NAME, "schema_version": 6}))[:40] in told
    (words,) = commands(told, small_files["pooled"])
    monkeypatch.undo()
    done = CliRunner().invoke(app, [*words, "--quiet"])
    assert done.exit_code == 0, done.output
    assert states(graph) == {NAME: COMPLETE}


def test_a_graph_that_may_be_an_address_is_named_as_it_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_files: dict[str, Path]
) -> None:
    monkeypatch.chdir(tmp_path)
    for graph in ("./a:b.lbug", "./a:b/"):
        (words,) = commands(said("models", "-g", graph), small_files["pooled"])
        assert CliRunner().invoke(app, [*words, "--quiet"]).exit_code == 0
        assert states(graph) == {"pooled": COMPLETE}
