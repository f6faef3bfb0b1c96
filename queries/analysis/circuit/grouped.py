"""What of targets flows between groups of neurons at many inputs, by products of matrices.

Over a layer that adds up, what flows between two groups is the sum of source value * weight *
gradient of the target over the relationships between them. Their weights are the same at all
inputs. So relationships into one neuron are put together by the groups that they come from, once;
then a product of matrices is the answer at many inputs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from queries.analysis.at_input.attribution import Attribution
from queries.analysis.at_input.integrated import Integrated
from queries.analysis.circuit.pairs import ends_of, pairs_of
from queries.analysis.network import Network
from queries.analysis.operators import Ids, NodeOf, Scores
from queries.analysis.weight_matrix import WeightMatrix
from queries.core.layer import Layer

_FEWER: Final = 8
"""By how much groups must be fewer pairs than relationships: else most of the sums are of one."""

_EDGES_A_PIECE: Final = 1 << 19
"""Relationships that are put together at once: 10 MiB, and for each input their sums."""

_COLUMNS: Final = 32
"""Inputs, or steps on the way to one, that are computed at once."""

_PAIRS: Final = 1 << 20
"""Sums of pairs of groups at inputs that are held at least before those of pieces are added up."""

_MOST_KEPT: Final = 1 << 25
"""Relationships that are kept as they were put together, of 12 bytes each."""

Between = tuple[Ids, Ids, Scores]
"""Source, target, and what of a target flows between them: groups."""


@dataclass(frozen=True)
class _Piece:
    """Relationships into consecutive neurons.

    Parameters
    ----------
    sources
        Neurons, by their group.
    into
        Shape (rows, sources): a row has the relationships into one neuron out of one group.
    target
        The neuron of each row.
    between
        Shape (pairs, rows): 1 where a row is of a pair.
    pairs
        Target group * groups + source group of each pair, ascending.
    """

    sources: Ids
    into: "csr_array[np.float64]"
    target: Ids
    between: "csr_array[np.float64]"
    pairs: Ids

    def flowing(self, value: Scores, gradient: Scores) -> Scores:
        """Return what flows between each pair: shape (pairs, inputs)."""
        rows = self.into @ value[self.sources]
        rows *= gradient[self.target]
        return np.asarray(self.between @ rows)


class Grouped:
    """The relationships of a model between groups of neurons.

    Parameters
    ----------
    network
        The model.
    node
        The group of each neuron: shape (neurons,).
    """

    def __init__(self, network: Network, node: NodeOf) -> None:
        self._network, self._node = network, node
        self._groups = int(node.max()) + 1
        self._layers = [layer for layer in network.layers if self._is_worth(layer)]
        self.pairs = sum(self._pairs_of(layer) for layer in self._layers)
        """Pairs of groups that are put together, at most: what an input has beside its neurons."""
        self._keeps = sum(layer.edges for layer in self._layers) <= _MOST_KEPT
        self._kept: dict[int, list[_Piece]] = {}

    def between(
        self, attributed: Sequence[Attribution | Integrated]
    ) -> Sequence[Mapping[int, Between]]:
        """Return what flows into layers at inputs.

        Parameters
        ----------
        attributed
            What neurons have to do with the target at each input.

        Returns
        -------
        sequence of dict
            At each input by the index of a layer what flows into it. Layers that do not add up,
            and those of nearly as many pairs of groups as relationships, are not among them.
        """
        owner = [place for place, each in enumerate(attributed) for _ in each.parts]
        parts = [part for each in attributed for part in each.parts]
        found: list[dict[int, Between]] = [{} for _ in attributed]
        chunks = [slice(at, at + _COLUMNS) for at in range(0, len(parts), _COLUMNS)]
        columns = [self._columns(parts[chunk]) for chunk in chunks]
        for layer in self._layers:
            into = self._network.neurons_of(layer)
            if not any(gradient[into].any() for _, gradient in columns):
                continue
            pairs, flowing = self._into(layer, columns)
            by_input = np.zeros((len(attributed), len(pairs)))
            np.add.at(by_input, owner, flowing.T)
            for own, flows in zip(found, by_input, strict=True):
                some = np.flatnonzero(flows)
                target, source = ends_of(pairs[some], self._groups)
                own[layer.index] = source, target, flows[some]
        return found

    def _is_worth(self, layer: Layer) -> bool:
        """Tell whether a layer has far fewer pairs of groups than relationships."""
        if layer.reduce != "sum" or not layer.edges:
            return False
        return self._pairs_of(layer) * _FEWER <= layer.edges

    def _pairs_of(self, layer: Layer) -> int:
        """Return how many pairs of groups a layer has at most."""
        feeding = [self._network.neurons_of(other) for other in self._network.feeding(layer)]
        sources = sum(len(np.unique(self._node[own])) for own in feeding)
        targets = len(np.unique(self._node[self._network.neurons_of(layer)]))
        return sources * targets

    @staticmethod
    def _columns(parts: Sequence[Attribution]) -> tuple[Scores, Scores]:
        return (
            np.stack([each.value for each in parts], axis=1),
            np.stack([each.inner_gradient for each in parts], axis=1),
        )

    def _into(self, layer: Layer, columns: Sequence[tuple[Scores, Scores]]) -> tuple[Ids, Scores]:
        """Return pairs of groups, and what flows between them: shape (pairs, inputs)."""
        parts: list[tuple[Ids, Scores]] = []
        held, most = 0, _PAIRS
        for piece in self._pieces(layer):
            flowing = np.hstack([piece.flowing(*each) for each in columns])
            parts.append((piece.pairs, flowing))
            held += flowing.size
            if held > most:
                parts = [_added(parts)]
                held = parts[0][1].size
                most = max(_PAIRS, 2 * held)
        return _added(parts)

    def _pieces(self, layer: Layer) -> Iterator[_Piece]:
        if layer.index in self._kept:
            yield from self._kept[layer.index]
            return
        made = (piece for part in self._network.matrices(layer) for piece in self._cut(part))
        if self._keeps:
            self._kept[layer.index] = list(made)
            yield from self._kept[layer.index]
        else:
            yield from made

    def _cut(self, part: WeightMatrix) -> Iterator[_Piece]:
        """Yield pieces of some relationships."""
        starts, begin = part.matrix.indptr, 0
        while begin < part.matrix.shape[0]:
            end = int(np.searchsorted(starts, starts[begin] + _EDGES_A_PIECE, side="right")) - 1
            end = max(end, begin + 1)
            if starts[end] > starts[begin]:
                yield self._piece(part, begin, end)
            begin = end

    def _piece(self, part: WeightMatrix, begin: int, end: int) -> _Piece:
        starts = part.matrix.indptr[begin : end + 1]
        entries = slice(starts[0], starts[-1])
        sources = np.arange(part.sources.start, part.sources.stop)
        by_group = np.argsort(self._node[sources], kind="stable")
        rank = np.empty(len(sources), dtype=np.int32)
        rank[by_group] = np.arange(len(sources), dtype=np.int32)
        # Copies: what is sorted here is the model's own order elsewhere.
        weights, columns = part.matrix.data[entries].copy(), rank[part.matrix.indices[entries]]
        rows = csr_array((weights, columns, starts - starts[0]), (end - begin, len(sources)))
        rows.sort_indices()
        sources = sources[by_group]
        target = np.repeat(np.arange(begin, end) + part.first_target, np.diff(starts))
        group = self._node[sources[rows.indices]]
        changes = (np.diff(target) != 0) | (np.diff(group) != 0)
        first = np.concatenate([[0], np.flatnonzero(changes) + 1])
        into = csr_array(
            (rows.data, rows.indices, np.append(first, len(target)).astype(np.int32)),
            (len(first), len(sources)),
        )
        pairs, place = np.unique(
            pairs_of(self._node[target[first]], group[first], self._groups), return_inverse=True
        )
        return _Piece(sources, into, target[first], _rows_of(place, len(pairs)), pairs)


def _rows_of(place: Ids, count: int) -> "csr_array[np.float64]":
    """Return a matrix that adds up rows by where they belong: shape (count, rows)."""
    order = np.argsort(place, kind="stable").astype(np.int32)
    starts = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=count))])
    return csr_array((np.ones(len(place)), order, starts.astype(np.int32)), (count, len(place)))


def _added(parts: Sequence[tuple[Ids, Scores]]) -> tuple[Ids, Scores]:
    """Return each pair of groups once, with the sum of what flows between them."""
    keys = [pairs for pairs, _ in parts]
    pairs, place = np.unique(np.concatenate(keys), return_inverse=True)
    total = np.zeros((len(pairs), parts[0][1].shape[1]))
    for start, (_, own) in zip(_starts(keys), parts, strict=True):
        # A part has each pair once.
        total[place[start : start + len(own)]] += own
    return pairs, total


def _starts(arrays: Sequence[NDArray[np.int64]]) -> list[int]:
    """Return where each of some arrays begins in all of them together."""
    return [0, *np.cumsum([len(each) for each in arrays])[:-1].tolist()]
