"""The relationships over which most of a target comes."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from queries.analysis.network import Network
from queries.analysis.operators import EdgeColumns, Ids, Scores
from queries.core.layer import Layer


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
    best: EdgeColumns = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    for layer in network.layers:
        for block in weighed.edge_blocks(layer) if layer.edges else ():
            columns = [np.concatenate(pair) for pair in zip(best, block, strict=True)]
            best = _first(columns[0], columns[1], columns[2], k)
    return best


def _first(source: Ids, target: Ids, share: Scores, k: int) -> EdgeColumns:
    size = np.abs(share)
    kept = size > 0
    if k < len(size):
        # All that are as large as the last of the first k, since equal ones have an order.
        kept &= size >= np.partition(size, len(size) - k)[len(size) - k]
    places = np.flatnonzero(kept)
    order = places[np.lexsort((target[places], source[places], -size[places]))][:k]
    return source[order], target[order], share[order]
