"""The forward pass of a model: what its neurons put out, computed from its graph."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from queries.analysis.network import MOST_KEPT, Network
from queries.analysis.neuron_output import (
    REDUCE,
    WITHOUT_INPUTS,
    activated_output,
    doubly_activated,
    in_single_precision,
    require_computable,
)
from queries.analysis.operators import Scores
from queries.analysis.weight_matrix import WeightMatrix
from queries.core.layer import Layer

_ENTRIES = 1 << 22
"""Weighted inputs that are held at once where they are not added up: 32 MiB."""


class ForwardPass:
    """Computes what neurons put out at inputs, as often as needed.

    Relationships are kept in memory, unless they are more than a network keeps.

    Parameters
    ----------
    network
        The model.
    bias, slope
        What each neuron has of its own: a bias, 0 where it has none, and the slope of ``prelu``.
    double
        Whether functions are applied in double precision, rather than in Keras's.

    Raises
    ------
    GraphDamagedError
        If a layer says how it computes in a way that is not known.
    """

    def __init__(
        self, network: Network, bias: Scores, slope: Scores, *, double: bool = False
    ) -> None:
        require_computable(network.layers)
        self.network = network
        self._apply = doubly_activated if double else activated_output
        self._hold = np.asarray if double else in_single_precision
        self._bias, self._slope = bias, slope
        self._keeps = sum(layer.edges for layer in network.layers) <= MOST_KEPT
        self._kept: dict[int, Sequence[WeightMatrix]] = {}

    def values(self, inputs: Mapping[str, NDArray[np.floating[Any]]]) -> Scores:
        """Return what all neurons put out.

        Parameters
        ----------
        inputs
            Values of the inputs, by the names of their layers: shape (samples, *shape).

        Returns
        -------
        numpy.ndarray
            Shape (neurons, samples).
        """
        values = self.begun(inputs)
        self.compute([each for each in self.network.layers if each.name not in inputs], values)
        return values

    def begun(self, inputs: Mapping[str, NDArray[np.floating[Any]]]) -> Scores:
        """Return values of which those of the inputs are there, and all others are NaN.

        Parameters
        ----------
        inputs
            As ``values`` takes them.

        Returns
        -------
        numpy.ndarray
            Shape (neurons, samples).
        """
        samples = len(next(iter(inputs.values())))
        values = np.full((self.network.neurons, samples), np.nan)
        for layer in self.network.layers:
            if layer.name in inputs:
                own = inputs[layer.name].reshape(samples, -1).T
                values[self.network.neurons_of(layer)] = own
        return values

    def compute(
        self, layers: Iterable[Layer], values: Scores, pre_activations: Scores | None = None
    ) -> None:
        """Compute what some layers put out.

        Parameters
        ----------
        layers
            The layers, inputs first.
        values
            What all neurons put out, shape (neurons, samples); that of the layers is written.
        pre_activations
            The same of what their activation functions are applied to; None where nobody asks.
        """
        for layer in layers:
            own = self.network.neurons_of(layer)
            with np.errstate(invalid="ignore", over="ignore"):
                reduced = self._reduced(layer, values) + self._bias[own, np.newaxis]
            held = self._hold(reduced)
            if pre_activations is not None:
                pre_activations[own] = held
            values[own] = self._apply(layer, held, self._slope[own])

    def reached_from(self, layers: Iterable[Layer]) -> list[Layer]:
        """Return the layers to which there is a path from one of some layers, inputs first."""
        begun = {each.index for each in layers}
        reached: set[int] = set()
        for layer in self.network.layers:
            if (begun | reached).intersection(layer.inputs):
                reached.add(layer.index)
        return [each for each in self.network.layers if each.index in reached]

    def _reduced(self, layer: Layer, values: Scores) -> Scores:
        """Return the joined inputs of the neurons of a layer."""
        joined = np.full((layer.neurons, values.shape[1]), WITHOUT_INPUTS[layer.reduce])
        first = self.network.neurons_of(layer).start
        if layer.reduce != "sum":
            for part in self._matrices(layer):
                own = slice(part.targets.start - first, part.targets.stop - first)
                _join(part, values[part.sources], REDUCE[layer.reduce], joined[own])
            return joined
        for each in self._matrices(layer) if self._keeps else self.network.operators(layer):
            own = slice(each.targets.start - first, each.targets.stop - first)
            joined[own] += each.sum_in(values[each.sources])
        return joined

    def _matrices(self, layer: Layer) -> Iterable[WeightMatrix]:
        if not self._keeps:
            return self.network.matrices(layer)
        if layer.index not in self._kept:
            self._kept[layer.index] = tuple(self.network.matrices(layer))
        return self._kept[layer.index]


def _join(part: WeightMatrix, scores: Scores, join: np.ufunc, joined: Scores) -> None:
    """Write the joined inputs of the neurons that are fed."""
    join_by_blocks(part, lambda entries: scores[part.matrix.indices[entries]], join, joined)


def join_by_blocks(
    part: WeightMatrix, carried: Callable[[slice], Scores], join: np.ufunc, joined: Scores
) -> None:
    """Write the joined inputs of the neurons that are fed, a block of neurons after the other.

    Parameters
    ----------
    part
        Relationships.
    carried
        Returns what some of them carry, before their weight: shape (entries, samples).
    join
        What joins weighted inputs.
    joined
        Where they are written: shape (neurons that are fed, samples).
    """
    matrix = part.matrix
    for rows in _blocks(matrix.indptr, _ENTRIES // joined.shape[1]):
        starts = matrix.indptr[rows.start : rows.stop + 1]
        fed = np.flatnonzero(np.diff(starts))
        entries = slice(starts[0], starts[-1])
        each = carried(entries) * matrix.data[entries, np.newaxis]
        if len(fed):
            joined[rows][fed] = join.reduceat(each, starts[fed] - starts[0], axis=0)


def _blocks(starts: NDArray[np.integer], most: int) -> Iterator[slice]:
    """Yield slices of rows that have about so many entries each, one row at least."""
    rows = len(starts) - 1
    begin = 0
    while begin < rows:
        end = int(np.searchsorted(starts, starts[begin] + most, side="right")) - 1
        end = min(rows, max(end, begin + 1))
        yield slice(begin, end)
        begin = end
