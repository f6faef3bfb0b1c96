"""Categories told apart: one neuron each, which is 1, or says how often a sample has it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.elementwise import one_to_one
from exporter.wiring.handlers import handles
from exporter.wiring.operands import is_neurons
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
from exporter.wiring.tokens import Numbers, token_stages

_ONE: Final[Weights] = np.ones((), dtype=np.float32)
Values = NDArray[Any]


@handles("ops.OneHot", dtypes=True)
def one_hot(operation: Any, ids: Ids, *, dtypes: Sequence[str] = ()) -> Chain:
    """Make a neuron of each class at each position, 1 where it stands there."""
    require_dense(operation)
    return Chain(token_stages(ids, _classes(operation), dtypes, axis=_class_axis(operation)))


@handles("ops.MultiHot", dtypes=True)
def multi_hot(operation: Any, ids: Ids, *, dtypes: Sequence[str] = ()) -> Chain:
    """Make a neuron of each class at each position, and take the largest of each class."""
    require_dense(operation)
    steps = token_stages(ids, _classes(operation), dtypes, axis=_class_axis(operation))
    return Chain((*steps, Stage("present", present)))


def _classes(operation: Any) -> Numbers:
    return np.arange(operation.num_classes)


def _class_axis(operation: Any) -> int:
    """Return the axis of the classes, the batch not counted."""
    axis = int(operation.axis)
    if axis == 0:
        raise NotWirableError("it puts the classes before the samples of a batch")
    return axis - (axis > 0)


@handles("CategoryEncoding", dtypes=True)
def category_encoding(layer: Any, ids: Ids, *, dtypes: Sequence[str] = ()) -> Chain:
    """Make a neuron of each token at each position; take the largest, or add up, if it says so."""
    require_dense(layer)
    read = positions(layer, ids)
    steps = token_stages(read, np.arange(layer.num_tokens), dtypes)
    return Chain((*steps, *_over_sample(layer.output_mode)))


def positions(layer: Any, ids: Ids) -> Ids:
    """Return what a layer reads; one-hot encoding takes a last axis of one position away."""
    single = layer.output_mode == "one_hot" and ids.ndim and ids.shape[-1] == 1
    return ids[..., 0] if single else ids


def _over_sample(mode: str) -> tuple[Stage, ...]:
    """Return the step that joins what stands at the positions of a sample, if a mode has one."""
    if mode == "multi_hot":
        return (Stage("present", present),)
    return (Stage("count", counted),) if mode == "count" else ()


def present(ids: Ids) -> Computed:
    """Take the largest over the first axis: 1 where a sample has a category."""
    return Computed(np.moveaxis(ids, 0, -1), _ONE, ids.ndim - 1, reduce="max", is_exact=True)


def counted(ids: Ids) -> Computed:
    """Add up over the first axis: how often a sample has each category."""
    return Computed(np.moveaxis(ids, 0, -1), _ONE, ids.ndim - 1, is_exact=True)


@handles("Discretization")
def discretization(layer: Any, ids: Ids) -> Chain:
    """Make a neuron of each boundary, 1 from there on; add them up, or tell the bins apart."""
    require_dense(layer)
    boundaries = _single(layer.bin_boundaries)
    if layer.output_mode == "int":
        return _bins(ids, boundaries, "greater_equal")
    first = _boundary(positions(layer, ids), boundaries, "greater_equal")
    bins = Stage("bin", _bin, output=_bin_output)
    return Chain((first, bins, *_over_sample(layer.output_mode)))


@handles("ops.Digitize")
def digitized(operation: Any, ids: Ids, bins: Floats) -> Chain:
    """Make a neuron of each boundary, 1 from there on, and add them up."""
    del operation
    return _bins(ids, _constant_boundaries(ids, bins), "greater_equal")


@handles("ops.SearchSorted")
def search_sorted(operation: Any, sorted_sequence: Floats, values: Ids) -> Chain:
    """Make a neuron of each boundary, 1 from there on, or above it, and add them up."""
    function = "greater" if operation.side == "left" else "greater_equal"
    return _bins(values, _constant_boundaries(values, sorted_sequence), function)


def _constant_boundaries(values: Ids | Floats, boundaries: Ids | Floats) -> Floats:
    if is_neurons(boundaries) or not is_neurons(values):
        raise NotWirableError("its boundaries depend on its input")
    return _single(boundaries)


def _single(boundaries: Any) -> Floats:
    """Return boundaries as TensorFlow compares with them, in single precision."""
    single = np.asarray(boundaries, dtype=np.float32)
    if not single.size:
        raise NotWirableError("it has no boundaries")
    if np.isnan(single).any() or np.any(single[1:] < single[:-1]):
        raise NotWirableError("its boundaries do not ascend")
    return single.astype(np.float64)


def _bins(ids: Ids, boundaries: Floats, function: str) -> Chain:
    """Return the steps that count the boundaries below each neuron."""

    def count(steps: Ids) -> Computed:
        return Computed(steps, _ONE, steps.ndim - 1, is_exact=True)

    return Chain((_boundary(ids, boundaries, function), Stage("count", count)))


def _boundary(ids: Ids, boundaries: Floats, function: str) -> Stage:
    """Return the step that makes a neuron of each boundary for each neuron that it reads."""
    compare = np.greater if function == "greater" else np.greater_equal

    def steps(read: Ids) -> Computed:
        sources = np.broadcast_to(read[..., np.newaxis], (*read.shape, len(boundaries)))
        return replace(one_to_one(sources, function, bias=-boundaries, x2=0.0), channel_axis=-1)

    def output(x: Values) -> Values:
        return np.asarray(compare(x[..., np.newaxis], boundaries), dtype=np.float32)

    return Stage("boundary", steps, output=output, reads=(ids,))


def _bin(ids: Ids) -> Computed:
    """Join each bin to the boundaries at both ends of it; the first and the last have one."""
    ends = np.pad(ids, [*[(0, 0)] * (ids.ndim - 1), (1, 1)], constant_values=EMPTY)
    pairs = np.lib.stride_tricks.sliding_window_view(ends, 2, axis=-1)
    bias = np.zeros(pairs.shape[-2])
    bias[0] = 1.0
    weights = np.asarray([1.0, -1.0], dtype=np.float32)
    return Computed(pairs, weights, ids.ndim, bias=bias, channel_axis=-1, is_exact=True)


def _bin_output(x: Values) -> Values:
    count = x.sum(axis=-1, keepdims=True)
    return np.asarray(count == np.arange(x.shape[-1] + 1), dtype=np.float32)


def require_dense(operation: Any) -> None:
    """Raise NotWirableError where an operation puts out a sparse tensor."""
    if operation.sparse:
        raise NotWirableError("it puts out a sparse tensor; sparse=False does the same")
