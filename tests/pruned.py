"""What Keras says of a model without a channel."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def without(model: Any, layer: str, channel: int) -> Any:
    """Return a model of the same layers, in which a channel of one of them puts out 0."""
    import keras

    def call(called: Any, *args: Any, **kwargs: Any) -> Any:
        output = called(*args, **kwargs)
        if called.name != layer:
            return output
        return output * (np.arange(output.shape[-1]) != channel).astype(np.float32)

    return keras.models.clone_model(
        _functional(model), clone_function=lambda own: own, call_function=call
    )


def _functional(model: Any) -> Any:
    """Return a model of the same layers that takes and gives lists."""
    import keras

    return keras.Model(list(model.inputs), list(model.outputs))


def predicted(model: Any, inputs: Sequence[NDArray[Any]]) -> Floats:
    """Return what all outputs of a model are: shape (samples, outputs)."""
    outputs = _functional(model)(list(inputs), training=False)
    each = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    flat = [np.asarray(one, np.float64).reshape(len(inputs[0]), -1) for one in each]
    return np.concatenate(flat, axis=1)


def changes(model: Any, layer: str, channel: int, inputs: Sequence[NDArray[Any]]) -> Floats:
    """Return how the outputs change without a channel: shape (samples, outputs)."""
    return predicted(without(model, layer, channel), inputs) - predicted(model, inputs)
