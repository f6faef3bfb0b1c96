"""The relationships of single neurons of a layer, found by their addresses."""

import math
from typing import Final

import numpy as np

from exporter.model_graph.addresses import Addresses, Axes, spread
from exporter.wiring.results import Ids, Weights

_PAIRS_AT_ONCE: Final = 1 << 22


def incoming(at: Addresses, neuron: int) -> tuple[Ids, Weights]:
    """Return addresses and weights of all that feeds a neuron, counted within its layer."""
    index = np.unravel_index(neuron, at.shape)
    b, p, c = (_position(at.shape, axes, index) for axes in at.groups)
    return at.batch[b] + at.position[p] + at.fan, at.kernel[b, c]


def outgoing(at: Addresses, addresses: Ids) -> tuple[Ids, Ids, Weights]:
    """Return the relationships out of what stands at some addresses.

    Returns
    -------
    tuple
        By relationship: which of the addresses, the neuron that is fed, counted within the layer,
        and the weight.
    """
    steps = [math.prod(at.shape[axis + 1 :]) for axis in range(len(at.shape))]
    of_batch, of_position, of_channel = (spread(at.shape, steps, axes) for axes in at.groups)
    which, b, p, k = _readers(at, addresses)
    target = np.add.outer(of_batch[b] + of_position[p], of_channel)
    weight = at.kernel.swapaxes(1, 2)[b, k]
    return np.repeat(which, len(of_channel)), target.reshape(-1), weight.reshape(-1)


def _position(shape: tuple[int, ...], axes: Axes, index: tuple[np.intp, ...]) -> int:
    """Return where an index stands among the entries of some axes."""
    position = 0
    for axis in axes:
        position = position * shape[axis] + int(index[axis])
    return position


def _readers(at: Addresses, addresses: Ids) -> tuple[Ids, Ids, Ids, Ids]:
    """Return which address is read, and the ``b``, ``p`` and ``k`` by which it is."""
    rows = np.add.outer(at.batch, at.position).reshape(-1)
    order = np.argsort(rows, kind="stable")
    step = max(1, _PAIRS_AT_ONCE // len(at.fan))
    pairs = [np.empty((2, 0), dtype=np.int64)]
    for start in range(0, len(addresses), step):
        pair, row = _matches(
            rows[order], np.subtract.outer(addresses[start : start + step], at.fan)
        )
        pairs.append(np.stack([pair + start * len(at.fan), order[row]]))
    pair, row = np.concatenate(pairs, axis=1)
    which, k = np.divmod(pair, len(at.fan))
    b, p = np.divmod(row, len(at.position))
    return which, b, p, k


def _matches(ascending: Ids, values: Ids) -> tuple[Ids, Ids]:
    """Return all pairs of equal numbers: where the one and where the other stands."""
    values = values.reshape(-1)
    first, last = (np.searchsorted(ascending, values, side) for side in ("left", "right"))
    times = last - first
    pair = np.repeat(np.arange(len(values)), times)
    # Counts 0, 1, ... within each run of equal ones.
    within = np.arange(len(pair)) - np.repeat(np.cumsum(times) - times, times)
    return pair, first[pair] + within
