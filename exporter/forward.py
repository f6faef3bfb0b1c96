"""What Keras itself puts out for each layer of a model."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.calls import functional_graph
from exporter.model import KerasModel
from exporter.planning import Trace


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
    """
    random = np.random.default_rng(seed)
    inputs = [
        random.standard_normal((samples, *shape)).astype(np.float32) for shape in model.input_shapes
    ]
    neurons = np.zeros((samples, traced.plan.neurons))
    tensors = _tensors(model, inputs)
    for position, value in tensors.items():
        _put(neurons, traced.ids[position], value)
    for index, (call, stage) in traced.inner.items():
        layer = traced.plan.layers[index]
        args, _ = call.arguments(tensors)
        _put(neurons, np.arange(layer.first, layer.last + 1), stage.output(*args))
    for position, value in zip(model.outputs, _predicted(model, inputs), strict=True):
        _put(neurons, traced.ids[position], value)
    first = traced.plan.layers[0].first
    return {
        layer.name: neurons[:, layer.first - first : layer.last + 1 - first]
        for layer in traced.plan.layers
    }


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
