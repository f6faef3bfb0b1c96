"""Hostile and damaged ONNX files: refused by name or size, before memory goes."""

import random as chance
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.planning.push import plan
from exporter.reading.formats import open_model
from exporter.reading.model_file import sha256_of
from queries.errors import ModelFileError, NeurongraphError, UnsupportedLayerError
from tests.unit.onnx_models import convolutional, made, random, saved

pytest.importorskip("onnx")


def refused(model: Any, folder: Path) -> str:
    """Return why a model is not opened and planned."""
    with pytest.raises((ModelFileError, UnsupportedLayerError)) as caught:
        plan(open_model(saved(model, folder)))
    return str(caught.value)


HUGE = np.array([1 << 20, 1 << 20, 1 << 10])


@pytest.mark.parametrize(
    "fold",
    [
        [("ConstantOfShape", "huge", "c", {})],
        [("Expand", "one huge", "c", {})],
        [("Tile", "ones huge", "c", {})],
        [("Range", "zero far step", "c", {})],
        [("Reshape", "one column", "a", {}), ("Expand", "a wide", "c", {})],
        [("ConstantOfShape", "large", "a", {}), ("Exp", "a", "c", {})],
        [("ConstantOfShape", "large", "c", {})],
    ],
)
def test_a_constant_that_would_fill_the_memory_is_not_computed(
    fold: list[Any], tmp_path: Path
) -> None:
    model = made(
        [*fold, ("ReduceSum", "c", "s", {"keepdims": 0}), ("Add", "x s", "y", {})],
        {"x": (1, 3)},
        weights={
            "huge": HUGE,
            "one": np.ones(1, np.float32),
            "ones": np.ones((1, 1, 1), np.float32),
            "zero": np.float32(0),
            "far": np.float32(1e15),
            "step": np.float32(1),
            "column": np.array([1, 1]),
            "large": np.array([1 << 10, 1 << 17]),
            "wide": np.array([1 << 20, 1 << 20]),
        },
    )
    assert "its constants would take" in refused(model, tmp_path)


def test_a_chain_of_doublings_is_not_computed(tmp_path: Path) -> None:
    doubling: list[Any] = [("Concat", f"d{n} d{n}", f"d{n + 1}", {"axis": 0}) for n in range(60)]
    model = made(
        [*doubling, ("ReduceSum", "d60", "s", {"keepdims": 0}), ("Add", "x s", "y", {})],
        {"x": (1, 3)},
        weights={"d0": np.ones(4, np.float32)},
    )
    assert "its constants would take" in refused(model, tmp_path)


def test_doublings_before_a_lookup_are_not_followed(tmp_path: Path) -> None:
    doubling: list[Any] = [("Add", f"d{n} d{n}", f"d{n + 1}", {}) for n in range(60)]
    nodes = [("Cast", "x", "d0", {"to": 6}), *doubling, ("Gather", "table d60", "y", {})]
    model = made(nodes, {"x": (1, 3)}, weights={"table": np.ones(4, np.float32)})
    assert "60 layers cannot be wired" in refused(model, tmp_path)


def test_an_axis_that_would_fill_the_memory_is_not_resized(tmp_path: Path) -> None:
    nodes = [("Resize", "x region scales", "y", {"mode": "linear"})]
    weights = {"region": random(0), "scales": np.array([1, 1, 0.5], np.float32)}
    model = made(nodes, {"x": [1, 1, 1 << 21]}, weights=weights)
    assert "weighs each input of an axis in each output" in refused(model, tmp_path)


def test_a_shape_that_would_fill_the_memory_is_not_computed(tmp_path: Path) -> None:
    nodes = [("Compress", "x condition", "y", {"axis": 1})]
    weights = {"condition": np.array([True, False])}
    model = made(nodes, {"x": [1, 1 << 21, 1 << 21]}, weights=weights)
    assert "the shape of its output" in refused(model, tmp_path)


def test_a_tensor_that_would_fill_the_memory_is_not_planned(tmp_path: Path) -> None:
    model = made([("Expand", "x huge", "y", {})], {"x": (1, 1, 1)}, weights={"huge": HUGE})
    assert "more than fit into memory" in refused(model, tmp_path)


def test_weights_that_say_more_than_they_hold_are_refused(tmp_path: Path) -> None:
    model = convolutional()
    model.graph.initializer[0].dims[0] = 1 << 40
    assert "of weights, but the whole file has" in refused(model, tmp_path)
    model.graph.initializer[0].dims[0] = -4
    assert "negative length" in refused(model, tmp_path)
    model.graph.initializer[0].dims[0] = 5
    assert "damaged" in refused(model, tmp_path)


def test_a_graph_in_a_circle_is_refused(tmp_path: Path) -> None:
    model = made([("Add", "x b", "a", {}), ("Relu", "a", "b", {})], {"x": (1, 3)})
    assert "in a circle" in refused(model, tmp_path)


def _relu() -> Any:
    return made([("Relu", "x", "y", {})], {"x": (1, 3)})


def _without_output(model: Any) -> None:
    del model.graph.output[:]


def _of_type(number: int) -> Callable[[Any], None]:
    def change(model: Any) -> None:
        model.graph.input[0].type.tensor_type.elem_type = number

    return change


def _of_kind(kind: str) -> Callable[[Any], None]:
    def change(model: Any) -> None:
        getattr(model.graph.input[0].type, kind).SetInParent()

    return change


def _copied(field: str, times: int) -> Callable[[Any], None]:
    def change(model: Any) -> None:
        values = getattr(model.graph, field)
        values.extend([values[0]] * times)
        for place, value in enumerate(values[2:]):
            value.name = f"{value.name}{place}"

    return change


def _split(model: Any) -> None:
    node = model.graph.node[0]
    node.op_type = "Split"
    node.attribute.add(name="num_outputs", type=2, i=1 << 40)


def _of_axes(model: Any) -> None:
    dim = model.graph.input[0].type.tensor_type.shape.dim
    dim.extend([dim[0]] * 60)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_without_output, "the model has no output"),
        (_of_type(0), "is of the unknown type 0"),
        (_of_type(99), "is of the unknown type 99"),
        (_of_type(8), "not of numbers"),
        (_of_type(14), "is of complex64, not of numbers"),
        (_of_type(17), "not of numbers"),
        (_of_kind("sequence_type"), "is of the sequence type, not a plain tensor"),
        (_of_kind("map_type"), "is of the map type, not a plain tensor"),
        (_of_kind("optional_type"), "is of the optional type, not a plain tensor"),
        (_of_axes, "has 62 axes, and at most 32 are read"),
        (_copied("input", 1), "it has 2 inputs of the name 'x'"),
        (_copied("input", 20_000), "it has 20,001 inputs, and at most"),
        (_copied("output", 20_000), "it has 20,001 outputs, and at most"),
        (_split, "node 'y' (Split) makes 1,099,511,627,776 parts, but puts out 1"),
    ],
)
def test_what_inputs_and_outputs_cannot_be_is_named(
    change: Callable[[Any], None], said: str, tmp_path: Path
) -> None:
    model = _relu()
    model.graph.node[0].name = ""
    change(model)
    assert said in refused(model, tmp_path)


@pytest.mark.parametrize("tensors", [1, 100])
def test_a_file_of_holes_is_not_read(tensors: int, tmp_path: Path) -> None:
    """Many tensors may name the same bytes, and a file that is all holes takes no disk."""
    size = 1 << 42
    with (tmp_path / "holes").open("wb") as file:
        file.truncate(size)
    model = _relu()
    for place in range(tensors):
        tensor = model.graph.initializer.add(name=f"w{place}", data_type=1, dims=[1 << 40])
        tensor.data_location = 1
        tensor.external_data.add(key="location", value="holes")
    said = {1: "4.4 TB", 100: "439.8 TB"}[tensors]
    assert f"its weights take {said}, but only" in refused(model, tmp_path)


def test_weights_of_a_function_are_no_file_of_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from onnx import TensorProto, helper

    beside = TensorProto(name="w", data_type=1, dims=[3], data_location=TensorProto.EXTERNAL)
    beside.external_data.add(key="location", value="weights")
    model = _with_functions({"f0": ["Relu"]})
    body = model.functions[0].node
    body[0].output[0] = "r"
    body.append(helper.make_node("Constant", [], ["w"], value=beside))
    body.append(helper.make_node("Add", ["r", "w"], ["t0"]))
    (tmp_path / "weights").write_bytes(bytes(12))
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "folder"
    folder.mkdir()
    assert "'weights', which is not beside it" in refused(model, folder)
    (tmp_path / "weights").rename(folder / "weights")
    opened = open_model(folder / "model.onnx")
    assert [call.class_name for call in opened.calls] == ["Input", "Relu", "Add"]
    assert opened.sha256 != sha256_of(folder / "model.onnx")


def test_a_name_that_no_file_has_is_no_file_beside(tmp_path: Path) -> None:
    model = convolutional()
    model.graph.initializer[0].data_location = 1
    model.graph.initializer[0].external_data.add(key="location", value="a" * 5_000)
    assert "which is not beside it" in refused(model, tmp_path)


def test_two_nodes_that_make_one_tensor_are_refused(tmp_path: Path) -> None:
    model = made([("Relu", "x", "a", {}), ("Sin", "x", "a", {})], {"x": (1, 3)})
    assert "two of its nodes make 'a'" in refused(model, tmp_path)


def test_too_many_nodes_are_refused(tmp_path: Path) -> None:
    model = made([("Relu", "x", "y", {})], {"x": (1, 3)})
    model.graph.node.extend([model.graph.node[0]] * 100_000)
    assert "its graph has 100,001 nodes" in refused(model, tmp_path)


def _with_functions(bodies: dict[str, list[str]]) -> Any:
    """Return a model whose node is a function, of which each calls others."""
    from onnx import helper

    model = made([("f0", "x", "y", {"domain": "mine"})], {"x": (1, 3)})
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("mine", 1)]
    del model.opset_import[:]
    model.opset_import.extend(opsets)
    for name, calls in bodies.items():
        tensors = ["a", *(f"t{place}" for place in range(len(calls)))]
        nodes = [
            helper.make_node(
                call, [tensors[at]], [tensors[at + 1]], domain="mine" if call in bodies else ""
            )
            for at, call in enumerate(calls)
        ]
        model.functions.append(
            helper.make_function("mine", name, ["a"], [tensors[-1]], nodes, opsets)
        )
    return model


def test_functions_of_a_model_are_taken_apart(tmp_path: Path) -> None:
    model = _with_functions({"f0": ["f1", "Sin", "f1"], "f1": ["Relu"]})
    planned = plan(open_model(saved(model, tmp_path)))
    assert [layer.class_name for layer in planned.layers] == ["Input", "Relu", "Sin", "Relu"]


def test_functions_that_grow_without_end_are_refused(tmp_path: Path) -> None:
    doubling = {f"f{n}": [f"f{n + 1}"] * 2 for n in range(40)}
    assert "nodes, and at most" in refused(_with_functions({**doubling, "f40": ["Relu"]}), tmp_path)
    assert "calls itself" in refused(_with_functions({"f0": ["f1"], "f1": ["f0"]}), tmp_path)


def test_an_endless_loop_is_refused_by_name(tmp_path: Path) -> None:
    from onnx import TensorProto, helper

    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["on"])],
        "body",
        [
            helper.make_tensor_value_info("n", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
        ],
        [helper.make_tensor_value_info("on", TensorProto.BOOL, [])],
    )
    model = made([("Relu", "x", "y", {})], {"x": (1, 3)})
    loop = helper.make_node("Loop", ["", ""], ["l"], body=body, name="endless")
    model.graph.node.append(loop)
    assert "endless (Loop: how often its graph is run depends" in refused(model, tmp_path)


def test_a_recurrent_node_is_not_unrolled_without_end(tmp_path: Path) -> None:
    model = made(
        [("RNN", "x w r", "y", {"hidden_size": 1})],
        {"x": (1 << 20, 1, 1)},
        weights={"w": random(1, 1, 1), "r": random(1, 1, 1)},
    )
    assert "at most 2,000 are unrolled" in refused(model, tmp_path)


@pytest.mark.parametrize(
    ("hidden", "weights", "recurrent"),
    [(2, (2, 3), (4, 1)), (1 << 40, (1, 1, 1), (1, 1, 1)), (1, (1, 1, 2), (1, 1, 1))],
)
def test_recurrent_weights_that_do_not_fit_are_refused(
    hidden: int, weights: tuple[int, ...], recurrent: tuple[int, ...], tmp_path: Path
) -> None:
    model = made(
        [("RNN", "x w r", "y", {"hidden_size": hidden})],
        {"x": (3, 1, 1)},
        weights={"w": random(*weights), "r": random(*recurrent)},
    )
    assert "do not fit its input or its hidden_size" in refused(model, tmp_path)


@pytest.mark.parametrize("content", [b"", b"\x08\x07", b"\x08\x07\x12" + b"\xff" * 64, b"junk" * 9])
def test_what_is_no_model_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    file.write_bytes(content)
    with pytest.raises(ModelFileError, match=r"no ONNX model|no graph"):
        open_model(file)


def test_changed_bytes_raise_own_errors_only(tmp_path: Path) -> None:
    content = convolutional().SerializeToString()
    draw = chance.Random(0)
    file = tmp_path / "model.onnx"
    for _ in range(300):
        changed = bytearray(content)
        for _ in range(draw.randint(1, 4)):
            changed[draw.randrange(len(changed))] = draw.randrange(256)
        file.write_bytes(changed)
        with suppress(NeurongraphError):
            plan(open_model(file))
