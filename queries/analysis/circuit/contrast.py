"""What of targets comes over relationships between neurons, channels or layers, side by side."""

from collections.abc import Iterator, Sequence

import numpy as np

from queries.analysis.at_input.attribution import Attribution
from queries.analysis.at_input.integrated import Integrated
from queries.analysis.circuit.flow import merged
from queries.analysis.network import Network
from queries.analysis.operators import Columns, Flags, NodeOf, any_of
from queries.core.layer import Layer

Attributed = Attribution | Integrated


def side_by_side(
    attributed: Sequence[Attributed], network: Network, node: NodeOf, *, apart: bool
) -> Iterator[Columns]:
    """Yield relationships between nodes, a block after the other.

    No two blocks have relationships between the same nodes, unless these are to stay apart. Those
    over which nothing comes are left out.

    Parameters
    ----------
    attributed
        What neurons and relationships of a model have to do with targets.
    network
        The model.
    node
        The node of each neuron: shape (neurons,); those of different layers are different.
    apart
        Whether relationships between the same two nodes stay apart, as between neurons.

    Yields
    ------
    tuple
        Source, target, and what comes over each of each target.
    """
    ends = np.logical_or.reduce([each.taking_part for each in attributed])
    nodes = int(node.max()) + 1
    for layer in network.layers:
        if layer.edges and apart:
            yield from _into(layer, attributed, ends, node)
        elif layer.edges:
            yield from merged(_between(layer, attributed, node), nodes)


def _between(layer: Layer, attributed: Sequence[Attributed], node: NodeOf) -> Iterator[Columns]:
    """Yield what comes of one target after the other, of the others 0: it is to be added up."""
    for place, each in enumerate(attributed):
        for source, target, share, _ in each.flowing.node_blocks(layer, node):
            shares = np.zeros((len(attributed), len(share)))
            shares[place] = share
            yield source, target, *shares


def _into(
    layer: Layer, attributed: Sequence[Attributed], ends: Flags, node: NodeOf
) -> Iterator[Columns]:
    for blocks in zip(*(each.edge_blocks(layer, ends) for each in attributed), strict=True):
        source, target, _ = blocks[0]
        shares = [share for _, _, share in blocks]
        flows = np.flatnonzero(any_of(shares))
        if len(flows):
            each = (share[flows].astype(np.float64) for share in shares)
            yield node[source[flows]], node[target[flows]], *each
