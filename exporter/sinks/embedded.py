"""Write a model into the embedded store, as one LadybugDB file.

The file is written under a temporary name and renamed when it is whole. A note beside it
says what is being loaded, because nobody can look into a file that is being written.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

import ladybug
import pyarrow as pa

from exporter.batches import EdgeBlock
from exporter.sinks.base import STAGED, Sink, check_written, exists_error
from queries.errors import (
    CypherError,
    GraphAccessError,
    GraphError,
    GraphLockedError,
    ModelNotFoundError,
)
from queries.schema import COMPLETE, LAYER, LOADING, MODEL, connects_to, embedded_tables
from queries.stores.embedded import LOADING_SUFFIX, NOTE_SUFFIX, ladybug_errors, model_file

NEURONS_A_COPY: Final = 1 << 17


class EmbeddedSink(Sink):
    """The folder of an embedded graph, open for writing; made if missing.

    Parameters
    ----------
    folder
        A path that ends in ``.lbug``.
    """

    batch_size: ClassVar[int] = 5_000_000

    def __init__(self, folder: Path) -> None:
        self.location = str(folder)
        self._folder = folder
        self._database: ladybug.Database | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except FileExistsError:
            raise GraphError(f"graph {folder} is a file, not the folder of a graph") from None
        except OSError as error:
            raise GraphAccessError(f"cannot make the folder {folder}: {error.strerror}") from None

    def has(self, model: str) -> bool:
        """Tell whether a model of that name is there, complete or not."""
        return model_file(self._folder, model).exists() or self._note(model).exists()

    def begin(self, model: Mapping[str, Any], *, replace: bool, batch_size: int | None) -> None:
        """Make the model's file under its temporary name."""
        name = model["name"]
        if self.has(name) and not replace:
            raise exists_error(self.location, name)
        self._final = model_file(self._folder, name)
        staged = name + STAGED if self._final.exists() else name
        self._file = model_file(self._folder, staged, loading=True)
        self._model = {**model, "state": COMPLETE}
        self._rows = batch_size or self.batch_size
        self._neurons: list[pa.Table] = []
        self._pending: list[pa.RecordBatch] = []
        self._pending_rows = self._written = 0
        # Counting opens the file, which fails where another process is loading into it.
        _edges(self._file)
        with ladybug_errors(self._file):
            _remove(self._file)
            self._database = ladybug.Database(self._file)
            self._connection = ladybug.Connection(self._database)
            note = {**model, "name": staged, "state": LOADING}
            self._write_note(self._note(staged), note)
            for statement in embedded_tables(model["granularity"]):
                self._connection.execute(statement)
        self._copy("Model", pa.Table.from_pylist([self._model], MODEL))

    def add_layers(
        self, layers: Sequence[Mapping[str, Any]], following: Sequence[tuple[str, str]]
    ) -> None:
        """Write the layers, and which follows which by name."""
        self._copy("Layer", pa.Table.from_pylist([dict(layer) for layer in layers], LAYER))
        model = [self._model["name"]] * len(layers)
        names = [layer["name"] for layer in layers]
        self._copy("HAS_LAYER", pa.table({"from": model, "to": names}))
        if following:
            before, after = zip(*following, strict=True)
            self._copy("NEXT", pa.table({"from": list(before), "to": list(after)}))

    def add_neurons(self, neurons: pa.Table, class_name: str) -> None:
        """Keep neurons until there are enough for one COPY; their class is on the layer only."""
        self._neurons.append(neurons)
        if sum(map(len, self._neurons)) >= NEURONS_A_COPY:
            self._flush_neurons()

    def _flush_neurons(self) -> None:
        if self._neurons:
            self._copy("Neuron", pa.concat_tables(self._neurons))
            self._neurons = []

    def add_edges(self, block: EdgeBlock) -> None:
        """Keep edges until there are enough for one COPY."""
        self._flush_neurons()
        schema = connects_to(self._model["granularity"])
        columns = [pa.array(block.columns[name]) for name in schema.names]
        self._pending.append(pa.RecordBatch.from_arrays(columns, schema=schema))
        self._pending_rows += len(block)
        if self._pending_rows >= self._rows:
            self._flush()

    def _flush(self) -> None:
        if self._pending:
            self._copy("CONNECTS_TO", pa.Table.from_batches(self._pending))
            self._written += self._pending_rows
            self._pending, self._pending_rows = [], 0

    def _copy(self, table: str, rows: pa.Table) -> None:
        with ladybug_errors(self._file):
            self._connection.execute(f"COPY {table} FROM $rows", {"rows": rows})

    def finish(self) -> None:
        """Close the file and give it its final name."""
        self._flush_neurons()
        self._flush()
        check_written(self.location, self._written, self._model["edges"])
        with ladybug_errors(self._file):
            self._connection.execute("CHECKPOINT")
            self.close()
            _remove_logs(self._final)
            self._file.replace(self._final)
            for note in self._folder.glob(
                self._file.name.removesuffix(LOADING_SUFFIX) + NOTE_SUFFIX
            ):
                note.unlink()

    def drop(self, model: str, progress: Callable[[int], None] | None = None) -> int:
        """Delete the model's file."""
        if not self.has(model):
            raise ModelNotFoundError(f"{self.location} holds no model {model!r}")
        edges = 0
        for file in (
            model_file(self._folder, model),
            model_file(self._folder, model, loading=True),
        ):
            edges += _edges(file)
            with ladybug_errors(file):
                _remove(file)
        self._note(model).unlink(missing_ok=True)
        return edges

    def _note(self, model: str) -> Path:
        file = model_file(self._folder, model, loading=True)
        return file.with_name(file.name.removesuffix(LOADING_SUFFIX) + NOTE_SUFFIX)

    def _write_note(self, file: Path, note: Mapping[str, Any]) -> None:
        # Under its name only when whole, for others read it at any time.
        part = file.with_suffix(".part")
        part.write_text(json.dumps(note), encoding="utf-8")
        part.replace(file)

    def close(self) -> None:
        """Close the file that was being written."""
        if self._database is not None:
            self._connection.close()
            self._database.close()
            self._database = None


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
            ladybug.Database(file) as database,
            ladybug.Connection(database) as connection,
        ):
            result = connection.execute("MATCH ()-[r:CONNECTS_TO]->() RETURN count(*)")
            rows = result[0] if isinstance(result, list) else result
            return int(rows.get_as_arrow().column(0)[0].as_py())
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
