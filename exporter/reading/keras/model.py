"""Open any trained Keras file as one list of layer calls, inputs first."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from exporter.reading.keras.arrays import may_hold_not_finite
from exporter.reading.keras.importing import import_keras
from exporter.reading.keras.inputs import inputs_of
from exporter.reading.keras.legacy import REPAIR
from exporter.reading.keras.legacy.built import note_other_meanings
from exporter.reading.keras.opened import OpenedKeras, build, taken_apart
from exporter.reading.keras.refusing import refusing
from exporter.reading.keras.saved import Saved, read_saved
from exporter.reading.keras.unwirable_calls import unwirable
from exporter.reading.keras.values import predicted
from exporter.reading.keras.weights import read_weights, unfilled
from exporter.reading.model_file import reading, sha256_of
from exporter.reading.refusal import raise_unsupported
from queries.core.input_shapes import InputShapes


@dataclass(frozen=True)
class KerasModel(OpenedKeras):
    """A model file of Keras, opened; an ``OpenedModel``.

    Parameters
    ----------
    saved
        What the file says.
    """

    saved: Saved

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.saved.path

    @cached_property
    def sha256(self) -> str:
        """The file's SHA-256, in hexadecimal; it takes time, so only who needs it pays."""
        return sha256_of(self.path)

    @property
    def source(self) -> str:
        """What saved the file: ``Keras``, and its version if the file says it."""
        return f"Keras {self.saved.version}".rstrip()

    def may_hold_not_finite(self) -> bool:
        """Tell whether the arrays of the file hold a number that is not finite.

        Raises
        ------
        ModelFileError
            If they cannot be read, or are more than a file of this size can hold.
        """
        with reading(self.path), refusing("its weights cannot be read"):
            return may_hold_not_finite(self.saved)

    def _predicted(self, model: Any, inputs: Sequence[NDArray[Any]]) -> list[Any]:
        return predicted(model, self._read, inputs)


def open_file(
    path: Path, *, partial: bool, weights: bool, input_shape: InputShapes | None
) -> KerasModel:
    """Open a ``.keras`` or HDF5 model file of Keras 1, 2 or 3; run no code from it.

    Parameters
    ----------
    path, partial, weights, input_shape
        As in ``formats.open_model``.

    Returns
    -------
    KerasModel
        The model and its layer calls.

    Raises
    ------
    ModelFileError
        If the file is damaged, not a model, or too new for this Keras.
    UnsupportedLayerError
        If layers of the model are not handled; the message names all of them.
    ParameterError
        If a shape does not fit the model.
    """
    saved = read_saved(path, partial=partial)
    with _building(saved):
        built = unfilled(lambda: _build(saved), saved.size)
        read = inputs_of(built.model, input_shape)
        if weights:
            # First, since a layer that is taken apart makes constants of them.
            read_weights(saved, built)
    model = KerasModel(saved.config, taken_apart(built.model, read), read, built, saved)
    if not partial:
        raise_unsupported(unwirable(model.calls))
    return model


def _build(saved: Saved) -> Any:
    """Build the model with Keras, and leave the weights alone."""
    model = build(saved.config)
    if saved.old:
        note_other_meanings(model, saved.backend)
    return model


@contextmanager
def _building(saved: Saved) -> Iterator[None]:
    """Import Keras, and say which version of it cannot read which."""
    keras = import_keras()
    saved_by = f"; the file was saved by Keras {saved.version}" if saved.version else ""
    why = f"Keras {keras.__version__} cannot read this model{saved_by}"
    with refusing(why, REPAIR if saved.old else ""):
        yield
