"""The file of an embedded model, open for reading."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import ladybug

from queries.core.closing import Closing
from queries.core.schema import SCHEMA_VERSION
from queries.errors import CypherError, GraphDamagedError
from queries.stores.embedded.databases import open_database
from queries.stores.embedded.file_note import advice
from queries.stores.embedded.names import model_file
from queries.stores.embedded.statements import ladybug_errors, run
from queries.stores.remedies import version_error


@dataclass(frozen=True)
class OpenFile(Closing):
    """The file of a model, open for reading."""

    file: Path
    load_id: str
    database: ladybug.Database
    connection: ladybug.Connection

    def close(self) -> None:
        """Close the file."""
        self.connection.close()
        self.database.close()


def open_file(file: Path) -> OpenFile:
    """Open the file of a model for reading.

    Raises
    ------
    GraphVersionError
        If it is of another release.
    GraphDamagedError
        If it cannot be opened, or is that of another model.
    """
    with ExitStack() as closing:
        try:
            with ladybug_errors(file):
                database = closing.enter_context(open_database(file, read_only=True))
                connection = closing.enter_context(ladybug.Connection(database))
                require_schema(file, connection)
                columns = "RETURN m.name, m.load_id"
                rows = run(connection, f"MATCH (m:Model) {columns}").get_as_arrow().to_pylist()
        except CypherError as error:
            # It lacks a table.
            raise GraphDamagedError(f"{file} is damaged: {error}; {advice(file)}") from None
        if len(rows) != 1:
            raise GraphDamagedError(
                f"{file} is damaged: it has {len(rows)} nodes of the label Model, where a load "
                f"writes one; {advice(file)}"
            )
        name, load_id = rows[0].values()
        if model_file(file.parent, name) != file:
            raise GraphDamagedError(
                f"{file} is the file of another model, {name!r}; {advice(file)}"
            )
        closing.pop_all()
        return OpenFile(file, load_id, database, connection)


def require_schema(file: Path, connection: ladybug.Connection) -> None:
    """Raise GraphVersionError for a file of another release, whose tables are others."""
    columns = "m.name AS name, m.schema_version AS schema_version"
    rows = run(connection, f"MATCH (m:Model) RETURN {columns}").get_as_arrow().to_pylist()
    if rows and SCHEMA_VERSION not in [row["schema_version"] for row in rows]:
        raise version_error(str(file.parent), rows[0])
