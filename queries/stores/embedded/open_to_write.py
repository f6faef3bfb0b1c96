"""The file of an embedded model, open for writing, and its note."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ladybug

from queries.stores.embedded.file_note import read_note, require_as_noted, write_note
from queries.stores.embedded.open_file import opened_when_free, require_schema
from queries.stores.embedded.statements import ladybug_errors, run


@contextmanager
def open_to_write(file: Path) -> Iterator[ladybug.Connection]:
    """Open the file of a complete model, which nobody else then reads or writes.

    Raises
    ------
    GraphDamagedError
        If it is not as its load wrote it.
    GraphLockedError
        If another process holds it.
    GraphVersionError
        If it is of another release.
    """
    require_as_noted(file)
    with (
        ladybug_errors(file),
        opened_when_free(file, read_only=False) as database,
        ladybug.Connection(database) as connection,
    ):
        require_schema(file, connection)
        yield connection


@contextmanager
def with_note(file: Path, connection: ladybug.Connection, *, edits: bool) -> Iterator[None]:
    """Write into the note what becomes of a file while it is written.

    Parameters
    ----------
    file, connection
        The file.
    edits
        Whether the model is edited from then on.
    """
    note = read_note(file)
    if note is None:
        yield
        return
    write_note(file, note, final=False)
    edited = note["edited"]
    try:
        yield
        edited = edited or edits
    finally:
        # The file must not change once its digest is noted.
        run(connection, "CALL force_checkpoint_on_close=false")
        run(connection, "CHECKPOINT")
        write_note(file, {**note, "edited": edited}, final=True)
