"""Distances between the rows of two tensors, or of a tensor and a constant."""

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.elementwise import one_to_one
from exporter.wiring.handlers import handles
from exporter.wiring.merge import merged
from exporter.wiring.operands import Operand, constant, is_neurons
from exporter.wiring.results import Chain, Computed, Floats, Ids, NotWirableError, Stage, Weights

_ONE: Final[Weights] = np.ones((), dtype=np.float32)
_MATRIX: Final = 2


@handles("ops.CDist")
def pairwise_distances(operation: Any, x: Operand, y: Operand) -> Chain:
    """Take the distance of each row of one tensor from each row of another, in steps."""
    del operation
    if is_neurons(x) and is_neurons(y):
        squares = _of_two(np.asarray(x), np.asarray(y))
    elif is_neurons(x):
        squares = _from_constant(*_against_rows(np.asarray(x), y))
    else:
        ids = _matrices(np.asarray(y))
        rows = constant(x, ids.ndim)
        squares = _from_constant(ids[..., np.newaxis, :, :], rows[..., :, np.newaxis, :])
    return Chain((squares, Stage("distance", _root_of_sum)))


def _against_rows(ids: Ids, rows: Operand) -> tuple[Ids, Floats]:
    """Return the rows of a tensor and those of a constant, so that they broadcast to all pairs."""
    if ids.ndim == 1 and np.ndim(rows) == _MATRIX:
        # The samples of the batch are the rows.
        return ids[np.newaxis], np.asarray(rows, dtype=np.float64)
    others = constant(rows, _matrices(ids).ndim)
    return ids[..., :, np.newaxis, :], others[..., np.newaxis, :, :]


def _matrices(ids: Ids) -> Ids:
    if ids.ndim < _MATRIX:
        raise NotWirableError("it joins the samples of a batch")
    return ids


def _of_two(x: Ids, y: Ids) -> Stage:
    def wire(one: Ids, other: Ids) -> Computed:
        return replace(merged([one, other], weights=[1, -1]), activation="square")

    return Stage(
        "squares",
        wire,
        output=lambda one, other: np.square(one - other),
        reads=(_matrices(x)[..., :, np.newaxis, :], _matrices(y)[..., np.newaxis, :, :]),
    )


def _from_constant(ids: Ids, rows: Floats) -> Stage:
    shape = np.broadcast_shapes(ids.shape, rows.shape)

    def wire(each: Ids) -> Computed:
        return one_to_one(np.broadcast_to(each, shape), "square", bias=-rows)

    def output(values: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(np.square(values - rows))

    return Stage("squares", wire, output=output, reads=(ids,))


def _root_of_sum(squares: Ids) -> Computed:
    return Computed(squares, _ONE, squares.ndim - 1, activation="sqrt")
