"""ONNX files through load, verify and queries; the witness is onnxruntime."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter import inspect, load, verify
from exporter.parallel.source import ModelSource, plan_of
from exporter.planning.push import plan
from exporter.planning.recipe import Recipe
from exporter.reading.formats import open_model, sha256_of_model
from exporter.verifying.graph_source import StreamSource
from exporter.verifying.verification import compare
from queries import NeuronGraph
from queries.errors import (
    GraphError,
    ModelFileError,
    NotInstalledError,
    ParameterError,
    UnsupportedLayerError,
)
from tests.unit.onnx_models import Node, convolutional, made, random, saved

pytest.importorskip("onnx")


def test_a_model_goes_through_load_verify_and_query(tmp_path: Path) -> None:
    file = saved(convolutional(), tmp_path)
    report = load(file, tmp_path / "a.lbug", progress=False)
    assert report.layers == ("x", "conv1", "pool", "fc")
    assert verify(file, tmp_path / "a.lbug", progress=False).passed
    with NeuronGraph(tmp_path / "a.lbug") as graph:
        layers = graph.layers().set_index("name")
    assert list(layers["class_name"]) == ["Input", "Conv", "MaxPool", "Gemm"]
    assert list(layers["activation"].fillna("")) == ["", "relu", "", "softmax"]
    assert list(layers["parameters"]) == [0, 4 * 9 + 4, 0, 4 * 9 * 3 + 3]


def test_the_file_itself_can_be_asked(tmp_path: Path) -> None:
    with NeuronGraph(saved(convolutional(), tmp_path)) as graph:
        assert graph.layers()["neurons"].tolist() == [36, 64, 36, 3]


def test_names_of_neurons_do_not_depend_on_where_the_channels_are(tmp_path: Path) -> None:
    made_plan = plan(open_model(saved(convolutional(), tmp_path)))
    names = made_plan.layers[1].neuron_table("m", 0, 6)["name"].to_pylist()
    assert names[:2] + names[4:] == ["conv1[0]@0,0", "conv1[0]@1,0", "conv1[0]@0,1", "conv1[0]@1,1"]


def test_weights_beside_the_file_are_read_and_are_part_of_its_hash(tmp_path: Path) -> None:
    import onnx

    model = convolutional()
    alone = saved(model, tmp_path, "alone.onnx")
    file = tmp_path / "model.onnx"
    onnx.save_model(
        model, file, save_as_external_data=True, location="model.onnx.data", size_threshold=0
    )
    one, other = plan(open_model(alone)), plan(open_model(file))
    assert np.array_equal(one.layers[1].wiring.weights, other.layers[1].wiring.weights)
    before = sha256_of_model(file)
    assert before == open_model(file).sha256
    data = tmp_path / "model.onnx.data"
    data.write_bytes(data.read_bytes()[:-4] + b"\1\2\3\4")
    assert sha256_of_model(file) != before
    assert inspect(file).neurons == one.neurons
    data.unlink()
    with pytest.raises(ModelFileError, match="put both into one folder"):
        open_model(file)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_what_says_a_shape_is_read_beside_the_file_too(dtype: type, tmp_path: Path) -> None:
    import onnx

    large: Any = random(90, 60).astype(dtype)
    model = made(
        [("MatMul", "x w", "m", {}), ("Reshape", "m s", "r", {}), ("Resize", "r  z", "y", {})],
        {"x": (1, 90)},
        weights={"w": large, "s": np.array([1, 2, 5, 6]), "z": np.array([1, 1, 2, 2], np.float32)},
    )
    model.graph.node[2].input[:] = ["r", "", "z"]
    if dtype == np.float16:
        model.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.FLOAT16
    file = tmp_path / "model.onnx"
    onnx.save_model(model, file, save_as_external_data=True, location="beside", size_threshold=0)
    seen = inspect(file)
    assert open_model(file, weights=False).calls[-1].shapes == ((2, 10, 12),)
    planned = plan(open_model(file))
    assert (seen.neurons, seen.edges) == (planned.neurons, planned.edges)
    assert np.array_equal(planned.layers[1].wiring.weights, large.T.astype(np.float32))


def test_weights_beside_the_file_are_shipped_with_it(tmp_path: Path) -> None:
    import onnx

    here = tmp_path / "here"
    here.mkdir()
    file = here / "model.onnx"
    onnx.save_model(
        convolutional(), file, save_as_external_data=True, location="weights", size_threshold=0
    )
    opened = open_model(file)
    source, own = ModelSource.of(opened, Recipe()), plan(opened)
    content = source.content()
    assert list(content) == ["model.onnx", "weights"]
    here.rename(tmp_path / "elsewhere")
    with pytest.raises(GraphError, match="does not find"):
        plan_of(source, None)
    with pytest.raises(GraphError, match="does not find"):
        plan_of(source, {**content, "weights": bytes(len(content["weights"]))})
    shipped = plan_of(source, content)
    assert np.array_equal(shipped.layers[1].wiring.weights, own.layers[1].wiring.weights)


@pytest.mark.parametrize("place", ["../model.onnx.data", "/etc/hostname", "link"])
def test_weights_elsewhere_are_not_read(tmp_path: Path, place: str) -> None:
    import onnx

    model = convolutional()
    (tmp_path / "link").symlink_to("/etc/hostname")
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=place)
    with pytest.raises(ModelFileError, match=r"not beside it|is a link"):
        open_model(saved(model, tmp_path))


def test_the_content_says_what_a_file_is(tmp_path: Path) -> None:
    model = open_model(saved(convolutional(), tmp_path, "model.bin"))
    assert model.source == "tests 1.0 (opset 20)"


def test_all_that_cannot_be_wired_is_named_at_once(tmp_path: Path) -> None:
    model = made(
        [
            ("ArgMax", "x", "a", {"axis": 1}),
            ("Hardmax", "x", "h", {}),
            ("Relu", "x", "r", {}),
            ("Expm1", "r", "e", {}),
        ],
        {"x": (1, 5)},
        outputs=["a", "h", "e"],
    )
    reasons = r"3 layers .*ArgMax.*Hardmax.*Expm1: opset 20 of ONNX has no such operation"
    with pytest.raises(UnsupportedLayerError, match=reasons):
        plan(open_model(saved(model, tmp_path)))


def test_an_open_axis_is_closed_by_the_user(tmp_path: Path) -> None:
    model = made(
        [("Conv", "x w", "y", {"pads": [1, 1, 1, 1]}), ("GlobalAveragePool", "y", "z", {})],
        {"x": ("n", 1, "h", "w")},
        weights={"w": random(2, 1, 3, 3)},
    )
    file = saved(model, tmp_path)
    with pytest.raises(ModelFileError, match=r"'x' has the open shape \(1, h, w\).*input_shape"):
        open_model(file)
    with pytest.raises(ParameterError, match=r"\(1, h, w\), which \(2, 4, 5\) does not fit"):
        open_model(file, input_shape=(2, 4, 5))
    assert plan(open_model(file, input_shape=(1, 4, 5))).layers[1].shape == (2, 4, 5)


@pytest.mark.parametrize("shape", [(4, 1, 6, 6), ("batch", 1, 6, 6), (1, 1, 6, 6)])
def test_the_batch_may_be_open_or_fixed(shape: tuple[int | str, ...], tmp_path: Path) -> None:
    model = made(
        [("Conv", "x w", "c", {}), ("Relu", "c", "y", {})],
        {"x": shape},
        weights={"w": random(2, 1, 3, 3)},
    )
    assert open_model(saved(model, tmp_path)).inputs[0].shape == (1, 6, 6)


def test_a_batch_that_a_shape_bakes_in_is_one_input(tmp_path: Path) -> None:
    model = made(
        [("Reshape", "x shape", "r", {}), ("Gemm", "r w", "y", {})],
        {"x": (4, 1, 6)},
        weights={"shape": np.array([4, 6]), "w": random(6, 2)},
    )
    file = saved(model, tmp_path)
    load(file, tmp_path / "a.lbug", progress=False)
    assert verify(file, tmp_path / "a.lbug", progress=False).passed
    assert open_model(file).inputs[0].shape == (4, 1, 6)


@pytest.mark.parametrize(
    "node",
    [
        ("Conv", "x w b", "y", {"pads": [1, 0, 0, 1], "group": 2}),
        ("ConvTranspose", "x v b", "y", {"strides": [2, 1], "pads": [1, 0, 0, 1], "group": 2}),
        ("MaxPool", "x", "y", {"kernel_shape": [2, 2], "pads": [1, 0, 0, 1], "ceil_mode": 1}),
        ("AveragePool", "x", "y", {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1}),
        ("GlobalAveragePool", "x", "y", {}),
        ("GlobalLpPool", "x", "y", {}),
        ("BatchNormalization", "x b b b s", "y", {}),
    ],
)
def test_windows_slide_over_each_of_a_batch_that_is_baked_in(node: Node, tmp_path: Path) -> None:
    model = made(
        [("Reshape", "i shape", "x", {}), node],
        {"i": (3, 4, 25)},
        weights={
            "shape": np.array([3, 4, 5, 5]),
            "w": random(4, 2, 3, 2),
            "v": random(4, 2, 3, 2),
            "b": random(4),
            "s": np.square(random(4)),
        },
    )
    opened = open_model(saved(model, tmp_path))
    planned = plan(opened)
    assert planned.layers[0].shape == (3, 4, 25)
    report = compare(opened, StreamSource(planned), samples=2)
    assert report.passed, report.frame.to_string()


def test_what_is_missing_is_named_with_what_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = saved(convolutional(), tmp_path)
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(NotInstalledError, match="pip install"):
        open_model(file)
    monkeypatch.undo()
    load(file, tmp_path / "a.lbug", progress=False)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(NotInstalledError, match=r"run without onnxruntime .*pip install"):
        verify(file, tmp_path / "a.lbug", progress=False)


_NO_TENSORFLOW = """
import sys
sys.modules["tensorflow"] = sys.modules["keras"] = None
import neurongraph
file, graph = sys.argv[1:]
neurongraph.inspect(file)
neurongraph.load(file, graph, progress=False)
assert neurongraph.verify(file, graph, progress=False).passed
assert len(neurongraph.NeuronGraph(graph).layers()) == 4
"""


@pytest.mark.slow
def test_no_tensorflow_is_needed(tmp_path: Path) -> None:
    file = saved(convolutional(), tmp_path)
    subprocess.run(
        [sys.executable, "-c", _NO_TENSORFLOW, file, tmp_path / "a.lbug"], check=True, timeout=120
    )


@pytest.mark.parametrize("told", [(4, 4), ("rows", 4), None])
def test_a_batch_that_moves_to_another_axis_is_read_whole(
    told: tuple[int | str, ...] | None, tmp_path: Path
) -> None:
    """Of one sample the shape makes a column, whose softmax is 1 wherever."""
    from onnx import TensorProto, helper

    model = made(
        [("Reshape", "x shape", "r", {}), ("Softmax", "r", "y", {"axis": 1})],
        {"x": (4, 4)},
        weights={"shape": np.array([4, -1])},
    )
    model.graph.output[0].CopyFrom(helper.make_tensor_value_info("y", TensorProto.FLOAT, told))
    file = saved(model, tmp_path)
    for shape in (None, (4,), (4, 4)):
        assert open_model(file, input_shape=shape).outputs[0].shape == (4, 4)


@pytest.mark.parametrize("rows", [1, "batch"])
def test_an_input_of_more_rows_than_the_batch_is_read_whole(
    rows: int | str, tmp_path: Path
) -> None:
    model = made([("Add", "x t", "y", {})], {"x": (rows, 4), "t": (3, 4)})
    opened = open_model(saved(model, tmp_path))
    assert [tensor.shape for tensor in opened.inputs] == [(4,), (3, 4)]
    assert opened.outputs[0].shape == (3, 4)
