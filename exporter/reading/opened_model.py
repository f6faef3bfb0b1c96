"""What opening a model file gives, whatever its format: all that planning and proof know of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from exporter.reading.calls import LayerCall, Shape, Tensor
from exporter.reading.model_file import Place


@dataclass(frozen=True)
class ModelTensor(Tensor):
    """A tensor that is an input or an output of a model.

    Parameters
    ----------
    shape
        Its shape without the batch, None where an axis is open.
    dtype
        What its values are stored as.
    """

    shape: Shape
    dtype: str


@dataclass(frozen=True)
class ModelValues:
    """What a model puts out at some inputs.

    Parameters
    ----------
    tensors
        The values of each tensor, by its position: shape ``(samples, *shape)``.
    outputs
        What the whole model says, run as its users run it: one array an output.
    """

    tensors: Mapping[int, Any]
    outputs: Sequence[Any]


class OpenedModel(Protocol):
    """A model, opened; each format has an implementation, and so has each library in memory."""

    @property
    def path(self) -> Place:
        """Where the file is, or the model in memory."""

    @property
    def sha256(self) -> str:
        """The file's SHA-256, in hexadecimal; of a model in memory, that of all that it is."""

    @property
    def source(self) -> str:
        """What saved the file, such as ``Keras 3.15.1``: a name, and a version if it is known."""

    @property
    def calls(self) -> Sequence[LayerCall]:
        """The layer calls, each after those that it reads; nested models are taken apart."""

    @property
    def inputs(self) -> Sequence[ModelTensor]:
        """The inputs of the model; no axis of their shapes is open."""

    @property
    def outputs(self) -> Sequence[ModelTensor]:
        """The outputs of the model."""

    @property
    def modules(self) -> Sequence[str]:
        """The modules that must be imported before the file can be opened."""

    @property
    def half_precisions(self) -> tuple[str, ...]:
        """The half precisions that the file names, such as ``mixed_float16``; read as float32."""

    def may_hold_not_finite(self) -> bool:
        """Tell whether the arrays of the file hold a number that is not finite.

        They are looked through piece by piece, also where the model was opened without weights.

        Raises
        ------
        ModelFileError
            If they cannot be read.
        """

    def values(self, inputs: Sequence[NDArray[Any]]) -> ModelValues:
        """Run the model by the library of its format, and return the values of all tensors.

        Parameters
        ----------
        inputs
            One array for each of its inputs: shape ``(samples, *shape)``.

        Raises
        ------
        VerificationError
            If the library cannot run the model.
        """
