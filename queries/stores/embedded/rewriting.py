"""Write into the file of an embedded model: into a copy, which then takes its place.

Processes that have the file open read it without a lock, and would read what is half-changed. They
keep the file that they opened; who asks for it by its name gets the new one.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import ladybug

from queries.core.holding import held_folder, hold, is_at, part_beside, remove_parts
from queries.errors import GraphLockedError
from queries.stores.embedded.databases import open_database
from queries.stores.embedded.file_note import read_note, require_as_noted, write_note
from queries.stores.embedded.open_file import require_schema
from queries.stores.embedded.statements import ladybug_errors, run

if sys.platform != "win32":
    import fcntl


@contextmanager
def rewritten(file: Path, *, edits: bool) -> Iterator[ladybug.Connection]:
    """Give a copy of a model's file to write into, which takes its place at the end of the block.

    Where the block ends by an exception, or the process is killed, the file stays as it was. Of
    several processes one after the other does this.

    Parameters
    ----------
    file
        The file of a complete model.
    edits
        Whether the model is edited from then on.

    Raises
    ------
    GraphDamagedError
        If it is not as its load wrote it.
    GraphLockedError
        If another program writes it.
    GraphVersionError
        If it is of another release.
    """
    with ladybug_errors(file), ExitStack() as stack:
        target = stack.enter_context(_held(file))
        require_as_noted(file)
        remove_parts(target.parent)
        part = stack.enter_context(held_folder(lambda: _made(part_beside(target))))
        stack.callback(shutil.rmtree, part, ignore_errors=True)
        for each in (target, *_logs(target)):
            shutil.copy(each, part)
        copy = part / target.name
        with open_database(copy) as database, ladybug.Connection(database) as connection:
            require_schema(file, connection)
            yield connection
            run(connection, "CHECKPOINT")
        _take_place(copy, target, file, edits=edits)


def _take_place(copy: Path, target: Path, file: Path, *, edits: bool) -> None:
    with copy.open("rb+") as content:
        os.fsync(content.fileno())
    note = read_note(file)
    if note is not None:
        write_note(file, note, final=False)
    for log in _logs(target):
        log.unlink()
    copy.replace(target)
    if note is not None:
        write_note(file, {**note, "edited": note["edited"] or edits}, final=True)


@contextmanager
def _held(file: Path) -> Iterator[Path]:
    """Lock what a path names, also by a link; wait where another process rewrites it."""
    while True:
        target = file.resolve()
        descriptor = os.open(target, os.O_RDWR)
        try:
            hold(descriptor)
            if is_at(target, descriptor):
                _lock_as_ladybug(file, descriptor)
                yield target
                return
        finally:
            os.close(descriptor)


def _lock_as_ladybug(file: Path, descriptor: int) -> None:
    """Lock a file by the lock of those who write into it by LadybugDB themselves."""
    if sys.platform == "win32":
        return
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise GraphLockedError(
            f"{file} is locked by another process; wait until that has finished, or stop it"
        ) from None


def _logs(file: Path) -> list[Path]:
    """Return what LadybugDB leaves beside a file where a process that writes it is killed."""
    return list(file.parent.glob(f"{file.name}.*"))


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
