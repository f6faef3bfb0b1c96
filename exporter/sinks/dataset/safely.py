"""Write and remove the files of a dataset, with the errors of a graph."""

import errno
import shutil
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from queries.core.files import whole
from queries.core.holding import held_folder, part_beside, remove_parts
from queries.stores.dataset import REMOVED_SUFFIX
from queries.stores.dataset.files import file_errors


def write_file(path: Path, content: bytes | pa.Buffer) -> None:
    """Write a file whole.

    Parameters
    ----------
    path
        The file.
    content
        All of it.

    Raises
    ------
    GraphError
        If it cannot be written.
    """
    with file_errors(path), whole(path) as file:
        file.write(content)


def write_text(path: Path, text: str) -> None:
    """Write a file of text whole, unless it is there as it should be.

    So a model can be dropped from a disk that is full.
    """
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        write_file(path, text.encode())


def make_folder(folder: Path, file: str, content: str) -> bool:
    """Make a folder with a file in it, both at once; return False where it is there already.

    Parameters
    ----------
    folder
        The folder.
    file, content
        Name and content of the file.

    Raises
    ------
    GraphError
        If it cannot be made.
    """

    def make() -> Path:
        part = part_beside(folder)
        part.mkdir()
        return part

    with file_errors(folder), held_folder(make) as part:
        try:
            write_file(part / file, content.encode())
            return _renamed(part, folder)
        finally:
            # It is gone where all went well.
            shutil.rmtree(part, ignore_errors=True)


def _renamed(part: Path, folder: Path) -> bool:
    """Rename a folder, unless there is one of the new name that holds something."""
    try:
        part.rename(folder)
    except OSError as error:
        if error.errno in {errno.EEXIST, errno.ENOTEMPTY}:
            return False
        raise
    return True


def sweep(dataset: Path) -> None:
    """Delete what killed processes have left half-written in a dataset."""
    remove_parts(dataset)
    for folder in (*dataset.glob("*/"), *dataset.glob("*/*/")):
        remove_parts(folder)


def remove_folder(folder: Path, mark: str) -> None:
    """Delete a folder of files; at once it has a name that tells what is happening to it."""
    removed = folder.with_name(f"{folder.name}.{mark}{REMOVED_SUFFIX}")
    with file_errors(folder), suppress(FileNotFoundError):
        folder.rename(removed)
    finish_removing(removed)


def finish_removing(removed: Path) -> None:
    """Delete a folder that got such a name; another process may be at it too."""
    with file_errors(removed), suppress(FileNotFoundError):
        for each in removed.iterdir():
            # Stored inputs have a folder of their own.
            if each.is_dir() and not each.is_symlink():
                finish_removing(each)
            else:
                each.unlink(missing_ok=True)
        removed.rmdir()
