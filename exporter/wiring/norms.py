"""Norms of neurons over axes, and division by them."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.axes import over_axes, without_batch
from exporter.wiring.elementwise import one_to_one
from exporter.wiring.handlers import handles
from exporter.wiring.merge import merged
from exporter.wiring.results import (
    Chain,
    Computed,
    Ids,
    NotWirableError,
    Reduce,
    Stage,
    Weights,
)

_ONE: Final[Weights] = np.ones((), dtype=np.float32)
_EUCLIDEAN: Final = 2
_MATRIX: Final = 2
_SMALLEST_NORM: Final = 1e-12
_RECIPROCAL: Final = "reciprocal"
_BOUNDED: Final = "bounded"

SMALLEST_SQUARE: Final = 1e-12
"""What Keras 2 took for a smaller square of a norm."""

UNIT_NORMALIZATION_BY_SQUARES: Final = "neurongraph>UnitNormalization"
"""The layer that bounds the sum of the squares from below, as Keras 2 did, not the norm."""

_REDUCE: Final[dict[Reduce, Callable[..., NDArray[Any]]]] = {
    "max": np.max,
    "min": np.min,
    "sum": np.sum,
}


@dataclass(frozen=True)
class _Function:
    """An activation function by its name, of NumPy as well, and the power that it raises to."""

    name: str
    power: float | None = None

    @property
    def settings(self) -> dict[str, Any]:
        return {} if self.power is None else {"x2": self.power}

    def step(self, ids: Ids | None) -> Stage:
        """Return the step that applies it to some neurons, or to those of the step before."""
        return Stage(
            self.name,
            lambda each: one_to_one(each, self.name, **self.settings),
            output=lambda x: np.asarray(getattr(np, self.name)(x, *self.settings.values())),
            reads=None if ids is None else (ids,),
        )


@dataclass(frozen=True)
class _Reduction:
    """What neurons are reduced over: axes without the batch."""

    reduce: Reduce
    axes: tuple[int, ...]

    def wired(self, ids: Ids, function: _Function | None = None) -> Computed:
        """Return the neurons that reduce others, and apply a function to what they get."""
        sources, rank = over_axes([axis + 1 for axis in self.axes], ids, keepdims=True)
        made = Computed(sources, _ONE, rank, reduce=self.reduce)
        if function is None:
            return made
        return replace(made, activation=function.name, activation_config=function.settings)

    def of(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the same of values of the shape ``(samples, *shape)``."""
        over = tuple(axis + 1 for axis in self.axes)
        return _REDUCE[self.reduce](values, axis=over, keepdims=True)


@dataclass(frozen=True)
class _Norm:
    """A norm: functions of each neuron, reductions, and the root of the last.

    Parameters
    ----------
    functions
        Applied to each neuron, in this order.
    reductions
        What is reduced, in this order.
    order
        Of which order the root is.
    """

    functions: tuple[_Function, ...]
    reductions: tuple[_Reduction, ...]
    order: float = 1

    @property
    def root(self) -> _Function | None:
        """What makes the norm of the last reduction."""
        if self.order == 1:
            return None
        return _Function("sqrt") if self.order == _EUCLIDEAN else _Function("power", 1 / self.order)

    @property
    def reciprocal(self) -> _Function:
        """What makes the reciprocal of the norm of the last reduction."""
        names = {1: "reciprocal", _EUCLIDEAN: "rsqrt"}
        if self.order in names:
            return _Function(names[int(self.order)])
        return _Function("power", -1 / self.order)

    def before(self, ids: Ids) -> list[Stage]:
        """Return the steps before the last reduction."""
        first, *functions = self.functions
        return [
            first.step(ids),
            *(function.step(None) for function in functions),
            *(Stage(each.reduce, each.wired, output=each.of) for each in self.reductions[:-1]),
        ]


@handles("ops.Norm")
def norm(operation: Any, ids: Ids) -> Chain:
    """Take a norm over axes: functions of each neuron, then a sum, a maximum or a minimum."""
    axes = without_batch(operation.axis, ids.ndim)
    own = _norm(operation.ord, axes)
    lengths = [size for axis, size in enumerate(ids.shape) if axis not in axes]

    def last(each: Ids) -> Computed:
        made = own.reductions[-1].wired(each, own.root)
        return made if operation.keepdims else replace(made, output=tuple(lengths))

    return Chain((*own.before(ids), Stage("norm", last)))


@handles("ops.Normalize")
def normalize(operation: Any, ids: Ids) -> Chain:
    """Divide by a norm over axes, in steps: its reciprocal is at most ``1 / epsilon``."""
    return _divided(ids, operation.axis, operation.order, operation.epsilon)


@handles("UnitNormalization")
def unit_normalization(layer: Any, ids: Ids) -> Chain:
    """Divide by the Euclidean norm over axes, in steps."""
    return _divided(ids, layer.axis, _EUCLIDEAN, _SMALLEST_NORM)


@handles(UNIT_NORMALIZATION_BY_SQUARES)
def unit_normalization_by_squares(layer: Any, ids: Ids) -> Chain:
    """Divide by the Euclidean norm, of which the square is at least 1e-12, as Keras 2 did."""
    own = _norm(_EUCLIDEAN, without_batch(layer.axis, ids.ndim), matrix=False)
    (squares,) = own.reductions
    bound = _Function("maximum", SMALLEST_SQUARE)
    return Chain(
        (
            *own.before(ids),
            Stage(
                _BOUNDED,
                partial(squares.wired, function=bound),
                output=lambda x: np.maximum(squares.of(x), SMALLEST_SQUARE),
            ),
            Stage("rsqrt", lambda each: one_to_one(each, "rsqrt"), output=lambda x: 1 / np.sqrt(x)),
            Stage("product", _product, reads=(ids, "rsqrt")),
        )
    )


def _divided(ids: Ids, axis: Any, order: float, epsilon: float) -> Chain:
    """Multiply by the reciprocal of a norm, or by that of ``epsilon`` where it is less."""
    if not isinstance(order, int) or order < 1:
        raise NotWirableError(f"Keras takes no norm of the order {order} to normalize by")
    # Keras takes the Euclidean norm over any number of axes here.
    own = _norm(order, without_batch(axis, ids.ndim), matrix=order != _EUCLIDEAN)
    last, most = own.reductions[-1], 1 / epsilon
    return Chain(
        (
            *own.before(ids),
            Stage(
                _RECIPROCAL,
                partial(last.wired, function=own.reciprocal),
                output=lambda x: np.power(last.of(x), -1 / own.order),
            ),
            Stage(
                _BOUNDED,
                lambda each: one_to_one(each, "minimum", x2=most),
                output=lambda x: np.minimum(x, np.float32(most)),
            ),
            Stage("product", _product, reads=(ids, _BOUNDED)),
        )
    )


def _product(*factors: Ids) -> Computed:
    return merged(factors, "product")


def _norm(order: Any, axes: tuple[int, ...], *, matrix: bool = True) -> _Norm:
    """Return how Keras takes a norm over axes.

    Parameters
    ----------
    order
        Its order; None for the Euclidean one.
    axes
        The axes, in the order in which they are given, without the batch.
    matrix
        Whether a norm over two axes is one of matrices, and there is none over more.
    """
    absolute = _Function("absolute")
    euclidean = _Norm((_Function("square"),), (_Reduction("sum", axes),), _EUCLIDEAN)
    if len(axes) == 1 or not matrix:
        return euclidean if order in (None, _EUCLIDEAN) else _of_vectors(order, axes)
    if len(axes) != _MATRIX:
        raise NotWirableError(f"Keras takes no norm over {len(axes)} axes")
    if order in (None, "fro"):
        return euclidean
    if order in (_EUCLIDEAN, -_EUCLIDEAN, "nuc"):
        raise NotWirableError(f"a norm of matrices of the order {order!r} is of singular values")
    if order not in (1, -1, math.inf, -math.inf):
        raise NotWirableError(f"Keras takes no norm of matrices of the order {order!r}")
    row, column = axes
    summed, compared = (row, column) if math.isfinite(order) else (column, row)
    last: Reduce = "max" if order > 0 else "min"
    return _Norm((absolute,), (_Reduction("sum", (summed,)), _Reduction(last, (compared,))))


def _of_vectors(order: float, axes: tuple[int, ...]) -> _Norm:
    absolute = _Function("absolute")
    if math.isinf(order):
        return _Norm((absolute,), (_Reduction("max" if order > 0 else "min", axes),))
    over = (_Reduction("sum", axes),)
    if order == 0:
        return _Norm((absolute, _Function("sign")), over)
    if order == 1:
        return _Norm((absolute,), over)
    return _Norm((absolute, _Function("power", order)), over, order)
