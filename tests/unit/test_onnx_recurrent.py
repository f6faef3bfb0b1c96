"""Recurrent ONNX nodes, unrolled; the witness is onnxruntime."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.planning.push import plan
from exporter.reading.formats import open_model
from queries.errors import UnsupportedLayerError
from tests.unit.onnx_models import agrees, made, random, saved

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}


def recurrent(
    op: str, *, batch: int = 1, more: dict[int, Any] | None = None, **attributes: Any
) -> Any:
    """Return a recurrent node over 3 steps of 3 features, with 4 units.

    Parameters
    ----------
    op
        Its operation.
    batch
        How many sequences.
    more
        Constants that it reads besides, by their place.
    **attributes
        Its attributes.
    """
    directions = 2 if attributes.get("direction") == "bidirectional" else 1
    width = GATES[op] * 4
    weights: dict[str, Any] = {
        "w": random(directions, width, 3),
        "r": random(directions, width, 4) / 2,
        "b": random(directions, 2 * width),
    }
    reads = ["x", "w", "r", "b", "", "", "", ""]
    for place, value in (more or {}).items():
        reads[place] = f"i{place}"
        weights[f"i{place}"] = value
    while not reads[-1]:
        reads.pop()
    outputs = ["y", "h", "c"][: 3 if op == "LSTM" else 2]
    shape = (batch, 3, 3) if attributes.get("layout") else (3, batch, 3)
    model = made(
        [(op, "x w r b", " ".join(outputs), {"hidden_size": 4, **attributes})],
        {"x": shape},
        weights=weights,
        outputs=outputs,
    )
    model.graph.node[0].input[:] = reads
    return model


@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize(
    ("op", "attributes"),
    [("RNN", {}), ("LSTM", {}), ("GRU", {}), ("GRU", {"linear_before_reset": 1})],
)
def test_recurrent_nodes_are_unrolled(
    op: str, attributes: dict[str, Any], direction: str, tmp_path: Path
) -> None:
    model = recurrent(op, direction=direction, **attributes)
    planned = agrees(model, tmp_path)
    assert any("@t2/" in layer.name for layer in planned.layers)


FORGETS = {"more": {7: random(1, 12)}}
STARTS = {"more": {5: random(1, 1, 4), 6: random(1, 1, 4), 7: random(1, 12)}}
SEVERAL = {"batch": 3, "more": {4: np.array([2, 3, 1], np.int32)}}


@pytest.mark.parametrize(
    ("op", "settings"),
    [
        ("RNN", {"clip": 0.3}),
        ("GRU", {"clip": 0.3}),
        ("GRU", {"clip": 0.3, "linear_before_reset": 1}),
        ("LSTM", {"clip": 0.3}),
        ("LSTM", {"clip": 0.3, **STARTS}),
        ("LSTM", {"input_forget": 1, **FORGETS}),
        ("LSTM", STARTS),
        (
            "RNN",
            {"activations": ["ScaledTanh"], "activation_alpha": [0.7], "activation_beta": [2.0]},
        ),
        ("RNN", {"activations": ["Affine"], "activation_alpha": [0.3], "activation_beta": [0.1]}),
        (
            "LSTM",
            {
                "activations": ["HardSigmoid", "Elu", "LeakyRelu"],
                "activation_alpha": [0.3, 0.6, 0.1],
                "activation_beta": [0.4],
            },
        ),
        ("GRU", {"activations": ["HardSigmoid", "Softsign"]}),
        ("RNN", SEVERAL),
        ("GRU", {**SEVERAL, "direction": "bidirectional"}),
        ("LSTM", {**SEVERAL, "direction": "bidirectional"}),
        ("LSTM", {"more": {4: np.array([2], np.int32)}, "direction": "reverse"}),
        ("LSTM", {"batch": 2}),
    ],
)
def test_settings_of_recurrent_nodes(op: str, settings: dict[str, Any], tmp_path: Path) -> None:
    agrees(recurrent(op, **settings), tmp_path)


@pytest.mark.parametrize("op", ["RNN", "GRU", "LSTM"])
def test_a_batch_before_time_gives_what_time_first_does(op: str, tmp_path: Path) -> None:
    """onnxruntime has no such operation; ONNX's own evaluator is the witness."""
    planned = agrees(recurrent(op, layout=1), tmp_path)
    by_time = agrees(recurrent(op), tmp_path)
    assert planned.edges == by_time.edges


def test_what_cannot_be_unrolled_says_why(tmp_path: Path) -> None:
    model = made(
        [("LSTM", "x w x", "y", {"hidden_size": 4})],
        {"x": (3, 1, 3)},
        weights={"w": random(1, 16, 3)},
    )
    with pytest.raises(UnsupportedLayerError, match=r"LSTM: its weights depend on its input"):
        plan(open_model(saved(model, tmp_path)))


BY_TIME, FIRST = ("batch", "time"), ("time", "batch")
CELL: Any = ("RNN", "s w r b", "y", {"hidden_size": 4})
OUT: Any = [("Squeeze", "y one", "q", {}), ("MatMul", "q fc", "o", {})]
LAYOUTS: dict[str, tuple[list[Any], tuple[str, ...]]] = {
    "time first": ([("Identity", "x", "s", {}), CELL, *OUT], FIRST),
    "dense layer before": (
        [
            ("MatMul", "x in", "m", {}),
            ("Tanh", "m", "t", {}),
            ("Dropout", "t", "s", {}),
            CELL,
            *OUT,
        ],
        FIRST,
    ),
    "softmax over time": ([CELL, *OUT, ("Softmax", "o", "p", {"axis": 0})], FIRST),
    "two nodes": (
        [
            ("RNN", "x w r b", "y1", CELL[3]),
            ("Squeeze", "y1 one", "s", {}),
            ("RNN", "s w4 r b", "y", CELL[3]),
            *OUT,
        ],
        FIRST,
    ),
    "both directions": (
        [
            ("RNN", "x w2 r2 b2", "y1", {**CELL[3], "direction": "bidirectional"}),
            ("Transpose", "y1", "turned", {"perm": [0, 2, 1, 3]}),
            ("Reshape", "turned kept", "s", {}),
            ("RNN", "s w8 r b", "y", CELL[3]),
            *OUT,
        ],
        FIRST,
    ),
    "batch first": (
        [
            ("Transpose", "x", "s", {"perm": [1, 0, 2]}),
            CELL,
            *OUT,
            ("Transpose", "o", "p", {"perm": [1, 0, 2]}),
        ],
        BY_TIME,
    ),
    "dense layer between": (
        [
            ("Transpose", "x", "t", {"perm": [1, 0, 2]}),
            ("MatMul", "t in", "s", {}),
            CELL,
            *OUT,
        ],
        BY_TIME,
    ),
    "layout": (
        [
            ("RNN", "x w r b", "y", {**CELL[3], "layout": 1}),
            ("Squeeze", "y two", "q", {}),
            ("MatMul", "q fc", "o", {}),
        ],
        BY_TIME,
    ),
}


@pytest.mark.parametrize("batch", ["batch", 1, 2])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_time_is_x_wherever_the_batch_stands(layout: str, batch: str | int, tmp_path: Path) -> None:
    nodes, axes = LAYOUTS[layout]
    lengths: dict[str, str | int] = {"batch": batch, "time": 3}
    read = [(op, reads.replace("s w r", "x w r"), *rest) for op, reads, *rest in nodes]
    model = made(
        read if layout == "softmax over time" else nodes,
        {"x": [*(lengths[axis] for axis in axes), 3]},
        weights={
            "in": random(3, 3),
            "fc": random(4, 2),
            "one": np.array([1]),
            "two": np.array([2]),
            "kept": np.array([0, 0, -1]),
            "w": random(1, 4, 3),
            "r": random(1, 4, 4),
            "b": random(1, 8),
            "w2": random(2, 4, 3),
            "r2": random(2, 4, 4),
            "b2": random(2, 8),
            "w4": random(1, 4, 4),
            "w8": random(1, 4, 8),
        },
    )
    layers = agrees(model, tmp_path).layers
    assert (layers[0].shape, layers[0].channel_axis) == ((3, 3), 1)
    assert (layers[-1].shape, layers[-1].channel_axis) == ((3, 2), 1)
