"""Write and remove the files of a dataset, with the errors of a graph."""

from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from queries.files import whole
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
