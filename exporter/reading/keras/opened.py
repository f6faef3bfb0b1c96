"""What a Keras file and a Keras model in memory have in common once they are opened."""

import warnings
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from numpy.typing import NDArray

from exporter.reading.bounds import require_name
from exporter.reading.calls import LayerCall
from exporter.reading.keras.calls import Calls, layer_calls
from exporter.reading.keras.defaults import keras_defaults
from exporter.reading.keras.graph import NotRecordedError
from exporter.reading.keras.inputs import ModelInputs
from exporter.reading.keras.legacy import name_in_file
from exporter.reading.keras.masks import silent_about_masks
from exporter.reading.keras.precision import half_precisions, in_single_precision
from exporter.reading.keras.refusing import refusing
from exporter.reading.keras.values import running, tensor_values
from exporter.reading.keras.weights import BuiltModel
from exporter.reading.model_file import Place, reading
from exporter.reading.opened_model import ModelTensor, ModelValues
from exporter.reading.refusal import Refusal, raise_unsupported


@dataclass(frozen=True)
class OpenedKeras(ABC):
    """A model of Keras, opened; an ``OpenedModel``.

    Parameters
    ----------
    config
        Its configuration as Keras 3 reads it.
    """

    config: dict[str, Any]
    _apart: Calls
    _read: ModelInputs
    _built: BuiltModel

    @property
    @abstractmethod
    def path(self) -> Place:
        """Where the model is."""

    @property
    def calls(self) -> tuple[LayerCall, ...]:
        """The layer calls, each after those that it reads; nested models are taken apart."""
        return self._apart.calls

    @property
    def inputs(self) -> tuple[ModelTensor, ...]:
        """The inputs of the model."""
        return self._apart.inputs

    @property
    def outputs(self) -> tuple[ModelTensor, ...]:
        """The outputs of the model."""
        return self._apart.outputs

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules of the classes in it that are not of Keras."""
        return self._apart.modules

    @cached_property
    def half_precisions(self) -> tuple[str, ...]:
        """The half precisions that the configuration names, such as ``mixed_float16``."""
        return half_precisions(self.config)

    @cached_property
    def keras(self) -> Any:
        """The Keras model that was built, not compiled, in single precision, ready to compute."""
        self._built.make_live()
        return self._built.model

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
                tensor_values(self.calls, self.inputs, inputs), self._predicted(model, inputs)
            )

    @abstractmethod
    def _predicted(self, model: Any, inputs: Sequence[NDArray[Any]]) -> list[Any]:
        """Return what the whole model says; ``model`` is the one that was built."""


def build(config: dict[str, Any]) -> Any:
    """Build a model with Keras, its safe mode on and in single precision, without weights.

    Parameters
    ----------
    config
        Its configuration as Keras 3 reads it.
    """
    import keras

    single = in_single_precision({**config, "compile_config": None})
    # from_config alone leaves safe mode unset for what stands inside a layer's settings.
    with keras_defaults(), silent_about_masks():
        # Of a layer whose parts are not built before it is called, which happens next.
        warnings.filterwarnings("ignore", ".*build", UserWarning)
        return keras.saving.deserialize_keras_object(single, safe_mode=True)


def taken_apart(model: Any, read: ModelInputs) -> Calls:
    """Take a built model apart.

    Raises
    ------
    UnsupportedLayerError
        If its ``call`` cannot be followed.
    ModelFileError
        If Keras fails on it, or a name in it cannot be stored.
    """
    with refusing("its layers cannot be taken apart"):
        try:
            apart = layer_calls(model, read)
        except NotRecordedError as error:
            refusal = Refusal(name_in_file(model.name), type(model).__name__, str(error))
            raise_unsupported([refusal])
            raise
    for call in apart.calls:
        require_name(call.name)
    return apart
