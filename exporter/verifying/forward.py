"""What a model puts out at inputs, by tensor and by neuron."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.planning.layer import PlannedLayer
from exporter.planning.push import Trace
from exporter.reading.opened_model import ModelValues, OpenedModel
from exporter.wiring import Stage
from exporter.wiring.sources import Ids, IdSum
from queries.errors import VerificationError


def neuron_values(model: OpenedModel, traced: Trace, values: ModelValues) -> NDArray[np.float64]:
    """Return what each neuron puts out, read from the output of the layer that it is of.

    No tensor is looked at that layers behind it only move about. What is within a layer that
    computes in steps the model does not give out: its handler has a formula for it.

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
        If a step of a layer cannot be run.
    """
    calls = {call.name: call for call in model.calls}
    result = np.empty((traced.plan.neurons, len(values.outputs[0])))
    for layer in traced.plan.layers:
        if layer.index in traced.inner:
            value = _of_stage(layer, *traced.inner[layer.index], result)
        else:
            value = values.tensors[calls[layer.name].outputs[-1]]
        result[layer.first : layer.last + 1] = by_element(value)
    return result


def _of_stage(
    layer: PlannedLayer,
    stage: Stage,
    reads: Sequence[Ids | IdSum],
    result: NDArray[np.float64],
) -> NDArray[Any]:
    """Return what a step of a layer puts out, from the values of the neurons that it reads.

    It gets them in single precision, so that it overflows where Keras does.
    """
    assert stage.output is not None  # noqa: S101
    operands = [_values_at(np.asarray(ids), result).astype(np.float32) for ids in reads]
    try:
        with np.errstate(all="ignore"):
            value = np.asarray(stage.output(*operands))
    except Exception as error:
        raise _wrong_output(layer, f"{type(error).__name__}: {error}") from error
    if value.shape != (result.shape[1], *layer.shape):
        shapes = f"the shape {value.shape[1:]}, but it has {layer.shape}"
        raise _wrong_output(layer, shapes)
    return value


def _wrong_output(layer: PlannedLayer, why: str) -> VerificationError:
    return VerificationError(
        f"the output of {layer.name!r} ({layer.class_name}), as its handler says it: {why}"
    )


def _values_at(ids: Ids, result: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the values of neurons, 0 where there is none: shape ``(samples, *ids.shape)``."""
    values = np.where((ids >= 0)[..., np.newaxis], result[ids], 0.0)
    return np.moveaxis(values, -1, 0)


def by_element(value: Any) -> NDArray[np.float64]:
    """Return the values of a tensor: shape ``(elements, samples)``."""
    array = np.asarray(value, dtype=np.float64)
    return array.reshape(len(array), -1).T
