"""The axes over which neurons are reduced."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from exporter.wiring.results import Ids, NotWirableError


def without_batch(axis: Any, rank: int) -> tuple[int, ...]:
    """Return axes of a tensor of ``rank`` axes beside the batch, which is not counted.

    Parameters
    ----------
    axis
        One axis or several, that of the batch counted; None for all.
    rank
        How many axes the tensor has beside the batch.

    Raises
    ------
    NotWirableError
        If the batch is among them.
    """
    given = range(rank + 1) if axis is None else axis if isinstance(axis, Sequence) else [axis]
    axes = tuple(dict.fromkeys(int(each) % (rank + 1) - 1 for each in given))
    if -1 in axes:
        raise NotWirableError("it reduces over the samples of a batch")
    return axes


def over_axes(axis: Any, ids: Ids, *, keepdims: bool) -> tuple[Ids, int]:
    """Return what each output of a reduction reads, and the output's rank.

    Parameters
    ----------
    axis
        One axis or several, that of the batch counted; None for all.
    ids
        The neurons that are reduced.
    keepdims
        Whether the output has an axis of length 1 for each that is reduced.

    Returns
    -------
    tuple
        A view of the neurons, the axes of the reduction last, ascending; and the rank.
    """
    over = sorted(without_batch(axis, ids.ndim))
    sources = np.moveaxis(ids, over, range(ids.ndim - len(over), ids.ndim))
    if keepdims:
        return np.expand_dims(sources, over), ids.ndim
    return sources, ids.ndim - len(over)
