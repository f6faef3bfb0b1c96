"""A model file by its path: whether it can be read, its hash, and its name before each error."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from exporter.reading.foreign import foreign_text
from queries.core.address import may_be_secret, path_text
from queries.core.files import expanded
from queries.core.live_models import Library, in_memory
from queries.core.text import printable
from queries.core.wording import MODEL_FILE
from queries.errors import ModelFileError, VerificationError


@dataclass(frozen=True)
class InMemory:
    """The place of a model that is in no file.

    Parameters
    ----------
    name
        What the model is called.
    library
        The library that it is of.
    """

    name: str
    library: Library

    def __str__(self) -> str:
        return in_memory(self.name)


Place = Path | InMemory
"""Where a model is."""


def word_of(place: Place) -> str:
    """Return what stands for a model in a command."""
    return path_text(place) if isinstance(place, Path) else MODEL_FILE


@contextmanager
def reading(path: Place) -> Iterator[None]:
    """Put the place of a model before what is wrong with it.

    What reads a file raises the plain reason; only this says where.

    Parameters
    ----------
    path
        Where the model is.
    """
    try:
        yield
    except (ModelFileError, VerificationError) as error:
        raise type(error)(printable(f"{path}: {error}")) from error.__cause__


def readable(path: str | os.PathLike[str]) -> Path:
    """Return the path of a file, ``~`` expanded.

    Raises
    ------
    ParameterError
        If it is no path.
    ModelFileError
        If the file cannot be read, or holds a model of a format that is not read, whatever its
        name.
    """
    path = expanded(path, "model")
    if may_be_secret(str(path)):
        raise ModelFileError(
            "the model is no file that exists; begin a path that has : @ ? or # in it with ./, "
            "and give the address of a server as the graph"
        )
    try:
        # To open a pipe waits for who writes it.
        if path.is_fifo():
            raise ModelFileError(f"{path} is a pipe, which cannot be read twice; give a file")
        with path.open("rb"):
            pass
    except IsADirectoryError:
        raise ModelFileError(printable(_folder_text(path))) from None
    except OSError as error:
        raise ModelFileError(f"cannot read {path}: {error.strerror}") from None
    if (text := foreign_text(path)) is not None:
        raise ModelFileError(printable(f"{path}: {text}"))
    return path


def _folder_text(folder: Path) -> str:
    text = foreign_text(folder)
    if text is not None:
        return f"{folder}: {text}"
    return f"{folder} is a folder, not a model file; save the model as .keras, .h5 or .onnx"


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(path: Path, *beside: Path) -> str:
    """Return the SHA-256 of a file, or of its own and those of the files that belong to it.

    Parameters
    ----------
    path
        The model file.
    *beside
        The files that belong to it.
    """
    return joined_digest(sha256_of(path), beside)


def joined_digest(own: str, beside: Sequence[Path]) -> str:
    """Return the SHA-256 of a model file whose own is known, and of the files that belong to it."""
    if not beside:
        return own
    each = [own, *(f"{file.name} {sha256_of(file)}" for file in beside)]
    return hashlib.sha256("\n".join(each).encode()).hexdigest()
