"""What Keras itself puts out for each tensor of a model."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.reading.calls import LayerCall
from exporter.reading.keras.inputs import ModelInputs
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
            computed = _by_sample(call, values) if call.one_sample else _outputs(call, values)
            values.update(zip(call.outputs, computed, strict=True))
    return values


def _by_sample(call: LayerCall, values: Mapping[int, Any]) -> list[Any]:
    """Return what a call puts out that computes one sample at a time."""
    read = {position: values[position] for position in call.inputs}
    samples = len(next(iter(read.values())))
    outputs = _outputs_in_open_batch if _may_be_misread(call, read) else _outputs
    each = [
        outputs(call, {position: batch[at : at + 1] for position, batch in read.items()})
        for at in range(samples)
    ]
    return [np.concatenate(parts) for parts in zip(*each, strict=True)]


def _may_be_misread(call: LayerCall, values: Mapping[int, Any]) -> bool:
    """Tell whether Keras may take a tensor that is added for a bias, along an axis not its own.

    It does so where the tensor has a single axis that is longer than 1, which it cannot tell where
    the batch is open, as in ``model.predict``.
    """
    if type(call.layer).__name__ != "Add" or not hasattr(call.layer, "symbolic_call"):
        return False
    *_, second = (values[position] for position in call.inputs)
    return bool(second.ndim > 2 and sum(size > 1 for size in second.shape[1:]) == 1)  # noqa: PLR2004


def _outputs_in_open_batch(call: LayerCall, values: Mapping[int, Any]) -> list[Any]:
    """Return what a call puts out where Keras does not know how long the batch is."""
    import tensorflow as tf

    tensors = [tf.convert_to_tensor(value) for value in values.values()]
    specs = [tf.TensorSpec([None, *each.shape[1:]], each.dtype) for each in tensors]

    def called(*given: Any) -> Any:
        return _outputs(call, dict(zip(values, given, strict=True)))

    return [np.asarray(each) for each in tf.function(called, input_signature=specs)(*tensors)]


def _outputs(call: LayerCall, values: Mapping[int, Any]) -> list[Any]:
    """Return what a call puts out, one array an output."""
    args, kwargs = call.arguments(values)
    return flat(_called(call.layer, args, kwargs))


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


def predicted(model: Any, read: ModelInputs, inputs: Sequence[NDArray[Any]]) -> list[Any]:
    """Return what ``model.predict_on_batch`` says; ``predict`` takes longer to begin.

    Parameters
    ----------
    model, read
        The Keras model, and what it is called with.
    inputs
        One array for each of its inputs: shape ``(samples, *shape)``.

    Returns
    -------
    list
        One array an output.
    """
    import tensorflow as tf

    arguments = read.packed(inputs)
    try:
        return flat(model.predict_on_batch(arguments))
    except tf.errors.OpError:
        model.compile(jit_compile=True)
        return flat(model.predict_on_batch(arguments))


def flat(outputs: Any) -> list[Any]:
    """Return what a model puts out as one array an output."""
    import keras

    return list(keras.tree.flatten(outputs))
