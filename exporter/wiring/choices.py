"""``keras.ops.where``: the choice between two values by a condition."""

from typing import Any

import numpy as np

from exporter.wiring.comparisons import is_false, truth
from exporter.wiring.elementwise import affine
from exporter.wiring.handlers import handles
from exporter.wiring.merge import merged
from exporter.wiring.operands import Operand, constant, is_neurons
from exporter.wiring.results import (
    ZERO,
    Chain,
    Computed,
    Floats,
    Ids,
    Moved,
    NotWirableError,
    Stage,
)


@handles("ops.Where")
def where(operation: Any, condition: Operand, x1: Operand, x2: Operand) -> Moved | Computed | Chain:
    """Choose by a constant, or add up two values, each times 1 or 0 as a tensor says."""
    del operation
    if is_neurons(condition):
        return _by_tensor(np.asarray(condition), x1, x2)
    rank = max(np.ndim(x) for x in (x1, x2) if is_neurons(x))
    mask = constant(condition, rank) != 0
    if is_neurons(x1) and is_neurons(x2):
        return Moved(np.where(mask, x1, x2))
    if not is_neurons(x1):
        mask, x1, x2 = ~mask, x2, x1
    other = np.where(mask, 0.0, constant(x2, rank))
    if not other.any():
        return Moved(np.where(mask, x1, ZERO))
    return affine(np.asarray(x1), mask, other)


def _by_tensor(condition: Ids, x1: Operand, x2: Operand) -> Chain:
    """Multiply what is chosen by 1, and the other by 0, which must be finite."""
    rank = max(np.ndim(x) for x in (condition, x1, x2) if is_neurons(x))
    x1, x2 = (_without_zeros(x) for x in (x1, x2))
    true = truth("true", condition)
    false = Stage("false", is_false, output=lambda x: x == 0, reads=(condition,))
    if is_neurons(x1) and is_neurons(x2):
        first, second = _chosen("first", x1, true), _chosen("second", x2, false)
        added = Stage("sum", lambda *ids: merged(ids), reads=("first", "second"))
        return Chain((true, false, first, second, added))
    if is_neurons(x1):
        return _or_constant(_chosen("first", x1, true), true, false, _finite(x2, rank))
    if is_neurons(x2):
        return _or_constant(_chosen("second", x2, false), false, true, _finite(x1, rank))
    high, low = _finite(x1, rank), _finite(x2, rank)
    return Chain((true, Stage("sum", lambda ids: affine(ids, high - low, low))))


def _without_zeros(values: Operand) -> Operand:
    """Return the number 0 where a tensor is the constant 0 everywhere."""
    return 0.0 if is_neurons(values) and np.all(np.asarray(values) == ZERO) else values


def _chosen(name: str, values: Operand, chosen: Stage) -> Stage:
    return Stage(
        name,
        lambda *ids: merged(ids, "product"),
        output=np.multiply,
        reads=(np.asarray(values), chosen.name),
    )


def _or_constant(chosen: Stage, when: Stage, else_: Stage, value: Floats) -> Chain:
    """Add a constant times 1 where the tensor is not chosen; nothing where it is 0."""
    if not value.any():
        return Chain((when, chosen))

    def added(*ids: Ids) -> Computed:
        shape = np.broadcast_shapes(*(each.shape for each in ids), value.shape)
        sources = np.stack([np.broadcast_to(each, shape) for each in ids], axis=-1)
        weights = np.stack(np.broadcast_arrays(1.0, value), axis=-1)
        return Computed(sources, weights.astype(np.float32), rank=len(shape))

    return Chain((when, else_, chosen, Stage("sum", added, reads=(chosen.name, else_.name))))


def _finite(value: Operand, rank: int) -> Floats:
    values = constant(value, rank)
    if not np.isfinite(values).all():
        raise NotWirableError("it chooses by a tensor a constant that is not finite")
    return values
