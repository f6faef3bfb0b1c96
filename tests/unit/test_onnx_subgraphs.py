"""Graphs within ONNX nodes that are run a known number of times; the witness is onnxruntime."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.planning.push import plan
from exporter.reading.formats import open_model
from exporter.reading.given import given_model
from exporter.reading.model_file import sha256_of
from exporter.reading.onnx.files import read_file
from exporter.reading.onnx.subgraphs import Outside, inlined
from queries.errors import ModelFileError, UnsupportedLayerError
from tests.unit.onnx_models import agrees, made, random, saved

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


def graph(nodes: list[tuple[str, str, str, dict[str, Any]]], reads: str, puts: str) -> Any:
    """Return a graph that stands in a node."""
    from onnx import TensorProto, helper, numpy_helper

    kinds = {"n": TensorProto.INT64, "go": TensorProto.BOOL, "go_on": TensorProto.BOOL}
    shapes: dict[str, list[int]] = {name: [] for name in kinds}
    return helper.make_graph(
        [helper.make_node(op, r.split(), p.split(), **each) for op, r, p, each in nodes],
        "inner",
        [
            helper.make_tensor_value_info(
                name, kinds.get(name, TensorProto.FLOAT), shapes.get(name)
            )
            for name in reads.split()
        ],
        [
            helper.make_tensor_value_info(
                name, kinds.get(name, TensorProto.FLOAT), shapes.get(name)
            )
            for name in puts.split()
        ],
        [numpy_helper.from_array(random(3, 3), "inner.weight")],
    )


BODY = graph(
    [
        ("Identity", "go", "go_on", {}),
        ("MatMul", "h inner.weight", "m", {}),
        ("Tanh", "m", "next", {}),
        ("Mul", "next scale", "said", {}),
    ],
    "n go h",
    "go_on next said",
)


@pytest.mark.parametrize("condition", [True, False])
def test_the_branch_of_a_constant_condition_is_taken(condition: bool, tmp_path: Path) -> None:
    inner = graph([("Tanh", "x", "b", {})], "", "b")
    outer = graph(
        [("If", "c", "i", {"then_branch": inner, "else_branch": inner}), ("Sin", "i", "a", {})],
        "",
        "a",
    )
    other = graph([("MatMul", "x inner.weight", "e", {})], "", "e")
    model = made(
        [("If", "c", "y", {"then_branch": outer, "else_branch": other})],
        {"x": (1, 3)},
        weights={"c": np.array(condition)},
    )
    agrees(model, tmp_path)


def test_a_loop_that_is_run_so_often_is_unrolled(tmp_path: Path) -> None:
    model = made(
        [("Loop", "times go x", "last each", {"body": BODY})],
        {"x": (1, 3)},
        weights={"times": np.array(3), "go": np.array(True), "scale": random(3)},
        outputs=["last", "each"],
    )
    planned = agrees(model, tmp_path)
    assert any(layer.name.startswith("last@t2/") for layer in planned.layers)


@pytest.mark.parametrize("backwards", [0, 1])
def test_a_scan_is_unrolled(backwards: int, tmp_path: Path) -> None:
    body = graph([("Add", "h z", "next", {}), ("Tanh", "next", "said", {})], "h z", "next said")
    model = made(
        [
            (
                "Scan",
                "start x",
                "last each",
                {
                    "body": body,
                    "num_scan_inputs": 1,
                    "scan_input_axes": [1],
                    "scan_input_directions": [backwards],
                    "scan_output_axes": [1],
                    "scan_output_directions": [1 - backwards],
                },
            )
        ],
        {"x": (1, 4, 3)},
        weights={"start": random(1, 3)},
        outputs=["last", "each"],
    )
    agrees(model, tmp_path)


def refused(model: Any, folder: Path) -> str:
    with pytest.raises((ModelFileError, UnsupportedLayerError)) as caught:
        plan(open_model(saved(model, folder)))
    return str(caught.value)


def test_what_the_input_decides_is_refused(tmp_path: Path) -> None:
    inner = graph([("Tanh", "x", "b", {})], "", "b")
    model = made(
        [
            ("ReduceSum", "x", "s", {"keepdims": 0}),
            ("Greater", "s zero", "c", {}),
            ("If", "c", "y", {"then_branch": inner, "else_branch": inner}),
        ],
        {"x": (1, 3)},
        weights={"zero": np.float32(0)},
    )
    assert "which of its two graphs is run depends on its input" in refused(model, tmp_path)
    stops = graph(
        [
            ("ReduceSum", "h", "s", {"keepdims": 0}),
            ("Less", "s scale", "go_on", {}),
            ("Tanh", "h", "next", {}),
        ],
        "n go h",
        "go_on next",
    )
    model = made(
        [("Loop", "times go x", "y", {"body": stops})],
        {"x": (1, 3)},
        weights={"times": np.array(3), "go": np.array(True), "scale": np.float32(1)},
    )
    assert "how often its graph is run depends on its input" in refused(model, tmp_path)


def test_a_loop_without_end_is_refused(tmp_path: Path) -> None:
    model = made(
        [("Loop", "times go x", "y each", {"body": BODY})],
        {"x": (1, 3)},
        weights={"times": np.array(1 << 62), "go": np.array(True), "scale": random(3)},
    )
    assert "nodes are read" in refused(model, tmp_path)


def _if(weight: Any, **graphs: Any) -> Any:
    """Return a model whose branch adds a weight of its own."""
    model = made(
        [("If", "c", "y", graphs or {"then_branch": _adds(weight), "else_branch": _adds(weight)})],
        {"x": (1, 3)},
        weights={"c": np.array(True)},
    )
    model.graph.input[0].type.tensor_type.elem_type = weight.data_type
    model.graph.output[0].type.tensor_type.elem_type = weight.data_type
    return model


def _adds(weight: Any) -> Any:
    from onnx import helper

    value = helper.make_tensor_value_info("b", weight.data_type, None)
    return helper.make_graph(
        [helper.make_node("Add", ["x", "k"], ["b"])], "in", [], [value], [weight]
    )


def test_a_branch_of_double_precision_is_read_as_single(tmp_path: Path) -> None:
    from onnx import numpy_helper

    agrees(_if(numpy_helper.from_array(np.arange(3.0), "k")), tmp_path)


def test_weights_of_a_branch_are_beside_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are no file of the current folder, and are part of what the hash says."""
    from onnx import TensorProto

    weight = TensorProto(name="k", data_type=1, dims=[3], data_location=TensorProto.EXTERNAL)
    weight.external_data.add(key="location", value="weights")
    model, folder = _if(weight), tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "weights").write_bytes(bytes(12))
    monkeypatch.chdir(tmp_path)
    assert "'weights', which is not beside it" in refused(model, folder)
    with pytest.raises(ModelFileError, match="stand in a file"):
        given_model(model).open()
    (tmp_path / "weights").rename(folder / "weights")
    opened = open_model(folder / "model.onnx")
    assert [call.class_name for call in opened.calls] == ["Input", "Add", "Identity"]
    assert opened.sha256 != sha256_of(folder / "model.onnx")


def test_a_condition_without_its_graph_is_refused(tmp_path: Path) -> None:
    model = made(
        [("If", "c", "y", {"then_branch": graph([("Tanh", "x", "b", {})], "", "b")})],
        {"x": (1, 3)},
        weights={"c": np.array(False)},
    )
    assert "it has no else_branch" in refused(model, tmp_path)


def test_a_loop_of_no_nodes_ends(tmp_path: Path) -> None:
    from onnx import helper

    body = graph([], "n go h", "go h")
    del body.initializer[:]
    weights = {"times": np.array(1 << 16), "go": np.array(True)}
    nodes: list[Any] = [("Loop", "times go x", "y", {"body": body})]
    assert "nodes are read" in refused(made(nodes, {"x": (1, 3)}, weights=weights), tmp_path)
    body.initializer.extend([helper.make_tensor(f"w{n}", 1, [1], [0]) for n in range(1_000)])
    weights["times"] = np.array(100)
    assert "nodes are read" in refused(made(nodes, {"x": (1, 3)}, weights=weights), tmp_path)


def test_the_weights_of_a_loop_are_held_once(tmp_path: Path) -> None:
    model = made(
        [("Loop", "times go x", "last each", {"body": BODY})],
        {"x": (1, 3)},
        weights={"times": np.array(5), "go": np.array(True), "scale": random(3)},
        outputs=["last", "each"],
    )
    proto, _ = read_file(saved(model, tmp_path))
    node = proto.graph.node[0]
    constants = {"times": np.array(5), "go": np.array(True)}
    outside = Outside({}, constants, {"body": node.attribute[0].g}, 20)
    held = [each.output[0] for each in inlined(node, outside) if each.op_type == "Constant"]
    assert [name for name in held if "weight" in name] == ["last/inner.weight"]
