"""The relationships over which most of a target comes."""

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from queries.analysis.network import Network
from queries.analysis.operators import EdgeColumns
from queries.core.layer import Layer

Columns = tuple[NDArray[Any], ...]
"""Source, target, and one score or several of relationships."""


class Weighed(Protocol):
    """What tells how much of a target comes over each relationship."""

    def edge_blocks(self, layer: Layer) -> Iterator[EdgeColumns]:
        """Yield relationships into a layer, with what of the target comes over each."""


def strongest_edges(weighed: Weighed, network: Network, k: int) -> EdgeColumns:
    """Return the relationships of the largest absolute share, largest first.

    Equal ones come by source, then by target. Those of which the share is 0 are left out.

    Parameters
    ----------
    weighed
        Tells the shares.
    network
        The model.
    k
        How many.
    """
    fed = (layer for layer in network.layers if layer.edges)
    source, target, share = strongest((b for layer in fed for b in weighed.edge_blocks(layer)), k)
    return source, target, share


def strongest(blocks: Iterable[Columns], k: int, *, scores: int = 1) -> Columns:
    """Return the relationships of the largest absolute first score, largest first.

    Equal ones come by source, then by target. Those of which it is 0 are left out.

    Parameters
    ----------
    blocks
        Relationships.
    k
        How many.
    scores
        How many scores each has.
    """
    ids = np.empty(0, np.int64)
    best: Columns = (ids, ids, *[np.empty(0)] * scores)
    for block in blocks:
        best = _first(tuple(map(np.concatenate, zip(best, block, strict=True))), k)
    return best


def _first(columns: Columns, k: int) -> Columns:
    source, target, share = columns[:3]
    size = np.abs(share)
    kept = size > 0
    if k < len(size):
        # All that are as large as the last of the first k, since equal ones have an order.
        kept &= size >= np.partition(size, len(size) - k)[len(size) - k]
    places = np.flatnonzero(kept)
    order = places[np.lexsort((target[places], source[places], -size[places]))][:k]
    return tuple(column[order] for column in columns)
