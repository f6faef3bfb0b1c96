"""How much of an answer a circuit explains, by its own relationships and by what it computes."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from queries.analysis.circuit.extract import Chosen
from queries.analysis.circuit.flow import Flow, sums
from queries.analysis.circuit.influence import node_influence, shares, targets_of, with_leaves
from queries.analysis.circuit.pairs import pairs_of
from queries.analysis.intervention import CarriedBy
from queries.analysis.operators import Flags, NodeOf, Scores
from queries.analysis.weight_matrix import WeightMatrix


class Explanation(NamedTuple):
    """What of an answer a circuit explains; biases and what is left out explain nothing.

    The definitions are those of circuit-tracer (``compute_graph_scores``), whose errors are what
    begins at nodes and what comes to them over relationships that are left out.

    Parameters
    ----------
    replacement
        The influence of inputs as a share of that of inputs and errors.
    completeness
        The share of what comes to nodes that comes from nodes, each node weighed by its influence.
    """

    replacement: float
    completeness: float


def explanation(chosen: Chosen, whole: Flow, answer: Scores, inputs: Flags) -> Explanation:
    """Return what of an answer a circuit explains.

    Parameters
    ----------
    chosen
        The circuit.
    whole
        What flows between all nodes.
    answer, inputs
        As in ``extract``.
    """
    nodes = len(chosen.nodes)
    error = np.where(inputs[chosen.nodes], 0.0, whole.bias[chosen.nodes] + chosen.left_out)
    share = shares(with_leaves(_among(chosen), error))
    own = np.concatenate([answer[chosen.nodes], np.zeros(nodes)])
    no_node = np.zeros(nodes, dtype=bool)
    return explanation_of(
        share,
        own,
        np.concatenate([inputs[chosen.nodes], no_node]),
        np.concatenate([no_node, ~no_node]),
    )


def explanation_of(share: csr_array, answer: Scores, inputs: Flags, errors: Flags) -> Explanation:
    """Return what of an answer a graph explains of which some nodes are errors.

    Parameters
    ----------
    share, answer
        As in ``influence.node_influence``.
    inputs, errors
        Which nodes are inputs, and which errors.
    """
    influence = node_influence(share, answer)
    by_inputs, by_errors = influence[inputs].sum(), influence[errors].sum()
    from_errors = errors[share.indices]
    unexplained = sums(targets_of(share)[from_errors], share.data[from_errors], len(answer))
    arriving = influence + answer
    return Explanation(
        _share(by_inputs, by_inputs + by_errors),
        _share(float(((1 - unexplained) * arriving).sum()), arriving.sum()),
    )


def carried_within(chosen: Chosen, node: NodeOf, nodes: int) -> CarriedBy:
    """Return what tells which relationships of a model are in a circuit.

    Parameters
    ----------
    chosen
        The circuit.
    node
        The node of each neuron: shape (neurons,).
    nodes
        How many nodes there are.
    """
    pairs = np.unique(pairs_of(chosen.target, chosen.source, nodes))
    ends = np.append(pairs, -1)

    def carried(part: WeightMatrix) -> Flags:
        source, target, _ = part.columns
        keys = pairs_of(node[target], node[source], nodes)
        # The pairs are few and sorted; to look each key up is faster than to sort all keys.
        return np.asarray(ends[np.searchsorted(pairs, keys)] == keys)

    return carried


def _among(chosen: Chosen) -> csr_array:
    """Return what flows along the relationships of a circuit, its nodes numbered from 0."""
    source, target = (np.searchsorted(chosen.nodes, end) for end in (chosen.source, chosen.target))
    starts = np.concatenate([[0], np.cumsum(np.bincount(target, minlength=len(chosen.nodes)))])
    # The entries of a flow, and so those that are chosen of it, stand by target.
    return csr_array((chosen.share, source, starts), (len(chosen.nodes), len(chosen.nodes)))


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")
