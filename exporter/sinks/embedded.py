"""Write a model into the embedded store, as one LadybugDB file.

The file is written under a temporary name and renamed when it is whole. A note beside it
says what is being loaded, because nobody can look into a file that is being written.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Final

import ladybug
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from exporter.planning.layer import BLOCK_EDGES, EdgeBlock, PlannedLayer
from exporter.sinks.base import STAGED, Sink, exists_error
from queries.core.address import repeatable
from queries.core.holding import holding, remove_parts
from queries.core.layer import id_ranges
from queries.core.progress import Progress
from queries.core.schema import (
    COMPLETE,
    DAMAGED,
    LAYER,
    LOADING,
    MODEL,
    connects_to,
    embedded_tables,
)
from queries.errors import (
    CypherError,
    GraphAccessError,
    GraphDamagedError,
    GraphError,
    GraphLockedError,
    ModelNotFoundError,
)
from queries.library.frames import to_columns
from queries.library.queries import query
from queries.stores.embedded.databases import BYTES_A_ROW, open_database
from queries.stores.embedded.file_note import note_beside, require_as_noted, write_json, write_note
from queries.stores.embedded.store import (
    LOADING_SUFFIX,
    NOTE_SUFFIX,
    EmbeddedStore,
    first_value,
    is_over,
    ladybug_errors,
    model_file,
    node_ids,
    note_of,
    open_file,
    run,
    run_for_many,
)
from queries.stores.naming import safe_name
from queries.stores.neo4j.node_ids import NodeIds
from queries.stores.notes import noted

NEURONS_A_COPY: Final = 1 << 17
EDGES_A_COPY: Final = 5_000_000
_EDGES_A_CHECK: Final = 1 << 22
"""Relationships that are read back at once: no more than one COPY holds."""

_LAYER_CHECKSUMS: Final = """
MATCH (l:Layer) WHERE l.name = $layer
SET l.checksum = $checksum, l.neuron_checksum = $neuron_checksum
"""
_MODEL_CHECKSUM: Final = "MATCH (m:Model) SET m.checksum = $checksum"

_WRITTEN: Final[set[Path]] = set()
"""Files that this process is writing; LadybugDB's lock keeps other processes away only."""


class EmbeddedSink(Sink):
    """The folder of an embedded graph, open for writing; made if missing.

    All is written in order, and each COPY wholly or not at all, so that the number of rows tells
    what is there. What is not followed by a checkpoint is lost if the process is killed.

    Parameters
    ----------
    folder
        A path that ends in ``.lbug``.
    batch_size
        Relationships a COPY.
    """

    block_edges: ClassVar[int] = BLOCK_EDGES

    def __init__(self, folder: Path, *, batch_size: int | None = None) -> None:
        self.location = str(folder)
        self._rows = batch_size or EDGES_A_COPY
        self._folder = folder
        self._database: ladybug.Database | None = None
        self._node_ids: NodeIds | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except FileExistsError:
            raise GraphError(f"graph {folder} is a file, not the folder of a graph") from None
        except OSError as error:
            raise GraphAccessError(f"cannot make the folder {folder}: {error.strerror}") from None
        _sweep(folder)

    def has(self, model: str) -> bool:
        """Tell whether a model of that name is there, complete or not."""
        file = model_file(self._folder, model)
        return file.exists() or note_beside(file).exists() or self._note(model).exists()

    def find(self, model: str) -> dict[str, Any] | None:
        """Return the model of that name that a load would go on with."""
        for name in (model + STAGED, model):
            if self._note(name).exists():
                return noted(self._note(name), safe_name(name))
        file = model_file(self._folder, model)
        if not self.has(model):
            return None
        note = noted(note_beside(file), safe_name(model))
        if note is not None:
            return note if note["state"] == DAMAGED else {name: note[name] for name in MODEL.names}
        columns = ", ".join(f"m.`{name}` AS `{name}`" for name in MODEL.names)
        found: dict[str, Any]
        with open_file(file) as opened:
            rows = run(opened.connection, f"MATCH (m:Model) RETURN {columns}").get_as_arrow()
        (found,) = rows.to_pylist()
        return found

    def begin(self, model: Mapping[str, Any], *, replace: bool) -> None:
        """Make the model's file under its temporary name."""
        name = model["name"]
        if self.has(name) and not replace:
            raise exists_error(self.location, name)
        staged = name + STAGED if model_file(self._folder, name).exists() else name
        file = model_file(self._folder, staged, loading=True)
        _require_free(file)
        noted_model = {**model, "name": staged, "key": name, "state": LOADING}
        with ladybug_errors(file), holding(self._folder):
            # Counting opens the file, which fails where another process is loading into it.
            _edges(file)
            _remove(file)
            # A load that is killed before there is a file can then be gone on with.
            write_json(self._note(staged), noted_model)
            self._open(noted_model)
            self._make_tables()

    def resume(self, model: Mapping[str, Any]) -> None:
        """Open the file that was being written, and count what is in it."""
        file = model_file(self._folder, model["name"], loading=True)
        _require_free(file)
        with ladybug_errors(file):
            if not file.exists():
                _remove_logs(file)
            self._open(model)
            self._make_tables()

    def _open(self, model: Mapping[str, Any]) -> None:
        self._model = model
        self._final = model_file(self._folder, model["key"])
        self._file = model_file(self._folder, model["name"], loading=True)
        # By itself it writes a checkpoint after each COPY, which takes longer the smaller that is.
        self._database = open_database(self._file, auto_checkpoint=False)
        if buffers := self._database.buffer_pool_size:
            self._rows = max(1, min(self._rows, buffers // BYTES_A_ROW))
        self._connection = ladybug.Connection(self._database)
        self._inode = self._file.stat().st_ino
        _WRITTEN.add(self._file.resolve())
        self._neurons: list[pa.Table] = []
        self._pending: list[pa.RecordBatch] = []
        self._pending_rows = self._passed = 0

    def _make_tables(self) -> None:
        """Make the tables that are missing."""
        names = run(self._connection, "CALL show_tables() RETURN name")
        there = names.get_as_arrow().column(0).to_pylist()
        for statement in embedded_tables(self._model["granularity"]):
            if not any(f"TABLE {name}(" in statement for name in there):
                run(self._connection, statement)

    def _count(self, pattern: str) -> int:
        return int(first_value(self._connection, f"MATCH {pattern} RETURN count(*)"))

    def add_layers(
        self, layers: Sequence[Mapping[str, Any]], following: Sequence[tuple[str, str]]
    ) -> None:
        """Write the model, the layers, and which follows which by name."""
        model = {**self._model, "name": self._model["key"], "state": COMPLETE}
        names = [layer["name"] for layer in layers]
        owned = {"from": [model["name"]] * len(layers), "to": names}
        before, after = zip(*following, strict=True) if following else ((), ())
        tables = {
            "(a:Model)": ("Model", pa.Table.from_pylist([model], MODEL)),
            "(a:Layer)": ("Layer", pa.Table.from_pylist([dict(row) for row in layers], LAYER)),
            "()-[a:HAS_LAYER]->()": ("HAS_LAYER", pa.table(owned)),
            "()-[a:NEXT]->()": ("NEXT", pa.table({"from": list(before), "to": list(after)})),
        }
        with ladybug_errors(self._file):
            for pattern, (table, rows) in tables.items():
                if len(rows) and not self._count(pattern):
                    self._copy(table, rows)
            self._neurons_there = self._count("(a:Neuron)")
            self._edges_there = self._count("()-[a:CONNECTS_TO]->()")

    def add_neurons(self, neurons: pa.Table, class_name: str) -> None:
        """Keep neurons until there are enough for one COPY; their class is on the layer only."""
        missing = neurons[min(self._neurons_there, len(neurons)) :]
        self._neurons_there -= len(neurons) - len(missing)
        self._neurons.append(missing)
        if sum(map(len, self._neurons)) >= NEURONS_A_COPY:
            self._flush_neurons()

    def _flush_neurons(self) -> None:
        rows = pa.concat_tables(self._neurons) if self._neurons else ()
        if len(rows):
            self._copy("Neuron", rows)
        self._neurons = []

    def add_edges(self, layer: PlannedLayer, start: int, block: EdgeBlock) -> None:
        """Keep edges until there are enough for one COPY."""
        self._flush_neurons()
        if self._passed < self._edges_there:
            self._pass_over(len(block))
            return
        if not len(block):
            # LadybugDB takes an empty batch for the end of the table.
            return
        schema = connects_to(self._model["granularity"])
        columns = [pa.array(block.columns[name]) for name in schema.names]
        self._pending.append(pa.RecordBatch.from_arrays(columns, schema=schema))
        self._pending_rows += len(block)
        if self._pending_rows >= self._rows:
            self._flush_edges()

    def _pass_over(self, edges: int) -> None:
        """Take a block for one that is there, which holds while their number does not run out."""
        self._passed += edges
        self.resumed_edges = self._passed
        if self._passed > self._edges_there:
            raise GraphError(
                f"{self._file} holds {self._edges_there:,} relationships, which is no whole number "
                "of blocks; load the model again with --replace"
            )

    def _flush_edges(self) -> None:
        if self._pending:
            self._copy("CONNECTS_TO", pa.Table.from_batches(self._pending))
            self._pending, self._pending_rows = [], 0
            with ladybug_errors(self._file):
                run(self._connection, "CHECKPOINT")

    def _copy(self, table: str, rows: pa.Table) -> None:
        with ladybug_errors(self._file):
            run(self._connection, f"COPY {table} FROM $rows", {"rows": rows})

    def flush(self) -> None:
        """Write what is left."""
        self._flush_neurons()
        self._flush_edges()

    def stored_edges(
        self, first: int, last: int, edges: int
    ) -> Iterator[dict[str, NDArray[np.generic]]]:
        """Read back all relationships into neurons ``first`` to ``last``."""
        asked, granularity = query("edges"), self._model["granularity"]
        values = asked.checked({})
        if self._node_ids is None:
            with ladybug_errors(self._file):
                self._node_ids = node_ids(self._connection)
        for low, high in id_ranges(first, last, edges, _EDGES_A_CHECK):
            bounds = {"first": low, "last": high}
            statement = asked.statement(values, EmbeddedStore.name, granularity, **bounds)
            with ladybug_errors(self._file):
                rows = run_for_many(self._connection, statement)
            table = self._node_ids.edges(to_columns(rows, statement.columns))
            yield {name: table[name].to_numpy() for name in table.column_names}

    def finish(self, checksums: Mapping[str, Mapping[str, str]], of_model: str) -> None:
        """Close the file and give it its final name."""
        with ladybug_errors(self._file):
            for layer, properties in checksums.items():
                run(self._connection, _LAYER_CHECKSUMS, {"layer": layer, **properties})
            run(self._connection, _MODEL_CHECKSUM, {"checksum": of_model})
            run(self._connection, "CHECKPOINT")
            self.close()
            # Of two loads that begin at once one may have removed what the other had just made.
            if not self._file.exists() or self._file.stat().st_ino != self._inode:
                raise GraphLockedError(
                    f"another process has loaded {self._model['key']!r} into {self.location} "
                    "meanwhile; that load is the one that counts"
                )
            _remove_logs(self._final)
            name = self._model["key"]
            note = {**self._model, "name": name, "state": COMPLETE, "checksum": of_model}
            write_note(self._final, note, known=False)
            self._file.replace(self._final)
            write_note(self._final, note, known=True)
            self._note(self._model["name"]).unlink(missing_ok=True)

    def tidy(self, model: str, progress: Progress) -> None:
        """Do nothing: one rename has replaced the old file, and the sink was opened tidily."""

    def drop(self, model: str, progress: Callable[[int], None] | None = None) -> int:
        """Delete the model's file."""
        if not self.has(model):
            raise ModelNotFoundError(f"{self.location} holds no model {repeatable(model)}")
        final = model_file(self._folder, model)
        edges = 0 if _is_damaged(final) else _edges(final)
        # Without its note a file that is left over can be opened; one that is gone is not missed.
        with ladybug_errors(final):
            note_beside(final).unlink(missing_ok=True)
        for file in (final, model_file(self._folder, model, loading=True)):
            _require_free(file)
            edges += 0 if file == final else _edges(file)
            with ladybug_errors(file):
                if file != final:
                    self._note(model).unlink(missing_ok=True)
                _remove(file)
        return edges

    def _note(self, model: str) -> Path:
        return note_of(model_file(self._folder, model, loading=True))

    def close(self) -> None:
        """Close the file that was being written."""
        if self._database is not None:
            self._connection.close()
            self._database.close()
            self._database = None
            _WRITTEN.discard(self._file.resolve())


def _require_free(file: Path) -> None:
    """Raise GraphLockedError where this process is writing a file already."""
    if file.resolve() in _WRITTEN:
        raise GraphLockedError(
            f"{file} is being written by another load of this process; wait until that has ended"
        )


def _sweep(folder: Path) -> None:
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
                    _edges(file)
                    _remove(file)


def _is_damaged(file: Path) -> bool:
    """Tell whether a file is not the one that its note tells of; nobody should open it then."""
    try:
        require_as_noted(file)
    except GraphDamagedError:
        return True
    return False


def _edges(file: Path) -> int:
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


def _remove(file: Path) -> None:
    """Delete a LadybugDB file with its log and its shadow."""
    file.unlink(missing_ok=True)
    _remove_logs(file)


def _remove_logs(file: Path) -> None:
    """Delete what LadybugDB may have left beside a file; a new file must not meet it."""
    for part in file.parent.glob(f"{file.name}.*"):
        part.unlink()
