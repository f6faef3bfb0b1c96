"""Products of matrices that take the largest where the usual one adds up."""

import numpy as np

from queries.analysis.operators import Scores

_ENTRIES_AT_ONCE = 1 << 15
"""So that what is joined stays in the cache of a core: 256 KiB."""


def largest_products(left: Scores, right: Scores, join: np.ufunc) -> Scores:
    """Return ``max over k of join(left[b, p, k], right[b, k, c])``.

    Parameters
    ----------
    left, right
        Shapes (b, p, k) and (b, k, c).
    join
        Adds, or takes the smaller; minus infinity on the left gives minus infinity.

    Returns
    -------
    numpy.ndarray
        Shape (b, p, c).
    """
    if left.shape[2] == 1:
        return np.asarray(join(left, right))
    if right.shape[2] == 1:
        return np.asarray(join(left, right.swapaxes(1, 2)).max(axis=2, keepdims=True))
    pairs = zip(left, right, strict=True)
    return np.stack([_largest_product(*pair, join) for pair in pairs])


def _largest_product(left: Scores, right: Scores, join: np.ufunc) -> Scores:
    """Return the product of two matrices, without what minus infinity stands for."""
    largest = np.full((left.shape[0], right.shape[1]), -np.inf)
    alive = left > -np.inf
    rows, inner = np.flatnonzero(alive.any(axis=1)), np.flatnonzero(alive.any(axis=0))
    if len(rows) == len(left) and len(inner) == len(right):
        return _raised(largest, left, right, join)
    if len(rows):
        part = largest[rows]
        largest[rows] = _raised(part, left[np.ix_(rows, inner)], right[inner], join)
    return largest


def _raised(largest: Scores, left: Scores, right: Scores, join: np.ufunc) -> Scores:
    """Raise entries to those of the product, block by block."""
    width = right.shape[1]
    depth = min(len(right), max(1, _ENTRIES_AT_ONCE // width))
    height = max(1, _ENTRIES_AT_ONCE // (depth * width))
    buffer = np.empty((height, depth, width))
    for k in range(0, len(right), depth):
        below = right[np.newaxis, k : k + depth]
        for p in range(0, len(left), height):
            ahead = left[p : p + height, k : k + depth, np.newaxis]
            block = buffer[: ahead.shape[0], : ahead.shape[1]]
            join(ahead, below, out=block)
            rows = largest[p : p + height]
            np.maximum(rows, block.max(axis=1), out=rows)
    return largest
