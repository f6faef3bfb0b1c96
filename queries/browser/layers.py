"""Which layers and neurons a guide shows: small enough to be walked while somebody waits."""

import math
from collections.abc import Sequence
from typing import Final

from queries.core.layer import Layer

MOST_WALKED: Final = 50_000
"""How many relationships a receptive field of the guide may reach over."""

MOST_COUNTED: Final = 300_000
"""How many relationships a distribution of the guide may count."""


def fed(layers: Sequence[Layer]) -> list[Layer]:
    """Return the layers that have incoming relationships."""
    return [layer for layer in layers if layer.edges]


def inputs(layers: Sequence[Layer]) -> list[Layer]:
    """Return the layers that nothing feeds."""
    return [layer for layer in layers if not layer.edges]


def outputs(layers: Sequence[Layer]) -> list[Layer]:
    """Return the layers that feed no other."""
    feeding = {index for layer in layers for index in layer.inputs}
    return [layer for layer in fed(layers) if layer.index not in feeding]


def with_small_field(layers: Sequence[Layer]) -> Layer | None:
    """Return the last layer of which a neuron's receptive field is quickly walked.

    One whose neurons have places is better: the field of others is mostly all that is before.
    """
    small = [layer for layer in fed(layers) if _field_size(layer, layers) <= MOST_WALKED]
    with_positions = [layer for layer in small if len(layer.shape) > 1]
    return next(reversed(with_positions or small), None)


def with_small_distribution(layers: Sequence[Layer]) -> Layer | None:
    """Return the layer of the most relationships that are quickly counted."""
    small = [layer for layer in fed(layers) if layer.edges <= MOST_COUNTED]
    return max(small, key=lambda layer: layer.edges, default=None)


def middle(layer: Layer) -> int:
    """Return the id of a neuron away from the border of its layer."""
    return (layer.first + layer.last) // 2


def _field_size(layer: Layer, layers: Sequence[Layer]) -> int:
    """Return how many relationships there are, at most, before a neuron of a layer."""
    counts = {layer.index: 1}
    total = 0
    for before in reversed(layers):
        neurons = min(counts.pop(before.index, 0), before.neurons)
        into = neurons * math.ceil(before.edges / before.neurons)
        total += into
        for index in before.inputs:
            counts[index] = counts.get(index, 0) + into
    return total
