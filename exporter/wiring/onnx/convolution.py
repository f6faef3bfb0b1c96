"""Convolutions of ONNX: channels before space, pads before and after each axis."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from exporter.wiring.convolution import whole
from exporter.wiring.onnx.adapter import onnx_handles
from exporter.wiring.onnx.node import OnnxNode
from exporter.wiring.onnx.space import Pads, Sliding, channels_behind
from exporter.wiring.operands import is_neurons
from exporter.wiring.results import Computed, Ids, NotWirableError, Weights
from exporter.wiring.windows import transposed_windows, windows


@dataclass(frozen=True)
class _ChannelsFirst:
    """What ``whole`` asks of a layer."""

    kernel_size: tuple[int, ...]
    data_format: str = "channels_first"
    activation: None = None


@onnx_handles("Conv")
def convolution(node: OnnxNode, ids: Ids, kernel: Any, bias: Any = None) -> Computed:
    """Join each output to its window; the kernel is shared by all positions."""
    weights = _weights(kernel, bias)
    space = channels_behind(node, ids)
    size = weights.shape[2:]
    sliding = Sliding.of(node, size, space.shape[:-1])
    view = windows(space, size, sliding.strides, sliding.pads, sliding.dilations)
    groups = int(node.attributes.get("group", 1))
    turned = np.moveaxis(weights, (0, 1), (-1, -2))
    return whole(_ChannelsFirst(size), view, turned, groups, bias)


@onnx_handles("ConvTranspose")
def transposed_convolution(node: OnnxNode, ids: Ids, kernel: Any, bias: Any = None) -> Computed:
    """Join each output to the inputs that reach it through the kernel."""
    weights = _weights(kernel, bias)
    space = channels_behind(node, ids)
    size = weights.shape[2:]
    outputs = node.outputs[0].shape[2:]
    groups = int(node.attributes.get("group", 1))
    sliding = Sliding.of(node, size, space.shape[:-1])
    view = transposed_windows(
        space,
        size,
        sliding.strides,
        _left_out(node, sliding, space.shape[:-1], outputs),
        sliding.dilations,
        outputs,
    )
    # (group * channel, filter, *window) becomes (*window, channel, group * filter).
    split = weights.reshape((groups, -1, *weights.shape[1:]))
    turned = np.moveaxis(split, (1, 0, 2), (-3, -2, -1))
    joined = turned.reshape((*turned.shape[:-2], -1))
    return whole(_ChannelsFirst(size), view, joined, groups, bias)


def _left_out(node: OnnxNode, sliding: Sliding, space: Any, outputs: Any) -> Pads:
    """Return how much of the output is left out before each axis, and after it."""
    auto = node.attributes.get("auto_pad", "NOTSET")
    given = node.attributes.get("output_shape")
    if given is None and auto not in {"SAME_UPPER", "SAME_LOWER"}:
        return sliding.pads
    extra = node.attributes.get("output_padding", [0] * len(space))
    total = [
        step * (length - 1) + more + window - out
        for step, length, more, window, out in zip(
            sliding.strides, space, extra, sliding.reach, outputs, strict=True
        )
    ]
    halves = [(each // 2, each - each // 2) for each in total]
    return halves if auto == "SAME_UPPER" else [(after, before) for before, after in halves]


def _weights(kernel: Any, bias: Any) -> Weights:
    if is_neurons(kernel) or is_neurons(bias):
        raise NotWirableError("its kernel depends on its input")
    weights: Weights = np.asarray(kernel, dtype=np.float32)
    return weights
