"""Two models of one architecture, relationship by relationship."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from queries.analysis.network import Network
from queries.analysis.operators import Flags, Ids, Scores
from queries.analysis.part import Part
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


@dataclass(frozen=True)
class Paired:
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

    def take(self, chosen: Ids) -> "Paired":
        """Return some of the relationships, by their positions."""
        return Paired(
            self.source[chosen], self.target[chosen], self.weight[chosen], self.other[chosen]
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


def together(pairs: list[Paired]) -> Paired:
    """Return the relationships of at least one part as one."""
    columns = zip(*((p.source, p.target, p.weight, p.other) for p in pairs), strict=True)
    return Paired(*(np.concatenate(column) for column in columns))


class Comparison:
    """Two models of one architecture.

    Parameters
    ----------
    one, other
        The models.
    names
        Their names, for messages.

    Raises
    ------
    ParameterError
        If their architectures differ; the message names the layer.
    """

    def __init__(self, one: Network, other: Network, names: tuple[str, str]) -> None:
        self.one, self.other, self._names = one, other, names
        if len(one.layers) != len(other.layers):
            raise self._error(f"has {len(other.layers)} layers, not {len(one.layers)}")
        for layer, counterpart in zip(one.layers, other.layers, strict=True):
            for name, said in _ALIKE.items():
                here, there = getattr(layer, name), getattr(counterpart, name)
                if here != there:
                    raise self._error(f"layer {layer.name!r}: {said} {there}, not {here}")

    def paired(self, layer: Layer) -> Iterator[Paired]:
        """Yield all relationships into a layer of the one model, with those of the other.

        Raises
        ------
        ParameterError
            If they join other neurons.
        """
        counterpart = self.other.layers[self.one.layers.index(layer)]
        parts = zip(self.one.parts(layer), self.other.parts(counterpart), strict=True)
        for part, other in parts:
            if not _same_ends(part, other):
                raise self._error(f"layer {layer.name!r}: its relationships join other neurons")
            source, target, _ = part.columns
            yield Paired(source, target, _weights(part), _weights(other))

    def between(self, begins: Flags, ends: Flags) -> Iterator[Paired]:
        """Yield the relationships from some neurons of the one model to others."""
        for layer in self.one.layers:
            fed = any(begins[self.one.of(before)].any() for before in self.one.into(layer))
            if fed and ends[self.one.of(layer)].any():
                for pair in self.paired(layer):
                    yield pair.take(np.flatnonzero(begins[pair.source] & ends[pair.target]))

    def _error(self, difference: str) -> ParameterError:
        one, other = self._names
        return ParameterError(
            f"other: {other!r} is not wired as {one!r} is: {difference}; compare models of one "
            "architecture, of one granularity, and without left out relationships"
        )


def _same_ends(one: Part, other: Part) -> bool:
    return all(
        np.array_equal(getattr(one.matrix, name), getattr(other.matrix, name))
        for name in ("indptr", "indices")
    )


def _weights(part: Part) -> Scores:
    """Return the weights by target, then source; of neurons joined twice the smaller one first."""
    if part.matrix.has_canonical_format:
        return part.matrix.data
    _, target, weight = part.columns
    return part.matrix.data[np.lexsort((weight, part.matrix.indices, target))]
