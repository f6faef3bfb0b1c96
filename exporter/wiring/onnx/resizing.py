"""Resizing of ONNX: the nearest neurons are read again, other kinds are weighted sums.

Which inputs an output reads along an axis, and by what weight, ONNX's own reference evaluator says
of unit vectors.
"""

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.onnx.adapter import onnx_handles
from exporter.wiring.onnx.evaluation import evaluated
from exporter.wiring.onnx.node import OnnxNode, TensorType
from exporter.wiring.resizing import taps
from exporter.wiring.results import EMPTY, Computed, Floats, Ids, Moved, NotWirableError
from exporter.wiring.room import require_room

_FIRST_WITH_MODES: Final = 11
"""The opset from which on ``Resize`` says where pixels are."""

_RESIZE: Final = 19
_LONGEST: Final = 1 << 20
"""The longest axis: of each place the evaluator is asked."""

_KEPT: Final = (
    "antialias",
    "coordinate_transformation_mode",
    "cubic_coeff_a",
    "exclude_outside",
    "mode",
    "nearest_mode",
)


@onnx_handles("Resize", "Upsample")
def resized(node: OnnxNode, ids: Ids, *rest: Any) -> Moved | Computed:
    """Join each output to the inputs around its place, or read the nearest again."""
    del rest
    before, after = node.tensor().shape, node.outputs[0].shape
    sources = ids.reshape(before)
    weights = np.ones((1,) * len(before))
    rank = len(before)
    outside = np.zeros((1,) * rank, dtype=bool)
    for axis, (scale, crop) in enumerate(zip(_scales(node), _crops(node), strict=True)):
        if before[axis] == after[axis] and scale in (None, 1.0) and crop == (0.0, 1.0):
            continue
        matrix, beyond = _along(node, axis, scale, crop)
        outside = outside | np.expand_dims(
            beyond, [other for other in range(rank) if other != axis]
        )
        places, shares = taps(matrix)
        read = np.take(sources, np.maximum(places, 0), axis=axis)
        nothing = (places == EMPTY).reshape(_shape(places.shape, axis, read.ndim))
        # The taps of an axis become the last one.
        sources = np.moveaxis(np.where(nothing, EMPTY, read), axis + 1, -1)
        own = shares.reshape(_shape(shares.shape, axis, weights.ndim + 1))
        weights = weights[..., np.newaxis] * np.moveaxis(own, axis + 1, -1)
    if sources.ndim == rank:
        return Moved(ids)
    if all(size == 1 for size in sources.shape[rank:]) and np.all(weights == 1):
        return Moved(sources.reshape(after))
    filled = float(node.attributes.get("extrapolation_value", 0.0)) * outside
    return _computed(node, sources, weights.astype(np.float32), filled, rank)


def _shape(taps_shape: tuple[int, ...], axis: int, rank: int) -> list[int]:
    """Return the shape of (outputs, taps) at an axis and the one behind it, among others."""
    shape = [1] * rank
    shape[axis : axis + 2] = taps_shape
    return shape


def _computed(node: OnnxNode, sources: Ids, weights: Any, bias: Floats, rank: int) -> Computed:
    if node.outputs[0].has_batch:
        sources, weights, bias, rank = sources[0], weights[0], bias[0], rank - 1
    return Computed(sources, weights, rank, bias=bias if np.any(bias) else None)


def _scales(node: OnnxNode) -> list[float | None]:
    """Return the scale of each axis; None where its length is given."""
    rank = node.tensor().rank
    place = 2 if node.op == "Resize" and node.opset >= _FIRST_WITH_MODES else 1
    numbers = _floats(node, place) or [float(each) for each in node.attributes.get("scales", [])]
    if not numbers:
        return [None] * rank
    axes = [int(axis) % rank for axis in node.attributes.get("axes", range(rank))]
    scales: list[float | None] = [1.0] * rank
    for axis, number in zip(axes, numbers, strict=True):
        scales[axis] = number
    return scales


def _crops(node: OnnxNode) -> list[tuple[float, float]]:
    """Return where each axis is cropped: from 0 to 1 where it is not."""
    rank = node.tensor().rank
    crops = [(0.0, 1.0)] * rank
    if node.attributes.get("coordinate_transformation_mode") != "tf_crop_and_resize":
        return crops
    axes = [int(axis) % rank for axis in node.attributes.get("axes", range(rank))]
    region = _floats(node, 1)
    for place, axis in enumerate(axes):
        crops[axis] = region[place], region[place + len(axes)]
    return crops


def _floats(node: OnnxNode, place: int) -> list[float]:
    """Return the numbers that an input is; none where it is left out."""
    given = node.inputs[place] if place < len(node.inputs) else None
    if isinstance(given, TensorType):
        raise NotWirableError("its scales or its region depend on its input")
    return [] if given is None else [float(each) for each in given.reshape(-1)]


def _along(
    node: OnnxNode, axis: int, scale: float | None, crop: tuple[float, float]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the weight of each input in each output along an axis, and which outputs have none.

    Shapes ``(after, before)`` and ``(after,)``.
    """
    before, after = node.tensor().shape[axis], node.outputs[0].shape[axis]
    if after > _LONGEST:
        raise NotWirableError(
            f"an axis of its output has {after:,} places, and at most {_LONGEST:,} are resized"
        )
    attributes = {name: node.attributes[name] for name in _KEPT if name in node.attributes}
    aligned = attributes.get("coordinate_transformation_mode") == "align_corners"
    if aligned and scale is not None and scale * before != after:
        raise NotWirableError("ONNX and onnxruntime align its corners differently")
    if node.op == "Upsample" or node.opset < _FIRST_WITH_MODES:
        attributes |= {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    sizes, widths = _kept_in_shape(node, axis)
    policy = node.attributes.get("keep_aspect_ratio_policy", "stretch")
    if scale is None and policy != "stretch":
        attributes["keep_aspect_ratio_policy"] = policy
    else:
        sizes, widths = [after], []
    ids = before * max(before * math.prod(widths), math.prod(sizes))
    require_room(ids, "it weighs each input of an axis in each output")
    units = np.eye(before, dtype=np.float32).reshape((before, before, *[1] * len(widths)))
    units = np.broadcast_to(units, (before, before, *widths))
    scales = None if scale is None else np.array([scale], np.float32)
    edges = [*crop[:1], *[0.0] * len(widths), *crop[1:], *[1.0] * len(widths)]
    feeds = [
        np.array(edges, np.float32),
        scales,
        np.array(sizes, np.int64) if scales is None else None,
    ]
    attributes["axes"] = [*range(1, 2 + len(widths))]
    made = _resized(units, feeds, {**attributes, "extrapolation_value": 0.0})
    blank = _resized(0 * units[:1], feeds, {**attributes, "extrapolation_value": 1.0})
    matrix = made.reshape((*made.shape[:2], -1))[..., 0].T
    if matrix.shape != (after, before):
        raise NotWirableError("its scale gives another length than the model has")
    return matrix, blank.reshape((after, -1))[:, 0] != 0


def _resized(units: Any, feeds: list[Any], attributes: dict[str, Any]) -> NDArray[np.float64]:
    from onnx import helper

    names = ["x", *("" if feed is None else f"i{place}" for place, feed in enumerate(feeds))]
    proto = helper.make_node("Resize", names, ["y"], **attributes)
    return np.asarray(evaluated(proto, [units, *feeds], _RESIZE)[0], dtype=np.float64)


def _kept_in_shape(node: OnnxNode, axis: int) -> tuple[list[int], list[int]]:
    """Return the sizes of an axis and of that which decides the scale, and the latter's length.

    A policy takes the smallest or the largest scale for all axes.
    """
    given = node.numbers(3) if len(node.inputs) > 3 else None  # noqa: PLR2004 - the sizes
    if given is None:
        return [], []
    shape = node.tensor().shape
    axes = [int(each) % len(shape) for each in node.attributes.get("axes", range(len(shape)))]
    if axis not in axes:
        return [], []
    pairs = [
        (size / shape[each], size, shape[each]) for size, each in zip(given, axes, strict=True)
    ]
    smallest = node.attributes.get("keep_aspect_ratio_policy") == "not_larger"
    _, size, length = min(pairs) if smallest else max(pairs)
    return [given[axes.index(axis)], size], [length]
