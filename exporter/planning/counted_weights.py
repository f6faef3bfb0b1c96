"""The weights of a layer, each with how many relationships have it."""

from collections.abc import Iterator
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from exporter.reading.finite import are_finite
from exporter.wiring import Computed
from exporter.wiring.results import Ids, Weights

T = TypeVar("T", bound=np.generic)

_WEIGHTS: Final = 1 << 17
"""Weights of a block."""


def counted_weights(wiring: Computed) -> Iterator[tuple[Weights, Ids]]:
    """Yield blocks of the weights of a layer, and how many relationships each of them has.

    A kernel that many positions share is read once.

    Parameters
    ----------
    wiring
        How the layer is wired.
    """
    read = wiring.read
    if read.size == 0:
        return
    weights = np.broadcast_to(wiring.weights, read.shape)
    shared = tuple(axis for axis, step in enumerate(weights.strides) if step == 0)
    own = _without(weights, shared)
    counts = np.broadcast_to(read.counted(shared), own.shape)
    for block, times in np.nditer(
        [own, counts], ["external_loop", "buffered", "zerosize_ok"], buffersize=_WEIGHTS
    ):
        # A weight that meets nothing but padding is of no relationship.
        real = times > 0
        yield block[real], times[real]


def not_finite_weights(wiring: Computed) -> int:
    """Count the relationships of a layer whose weight is not a number, or infinite.

    Parameters
    ----------
    wiring
        How the layer is wired.
    """
    if are_finite(wiring.weights):
        return 0
    return sum(int(times[~np.isfinite(block)].sum()) for block, times in counted_weights(wiring))


def _without(values: NDArray[T], axes: tuple[int, ...]) -> NDArray[T]:
    """Return the first of what is alike along axes, which become of length 1."""
    index = (slice(0, 1) if axis in axes else slice(None) for axis in range(values.ndim))
    return values[tuple(index)]
