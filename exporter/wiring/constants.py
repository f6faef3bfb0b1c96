"""Values that no input changes, where a layer puts them among its neurons."""

from dataclasses import replace
from typing import Any

import numpy as np

from exporter.wiring.handlers import handles
from exporter.wiring.operands import Operand, is_neurons
from exporter.wiring.operands import constant as constant_of
from exporter.wiring.results import (
    ZERO,
    Computed,
    Floats,
    Ids,
    Moved,
    NotWirableError,
    Stage,
)


@handles("Constant")
def constant(operation: Any, *inputs: Ids) -> Computed:
    """Make neurons that say the same at any input: nothing feeds them, and they have a bias."""
    del inputs
    return _said(np.asarray(operation.value, dtype=np.float64))


@handles("ops.OnesLike")
def ones(operation: Any, ids: Ids) -> Computed:
    """Make a neuron that says 1 for each that is read."""
    del operation
    return replace(_said(np.ones(ids.shape)), is_exact=True)


@handles("ops.FullLike")
def filled(operation: Any, ids: Ids, fill_value: Operand) -> Computed:
    """Make a neuron that says a constant for each that is read."""
    del operation
    if is_neurons(fill_value):
        raise NotWirableError("what it fills in depends on its input")
    return _said(np.broadcast_to(constant_of(fill_value, ids.ndim), ids.shape))


def saying(name: str, value: Floats, beside: Ids) -> Stage:
    """Return a step that says a constant, once for each sample of neurons beside it."""
    return Stage(
        name,
        lambda _: _said(value),
        output=lambda x: np.broadcast_to(value, (len(x), *value.shape)),
        reads=(beside,),
    )


def _said(value: Floats) -> Computed:
    return Computed(
        sources=np.empty((*value.shape, 0), dtype=np.int64),
        weights=np.empty(0, dtype=np.float32),
        rank=value.ndim,
        bias=value,
    )


@handles("Zeros")
def zeros(operation: Any, *inputs: Ids) -> Moved:
    """Put the constant 0 where a recurrent layer begins; it makes no neurons."""
    del inputs
    return Moved(np.full(operation.shape, ZERO, dtype=np.int64))
