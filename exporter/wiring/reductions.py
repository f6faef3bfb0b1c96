"""Reductions of ``keras.ops``: means, sums, maxima and the like over axes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.comparisons import truth
from exporter.wiring.elementwise import one_to_one
from exporter.wiring.handlers import handles
from exporter.wiring.merge import merged
from exporter.wiring.results import (
    Chain,
    Computed,
    Floats,
    Ids,
    NotWirableError,
    Reduce,
    Stage,
    Weights,
)
from exporter.wiring.zeros import with_zeros_joined

_ONE: Final[Weights] = np.ones((), dtype=np.float32)

_BY_FUNCTION: Final = {"Logsumexp": ("exp", "log"), "Norm": ("square", "sqrt")}

_REDUCED: Final[dict[str, Reduce]] = {
    "Mean": "sum",
    "Sum": "sum",
    "Amax": "max",
    "Max": "max",
    "Amin": "min",
    "Min": "min",
    "Prod": "product",
}


@handles(*(f"ops.{name}" for name in _REDUCED))
def reduced(operation: Any, ids: Ids) -> Computed:
    """Take the mean, sum, maximum, minimum or product over axes."""
    kind = type(operation).__name__
    sources, rank = _over_axes(operation, ids)
    weights = _share(sources, rank) if kind == "Mean" else _ONE
    return with_zeros_joined(Computed(sources, weights, rank, reduce=_REDUCED[kind]))


@handles("ops.All", "ops.Any")
def all_or_any(operation: Any, ids: Ids) -> Chain:
    """Take the smallest or the largest over axes, once each neuron says 1 or 0."""
    reduce: Reduce = "min" if type(operation).__name__ == "All" else "max"

    def joined(each: Ids) -> Computed:
        sources, rank = _over_axes(operation, each)
        return Computed(sources, _ONE, rank, reduce=reduce)

    return Chain((truth("truth", ids), Stage("reduced", joined)))


@handles("ops.Average")
def average(operation: Any, ids: Ids, weights: Floats | None = None) -> Computed:
    """Add up over axes, each input by its share of the given weights."""
    sources, rank = _over_axes(operation, ids, keepdims=False)
    shares = np.ones(sources.shape[rank:]) if weights is None else np.asarray(weights)
    if shares.shape != sources.shape[rank:]:
        raise NotWirableError("its weights are not those of one axis")
    return Computed(sources, (shares / shares.sum()).astype(np.float32), rank)


@handles("ops.Logsumexp", "ops.Norm")
def reduced_by_function(operation: Any, ids: Ids) -> Chain:
    """Apply a function, add up over axes, and apply its inverse: the Euclidean norm is one."""
    before, after = _BY_FUNCTION[type(operation).__name__]
    if getattr(operation, "ord", None) not in (None, 2):
        raise NotWirableError(f"its norm is of the order {operation.ord}, not Euclidean")

    def summed(each: Ids) -> Computed:
        sources, rank = _over_axes(operation, each)
        return Computed(sources, _ONE, rank, activation=after)

    apart = Stage(
        before,
        lambda each: one_to_one(each, before),
        output=getattr(np, before),
        reads=(ids,),
    )
    return Chain((apart, Stage("sum", summed)))


@handles("ops.Var", "ops.Std")
def variance(operation: Any, ids: Ids) -> Chain:
    """Average over axes, then average the squares of what is left, all in steps of their own."""
    root = "sqrt" if type(operation).__name__ == "Std" else None

    def mean(each: Ids) -> Computed:
        sources, rank = _over_axes(operation, each, keepdims=True)
        return Computed(sources, _share(sources, rank), rank)

    def squares(each: Ids, means: Ids) -> Computed:
        left = merged([each, means], weights=[1, -1])
        return replace(left, activation="square")

    def mean_of_squares(each: Ids) -> Computed:
        sources, rank = _over_axes(operation, each)
        return Computed(sources, _share(sources, rank), rank, activation=root)

    def mean_output(x: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(x.mean(axis=_axes(operation, x.ndim), keepdims=True))

    return Chain(
        (
            Stage("mean", mean, output=mean_output, reads=(ids,)),
            Stage(
                "squares",
                squares,
                output=lambda x, means: np.square(x - means),
                reads=(ids, "mean"),
            ),
            Stage("variance", mean_of_squares),
        )
    )


def _axes(operation: Any, rank: int) -> tuple[int, ...]:
    """Return the axes of a reduction, that of the batch counted, ascending."""
    given = operation.axis
    axes = range(rank) if given is None else given if isinstance(given, Sequence) else [given]
    return tuple(sorted({int(axis) % rank for axis in axes}))


def _share(sources: Ids, rank: int) -> Weights:
    return np.asarray(1.0 / np.prod(sources.shape[rank:]), dtype=np.float32)


def _over_axes(operation: Any, ids: Ids, *, keepdims: bool | None = None) -> tuple[Ids, int]:
    """Return what each output reads, the axes of the reduction last, and the output's rank."""
    over = [axis - 1 for axis in _axes(operation, ids.ndim + 1)]
    if over and over[0] < 0:
        raise NotWirableError("it reduces over the samples of a batch")
    sources = np.moveaxis(ids, over, range(ids.ndim - len(over), ids.ndim))
    if operation.keepdims if keepdims is None else keepdims:
        return np.expand_dims(sources, over), ids.ndim
    return sources, ids.ndim - len(over)
