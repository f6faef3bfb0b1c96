"""Operations whose inputs or meaning changed, of all versions; the witness is onnxruntime."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.unit.onnx_models import Node, agrees, made, random

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

OPSETS = [7, 8, 9, 10, 11, 13, 18, 21]
IMAGE = (1, 4, 5, 6)


class Steps:
    """Nodes one behind the other, each of which reads what the one before puts out."""

    def __init__(self, opset: int) -> None:
        self.opset = opset
        self.nodes: list[Node] = []
        self.weights: dict[str, Any] = {}
        self.last = "x"

    def add(self, op: str, *constants: Any, **attributes: Any) -> None:
        """Add a node that reads constants besides."""
        number = len(self.nodes)
        reads = [self.last]
        for place, value in enumerate(constants):
            reads.append(f"w{number}_{place}")
            self.weights[reads[-1]] = np.asarray(value)
        self.last = f"n{number}"
        self.nodes.append((op, " ".join(reads), self.last, attributes))

    def either(self, since: int, op: str, *constants: Any, **attributes: Any) -> None:
        """Add a node whose settings are constants from a version on, and attributes before it."""
        if self.opset >= since:
            self.add(op, *constants)
        else:
            self.add(op, **attributes)


def moving(steps: Steps) -> None:
    """Add what resizes, pads and moves."""
    scales = np.array([1, 1, 2, 2], np.float32)
    if steps.opset < 10:
        steps.either(9, "Upsample", scales, scales=[1.0, 1.0, 2.0, 2.0])
    elif steps.opset == 10:
        steps.add("Resize", scales)
    else:
        steps.add("Resize", np.zeros(0, np.float32), scales)
    pads = [0, 0, 1, 1, 0, 0, 0, 2]
    steps.either(11, "Pad", pads, np.float32(0.5), pads=pads, value=0.5)
    steps.either(10, "Slice", [0, -7], [3, 9], [1, 3], starts=[0, -7], ends=[3, 9], axes=[1, 3])
    steps.either(13, "Unsqueeze", [2], axes=[2])
    steps.add("Sin")
    steps.either(13, "Squeeze", [2], axes=[2])
    steps.either(18, "ReduceMean", [2], axes=[2])
    steps.either(13, "ReduceSum", [1], axes=[1])


def computing(steps: Steps) -> None:
    """Add functions, of which some changed their axes."""
    steps.add("BatchNormalization", random(4), random(4), random(4), np.square(random(4)))
    steps.either(12, "Dropout", np.float32(0.3), ratio=0.3)
    steps.either(11, "Clip", np.float32(-0.2), np.float32(0.5), min=-0.2, max=0.5)
    steps.either(11, "Clip", np.float32(-0.1), min=-0.1)
    steps.add("Softmax")
    steps.add("LogSoftmax", axis=2)
    steps.add("Softmax", axis=1)
    steps.add("Flatten", axis=2)
    steps.add("Gemm", random(3, 30), random(3), alpha=0.5, transB=1)


def models(opset: int) -> Iterator[Any]:
    """Yield the models of a version."""
    for kind in (moving, computing):
        steps = Steps(opset)
        kind(steps)
        yield made(steps.nodes, {"x": IMAGE}, weights=steps.weights, opset=opset)
    yield made(
        [("LSTM", "x w r b", "y h", {"hidden_size": 2, "clip": 1.0})],
        {"x": (2, 1, 3)},
        weights={"w": random(1, 8, 3), "r": random(1, 8, 2), "b": random(1, 16)},
        outputs=["y", "h"],
        opset=opset,
    )


@pytest.mark.parametrize("opset", OPSETS)
def test_each_version_agrees_with_onnxruntime(opset: int, tmp_path: Path) -> None:
    for model in models(opset):
        agrees(model, tmp_path)
