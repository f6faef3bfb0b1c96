"""The constant 0 among the inputs of a maximum, a minimum or a product."""

import numpy as np

from exporter.wiring.wiring import EMPTY, ZERO, Ids, Weights


def with_zeros_joined(sources: Ids, weights: Weights, rank: int) -> tuple[Ids, Weights]:
    """Make an edge of weight 0 of each constant 0, which a sum could leave out.

    It begins at a neuron that feeds the same output, if there is one: whatever that neuron
    says, weight 0 makes a 0 of it.

    Parameters
    ----------
    sources, weights, rank
        As in ``Computed``.

    Returns
    -------
    tuple
        The sources without ``ZERO``, and their weights. The same arrays where none is there.
    """
    zero = sources == ZERO
    if not zero.any():
        return sources, weights
    fan_in = tuple(range(rank, sources.ndim))
    neighbour = sources.max(axis=fan_in, keepdims=True)
    neighbour = np.where(neighbour < 0, sources.max(), neighbour)
    flat = zero.reshape((*sources.shape[:rank], -1))
    # One 0 says as much as many.
    first = (flat & (np.cumsum(flat, axis=-1) == 1)).reshape(zero.shape)
    joined = np.where(first, neighbour, np.where(zero, EMPTY, sources))
    return joined, np.where(zero, np.float32(0), weights).astype(np.float32)
