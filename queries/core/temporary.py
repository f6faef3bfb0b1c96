"""Temporary folders, and what is said where nothing can be written there."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from queries.core.holding import PART_PREFIX, PART_SUFFIX, held_folder, remove_parts
from queries.errors import TemporaryFileError


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give a folder that this user alone may read; it is removed in the end.

    Raises
    ------
    TemporaryFileError
        If it cannot be made.
    """
    with ExitStack() as stack:
        with temporary_errors():
            folder = stack.enter_context(
                held_folder(lambda: Path(tempfile.mkdtemp(PART_SUFFIX, PART_PREFIX)))
            )
        # A browser that was stopped may still be writing there.
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        yield folder


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


def sweep_temporary() -> None:
    """Remove the temporary folders of processes of this user that were killed."""
    with suppress(OSError):
        remove_parts(Path(tempfile.gettempdir()))
