"""Reductions of ``keras.ops``: means, sums, maxima and the like over axes."""

from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.axes import over_axes, without_batch
from exporter.wiring.comparisons import truth
from exporter.wiring.elementwise import one_to_one
from exporter.wiring.handlers import handles
from exporter.wiring.means import Means, shares
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
    weights = shares(sources.shape[rank:]) if kind == "Mean" else _ONE
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
    fan_in = sources.shape[rank:]
    if weights is None:
        return Computed(sources, shares(fan_in), rank)
    given = np.asarray(weights)
    if given.shape != fan_in:
        raise NotWirableError("its weights are not those of one axis")
    return Computed(sources, (given / given.sum()).astype(np.float32), rank)


@handles("ops.Logsumexp")
def logsumexp(operation: Any, ids: Ids) -> Chain:
    """Apply the exponential function, add up over axes, and take the logarithm."""

    def summed(each: Ids) -> Computed:
        sources, rank = _over_axes(operation, each)
        return Computed(sources, _ONE, rank, activation="log")

    apart = Stage("exp", lambda each: one_to_one(each, "exp"), output=np.exp, reads=(ids,))
    return Chain((apart, Stage("sum", summed)))


@handles("ops.Var", "ops.Std")
def variance(operation: Any, ids: Ids) -> Chain:
    """Average over axes, then average the squares of what is left, all in steps of their own."""
    root = "sqrt" if type(operation).__name__ == "Std" else None
    means = Means.over(operation.axis, ids)
    lengths = means.own if operation.keepdims else means.kept
    return Chain(
        (
            means.step(ids),
            means.left("squares", ids, "square"),
            Stage("variance", lambda each: means.wired(each, activation=root, output=lengths)),
        )
    )


@handles("ops.Moments")
def moments(operation: Any, ids: Ids) -> Chain:
    """Give the averages over axes, and those of the squares of what is left, in steps."""
    means = Means.over(operation.axes, ids)
    lengths = means.own if operation.keepdims else means.kept
    return Chain(
        (
            means.step(ids, lengths),
            means.left("squares", ids, "square"),
            Stage("variance", lambda each: means.wired(each, output=lengths)),
        ),
        outputs=("mean", "variance"),
    )


@handles("ops.Ptp")
def peak_to_peak(operation: Any, ids: Ids) -> Chain:
    """Subtract the smallest over axes from the largest, each in a step of its own."""
    axis, keepdims = operation.axis, operation.keepdims
    return Chain(
        (
            extreme("max", ids, axis, keepdims=keepdims),
            extreme("min", ids, axis, keepdims=keepdims),
            Stage("difference", _difference, reads=("max", "min")),
        )
    )


def extreme(reduce: Literal["max", "min"], ids: Ids, axis: Any, *, keepdims: bool) -> Stage:
    """Return the step that takes the largest or the smallest of some neurons over axes."""
    of_values = {"max": np.max, "min": np.min}[reduce]
    over = tuple(each + 1 for each in without_batch(axis, ids.ndim))

    def wire(each: Ids) -> Computed:
        sources, rank = over_axes(over, each, keepdims=keepdims)
        return with_zeros_joined(Computed(sources, _ONE, rank, reduce=reduce))

    def output(x: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(of_values(x, axis=over, keepdims=keepdims))

    return Stage(reduce, wire, output=output, reads=(ids,))


def _difference(minuend: Ids, subtrahend: Ids) -> Computed:
    return merged([minuend, subtrahend], weights=[1, -1])


def _over_axes(operation: Any, ids: Ids, *, keepdims: bool | None = None) -> tuple[Ids, int]:
    """Return what each output reads, the axes of the reduction last, and the output's rank."""
    kept = operation.keepdims if keepdims is None else keepdims
    return over_axes(operation.axis, ids, keepdims=kept)
