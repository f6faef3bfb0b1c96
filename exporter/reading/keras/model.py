"""Open any trained Keras file as one list of layer calls, inputs first."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from exporter.reading.bounds import require_name
from exporter.reading.calls import LayerCall
from exporter.reading.keras.arrays import may_hold_not_finite
from exporter.reading.keras.calls import layer_calls
from exporter.reading.keras.defaults import keras_defaults
from exporter.reading.keras.graph import NotRecordedError
from exporter.reading.keras.importing import import_keras
from exporter.reading.keras.inputs import ModelInputs, inputs_of
from exporter.reading.keras.legacy import REPAIR, name_in_file
from exporter.reading.keras.legacy.built import note_other_meanings
from exporter.reading.keras.masks import silent_about_masks
from exporter.reading.keras.precision import half_precisions, in_single_precision
from exporter.reading.keras.refusing import refusing
from exporter.reading.keras.saved import Saved, read_saved
from exporter.reading.keras.unwirable_calls import unwirable
from exporter.reading.keras.values import predicted, running, tensor_values
from exporter.reading.keras.weights import BuiltModel, read_weights, unfilled
from exporter.reading.model_file import reading, sha256_of
from exporter.reading.opened_model import ModelTensor, ModelValues
from exporter.reading.refusal import Refusal, raise_unsupported
from queries.core.input_shapes import InputShapes


@dataclass(frozen=True)
class KerasModel:
    """A model file of Keras, opened; an ``OpenedModel``.

    Parameters
    ----------
    saved
        What the file says.
    calls
        The layer calls, each after those that it reads; nested models are taken apart.
    inputs, outputs
        The tensors that are the model's inputs and outputs.
    modules
        The modules of the classes in it that are not of Keras.
    """

    saved: Saved
    calls: tuple[LayerCall, ...]
    inputs: tuple[ModelTensor, ...]
    outputs: tuple[ModelTensor, ...]
    modules: tuple[str, ...]
    _read: ModelInputs
    _built: BuiltModel

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

    @cached_property
    def half_precisions(self) -> tuple[str, ...]:
        """The half precisions that the file names, such as ``mixed_float16``."""
        return half_precisions(self.saved.config)

    @cached_property
    def keras(self) -> Any:
        """The Keras model itself, not compiled, in single precision, and ready to compute."""
        self._built.make_live()
        return self._built.model

    def may_hold_not_finite(self) -> bool:
        """Tell whether the arrays of the file hold a number that is not finite.

        Raises
        ------
        ModelFileError
            If they cannot be read, or are more than a file of this size can hold.
        """
        with reading(self.path), refusing("its weights cannot be read"):
            return may_hold_not_finite(self.saved)

    def values(self, inputs: Sequence[NDArray[Any]]) -> ModelValues:
        """Run the model by Keras, and return the values of all of its tensors.

        Parameters
        ----------
        inputs
            One array for each of its inputs: shape ``(samples, *shape)``.

        Raises
        ------
        VerificationError
            If Keras builds the model, but cannot run it.
        """
        with reading(self.path), running(), silent_about_masks():
            # First, since the calls compute with its variables.
            model = self.keras
            return ModelValues(
                tensor_values(self.calls, self.inputs, inputs),
                predicted(model, self._read, inputs),
            )


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
    model = _keras_model(saved, built, read)
    if not partial:
        raise_unsupported(unwirable(model.calls))
    return model


def _keras_model(saved: Saved, built: BuiltModel, read: ModelInputs) -> KerasModel:
    """Take a model apart."""
    model = built.model
    with refusing("its layers cannot be taken apart"):
        try:
            walk = layer_calls(model, read)
        except NotRecordedError as error:
            refusal = Refusal(name_in_file(model.name), type(model).__name__, str(error))
            raise_unsupported([refusal])
            raise
    for call in walk.calls:
        require_name(call.name)
    return KerasModel(saved, walk.calls, walk.inputs, walk.outputs, walk.modules, read, built)


def _build(saved: Saved) -> Any:
    """Build the model with Keras, its safe mode on, and leave the weights alone."""
    import keras

    single = in_single_precision({**saved.config, "compile_config": None})
    # from_config alone leaves safe mode unset for what stands inside a layer's settings.
    with keras_defaults(), silent_about_masks():
        # Of a layer whose parts are not built before it is called, which happens next.
        warnings.filterwarnings("ignore", ".*build", UserWarning)
        model = keras.saving.deserialize_keras_object(single, safe_mode=True)
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
