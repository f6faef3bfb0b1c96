"""Channels of a layer with alike incoming weights, compared block by block."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, vstack

from queries.analysis.channels import Channels, channels_of
from queries.analysis.network import MOST_KEPT, Network
from queries.analysis.operators import Flags, Ids, Scores
from queries.analysis.weight_matrix import WeightMatrix
from queries.core.layer import Layer
from queries.core.memory import Room

Matrix = csr_array[np.float64]

_PAIRS: Final = 1 << 24
"""Pairs of channels of which the products are held at once."""

_TOGETHER: Final = 1 << 22
"""Relationships that are put together before they are compared, at least."""

_DENSE: Final = 8
"""A matrix with an entry in so many is multiplied as a dense one, by BLAS."""

_COLUMNS: Final = 1 << 11
"""Columns of a dense matrix at once."""

_EDGE_BYTES: Final = 40
"""Bytes that a relationship takes while it waits for those to neurons at the same place."""

_ROW_BYTES: Final = 200
"""Bytes of a row of the answer, with the names of two channels."""


def similar_channels(
    network: Network, layer: Layer, neurons: pd.DataFrame, least: float
) -> pd.DataFrame:
    """Return pairs of channels of a layer with the cosine of their incoming weights.

    Weights are compared where they lead from one source to neurons at one place. Channels without
    any weight but 0 are in no pair, nor are those with a weight that is not finite.

    Parameters
    ----------
    network, layer
        The model, and a layer that is fed.
    neurons
        Rows of the query ``neurons``: those of the channels, one at least.
    least
        The smallest cosine; 0 and less take channels that have no source in common.

    Returns
    -------
    pandas.DataFrame
        Of the two channels layer, name, other_name, channel and other_channel, then cosine and
        ratio (of the other's norm to the one's).

    Raises
    ------
    ParameterError
        If the layer, or the answer, does not fit into the memory that is free.
    """
    weights = _ChannelWeights(network, layer, neurons)
    norms = weights.norms
    room = Room(_ROW_BYTES, "pairs of channels", "ask for a larger least, or for fewer channels")
    channels = int(np.count_nonzero(norms))
    if least <= 0:
        room.require(channels * (channels - 1) // 2)
    pairs = [_pairs(products, start, norms, least) for start, products in weights.products()]
    room.require(sum(len(one) for one, _, _ in pairs))
    one, other, cosine = (np.concatenate(column) for column in zip(*pairs, strict=True))
    table = weights.channels.table
    return pd.DataFrame(
        {
            "layer": table["layer"].take(one).array,
            "name": table["name"].take(one).array,
            "other_name": table["name"].take(other).array,
            "channel": table["channel"].take(one).array,
            "other_channel": table["channel"].take(other).array,
            "cosine": cosine,
            "ratio": norms[other] / norms[one],
        }
    )


def _pairs(products: Matrix, start: int, norms: Scores, least: float) -> tuple[Ids, Ids, Scores]:
    """Return pairs of channels, from the one that is ``start`` on, and their cosines."""
    if least <= 0:
        row, other = np.indices(products.shape).reshape(2, -1)
        product = products.toarray().ravel()
    else:
        entries = coo_array(products)
        row, other = (place.astype(np.int64) for place in (entries.row, entries.col))
        product = entries.data
    one = row + start
    mask = (other > one) & (norms[one] > 0) & (norms[other] > 0)
    one, other = one[mask], other[mask]
    cosine = product[mask] / (norms[one] * norms[other])
    mask = cosine >= least
    return one[mask], other[mask], cosine[mask]


class _ChannelWeights:
    """The weights into the channels of a layer, as matrices side by side.

    Each has a row for each channel, and a column for each source of neurons at a place.
    """

    def __init__(self, network: Network, layer: Layer, neurons: pd.DataFrame) -> None:
        self.channels = channels_of(neurons, network.first)
        self._network, self._layer = network, layer
        places = neurons.groupby(["x", "y", "z"], dropna=False).ngroup()
        self._place = places.to_numpy().astype(np.int64)
        self._blocks = list(self._read()) if layer.edges <= MOST_KEPT else None

    @property
    def norms(self) -> Scores:
        """By channel the norm of all weights into it, 0 where that is not finite."""
        squares = np.zeros(len(self.channels.table))
        with np.errstate(invalid="ignore", over="ignore"):
            for matrix in self._matrices():
                squares += matrix.power(2).sum(axis=1)
        squares[~np.isfinite(squares)] = 0.0
        return np.asarray(np.sqrt(squares))

    def products(self) -> Iterator[tuple[int, Matrix]]:
        """Yield the products of some channels with all, and which channel is the first of them."""
        count = len(self.channels.table)
        step = max(1, _PAIRS // count)
        for start in range(0, count, step):
            rows = slice(start, start + step)
            total = csr_array((min(step, count - start), count))
            with np.errstate(invalid="ignore", over="ignore"):
                for matrix in self._matrices():
                    total = total + _product(matrix, rows)
            yield start, total.tocsr()

    def _matrices(self) -> Iterable[Matrix]:
        return self._read() if self._blocks is None else self._blocks

    def _read(self) -> Iterator[Matrix]:
        waiting = _Buffer(self.channels, self._place)
        for part in self._network.matrices(self._layer):
            waiting.add(part)
            if waiting.edges >= _TOGETHER:
                yield from waiting.complete()
        yield from waiting.rest()


@dataclass
class _Buffer:
    """Relationships that wait for others into neurons at the same place.

    Parameters
    ----------
    channels
        The channels.
    place
        The place of each of their neurons, counted from 0.
    """

    channels: Channels
    place: Ids
    rows: list[tuple[Matrix, Ids, Ids]] = field(default_factory=list)
    edges: int = 0

    def __post_init__(self) -> None:
        self.missing = np.bincount(self.place)
        self.room = Room(
            _EDGE_BYTES, "relationships into neurons at one place", "ask for fewer channels"
        )

    def add(self, part: WeightMatrix) -> None:
        """Add the relationships into those of the neurons that a part feeds."""
        neuron = self.channels.neuron
        inside = (neuron >= part.targets.start) & (neuron < part.targets.stop)
        if inside.any():
            rows = part.matrix[neuron[inside] - part.first_target]
            self._add_rows(rows, self.channels.number[inside], self.place[inside])
            self.missing -= np.bincount(self.place[inside], minlength=len(self.missing))
            self.room.require(self.edges)

    def complete(self) -> Iterator[Matrix]:
        """Yield those of places of which nothing is missing."""
        yield from self._take(self.missing == 0)

    def rest(self) -> Iterator[Matrix]:
        """Yield those that are left."""
        yield from self._take(np.ones(len(self.missing), dtype=bool))

    def _add_rows(self, rows: Matrix, number: Ids, place: Ids) -> None:
        if len(number):
            self.rows.append((rows, number, place))
            self.edges += rows.nnz

    def _take(self, places: Flags) -> Iterator[Matrix]:
        waiting, self.rows, self.edges = self.rows, [], 0
        parts = []
        for rows, number, place in waiting:
            ready = places[place]
            if ready.all():
                parts.append((rows, number, place))
                continue
            self._add_rows(rows[~ready], number[~ready], place[~ready])
            if ready.any():
                parts.append((rows[ready], number[ready], place[ready]))
        if parts:
            yield _by_channel(parts, len(self.channels.table))


def _by_channel(parts: list[tuple[Matrix, Ids, Ids]], channels: int) -> Matrix:
    """Return a row for each channel, and a column for each source of neurons at a place."""
    number, place = (np.concatenate([each[at] for each in parts]) for at in (1, 2))
    rows = parts[0][0] if len(parts) == 1 else vstack([each[0] for each in parts], format="csr")
    if (place != place[0]).any():
        column = np.repeat(place, np.diff(rows.indptr)) * rows.shape[1] + rows.indices
        # There may be more columns than any matrix has.
        used, indices = np.unique(column, return_inverse=True)
        rows = csr_array((rows.data, indices, rows.indptr), (len(number), len(used)))
    ones = np.ones(len(number))
    sums = csr_array((ones, (number, np.arange(len(number)))), (channels, len(number)))
    return (sums @ rows).tocsr()


def _product(matrix: Matrix, rows: slice) -> Any:
    """Return the products of some rows of a matrix with all."""
    own = matrix[rows]
    count, width = matrix.shape
    if matrix.nnz * _DENSE < count * width:
        return own @ matrix.T
    total: NDArray[np.float64] = np.zeros((own.shape[0], count))
    for start in range(0, width, _COLUMNS):
        part = matrix[:, start : start + _COLUMNS].toarray()
        total += part[rows] @ part.T
    return csr_array(total)
