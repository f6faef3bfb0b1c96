"""Layers that join several inputs element by element, or one behind the other."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from exporter.wiring.handlers import handles
from exporter.wiring.results import Computed, Floats, Ids, Moved, NotWirableError, Reduce
from exporter.wiring.sources import Sources
from exporter.wiring.zeros import with_zeros_joined


def merged(
    inputs: Sequence[Ids], reduce: Reduce = "sum", weights: Sequence[Floats | float] | None = None
) -> Computed:
    """Join each output to its element of every input, which broadcast to one shape.

    So do the weights, one or an array for each input.
    """
    sources = Sources.stacked(inputs)
    each = [1.0] * len(inputs) if weights is None else weights
    factors = np.stack(np.broadcast_arrays(*each), axis=-1)
    rank = sources.ndim - 1
    return with_zeros_joined(Computed(sources, factors.astype(np.float32), rank, reduce=reduce))


@handles("Add")
def add(layer: Any, *inputs: Ids) -> Computed:
    """Add up the inputs."""
    del layer
    return merged(inputs)


@handles("Subtract")
def subtract(layer: Any, minuend: Ids, subtrahend: Ids) -> Computed:
    """Subtract the second input from the first: its edges have weight -1."""
    del layer
    return merged([minuend, subtrahend], weights=[1, -1])


@handles("Average")
def average(layer: Any, *inputs: Ids) -> Computed:
    """Add up the inputs; each edge has weight 1 / (number of inputs)."""
    del layer
    return merged(inputs, weights=[1 / len(inputs)] * len(inputs))


@handles("Multiply")
def multiply(layer: Any, *inputs: Ids) -> Computed:
    """Multiply the inputs; each edge has weight 1."""
    del layer
    return merged(inputs, "product")


@handles("Maximum")
def maximum(layer: Any, *inputs: Ids) -> Computed:
    """Take the largest input; each edge has weight 1."""
    del layer
    return merged(inputs, "max")


@handles("Minimum")
def minimum(layer: Any, *inputs: Ids) -> Computed:
    """Take the smallest input; each edge has weight 1."""
    del layer
    return merged(inputs, "min")


@handles("Concatenate")
def concatenate(layer: Any, *inputs: Ids) -> Moved:
    """Read the inputs one behind the other along an axis."""
    rank = inputs[0].ndim
    axis = layer.axis % (rank + 1) - 1
    if axis < 0:
        raise NotWirableError("it joins the samples of a batch")
    return Moved(np.concatenate(inputs, axis=axis))


@handles("CustomScaleLayer")
def scaled_residual(layer: Any, residual: Ids, branch: Ids) -> Computed:
    """Add the second input times the layer's scale to the first (InceptionResNetV2)."""
    return merged([residual, branch], weights=[1, float(layer.scale)])
