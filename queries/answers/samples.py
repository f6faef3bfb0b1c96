"""Samples that somebody gives, for a model to compute with: inputs, and the classes they are of."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from queries.analysis.accuracy import Labels
from queries.answers.model import Model
from queries.answers.sample_files import read_samples, samples_error, samples_name
from queries.core.layer import Layer
from queries.core.neuron_filter import NeuronFilter
from queries.core.wording import option
from queries.errors import ParameterError, listed

Singles = NDArray[np.float32]
Arrays = Mapping[str, ArrayLike]
Samples = ArrayLike | Arrays | str | os.PathLike[str]
"""An array where the model has one input, arrays by the names of inputs, or the path of a file."""

_INPUT: Final = "InputLayer"
_PROBABILITIES: Final = {"sigmoid", "hard_sigmoid"}
"""Activation functions of a single output that is a probability, so that 1/2 parts the classes."""


@dataclass(frozen=True)
class Given:
    """What somebody gave.

    Parameters
    ----------
    inputs
        Values by the names of input layers, in single precision: shape (samples, *shape).
    labels
        The true classes; None where there are none.
    """

    inputs: Mapping[str, Singles]
    labels: Labels | None


def given(model: Model, x: Samples, y: ArrayLike | None) -> Given:
    """Return samples, checked against the inputs and outputs of a model.

    Parameters
    ----------
    model
        The model: a neuron graph of which nothing was left out.
    x, y
        As ``NeuronGraph.prune_cost`` takes them.

    Raises
    ------
    ParameterError
        If the graph does not have all inputs, a file cannot be read, or an array does not fit.
    """
    layers, labels_name = _input_layers(model), "y"
    if isinstance(x, (str, os.PathLike)):
        file = read_samples(x, [layer.name for layer in layers], with_labels=y is None)
        arrays: Arrays = file.inputs
        if y is None:
            y, labels_name = file.labels, file.labels_name
    elif isinstance(x, Mapping):
        arrays = dict(x)
    elif len(layers) == 1:
        arrays = {layers[0].name: x}
    else:
        raise samples_error(
            f"{model.name!r} has {len(layers)} inputs; give a dictionary with an array for each "
            f"of {listed([layer.name for layer in layers])}"
        )
    inputs = _inputs(model, layers, arrays)
    samples = len(next(iter(inputs.values())))
    return Given(inputs, None if y is None else _labels(model, labels_name, y, samples))


def _input_layers(model: Model) -> list[Layer]:
    layers = [each for each in model.layers if each.class_name == _INPUT and not each.inputs]
    if len(layers) != len(json.loads(model.stored.properties["input_shapes"])):
        raise ParameterError(
            f"{model.name!r} was loaded without its inputs, from which all values are computed; "
            f"load it without {option('from_layer')}"
        )
    return layers


def _inputs(model: Model, layers: list[Layer], arrays: Arrays) -> dict[str, Singles]:
    """Return the values of the inputs, checked."""
    names = [layer.name for layer in layers]
    for name in arrays:
        if name not in names:
            raise samples_error(
                f"{model.name!r} has no input {name!r}; its inputs are {listed(names)}"
            )
    inputs: dict[str, Singles] = {}
    for layer in layers:
        if layer.name not in arrays:
            raise samples_error(f"there is no array for the input {layer.name!r}")
        inputs[layer.name] = _input(layer, arrays[layer.name])
    counts = {name: len(values) for name, values in inputs.items()}
    if len(set(counts.values())) > 1:
        each = [f"{count:,} of {name!r}" for name, count in counts.items()]
        raise samples_error(f"the inputs have different numbers of samples: {listed(each)}")
    return inputs


def _input(layer: Layer, values: ArrayLike) -> Singles:
    """Return the values of an input as Keras would get them, in single precision."""
    array = _numbers(samples_name(), values)
    if array.shape[1:] != layer.shape or array.ndim == 0:
        one = "; one sample needs an axis of its own: x[None]" * (array.shape == layer.shape)
        raise samples_error(
            f"an array of the shape {array.shape}, but the input {layer.name!r} takes "
            f"{_shape_text(layer.shape)}{one}"
        )
    if not len(array):
        raise samples_error(f"there is no sample for the input {layer.name!r}")
    with np.errstate(over="ignore"):
        single = array.astype(np.float32, copy=False)
    wrong = np.flatnonzero(~np.isfinite(single).reshape(len(single), -1).all(axis=1))
    if len(wrong):
        raise samples_error(
            f"sample {wrong[0]} of the input {layer.name!r} has a value that is NaN or infinite"
        )
    return single


def _labels(model: Model, name: str, y: ArrayLike, samples: int) -> Labels:
    """Return true classes, checked against the output of a model.

    Parameters
    ----------
    name
        What errors call them.
    """
    outputs = [
        each for each in model.layers if not any(each.index in one.inputs for one in model.layers)
    ]
    if len(outputs) != 1:
        raise ParameterError(
            f"{name}: {model.name!r} has {len(outputs)} outputs, "
            f"{listed([layer.name for layer in outputs])}, and labels are of one; leave them out"
        )
    layer, array = outputs[0], _numbers(name, y)
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


def _numbers(name: str, values: ArrayLike) -> NDArray[Any]:
    """Return an array of numbers."""
    try:
        array = np.asarray(values)
    except (TypeError, ValueError) as error:
        raise ParameterError(f"{name} is no array of numbers: {error}") from None
    if array.dtype.kind not in "buif":
        raise ParameterError(f"{name} is an array of {array.dtype}, and no numbers")
    return array


def _shape_text(shape: tuple[int, ...]) -> str:
    return f"(samples, {', '.join(map(str, shape))})"
