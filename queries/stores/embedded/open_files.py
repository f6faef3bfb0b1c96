"""The files of an embedded graph that are open for reading, few of them at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from queries.core.closing import Closing
from queries.stores.embedded.open_file import OpenFile, open_file

_MOST: Final = 8
"""Files that are open at once, unless more are in use: each has buffers."""

_Key = tuple[Path, int]
"""The path and the inode of a file: a model that is replaced is another file at the same path."""


@dataclass(eq=False)
class _Entry:
    """An open file.

    Parameters
    ----------
    file
        The file.
    users
        How many use it at this moment: it is not closed under them.
    """

    file: OpenFile
    users: int = 0


class OpenFiles(Closing):
    """Files that are kept open for the next question; any thread may use them.

    For another file the one is closed whose last use is the longest ago.

    Parameters
    ----------
    require
        Raises an error where a file must not be opened.
    """

    def __init__(self, require: Callable[[Path], None]) -> None:
        self._require = require
        self._lock = Lock()
        # The last one has been used last.
        self._entries: dict[_Key, _Entry] = {}

    @contextmanager
    def using(self, file: Path) -> Iterator[OpenFile]:
        """Give a file as it is at this moment, open until the end of the block at least.

        Parameters
        ----------
        file
            The file of a complete model.

        Raises
        ------
        FileNotFoundError
            If it is missing.
        GraphError
            If it cannot be opened.
        """
        with self._lock:
            entry = self._entry(file)
            entry.users += 1
        yield from self._used(entry)

    @contextmanager
    def using_load(self, load_id: str) -> Iterator[OpenFile | None]:
        """Give the file of a load if it is open, also where another has replaced it since."""
        with self._lock:
            entries = self._entries.items()
            key = next((key for key, each in entries if each.file.load_id == load_id), None)
            entry = None if key is None else self._moved_to_end(key)
            if entry is not None:
                entry.users += 1
        if entry is None:
            yield None
        else:
            yield from self._used(entry)

    def _used(self, entry: _Entry) -> Iterator[OpenFile]:
        try:
            yield entry.file
        finally:
            with self._lock:
                entry.users -= 1
                if not entry.users and entry not in self._entries.values():
                    entry.file.close()
                self._make_room(_MOST)

    def _entry(self, file: Path) -> _Entry:
        """Return an open file, opened if it is not."""
        key = file, file.stat().st_ino
        if key in self._entries:
            return self._moved_to_end(key)
        self._require(file)
        opened = open_file(file)
        # One of the same load has been rewritten since.
        self._drop(opened.load_id)
        self._make_room(_MOST - 1)
        entry = self._entries[key] = _Entry(opened)
        return entry

    def _moved_to_end(self, key: _Key) -> _Entry:
        entry = self._entries[key] = self._entries.pop(key)
        return entry

    def _make_room(self, most: int) -> None:
        """Close files that nobody uses, until there are no more than so many."""
        unused = [key for key, entry in self._entries.items() if not entry.users]
        for key in unused[: max(0, len(self._entries) - most)]:
            self._entries.pop(key).file.close()

    def _drop(self, load_id: str | None) -> None:
        """Forget all files, or those of a load; what is in use is closed after its last use."""
        for key, entry in list(self._entries.items()):
            if load_id in {None, entry.file.load_id}:
                del self._entries[key]
                if not entry.users:
                    entry.file.close()

    def close(self) -> None:
        """Close all files, those in use after their last use; who uses one then opens it anew."""
        with self._lock:
            self._drop(None)
