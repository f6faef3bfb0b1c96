"""Small patterns of relationships, counted."""

import numpy as np
from scipy.sparse import csr_array

from queries.operators import Columns


def bifans(edges: Columns, threshold: float) -> tuple[int, int]:
    """Count pairs that are joined, and pairs of sources that both feed a pair of targets.

    Parameters
    ----------
    edges
        Source, target and weight of relationships.
    threshold
        Relationships of at most this absolute weight count as absent.
    """
    source, target, weight = edges
    strong = np.abs(weight) > threshold
    _, source = np.unique(source[strong], return_inverse=True)
    _, target = np.unique(target[strong], return_inverse=True)
    if not len(source):
        return 0, 0
    joined = csr_array((np.ones(len(source), dtype=np.int32), (target, source)))
    joined.data[:] = 1
    fan_out, fan_in = (np.asarray(joined.sum(axis=axis), dtype=np.float64) for axis in (0, 1))
    # Either side counts the same; the one whose neurons have fewer relationships is faster.
    by_target = np.sum(fan_out**2) < np.sum(fan_in**2)
    together = joined @ joined.T if by_target else joined.T @ joined
    each = together.data.astype(np.int64)
    itself = together.diagonal().astype(np.int64)
    # Each pair stands there twice, and each neuron with itself once.
    return joined.nnz, int(np.sum(each * (each - 1)) - np.sum(itself * (itself - 1))) // 4
