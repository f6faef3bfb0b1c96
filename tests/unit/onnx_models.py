"""Small ONNX models, made on the spot."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.planning.push import plan
from exporter.reading.formats import open_model
from exporter.verifying.graph_source import StreamSource
from exporter.verifying.verification import compare

Node = tuple[str, str, str, Mapping[str, Any]]
"""The operation, the names of what it reads and puts out, a space between them, its attributes."""


def random(*shape: int) -> NDArray[np.float32]:
    """Return weights that are the same each time."""
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def made(
    nodes: Sequence[Node],
    inputs: Mapping[str, Sequence[int | str]],
    *,
    weights: Mapping[str, Any] | None = None,
    outputs: Sequence[str] | None = None,
    opset: int = 20,
) -> Any:
    """Return an ``onnx.ModelProto``; by default the last node makes its output."""
    from onnx import TensorProto, helper, numpy_helper

    last = nodes[-1][2].split()[:1]
    graph = helper.make_graph(
        [
            helper.make_node(op, read.split(), puts.split(), name=puts.split()[0], **attributes)
            for op, read, puts, attributes in nodes
        ],
        "made",
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in inputs.items()
        ],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs or last],
        [
            numpy_helper.from_array(np.asarray(values), name)
            for name, values in (weights or {}).items()
        ],
    )
    return helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", opset)],
        producer_name="tests",
        producer_version="1.0",
        ir_version=9,
    )


def convolutional() -> Any:
    """Return a convolution with a ReLU, a pool, and a layer with a softmax."""
    return made(
        [
            ("Conv", "x conv1.weight conv1.bias", "c", {}),
            ("Relu", "c", "r", {}),
            ("MaxPool", "r", "pool", {"kernel_shape": [2, 2]}),
            ("Flatten", "pool", "f", {}),
            ("Gemm", "f fc.weight fc.bias", "g", {"transB": 1}),
            ("Softmax", "g", "y", {"axis": -1}),
        ],
        {"x": ("batch", 1, 6, 6)},
        weights={
            "conv1.weight": random(4, 1, 3, 3),
            "conv1.bias": random(4),
            "fc.weight": random(3, 36),
            "fc.bias": random(3),
        },
    )


def saved(model: Any, folder: Path, name: str = "model.onnx") -> Path:
    """Write a model, and return its path."""
    file = folder / name
    file.write_bytes(model.SerializeToString())
    return file


def agrees(model: Any, folder: Path) -> Any:
    """Return the plan of a model whose replay onnxruntime agrees with."""
    opened = open_model(saved(model, folder))
    planned = plan(opened)
    report = compare(opened, StreamSource(planned), samples=3)
    assert report.passed, report.frame.to_string()
    return planned
