"""Samples that somebody gives, for a model to compute with: inputs, and the classes they are of."""

import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from queries.analysis.accuracy import Labels
from queries.answers.model import Model
from queries.core.address import path_text
from queries.core.files import expanded
from queries.core.layer import Layer
from queries.core.memory import available_memory
from queries.core.neuron_filter import NeuronFilter
from queries.core.text import size_text
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
    layers = _input_layers(model)
    if isinstance(x, (str, os.PathLike)):
        arrays, labels = _read(x, [layer.name for layer in layers])
        y = labels if y is None else y
    elif isinstance(x, Mapping):
        arrays = dict(x)
    elif len(layers) == 1:
        arrays = {layers[0].name: x}
    else:
        raise ParameterError(
            f"x: {model.name!r} has {len(layers)} inputs; give a dictionary with an array for each "
            f"of {listed([layer.name for layer in layers])}"
        )
    inputs = _inputs(model, layers, arrays)
    samples = len(next(iter(inputs.values())))
    return Given(inputs, None if y is None else _labels(model, y, samples))


def _input_layers(model: Model) -> list[Layer]:
    layers = [each for each in model.layers if each.class_name == _INPUT and not each.inputs]
    if len(layers) != len(json.loads(model.stored.properties["input_shapes"])):
        raise ParameterError(
            f"{model.name!r} was loaded without its inputs, from which all values are computed; "
            f"load it without {option('from_layer')}"
        )
    return layers


def _read(path: str | os.PathLike[str], names: list[str]) -> tuple[Arrays, Any]:
    """Read the arrays of a file that are inputs, and its labels, None where it has none."""
    file = expanded(path)
    try:
        # NumPy leaves a file open that is no archive.
        with file.open("rb") as stream:
            archive = np.load(stream, allow_pickle=False)
            if isinstance(archive, np.lib.npyio.NpzFile):
                return _arrays(archive, file, names)
            raise ParameterError(f"x: {path_text(file)} is no .npz file; {_SAVE}")
    except OSError as error:
        reason = error.strerror or "it is no .npz file"
        raise ParameterError(f"x: cannot read {path_text(file)}: {reason}") from None
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise ParameterError(f"x: cannot read {path_text(file)}: {reason}; {_SAVE}") from None


def _arrays(archive: Any, file: Path, names: list[str]) -> tuple[Arrays, Any]:
    _require_memory(archive.zip)
    # The one input may go by its own name too.
    meant = {"x": names[0]} if "x" in archive and len(names) == 1 else {}
    meant = meant or {name: name for name in names if name in archive}
    if missing := [name for name in names if name not in meant.values()]:
        raise ParameterError(
            f"x: {path_text(file)} has the arrays {listed(list(archive))}, and no "
            f"{'x' if len(names) == 1 else listed(missing)}; {_SAVE}"
        )
    return {name: archive[key] for key, name in meant.items()}, archive.get("y")


_SAVE: Final = "write one with: numpy.savez(FILE, x=..., y=...)"


def _require_memory(archive: zipfile.ZipFile) -> None:
    # A file may say that it holds far more than its own size.
    size, free = sum(each.file_size for each in archive.infolist()), available_memory()
    if size > free:
        raise ParameterError(
            f"x: its arrays take {size_text(size)}, but only {size_text(free)} of memory are free; "
            "give fewer samples"
        )


def _inputs(model: Model, layers: list[Layer], arrays: Arrays) -> dict[str, Singles]:
    """Return the values of the inputs, checked."""
    names = [layer.name for layer in layers]
    for name in arrays:
        if name not in names:
            raise ParameterError(
                f"x: {model.name!r} has no input {name!r}; its inputs are {listed(names)}"
            )
    inputs: dict[str, Singles] = {}
    for layer in layers:
        if layer.name not in arrays:
            raise ParameterError(f"x: there is no array for the input {layer.name!r}")
        inputs[layer.name] = _input(layer, arrays[layer.name])
    counts = {name: len(values) for name, values in inputs.items()}
    if len(set(counts.values())) > 1:
        each = [f"{count:,} of {name!r}" for name, count in counts.items()]
        raise ParameterError(f"x: the inputs have different numbers of samples: {listed(each)}")
    return inputs


def _input(layer: Layer, values: ArrayLike) -> Singles:
    """Return the values of an input as Keras would get them, in single precision."""
    array = _numbers("x", values)
    if array.shape[1:] != layer.shape or array.ndim == 0:
        one = "; one sample needs an axis of its own: x[None]" * (array.shape == layer.shape)
        raise ParameterError(
            f"x: an array of the shape {array.shape}, but the input {layer.name!r} takes "
            f"{_shape_text(layer.shape)}{one}"
        )
    if not len(array):
        raise ParameterError(f"x: there is no sample for the input {layer.name!r}")
    with np.errstate(over="ignore"):
        single = array.astype(np.float32, copy=False)
    wrong = np.flatnonzero(~np.isfinite(single).reshape(len(single), -1).all(axis=1))
    if len(wrong):
        raise ParameterError(
            f"x: sample {wrong[0]} of the input {layer.name!r} has a value that is NaN or infinite"
        )
    return single


def _labels(model: Model, y: ArrayLike, samples: int) -> Labels:
    """Return true classes, checked against the output of a model."""
    outputs = [
        each for each in model.layers if not any(each.index in one.inputs for one in model.layers)
    ]
    if len(outputs) != 1:
        raise ParameterError(
            f"y: {model.name!r} has {len(outputs)} outputs, "
            f"{listed([layer.name for layer in outputs])}, and labels are of one; leave y out"
        )
    layer, array = outputs[0], _numbers("y", y)
    channel = model.neurons(NeuronFilter(layer=layer.name), ("id", "channel"))["channel"].to_numpy()
    classes = int(channel.max()) + 1
    order = np.argsort(channel, kind="stable").reshape(classes, -1)
    places = _places(layer.shape, channel)
    if classes > 1 and array.shape == (samples, *layer.shape):
        by_class = array.reshape(samples, -1).T[order]
        if not (np.isin(by_class, (0, 1)).all() and (by_class.sum(axis=0) == 1).all()):
            raise ParameterError(
                "y: of the classes of a sample one is 1 and the others are 0, which is not so; "
                "give the numbers of the classes, or leave y out"
            )
        return Labels(by_class.argmax(axis=0), order)
    if array.shape not in {(samples, *places), (samples, *places, 1)}:
        one_hot = "" if classes == 1 else f", or of {(samples, *layer.shape)} of 0 and 1"
        raise ParameterError(
            f"y: an array of the shape {array.shape}, but {samples:,} samples with the output "
            f"{layer.name!r} have class numbers of the shape {(samples, *places)}{one_hot}"
        )
    most = max(classes, 2) - 1
    if not np.isin(array, np.arange(most + 1)).all():
        raise ParameterError(
            f"y: the output {layer.name!r} tells the classes 0 to {most} apart, and there are "
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
