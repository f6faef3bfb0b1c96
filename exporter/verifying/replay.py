"""The forward pass, computed from a graph's nodes and relationships alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from queries.analysis.neuron_output import (
    LARGEST,
    REDUCE,
    WITHOUT_INPUTS,
    activated_output,
    in_single_precision,
    problem_of,
    require_computable,
)
from queries.core.layer import Layer

Doubles = NDArray[np.float64]
Ids = NDArray[np.int64]
Flags = NDArray[np.bool_]
_ARITHMETIC: Final = {"sum", "product"}


class Edges(NamedTuple):
    """Relationships as columns of equal length."""

    source: Ids
    target: Ids
    weight: NDArray[np.floating[Any]]


class Neurons(NamedTuple):
    """What neurons have of their own: a bias, 0 where they have none, and a slope."""

    bias: Doubles
    slope: Doubles


class GraphSource(Protocol):
    """Where a replay reads the graph from, by ranges of ids, of which both ends are included."""

    def layers(self) -> list[Layer]:
        """Return the layers, inputs first."""

    def ranges(self, layer: Layer) -> Iterator[tuple[int, int]]:
        """Yield ranges of neurons that make up a layer, none with too many relationships."""

    def neurons(self, layer: Layer, first: int, last: int) -> Neurons:
        """Return what the neurons of one of the ranges have of their own, by id."""

    def edges(self, layer: Layer, first: int, last: int) -> Edges:
        """Return all relationships into the neurons of one of the ranges."""


def replay(graph: GraphSource, seeds: Mapping[str, Doubles]) -> dict[str, Doubles]:
    """Compute what every neuron of a graph puts out.

    Parameters
    ----------
    graph
        Where layers, biases and edges are read.
    seeds
        Values of the inputs, by the names of their layers: shape ``(samples, *shape)``.

    Returns
    -------
    dict
        Values of every layer, by name: shape ``(samples, neurons)``.

    Raises
    ------
    GraphDamagedError
        If a layer says how it computes in a way that is not known.
    """
    layers = graph.layers()
    require_computable(layer for layer in layers if layer.name not in seeds)
    samples = len(next(iter(seeds.values())))
    values = no_values(layers, samples)
    for _ in replayed(graph, seeds, values):
        pass
    return {layer.name: values[layer.places(layers[0].first)].T for layer in layers}


def no_values(layers: Sequence[Layer], samples: int) -> Doubles:
    """Return room for the values of all neurons: NaN, shape ``(neurons + 1, samples)``.

    The last row is what a relationship reads that begins where nothing has been computed.
    """
    return np.full((layers[-1].last + 2 - layers[0].first, samples), np.nan)


def replayed(
    graph: GraphSource, seeds: Mapping[str, Doubles], values: Doubles
) -> Iterator[tuple[Layer, Flags]]:
    """Compute what the neurons put out, layer by layer, inputs first.

    Only what is known is taken over: a neuron without relationships has its bias, and one of a
    layer that says how it computes in a way that is not known stays NaN.

    Parameters
    ----------
    graph, seeds
        As in ``replay``.
    values
        What ``no_values`` returns, to be filled; what stands there when a layer is asked for is
        what it reads.

    Yields
    ------
    tuple
        A layer, and which of its values hang on how one computes with what is no number: a
        maximum or a softmax may leave it out. Shape ``(neurons, samples)``.
    """
    layers = graph.layers()
    first = layers[0].first
    largest = 0.0
    for layer in layers:
        own = values[layer.places(first)]
        undefined = np.zeros(own.shape, dtype=bool)
        if layer.name in seeds:
            own[:] = seeds[layer.name].reshape(own.shape[1], -1).T
        elif not problem_of(layer):
            with np.errstate(invalid="ignore", over="ignore"):
                own[:], undefined = _computed(graph, layer, _Inputs(values, first, largest))
        yield layer, undefined
        largest = max(largest, largest_finite(own))


def largest_finite(values: NDArray[np.floating[Any]]) -> float:
    """Return the largest absolute value that is finite, 0 where there is none."""
    absolute = np.abs(values)
    return float(absolute.max(where=np.isfinite(absolute), initial=0.0))


class _Inputs(NamedTuple):
    """What a layer reads: the values of all neurons, their first id, and the largest finite one."""

    values: Doubles
    first: int
    largest: float


def _computed(graph: GraphSource, layer: Layer, inputs: _Inputs) -> tuple[Doubles, Flags]:
    """Return what the neurons of a layer put out, and what of it is not defined."""
    reduced = np.full((layer.neurons, inputs.values.shape[1]), WITHOUT_INPUTS[layer.reduce])
    undefined = np.zeros(reduced.shape, dtype=bool)
    slope = np.empty(layer.neurons)
    for low, high in graph.ranges(layer):
        own = slice(low - layer.first, high + 1 - layer.first)
        fed = _fed(graph.edges(layer, low, high), low, layer, inputs)
        if layer.reduce == "sum":
            reduced[own][fed.neurons] = fed.sums(inputs.values)
            undefined[own][fed.neurons] = fed.overflows(inputs)
        elif len(fed.neurons):
            each = inputs.values[fed.feeding] * fed.weight[:, np.newaxis]
            reduced[own][fed.neurons] = REDUCE[layer.reduce].reduceat(each, fed.starts, axis=0)
        neurons = graph.neurons(layer, low, high)
        reduced[own] += neurons.bias[:, np.newaxis]
        slope[own] = neurons.slope
    reduced = in_single_precision(reduced)
    result = activated_output(layer, reduced, slope)
    if layer.activation is None and layer.reduce in _ARITHMETIC:
        return result, undefined
    # A softmax spreads what is not finite over its sample.
    return result, (np.isnan(result) & ~np.isfinite(reduced).all(axis=0)) | undefined.any(axis=0)


@dataclass(frozen=True)
class _Fed:
    """Relationships into a range of neurons, by their targets.

    Parameters
    ----------
    neurons
        Which neurons of the range they end in, ascending.
    starts
        Where those into each of them begin.
    feeding
        The rows of their sources among the values.
    weight
        Their weights.
    rows
        How many rows there are.
    """

    neurons: Ids
    starts: Ids
    feeding: Ids
    weight: Doubles
    rows: int

    def sums(self, values: Doubles) -> Doubles:
        """Add up weight * source for each of the neurons."""
        sums: Doubles = self._matrix(self.weight) @ values
        return sums

    def overflows(self, inputs: _Inputs) -> Flags:
        """Tell where single precision may not hold a part of a sum.

        There the sum hangs on the order in which it is computed.
        """
        weight, values = np.abs(self.weight), inputs.values
        most = largest_finite(weight) * inputs.largest * len(weight)
        if not most > LARGEST:
            return np.zeros((len(self.neurons), values.shape[1]), dtype=bool)
        finite = np.where(np.isfinite(values), np.abs(values), 0.0)
        sums = self._matrix(np.where(np.isfinite(weight), weight, 0.0)) @ finite
        overflows: Flags = sums > LARGEST
        return overflows

    def _matrix(self, weight: Doubles) -> Any:
        ends = np.append(self.starts, len(weight))
        return csr_array((weight, self.feeding, ends), (len(self.neurons), self.rows))


def _fed(columns: Edges, low: int, layer: Layer, inputs: _Inputs) -> _Fed:
    """Return relationships into the neurons of a layer from an id on."""
    target = columns.target - low
    order = slice(None) if np.all(target[1:] >= target[:-1]) else np.argsort(target)
    source = columns.source[order]
    inside = (source >= inputs.first) & (source < layer.first)
    feeding = np.where(inside, source - inputs.first, len(inputs.values) - 1)
    neurons, starts = np.unique(target[order], return_index=True)
    weight = columns.weight[order].astype(np.float64)
    return _Fed(neurons, starts, feeding, weight, len(inputs.values))
