"""The class circuit of many inputs on the CIFAR-10 model, in inputs a second.

Beside it: circuits one by one of a part of the inputs, and one process beside many. Nothing here
is asserted: the figures are printed.
"""

from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from exporter import load
from queries import NeuronGraph
from tests.bench.children import measured
from tests.bench.timing import seconds_of

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

INPUTS: Final = 1000
ONE_BY_ONE: Final = 50
MEMORY: Final = """
import sys
import numpy as np
from queries import NeuronGraph
count = int(sys.argv[2])
x = np.random.default_rng(0).random((1, 32, 32, 3), np.float32)
with NeuronGraph(sys.argv[1], progress=False) as graph:
    graph.class_circuit(np.repeat(x, count, axis=0))
"""


@pytest.fixture(scope="module")
def graphs(cifar_file: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Give the model as a file, and in an embedded graph."""
    stored = tmp_path_factory.mktemp("circuits") / "cifar.lbug"
    load(cifar_file, stored)
    return {"model file": str(cifar_file), "embedded": str(stored)}


@pytest.mark.parametrize("place", ["model file", "embedded"])
def test_inputs_a_second(graphs: dict[str, str], place: str) -> None:
    """The time of a class circuit, and of as many circuits one by one."""
    x = np.random.default_rng(0).random((INPUTS, 32, 32, 3), np.float32)
    with NeuronGraph(graphs[place], progress=False) as graph:
        # What is read once is not counted.
        graph.circuit(x[:1])
        alone = seconds_of(partial(graph.circuit, x[:ONE_BY_ONE])) / ONE_BY_ONE
        together = seconds_of(partial(graph.class_circuit, x)) / INPUTS
    _print(place, together, alone)


def test_inputs_a_second_by_processes(graphs: dict[str, str]) -> None:
    """The time of the same by a process of Dask a core, beside that of one process."""
    x = np.random.default_rng(0).random((INPUTS, 32, 32, 3), np.float32)
    with NeuronGraph(graphs["model file"], progress=False) as graph:
        alone = seconds_of(partial(graph.class_circuit, x)) / INPUTS
    with NeuronGraph(graphs["model file"], dask="local", progress=False) as graph:
        # Workers are started, and open the model, with the first batches.
        graph.class_circuit(x[:100])
        together = seconds_of(partial(graph.class_circuit, x)) / INPUTS
    _print("model file, --dask local", together, alone)


def test_memory(graphs: dict[str, str]) -> None:
    """The most memory by how many inputs there are."""
    for count in (100, INPUTS):
        _, _, peak = measured(MEMORY, graphs["model file"], str(count))
        print(f"\n  {count:>6,} inputs: {peak / 1e6:,.0f} MB")


def _print(place: str, together: float, alone: float) -> None:
    print(
        f"\n  {place:26} {1 / together:7.1f} inputs/s, {1 / alone:7.1f} the other way: "
        f"{alone / together:.1f} times"
    )
