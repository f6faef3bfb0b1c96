"""Stdout of the command line, whose errors are ours."""

import errno
import io
import os
import sys
from typing import TYPE_CHECKING, Final

from queries.errors import OutputError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_STDOUT: Final = 1


class _Stdout(io.FileIO):
    """Stdout; after its first error it takes what comes, so that the run can end quietly."""

    _broken = False

    def write(self, content: "ReadableBuffer") -> int:
        """Write what the buffer hands over."""
        if self._broken:
            return memoryview(content).nbytes
        try:
            return super().write(content)
        except BrokenPipeError:
            self._broken = True
            raise
        except OSError as error:
            self._broken = True
            reason = "it is closed" if error.errno == errno.EBADF else error.strerror
            raise OutputError(f"cannot write to stdout: {reason}") from None


def guard_stdout() -> None:
    """Let writing to a stdout that is full or closed raise OutputError.

    A terminal is left as it is.
    """
    if not _is_open(_STDOUT):
        # Else the next file that is opened would get what anything prints.
        unwritable = os.open(os.devnull, os.O_RDONLY)
        if unwritable != _STDOUT:
            os.dup2(unwritable, _STDOUT)
            os.close(unwritable)
    if not os.isatty(_STDOUT):
        raw = _Stdout(_STDOUT, "w", closefd=False)
        encoding = getattr(sys.stdout, "encoding", "utf-8")
        errors = getattr(sys.stdout, "errors", "strict")
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(raw), encoding, errors)


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True
