"""Tables in which tokens are looked up: a row of one is a neuron's weights."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from exporter.wiring.elementwise import one_to_one
from exporter.wiring.handlers import handles
from exporter.wiring.moves import moved
from exporter.wiring.operands import is_neurons
from exporter.wiring.results import (
    Chain,
    Computed,
    Floats,
    Ids,
    NotWirableError,
    Stage,
    Weights,
    Wiring,
)
from exporter.wiring.sources import IdSum, Sources
from exporter.wiring.tokens import require_whole, token_stages
from exporter.wiring.variables import float_weights


@handles("Embedding", dtypes=True)
def embedding(layer: Any, ids: Ids, dtypes: Sequence[str] = ()) -> Chain:
    """Make a neuron of each token at each position, and join it to all values of its row."""
    table = float_weights(layer.embeddings)
    return _looked_up(ids, table, dtypes)


@handles("ReversibleEmbedding", arguments=True, dtypes=True)
def reversible_embedding(
    layer: Any, ids: Ids, *, reverse: bool = False, dtypes: Sequence[str] = ()
) -> Wiring:
    """Look tokens up as ``Embedding`` does; or join each token to all values at its position."""
    if not reverse:
        return embedding(layer, ids, dtypes)
    table = float_weights(layer.embeddings if layer.tie_weights else layer.reverse_embeddings)
    rows = table if layer.tie_weights else table.T
    cap = layer.logit_soft_cap
    if cap is None:
        return _scores(ids, rows)
    return Chain(
        (
            Stage(
                "logits",
                lambda read: _scores(read, rows),
                output=lambda x: x @ rows.T,
                reads=(ids,),
            ),
            Stage(
                "tanh",
                lambda read: one_to_one(read, "tanh", weight=1.0 / cap),
                output=lambda x: np.tanh(x / cap),
            ),
            Stage("capped", lambda read: one_to_one(read, weight=float(cap))),
        )
    )


def _scores(ids: Ids, rows: Weights) -> Computed:
    """Join each token to all values at its position, by its row."""
    sources = np.broadcast_to(ids[..., np.newaxis, :], (*ids.shape[:-1], *rows.shape))
    return Computed(sources, rows, ids.ndim, channel_axis=-1)


@handles("ops.Take", dtypes=True)
def taken(operation: Any, x: Ids | Floats, indices: Any, *, dtypes: Sequence[str] = ()) -> Wiring:
    """Read neurons at constant places; or look places up in a constant, as an embedding does."""
    if not is_neurons(indices):
        return moved(operation, np.asarray(x), indices)
    table = _constant_table(x)
    axis = operation.axis
    if axis is None:
        table, axis = table.reshape(-1), 0
    if axis % table.ndim:
        raise NotWirableError("it looks up along an axis behind the first one")
    return _looked_up(indices, table, dtypes)


@handles("ops.TakeAlongAxis", dtypes=True)
def taken_along_axis(
    operation: Any, x: Ids | Floats, indices: Any, *, dtypes: Sequence[str] = ()
) -> Wiring:
    """Read neurons at constant places; or look places up, each in a row of its own."""
    if not is_neurons(indices):
        return moved(operation, np.asarray(x), indices)
    table = _constant_table(x)
    if operation.axis is None:
        raise NotWirableError("it looks up in all samples of a batch")
    axis = operation.axis % table.ndim - 1
    if axis < 0 or len(table) != 1:
        raise NotWirableError("a constant of it differs between the samples of a batch")
    # Along this axis every place reads the same row.
    rows = np.expand_dims(np.moveaxis(table[0], axis, -1), axis).astype(np.float32)

    def values(tokens: Ids) -> Computed:
        sources = np.broadcast_to(tokens, np.broadcast_shapes(tokens.shape, rows.shape))
        return Computed(sources, rows, sources.ndim - 1, is_exact=True)

    steps = token_stages(indices, np.arange(rows.shape[-1]), dtypes, from_end=True)
    return Chain((*steps, Stage("values", values)))


def _constant_table(x: Ids | Floats) -> Floats:
    if is_neurons(x):
        raise NotWirableError("it reads a tensor at places that depend on its input")
    table = np.asarray(x)
    if table.dtype.kind in "iu":
        require_whole(table)
    return table.astype(np.float32)


def _looked_up(ids: Ids, table: Floats, dtypes: Sequence[str]) -> Chain:
    """Return the steps by which each neuron of ``ids`` finds a row of a table."""
    rows: Weights = np.moveaxis(table, 0, -1)

    def values(tokens: Ids | IdSum) -> Computed:
        positions = tokens.shape[:-1]
        apart = IdSum.of(tokens).expanded(*range(len(positions), len(positions) + rows.ndim - 1))
        sources = Sources.of(apart.broadcast((*positions, *rows.shape)))
        return Computed(sources, rows, sources.ndim - 1, channel_axis=-1, is_exact=True)

    steps = token_stages(ids, np.arange(len(table)), dtypes, from_end=True)
    return Chain((*steps, Stage("values", values, in_blocks=True)))
