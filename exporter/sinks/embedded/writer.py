"""Write the nodes and relationships of a model into a file of LadybugDB."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from exporter.planning.layer import EdgeBlock, PlannedLayer
from exporter.sinks.embedded.files import LoadingFile
from exporter.sinks.writer import Writer
from queries.core.layer import id_ranges
from queries.core.schema import COMPLETE, LAYER, MODEL, connects_to, embedded_tables
from queries.core.wording import option
from queries.errors import GraphError
from queries.library.frames import to_columns
from queries.library.queries import query
from queries.stores.cypher.node_ids import NodeIds
from queries.stores.embedded.databases import BYTES_A_ROW
from queries.stores.embedded.statements import (
    first_value,
    ladybug_errors,
    node_ids,
    run,
    run_for_many,
)
from queries.stores.embedded.store import EmbeddedStore

NEURONS_A_COPY: Final = 1 << 17
_EDGES_A_CHECK: Final = 1 << 22
"""Relationships that are read back at once: no more than one COPY holds."""

_LAYER_CHECKSUMS: Final = """
UNWIND $checksums AS each
MATCH (l:Layer) WHERE l.name = each.layer
SET l.checksum = each.checksum, l.neuron_checksum = each.neuron_checksum
"""
_MODEL_CHECKSUM: Final = "MATCH (m:Model) SET m.checksum = $checksum"


class EmbeddedWriter(Writer):
    """Writes a model into a file.

    All is written in order, and each COPY wholly or not at all, so that the number of rows tells
    what is there. What is not followed by a checkpoint is lost if the process is killed.

    Parameters
    ----------
    location
        The folder of the graph.
    file
        The file.
    model
        The properties of the model.
    rows
        Relationships a COPY, at most.
    """

    def __init__(
        self, location: str, file: LoadingFile, model: Mapping[str, Any], rows: int
    ) -> None:
        super().__init__(location, model)
        self._file, self._connection = file.path, file.connection
        buffers = file.database.buffer_pool_size
        self._rows = max(1, min(rows, buffers // BYTES_A_ROW)) if buffers else rows
        self._node_ids: NodeIds | None = None
        self._neurons: list[pa.Table] = []
        self._neurons_pending = 0
        self._pending: list[pa.RecordBatch] = []
        self._pending_rows = self._passed = 0
        self._make_tables()

    def _make_tables(self) -> None:
        """Make the tables that are missing."""
        names = run(self._connection, "CALL show_tables() RETURN name")
        there = names.get_as_arrow().column(0).to_pylist()
        for statement in embedded_tables(self.model["granularity"]):
            if not any(f"TABLE {name}(" in statement for name in there):
                run(self._connection, statement)

    def _count(self, pattern: str) -> int:
        return int(first_value(self._connection, f"MATCH {pattern} RETURN count(*)"))

    def add_layers(
        self, layers: Sequence[Mapping[str, Any]], following: Sequence[tuple[str, str]]
    ) -> None:
        """Write the model, the layers, and which follows which by name."""
        model = {**self.model, "name": self.model["key"], "state": COMPLETE}
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
        self._neurons_pending += len(missing)
        if self._neurons_pending >= NEURONS_A_COPY:
            self._flush_neurons()

    def _flush_neurons(self) -> None:
        if self._neurons_pending:
            self._copy("Neuron", pa.concat_tables(self._neurons))
        self._neurons, self._neurons_pending = [], 0

    def add_edges(self, layer: PlannedLayer, start: int, block: EdgeBlock) -> None:
        """Keep edges until there are enough for one COPY."""
        self._flush_neurons()
        if self._passed < self._edges_there:
            self._pass_over(len(block))
            return
        if not len(block):
            # LadybugDB takes an empty batch for the end of the table.
            return
        schema = connects_to(self.model["granularity"])
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
                f"of blocks; load the model again with {option('replace', True)}"
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
        every_edge, granularity = query("edges"), self.model["granularity"]
        values = every_edge.checked({})
        if self._node_ids is None:
            with ladybug_errors(self._file):
                self._node_ids = node_ids(self._connection)
        for low, high in id_ranges(first, last, edges, _EDGES_A_CHECK):
            statement = every_edge.statement(
                values, EmbeddedStore.name, granularity, in_lists=True, first=low, last=high
            )
            with ladybug_errors(self._file):
                rows = run_for_many(self._connection, statement)
            table = self._node_ids.edges(to_columns(rows, statement.columns))
            yield {name: table[name].to_numpy() for name in table.column_names}

    def finish(
        self, model: Mapping[str, Any], checksums: Mapping[str, Mapping[str, str]]
    ) -> Mapping[str, Any]:
        """Write the checksums, and all that is in the log."""
        with ladybug_errors(self._file):
            rows = [{"layer": layer, **each} for layer, each in checksums.items()]
            # LadybugDB knows no type of the elements of an empty list.
            if rows:
                run(self._connection, _LAYER_CHECKSUMS, {"checksums": rows})
            run(self._connection, _MODEL_CHECKSUM, {"checksum": model["checksum"]})
            run(self._connection, "CHECKPOINT")
        return {}

    def close(self) -> None:
        """Do nothing: who opened the file closes it."""
