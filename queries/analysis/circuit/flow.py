"""What of a target flows between parts of a model at an input: neurons, channels or layers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from scipy.sparse import csr_array

from queries.analysis.network import Network
from queries.analysis.operators import EdgeColumns, Ids, Scores
from queries.core.layer import Layer
from queries.errors import ParameterError

MOST_EDGES: Final = 1 << 24
"""Relationships over which something flows that are held at once, of 32 bytes each."""

_MERGED: Final = 1 << 20
"""Relationships between nodes that are held at least before they are summed."""

_Columns = tuple[Ids, Ids, Scores, Scores]
"""Source, target, share of the target, and contribution of relationships."""


class Attributed(Protocol):
    """What neurons and relationships have to do with a target."""

    @property
    def neurons(self) -> Scores:
        """What of the target comes through each neuron."""

    @property
    def biases(self) -> Scores:
        """What of the target begins at each neuron."""

    def edge_blocks(self, layer: Layer) -> Iterator[EdgeColumns]:
        """Yield relationships into a layer, with what of the target comes over each."""


@dataclass(frozen=True)
class Flow:
    """What of a target flows between nodes, each a part of a model.

    Parameters
    ----------
    edges
        What flows along each relationship: shape (nodes, nodes), a row a target. Neurons that are
        joined twice have two entries.
    contribution
        What the source of each entry adds to the value of its target; NaN where that is not known.
    attribution, bias
        What flows through each node, and what of it begins there: shape (nodes,).
    """

    edges: csr_array
    contribution: Scores
    attribution: Scores
    bias: Scores


def flow(
    attributed: Attributed,
    network: Network,
    node: Ids,
    factor: Scores,
    *,
    apart: bool,
    known: Mapping[int, tuple[Ids, Ids, Scores]] | None = None,
) -> Flow:
    """Return what flows between nodes.

    Parameters
    ----------
    attributed
        What neurons and relationships have to do with the target.
    network
        The model.
    node
        The node of each neuron: shape (neurons,).
    factor
        What a unit of the target's is of the value of each neuron: shape (neurons,).
    apart
        Whether relationships between the same two nodes stay apart, as between neurons.
    known
        What is known already: by the index of a layer the source, the target, and what flows
        between these, of relationships into it.

    Raises
    ------
    ParameterError
        If it flows along more relationships than are held.
    """
    nodes = int(node.max()) + 1
    blocks: list[_Columns] = []
    held = 0

    def into(layer: Layer) -> Iterator[_Columns]:
        if known is not None and layer.index in known:
            source, target, share = known[layer.index]
            return iter([(source, target, share, np.full(len(share), np.nan))])
        flowing = _flowing(attributed.edge_blocks(layer), node, factor)
        return flowing if apart else _merged(flowing, nodes)

    for layer in network.layers:
        if not layer.edges:
            continue
        for block in into(layer):
            held += len(block[0])
            if held > MOST_EDGES:
                raise ParameterError(
                    f"more than {MOST_EDGES:,} relationships have to do with the target; take the "
                    f"level {'channel or layer' if apart else 'layer'}"
                )
            blocks.append(block)
    edges, contribution = _matrix(blocks, nodes)
    return Flow(
        edges=edges,
        contribution=contribution,
        attribution=sums(node, attributed.neurons, nodes),
        bias=sums(node, attributed.biases, nodes),
    )


def sums(node: Ids, scores: Scores, nodes: int) -> Scores:
    """Return by node the sum of what its parts have."""
    return np.bincount(node, scores, nodes).astype(np.float64)


def _flowing(blocks: Iterator[EdgeColumns], node: Ids, factor: Scores) -> Iterator[_Columns]:
    """Yield relationships along which something flows, between nodes."""
    for source, target, share in blocks:
        flows = np.flatnonzero(share)
        if len(flows):
            to, of = target[flows], share[flows].astype(np.float64)
            yield node[source[flows]], node[to], of, of * factor[to]


def _merged(blocks: Iterator[_Columns], nodes: int) -> Iterator[_Columns]:
    """Yield one relationship between each two nodes, with little more held than there are."""
    parts: list[_Columns] = []
    held, most = 0, _MERGED
    for block in blocks:
        parts.append(_summed(block, nodes))
        held += len(parts[-1][0])
        if held > most:
            parts = [_summed(_joined(parts), nodes)]
            held = len(parts[0][0])
            most = max(_MERGED, 2 * held)
    if parts:
        yield _summed(_joined(parts), nodes)


def _joined(blocks: list[_Columns]) -> _Columns:
    source, target, share, contribution = (
        np.concatenate(columns) for columns in zip(*blocks, strict=True)
    )
    return source, target, share, contribution


def _summed(columns: _Columns, nodes: int) -> _Columns:
    """Return one relationship between each two nodes, which has what all between them have."""
    source, target, share, contribution = columns
    pairs, place = np.unique(target * nodes + source, return_inverse=True)
    count = len(pairs)
    return (
        pairs % nodes,
        pairs // nodes,
        sums(place, share, count),
        sums(place, contribution, count),
    )


def _matrix(blocks: list[_Columns], nodes: int) -> tuple[csr_array, Scores]:
    """Return a matrix of which no entries are added up, each row in the order of sources."""
    if not blocks:
        return csr_array((nodes, nodes)), np.empty(0)
    source, target, share, contribution = _joined(blocks)
    order = np.lexsort((source, target))
    starts = np.concatenate([[0], np.cumsum(np.bincount(target, minlength=nodes))])
    return csr_array((share[order], source[order], starts), (nodes, nodes)), contribution[order]
