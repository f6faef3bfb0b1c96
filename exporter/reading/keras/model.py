"""Open any trained Keras file as one list of layer calls, inputs first."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from exporter.reading.bounds import require_name
from exporter.reading.keras.calls import LayerCall, layer_calls
from exporter.reading.keras.defaults import keras_defaults
from exporter.reading.keras.legacy import REPAIR
from exporter.reading.keras.legacy.built import note_other_meanings
from exporter.reading.keras.precision import half_precisions, in_single_precision
from exporter.reading.keras.quiet import quiet
from exporter.reading.keras.refusing import refusing
from exporter.reading.keras.saved import Saved, read_saved
from exporter.reading.keras.weights import read_arrays, read_weights, unfilled, zeros
from queries.core.log import logger
from queries.errors import ModelFileError

T = TypeVar("T")


@dataclass(frozen=True)
class KerasModel:
    """A model file, opened.

    Parameters
    ----------
    path
        Where the file is.
    keras_version
        The Keras version that saved the file; empty where the file does not say.
    calls
        The layer calls, each after those that it reads; nested models are taken apart.
    outputs
        The tensors that are the model's outputs, by their positions.
    keras
        The Keras model itself, not compiled, and in single precision.
    half_precisions
        The half precisions that the file names, such as ``mixed_float16``.
    """

    path: Path
    keras_version: str
    calls: tuple[LayerCall, ...]
    outputs: tuple[int, ...]
    keras: Any
    half_precisions: tuple[str, ...] = ()

    @cached_property
    def sha256(self) -> str:
        """The file's SHA-256, in hexadecimal; it takes time, so only who needs it pays."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @property
    def input_shapes(self) -> list[tuple[int, ...]]:
        """Shape of each input, without the batch."""
        return [tuple(tensor.shape[1:]) for tensor in self.keras.inputs]

    @property
    def output_shapes(self) -> list[tuple[int, ...]]:
        """Shape of each output, without the batch."""
        return [tuple(tensor.shape[1:]) for tensor in self.keras.outputs]


def open_model(path: str | os.PathLike[str], *, partial: bool = False) -> KerasModel:
    """Open a ``.keras`` or HDF5 model file of Keras 2 or 3; run no code from it.

    Parameters
    ----------
    path
        The model file.
    partial
        Refuse only layers that cannot be built without running code of somebody's own; what
        else cannot be wired the plan leaves out.

    Returns
    -------
    KerasModel
        The model and its layer calls.

    Raises
    ------
    ModelFileError
        If the file is missing, damaged, not a model, or too new for this Keras.
    UnsupportedLayerError
        If layers of the model are not handled; the message names all of them.
    """
    begun = time.perf_counter()
    saved = read_saved(path, partial=partial)
    path = saved.path
    with _reading(saved):
        model = zeros(path, lambda: _build(saved))
    opened = _opened(saved, model)
    with _reading(saved):
        read_weights(saved, model)
    seconds = time.perf_counter() - begun
    logger.info("opened %s, %d layer calls, in %.1f s", path, len(opened.calls), seconds)
    return opened


def look_at(
    path: str | os.PathLike[str], look: Callable[[KerasModel], T], *, weights: bool = False
) -> T:
    """Open a model file for as long as somebody looks at it; nothing is computed by Keras.

    Parameters
    ----------
    path
        The model file.
    look
        Called with the model.
    weights
        Read the weights, as arrays of NumPy: with a third of the memory that Keras takes to
        read them. Else all variables are zeros, which take none.

    Returns
    -------
    object
        What ``look`` returns.

    Raises
    ------
    ModelFileError, UnsupportedLayerError
        As ``open_model`` does, but not where only the weights are damaged and not read.
    """
    saved = read_saved(path, partial=False)
    path = saved.path
    with ExitStack() as stack:
        with _reading(saved):
            model, scope = stack.enter_context(unfilled(path, lambda: _build(saved)))
        for variable in model.variables:
            # One 0 in memory stands for all elements.
            nothing = np.broadcast_to(np.zeros((), variable.dtype), tuple(variable.shape))
            scope.add_update((variable, nothing))
        opened = _opened(saved, model)
        if weights:
            with _reading(saved):
                read_arrays(saved, model)
        return look(opened)


def _opened(saved: Saved, model: Any) -> KerasModel:
    """Take a model apart, if its input shapes are known."""
    path = saved.path
    if not getattr(model, "inputs", None):
        raise ModelFileError(
            f"{path}: the model was saved before its input shape was known; "
            "begin it with an Input layer, and save it again"
        )
    for tensor in model.inputs:
        if None in tensor.shape[1:]:
            raise ModelFileError(
                f"{path}: input {tensor.name!r} has the open shape {tuple(tensor.shape[1:])}; "
                "save the model with a fixed input shape"
            )
    with refusing(path, "its layers cannot be taken apart"):
        calls, outputs = layer_calls(model)
    for call in calls:
        require_name(path, call.name)
    halves = half_precisions(saved.config)
    return KerasModel(path, saved.version, calls, outputs, model, halves)


def _build(saved: Saved) -> Any:
    """Build the model with Keras, its safe mode on, and leave the weights alone."""
    import keras

    single = in_single_precision({**saved.config, "compile_config": None})
    # from_config alone leaves safe mode unset for what stands inside a layer's settings.
    with keras_defaults():
        model = keras.saving.deserialize_keras_object(single, safe_mode=True)
    if saved.old:
        note_other_meanings(model, saved.backend)
    return model


@contextmanager
def _reading(saved: Saved) -> Iterator[None]:
    """Import Keras, and say which file it is that Keras cannot read."""
    with quiet():
        import keras

    saved_by = f"; the file was saved by Keras {saved.version}" if saved.version else ""
    why = f"Keras {keras.__version__} cannot read this model{saved_by}"
    with refusing(saved.path, why, REPAIR if saved.old else ""):
        yield
