"""Pooling of ONNX, and what normalizes a channel by those beside it."""

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from exporter.wiring.elementwise import one_to_one
from exporter.wiring.merge import merged
from exporter.wiring.onnx.adapter import onnx_handles
from exporter.wiring.onnx.node import OnnxNode
from exporter.wiring.onnx.space import Sliding, channel_axis, channels_behind
from exporter.wiring.pooling import averaged, largest
from exporter.wiring.results import EMPTY, ZERO, Chain, Computed, Ids, Stage
from exporter.wiring.windows import windows

_EUCLIDEAN: Final = 2


@onnx_handles("MaxPool")
def max_pooling(node: OnnxNode, ids: Ids) -> Computed:
    """Take the largest input of each window; each edge has weight 1."""
    return largest(_pools(node, ids), ids.ndim, channel_axis(node))


@onnx_handles("AveragePool")
def average_pooling(node: OnnxNode, ids: Ids) -> Computed:
    """Add up the inputs; each edge has weight 1 / (number of inputs), padding counted or not."""
    counted = bool(node.attributes.get("count_include_pad", 0))
    return averaged(_pools(node, ids, counted=counted), ids.ndim, channel_axis(node))


@onnx_handles("GlobalMaxPool")
def global_max_pooling(node: OnnxNode, ids: Ids) -> Computed:
    """Take the largest neuron of each channel."""
    return largest(_whole_space(node, ids), ids.ndim, channel_axis(node))


@onnx_handles("GlobalAveragePool")
def global_average_pooling(node: OnnxNode, ids: Ids) -> Computed:
    """Average each channel; each edge has weight 1 / (number of positions)."""
    return averaged(_whole_space(node, ids), ids.ndim, channel_axis(node))


@onnx_handles("LpPool")
def norm_pooling(node: OnnxNode, ids: Ids) -> Chain:
    """Take the norm of each window: powers of each neuron, then the root of their sum."""
    return _norm(node, ids, lambda powers: _pools(node, powers))


@onnx_handles("GlobalLpPool")
def global_norm_pooling(node: OnnxNode, ids: Ids) -> Chain:
    """Take the norm of each channel: powers of each neuron, then the root of their sum."""
    return _norm(node, ids, lambda powers: _whole_space(node, powers))


def _norm(node: OnnxNode, ids: Ids, pools: Any) -> Chain:
    order = int(node.attributes.get("p", _EUCLIDEAN))
    one = np.ones((), dtype=np.float32)

    def wire(powers: Ids) -> Computed:
        made = Computed(pools(powers), one, powers.ndim, channel_axis=channel_axis(node))
        return root(made, order)

    return Chain((*powers(ids, order), Stage("norm", wire)))


def powers(ids: Ids, order: int) -> tuple[Stage, ...]:
    """Return the steps that raise the absolute value of each neuron to a power."""
    if order == _EUCLIDEAN:
        square = Stage(
            "squares", lambda each: one_to_one(each, "square"), output=np.square, reads=(ids,)
        )
        return (square,)
    absolute = Stage(
        "absolute", lambda each: one_to_one(each, "absolute"), output=np.abs, reads=(ids,)
    )
    if order == 1:
        return (absolute,)
    raised = Stage(
        "powers",
        lambda each: one_to_one(each, "power", x2=float(order)),
        output=lambda x: np.power(x, order),
    )
    return absolute, raised


def root(computed: Computed, order: int) -> Computed:
    """Return neurons that take the root of what they add up."""
    if order == 1:
        return computed
    if order == _EUCLIDEAN:
        return replace(computed, activation="sqrt")
    return replace(computed, activation="power", activation_config={"x2": 1 / order})


@onnx_handles("LRN")
def local_response(node: OnnxNode, ids: Ids) -> Chain:
    """Divide by a power of the sum of squares of the channels beside, in steps of their own.

    Krizhevsky et al. (2012), section 3.3.
    """
    axis = channel_axis(node)
    size = int(node.attributes["size"])
    alpha, beta, bias = (
        float(node.attributes.get(name, default))
        for name, default in (("alpha", 1e-4), ("beta", 0.75), ("bias", 1.0))
    )
    before = (size - 1) // 2
    pad = (before, size - 1 - before)

    def wire(squares: Ids) -> Computed:
        pads = [pad if place == axis else (0, 0) for place in range(squares.ndim)]
        padded = np.pad(squares, pads, constant_values=EMPTY)
        return Computed(
            sliding_window_view(padded, size, axis=axis),
            np.asarray(alpha / size, dtype=np.float32),
            squares.ndim,
            bias=np.asarray(bias),
            activation="power",
            activation_config={"x2": -beta},
            channel_axis=axis,
        )

    def output(squares: Any) -> Any:
        pads = [pad if place == axis + 1 else (0, 0) for place in range(squares.ndim)]
        sums = sliding_window_view(np.pad(squares, pads), size, axis=axis + 1).sum(axis=-1)
        return np.power(bias + alpha / size * sums, -beta)

    return Chain(
        (
            *powers(ids, _EUCLIDEAN),
            Stage("share", wire, output=output),
            Stage("product", lambda *both: merged(both, "product"), reads=(ids, "share")),
        )
    )


def _pools(node: OnnxNode, ids: Ids, *, counted: bool = False) -> Ids:
    """Return each output's window, shape ``(*output, *window)``.

    Parameters
    ----------
    node, ids
        The node, and the neurons that it pools.
    counted
        Whether an average counts what is padded.
    """
    space = channels_behind(node, ids)
    lengths, outputs = node.tensor().shape[2:], node.outputs[0].shape[2:]
    own = Sliding.of(node, [int(n) for n in node.attributes["kernel_shape"]], lengths)
    sliding = own.over(space.shape[:-1])
    more = len(sliding.kernel) - len(own.kernel)
    beyond = [(0, 0)] * more + own.beyond(lengths, outputs)
    fill = ZERO if counted else EMPTY
    padded = np.pad(space, [*sliding.pads, (0, 0)], constant_values=fill)
    pools = windows(padded, sliding.kernel, sliding.strides, beyond, sliding.dilations)
    return np.moveaxis(pools, ids.ndim - 1, channel_axis(node))


def _whole_space(node: OnnxNode, ids: Ids) -> Ids:
    """Return each channel's neurons, shape ``(*output, *space)``."""
    channels_behind(node, ids)
    return np.expand_dims(ids, tuple(range(channel_axis(node) + 1, ids.ndim)))
