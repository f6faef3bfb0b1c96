"""What layers and channels of ONNX models are called."""

from pathlib import Path
from typing import Any

import pytest

from exporter.planning.push import plan
from exporter.reading.formats import open_model
from tests.unit.onnx_models import Node, made, random, saved

pytest.importorskip("onnx")

SCOPES = "pkg.torch.onnx.name_scopes"


def names_of(model: Any, folder: Path) -> list[str]:
    return [row.name for row in plan(open_model(saved(model, folder))).rows]


def named(*names: str, producer: str = "tf2onnx") -> Any:
    """Return functions one behind the other, each a node of a name."""
    tensors = ["x", *(f"t{place}" for place in range(len(names)))]
    nodes: list[Node] = [
        ("Sin" if name.endswith("Sin") else "Cos", tensors[place], tensors[place + 1], {})
        for place, name in enumerate(names)
    ]
    model = made(nodes, {"x": (1, 3)})
    model.producer_name = producer
    for node, name in zip(model.graph.node, names, strict=True):
        node.name = name
    return model


@pytest.mark.parametrize(
    ("producer", "given", "expected"),
    [
        ("tf2onnx", ["net/one/Sin", "net/two/Cos"], ["net/one", "net/two"]),
        ("tf2onnx", ["net/one/Sin", "net/one/Cos"], ["net/one/Sin", "net/one/Cos"]),
        ("tf2onnx", ["net/one/Sin", "net/one/in/Sin"], ["net/one/Sin", "net/one/in"]),
        ("pytorch", ["/layer1/layer1.0/act/Sin"], ["layer1.0.act"]),
        ("pytorch", ["/act/Sin", "/act_1/Sin"], ["act", "act_1"]),
        ("pytorch", ["/Sin", "/Cos"], ["Sin", "Cos"]),
        ("", ["", "same", "same"], ["t0", "same", "same:2"]),
        ("", ["x"], ["x:2"]),
    ],
)
def test_nodes_are_named_as_their_model_was(
    producer: str, given: list[str], expected: list[str], tmp_path: Path
) -> None:
    assert names_of(named(*given, producer=producer), tmp_path)[1:] == expected


def test_weights_name_a_layer_before_its_node_does(tmp_path: Path) -> None:
    model = made(
        [("Conv", "x layer1.0.conv2.weight", "c", {}), ("Conv", "c conv2d_6/kernel:0", "d", {})],
        {"x": (1, 1, 4, 4)},
        weights={
            "layer1.0.conv2.weight": random(2, 1, 2, 2),
            "conv2d_6/kernel:0": random(2, 2, 2, 2),
        },
    )
    assert names_of(model, tmp_path) == ["x", "layer1.0.conv2", "conv2d_6"]


def test_the_scopes_of_torch_name_a_layer_without_weights(tmp_path: Path) -> None:
    model = named("node_sin_1", "node_cos_2", producer="pytorch")
    scopes = ["['', 'features', 'features.2', 'sin_1']", "['', 'features', 'cos_2']"]
    for node, each in zip(model.graph.node, scopes, strict=True):
        node.metadata_props.add(key=SCOPES, value=each)
    assert names_of(model, tmp_path) == ["x", "features.2", "features/cos_2"]


@pytest.mark.parametrize(
    ("shape", "before", "axis"),
    [
        ((1, 4, 5, 3), [("Transpose", "x", "t", {"perm": [0, 3, 1, 2]})], 2),
        ((1, 3, 4, 5), [("Relu", "x", "t", {})], 0),
        ((1, 4, 3, 5), [("Transpose", "x", "t", {"perm": [0, 2, 1, 3]})], 1),
    ],
)
def test_the_channel_of_an_input_is_what_its_reader_takes_for_it(
    shape: tuple[int, ...], before: list[Any], axis: int, tmp_path: Path
) -> None:
    model = made(
        [*before, ("Conv", "t w", "y", {})], {"x": shape}, weights={"w": random(2, 3, 2, 2)}
    )
    layers = plan(open_model(saved(model, tmp_path))).layers
    assert layers[0].channel_axis % 3 == axis
    assert layers[-1].channel_axis == 0


def test_what_is_no_list_of_modules_is_none(tmp_path: Path) -> None:
    model = named("Sin")
    model.graph.node[0].metadata_props.add(key=SCOPES, value="[{[]: 1}]")
    assert names_of(model, tmp_path) == names_of(named("Sin"), tmp_path)
