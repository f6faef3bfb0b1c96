"""Attention: products of queries and keys, a softmax of their sums, and a mean of values by it.

Vaswani et al. (2017), Attention is all you need, eq. 1. Each product of two neurons is a neuron.
A position that a constant mask leaves out makes no product: its score has no relationship, and a
bias of which the softmax makes 0. Where a mask depends on the input, the sums are multiplied by it
in a step of their own, and a neuron that says 1 where it is 0 has that bias as its weight: so
scores that are left out are all the same, as in Keras, which shares out among them where a query
has no other.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.comparisons import is_false
from exporter.wiring.contraction import require_room
from exporter.wiring.handlers import handles
from exporter.wiring.merge import merged
from exporter.wiring.operands import Operand, constant, is_neurons, number
from exporter.wiring.results import (
    EMPTY,
    Chain,
    Computed,
    Floats,
    Ids,
    NotWirableError,
    Stage,
    Weights,
)
from exporter.wiring.zeros import with_zeros_joined

Flags = NDArray[np.bool_]

MASKED: Final = -1e9
"""The bias of a score that takes no part: a softmax in single precision makes 0 of it."""


_PAIRS: Final = ("head", "query", "key")


@dataclass(frozen=True)
class _Pairs:
    """The pairs of a query and a key of which products are made.

    Parameters
    ----------
    kept
        Which a head has: shape (heads, queries, keys); of length 1 where all have the same.
    """

    kept: Flags

    @cached_property
    def every(self) -> bool:
        """True where nothing is left out."""
        return bool(self.kept.all())

    @cached_property
    def places(self) -> tuple[Ids, Ids]:
        """Of the pairs that any head has, the positions of the query and of the key."""
        query, key = np.nonzero(self.kept.any(axis=0))
        return query, key

    def of_each(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return what stands at each pair: shape (..., queries, keys, features).

        Where pairs are left out, the two axes of positions become one of pairs.
        """
        return values if self.every else values[(..., *self.places, slice(None))]

    def apart(self, products: Ids) -> Ids:
        """Return products by query and key, ``EMPTY`` where a pair is left out.

        Parameters
        ----------
        products
            As ``of_each`` returns them.
        """
        if self.every:
            return products
        pair = np.zeros(self.kept.shape[1:], dtype=np.int64)
        pair[self.places] = np.arange(len(self.places[0]))
        return np.where(self.kept[..., np.newaxis], products[:, pair], EMPTY)


@handles("ops.DotProductAttention")
def dot_product_attention(
    operation: Any,
    query: Operand,
    key: Operand,
    value: Operand,
    bias: Operand | None = None,
    mask: Operand | None = None,
    scale: Operand | None = None,
) -> Chain:
    """Weigh values by a softmax of products of queries and keys; a mask leaves positions out."""
    if not all(map(is_neurons, (query, key, value))):
        raise NotWirableError("its query, key or value is a constant")
    queries = np.asarray(query)
    length, heads, features = queries.shape
    keys, values = (_repeated(np.asarray(each), heads) for each in (key, value))
    constant_mask = None if is_neurons(mask) else mask
    kept = _kept(
        constant_mask, length, len(keys), causal=operation.is_causal, products=heads * features
    )
    scores = _Scores(
        _Pairs(kept),
        1 / np.sqrt(features) if scale is None else number(scale),
        None if bias is None or is_neurons(bias) else constant(bias, kept.ndim),
    )
    shape = heads, length, len(keys)
    reads = (np.broadcast_to(np.asarray(bias), shape),) if is_neurons(bias) else ()
    # Where a query has no key at all, the softmax shares out among all of them; a mask that
    # depends on the input may leave out any.
    weighed = _Pairs(kept | is_neurons(mask) | ~kept.any(axis=-1, keepdims=True))
    products = _products(scores.pairs, queries, keys)
    if is_neurons(mask):
        steps = _masked(scores, reads, np.asarray(mask))
    else:
        added = ("products", *reads)
        steps = (Stage("scores", scores.wire, output=scores.output, reads=added),)
    mean = Stage("mean", lambda ids: _mean(weighed, ids))
    return Chain((products, *steps, _weighed(weighed, values), mean))


def _kept(mask: Operand | None, queries: int, keys: int, *, causal: bool, products: int) -> Flags:
    """Return which pairs take part, if there is room for so many products of each."""
    if mask is None:
        each = np.minimum(np.arange(queries) + 1, keys) if causal else np.full(queries, keys)
        require_room(products * int(each.sum()))
    kept = np.tri(queries, keys, dtype=bool) if causal else np.ones((queries, keys), dtype=bool)
    every = kept[np.newaxis] if mask is None else kept & (constant(mask, 3) != 0)
    if not every.any():
        raise NotWirableError("its mask leaves everything out")
    return np.broadcast_to(every, np.broadcast_shapes(every.shape, (1, queries, keys)))


def _repeated(values: Ids, heads: int) -> Ids:
    """Return keys or values for each of the heads of the queries, some of which share them."""
    if values.shape[1] == heads:
        return values
    return np.repeat(values, heads // values.shape[1], axis=1)


def _products(pairs: _Pairs, queries: Ids, keys: Ids) -> Stage:
    """Multiply the features of a query by those of a key."""

    def wire(query: Ids, key: Ids) -> Computed:
        queries, keys = query.swapaxes(0, 1)[:, :, np.newaxis], key.swapaxes(0, 1)[:, np.newaxis]
        return _multiplied(pairs, queries, keys)

    def output(query: Floats, key: Floats) -> Floats:
        return pairs.of_each(np.einsum("btnh,bsnh->bntsh", query, key))

    return Stage("products", wire, output=output, reads=(queries, keys))


def _weighed(pairs: _Pairs, values: Ids) -> Stage:
    """Multiply the features of a value by what the softmax made of its score."""

    def wire(scores: Ids, value: Ids) -> Computed:
        return _multiplied(pairs, scores[..., np.newaxis], value.swapaxes(0, 1)[:, np.newaxis])

    def output(scores: Floats, value: Floats) -> Floats:
        return pairs.of_each(np.einsum("bnts,bsnh->bntsh", scores, value))

    return Stage("weighed", wire, output=output, reads=("scores", values))


def _multiplied(pairs: _Pairs, *factors: Ids) -> Computed:
    shape = np.broadcast_shapes(*(each.shape for each in factors))
    heads, *_, features = shape
    require_room(heads * features * int(np.count_nonzero(pairs.kept.any(axis=0))))
    each = [pairs.of_each(np.broadcast_to(factor, shape)) for factor in factors]
    sources, rank = np.stack(each, axis=-1), each[0].ndim
    computed = Computed(
        sources,
        np.ones(len(each), dtype=np.float32),
        rank,
        reduce="product",
        channel_axis=0,
        counted=("head", *(("query", "key") if pairs.every else ("pair",)), "feature"),
    )
    return with_zeros_joined(computed)


@dataclass(frozen=True)
class _Scores:
    """The step that adds up the products of each pair, and applies the softmax.

    Parameters
    ----------
    pairs
        The pairs that take part.
    scale
        The weight of each product.
    bias
        Constants that are added: broadcastable to (heads, queries, keys); None for none.
    """

    pairs: _Pairs
    scale: float
    bias: Floats | None

    def wire(self, products: Ids, *added: Ids) -> Computed:
        """Join each score to its products, and to neurons that are added; apply the softmax."""
        biases = self._added
        if not self.pairs.every:
            biases = np.where(self.pairs.kept, biases, MASKED)
        bias = biases if biases.any() else None
        return _softmax(self._sources(products, added), self._weights(products, added), bias)

    def output(self, products: Floats, *added: Floats) -> Floats:
        """Return the softmax of all scores."""
        scores = self.sums(products, *added)
        return _shares(np.where(self.pairs.kept, scores, MASKED))

    def wire_sums(self, products: Ids, *added: Ids) -> Computed:
        """Join each sum to its products, and to neurons that are added."""
        bias = np.where(self.pairs.kept, self._added, 0.0)
        return Computed(
            self._sources(products, added),
            self._weights(products, added),
            rank=3,
            bias=bias if bias.any() else None,
            channel_axis=0,
            counted=_PAIRS,
        )

    def sums(self, products: Floats, *added: Floats) -> Floats:
        """Return the sums, 0 where a pair takes no part."""
        kept = self.pairs.kept
        sums = np.zeros((*products.shape[:2], *kept.shape[1:]))
        place = ... if self.pairs.every else (..., *self.pairs.places)
        sums[place] = products.sum(axis=-1) * self.scale
        return np.asarray(np.where(kept, sum(added, sums) + self._added, 0.0))

    def _sources(self, products: Ids, added: tuple[Ids, ...]) -> Ids:
        kept = self.pairs.kept
        own = [np.where(kept, each, EMPTY)[..., np.newaxis] for each in added]
        apart = self.pairs.apart(products)
        return np.concatenate([apart, *own], axis=-1) if own else apart

    def _weights(self, products: Ids, added: tuple[Ids, ...]) -> Weights:
        of_products = np.full(products.shape[-1], self.scale, dtype=np.float32)
        return np.append(of_products, np.ones(len(added), dtype=np.float32))

    @property
    def _added(self) -> Floats:
        return np.zeros(()) if self.bias is None else self.bias


def _masked(scores: _Scores, added: tuple[Ids, ...], mask: Ids) -> tuple[Stage, ...]:
    """Return the steps from the products to the softmax where a mask depends on the input."""
    kept = scores.pairs.kept
    mask = mask.reshape((*(1,) * (kept.ndim - mask.ndim), *mask.shape))
    shape = np.broadcast_shapes(kept.shape, mask.shape)
    sums: tuple[str | Ids, ...] = ("products", *added)

    def wire(sums: Ids, out: Ids) -> Computed:
        left_out = np.where(kept, np.broadcast_to(out, shape), EMPTY)
        sources = np.stack(np.broadcast_arrays(sums, left_out), axis=-1)
        bias = None if scores.pairs.every else np.where(kept, 0.0, MASKED)
        return _softmax(sources, np.asarray([1.0, MASKED], dtype=np.float32), bias)

    def output(sums: Floats, out: Floats) -> Floats:
        return _shares(np.where(kept, sums + MASKED * out, MASKED))

    return (
        Stage("sums", scores.wire_sums, output=scores.sums, reads=sums),
        Stage(
            "kept", lambda *ids: merged(ids, "product"), output=np.multiply, reads=("sums", mask)
        ),
        Stage("left_out", _left_out, output=lambda x: x == 0, reads=(mask,)),
        Stage("scores", wire, output=output, reads=("kept", "left_out")),
    )


def _product(*factors: Ids) -> Computed:
    return replace(merged(factors, "product"), channel_axis=0, counted=_PAIRS)


def _left_out(mask: Ids) -> Computed:
    return replace(is_false(mask), channel_axis=0, counted=_PAIRS)


def _softmax(sources: Ids, weights: Weights, bias: Floats | None) -> Computed:
    return Computed(
        sources,
        weights,
        rank=3,
        bias=bias,
        activation="softmax",
        activation_config={"axis": -1},
        channel_axis=0,
        counted=_PAIRS,
    )


def _shares(scores: Floats) -> Floats:
    """Return a softmax over the last axis, in single precision."""
    powers = scores.astype(np.float32)
    powers = np.exp(powers - powers.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def _mean(pairs: _Pairs, products: Ids) -> Computed:
    """Add up by query, head and feature what the values of all keys give."""
    sources = pairs.apart(products).transpose(1, 0, 3, 2)
    return Computed(
        sources,
        np.ones((), dtype=np.float32),
        rank=3,
        channel_axis=1,
        counted=("query", "head", "feature"),
    )
