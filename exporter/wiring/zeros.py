"""The constant 0 among the inputs of a maximum, a minimum or a product."""

from dataclasses import replace

import numpy as np

from exporter.wiring.results import EMPTY, ZERO, Computed
from exporter.wiring.room import require_room


def with_zeros_joined(computed: Computed) -> Computed:
    """Make an edge of weight 0 of each constant 0, which only a sum can leave out.

    It begins at a neuron that feeds the same output, if there is one: whatever that neuron
    says, weight 0 makes a 0 of it. Where no output reads a neuron, all of them are 0, as a sum
    of nothing is.

    Parameters
    ----------
    computed
        What a layer computes; itself returned if it adds up, or no constant 0 is there.
    """
    read, rank = computed.read, computed.rank
    if computed.reduce == "sum" or not read.holds(ZERO):
        return computed
    require_room(read.size, "it multiplies or compares what is padded with 0")
    sources = np.asarray(read)
    zero = sources == ZERO
    if sources.max() < 0:
        return replace(computed, reduce="sum")
    fan_in = tuple(range(rank, sources.ndim))
    neighbour = sources.max(axis=fan_in, keepdims=True)
    neighbour = np.where(neighbour < 0, sources.max(), neighbour)
    flat = zero.reshape((*sources.shape[:rank], -1))
    # One 0 says as much as many.
    first = (flat & (np.cumsum(flat, axis=-1) == 1)).reshape(zero.shape)
    return replace(
        computed,
        sources=np.where(first, neighbour, np.where(zero, EMPTY, sources)),
        weights=np.where(zero, np.float32(0), computed.weights).astype(np.float32),
    )
