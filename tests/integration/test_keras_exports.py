"""A Keras model and its ONNX export are one graph, where the exporter folds nothing."""

import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from exporter.planning.plan import Plan
from exporter.planning.push import plan
from exporter.reading.formats import open_model
from exporter.verifying.graph_source import StreamSource
from exporter.verifying.replay import replay
from exporter.verifying.verification import compare
from tests.exports.models import ALIKE, EQUAL, FOLDER

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

Edge = tuple[str, str, float]


def names_by_keras(own: Plan, exported: Plan) -> dict[str, str]:
    """Return the Keras name of each exported layer; those without one are taken in order."""
    left = [layer.name for layer in own.layers]
    found = {}
    # A layer that is called again has a larger number, wherever it stands.
    for name in sorted(layer.name for layer in exported.layers):
        for part in name.split("/"):
            base = re.sub(r"_\d+$", "", part)
            calls = [each for each in left if each.partition(":")[0] == base]
            if calls and name not in found:
                found[name] = calls[0]
                left.remove(calls[0])
    rest = [layer.name for layer in exported.layers if layer.name not in found]
    return found | dict(zip(rest, left, strict=True))


def edges_of(planned: Plan, named: dict[str, str]) -> list[Edge]:
    """Return all relationships by the names of their neurons, sorted; layers get other names."""
    names: list[str] = []
    for layer in planned.layers:
        table = layer.neuron_table("m", 0, layer.neurons)
        for name in table["name"].to_pylist():
            # A pool over the whole space leaves axes of length 1 in ONNX, and none in Keras.
            place = re.sub(r"@0(,0)*$", "", name.removeprefix(layer.name))
            names.append(named.get(layer.name, layer.name) + place)
    blocks = (
        layer.block(start, stop) for layer in planned.layers for start, stop in layer.ranges()
    )
    return sorted(
        (names[source], names[target], float(weight))
        for block in blocks
        for source, target, weight in zip(block.source, block.target, block.weight, strict=True)
    )


@pytest.mark.parametrize("name", EQUAL)
def test_the_graphs_are_equal(name: str, tmp_path: Path) -> None:
    EQUAL[name](tmp_path / "own.keras")
    own = plan(open_model(tmp_path / "own.keras"))
    exported = plan(open_model(FOLDER / f"{name}.onnx"))
    named = names_by_keras(own, exported)
    assert sorted(named.values()) == sorted(layer.name for layer in own.layers)
    edges = edges_of(own, {})
    assert edges_of(exported, named) == edges
    assert len(edges) == sum(layer.edges for layer in own.layers) > 0


def outputs(planned: Plan, given: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return what the last layer of a graph computes."""
    return replay(StreamSource(planned), given)[planned.layers[-1].name]


@pytest.mark.one_in(2)
@pytest.mark.parametrize("name", EQUAL | ALIKE)
def test_the_graphs_compute_the_same(name: str, tmp_path: Path) -> None:
    (EQUAL | ALIKE)[name](tmp_path / "own.keras")
    own, opened = open_model(tmp_path / "own.keras"), open_model(FOLDER / f"{name}.onnx")
    planned = plan(opened)
    assert compare(opened, StreamSource(planned), samples=2).passed
    random = np.random.default_rng(3)
    given = {}
    for tensor, layer in zip(opened.inputs, planned.layers, strict=False):
        values = random.standard_normal((3, *layer.shape))
        # Tokens of a table of four.
        given[layer.name] = values if "float" in tensor.dtype else np.floor(values) % 4
    expected = outputs(plan(own), given)
    assert np.ptp(expected) > 0
    np.testing.assert_allclose(outputs(planned, given), expected, rtol=1e-5, atol=1e-5)
