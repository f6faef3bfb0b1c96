"""What Keras itself puts out for each layer of a model."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.calls import functional_graph
from exporter.model import KerasModel
from exporter.planning import Trace
from queries.errors import VerificationError


def keras_values(
    model: KerasModel, traced: Trace, *, samples: int = 4, seed: int = 0
) -> dict[str, NDArray[np.float64]]:
    """Run a model on random inputs and return the value of every neuron.

    Layers are called one by one, because Keras does not give out what is within a nested
    model. Neurons that stand in an output of the model have what ``model.predict`` says.

    Parameters
    ----------
    model, traced
        The model, and its neurons.
    samples
        How many inputs, drawn from the standard normal distribution.
    seed
        Seed of the inputs.

    Returns
    -------
    dict
        By layer: shape ``(samples, neurons)``.

    Raises
    ------
    VerificationError
        If Keras builds the model, but cannot run it.
    """
    random = np.random.default_rng(seed)
    inputs = [
        _drawn(random, (samples, *tensor.shape[1:]), tensor.dtype) for tensor in model.keras.inputs
    ]
    neurons = np.zeros((samples, traced.plan.neurons))
    try:
        tensors, predicted = _tensors(model, inputs), _predicted(model, inputs)
    except Exception as error:  # TensorFlow raises of its own what Keras lets through.
        raise VerificationError(
            f"{model.path}: Keras itself cannot run this model: {type(error).__name__}: "
            f"{_reason(str(error))}"
        ) from error
    for position, value in tensors.items():
        _put(neurons, traced.ids[position], value)
    for index, (call, stage) in traced.inner.items():
        layer = traced.plan.layers[index]
        args, kwargs = call.arguments(tensors)
        _put(neurons, np.arange(layer.first, layer.last + 1), stage.output(*args, **kwargs))
    for position, value in zip(model.outputs, predicted, strict=True):
        _put(neurons, traced.ids[position], value)
    first = traced.plan.layers[0].first
    return {
        layer.name: neurons[:, layer.first - first : layer.last + 1 - first]
        for layer in traced.plan.layers
    }


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


def _put(neurons: NDArray[np.float64], ids: NDArray[np.int64], value: Any) -> None:
    """Note the values of a tensor at the neurons that stand in it."""
    real = ids.reshape(-1) >= 0
    flat = np.asarray(value, dtype=np.float64).reshape(len(neurons), -1)
    neurons[:, ids.reshape(-1)[real]] = flat[:, real]


def _tensors(model: KerasModel, inputs: list[Any]) -> dict[int, Any]:
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
        # model.predict says so as well, even where the model was built with training=True.
        kwargs = {**kwargs, "training": False}
    try:
        return layer(*args, **kwargs)
    except tf.errors.OpError:
        # For some settings, such as channels before space, only XLA can compute on a CPU.
        return tf.function(lambda: layer(*args, **kwargs), jit_compile=True)()


def _predicted(model: KerasModel, inputs: list[Any]) -> list[Any]:
    """Return what ``model.predict`` says."""
    import keras
    import tensorflow as tf

    # A model is a functional graph, since layer_calls has walked through it.
    structure: Any = functional_graph(model.keras)
    given = keras.tree.pack_sequence_as(structure._inputs_struct, inputs)
    samples = len(inputs[0])
    try:
        return _flat(model.keras.predict(given, batch_size=samples, verbose=0))
    except tf.errors.OpError:
        model.keras.compile(jit_compile=True)
        return _flat(model.keras.predict(given, batch_size=samples, verbose=0))


def _flat(outputs: Any) -> list[Any]:
    import keras

    return list(keras.tree.flatten(outputs))
