"""The relationships of a model as sparse matrices, read once and kept while there is room."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from queries.analysis.operators import (
    Columns,
    EdgeColumns,
    Flags,
    Ids,
    NodeOf,
    Operator,
    Scores,
    any_of,
)
from queries.analysis.weight_matrix import WeightMatrix
from queries.core.layer import Layer, id_ranges
from queries.core.memory import Room
from queries.core.progress import Progress, silent

if TYPE_CHECKING:
    import pandas as pd

EDGES_A_MATRIX: Final = 1 << 22
MOST_KEPT: Final = 1 << 26
"""Relationships that are kept: 67 million, of 12 bytes each."""

_COLUMNS: Final = 48
"""Bytes of the columns of a relationship, which are there twice as they are joined."""

_FEWER: Final = "name fewer sources and targets"
ReadEdges = Callable[[Layer, int, int], EdgeColumns]
"""Reads all relationships into the neurons of a layer from one id to another."""

ReadOutgoing = Callable[[Sequence[int]], EdgeColumns]
"""Reads all relationships out of neurons, given by id."""


class Network:
    """The neurons and relationships of a model, for computations that pass through all layers.

    Parameters
    ----------
    layers
        The model's layers, inputs first.
    read, read_outgoing
        Read relationships; the latter is used where they are too many to be kept.

    Attributes
    ----------
    progress
        Is told how far a pass through all layers is.
    """

    def __init__(
        self, layers: Sequence[Layer], read: ReadEdges, read_outgoing: ReadOutgoing
    ) -> None:
        self.layers = tuple(layers)
        self.first = layers[0].first
        self.neurons = layers[-1].last + 1 - self.first
        self.read, self.read_outgoing = read, read_outgoing
        self._by_index = {layer.index: layer for layer in self.layers}
        self._matrices: dict[int, list[WeightMatrix]] = {}
        self.progress: Progress = silent

    def matrices(self, layer: Layer) -> Iterator[WeightMatrix]:
        """Yield all relationships into a layer, in the order of its neurons."""
        if layer.edges == 0:
            return
        if layer.index in self._matrices:
            yield from self._matrices[layer.index]
        elif not self.fits:
            yield from self._read_matrices(layer)
        else:
            # Kept once all are there: who asks may stop in the middle.
            parts = list(self._read_matrices(layer))
            self._matrices[layer.index] = parts
            yield from parts

    @property
    def fits(self) -> bool:
        """Whether all relationships are kept in memory once they are read."""
        return sum(layer.edges for layer in self.layers) <= MOST_KEPT

    def operators(self, layer: Layer) -> Iterator[Operator]:
        """Yield operators that together are all relationships into a layer."""
        yield from self.matrices(layer)

    def reusable_operators(self, layer: Layer) -> Callable[[], Iterable[Operator]]:
        """Return what gives the operators of a layer as often as needed.

        The relationships are kept meanwhile, unless they are more than a network keeps.
        """
        if layer.edges > MOST_KEPT:
            return lambda: self.operators(layer)
        operators = list(self.operators(layer))
        return lambda: operators

    def weights(self, layer: Layer) -> Iterator[tuple[Scores, Ids]]:
        """Yield what relationships into a layer weigh, each with how many of them do so."""
        for part in self.matrices(layer):
            if len(data := part.matrix.data):
                yield data, np.broadcast_to(np.int64(1), data.shape)

    def forward(self) -> Iterator[Operator]:
        """Yield all relationships, those near the inputs first."""
        return self._in_order(self.layers)

    def backward(self) -> Iterator[Operator]:
        """Yield all relationships, those near the outputs first."""
        return self._in_order(self.layers[::-1])

    def _in_order(self, layers: Sequence[Layer]) -> Iterator[Operator]:
        done, total = 0, sum(layer.edges for layer in layers)
        for layer in layers:
            self.progress("relationships", done, total)
            yield from self.operators(layer)
            done += layer.edges

    @property
    def inputs(self) -> NDArray[np.bool_]:
        """Which neurons are of layers that nothing feeds."""
        return self._of_layers(layer for layer in self.layers if not layer.inputs)

    @property
    def outputs(self) -> NDArray[np.bool_]:
        """Which neurons are of layers that feed nothing."""
        return self._of_layers(layer for layer in self.layers if not self.fed_by(layer))

    def _of_layers(self, layers: Iterable[Layer]) -> NDArray[np.bool_]:
        flags = np.zeros(self.neurons, dtype=bool)
        for layer in layers:
            flags[self.neurons_of(layer)] = True
        return flags

    def outgoing(self, neurons: Ids) -> EdgeColumns:
        """Return source, target and weight of all relationships out of some neurons.

        Neurons are counted from the model's first.
        """
        if not self.fits:
            source, target, weight = self.read_outgoing((neurons + self.first).tolist())
            return source - self.first, target - self.first, weight
        blocks = [part.outgoing(neurons) for layer in self.layers for part in self.matrices(layer)]
        source, target, weight = (np.concatenate(columns) for columns in zip(*blocks, strict=True))
        return source, target, weight

    def incoming(self, neuron: int) -> tuple[Ids, Scores]:
        """Return source and weight of all relationships into a neuron."""
        layer = next(each for each in self.layers if self.neurons_of(each).stop > neuron)
        part = next(part for part in self.matrices(layer) if part.targets.stop > neuron)
        row = neuron - part.first_target
        entries = slice(part.matrix.indptr[row], part.matrix.indptr[row + 1])
        source = part.matrix.indices[entries].astype(np.int64) + part.first_source
        return source, part.matrix.data[entries]

    def edges_between(self, begins: Flags, ends: Flags, size: int = _COLUMNS) -> EdgeColumns:
        """Return source, target and weight of all relationships from some neurons to others.

        Only layers that may hold such relationships are read.

        Parameters
        ----------
        begins, ends
            Where they begin, and where they end: shape (neurons,).
        size
            Bytes that what is made of each relationship takes, these columns included.

        Raises
        ------
        ParameterError
            If they do not fit into the memory that is free.
        """
        room = Room(size, "relationships", _FEWER)
        room.require(sum(layer.edges for layer in self.layers if self._whole(layer, begins, ends)))
        none = np.empty(0, dtype=np.int64)
        blocks: list[EdgeColumns] = [(none, none, np.empty(0))]
        count = 0
        for layer in self.layers:
            fed = any(begins[self.neurons_of(other)].any() for other in self.feeding(layer))
            needed = fed and ends[self.neurons_of(layer)].any()
            for source, target, weight in self.edge_blocks(layer, ends) if needed else ():
                flags = begins[source] & ends[target]
                blocks.append((source[flags], target[flags], weight[flags]))
                count += len(blocks[-1][0])
                room.require(count, more=True)
        source, target, weight = (np.concatenate(columns) for columns in zip(*blocks, strict=True))
        return source, target, weight

    def _whole(self, layer: Layer, begins: Flags, ends: Flags) -> bool:
        """Tell whether all relationships into a layer begin and end where that is said."""
        feeding = (begins[self.neurons_of(other)].all() for other in self.feeding(layer))
        return bool(ends[self.neurons_of(layer)].all()) and all(feeding)

    def feeding(self, layer: Layer) -> tuple[Layer, ...]:
        """Return the layers that feed a layer."""
        return tuple(self._by_index[index] for index in sorted(layer.inputs))

    def fed_by(self, layer: Layer) -> tuple[Layer, ...]:
        """Return the layers that a layer feeds."""
        return self._following.get(layer.index, ())

    @cached_property
    def _following(self) -> dict[int, tuple[Layer, ...]]:
        following: dict[int, tuple[Layer, ...]] = {}
        for layer in self.layers:
            for index in layer.inputs:
                following[index] = (*following.get(index, ()), layer)
        return following

    def places(self, neurons: "pd.DataFrame") -> Ids:
        """Return where neurons stand, counted from the model's first; they have a column ``id``."""
        places: Ids = neurons["id"].to_numpy() - self.first
        return places

    def neurons_of(self, layer: Layer) -> slice:
        """Return the neurons of a layer, counted from the model's first."""
        return layer.places(self.first)

    def sources(self, layer: Layer) -> slice:
        """Return the neurons among which are all that feed a layer that is fed."""
        feeding = [self.neurons_of(other) for other in self.feeding(layer)]
        return slice(min(own.start for own in feeding), max(own.stop for own in feeding))

    def edge_blocks(self, layer: Layer, ends: Flags) -> Iterator[EdgeColumns]:
        """Yield relationships into a layer, all of those into some neurons among them."""
        del ends
        for part in self.matrices(layer):
            yield part.columns

    def node_blocks(
        self, layer: Layer, node: NodeOf, source: Scores, targets: Sequence[Scores]
    ) -> Iterator[Columns]:
        """Yield relationships into a layer between nodes, each a part of the model.

        Of those between the same two nodes several may come, which add up. Those of which all
        scores are 0 are left out.

        Parameters
        ----------
        layer
            The layer.
        node
            The node of each neuron: shape (neurons,).
        source
            A value for each neuron where it is a source: shape (neurons,).
        targets
            Values of the layer's neurons, each of shape (neurons of the layer,).

        Yields
        ------
        tuple
            Source, target, and for each of the ``targets`` the sum of ``source value * weight *
            target value``.
        """
        first = self.neurons_of(layer).start
        for part in self.matrices(layer):
            begin, end, weight = part.columns
            passed = source[begin] * weight
            scores = [passed * target[end - first] for target in targets]
            flows = np.flatnonzero(any_of(scores))
            if len(flows):
                yield node[begin[flows]], node[end[flows]], *(score[flows] for score in scores)

    def _read_matrices(self, layer: Layer) -> Iterator[WeightMatrix]:
        sources = self.sources(layer)
        low, width = sources.start + self.first, sources.stop - sources.start
        for start, stop in self._ranges(layer):
            source, target, weight = self.read(layer, start, stop)
            matrix = matrix_of(source - low, target - start, weight, (stop + 1 - start, width))
            yield WeightMatrix(layer, start - self.first, sources.start, matrix)

    def _ranges(self, layer: Layer) -> list[tuple[int, int]]:
        """Return the first and last ids of parts of a layer."""
        return id_ranges(layer.first, layer.last, layer.edges, EDGES_A_MATRIX)


def matrix_of(
    source: Ids, target: Ids, weight: NDArray[np.floating], shape: tuple[int, int]
) -> "csr_array[np.float64]":
    """Return a matrix of which no entries are added up, its rows in the order of sources."""
    if np.any(target[1:] < target[:-1]):
        order = np.argsort(target, kind="stable")
        source, target, weight = source[order], target[order], weight[order]
    starts = np.concatenate([[0], np.cumsum(np.bincount(target, minlength=shape[0]))])
    indices = source.astype(np.int32) if shape[1] < 1 << 31 else source
    matrix = csr_array((weight.astype(np.float64), indices, starts.astype(indices.dtype)), shape)
    # Stores answer in any order, by which the last digit of a sum would differ from run to run.
    matrix.sort_indices()
    return matrix
