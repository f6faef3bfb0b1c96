"""What of a target flows between parts of a model at an input: neurons, channels or layers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from queries.analysis.circuit.pairs import ends_of, pairs_of
from queries.analysis.network import Network
from queries.analysis.operators import Columns, EdgeColumns, NodeOf, Scores
from queries.core.layer import Layer
from queries.errors import ParameterError

MOST_EDGES: Final = 1 << 24
"""Relationships over which something flows that are held at once, of 32 bytes each."""

_COUNTED_UP: Final = 4
"""Pairs of nodes a relationship up to which all are counted up, rather than sorted."""

_MERGED: Final = 1 << 20
"""Relationships between nodes that are held at least before they are summed."""


class Flowing(Protocol):
    """What of a target comes over relationships."""

    def edge_blocks(self, layer: Layer) -> Iterator[EdgeColumns]:
        """Yield relationships into a layer, with what of the target comes over each."""

    def node_blocks(self, layer: Layer, node: NodeOf) -> Iterator[Columns]:
        """Yield relationships into a layer between nodes, with what comes over each, and adds."""

    def contribution_a_share(self, layer: Layer) -> Scores:
        """Return by neuron what a unit of the target that comes to it is of its value."""


class Attributed(Protocol):
    """What neurons have to do with a target."""

    def neurons_in(self, place: slice) -> Scores:
        """Return what of the target comes through some neurons."""

    def biases_in(self, place: slice) -> Scores:
        """Return what of the target begins at some neurons."""


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
    flowing: Flowing,
    through: "Through",
    network: Network,
    node: NodeOf,
    *,
    apart: bool,
    known: Mapping[int, Columns] | None = None,
) -> Flow:
    """Return what flows between nodes.

    Parameters
    ----------
    flowing
        What of the target comes over relationships.
    through
        What of it comes through nodes.
    network
        The model.
    node
        The node of each neuron: shape (neurons,); those of later layers have higher numbers.
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
    rows = _Rows(nodes, apart=apart)
    for layer in network.layers:
        if known is not None and layer.index in known:
            source, target, share = known[layer.index]
            rows.add(iter([(source, target, share, np.full_like(share, np.nan))]))
        elif layer.edges and apart:
            rows.add(_edge_blocks(flowing, layer, network.neurons_of(layer).start, node))
        elif layer.edges:
            rows.add(merged(flowing.node_blocks(layer, node), nodes))
    return Flow(*rows.matrix(), *through)


class Through(NamedTuple):
    """What of a target comes through each node, and what begins there: shape (nodes,)."""

    attribution: Scores
    bias: Scores


def through_nodes(attributed: Attributed, network: Network, node: NodeOf) -> Through:
    """Return what of a target comes through nodes.

    Parameters
    ----------
    attributed
        What neurons have to do with the target.
    network, node
        As in ``flow``.
    """
    through = Through(*np.zeros((2, int(node.max()) + 1)))
    for layer in network.layers:
        place = network.neurons_of(layer)
        add_sums(through.attribution, node[place], attributed.neurons_in(place))
        add_sums(through.bias, node[place], attributed.biases_in(place))
    return through


def sums(node: NodeOf, scores: Scores, nodes: int) -> Scores:
    """Return by node the sum of what its parts have."""
    return np.bincount(node, scores, nodes).astype(np.float64)


def add_sums(total: Scores, node: NodeOf, scores: Scores) -> None:
    """Add to nodes what some neurons have, whose nodes follow each other.

    Parameters
    ----------
    total
        What is added to: shape (nodes,).
    node, scores
        The node of each neuron, and what it has: shape (neurons,).
    """
    first = node.min()
    own = sums(node - first, scores, int(node.max() - first) + 1)
    total[first : first + len(own)] += own


def _edge_blocks(flowing: Flowing, layer: Layer, first: int, node: NodeOf) -> Iterator[Columns]:
    """Yield relationships into a layer over which something comes, with what each adds.

    The layer's first neuron is given as well.
    """
    factor = flowing.contribution_a_share(layer)
    for source, target, share in flowing.edge_blocks(layer):
        flows = np.flatnonzero(share)
        if len(flows):
            to, of = target[flows], share[flows].astype(np.float64)
            yield node[source[flows]], node[to], of, of * factor[to - first]


def merged(blocks: Iterator[Columns], nodes: int) -> Iterator[Columns]:
    """Yield one relationship between each two nodes, with little more held than there are.

    Parameters
    ----------
    blocks
        Relationships between nodes; scores of those between the same two are added up.
    nodes
        How many nodes there are.
    """
    parts: list[Columns] = []
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


def _joined(blocks: list[Columns]) -> Columns:
    return tuple(map(np.concatenate, zip(*blocks, strict=True)))


def _summed(columns: Columns, nodes: int) -> Columns:
    """Return one relationship between each two nodes, which has what all between them have.

    They come by target, then by source.
    """
    source, target = (each.astype(np.int64) for each in columns[:2])
    left, top = source.min(), target.min()
    width = int(source.max() - left) + 1
    size = (int(target.max() - top) + 1) * width
    if size <= _COUNTED_UP * len(source):
        place = (target - top) * width + source - left
        pairs = np.flatnonzero(np.bincount(place, minlength=size))
        added = [np.bincount(place, score, size)[pairs] for score in columns[2:]]
        return (pairs % width + left, pairs // width + top, *added)
    pairs, place = np.unique(pairs_of(target, source, nodes), return_inverse=True)
    summed = (sums(place, score, len(pairs)) for score in columns[2:])
    target, source = ends_of(pairs, nodes)
    return (source, target, *summed)


class _Rows:
    """A matrix of relationships, which are added layer by layer.

    Parameters
    ----------
    nodes
        How many nodes there are.
    apart
        Whether relationships between the same two nodes stay apart; else each layer's come as one
        block, by target, then by source.
    """

    def __init__(self, nodes: int, *, apart: bool) -> None:
        self._apart, self._held = apart, 0
        self._counts = np.zeros(nodes, dtype=np.int64)
        self._columns: list[list[NDArray[Any]]] = [[], [], []]

    def add(self, blocks: Iterator[Columns]) -> None:
        """Add all relationships into the next layer.

        Raises
        ------
        ParameterError
            If they are more than are held.
        """
        parts = []
        for block in blocks:
            self._held += len(block[0])
            if self._held > MOST_EDGES:
                raise ParameterError(
                    f"more than {MOST_EDGES:,} relationships have to do with the target; take the "
                    f"level {'channel or layer' if self._apart else 'layer'}"
                )
            parts.append(block)
        if parts:
            source, target, share, contribution = _joined(parts)
            if self._apart:
                order = np.lexsort((source, target))
                source, share, contribution = source[order], share[order], contribution[order]
            first = target.min()
            counts = np.bincount(target - first)
            self._counts[first : first + len(counts)] += counts
            columns = source.astype(np.int32), share, contribution
            for column, more in zip(self._columns, columns, strict=True):
                column.append(more)

    def matrix(self) -> tuple[csr_array, Scores]:
        """Return a matrix of which no entries are added up, each row in the order of sources."""
        nodes = len(self._counts)
        if not self._columns[0]:
            return csr_array((nodes, nodes)), np.empty(0)
        columns = []
        while self._columns:
            # Each is let go of before the next one is joined.
            columns.append(np.concatenate(self._columns.pop()))
        contribution, share, source = columns
        starts = np.concatenate([[0], np.cumsum(self._counts)]).astype(np.int32)
        return csr_array((share, source, starts), (nodes, nodes)), contribution
