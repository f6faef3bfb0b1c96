"""What somebody gives as a model: a file, or a model in memory."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from exporter.reading.formats import open_model, sha256_of_model
from exporter.reading.model_file import Place, readable
from exporter.reading.opened_model import OpenedModel
from queries.core.input_shapes import InputShapes
from queries.core.live_models import KERAS, ONNX, library_of, require_no_examples


class GivenModel(Protocol):
    """A model that is not opened; each kind has an implementation."""

    @property
    def place(self) -> Place:
        """Where it is."""

    @property
    def name(self) -> str:
        """What it is called where nobody says it."""

    @property
    def sha256(self) -> str:
        """What ``OpenedModel.sha256`` is."""

    @property
    def changed(self) -> datetime:
        """Since when it has been as it is, as far as that is known."""

    def open(
        self,
        *,
        partial: bool = False,
        weights: bool = True,
        input_shape: InputShapes | None = None,
    ) -> OpenedModel:
        """Open it, as ``formats.open_model`` does."""


@dataclass(frozen=True)
class ModelFile:
    """A model file; a ``GivenModel``."""

    place: Path

    @property
    def name(self) -> str:
        """The file's name without suffix."""
        return self.place.stem

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the file and of what belongs to it, in hexadecimal."""
        return sha256_of_model(self.place)

    @property
    def changed(self) -> datetime:
        """When the file was written."""
        return datetime.fromtimestamp(self.place.stat().st_mtime, UTC)

    def open(
        self,
        *,
        partial: bool = False,
        weights: bool = True,
        input_shape: InputShapes | None = None,
    ) -> OpenedModel:
        """Open the file."""
        return open_model(self.place, partial=partial, weights=weights, input_shape=input_shape)


def given_model(model: str | os.PathLike[str] | Any, example_inputs: Any = None) -> GivenModel:
    """Return what somebody gives as a model.

    Parameters
    ----------
    model
        The path of a model file, a ``keras.Model``, an ``onnx.ModelProto``, or a
        ``torch.nn.Module``.
    example_inputs
        What a ``torch.nn.Module`` is called with: a tensor, a list of the arguments, or a
        dictionary of them by name.

    Raises
    ------
    ParameterError
        If it is none of these, or is a module without inputs or something else with them.
    ModelFileError
        If the file cannot be read.
    """
    library = library_of(model)
    if library is not None and library.takes_examples:
        from exporter.reading.pytorch.live import TorchInMemory

        return TorchInMemory.of(model, example_inputs)
    require_no_examples(example_inputs)
    if library is KERAS:
        from exporter.reading.keras.live import KerasInMemory

        return KerasInMemory(model)
    if library is ONNX:
        from exporter.reading.onnx.live import OnnxInMemory

        return OnnxInMemory(model)
    return ModelFile(readable(model))
