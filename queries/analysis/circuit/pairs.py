"""Numbers of pairs of nodes."""

import numpy as np

from queries.analysis.operators import Ids, NodeOf


def pairs_of(first: NodeOf, second: NodeOf, nodes: int) -> Ids:
    """Return ``first * nodes + second``, by which pairs of nodes are told apart and sorted.

    Parameters
    ----------
    first, second
        The nodes of each pair.
    nodes
        How many nodes there are. Their numbers have 32 bits, and those of their pairs do not fit
        into these beyond 46,340 nodes.
    """
    return first.astype(np.int64) * nodes + second


def ends_of(pairs: Ids, nodes: int) -> tuple[Ids, Ids]:
    """Return the first and the second node of pairs that ``pairs_of`` numbers."""
    first, second = np.divmod(pairs, nodes)
    return first, second
