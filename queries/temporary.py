"""Temporary files, and what is said where they cannot be written."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from queries.errors import TemporaryFileError


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give a folder that this user alone may read; it is removed in the end.

    Raises
    ------
    TemporaryFileError
        If it cannot be made.
    """
    with temporary_errors():
        folder = tempfile.TemporaryDirectory(prefix="neurongraph-")
    with folder as name:
        yield Path(name)


@contextmanager
def temporary_errors() -> Iterator[None]:
    """Raise TemporaryFileError where a temporary file cannot be written."""
    try:
        yield
    except OSError as error:
        place = f"{tempfile.tempdir}: " if tempfile.tempdir else ""
        raise TemporaryFileError(
            f"a temporary file cannot be written: {place}{error.strerror or error}; make room "
            "there, or name a folder that has it by TMPDIR"
        ) from None
