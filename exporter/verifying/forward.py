"""What Keras itself puts out for each tensor of a model."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.planning.layer import PlannedLayer
from exporter.planning.push import Trace
from exporter.reading.keras.calls import functional_graph
from exporter.reading.keras.model import KerasModel
from exporter.wiring import Stage
from queries.errors import VerificationError


@dataclass(frozen=True)
class ModelValues:
    """What a model puts out at some inputs.

    Parameters
    ----------
    tensors
        The values of each tensor, by its position: shape ``(samples, *shape)``.
    outputs
        What ``model.predict_on_batch`` says, one for each output of the model.
    """

    tensors: Mapping[int, Any]
    outputs: Sequence[Any]


def drawn_inputs(model: KerasModel, *, samples: int = 4, seed: int = 0) -> list[NDArray[Any]]:
    """Draw random inputs of a model.

    Parameters
    ----------
    model
        The model.
    samples
        How many, from the standard normal distribution; integers are what a pixel can be.
    seed
        Seed of the random numbers.

    Returns
    -------
    list
        One array for each input of the model: shape ``(samples, *shape)``.
    """
    random = np.random.default_rng(seed)
    return [
        _drawn(random, (samples, *tensor.shape[1:]), tensor.dtype) for tensor in model.keras.inputs
    ]


def keras_values(model: KerasModel, inputs: Sequence[NDArray[Any]]) -> ModelValues:
    """Run a model and return the values of all of its tensors.

    Layers are called one by one, because Keras does not give out what is within a nested
    model.

    Parameters
    ----------
    model
        The model.
    inputs
        One array for each of its inputs: shape ``(samples, *shape)``.

    Returns
    -------
    ModelValues
        The values.

    Raises
    ------
    VerificationError
        If Keras builds the model, but cannot run it.
    """
    with _running(model):
        return ModelValues(_tensors(model, inputs), _predicted(model, inputs))


def neuron_values(model: KerasModel, traced: Trace, values: ModelValues) -> NDArray[np.float64]:
    """Return what each neuron puts out, read from the output of the layer that it is of.

    No tensor is looked at that layers behind it only move about. What is within a layer that
    computes in steps Keras does not give out: its handler has a formula for it.

    Parameters
    ----------
    model, traced
        The model, and its neurons.
    values
        The values of its tensors.

    Returns
    -------
    numpy.ndarray
        Shape ``(neurons, samples)``.

    Raises
    ------
    VerificationError
        As ``keras_values``.
    """
    calls = {call.name: call for call in model.calls}
    found = np.empty((traced.plan.neurons, len(values.outputs[0])))
    for layer in traced.plan.layers:
        if layer.index in traced.inner:
            value = _of_stage(layer, *traced.inner[layer.index], found)
        else:
            value = values.tensors[calls[layer.name].outputs[0]]
        found[layer.first : layer.last + 1] = by_element(value)
    return found


def _of_stage(
    layer: PlannedLayer,
    stage: Stage,
    reads: Sequence[NDArray[np.int64]],
    known: NDArray[np.float64],
) -> NDArray[Any]:
    """Return what a step of a layer puts out, from the values of the neurons that it reads.

    It gets them in single precision, so that it overflows where Keras does.
    """
    assert stage.output is not None  # noqa: S101
    read = [_values_at(ids, known).astype(np.float32) for ids in reads]
    try:
        with np.errstate(all="ignore"):
            value = np.asarray(stage.output(*read))
    except Exception as error:
        raise _wrong_output(layer, f"{type(error).__name__}: {error}") from error
    if value.shape != (known.shape[1], *layer.shape):
        shapes = f"the shape {value.shape[1:]}, but it has {layer.shape}"
        raise _wrong_output(layer, shapes)
    return value


def _wrong_output(layer: PlannedLayer, why: str) -> VerificationError:
    return VerificationError(
        f"the output of {layer.name!r} ({layer.class_name}), as its handler says it: {why}"
    )


def _values_at(ids: NDArray[np.int64], known: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the values of neurons, 0 where there is none: shape ``(samples, *ids.shape)``."""
    values = np.where((ids >= 0)[..., np.newaxis], known[ids], 0.0)
    return np.moveaxis(values, -1, 0)


def by_element(value: Any) -> NDArray[np.float64]:
    """Return the values of a tensor: shape ``(elements, samples)``."""
    array = np.asarray(value, dtype=np.float64)
    return array.reshape(len(array), -1).T


@contextmanager
def _running(model: KerasModel) -> Iterator[None]:
    """Say that Keras cannot run a model, and why."""
    try:
        yield
    except Exception as error:  # TensorFlow raises of its own what Keras lets through.
        raise VerificationError(
            f"{model.path}: Keras itself cannot run this model: {type(error).__name__}: "
            f"{_reason(str(error))}"
        ) from error


def _reason(message: str) -> str:
    """Return the line of an error that says why: Keras prints it in bold, amid others."""
    bold = re.search(r"\x1b\[1m(.+?)(\x1b|\n)", message)
    return bold[1] if bold else next(iter(message.strip().splitlines()), "no reason given")


def _drawn(random: np.random.Generator, shape: tuple[int, ...], dtype: str) -> NDArray[Any]:
    """Draw an input of the model; one of integers gets what a pixel can be."""
    if "float" in dtype:
        return random.standard_normal(shape).astype(np.float32)
    most = 1 if dtype == "bool" else min(255, np.iinfo(dtype).max)
    return random.integers(0, most, shape, endpoint=True).astype(dtype)


def _tensors(model: KerasModel, inputs: Sequence[Any]) -> dict[int, Any]:
    """Call the layers one by one; return the tensors that layers put out, by position."""
    values: dict[int, Any] = {}
    given = dict(zip(map(id, model.keras.inputs), inputs, strict=True))
    for call in model.calls:
        if not call.inputs:
            values[call.outputs[0]] = given[id(call.layer.output)]
            continue
        args, kwargs = call.arguments(values)
        values.update(zip(call.outputs, _flat(_called(call.layer, args, kwargs)), strict=True))
    return values


def _called(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    import tensorflow as tf

    if getattr(layer, "_call_has_training_arg", False):
        # model.predict_on_batch says so as well, even where the model was built with training=True.
        kwargs = {**kwargs, "training": False}
    try:
        return layer(*args, **kwargs)
    except tf.errors.OpError:
        # For some settings, such as channels before space, only XLA can compute on a CPU.
        return tf.function(lambda: layer(*args, **kwargs), jit_compile=True)()


def _predicted(model: KerasModel, inputs: Sequence[Any]) -> list[Any]:
    """Return what ``model.predict_on_batch`` says; ``predict`` takes longer to begin."""
    import keras
    import tensorflow as tf

    # A model is a functional graph, since layer_calls has walked through it.
    structure: Any = functional_graph(model.keras)
    given = keras.tree.pack_sequence_as(structure._inputs_struct, list(inputs))
    try:
        return _flat(model.keras.predict_on_batch(given))
    except tf.errors.OpError:
        model.keras.compile(jit_compile=True)
        return _flat(model.keras.predict_on_batch(given))


def _flat(outputs: Any) -> list[Any]:
    import keras

    return list(keras.tree.flatten(outputs))
