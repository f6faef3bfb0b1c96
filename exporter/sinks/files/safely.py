"""Write files so that none is ever seen half-written."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from queries.stores.dataset import REMOVED_SUFFIX
from queries.stores.dataset.files import file_errors

PART_SUFFIX: Final = ".part"


def write_safely(path: Path, mark: str, write: Callable[[BinaryIO], object]) -> None:
    """Write a file under a name of its own, and give it its name once it is on the disk.

    Parameters
    ----------
    path
        The file.
    mark
        Tells processes apart that write the same file.
    write
        Writes into the file that it is given.
    """
    part = path.with_name(f"{path.name}.{mark}{PART_SUFFIX}")
    try:
        with file_errors(path):
            with part.open("wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def remove_folder(folder: Path, mark: str) -> None:
    """Delete a folder of files; at once it has a name that tells what is happening to it."""
    removed = folder.with_name(f"{folder.name}.{mark}{REMOVED_SUFFIX}")
    with file_errors(folder), suppress(FileNotFoundError):
        folder.rename(removed)
    finish_removing(removed)


def finish_removing(removed: Path) -> None:
    """Delete a folder that got such a name; another process may be at it too."""
    with file_errors(removed), suppress(FileNotFoundError):
        for file in removed.iterdir():
            file.unlink(missing_ok=True)
        removed.rmdir()
