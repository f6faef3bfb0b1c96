"""A model file as a graph, and a dataset, answer as the embedded store does."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from exporter import drop, load
from exporter.cli import app
from queries import NeuronFilter, NeuronGraph
from queries.errors import (
    CypherError,
    GraphError,
    GraphNotFoundError,
    ModelFileError,
    ModelNotFoundError,
    UnsupportedLayerError,
)
from tests.unit.builders import chain, layer, saved, unwirable

ASKED: dict[str, Callable[[NeuronGraph], pd.DataFrame]] = {
    "neurons": lambda graph: graph.neurons(NeuronFilter(bias=(0, None), y=range(1, 4))),
    "neighbours": lambda graph: graph.neighbours("conv_1[3]", k=50),
    "neighbours out": lambda graph: graph.neighbours("conv_0@1,2", direction="out", k=50),
    "strongest edges": lambda graph: graph.strongest_edges(k=40),
    "strongest edges of some": lambda graph: graph.strongest_edges("conv_0", "conv_1[2]", k=9),
    "weight distribution": lambda graph: graph.weight_distribution(),
    "weight distribution of some": lambda graph: graph.weight_distribution("conv_1@0..2"),
    "strength": lambda graph: graph.strength(),
    "strength out": lambda graph: graph.strength("conv_0", direction="out", measure="signed"),
    "summary": lambda graph: graph.summary(),
    "layers": lambda graph: graph.layers().drop(columns=["checksum", "neuron_checksum"]),
    "katz": lambda graph: graph.katz("dense_1"),
    "strongest paths": lambda graph: graph.strongest_paths("input_layer", "dense_1", k=3),
    "receptive field": lambda graph: graph.receptive_field("conv_1[3]@1,1"),
}


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory, digits_file: Path) -> dict[str, str]:
    """Give the sample in each store without a server."""
    folder = tmp_path_factory.mktemp("graphs")
    found = {name: str(folder / name) for name in ("digits.lbug", "parquet/", "csv/")}
    load(digits_file, found["digits.lbug"])
    load(digits_file, f"{found['parquet/']}/")
    load(digits_file, f"{found['csv/']}/", file_format="csv")
    return {**found, "file": str(digits_file)}


@pytest.mark.parametrize("graph", ["parquet/", "csv/", "file"])
@pytest.mark.parametrize("asked", ASKED)
def test_answers_are_those_of_the_embedded_store(
    graphs: dict[str, str], graph: str, asked: str
) -> None:
    with NeuronGraph(graphs["digits.lbug"]) as stored, NeuronGraph(graphs[graph]) as opened:
        pd.testing.assert_frame_equal(ASKED[asked](opened), ASKED[asked](stored), rtol=1e-6)


def invoke(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def one_line(result: Result) -> str:
    assert (result.exit_code, result.stdout) == (1, "")
    assert re.fullmatch(r"Error: [^\n]+\n", result.stderr)
    return result.stderr


class TestModelFile:
    def test_holds_one_model(self, digits_file: Path) -> None:
        with NeuronGraph(digits_file) as graph:
            (row,) = graph.models().to_dict("records")
            assert (row["name"], row["state"], row["granularity"]) == (
                "digits",
                "complete",
                "neuron",
            )
            assert (row["layers"], row["neurons"], row["edges"]) == (6, 810, 11_360)
            with pytest.raises(ModelNotFoundError, match="'other'; it holds digits"):
                graph.summary(model="other")

    @pytest.mark.parametrize("suffix", [".h5", ".hdf5", ".KERAS"])
    def test_may_have_any_suffix(self, tmp_path: Path, suffix: str) -> None:
        model = chain((3,), layer("Dense", units=2))
        file = saved(model, tmp_path / f"m{suffix.lower()}").rename(tmp_path / f"named{suffix}")
        with NeuronGraph(file) as graph:
            assert graph.summary()["edges"].tolist() == [6]

    def test_that_is_missing(self, tmp_path: Path) -> None:
        with pytest.raises(GraphNotFoundError, match="does not exist"):
            NeuronGraph(tmp_path / "none.keras")

    def test_that_is_none(self, tmp_path: Path) -> None:
        (tmp_path / "none.keras").write_text("nothing")
        with (
            NeuronGraph(tmp_path / "none.keras") as graph,
            pytest.raises(ModelFileError, match="is no model file"),
        ):
            graph.models()

    def test_that_cannot_be_wired(self, tmp_path: Path) -> None:
        file = saved(chain((4, 3), unwirable()), tmp_path / "m.keras")
        with NeuronGraph(file) as graph, pytest.raises(UnsupportedLayerError) as asked:
            graph.summary()
        with pytest.raises(UnsupportedLayerError) as loaded:
            load(file, tmp_path / "m.lbug")
        assert str(asked.value) == str(loaded.value)

    def test_answers_no_cypher(self, digits_file: Path) -> None:
        with NeuronGraph(digits_file) as graph:
            for ask in (graph.cypher, graph.write):
                with pytest.raises(CypherError, match=r"no Cypher; load .*granularity='channel'"):
                    ask("MATCH (n) RETURN n")
            with pytest.raises(CypherError, match="no Cypher"):
                graph.statement("strength")

    def test_is_not_written(self, digits_file: Path, tmp_path: Path) -> None:
        file = Path(shutil.copy(digits_file, tmp_path))
        before = file.read_bytes()
        with pytest.raises(GraphError, match="is a model file"):
            load(digits_file, file, replace=True)
        with pytest.raises(GraphError, match="is a model file"):
            drop("digits", file)
        assert [path.name for path in tmp_path.iterdir()] == [file.name]
        assert file.read_bytes() == before


def test_drop_refuses_it_without_keras(digits_file: Path) -> None:
    code = (
        "import sys; from exporter import drop; from queries.errors import GraphError\n"
        "try: drop('digits', sys.argv[1])\n"
        "except GraphError: sys.exit('keras' in sys.modules)\n"
        "sys.exit('dropped')"
    )
    assert subprocess.run([sys.executable, "-c", code, digits_file], check=False).returncode == 0


class TestCommandLine:
    def test_asks_a_model_file(self, digits_file: Path, tmp_path: Path) -> None:
        graph = ["--graph", str(digits_file)]
        asked = invoke("query", "strongest_edges", "k=1", "-f", "json", *graph)
        assert len(json.loads(asked.stdout)) == 1
        assert "digits" in invoke("models", *graph).stdout
        for words in (
            ["plot", "weight_distribution", "-o", str(tmp_path / "plot.html")],
            ["export", "-o", str(tmp_path / "part.graphml"), "source=conv_1", "target=dense_0[0]"],
        ):
            done = invoke(*words, *graph)
            assert done.exit_code == 0, done.stderr
        assert {path.name for path in tmp_path.iterdir()} == {"plot.html", "part.graphml"}

    @pytest.mark.parametrize(
        "words",
        [
            ["cypher", "MATCH (n) RETURN n"],
            ["cypher", "MATCH (n) DELETE n", "--write", "--yes"],
            ["query", "strength", "--in-store"],
        ],
    )
    def test_says_what_to_do_for_cypher(self, digits_file: Path, words: list[str]) -> None:
        assert "no Cypher; load" in one_line(invoke(*words, "--graph", str(digits_file)))

    def test_says_where_models_go(self, digits_file: Path) -> None:
        for words in (["load", str(digits_file)], ["drop", "digits", "--yes"]):
            said = one_line(invoke(*words, "--graph", str(digits_file)))
            assert "is a model file" in said
            assert ".lbug" in said


INTERRUPTED = """
import os, signal
from exporter.cli import main
from exporter.model_graph.network import ModelNetwork
build = ModelNetwork.operators
def operators(network, layer):
    if len(layer.inputs):
        os.kill(os.getpid(), signal.SIGINT)
    return build(network, layer)
ModelNetwork.operators = operators
main()
"""


def test_ctrl_c_in_a_computation_ends_it_with_one_line(digits_file: Path) -> None:
    words = ("query", "strongest_paths", "--graph", str(digits_file))
    asked = ("source=input_layer", "target=dense_1")
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, *words, *asked],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Interrupted.\n")
