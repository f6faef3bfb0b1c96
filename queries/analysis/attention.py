"""Attention patterns: which layers are one, of which head, query and key each neuron is.

A pattern is a softmax by which other neurons are multiplied, and these products are added up, each
once: Vaswani et al. (2017), Attention is all you need, eq. 1. The layers of a graph say so,
whatever classes the model is made of.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from queries.analysis.network import Network
from queries.analysis.operators import Ids, Scores
from queries.core.layer import Layer

_SHARES: Final = {"softmax", "sparsemax"}


@dataclass(frozen=True)
class Pattern:
    """The weights of an attention.

    Parameters
    ----------
    layer
        The softmax.
    passed
        Layers that hand it on, such as one that puts 0 in the place of NaN.
    products
        Layers of products of a weight and a value.
    """

    layer: Layer
    passed: tuple[Layer, ...]
    products: tuple[Layer, ...]

    @property
    def _key_axes(self) -> list[int]:
        """The axes of its shape over which weights add up to 1."""
        axis, rank = self.layer.activation_config.get("axis", -1), len(self.layer.shape)
        # An axis that is counted from the first counts that of the batch.
        axes = [each - 1 if each > 0 else rank + each for each in _listed(axis)]
        return sorted(axes)

    @property
    def _axes(self) -> tuple[list[int], list[int], list[int]]:
        """The axes of heads, queries and keys: as many of queries stand right before the keys."""
        keys = self._key_axes
        before = list(range(keys[0]))
        queries = before[-len(keys) :]
        used = {*keys, *queries}
        return [axis for axis in range(len(self.layer.shape)) if axis not in used], queries, keys

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many heads, queries and keys there are; of several axes counted together."""
        lengths = (
            int(np.prod([self.layer.shape[axis] for axis in axes], dtype=np.int64))
            for axes in self._axes
        )
        heads, queries, keys = lengths
        return heads, queries, keys

    @property
    def neurons(self) -> Ids:
        """Its neurons counted from its first, in the order of heads, queries and keys."""
        order = [axis for axes in self._axes for axis in axes]
        places = np.arange(self.layer.neurons).reshape(self.layer.shape)
        return places.transpose(order).reshape(-1)


def patterns_of(layers: Sequence[Layer]) -> list[Pattern]:
    """Return the attention patterns among the layers of a model, inputs first."""
    readers: dict[int, list[Layer]] = {layer.index: [] for layer in layers}
    for layer in layers:
        for index in layer.inputs:
            readers.get(index, []).append(layer)
    found = (_pattern(layer, readers) for layer in layers if layer.activation in _SHARES)
    return [pattern for pattern in found if pattern.products]


def _pattern(layer: Layer, readers: dict[int, list[Layer]]) -> Pattern:
    """Return what hands a softmax on, and what is multiplied by it: perhaps nothing."""
    handed, products = [layer], []
    for each in handed:
        for reader in readers[each.index]:
            if reader in products or reader in handed:
                continue
            if _is_weighed(reader, readers, Pattern(layer, (), ()).shape[-1]):
                products.append(reader)
            elif _hands_on(reader, layer):
                handed.append(reader)
    return Pattern(layer, tuple(handed[1:]), tuple(products))


def _is_weighed(layer: Layer, readers: dict[int, list[Layer]], keys: int) -> bool:
    """Tell whether a layer holds products that are added up over keys, each of them once."""
    return layer.reduce == "product" and any(
        reader.reduce == "sum"
        and reader.inputs == (layer.index,)
        and reader.edges == layer.neurons
        # A gate, of which each product stands for itself, weighs no keys.
        and (reader.neurons < layer.neurons or keys == 1)
        for reader in readers[layer.index]
    )


def _hands_on(layer: Layer, pattern: Layer) -> bool:
    """Tell whether a layer has a neuron for each of a pattern, made of it alone or times a gate."""
    reads_one = layer.reduce == "product" or layer.edges <= layer.neurons
    return layer.neurons == pattern.neurons and layer.activation is None and reads_one


@dataclass(frozen=True)
class Weighed:
    """Which products the weights of a pattern are in.

    Parameters
    ----------
    products
        The products, counted from the model's first neuron: shape (n,).
    weight
        The neuron of the pattern in each, counted from the pattern's first: shape (n,).
    count
        How many neurons the pattern has.
    """

    products: Ids
    weight: Ids
    count: int

    def summed(self, scores: Scores) -> Scores:
        """Return by neuron of the pattern the sum over its products.

        Parameters
        ----------
        scores
            Of all neurons of the model: shape (neurons,).
        """
        summed = np.bincount(self.weight, scores[self.products], self.count)
        return summed.astype(np.float64)


def weighed_by(network: Network, pattern: Pattern) -> Weighed:
    """Return which products the weights of a pattern are in: their relationships say so."""
    place = network.neurons_of(pattern.layer)
    weight = np.full(network.neurons, -1, dtype=np.int64)
    weight[place] = np.arange(pattern.layer.neurons)
    for layer in (*pattern.passed, *pattern.products):
        for part in network.matrices(layer):
            source, target, _ = part.columns
            reads = weight[source] >= 0
            weight[target[reads]] = weight[source[reads]]
    products = np.concatenate([_range(network.neurons_of(each)) for each in pattern.products])
    products = products[weight[products] >= 0]
    return Weighed(products, weight[products], pattern.layer.neurons)


def _range(place: slice) -> Ids:
    return np.arange(place.start, place.stop)


def _listed(axis: int | Iterable[int]) -> list[int]:
    return [axis] if isinstance(axis, int) else list(axis)
