"""Real ONNX files: exported by Keras and PyTorch, and made of TFLite by tf2onnx."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter import load, verify
from exporter.planning.plan import Plan
from exporter.planning.push import plan
from exporter.reading.formats import open_model
from exporter.verifying.graph_source import StreamSource
from exporter.verifying.verification import compare

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

Edges = list[tuple[str, str, float]]


def names_of(planned: Plan) -> list[str]:
    """Return the name of each neuron, with the index of its layer in place of the layer's name."""
    return [
        f"{layer.index}{name.removeprefix(layer.name)}"
        for layer in planned.layers
        for name in layer.neuron_table("m", 0, layer.neurons)["name"].to_pylist()
    ]


def edges_of(planned: Plan) -> Edges:
    """Return all relationships by the names of their neurons, sorted."""
    names = names_of(planned)
    blocks = (
        layer.block(start, stop) for layer in planned.layers for start, stop in layer.ranges()
    )
    return sorted(
        (names[source], names[target], float(weight))
        for block in blocks
        for source, target, weight in zip(block.source, block.target, block.weight, strict=True)
    )


def test_a_model_that_keras_exported_is_the_same_graph(
    digits_file: Path, shared_file: Callable[[str], Path]
) -> None:
    exported = plan(open_model(shared_file("digits_keras_export.onnx")))
    own = plan(open_model(digits_file))
    assert [layer.name for layer in exported.layers][1:3] == [
        "digits_1/conv_0_1",
        "digits_1/pool_0_1",
    ]
    assert edges_of(exported) == edges_of(own)
    for one, other in zip(exported.layers, own.layers, strict=True):
        assert one.wiring.activation == other.wiring.activation
        biases = [_by_name(layer) for layer in (one, other)]
        assert biases[0] == biases[1]


def _by_name(layer: Any) -> dict[str, float | None]:
    table = layer.neuron_table("m", 0, layer.neurons)
    names = [name.removeprefix(layer.name) for name in table["name"].to_pylist()]
    return dict(zip(names, table["bias"].to_pylist(), strict=True))


@pytest.mark.parametrize(
    ("name", "source", "layers", "neurons", "edges"),
    [
        ("net_ts", "pytorch 2.15.0 (opset 20)", 6, 5_690, 107_424),
        ("net_dyn", "pytorch 2.15.0 (opset 20)", 6, 5_690, 107_424),
        ("mtcnn_rnet", "keras2onnx 1.7.0 (opset 12)", 9, 24_034, 1_566_352),
    ],
)
def test_a_file_is_loaded_and_verified(
    name: str,
    source: str,
    layers: int,
    neurons: int,
    edges: int,
    tmp_path: Path,
    shared_file: Callable[[str], Path],
) -> None:
    file = shared_file(f"{name}.onnx")
    report = load(file, tmp_path / "a.lbug", progress=False)
    assert (len(report.layers), report.neurons, report.edges) == (layers, neurons, edges)
    assert open_model(file).source == source
    assert verify(file, tmp_path / "a.lbug", progress=False).passed


def test_both_exporters_of_torch_name_the_same_layers(shared_file: Callable[[str], Path]) -> None:
    by_new, by_old = (
        [layer.name for layer in plan(open_model(shared_file(name))).layers][1:]
        for name in ("net_dyn.onnx", "net_ts.onnx")
    )
    assert (
        by_new == by_old == ["features.0", "features.3", "features.4", "features.6", "classifier"]
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "tv_shufflenet_v2_x0_5.onnx",
        pytest.param("tv_squeezenet1_1.onnx", marks=pytest.mark.full),
        pytest.param("blazeface_short_range.from_tflite.onnx", marks=pytest.mark.full),
    ],
)
def test_a_larger_file_is_replayed(name: str, shared_file: Callable[[str], Path]) -> None:
    opened = open_model(shared_file(name))
    report = compare(opened, StreamSource(plan(opened)), samples=1)
    assert report.passed, report.frame.to_string()
    assert np.isfinite(report.frame["scale"]).all()
