"""Operations of ``keras.ops`` along an axis of which each output reads what stands before it."""

from math import comb
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.handlers import handles
from exporter.wiring.results import EMPTY, Computed, Ids, NotWirableError, Reduce
from exporter.wiring.zeros import with_zeros_joined

_REDUCED: Final[dict[str, Reduce]] = {"Cumsum": "sum", "Cumprod": "product"}


@handles("ops.Cumsum", "ops.Cumprod")
def cumulated(operation: Any, ids: Ids) -> Computed:
    """Add up, or multiply, what stands up to each place of an axis."""
    axis = _axis(operation.axis, ids.ndim)
    before = np.tri(ids.shape[axis], dtype=bool)
    return cumulated_where(before, ids, axis, _REDUCED[type(operation).__name__])


def cumulated_where(reads: NDArray[np.bool_], ids: Ids, axis: int, reduce: Reduce) -> Computed:
    """Add up, or multiply, along an axis.

    Parameters
    ----------
    reads
        Whether each place of the output reads each of the input: shape ``(length, length)``.
    ids, axis
        The neurons, and the axis, the batch not counted.
    reduce
        What is done.
    """
    each = np.moveaxis(ids, axis, -1)[..., np.newaxis, :]
    placed = np.moveaxis(np.where(reads, each, EMPTY), -2, axis)
    return with_zeros_joined(Computed(placed, np.ones((), np.float32), ids.ndim, reduce=reduce))


@handles("ops.Diff")
def differences(operation: Any, ids: Ids) -> Computed:
    """Subtract what stands one place before, as often as it says: binomial weights."""
    order = operation.n
    axis = _axis(operation.axis, ids.ndim)
    windows = np.lib.stride_tricks.sliding_window_view(ids, order + 1, axis=axis)
    weights = [(-1) ** (order - place) * comb(order, place) for place in range(order + 1)]
    return Computed(windows, np.array(weights, dtype=np.float32), ids.ndim)


def _axis(axis: int | None, rank: int) -> int:
    """Return an axis, the batch not counted."""
    own = -1 if axis is None else axis % (rank + 1) - 1
    if own < 0:
        raise NotWirableError("it goes over the samples of a batch")
    return own
