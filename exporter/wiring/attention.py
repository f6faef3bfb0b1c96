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
from exporter.wiring.handlers import handles
from exporter.wiring.merge import merged
from exporter.wiring.operands import Operand, constant, is_neurons, number
from exporter.wiring.results import (
    Chain,
    Computed,
    Floats,
    Ids,
    NotWirableError,
    Stage,
    Weights,
)
from exporter.wiring.room import require_room
from exporter.wiring.sources import IdSum, Sources
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

    def together(self, factor: IdSum) -> IdSum:
        """Return neurons as ``of_each`` returns values."""
        if self.every:
            return factor
        heads, *_, features = factor.shape
        pairs = len(self.places[0])
        terms = tuple(self._at_pairs(term) for term in factor.terms)
        return IdSum(terms, (heads, pairs, features))

    def _at_pairs(self, term: Ids) -> Ids:
        heads, queries, keys, features = term.shape
        if queries == keys == 1:
            return term[:, 0]
        require_room(heads * len(self.places[0]) * features, "its queries, keys or values")
        query, key = self.places
        return term[:, query if queries > 1 else 0, key if keys > 1 else 0]

    def only_kept(self, ids: Ids | IdSum) -> IdSum:
        """Return a neuron for each pair, ``EMPTY`` where it is left out."""
        return IdSum.of(ids) if self.every else IdSum.of(ids).only(self.kept)

    def apart(self, products: IdSum) -> IdSum:
        """Return products by query and key, ``EMPTY`` where a pair is left out.

        Parameters
        ----------
        products
            As ``together`` returns them.
        """
        if self.every:
            return products
        pair = np.zeros(self.kept.shape[1:], dtype=np.int64)
        pair[self.places] = np.arange(len(self.places[0]))
        heads, _, features = products.shape
        terms = tuple(
            term[:, pair] if term.shape[1] > 1 else term[:, np.newaxis] for term in products.terms
        )
        whole = IdSum(terms, (heads, *pair.shape, features))
        return whole.only(self.kept[..., np.newaxis])


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
    kept = _kept(constant_mask, length, len(keys), causal=operation.is_causal)
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
        steps = (Stage("scores", scores.wire, output=scores.output, reads=added, in_blocks=True),)
    mean = Stage("mean", lambda ids: _mean(weighed, ids), in_blocks=True)
    return Chain((products, *steps, _weighed(weighed, values), mean))


def _kept(mask: Operand | None, queries: int, keys: int, *, causal: bool) -> Flags:
    """Return which pairs take part."""
    require_room(queries * keys, "the pairs of its queries and keys")
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

    def wire(query: Ids | IdSum, key: Ids | IdSum) -> Computed:
        return _multiplied(pairs, _by_head(query).expanded(2), _by_head(key).expanded(1))

    def output(query: Floats, key: Floats) -> Floats:
        return pairs.of_each(np.einsum("btnh,bsnh->bntsh", query, key))

    return Stage("products", wire, output=output, reads=(queries, keys), in_blocks=True)


def _weighed(pairs: _Pairs, values: Ids) -> Stage:
    """Multiply the features of a value by what the softmax made of its score."""

    def wire(scores: Ids | IdSum, value: Ids | IdSum) -> Computed:
        return _multiplied(pairs, IdSum.of(scores).expanded(-1), _by_head(value).expanded(1))

    def output(scores: Floats, value: Floats) -> Floats:
        return pairs.of_each(np.einsum("bnts,bsnh->bntsh", scores, value))

    return Stage("weighed", wire, output=output, reads=("scores", values), in_blocks=True)


def _by_head(ids: Ids | IdSum) -> IdSum:
    """Return neurons with the axis of heads first: shape (heads, positions, features)."""
    return IdSum.of(ids).split().transposed(1, 0, 2)


def _multiplied(pairs: _Pairs, *factors: IdSum) -> Computed:
    shape = np.broadcast_shapes(*(each.shape for each in factors))
    each = [pairs.together(factor.broadcast(shape)) for factor in factors]
    computed = Computed(
        Sources.stacked(each),
        np.ones(len(each), dtype=np.float32),
        each[0].ndim,
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

    def wire(self, products: Ids | IdSum, *added: Ids | IdSum) -> Computed:
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

    def wire_sums(self, products: Ids | IdSum, *added: Ids | IdSum) -> Computed:
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

    def _sources(self, products: Ids | IdSum, added: tuple[Ids | IdSum, ...]) -> Sources:
        own = (self.pairs.only_kept(each).expanded(-1) for each in added)
        return Sources((self.pairs.apart(IdSum.of(products)), *own))

    def _weights(self, products: Ids | IdSum, added: tuple[Ids | IdSum, ...]) -> Weights:
        of_products = np.full(products.shape[-1], self.scale, dtype=np.float32)
        return np.append(of_products, np.ones(len(added), dtype=np.float32))

    @property
    def _added(self) -> Floats:
        return np.zeros(()) if self.bias is None else self.bias


def _masked(scores: _Scores, added: tuple[Ids, ...], mask: Ids) -> tuple[Stage, ...]:
    """Return the steps from the products to the softmax where a mask depends on the input."""
    kept = scores.pairs.kept
    mask = mask.reshape((*(1,) * (kept.ndim - mask.ndim), *mask.shape))
    sums: tuple[str | Ids, ...] = ("products", *added)

    def wire(sums: Ids | IdSum, out: Ids | IdSum) -> Computed:
        sources = Sources.stacked([sums, scores.pairs.only_kept(out)])
        bias = None if scores.pairs.every else np.where(kept, 0.0, MASKED)
        return _softmax(sources, np.asarray([1.0, MASKED], dtype=np.float32), bias)

    def output(sums: Floats, out: Floats) -> Floats:
        return _shares(np.where(kept, sums + MASKED * out, MASKED))

    return (
        Stage("sums", scores.wire_sums, output=scores.sums, reads=sums, in_blocks=True),
        Stage(
            "kept", lambda *ids: merged(ids, "product"), output=np.multiply, reads=("sums", mask)
        ),
        Stage("left_out", _left_out, output=lambda x: x == 0, reads=(mask,)),
        Stage("scores", wire, output=output, reads=("kept", "left_out"), in_blocks=True),
    )


def _left_out(mask: Ids) -> Computed:
    return replace(is_false(mask), channel_axis=0, counted=_PAIRS)


def _softmax(sources: Sources, weights: Weights, bias: Floats | None) -> Computed:
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


def _mean(pairs: _Pairs, products: Ids | IdSum) -> Computed:
    """Add up by query, head and feature what the values of all keys give."""
    return Computed(
        Sources.of(pairs.apart(IdSum.of(products)).transposed(1, 0, 3, 2)),
        np.ones((), dtype=np.float32),
        rank=3,
        channel_axis=1,
        counted=("query", "head", "feature"),
    )
