"""Two models of one architecture, and what changes from one to the other."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from queries.analysis.moments import Moments
from queries.analysis.network import Network
from queries.analysis.operators import Flags, Ids, Scores
from queries.analysis.weight_matrix import WeightMatrix
from queries.core.layer import Layer
from queries.errors import ParameterError

_ALIKE: Final = {
    "class_name": "class",
    "shape": "shape",
    "neurons": "number of nodes",
    "inputs": "inputs",
    "edges": "number of relationships",
}
"""What layers must have in common, and what it is called."""

Names = tuple[str, str]
"""The names of the one model and of the other."""


@dataclass(frozen=True)
class EdgePairs:
    """Relationships that two models have in common.

    Parameters
    ----------
    source, target
        Their ends, counted from the model's first neuron.
    weight, other
        The weight of each in the one model and in the other.
    """

    source: Ids
    target: Ids
    weight: Scores
    other: Scores

    @property
    def change(self) -> Scores:
        """What is added to each weight; 0 where both are the same, NaN or infinite."""
        return difference(self.weight, self.other)

    @property
    def flips(self) -> NDArray[np.bool_]:
        """Whether each weight changes its sign; 0 has none."""
        return np.sign(self.weight) * np.sign(self.other) < 0

    @property
    def relative(self) -> Scores:
        """The absolute change of each weight over its absolute value; NaN where that is 0."""
        with np.errstate(invalid="ignore"):
            return np.abs(self.change) / np.where(self.weight == 0, np.nan, np.abs(self.weight))

    def take(self, positions: Ids) -> "EdgePairs":
        """Return some of the relationships, by their positions."""
        return EdgePairs(
            self.source[positions],
            self.target[positions],
            self.weight[positions],
            self.other[positions],
        )


def difference(one: Scores, other: Scores) -> Scores:
    """Return ``other - one``, and 0 where both are the same, be it NaN or infinite.

    Parameters
    ----------
    one, other
        Numbers, entry by entry.
    """
    with np.errstate(invalid="ignore"):
        change = other - one
    # The others are their own proof.
    unknown = np.flatnonzero(np.isnan(change))
    before, after = one[unknown], other[unknown]
    change[unknown[(before == after) | (np.isnan(before) & np.isnan(after))]] = 0.0
    return change


def concatenate(pairs: list[EdgePairs]) -> EdgePairs:
    """Return the relationships of at least one part as one."""
    columns = zip(*((p.source, p.target, p.weight, p.other) for p in pairs), strict=True)
    return EdgePairs(*(np.concatenate(column) for column in columns))


class ModelPair:
    """Two models of one architecture.

    Parameters
    ----------
    one, other
        The models.
    names
        Their names, for messages.
    """

    def __init__(self, one: Network, other: Network, names: Names) -> None:
        self.one, self.other, self._names = one, other, names

    def edge_pairs(self, layer: Layer) -> Iterator[EdgePairs]:
        """Yield all relationships into a layer of the one model, with those of the other.

        Raises
        ------
        ParameterError
            If they join other neurons.
        """
        counterpart = self.other.layers[self.one.layers.index(layer)]
        parts = zip(self.one.matrices(layer), self.other.matrices(counterpart), strict=True)
        for part, other in parts:
            if not _same_ends(part, other):
                raise other_ends(layer.name, self._names)
            source, target, _ = part.columns
            yield EdgePairs(source, target, _weights(part), _weights(other))

    def edge_pairs_between(self, begins: Flags, ends: Flags) -> Iterator[EdgePairs]:
        """Yield the relationships from some neurons of the one model to others."""
        for layer in self.layers_between(begins, ends):
            for pair in self.edge_pairs(layer):
                yield pair.take(np.flatnonzero(begins[pair.source] & ends[pair.target]))

    def layers_between(self, begins: Flags, ends: Flags) -> Iterator[Layer]:
        """Yield the layers that relationships from some neurons to others may lead into."""
        for layer in self.one.layers:
            fed = any(
                begins[self.one.neurons_of(before)].any() for before in self.one.feeding(layer)
            )
            if fed and ends[self.one.neurons_of(layer)].any():
                yield layer


def require_same_layers(one: Sequence[Layer], other: Sequence[Layer], names: Names) -> None:
    """Raise ParameterError where the layers of two models differ; the message says which.

    Parameters
    ----------
    one, other
        The layers of each.
    names
        The names of the models.
    """
    if len(one) != len(other):
        raise _not_alike(names, f"has {len(other)} layers, not {len(one)}")
    for layer, counterpart in zip(one, other, strict=True):
        for name, label in _ALIKE.items():
            here, there = getattr(layer, name), getattr(counterpart, name)
            if here != there:
                raise _not_alike(names, f"layer {layer.name!r}: {label} {there}, not {here}")


def other_ends(layer: str, names: Names) -> ParameterError:
    """Return the error for a layer into which relationships lead from or to other neurons.

    Parameters
    ----------
    layer
        The name of the layer.
    names
        The names of the models.
    """
    return _not_alike(names, f"layer {layer!r}: its relationships join other neurons")


def _not_alike(names: Names, difference: str) -> ParameterError:
    one, other = names
    return ParameterError(
        f"other: {other!r} is not wired as {one!r} is: {difference}; compare models of one "
        "architecture, of one granularity, and without left out relationships"
    )


def _same_ends(one: WeightMatrix, other: WeightMatrix) -> bool:
    return all(
        np.array_equal(getattr(one.matrix, name), getattr(other.matrix, name))
        for name in ("indptr", "indices")
    )


def _weights(part: WeightMatrix) -> Scores:
    """Return the weights by target, then source; of neurons joined twice the smaller one first."""
    if part.matrix.has_canonical_format:
        return part.matrix.data
    _, target, weight = part.columns
    return part.matrix.data[np.lexsort((weight, part.matrix.indices, target))]


def largest_changes(pairs: Iterable[EdgePairs], measure: str, k: int) -> EdgePairs:
    """Return the k relationships that change most, most changed first.

    Parameters
    ----------
    pairs
        Relationships, by target and source.
    measure
        ``absolute``, ``relative`` or ``flips``, as the query ``compare_edges`` has it.
    k
        How many.
    """
    none = np.empty(0, dtype=np.int64)
    best = EdgePairs(none, none, np.empty(0), np.empty(0))
    for pair in pairs:
        best = concatenate([best, pair.take(_first(pair, measure, k))])
        best = best.take(np.lexsort((best.source, best.target)))
        best = best.take(_first(best, measure, k))
    return best


def _first(pair: EdgePairs, measure: str, k: int) -> Ids:
    """Return the positions of the k relationships that change most, most changed first.

    Of those that change alike the first are taken.
    """
    size = pair.relative if measure == "relative" else np.abs(pair.change)
    size = np.where(np.isnan(size), -1.0, size)
    valid = ~np.isnan(pair.change)
    positions = np.flatnonzero(pair.flips & valid if measure == "flips" else valid)
    if k < len(positions):
        sizes = size[positions]
        least = np.partition(sizes, len(sizes) - k)[len(sizes) - k]
        more, alike = positions[sizes > least], positions[sizes == least]
        positions = np.concatenate([more, alike[: k - len(more)]])
    return positions[np.lexsort((positions, -size[positions]))]


def neuron_changes(models: ModelPair) -> dict[str, Scores]:
    """Return what ``compare_neurons`` says of the weights into each neuron.

    Parameters
    ----------
    models
        Both models; neurons are counted from the first of the one.
    """
    neurons = models.one.neurons
    sums = np.zeros((5, neurons))
    for layer in models.one.layers:
        for pair in models.edge_pairs(layer):
            weight, other = np.abs(pair.weight), np.abs(pair.other)
            quantities = (pair.change**2, weight**2, weight, difference(weight, other), pair.flips)
            sums += [np.bincount(pair.target, values, neurons) for values in quantities]
    change, size = np.sqrt(sums[0]), np.sqrt(sums[1])
    with np.errstate(invalid="ignore"):
        relative = change / np.where(size == 0, np.nan, size)
    return {
        "weight_change": change,
        "relative_change": relative,
        "flips": sums[4],
        "strength": sums[2],
        "strength_change": sums[3],
    }


def layer_changes(pairs: Iterable[EdgePairs]) -> dict[str, float]:
    """Return what ``compare_layers`` says of the weights into a layer.

    Parameters
    ----------
    pairs
        All relationships into the layer, in parts; there is one at least.
    """
    # Weights may be infinite, or no numbers.
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        return _layer_changes(pairs)


def _layer_changes(pairs: Iterable[EdgePairs]) -> dict[str, float]:
    moments = Moments.none(2)
    changed = flips = 0
    total, largest, squares = 0.0, np.nan, np.zeros(4)
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    for pair in pairs:
        both, change = np.stack([pair.weight, pair.other]), np.abs(pair.change)
        moments = moments.merge(Moments.of(both, np.ones(len(change), dtype=np.int64)))
        changed += int(np.count_nonzero(change))
        flips += int(np.count_nonzero(pair.flips))
        total += float(change.sum())
        largest = np.fmax(largest, np.fmax.reduce(change))
        squares += [*np.einsum("ij,ij->i", both, both), np.dot(*both), np.dot(change, change)]
        low, high = np.minimum(low, both.min(axis=1)), np.maximum(high, both.max(axis=1))
    sizes, product, off = np.sqrt(squares[:2]), squares[2], np.sqrt(squares[3])
    return {
        "edges": moments.count,
        "changed": changed,
        "flips": flips,
        "mean_change": total / moments.count,
        "largest_change": float(largest),
        "change": float(off),
        "relative_change": float(off / sizes[0]) if sizes[0] else np.nan,
        "cosine": float(product / np.prod(sizes)) if all(sizes) else np.nan,
        # Of numbers that are all equal the deviation is 0, but for rounding.
        "correlation": np.nan if (low == high).any() else moments.correlation,
    }
