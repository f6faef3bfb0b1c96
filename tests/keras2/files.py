"""Files that Keras 2 writes, and what the graph of such a file computes."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.planning.push import trace
from exporter.reading.keras.model import KerasModel
from exporter.reading.keras.quiet import quiet
from exporter.verifying.graph_source import StreamSource
from exporter.verifying.replay import replay
from tests.opening import open_model

Arrays = Sequence[NDArray[np.float32]]

FORMATS = (".h5", ".keras")
TOLERANCE = 2e-5


def keras2() -> Any:
    """Import tf-keras, which is Keras 2 under a name of its own."""
    with quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import tf_keras
    return tf_keras


def filled(model: Any, seed: int = 0) -> Any:
    """Give every variable random values that keep the signal between dying and exploding."""
    random = np.random.default_rng(seed)
    for variable in model.variables:
        # What a Normalization has adapted to is not read from its variables again.
        adapted = variable.name.split("/")[-1] in {"mean:0", "variance:0"}
        if variable.dtype.is_floating and not adapted:
            variable.assign(_values(random, variable.name, tuple(variable.shape)))
    return model


def _values(random: np.random.Generator, name: str, shape: tuple[int, ...]) -> Any:
    if "variance" in name:
        return random.uniform(0.5, 2.0, shape)
    if "gamma" in name:
        return random.uniform(0.5, 1.5, shape)
    if "kernel" in name:
        fan_in = np.prod(shape[:-2]) if "depthwise" in name else np.prod(shape[:-1])
        return random.normal(0.0, np.sqrt(2.0 / fan_in), shape)
    return random.normal(0.0, 0.1, shape)


def inputs_of(model: Any, seed: int = 1) -> list[NDArray[np.float32]]:
    """Draw what a model is given: two samples for each of its inputs."""
    random = np.random.default_rng(seed)
    return [
        random.normal(0, 1, (2, *tensor.shape[1:])).astype("float32") for tensor in model.inputs
    ]


def saved(model: Any, folder: Path, suffix: str) -> Path:
    """Save a model as Keras 2 does."""
    path = folder / f"model{suffix}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.save(path)
    return path


def predicted(model: Any, inputs: Arrays) -> list[NDArray[np.float64]]:
    """Return what Keras 2 itself predicts, one array an output."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outputs = model(list(inputs) if len(inputs) > 1 else inputs[0], training=False)
    several = outputs if isinstance(outputs, list) else [outputs]
    return [np.asarray(output, dtype=np.float64) for output in several]


def replayed(path: Path, inputs: Arrays) -> list[NDArray[np.float64]]:
    """Return what the graph of a model file computes, one array an output."""
    opened = open_model(path)
    traced = trace(opened)
    known = {
        _input_layer(opened, position): np.asarray(given, dtype=np.float64)
        for position, given in enumerate(inputs)
    }
    by_layer = replay(StreamSource(traced.plan), known)
    values = np.concatenate([by_layer[layer.name] for layer in traced.plan.layers], axis=1)
    first = traced.plan.layers[0].first
    return [_standing(values, traced.ids[tensor.position] - first) for tensor in opened.outputs]


def _input_layer(opened: KerasModel, position: int) -> str:
    """Return the name of the layer of neurons of an input of the model."""
    wanted = opened.inputs[position].position
    return next(call.name for call in opened.calls if wanted in call.outputs)


def _standing(values: NDArray[np.float64], ids: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what stands in a tensor: neurons, and the constant 0."""
    return np.where(ids >= 0, values[:, np.maximum(ids, 0)], 0.0)


def difference(model: Any, path: Path, inputs: Arrays) -> float:
    """Return by how much the graph of a file differs from what Keras 2 predicts.

    A share of the largest output.
    """
    found, wanted = replayed(path, inputs), predicted(model, inputs)
    assert len(found) == len(wanted)
    shares = []
    for graph, keras in zip(found, wanted, strict=True):
        assert graph.shape == keras.shape
        assert np.isfinite(keras).all()
        assert np.abs(keras).max() > 0
        shares.append(np.abs(graph - keras).max() / np.abs(keras).max())
    return float(max(shares))
