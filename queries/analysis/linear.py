"""A model as a linear map: what neurons pass on to others where activations are ignored.

With A the matrix of the weights, rows sources, the weights along all paths add up to
A + A^2 + A^3 + ..., which a feed-forward model ends by itself. They are computed layer by layer.

Neurons are counted from the model's first. Where some neurons are sources, a path does not go
through another source: the value of that one stands for what feeds it.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from operator import add
from typing import Any, Final, NamedTuple

import numpy as np
from scipy.sparse import csr_array, diags_array, eye_array, hstack, vstack

from queries.analysis.network import Network
from queries.analysis.operators import Flags, Ids, Scores
from queries.analysis.weight_matrix import WeightMatrix
from queries.errors import ParameterError

Matrix = csr_array[np.float64]

MOST_PAIRS: Final = 1 << 24
"""Pairs of neurons that a result may have: 17 million."""

_ENTRIES_AT_ONCE: Final = 1 << 24
"""Numbers that are held at most while layers are passed."""


_BYTES: Final = 120
"""Bytes that a relationship into the first layer takes until it is an entry of a matrix."""


class LinearMap(NamedTuple):
    """The map through some neurons.

    Parameters
    ----------
    feeding
        The neurons that feed them: shape (feeding,).
    weights
        Shape (feeding, targets), without zeros.
    """

    feeding: Ids
    weights: Matrix


def effective_weights(network: Network, sources: Ids, targets: Ids) -> Matrix:
    """Return the sums over all paths between neurons of the product of the weights along a path.

    Parameters
    ----------
    network
        The model.
    sources, targets
        Neurons in ascending order.

    Returns
    -------
    scipy.sparse.csr_array
        Shape (sources, targets), of paths at least one relationship long, without zeros.

    Raises
    ------
    ParameterError
        If more than ``MOST_PAIRS`` pairs are joined.
    """
    start = eye_array(len(sources), dtype=np.float64, format="csr")
    return _with_nan(network, sources, start, targets)


def combine(network: Network, first: Ids, second: Ids) -> LinearMap:
    """Return the sums over all paths through some neurons, from what feeds them to others.

    Parameters
    ----------
    network
        The model.
    first, second
        Neurons in ascending order.

    Raises
    ------
    ParameterError
        If more than ``MOST_PAIRS`` pairs are joined.
    """
    among = np.zeros(network.neurons, dtype=bool)
    among[first] = True
    source, target, weight = network.edges_between(
        np.ones(network.neurons, dtype=bool), among, _BYTES
    )
    feeding, column = np.unique(source, return_inverse=True)
    row = np.searchsorted(first, target)
    start = csr_array((weight.astype(np.float64), (row, column)), (len(first), len(feeding)))
    return LinearMap(feeding, _with_nan(network, first, start, second))


def _with_nan(network: Network, sources: Ids, start: Matrix, targets: Ids) -> Matrix:
    """Return what targets get; NaN where a path goes over NaN, even where another weight is 0."""
    whole = _propagate(network, sources, start, targets, _Entries())
    if not any(layer.not_finite_weights for layer in network.layers):
        return whole
    marks = _NanMarks()
    nan_marks = _propagate(network, sources, marks.of(start), targets, marks)
    nan_marks.data = np.where(nan_marks.data >= _NAN, np.nan, 0.0)
    return whole + nan_marks


class _Entries:
    """The weights themselves are multiplied and added up."""

    def of(self, weights: Matrix) -> Matrix:
        """Return what stands for some weights."""
        return weights

    def sums(self, arriving: Matrix) -> Matrix:
        """Return what stands for sums of products."""
        return arriving


_NAN: Final = 2.0**200
"""A mark of NaN: more than that many paths, each marked 1, do not meet in a layer."""


class _NanMarks(_Entries):
    """A mark stands for a weight: 1, or a large number for NaN; so a path over NaN shows."""

    def of(self, weights: Matrix) -> Matrix:
        """Return the mark of each weight."""
        return _with_data(weights, np.where(np.isnan(weights.data), _NAN, 1.0))

    def sums(self, arriving: Matrix) -> Matrix:
        """Return a mark for each sum of products of marks."""
        return _with_data(arriving, np.where(arriving.data >= _NAN, _NAN, 1.0))


def _with_data(matrix: Matrix, data: Scores) -> Matrix:
    return csr_array((data, matrix.indices, matrix.indptr), matrix.shape)


def _propagate(
    network: Network, sources: Ids, start: Matrix, targets: Ids, entries: _Entries
) -> Matrix:
    """Return what targets get, shape (n, targets), of what sources are given n times.

    Parameters
    ----------
    network, sources, targets
        As in ``effective_weights``.
    start
        What each source is given: shape (sources, n).
    entries
        What stands for the weights.
    """
    free = np.ones(network.neurons, dtype=bool)
    free[sources] = False
    # The side of fewer neurons is cut up, and each piece passed through all layers.
    most = max(1, _ENTRIES_AT_ONCE // network.neurons)
    shape = len(targets), start.shape[1]
    if start.shape[1] <= len(targets):
        columns = _cut(np.arange(start.shape[1]), most)
        pieces = (
            _from(network, free, sources, start[:, part], targets, entries) for part in columns
        )
        return _stack_pieces(pieces, hstack, shape)
    pieces = (_onto(network, free, sources, part, entries) @ start for part in _cut(targets, most))
    return _stack_pieces(pieces, vstack, shape)


def _from(
    network: Network,
    free: Flags,
    sources: Ids,
    start: Matrix,
    targets: Ids,
    entries: _Entries,
) -> Matrix:
    """Return what targets get, shape (targets, n), passing from the inputs on."""
    outputs: dict[int, Matrix] = {}
    blocks: list[Matrix] = []
    for layer in network.layers:
        bounds = network.neurons_of(layer)
        feeding = [other for other in network.feeding(layer) if other.index in outputs]
        arriving = csr_array((layer.neurons, start.shape[1]))
        if feeding and bounds.start <= targets.max(initial=-1):
            onward = [(network.neurons_of(other), outputs[other.index]) for other in feeding]
            parts = [_contributions(part, onward, entries) for part in network.matrices(layer)]
            arriving = entries.sums(vstack(parts, format="csr"))
        blocks.append(arriving[_inside(targets, bounds)])
        passing = _mask(free[bounds]) @ arriving + _unit(sources, bounds).T @ start
        if passing.nnz:
            outputs[layer.index] = passing.tocsr()
    return vstack(blocks, format="csr")


def _contributions(
    part: WeightMatrix, feeding: Sequence[tuple[slice, Matrix]], entries: _Entries
) -> Matrix:
    """Return what arrives at the neurons of a part, given what its sources pass on."""
    weights = entries.of(part.matrix)
    products = [weights[:, _within(own, part.sources)] @ values for own, values in feeding]
    return reduce(add, products)


def _onto(network: Network, free: Flags, sources: Ids, targets: Ids, entries: _Entries) -> Matrix:
    """Return what targets get of sources, shape (targets, sources), passing from the outputs."""
    outputs: dict[int, Matrix] = {}
    blocks: list[Matrix] = []
    for layer in reversed(network.layers):
        bounds = network.neurons_of(layer)
        arriving = outputs.pop(layer.index, csr_array((len(targets), layer.neurons)))
        arriving = entries.sums(arriving)
        blocks.append(arriving[:, _inside(sources, bounds)])
        passing = (arriving @ _mask(free[bounds]) + _unit(targets, bounds)).tocsr()
        if not passing.nnz or bounds.start <= sources.min(initial=network.neurons):
            continue
        for part in network.matrices(layer):
            back = passing[:, _within(part.targets, bounds)] @ entries.of(part.matrix)
            for other in network.feeding(layer):
                more = back[:, _within(network.neurons_of(other), part.sources)]
                before = outputs.get(other.index)
                outputs[other.index] = more if before is None else before + more
    return hstack(blocks[::-1], format="csr")


def _cut(numbers: Ids, most: int) -> list[Ids]:
    return [numbers[start : start + most] for start in range(0, len(numbers), most)]


def _stack_pieces(
    pieces: Iterator[Matrix], stack: Callable[..., Matrix], shape: tuple[int, int]
) -> Matrix:
    """Return pieces side by side, targets made columns."""
    blocks: list[Matrix] = []
    entries = 0
    for piece in pieces:
        piece.eliminate_zeros()
        blocks.append(piece)
        entries += piece.nnz
        if entries > MOST_PAIRS:
            raise ParameterError(
                f"more than {MOST_PAIRS:,} of {shape[1]:,} sources and {shape[0]:,} targets are "
                "joined by paths; name fewer of them"
            )
    whole = (stack(blocks, format="csr") if blocks else csr_array(shape)).T.tocsr()
    whole.sort_indices()
    return whole


def _inside(neurons: Ids, bounds: slice) -> Ids:
    """Return the neurons within a layer, counted from its first."""
    own: Ids = neurons[(neurons >= bounds.start) & (neurons < bounds.stop)] - bounds.start
    return own


def _within(inner: slice, outer: slice) -> slice:
    return slice(inner.start - outer.start, inner.stop - outer.start)


def _mask(free: Flags) -> Any:
    """Return the matrix that takes away what arrives at a source."""
    mask = csr_array(diags_array(free.astype(np.float64)))
    mask.eliminate_zeros()
    return mask


def _unit(neurons: Ids, bounds: slice) -> Matrix:
    """Return a row for each neuron that is 1 at its own place, of those in a layer."""
    rows = np.flatnonzero((neurons >= bounds.start) & (neurons < bounds.stop))
    columns = neurons[rows] - bounds.start
    shape = (len(neurons), bounds.stop - bounds.start)
    return csr_array((np.ones(len(rows)), (rows, columns)), shape)
