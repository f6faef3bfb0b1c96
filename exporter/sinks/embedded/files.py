"""The files of an embedded graph, for what writes and removes them."""

from contextlib import suppress
from pathlib import Path
from typing import Final

import ladybug

from queries.core.closing import Closing
from queries.core.holding import holding, remove_parts
from queries.errors import (
    CypherError,
    GraphAccessError,
    GraphDamagedError,
    GraphError,
    GraphLockedError,
)
from queries.stores.embedded.databases import open_database
from queries.stores.embedded.file_note import require_as_noted
from queries.stores.embedded.leftovers import is_over
from queries.stores.embedded.names import LOADING_SUFFIX, NOTE_SUFFIX, note_of
from queries.stores.embedded.statements import first_value, ladybug_errors

_WRITTEN: Final[set[Path]] = set()
"""Files that this process is writing; LadybugDB's lock keeps other processes away only."""


class LoadingFile(Closing):
    """A file that is being written; while it is open, no other load has it.

    Parameters
    ----------
    path
        The file, which is made if it is missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        # By itself it writes a checkpoint after each COPY, which takes longer the smaller that is.
        self.database = open_database(path, auto_checkpoint=False)
        self.connection = ladybug.Connection(self.database)
        self._inode = path.stat().st_ino
        _WRITTEN.add(path.resolve())

    @property
    def is_there(self) -> bool:
        """Whether its path still names it.

        Of two loads that begin at once one may have removed what the other had just made.
        """
        return self.path.exists() and self.path.stat().st_ino == self._inode

    def close(self) -> None:
        """Close the file."""
        if not self.database.is_closed:
            self.connection.close()
            self.database.close()
            _WRITTEN.discard(self.path.resolve())


def require_free(file: Path) -> None:
    """Raise GraphLockedError where this process is writing a file already."""
    if file.resolve() in _WRITTEN:
        raise GraphLockedError(
            f"{file} is being written by another load of this process; wait until that has ended"
        )


def sweep(folder: Path) -> None:
    """Remove what killed processes have left that nobody goes on with."""
    remove_parts(folder)
    with suppress(OSError), holding(folder):
        for note in folder.glob(f"*{NOTE_SUFFIX}"):
            if is_over(note):
                note.unlink(missing_ok=True)
        for file in folder.glob(f"*{LOADING_SUFFIX}"):
            if not note_of(file).exists():
                with suppress(GraphError):
                    # It opens the file, which fails where another process holds it.
                    edges_in(file)
                    remove_file(file)


def is_damaged(file: Path) -> bool:
    """Tell whether a file is not the one that its note tells of; nobody should open it then."""
    try:
        require_as_noted(file)
    except GraphDamagedError:
        return True
    return False


def edges_in(file: Path) -> int:
    """Count the relationships of a file: 0 where it is missing or damaged.

    Raises
    ------
    GraphLockedError, GraphAccessError
        If another process holds it, or it cannot be written.
    """
    if not file.exists():
        return 0
    try:
        with (
            ladybug_errors(file),
            open_database(file) as database,
            ladybug.Connection(database) as connection,
        ):
            return int(first_value(connection, "MATCH ()-[r:CONNECTS_TO]->() RETURN count(*)"))
    except (GraphLockedError, GraphAccessError):
        raise
    except (GraphError, CypherError):
        return 0


def remove_file(file: Path) -> None:
    """Delete a LadybugDB file with its log and its shadow."""
    file.unlink(missing_ok=True)
    remove_logs(file)


def remove_logs(file: Path) -> None:
    """Delete what LadybugDB may have left beside a file; a new file must not meet it."""
    for part in file.parent.glob(f"{file.name}.*"):
        part.unlink()
