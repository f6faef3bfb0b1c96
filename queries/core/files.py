"""Write a file whole: what is seen under its name is the old content or the new one.

What is written goes to a temporary file in the same folder, which takes the place of the file once
it is complete and on the disk. The temporary name cannot be guessed, and nothing is opened that is
there already. A file that is replaced keeps its mode; another hard link to it keeps the old
content. A link stays: the file that it names is replaced. Devices and named pipes cannot be
replaced, and are written to directly.
"""

import errno
import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, NoReturn, TextIO

from queries.core.address import path_text
from queries.core.arguments import path_of
from queries.core.holding import hold, is_at, part_beside
from queries.errors import OutputError

_MOST_LINKS: Final = 40
_PERMISSIONS: Final = 0o777
# Windows has neither links that are followed here nor descriptors that children inherit.
_FLAGS: Final = (
    os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
)


def expanded(path: str | os.PathLike[str], name: str = "path") -> Path:
    """Return a path that somebody gave, in which ``~`` is their home folder.

    A shell does not expand it behind ``--graph=``, nor does Python.

    Parameters
    ----------
    path
        The path.
    name
        The argument that it is the value of, for a message.

    Raises
    ------
    ParameterError
        If it is no path.
    """
    return Path(os.path.expanduser(path_of(name, path)))  # noqa: PTH111 - a Path refuses unknown users.


def check_file(path: str | os.PathLike[str], name: str = "path") -> Path:
    """Return a file that is to be written, ``~`` expanded, before the work for it begins.

    Parameters
    ----------
    path
        The file, which may be there already.
    name
        The argument that it is the value of, for a message.

    Raises
    ------
    OutputError
        If there cannot be such a file.
    ParameterError
        If it is no path.
    """
    file = expanded(path, name)
    with _our_errors(file):
        parent = _mode(file.parent)
        if parent is None or not stat.S_ISDIR(parent):
            raise OutputError(
                f"cannot write {path_text(file)}: it is in a folder that does not exist"
            )
        mode = _mode(file)
    if mode is not None and stat.S_ISDIR(mode):
        raise OutputError(f"cannot write {path_text(file)}: it is a folder")
    return file


@contextmanager
def replaced(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a file for bytes; they take the place of the old ones at the end of the block.

    Where the block ends by an exception, the file stays as it was.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    file = check_file(path)
    with _our_errors(file), whole(file) as stream:
        yield stream


@contextmanager
def replaced_text(path: str | os.PathLike[str]) -> Iterator[TextIO]:
    """Open a file as ``replaced`` does, for UTF-8 text whose line ends stay as they are."""
    with (
        replaced(path) as stream,
        open(stream.fileno(), "w", encoding="utf-8", newline="", closefd=False) as text,
    ):
        yield text


@contextmanager
def _our_errors(file: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        # Nobody reads on; that ends a command quietly.
        raise
    except OSError as error:
        raise OutputError(f"cannot write {path_text(file)}: {error.strerror or error}") from None


@contextmanager
def whole(file: Path) -> Iterator[BinaryIO]:
    """Open a file as ``replaced`` does, and let the errors of the file system through.

    Parameters
    ----------
    file
        The file, in a folder that exists.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    target = _followed(file)
    there = _descriptor(target)
    if there is not None:
        # Opened anew it would be cut, and written from its beginning.
        with os.fdopen(os.dup(there), "wb") as open_already:
            yield open_already
        return
    mode = _mode(target)
    if mode is not None and not stat.S_ISREG(mode):
        with target.open("wb") as special:
            yield special
        return
    if mode is not None and not os.access(target, os.W_OK):
        _deny("the file may not be written")
    part, stream = _held_part(target, mode)
    try:
        with stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
            if sys.platform == "win32":
                # An open file has to keep its name there.
                stream.close()
            part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def _held_part(target: Path, mode: int | None) -> tuple[Path, BinaryIO]:
    """Make a temporary file; another process may take it for left before it is held."""
    while True:
        # No longer than any other name: a long one of the file is no part of it.
        part = part_beside(target)
        stream = _open_part(part, mode)
        hold(stream.fileno())
        if sys.platform == "win32" or is_at(part, stream.fileno()):
            return part, stream
        stream.close()


def _open_part(part: Path, mode: int | None) -> BinaryIO:
    """Make a temporary file, which at no time may be read by more users than the old one."""
    permissions = None if mode is None else stat.S_IMODE(mode) & _PERMISSIONS
    descriptor = os.open(part, _FLAGS, 0o666 if permissions is None else permissions)
    if permissions is not None and hasattr(os, "fchmod"):
        # The umask took some away.
        os.fchmod(descriptor, permissions)
    return os.fdopen(descriptor, "wb")


def _mode(path: Path) -> int | None:
    """Return the mode of what is at a path, None for nothing."""
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None


def _followed(file: Path) -> Path:
    """Return what a link names, directly or by other links."""
    for _ in range(_MOST_LINKS):
        if not file.is_symlink() or _descriptor(file) is not None:
            return file
        _require_trusted(file)
        file = file.parent / file.readlink()
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))


def _require_trusted(link: Path) -> None:
    """Refuse a link that another user may have put there, as Linux does by protected_symlinks."""
    folder = link.parent.stat()
    shared = folder.st_mode & stat.S_ISVTX and folder.st_mode & stat.S_IWOTH
    if shared and link.lstat().st_uid not in {os.geteuid(), folder.st_uid}:
        _deny("it is a link of another user, in a folder where everybody may put one")


def _deny(reason: str) -> NoReturn:
    raise PermissionError(errno.EACCES, f"{os.strerror(errno.EACCES)}: {reason}")


def _descriptor(path: Path) -> int | None:
    """Return which open file of this process a path names, such as /dev/stdout by its link."""
    if not path.name.isdecimal():
        return None
    folder = os.path.realpath(path.parent)
    ours = re.fullmatch(rf"/dev/fd|/proc/{os.getpid()}(/task/\d+)?/fd", folder)
    return int(path.name) if ours else None
