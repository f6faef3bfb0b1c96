"""A model file by its path: whether it can be read, its hash, and its name before each error."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from queries.core.address import may_be_secret
from queries.core.files import expanded
from queries.core.text import printable
from queries.errors import ModelFileError, VerificationError


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Put the path of a model file before what is wrong with it.

    What reads a file raises the plain reason; only this says where.

    Parameters
    ----------
    path
        The model file.
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
        If the file cannot be read.
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
            return path
    except IsADirectoryError:
        raise ModelFileError(
            f"{path} is a folder, not a model file; save the model as .keras or .h5"
        ) from None
    except OSError as error:
        raise ModelFileError(f"cannot read {path}: {error.strerror}") from None


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
