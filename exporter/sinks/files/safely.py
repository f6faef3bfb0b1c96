"""Write files so that none is ever seen half-written."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import pyarrow as pa

from queries.errors import GraphAccessError, GraphError

PART_SUFFIX: Final = ".part"


@contextmanager
def file_errors(path: Path) -> Iterator[None]:
    """Turn the errors of the file system into ours."""
    try:
        yield
    except pa.ArrowInvalid as error:
        raise GraphError(f"{path} is damaged: {error}") from None
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise GraphError(f"{path}: no space left on the disk") from None
        kind = GraphAccessError if error.errno in {errno.EACCES, errno.EROFS} else GraphError
        raise kind(f"{path}: {error.strerror or error}") from None


def write_safely(path: Path, mark: str, write: Callable[[Path], object]) -> None:
    """Write a file under a name of its own, and give it its name once it is on the disk.

    Parameters
    ----------
    path
        The file.
    mark
        Tells processes apart that write the same file.
    write
        Writes a file of the name that it is given.
    """
    part = path.with_name(f"{path.name}.{mark}{PART_SUFFIX}")
    try:
        with file_errors(path):
            write(part)
            with part.open("rb+") as written:
                os.fsync(written.fileno())
            part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def remove_folder(folder: Path, last: str) -> None:
    """Delete a folder of files; the file named ``last`` goes last."""
    with file_errors(folder):
        for file in sorted(folder.iterdir(), key=lambda file: file.name == last):
            file.unlink(missing_ok=True)
        # Another process may be at it too.
        with suppress(FileNotFoundError):
            folder.rmdir()
