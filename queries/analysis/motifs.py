"""Small patterns of relationships, counted."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from queries.analysis.operators import Columns

BYTES: Final = 120
"""Bytes that a relationship takes while bi-fans are counted."""

_ENTRIES: Final = 1 << 24
"""Entries of a product of matrices that are held at once."""


def bifans(edges: Columns, threshold: float) -> tuple[int, int]:
    """Count pairs that are joined, and pairs of sources that both feed a pair of targets.

    Parameters
    ----------
    edges
        Source, target and weight of relationships.
    threshold
        Relationships of at most this absolute weight count as absent, which NaN is not.
    """
    source, target, weight = edges
    strong = ~(np.abs(weight) <= threshold)
    _, source = np.unique(source[strong], return_inverse=True)
    _, target = np.unique(target[strong], return_inverse=True)
    if not len(source):
        return 0, 0
    joined = csr_array((np.ones(len(source), dtype=np.int32), (target, source)))
    joined.data[:] = 1
    fan_out, fan_in = (np.asarray(joined.sum(axis=axis), dtype=np.float64) for axis in (0, 1))
    # Either side counts the same; the one whose neurons have fewer relationships is faster.
    by_target = np.sum(fan_out**2) < np.sum(fan_in**2)
    side = joined if by_target else joined.T.tocsr()
    across = side.T.tocsr()
    # The product of all at once may have as many entries as there are pairs of neurons.
    step = max(1, _ENTRIES // side.shape[0])
    pairs = sum(
        _choices((side[start : start + step] @ across).data)
        for start in range(0, side.shape[0], step)
    )
    itself = _choices(np.diff(side.indptr))
    # Each pair stands there twice, and each neuron with itself once.
    return joined.nnz, (pairs - itself) // 4


def _choices(counts: NDArray[np.integer[Any]]) -> int:
    """Return twice the number of pairs among so many things each."""
    each = counts.astype(np.int64)
    return int(np.sum(each * (each - 1)))
