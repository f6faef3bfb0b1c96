"""Large networks as ONNX files, of random weights: made of nodes, without any exporter."""

from pathlib import Path
from typing import Any, Final

import numpy as np

Kernel = tuple[int, int]
_STAGES: Final = ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2))
"""Channels, blocks and the stride of each stage of ResNet50."""


class Net:
    """Nodes that read each other, and their weights.

    Parameters
    ----------
    channels
        The channels of the input.
    size
        How many pixels its sides have.
    """

    def __init__(self, channels: int, size: int) -> None:
        self._input = (channels, size)
        self._nodes: list[Any] = []
        self._weights: list[Any] = []
        self._random = np.random.default_rng(0)

    def node(self, op: str, *inputs: str, **attributes: Any) -> str:
        """Add a node; return the name of what it puts out."""
        from onnx import helper

        name = f"{op.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(op, list(inputs), [name], name, **attributes))
        return name

    def weights(self, *shape: int) -> str:
        """Draw weights; return their name."""
        values = self._random.normal(0.0, np.sqrt(2 / np.prod(shape[1:])), shape)
        return self.constant(values.astype(np.float32))

    def constant(self, values: Any) -> str:
        """Add a constant; return its name."""
        from onnx import numpy_helper

        name = f"w{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def conv(self, read: str, shape: tuple[int, ...], stride: int = 1, pad: int = 0) -> str:
        """Add a convolution with a bias."""
        kernel, bias = self.weights(*shape), self.constant(np.zeros(shape[0], np.float32))
        return self.node("Conv", read, kernel, bias, strides=[stride] * 2, pads=[pad] * 4)

    def save(self, output: str, path: Path) -> None:
        """Write the file."""
        from onnx import TensorProto, helper

        channels, size = self._input
        shape: list[str | int | None] = ["batch", channels, size, size]
        graph = helper.make_graph(
            self._nodes,
            "net",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
            self._weights,
        )
        opset = [helper.make_opsetid("", 20)]
        model = helper.make_model(graph, opset_imports=opset, ir_version=9)
        path.write_bytes(model.SerializeToString())


def save_cifar(path: Path) -> None:
    """Save what ``tests.models.save_cifar`` saves, of other weights."""
    net = Net(3, 32)
    seen = net.node("Relu", net.conv("x", (32, 3, 3, 3)))
    seen = net.node("MaxPool", seen, kernel_shape=[2, 2], strides=[2, 2])
    seen = net.node("Relu", net.conv(seen, (64, 32, 3, 3)))
    seen = net.node("MaxPool", seen, kernel_shape=[2, 2], strides=[2, 2])
    seen = net.node("Flatten", net.node("Relu", net.conv(seen, (64, 64, 3, 3))))
    hidden = net.node("Relu", net.node("Gemm", seen, net.weights(1024, 64)))
    odds = net.node("Gemm", hidden, net.weights(64, 10))
    net.save(net.node("Softmax", odds, axis=-1), path)


def save_resnet(path: Path) -> None:
    """Save ResNet50 for 224 x 224 pixels, with its normalizations in the convolutions."""
    net = Net(3, 224)
    seen = net.node("Relu", net.conv("x", (64, 3, 7, 7), 2, 3))
    seen = net.node("MaxPool", seen, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    width = 64
    for channels, blocks, stride in _STAGES:
        for block in range(blocks):
            step = stride if block == 0 else 1
            once = net.node("Relu", net.conv(seen, (channels, width, 1, 1)))
            twice = net.node("Relu", net.conv(once, (channels, channels, 3, 3), step, 1))
            added = net.conv(twice, (4 * channels, channels, 1, 1))
            beside = seen if block else net.conv(seen, (4 * channels, width, 1, 1), step)
            seen = net.node("Relu", net.node("Add", added, beside))
            width = 4 * channels
    flat = net.node("Flatten", net.node("GlobalAveragePool", seen))
    odds = net.node("Gemm", flat, net.weights(width, 1000))
    net.save(net.node("Softmax", odds, axis=-1), path)
