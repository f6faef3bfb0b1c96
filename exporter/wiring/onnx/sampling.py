"""Sampling of ONNX at constant places: weighted sums of the neurons around each of them."""

from itertools import product
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.onnx.adapter import onnx_handles
from exporter.wiring.onnx.node import OnnxNode
from exporter.wiring.operands import is_neurons
from exporter.wiring.results import EMPTY, Computed, Ids, NotWirableError
from exporter.wiring.room import require_room

_CUBIC: Final = -0.75
"""The parameter of the cubic convolution of Keys (1981), as ONNX's GridSample has it."""

_OUTSIDE: Final = -1


@onnx_handles("GridSample")
def sampled(node: OnnxNode, ids: Ids, grid: Any) -> Computed:
    """Join each place of the grid to the neurons around it; what is outside may be left out."""
    if is_neurons(grid):
        raise NotWirableError("the places at which it reads depend on its input")
    shape = node.tensor().shape
    batch, channels, *space = shape
    each = [_taps(node, grid[..., -1 - axis], length) for axis, length in enumerate(space)]
    places, weights = _joined(each, space)
    require_room(channels * places.size, "it samples its input")
    # What is outside is the place behind the last one.
    flat = np.full((batch, channels, int(np.prod(space)) + 1), EMPTY, dtype=np.int64)
    flat[..., :-1] = ids.reshape((batch, channels, -1))
    sources = np.stack([np.take(flat[sample], places[sample], axis=-1) for sample in range(batch)])
    return Computed(sources, weights[:, np.newaxis].astype(np.float32), len(shape))


def _taps(node: OnnxNode, along: NDArray[Any], length: int) -> tuple[Ids, NDArray[np.float64]]:
    """Return the places that are read along an axis, and their weights: the last axis is new."""
    aligned = bool(node.attributes.get("align_corners", 0))
    mode = node.attributes.get("mode", "linear").removeprefix("bi")
    # In single precision, as the operation has it: what is nearest hangs on the rounding.
    one, two = np.float32(1), np.float32(2)
    told = along.astype(np.float32)
    at = (
        (told + one) / two * np.float32(length - 1)
        if aligned
        else ((told + one) * np.float32(length) - one) / two
    )
    if mode == "nearest":
        places, weights = np.rint(at)[..., np.newaxis], np.ones((*at.shape, 1))
    elif mode == "linear":
        below = np.floor(at)
        rest = (at - below).astype(np.float64)
        places, weights = np.stack([below, below + 1], -1), np.stack([1 - rest, rest], -1)
    elif mode != "cubic":
        raise NotWirableError(f"its attribute mode is {mode}")
    else:
        places = np.floor(at)[..., np.newaxis] + np.arange(-1, 3)
        weights = _cubic(np.abs(at[..., np.newaxis] - places).astype(np.float64))
    outside = node.attributes.get("padding_mode", "zeros")
    return _inside(places.astype(np.int64), length, outside, aligned=aligned), weights


def _cubic(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    near = ((_CUBIC + 2) * distance - (_CUBIC + 3)) * distance**2 + 1
    far = _CUBIC * (((distance - 5) * distance + 8) * distance - 4)
    return np.where(distance <= 1, near, far)


def _inside(places: Ids, length: int, outside: str, *, aligned: bool) -> Ids:
    """Return places within an axis, ``_OUTSIDE`` for what is left out."""
    if outside == "border":
        return np.clip(places, 0, length - 1)
    if outside == "reflection":
        # It turns around at the outermost neurons, or half a step beyond them.
        period = 2 * (length - 1) if aligned else 2 * length
        within = np.mod(places, max(period, 1))
        return np.asarray(np.minimum(within, period - within - (not aligned)))
    return np.where((places < 0) | (places >= length), _OUTSIDE, places)


def _joined(
    each: list[tuple[Ids, NDArray[np.float64]]], space: list[int]
) -> tuple[Ids, NDArray[np.float64]]:
    """Return places in all of space, and weights, of the taps of each of its axes."""
    every = []
    for taps in product(*(range(places.shape[-1]) for places, _ in each)):
        at = [places[..., tap] for (places, _), tap in zip(each, taps, strict=True)]
        share = np.prod(
            [weights[..., tap] for (_, weights), tap in zip(each, taps, strict=True)], 0
        )
        inside = np.all([place != _OUTSIDE for place in at], axis=0)
        flat = np.ravel_multi_index([np.where(inside, place, 0) for place in at], space)
        every.append((np.where(inside, flat, int(np.prod(space))), share))
    return np.stack([places for places, _ in every], -1), np.stack(
        [share for _, share in every], -1
    )
