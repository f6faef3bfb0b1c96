"""A model at an input: attributions and circuits of one, in seconds, beside plain NumPy.

The baseline passes over the same relationships forth and back with a sparse matrix a layer, built
before: what an attribution takes at least. Nothing here is asserted: the figures are printed.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from scipy.sparse import csr_array

from exporter import load
from queries import NeuronGraph
from queries.core.model_input import ModelInput
from tests.bench.children import measured
from tests.bench.timing import seconds_of

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

ASKED: Final[dict[str, Callable[[NeuronGraph, Any], Any]]] = {
    "attribution": lambda graph, x: graph.attribution(x),
    "edge_attribution, k=100": lambda graph, x: graph.edge_attribution(x, k=100),
    "attribution_paths, k=10": lambda graph, x: graph.attribution_paths(x),
    "influence": lambda graph, x: graph.influence(x),
    "circuit, by channel": lambda graph, x: graph.circuit(x),
    "circuit, by neuron": lambda graph, x: graph.circuit(x, level="neuron"),
    "circuit_scores": lambda graph, x: graph.circuit_scores(x),
}
CIRCUIT: Final = """
import sys
import numpy as np
from queries import NeuronGraph
x = np.random.default_rng(0).random((1, 224, 224, 3), np.float32)
with NeuronGraph(sys.argv[1], progress=False) as graph:
    print(len(graph.circuit(x)))
"""


@pytest.fixture(scope="module")
def graphs(cifar_file: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Give the model as a file, and in an embedded graph."""
    stored = tmp_path_factory.mktemp("at_input") / "cifar.lbug"
    load(cifar_file, stored)
    return {"model file": str(cifar_file), "embedded": str(stored)}


@pytest.mark.parametrize("place", ["model file", "embedded"])
def test_one_input(graphs: dict[str, str], place: str) -> None:
    """The time of each query, the model read before, and that of sparse products."""
    x = np.random.default_rng(0).random((1, 32, 32, 3), np.float32)
    with NeuronGraph(graphs[place], progress=False) as graph:
        graph.circuit(x)
        baseline = seconds_of(partial(_forth_and_back, _matrices(graph)))
        print(f"\n  {place}: products of sparse matrices, forth and back {baseline:.3f} s")
        for name, ask in ASKED.items():
            seconds = seconds_of(partial(ask, graph, x))
            print(f"  {name:26} {seconds:7.3f} s, {seconds / baseline:5.1f} times as long")


def test_a_large_model(tmp_path: Path) -> None:
    """The time and the memory of a circuit by channel of ResNet50 at 224x224, from its file."""
    path = tmp_path / "resnet50.keras"
    _save_resnet(path)
    seconds, _, peak = measured(CIRCUIT, str(path))
    print(f"\n  ResNet50 at 224x224: {seconds:.1f} s, {peak / 1e6:,.0f} MB, with TensorFlow's")


def test_stored_activations(cifar_file: Path, tmp_path: Path) -> None:
    """Rows a second that storing activations of inputs takes."""
    x = np.random.default_rng(0).random((20, 32, 32, 3), np.float32)
    stored = tmp_path / "cifar.lbug"
    load(cifar_file, stored)
    with NeuronGraph(stored, progress=False) as graph:
        seconds = seconds_of(partial(graph.activate, ModelInput(x)))
        rows = graph.cypher("MATCH (:Input)-[r:ACTIVATES]->(:Neuron) RETURN count(r) AS n")
    print(f"\n  embedded: {int(rows['n'][0]) / seconds:,.0f} activations/s")


def _save_resnet(path: Path) -> None:
    import keras

    keras.applications.ResNet50(weights=None).save(path)


def _matrices(graph: NeuronGraph) -> list[csr_array]:
    layers = graph.layers()
    fed = layers[layers["edges"] > 0]["name"]
    return [graph.to_scipy(target=name) for name in fed]


def _forth_and_back(matrices: list[csr_array]) -> None:
    for matrix in matrices:
        passed = matrix @ np.ones(matrix.shape[1])
        matrix.T @ passed
