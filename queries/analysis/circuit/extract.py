"""The circuit of an answer: what explains it, and what is left out."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from queries.analysis.circuit.flow import Flow, sums
from queries.analysis.circuit.influence import (
    edge_influence,
    node_influence,
    shares,
    targets_of,
    with_leaves,
)
from queries.analysis.circuit.pruning import Kept, by_influence, by_share, leading_on
from queries.analysis.operators import Flags, Ids, Scores

Pruning = Literal["influence", "attribution"]
"""By what the nodes and relationships of a circuit are chosen."""


@dataclass(frozen=True)
class Chosen:
    """What is chosen of a flow.

    Parameters
    ----------
    nodes
        The nodes, ascending.
    source, target
        The nodes of each relationship.
    share, contribution
        What flows along each, and what its source adds to the value of its target.
    edge_influence, node_influence
        What of the answer flows through each.
    left_out
        What flows to each node along relationships that are not chosen.
    """

    nodes: Ids
    source: Ids
    target: Ids
    share: Scores
    contribution: Scores
    edge_influence: Scores
    node_influence: Scores
    left_out: Scores


def extract(
    whole: Flow,
    answer: Scores,
    *,
    inputs: Flags,
    group: Ids,
    by: Pruning,
    nodes: float,
    edges: float,
) -> Chosen:
    """Return the circuit of an answer.

    What a node has of its own counts as a contribution to it, so that a node which is mostly bias
    passes little on to what feeds it.

    Parameters
    ----------
    whole
        What flows.
    answer
        How much of the answer each node is: shape (nodes,). These nodes are in the circuit.
    inputs
        Which nodes are inputs.
    group
        The layer of each node; of each group an attribution circuit keeps a share.
    by
        ``influence``: nodes, then relationships between them, to a share of the influence.
        ``attribution``: of each layer the fewest relationships that have a share of the absolute
        attribution into it; those that lead to no target are left out.
    nodes, edges
        The shares, 0 to 1; ``nodes`` counts for ``influence`` alone.
    """
    count = len(answer)
    leafed = with_leaves(whole.edges, whole.bias)
    share = shares(leafed)
    leafed_answer = np.concatenate([answer, np.zeros(count)])
    between = leafed.indices < count
    target, source = targets_of(whole.edges), whole.edges.indices.astype(np.int64)
    if by == "influence":
        no_leaf = np.zeros(count, dtype=bool)
        kept = by_influence(
            leafed,
            leafed_answer,
            inputs=np.concatenate([inputs, no_leaf]),
            fed=np.concatenate([~inputs, no_leaf]),
            nodes=nodes,
            edges=edges,
        )
        kept = Kept(kept.nodes[:count], kept.edges[between])
    else:
        chosen = by_share(np.abs(whole.edges.data), group[target], edges)
        kept = leading_on(chosen, target, source, answer > 0)
    rest = ~kept.edges
    left_out = sums(target[rest], whole.edges.data[rest], count)
    numbers = np.flatnonzero(kept.nodes)
    return Chosen(
        nodes=numbers,
        source=source[kept.edges],
        target=target[kept.edges],
        share=whole.edges.data[kept.edges],
        contribution=whole.contribution[kept.edges],
        edge_influence=edge_influence(share, leafed_answer).data[between][kept.edges],
        node_influence=node_influence(share, leafed_answer)[numbers],
        left_out=left_out[numbers],
    )
