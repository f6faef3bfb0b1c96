"""Convolutions of ONNX: channels before space, pads before and after each axis."""

from dataclasses import dataclass, replace
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
    sliding = Sliding.of(node, weights.shape[2:], node.tensor().shape[2:]).over(space.shape[:-1])
    view = windows(space, sliding.kernel, sliding.strides, sliding.pads, sliding.dilations)
    turned = np.moveaxis(weights, (0, 1), (-1, -2))
    return _whole(node, sliding, view, turned, bias)


@onnx_handles("ConvTranspose")
def transposed_convolution(node: OnnxNode, ids: Ids, kernel: Any, bias: Any = None) -> Computed:
    """Join each output to the inputs that reach it through the kernel."""
    weights = _weights(kernel, bias)
    space = channels_behind(node, ids)
    groups = int(node.attributes.get("group", 1))
    lengths, outputs = node.tensor().shape[2:], node.outputs[0].shape[2:]
    own = Sliding.of(node, weights.shape[2:], lengths)
    sliding = own.over(space.shape[:-1])
    batch = space.shape[: len(sliding.kernel) - len(own.kernel)]
    view = transposed_windows(
        space,
        sliding.kernel,
        sliding.strides,
        [(0, 0)] * len(batch) + _left_out(node, own, lengths, outputs),
        sliding.dilations,
        batch + tuple(outputs),
    )
    # (group * channel, filter, *window) becomes (*window, channel, group * filter).
    split = weights.reshape((groups, -1, *weights.shape[1:]))
    turned = np.moveaxis(split, (1, 0, 2), (-3, -2, -1))
    joined = turned.reshape((*turned.shape[:-2], -1))
    return _whole(node, sliding, view, joined, bias)


def _whole(node: OnnxNode, sliding: Sliding, view: Ids, kernel: Weights, bias: Any) -> Computed:
    """Read all channels of a group; a batch stands before the channels of the output."""
    groups = int(node.attributes.get("group", 1))
    size = sliding.kernel
    own = kernel.reshape((*size, *kernel.shape[-2:]))
    made = whole(_ChannelsFirst(size), view, own, groups, bias)
    if node.tensor().has_batch:
        return made
    # (group, filter, batch, *position, *window) becomes (batch, group, filter, *position, *window).
    return replace(
        made,
        sources=made.read.to_front([2]),
        weights=np.moveaxis(made.weights, 2, 0),
        output=node.outputs[0].shape,
        bias=None if made.bias is None else np.moveaxis(made.bias, 1, 0),
        channel_axis=1,
    )


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
