"""The smallest part of a graph of contributions that explains an answer."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from queries.analysis.circuit.influence import (
    edge_influence,
    node_influence,
    shares,
    targets_of,
    threshold,
)
from queries.analysis.operators import Flags, Ids, Scores


class Kept(NamedTuple):
    """What is left of a graph.

    Parameters
    ----------
    nodes
        Which nodes: shape (nodes,).
    edges
        Which relationships, in the order of the graph's entries: shape (entries,).
    """

    nodes: Flags
    edges: Flags


def by_influence(
    contributions: csr_array,
    answer: Scores,
    *,
    inputs: Flags,
    fed: Flags,
    nodes: float,
    edges: float,
) -> Kept:
    """Keep the nodes, then the relationships, that together hold a share of all influence.

    The algorithm is that of circuit-tracer (``prune_graph``): nodes are kept to a share of the
    influence, the influence is computed again among them, and relationships are kept to a share of
    it. Then nodes that lead nowhere, or that nothing leads to, are left out until there are none.

    Parameters
    ----------
    contributions
        The graph, as ``influence.shares`` takes it.
    answer
        How much of the answer each node is: shape (nodes,). These nodes stay.
    inputs
        Which nodes stay until relationships are chosen, as circuit-tracer's tokens do.
    fed
        Which nodes are left out where no relationship leads to them: all but inputs and leaves.
    nodes, edges
        The shares, 0 to 1.

    Returns
    -------
    Kept
        Nodes and relationships; an input is left out where no relationship begins there.
    """
    influence = node_influence(shares(contributions), answer)
    is_answer = answer > 0
    kept = (influence >= threshold(influence, nodes)) | inputs | is_answer
    targets, sources = targets_of(contributions), contributions.indices.astype(np.int64)
    among = kept[targets] & kept[sources]
    rest = csr_array(
        (contributions.data * among, sources, contributions.indptr), contributions.shape
    )
    score = edge_influence(shares(rest), answer).data
    chosen = (score > 0) & (score >= threshold(score, edges))
    return _without_loose_ends(Kept(kept, chosen), targets, sources, fed, is_answer)


def by_share(absolute: Scores, group: Ids, share: float) -> Flags:
    """Keep of each group the fewest relationships that hold a share of its absolute sum.

    Parameters
    ----------
    absolute
        The absolute attribution of each relationship.
    group
        The group of each, such as the layer of its target.
    share
        The share, 0 to 1.

    Returns
    -------
    numpy.ndarray
        Which are kept; none of 0.
    """
    kept = absolute > 0
    for one in np.unique(group):
        own = group == one
        kept[own] &= absolute[own] >= threshold(absolute[own], share)
    return kept


def _without_loose_ends(
    kept: Kept, targets: Ids, sources: Ids, fed: Flags, is_answer: Flags
) -> Kept:
    """Leave out nodes without the relationships that they need, until all have them."""
    nodes, edges = kept
    while True:
        edges = edges & nodes[targets] & nodes[sources]
        leads_on, is_led_to = np.zeros_like(nodes), np.zeros_like(nodes)
        leads_on[sources[edges]] = True
        is_led_to[targets[edges]] = True
        left = nodes & (leads_on | is_answer) & (is_led_to | ~fed | is_answer)
        if np.array_equal(left, nodes):
            return Kept(nodes, edges)
        nodes = left
