"""Passes over a model file, against the same over a sparse matrix of a part of its edges.

Nothing here is asserted but the number of edges: the figures are printed.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from exporter.model_graph import ModelNetwork
from exporter.planning.push import plan
from exporter.reading.formats import open_model
from queries.analysis import passes
from queries.analysis.network import Network
from queries.analysis.operators import LOG_PRODUCT, Scores
from tests.bench.children import measured
from tests.bench.timing import seconds_of

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

EDGES: Final = {"ResNet50": 3_731_405_568, "VGG16": 14_975_945_472}
"""At 224 x 224."""

SUMS: Final[dict[str, Callable[[Network], object]]] = {
    "strength in": passes.in_strength,
    "strength out": passes.out_strength,
    "sums forward": lambda network: passes.sums_forward(network, _ones(network), factor=0.1),
    "sums backward": lambda network: passes.sums_backward(network, _ones(network)),
    "path masses, both ways": lambda network: passes.log_path_masses(
        network, network.inputs, network.outputs
    ),
}
MAXIMA: Final[dict[str, Callable[[Network], object]]] = {
    "maxima forward": lambda network: passes.maxima_forward(network, _ones(network), LOG_PRODUCT),
    "maxima backward": lambda network: passes.maxima_backward(network, _ones(network), LOG_PRODUCT),
}
MEMORY: Final = """
import sys
import numpy as np
from exporter.model_graph import ModelNetwork
from exporter.planning.push import plan
from exporter.reading.formats import open_model
from queries.analysis import passes
from queries.analysis.operators import LOG_PRODUCT
network = ModelNetwork(plan(open_model(sys.argv[1])))
"""
PASSES: Final = """
passes.sums_backward(network, np.ones(network.neurons))
passes.maxima_backward(network, np.ones(network.neurons), LOG_PRODUCT)
"""
REPEATED: Final = 20


@pytest.mark.parametrize("name", EDGES)
def test_passes(name: str, tmp_path: Path) -> None:
    import keras

    path = tmp_path / "model.keras"
    getattr(keras.applications, name)(weights=None).save(path)
    network = ModelNetwork(plan(open_model(path)))
    edges = sum(layer.edges for layer in network.layers)
    assert edges == EDGES[name]
    print(f"\n  {name}, {edges:,} edges", end="")
    for compared, bare in zip((SUMS, MAXIMA), _of_a_matrix(network), strict=True):
        for what, work in compared.items():
            took = seconds_of(partial(work, network))
            print(
                f"\n  {what:22} {took:7.1f} s   {edges / took / 1e6:8,.0f} million edges/s"
                f"   {bare * edges / took:6.1f} times as fast as a matrix in memory",
                end="",
            )
    _, _, planned = measured(MEMORY, str(path))
    _, _, passed = measured(MEMORY + PASSES, str(path))
    print(
        f"\n  memory: planned {planned / 1e6:,.0f} MB, passes {(passed - planned) / 1e6:+,.0f} MB"
    )


def _ones(network: Network) -> Scores:
    return np.ones(network.neurons)


def _of_a_matrix(network: Network) -> tuple[float, float]:
    """Return the seconds an edge of a sum and of a maximum, by a matrix as stores have them."""
    largest = max(network.layers, key=lambda layer: layer.edges)
    part = next(iter(network.matrices(largest)))
    scores = _ones(network)[part.sources]
    sums = seconds_of(lambda: [part.sum_in(scores) for _ in range(REPEATED)])
    maxima = seconds_of(lambda: [part.largest_in(scores, LOG_PRODUCT) for _ in range(REPEATED)])
    return sums / REPEATED / part.matrix.nnz, maxima / REPEATED / part.matrix.nnz
