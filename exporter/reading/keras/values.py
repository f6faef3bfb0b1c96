"""What Keras itself puts out for each tensor of a model."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from numpy.typing import NDArray

from exporter.reading.calls import LayerCall
from exporter.reading.keras.calls import functional_graph
from exporter.reading.opened_model import ModelTensor
from queries.errors import VerificationError


@contextmanager
def running() -> Iterator[None]:
    """Say that Keras cannot run a model, and why."""
    try:
        yield
    except Exception as error:  # TensorFlow raises of its own what Keras lets through.
        raise VerificationError(
            f"Keras itself cannot run this model: {type(error).__name__}: {_reason(str(error))}"
        ) from error


def _reason(message: str) -> str:
    """Return the line of an error that says why: Keras prints it in bold, amid others."""
    bold = re.search(r"\x1b\[1m(.+?)(\x1b|\n)", message)
    return bold[1] if bold else next(iter(message.strip().splitlines()), "no reason given")


def tensor_values(
    calls: Sequence[LayerCall], inputs: Sequence[ModelTensor], arrays: Sequence[NDArray[Any]]
) -> dict[int, Any]:
    """Call the layers one by one, because Keras does not give out what is in a nested model.

    Parameters
    ----------
    calls, inputs
        Those of the model.
    arrays
        One array for each of its inputs: shape ``(samples, *shape)``.

    Returns
    -------
    dict
        The tensors that layers put out, by position: shape ``(samples, *shape)``.
    """
    values: dict[int, Any] = {
        tensor.position: array for tensor, array in zip(inputs, arrays, strict=True)
    }
    for call in calls:
        if call.inputs:
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


def predicted(model: Any, inputs: Sequence[NDArray[Any]]) -> list[Any]:
    """Return what ``model.predict_on_batch`` says; ``predict`` takes longer to begin.

    Parameters
    ----------
    model
        The Keras model.
    inputs
        One array for each of its inputs: shape ``(samples, *shape)``.

    Returns
    -------
    list
        One array an output.
    """
    import keras
    import tensorflow as tf

    # A model is a functional graph, since layer_calls has walked through it.
    structure: Any = functional_graph(model)
    arguments = keras.tree.pack_sequence_as(structure._inputs_struct, list(inputs))
    try:
        return _flat(model.predict_on_batch(arguments))
    except tf.errors.OpError:
        model.compile(jit_compile=True)
        return _flat(model.predict_on_batch(arguments))


def _flat(outputs: Any) -> list[Any]:
    import keras

    return list(keras.tree.flatten(outputs))
