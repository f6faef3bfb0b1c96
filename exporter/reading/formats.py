"""The formats of model files: a new one is a folder beside this file, and an entry here."""

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from exporter.reading.keras.model import open_file as open_keras
from exporter.reading.model_file import digest, readable, reading
from exporter.reading.onnx.files import companions as beside_onnx
from exporter.reading.onnx.model import open_file as open_onnx
from exporter.reading.opened_model import OpenedModel
from queries.core.input_shapes import InputShapes
from queries.core.log import logger


class Reader(Protocol):
    """What opens a file of a format: it says plainly what is wrong, without the path."""

    def __call__(
        self, path: Path, *, partial: bool, weights: bool, input_shape: InputShapes | None
    ) -> OpenedModel:
        """Open a file, as ``open_model`` does."""


@dataclass(frozen=True)
class Format:
    """A format of model files.

    Parameters
    ----------
    suffixes
        What the names of its files end in, in small letters.
    reader
        What opens them. It runs no code from the file, and imports what it needs when called.
    begins
        What their content begins with, as a regular expression; None where that is anything.
    companions
        Returns the files beside one that belong to it.
    """

    suffixes: tuple[str, ...]
    reader: Reader
    begins: re.Pattern[bytes] | None = None
    companions: Callable[[Path], tuple[Path, ...]] = lambda path: ()  # noqa: ARG005


# Of a protobuf: the version of the format, a small number, and a text or the graph behind it.
_ONNX: Final = re.compile(rb"\x08[\x01-\x1f][\x12\x1a\x22\x32\x3a\x42]")

FORMATS: Final[tuple[Format, ...]] = (
    Format((".keras", ".h5", ".hdf5"), open_keras, re.compile(rb"PK\x03\x04|\x89HDF")),
    Format((".onnx",), open_onnx, _ONNX, beside_onnx),
)
"""Every format; the first one also takes what is of none, and says what it is."""

_BEGIN: Final = 16


def format_of(path: Path) -> Format:
    """Return the format of a file by its content, or else by the end of its name."""
    with path.open("rb") as file:
        begin = file.read(_BEGIN)
    name = path.name.lower()
    named = [each for each in FORMATS if name.endswith(each.suffixes)]
    sure = [each for each in named if each.begins is None]
    known = [each for each in FORMATS if each.begins and each.begins.match(begin)]
    return next(iter([*sure, *known, *named, *FORMATS]))


def files_of(path: Path) -> tuple[Path, ...]:
    """Return a model file, and the files beside it that belong to it."""
    return (path, *format_of(path).companions(path))


def sha256_of_model(path: Path) -> str:
    """Return the SHA-256 of a model file and of what belongs to it, as ``OpenedModel.sha256``.

    Raises
    ------
    ModelFileError
        If a file that belongs to it is missing.
    """
    with reading(path):
        return digest(*files_of(path))


def open_model(
    path: str | os.PathLike[str],
    *,
    partial: bool = False,
    weights: bool = True,
    input_shape: InputShapes | None = None,
) -> OpenedModel:
    """Open a model file as a list of layer calls; run no code from it.

    Parameters
    ----------
    path
        The model file.
    partial
        Refuse only layers that cannot be built without running code of somebody's own; what
        else cannot be wired the plan leaves out.
    weights
        Read the weights, as arrays of NumPy. Else all of them are zeros, which take no memory,
        and a file whose weights alone are damaged is opened as well.
    input_shape
        The lengths of the inputs' axes, the batch left out: of one input its shape, of several
        by their names, or all in the model's order. None where no axis is open.

    Returns
    -------
    OpenedModel
        The model and its layer calls.

    Raises
    ------
    ModelFileError
        If the file is missing, damaged, not a model, or of a version that is too new.
    UnsupportedLayerError
        If layers of the model are not handled; the message names all of them.
    ParameterError
        If a shape does not fit the model.
    """
    begun = time.perf_counter()
    file = readable(path)
    with reading(file):
        model = format_of(file).reader(
            file, partial=partial, weights=weights, input_shape=input_shape
        )
    seconds = time.perf_counter() - begun
    logger.info("opened %s, %d layer calls, in %.1f s", file, len(model.calls), seconds)
    return model
