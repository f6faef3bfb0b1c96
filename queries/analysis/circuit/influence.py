"""How much of an answer flows through each node and relationship of a graph of contributions.

The graph is a sparse matrix of shape (nodes, nodes): a row a target, a column a source, an entry
what the source contributes to the target. It has no circles. The definitions are those of
circuit-tracer (``circuit_tracer/graph.py``), which follows Ameisen et al., "Circuit Tracing:
Revealing Computational Graphs in Language Models", Transformer Circuits, 2025, section "Graph
pruning".
"""

import numpy as np
from scipy.sparse import csr_array

from queries.analysis.operators import Ids, Scores


def graph_of(source: Ids, target: Ids, contributed: Scores, nodes: int) -> tuple[csr_array, Ids]:
    """Return a graph of which no relationships are added up.

    Parameters
    ----------
    source, target
        The nodes of each relationship.
    contributed
        What each contributes.
    nodes
        How many nodes there are.

    Returns
    -------
    tuple
        The graph, each row in the order of sources, and which relationship each entry is.
    """
    order = np.lexsort((source, target))
    starts = np.concatenate([[0], np.cumsum(np.bincount(target, minlength=nodes))])
    return csr_array((contributed[order], source[order], starts), (nodes, nodes)), order


def with_leaves(contributions: csr_array, own: Scores) -> csr_array:
    """Return a graph with a node more for what each node has of its own.

    Parameters
    ----------
    contributions
        The graph.
    own
        What each node has of its own, such as its bias: shape (nodes,).

    Returns
    -------
    scipy.sparse.csr_array
        Shape (2 * nodes, 2 * nodes): node ``nodes + i`` feeds node ``i`` alone, by ``own[i]``,
        which is the last entry of its row.
    """
    nodes, ends = len(own), contributions.indptr[1:]
    leaves = np.arange(nodes, 2 * nodes)
    starts = contributions.indptr + np.arange(nodes + 1)
    return csr_array(
        (
            np.insert(contributions.data, ends, own),
            np.insert(contributions.indices, ends, leaves),
            np.concatenate([starts, np.full(nodes, starts[-1])]),
        ),
        (2 * nodes, 2 * nodes),
    )


def targets_of(graph: csr_array) -> Ids:
    """Return the target of each relationship, in the order of the entries."""
    return np.repeat(np.arange(graph.shape[0]), np.diff(graph.indptr))


def shares(contributions: csr_array) -> csr_array:
    """Return each contribution as a share of all absolute contributions to its target.

    Parameters
    ----------
    contributions
        The graph.

    Returns
    -------
    scipy.sparse.csr_array
        The same relationships in the same order; those into a node add up to 1, or to 0 where
        nothing contributes.
    """
    # SciPy's own absolute value joins entries of the same two nodes.
    absolute, targets = np.abs(contributions.data), targets_of(contributions)
    sums = np.bincount(targets, absolute, contributions.shape[0])[targets]
    divided = np.divide(absolute, sums, out=np.zeros_like(absolute), where=sums > 0)
    return weighing(contributions, divided)


def node_influence(share: csr_array, answer: Scores) -> Scores:
    """Return how much of an answer flows through each node: ``answer @ (A + A^2 + ...)``.

    Parameters
    ----------
    share
        What ``shares`` returns, A.
    answer
        How much of the answer each node is, such as 1 for the target: shape (nodes,).

    Returns
    -------
    numpy.ndarray
        Shape (nodes,); what the nodes are of the answer themselves is not in it.
    """
    influence = np.zeros(len(answer))
    waits_for = np.bincount(share.indices, minlength=len(answer))
    ready = np.flatnonzero(waits_for == 0)
    # All that leads on from a node is known before it passes anything back.
    while len(ready):
        into = share[ready]
        through = np.repeat(influence[ready] + answer[ready], np.diff(into.indptr))
        np.add.at(influence, into.indices, into.data * through)
        np.subtract.at(waits_for, into.indices, 1)
        ready = np.unique(into.indices[waits_for[into.indices] == 0])
    return influence


def edge_influence(share: csr_array, answer: Scores) -> csr_array:
    """Return how much of an answer flows through each relationship.

    Parameters
    ----------
    share, answer
        As in ``node_influence``.

    Returns
    -------
    scipy.sparse.csr_array
        The same relationships in the same order: the share of each times what flows through its
        target, or ends there.
    """
    arriving = node_influence(share, answer) + answer
    return weighing(share, share.data * arriving[targets_of(share)])


def threshold(scores: Scores, share: float) -> float:
    """Return the least score of the fewest that together hold a share of all.

    Parameters
    ----------
    scores
        Scores, none below 0.
    share
        From 0 to 1.

    Returns
    -------
    float
        The score; 0 where there are none.
    """
    total = scores.sum()
    if not total > 0:
        return 0.0
    falling = np.sort(scores)[::-1]
    place = int(np.searchsorted(np.cumsum(falling) / total, share))
    return float(falling[min(place, len(falling) - 1)])


def weighing(graph: csr_array, weights: Scores) -> csr_array:
    """Return the same relationships with other weights."""
    return csr_array((weights, graph.indices, graph.indptr), graph.shape)
