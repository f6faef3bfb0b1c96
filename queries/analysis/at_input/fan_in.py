"""Relationships into neurons of equally many, side by side as rows of an array."""

from collections.abc import Iterator

import numpy as np

from queries.analysis.operators import Ids
from queries.analysis.weight_matrix import WeightMatrix


def by_fan_in(part: WeightMatrix) -> Iterator[tuple[Ids, Ids]]:
    """Yield neurons that equally many relationships feed, one at least, and these relationships.

    Parameters
    ----------
    part
        The relationships.

    Yields
    ------
    tuple
        The rows of the matrix, shape (n,), and the places of their entries in ``matrix.data``,
        shape (n, fan-in), in the order of sources.
    """
    fan_in = part.fan_in
    for fan in np.unique(fan_in[fan_in > 0]).tolist():
        rows = np.flatnonzero(fan_in == fan)
        yield rows, part.matrix.indptr[rows].astype(np.int64)[:, np.newaxis] + np.arange(fan)
