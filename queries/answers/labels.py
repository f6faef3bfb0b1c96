"""The true classes of samples, as the output of a model tells them apart."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from queries.analysis.accuracy import Labels
from queries.answers.inputs.arrays import numbers
from queries.answers.model import Model
from queries.core.neuron_filter import NeuronFilter
from queries.errors import ParameterError, listed

_PROBABILITIES: Final = {"sigmoid", "hard_sigmoid"}
"""Activation functions of a single output that is a probability, so that 1/2 parts the classes."""


def labels_of(model: Model, name: str, y: ArrayLike, samples: int) -> Labels:
    """Return true classes, checked against the output of a model.

    Parameters
    ----------
    name
        What errors call them.
    """
    outputs = model.outputs
    if len(outputs) != 1:
        raise ParameterError(
            f"{name}: {model.name!r} has {len(outputs)} outputs, "
            f"{listed([layer.name for layer in outputs])}, and labels are of one; leave them out"
        )
    layer, array = outputs[0], numbers(name, y)
    channel = model.neurons(NeuronFilter(layer=layer.name), ("id", "channel"))["channel"].to_numpy()
    classes = int(channel.max()) + 1
    order = np.argsort(channel, kind="stable").reshape(classes, -1)
    places = _places(layer.shape, channel)
    if classes > 1 and array.shape == (samples, *layer.shape):
        by_class = array.reshape(samples, -1).T[order]
        if not (np.isin(by_class, (0, 1)).all() and (by_class.sum(axis=0) == 1).all()):
            raise ParameterError(
                f"{name}: of the classes of a sample one is 1 and the others are 0, which is not "
                "so; give the numbers of the classes, or leave the labels out"
            )
        return Labels(by_class.argmax(axis=0), order)
    if array.shape not in {(samples, *places), (samples, *places, 1)}:
        one_hot = "" if classes == 1 else f", or of {(samples, *layer.shape)} of 0 and 1"
        raise ParameterError(
            f"{name}: an array of the shape {array.shape}, but {samples:,} samples with the output "
            f"{layer.name!r} have class numbers of the shape {(samples, *places)}{one_hot}"
        )
    most = max(classes, 2) - 1
    if not np.isin(array, np.arange(most + 1)).all():
        raise ParameterError(
            f"{name}: the output {layer.name!r} tells the classes 0 to {most} apart, and there are "
            f"labels from {array.min()} to {array.max()}; give whole numbers from 0 to {most}"
        )
    threshold = 0.5 if layer.activation in _PROBABILITIES else 0.0
    return Labels(array.reshape(samples, -1).T.astype(np.int64), order, threshold)


def _places(shape: tuple[int, ...], channel: NDArray[np.int64]) -> tuple[int, ...]:
    """Return the shape of an output without its channels."""
    by_axis = channel.reshape(shape)
    varying = [axis for axis in range(len(shape)) if np.ptp(by_axis, axis=axis).any()]
    axis = varying[0] if varying else len(shape) - 1
    return (*shape[:axis], *shape[axis + 1 :])
