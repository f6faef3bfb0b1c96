"""A graph in the embedded store: a folder that holds one LadybugDB file a model.

A file a model makes dropping and replacing a model the work of the file system: both are
instant and cannot be left half done.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

import ladybug
import pandas as pd
import pyarrow as pa

from queries.core.address import repeatable
from queries.core.closing import Closing
from queries.core.location import SUFFIX
from queries.core.schema import DAMAGED, SCHEMA_VERSION
from queries.errors import (
    CypherError,
    GraphAccessError,
    GraphDamagedError,
    GraphError,
    GraphLockedError,
    GraphNotFoundError,
    GraphVersionError,
    ModelNotFoundError,
    ParameterError,
)
from queries.library.queries import query
from queries.stores.base import Changes
from queries.stores.cypher.dialects import LADYBUG_CYPHER
from queries.stores.cypher.read_only import TO_WRITE, only_statement, refuse_effects
from queries.stores.cypher.statements import logged
from queries.stores.cypher.store import CypherStore
from queries.stores.cypher.tokens import LADYBUG
from queries.stores.embedded.databases import open_database
from queries.stores.embedded.file_note import (
    FILE_NOTE_SUFFIX,
    advice,
    missing_error,
    note_beside,
    noted_beside,
    read_note,
    require_as_noted,
    write_note,
)
from queries.stores.naming import safe_name
from queries.stores.neo4j.node_ids import REPLACED_MEANWHILE, NodeIds
from queries.stores.notes import damaged_model, noted
from queries.stores.opener import Opener

if TYPE_CHECKING:
    from queries.core.model import StoredModel
    from queries.library.queries import Statement

_BOUNDS: Final = {"first", "last"}
_ROWS_A_BATCH: Final = 1 << 16
LOADING_SUFFIX = f".loading{SUFFIX}"
NOTE_SUFFIX = ".loading.json"


def model_file(folder: Path, model: str, *, loading: bool = False) -> Path:
    """Return the file of a model in an embedded graph."""
    return folder / f"{safe_name(model)}{LOADING_SUFFIX if loading else SUFFIX}"


def note_of(file: Path) -> Path:
    """Return the note that says what is being loaded into a file."""
    return file.with_name(file.name.removesuffix(LOADING_SUFFIX) + NOTE_SUFFIX)


def noted_file(note: Path) -> Path:
    """Return the file into which a note's model is being loaded."""
    return note.with_name(note.name.removesuffix(NOTE_SUFFIX) + LOADING_SUFFIX)


def is_over(note: Path) -> bool:
    """Tell whether nothing goes on from a note: its load ended well, or it is spoilt and alone."""
    safe = note.name.removesuffix(NOTE_SUFFIX)
    if noted_file(note).exists():
        return False
    loading = noted(note, safe)
    if loading is None or loading["state"] == DAMAGED:
        return True
    final = noted(note_beside(model_file(note.parent, loading["key"])), safe)
    return final is not None and final.get("load_id") == loading.get("load_id")


@contextmanager
def ladybug_errors(path: Path) -> Iterator[None]:
    """Turn the errors of LadybugDB, which have no types, into ours."""
    try:
        yield
    except (RuntimeError, OSError, ValueError, MemoryError) as error:
        # The system's own errors repeat the path.
        text = getattr(error, "strerror", None) or " ".join(str(error).split())
        for part, kind, message in _ERRORS:
            if part in text:
                raise kind(message.format(path=path, text=text)) from None
        raise GraphError(f"{path}: {text}") from None


_RAISE: Final = (
    "raise the limits of this process (ulimit -v, a container's memory), or use a machine with more"
)
_ERRORS: tuple[tuple[str, type[Exception], str], ...] = (
    (
        "Could not set lock",
        GraphLockedError,
        "{path} is locked by another process; wait until that has finished, or stop it",
    ),
    ("Permission denied", GraphAccessError, "{path}: permission denied"),
    ("Read-only file system", GraphAccessError, "{path}: the file system is read-only"),
    ("No space left on device", GraphError, "{path}: no space left on the disk"),
    ("not a valid Lbug database", GraphDamagedError, "{path} is not a graph of this tool: {text}"),
    ("Reading past the end", GraphDamagedError, "{path} is damaged: {text}"),
    ("Cannot read checkpoint", GraphDamagedError, "{path} is damaged: {text}"),
    ("read-only database", CypherError, f"the statement would change {{path}}; {TO_WRITE}"),
    (
        "Mmap for size",
        GraphError,
        f"{{path}}: too few addresses are free; {_RAISE}",
    ),
    (
        "Maximum database size",
        GraphError,
        f"{{path}} grows over the room for it; {_RAISE}",
    ),
    ("buffer pool is full", GraphError, f"{{path}}: too little memory; {_RAISE}"),
    ("std::bad_alloc", GraphError, f"{{path}}: memory has run out; {_RAISE}"),
    ("Parser exception", CypherError, "the statement cannot be parsed: {text}"),
    ("Binder exception", CypherError, "the statement does not fit the graph: {text}"),
    ("Catalog exception", CypherError, "the statement does not fit the graph: {text}"),
    ("Conversion exception", CypherError, "a value does not fit: {text}"),
    (
        "Unable to cast Python instance",
        ParameterError,
        "a parameter of the statement is no UTF-8, or of a type that the store does not take",
    ),
    ("Parameter", CypherError, "{text}"),
)


class EmbeddedStore(CypherStore):
    """The folder of an embedded graph, opened for reading.

    Parameters
    ----------
    folder
        A path that ends in ``.lbug``.
    """

    name: ClassVar[str] = "embedded"
    edges_a_part: ClassVar[int] = 1 << 24

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.location = str(folder)
        self._opener = Opener(self.location)
        self._folder = folder
        self._open: dict[tuple[Path, int], OpenFile] = {}
        self._node_ids: dict[StoredModel, NodeIds] = {}
        self._closed = False
        with ladybug_errors(folder):
            there = folder.is_dir()
        if not there:
            reason = "is a file, not the folder of a graph" if folder.exists() else "does not exist"
            raise GraphNotFoundError(
                f"graph {folder} {reason}; make one with: neurongraph load MODEL --graph {folder}"
            )

    def models(self, model: str | None) -> list[dict[str, Any]]:
        """Return the properties of models, complete or not, and of those that are damaged."""
        statement = self.statement(query("models"), {})
        rows: list[dict[str, Any]] = []
        for file in self._files(model):
            try:
                rows += self._run(self._opened(file), statement).to_pylist()
            except GraphDamagedError as error:
                rows.append(_damaged(file, str(error)))
        return rows + self._unfinished()

    def table(self, statement: "Statement", about: "StoredModel") -> pa.Table:
        """Run a statement about a model and return its rows as columns."""
        return self._run(self._opened_of(about), statement)

    def _run(self, opened: "OpenFile", statement: "Statement") -> pa.Table:
        with ladybug_errors(opened.file):
            return run(opened.connection, statement.cypher, statement.parameters).get_as_arrow()

    def tables(self, statements: "Sequence[Statement]", about: "StoredModel") -> pa.Table:
        """Run statements of the same columns; return all rows."""
        opened = self._opened_of(about)
        with ladybug_errors(opened.file):
            return pa.concat_tables([run_for_many(opened.connection, each) for each in statements])

    def by_ids(self, edges: pa.Table, model: "StoredModel") -> pa.Table:
        """Return the ids of neurons for the places of nodes in their table."""
        opened = self._opened_of(model)
        if model not in self._node_ids:
            with ladybug_errors(opened.file):
                self._node_ids = {model: node_ids(opened.connection)}
        return self._node_ids[model].edges(edges)

    def frame(
        self,
        cypher: str,
        parameters: Mapping[str, Any],
        model: str | None = None,
        allow: Collection[str] = (),
    ) -> pd.DataFrame:
        """Run a read-only statement on one model's file."""
        refuse_effects(cypher, LADYBUG_CYPHER, allow)
        opened = self._opened(self._only_file(model))
        with ladybug_errors(opened.file):
            return run(opened.connection, cypher, parameters).get_as_df()

    def write(
        self, cypher: str, parameters: Mapping[str, Any], model: str | None = None
    ) -> Changes:
        """Run a statement that may write on one model's file, which nobody else may write."""
        only_statement(cypher, LADYBUG)
        file = self._only_file(model)
        require_as_noted(file)
        # What is open for reading would go on to see the past.
        self._close_files()
        with (
            ladybug_errors(file),
            open_database(file) as database,
            ladybug.Connection(database) as connection,
        ):
            _require_schema(file, connection)
            before = _counts(connection)
            with _noted(file, connection):
                run(connection, cypher, parameters)
                run(connection, "MATCH (m:Model) SET m.edited = true")
            after = _counts(connection)
        nodes, relationships = after[0] - before[0], after[1] - before[1]
        return Changes(
            nodes_created=max(0, nodes),
            nodes_deleted=max(0, -nodes),
            relationships_created=max(0, relationships),
            relationships_deleted=max(0, -relationships),
            properties_set=None,
        )

    def _unfinished(self) -> list[dict[str, Any]]:
        """Return the notes that running and interrupted loads keep beside their files."""
        notes = [
            noted(path, path.name.removesuffix(NOTE_SUFFIX))
            for path in sorted(self._folder.glob(f"*{NOTE_SUFFIX}"))
            if not is_over(path)
        ]
        return [note for note in notes if note is not None]

    def _files(self, model: str | None) -> list[Path]:
        self._opener.require()
        if self._closed:
            raise GraphError(f"{self.location} has been closed")
        if model is not None:
            file = model_file(self._folder, model)
            return [file] if file.exists() or is_missing(file) else []
        there = {
            file
            for file in self._folder.glob(f"*{SUFFIX}")
            if not file.name.endswith(LOADING_SUFFIX)
        }
        noted_files = {
            noted_beside(note)
            for note in self._folder.glob(f"*{FILE_NOTE_SUFFIX}")
            if not note.name.endswith(NOTE_SUFFIX)
        }
        return sorted(there | {file for file in noted_files if is_missing(file)})

    def _only_file(self, model: str | None) -> Path:
        """Return the file of the model that is named, or of the only one."""
        files = self._files(model)
        if len(files) > 1:
            raise ParameterError(
                f"{self.location} holds {len(files)} models, each in a file of its own; say which: "
                "--model NAME, or model= in Python"
            )
        if not files:
            named = "no model yet" if model is None else f"no complete model {repeatable(model)}"
            raise ModelNotFoundError(f"{self.location} holds {named}")
        return files[0]

    def _opened_of(self, about: "StoredModel") -> "OpenFile":
        """Return the file of a model, the one that is open if another has replaced it since.

        Raises
        ------
        GraphError
            If it was replaced before it was opened.
        """
        self._opener.require()
        for opened in self._open.values():
            if opened.load_id == about.load_id:
                return opened
        opened = self._opened(self._only_file(about.name))
        if opened.load_id != about.load_id:
            raise GraphError(REPLACED_MEANWHILE)
        return opened

    def _opened(self, file: Path) -> "OpenFile":
        """Open a file as it is at this moment."""
        try:
            # A replaced model is another file under the same name.
            key = (file, file.stat().st_ino)
        except FileNotFoundError:
            raise missing_error(file) from None
        if key not in self._open:
            # LadybugDB trusts its files: of one that is damaged it may read anything, or crash.
            require_as_noted(file, wholly=self.wholly)
            self._open[key] = open_file(file)
        return self._open[key]

    def close(self) -> None:
        """Close every file that was opened, in the process that opened them."""
        if self._opener.is_here:
            self._close_files()
        self._closed = True

    def _close_files(self) -> None:
        for opened in self._open.values():
            opened.close()
        self._open.clear()
        self._node_ids.clear()


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
                _require_schema(file, connection)
                columns = "RETURN m.name, m.load_id"
                rows = run(connection, f"MATCH (m:Model) {columns}").get_as_arrow().to_pylist()
        except CypherError as error:
            # It lacks a table.
            safe = file.name.removesuffix(SUFFIX)
            raise GraphDamagedError(f"{file} is damaged: {error}; {advice(safe)}") from None
        if len(rows) != 1:
            raise GraphDamagedError(
                f"{file} is damaged: it has {len(rows)} nodes of the label Model, where a load "
                f"writes one; {advice(file.name.removesuffix(SUFFIX))}"
            )
        name, load_id = rows[0].values()
        if model_file(file.parent, name) != file:
            raise GraphDamagedError(
                f"{file} is the file of another model, {name!r}; "
                f"{advice(file.name.removesuffix(SUFFIX))}"
            )
        closing.pop_all()
        return OpenFile(file, load_id, database, connection)


def is_missing(file: Path) -> bool:
    """Tell whether the file of a complete model is missing beside its note."""
    loading = file.with_name(file.name.removesuffix(SUFFIX) + LOADING_SUFFIX)
    return note_beside(file).exists() and not file.exists() and not note_of(loading).exists()


def _damaged(file: Path, damage: str) -> dict[str, Any]:
    """Return the properties of a model that is damaged, as far as its note knows them."""
    safe = file.name.removesuffix(SUFFIX)
    note = noted(note_beside(file), safe) or damaged_model(safe, damage)
    return {**note, "state": DAMAGED, "damage": damage}


@contextmanager
def _noted(file: Path, connection: ladybug.Connection) -> Iterator[None]:
    """Write into the note what becomes of a file while it is written."""
    note = read_note(file)
    if note is None:
        yield
        return
    write_note(file, note, known=False)
    edited = note["edited"]
    try:
        yield
        edited = True
    finally:
        # The file must not change once its digest is noted.
        run(connection, "CALL force_checkpoint_on_close=false")
        run(connection, "CHECKPOINT")
        write_note(file, {**note, "edited": edited}, known=True)


def _require_schema(file: Path, connection: ladybug.Connection) -> None:
    """Raise GraphVersionError for a file of another release, whose tables are others."""
    found = run(connection, "MATCH (m:Model) RETURN m.schema_version").get_as_arrow().column(0)
    versions = found.to_pylist()
    if versions and SCHEMA_VERSION not in versions:
        raise GraphVersionError(
            f"{file} was loaded by another release (schema {versions[0]}, not {SCHEMA_VERSION}); "
            "delete the file, and load the model again"
        )


def node_ids(connection: ladybug.Connection) -> NodeIds:
    """Read which neurons the nodes of a file are."""
    table = run(connection, "MATCH (n:Neuron) RETURN offset(id(n)), n.id").get_as_arrow()
    return NodeIds(*(column.to_numpy() for column in table.columns))


def _counts(connection: ladybug.Connection) -> tuple[int, int]:
    """Count the nodes and the relationships of a file."""
    nodes = first_value(connection, "MATCH (n) RETURN count(*)")
    return nodes, first_value(connection, "MATCH ()-[r]->() RETURN count(*)")


def first_value(connection: ladybug.Connection, cypher: str) -> Any:
    """Return the first value that a statement finds, None where it finds none."""
    values = run(connection, cypher).get_as_arrow().column(0)
    return values[0].as_py() if len(values) else None


def run(
    connection: ladybug.Connection, cypher: str, parameters: Mapping[str, Any] | None = None
) -> ladybug.QueryResult:
    """Run one statement alone, and log it."""
    with logged(cypher, parameters) as outcome:
        result = _only(connection.execute(cypher, dict(parameters or {})))
        outcome.rows = result.get_num_tuples()
    return result


def run_for_many(connection: ladybug.Connection, statement: "Statement") -> pa.Table:
    """Run one statement that may return millions of rows, and log it.

    LadybugDB collects these in Arrow's format by all cores, three times as fast, where no values
    are handed over. The bounds of a part, which this library counts itself, become part of the
    text; no value of a user does.
    """
    cypher, parameters = statement.cypher, statement.parameters
    if parameters.keys() != _BOUNDS:
        return run(connection, cypher, parameters).get_as_arrow()
    with logged(cypher, parameters) as outcome:
        text = cypher
        for name, number in parameters.items():
            text = text.replace(f"${name}", f"{number:d}")
        rows = connection.query_as_arrow(text, _ROWS_A_BATCH).get_as_arrow()
        outcome.rows = len(rows)
    return rows


def _only(result: ladybug.QueryResult | list[ladybug.QueryResult]) -> ladybug.QueryResult:
    """Return the result of a statement that was one alone."""
    if isinstance(result, list):
        raise CypherError("give one statement at a time")
    return result
