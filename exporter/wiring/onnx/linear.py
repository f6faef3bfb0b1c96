"""Operations of ONNX that are linear: sums, by the weights that unit vectors show.

ONNX's own reference evaluator says what an operation makes of them. What repeats, such as channels
and frames, is asked for once.
"""

from typing import Any, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from exporter.wiring.onnx.adapter import onnx_handles
from exporter.wiring.onnx.evaluation import evaluated
from exporter.wiring.onnx.node import OnnxNode
from exporter.wiring.operands import is_neurons
from exporter.wiring.resizing import taps
from exporter.wiring.results import EMPTY, Computed, Ids, NotWirableError
from exporter.wiring.room import require_room

_AXIS_AS_INPUT: Final = 20
"""The opset from which on ``DFT`` reads its axis."""


@onnx_handles("DFT")
def fourier_transform(node: OnnxNode, ids: Ids, *rest: Any) -> Computed:
    """Join each frequency to all of a signal: its real and its imaginary part."""
    shape = node.tensor().shape
    rank = len(shape)
    axis = _axis(node) % rank
    length, parts = shape[axis], shape[-1]
    units = _units(length * parts).reshape((-1, length, parts))
    given = [] if not rest or rest[0] is None else [rest[0]]
    made = _evaluated(node, [units, *given], "onesided", "inverse", axis=1)
    read = np.moveaxis(ids.reshape(shape), axis, -2)
    joined = _joined(read.reshape((*read.shape[:-2], -1)), made, read.ndim - 2)
    frequencies = made.shape[1:]
    whole = np.asarray(joined.sources).reshape((*read.shape[:-2], *frequencies, -1))
    weights = joined.weights.reshape((*frequencies, -1))
    weights = np.broadcast_to(weights, whole.shape)
    # The frequencies stand where the signal stood.
    return Computed(np.moveaxis(whole, -3, axis), np.moveaxis(weights, -3, axis), rank)


@onnx_handles("STFT")
def fourier_transform_of_frames(node: OnnxNode, ids: Ids, step: Any, *rest: Any) -> Computed:
    """Join each frequency of a frame to what is in it."""
    if any(map(is_neurons, (step, *rest))):
        raise NotWirableError("its frames or its window depend on its input")
    shape = node.tensor().shape
    if len(shape) < 3:  # noqa: PLR2004 - batch, time, and real and imaginary part
        raise NotWirableError("its signal does not say whether it is real; give it a last axis")
    window, length = (*rest, None, None)[:2]
    frame = int(length) if length is not None else len(window)
    units = _units(frame * shape[2]).reshape((-1, frame, shape[2]))
    made = _evaluated(node, [units, np.int64(step), window, np.int64(frame)], "onesided")
    signal = ids.reshape(shape)
    frames = sliding_window_view(signal, frame, axis=1)[:, :: int(step)]
    read = np.swapaxes(frames, -1, -2)
    return _joined(read.reshape((*read.shape[:2], -1)), made[:, 0], 2)


@onnx_handles("Col2Im")
def columns_added_up(node: OnnxNode, ids: Ids, *sizes: Any) -> Computed:
    """Add up blocks where they lie over each other."""
    if any(map(is_neurons, sizes)):
        raise NotWirableError("its sizes depend on its input")
    batch, rows, columns = node.tensor().shape
    block = int(np.prod(sizes[1]))
    units = _units(block * columns).reshape((-1, block, columns))
    lengths = [np.asarray(each, dtype=np.int64) for each in sizes]
    made = _evaluated(node, [units, *lengths], "dilations", "pads", "strides")
    return _joined(ids.reshape((batch, rows // block, -1)), made[:, 0], 2)


@onnx_handles("RoiAlign")
def aligned_regions(node: OnnxNode, ids: Ids, regions: Any, samples: Any) -> Computed:
    """Average regions at constant places."""
    if is_neurons(regions) or is_neurons(samples):
        raise NotWirableError("the regions that it reads depend on its input")
    node.require(mode="avg")
    batch, channels, high, wide = node.tensor().shape
    units = _units(high * wide).reshape((1, -1, high, wide))
    kept = [name for name in node.attributes if name != "mode"]
    made = _evaluated(node, [units, regions, np.zeros(len(regions), np.int64)], *kept)
    read = ids.reshape((batch, channels, -1))[np.asarray(samples)]
    each = [_joined(read[place], made[place], 1) for place in range(len(regions))]
    most = max(part.sources.shape[-1] for part in each)
    sources, weights = (
        np.stack([_widened(getattr(part, name), most, fill) for part in each])
        for name, fill in (("sources", EMPTY), ("weights", 0))
    )
    return Computed(sources, weights[:, np.newaxis], 3)


def _widened(array: NDArray[Any], most: int, fill: int) -> NDArray[Any]:
    """Return an array whose last axis is as long as the longest."""
    more = [(0, 0)] * (array.ndim - 1) + [(0, most - array.shape[-1])]
    return np.pad(array, more, constant_values=fill)


def _units(count: int) -> NDArray[np.float32]:
    require_room(count * count, "it joins all of its input")
    return np.eye(count, dtype=np.float32)


def _evaluated(
    node: OnnxNode, feeds: list[Any], *kept: str, axis: int | None = None
) -> NDArray[np.float64]:
    """Return what a node makes of unit vectors, by attributes of its own."""
    from onnx import helper

    attributes = {name: node.attributes[name] for name in kept if name in node.attributes}
    names = ["" if feed is None else f"i{place}" for place, feed in enumerate(feeds)]
    opset = node.opset
    if axis is not None and opset < _AXIS_AS_INPUT:
        attributes["axis"] = axis
    elif axis is not None:
        feeds = [*feeds, *[None] * (2 - len(feeds)), np.int64(axis)]
        names = ["i0", "i1" if feeds[1] is not None else "", "i2"]
    proto = helper.make_node(node.op, names, ["y"], **attributes)
    made = evaluated(proto, feeds, opset)[0]
    return np.asarray(made, dtype=np.float64)


def _axis(node: OnnxNode) -> int:
    """Return the axis of a Fourier transform."""
    if node.opset < _AXIS_AS_INPUT:
        return int(node.attributes.get("axis", 1))
    given = node.numbers(2)
    return -2 if given is None else given[0]


def _joined(read: Ids, made: NDArray[np.float64], rank: int) -> Computed:
    """Join each output to what is read, by what became of each unit vector.

    Parameters
    ----------
    read
        Ids: shape ``(*repeated, units)``.
    made
        Shape ``(units, *output)``.
    rank
        How many axes repeat.
    """
    places, weights = taps(made.reshape((len(made), -1)).T)
    require_room(read[..., :1].size * places.size, "it joins all of its input")
    sources = np.where(places == EMPTY, EMPTY, read[..., np.maximum(places, 0)])
    return Computed(sources, weights.astype(np.float32), rank + 1)
