"""Write the nodes and relationships of a model over Bolt."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

import neo4j
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from neo4j.exceptions import ConstraintError
from numpy.typing import NDArray

from exporter.planning.layer import EdgeBlock, PlannedLayer
from exporter.sinks.neo4j import statements
from exporter.sinks.neo4j.blocks import Block, BlockWriter, blocks_there
from exporter.sinks.neo4j.connection import Connection, NoMemory, changed, told_of_memory
from exporter.sinks.neo4j.neurons import PendingNeurons
from exporter.sinks.neo4j.ownership import Ownership
from exporter.sinks.neo4j.pace import Pace
from exporter.sinks.neo4j.payload import Payload
from exporter.sinks.neo4j.removal import remove_blocks
from exporter.sinks.writer import Writer
from queries.core.layer import id_ranges
from queries.core.schema import connects_to, weight_properties
from queries.core.wording import option
from queries.errors import GraphError
from queries.library.queries import query
from queries.stores.cypher.node_ids import NodeIds, of_server
from queries.stores.neo4j.connection import READERS, driver_errors
from queries.stores.neo4j.store import BoltStore

NEURONS_A_TRANSACTION: Final = 2_500


class BoltWriter(Writer):
    """Writes a model whose node is there, and bears the mark of this load.

    Parameters
    ----------
    connection
        Where to.
    owner
        This load.
    model
        The properties of the model.
    pace
        How many relationships a transaction, and how many transactions at once.
    label
        What all nodes of the model have as a label beside; None for none.
    """

    def __init__(
        self,
        connection: Connection,
        owner: Ownership,
        model: Mapping[str, Any],
        pace: Pace,
        label: str | None,
    ) -> None:
        super().__init__(connection.uri, model)
        self._connection, self._owner, self._label = connection, owner, label
        self._last_neuron = -1
        self._neurons = PendingNeurons()
        self._neurons_a_transaction = NEURONS_A_TRANSACTION
        self._there: set[int] = set()
        self._all_there = False
        self._node_ids: NodeIds | None = None
        columns = connects_to(model["granularity"])
        properties = {
            name: np.dtype(columns.field(name).type.to_pandas_dtype())
            for name in weight_properties(model["granularity"])
        }
        payload = Payload(connection.server, properties)
        self._blocks = BlockWriter(connection, owner, payload, pace)

    def read_progress(self) -> None:
        """Read what an interrupted load has written."""
        self._there = blocks_there(self._connection, self._owner)
        self._all_there = bool(self._node().get("written"))
        self._last_neuron = self._last_stored()

    def _node(self) -> Mapping[str, Any]:
        """Return the properties of the model's node, none where it was removed."""
        rows = self._connection.read(statements.MODELS, names=[self._owner.name])
        return dict(rows[0]["m"]) if rows else {}

    def add_layers(
        self, layers: Sequence[Mapping[str, Any]], following: Sequence[tuple[str, str]]
    ) -> None:
        """Write the layers, and which follows which by name."""
        owner = self._owner
        rows = [{**layer, "model": owner.key} for layer in layers]
        # Where nothing is changed the model would seem to be another load's.
        if rows:
            self._write_owned(statements.add_layers(self._label), layers=rows)
        self._connection.write(
            statements.ADD_NEXT, model=owner.key, following=[list(pair) for pair in following]
        )

    def add_neurons(self, neurons: pa.Table, class_name: str) -> None:
        """Keep neurons until there are enough for a transaction; they get a label of the class."""
        missing = neurons.filter(pc.greater(neurons["id"], self._last_neuron))
        self._neurons.add(missing, class_name)
        self._write_neurons(self._neurons_a_transaction)

    def _write_neurons(self, least: int) -> None:
        """Write the neurons that wait, in their order, while there are so many."""
        while self._neurons.rows >= least:
            most = self._neurons_a_transaction
            part, rest = self._neurons.split(most)
            try:
                self._write_once(part)
            except NoMemory:
                if part.rows == 1:
                    raise GraphError(
                        f"{self.location} has no memory for a transaction of one neuron; give the "
                        f"server more of it, and go on with {option('resume', True)}"
                    ) from None
                self._neurons_a_transaction = part.rows // 2
            else:
                self._neurons = rest

    def _write_once(self, neurons: PendingNeurons) -> None:
        """Write neurons in one transaction."""
        by_class = [
            (statements.add_neurons(name, self._label), {**self._owner.parameters, "layers": rows})
            for name, rows in neurons.by_class().items()
        ]

        def work(transaction: neo4j.ManagedTransaction) -> None:
            for statement, parameters in by_class:
                with told_of_memory():
                    counters = changed(transaction, statement, parameters)
                self._owner.require(counters.contains_updates)

        with driver_errors(self.location), told_of_memory():
            try:
                self._connection.transaction(work)
            except ConstraintError:
                # The commit went well, and its acknowledgement was lost.
                if self._last_stored() != neurons.last_id:
                    raise

    def _last_stored(self) -> int:
        """Return the id of the last neuron that is there, -1 where none is."""
        (row,) = self._connection.read(statements.LAST_NEURON, model=self._owner.key)
        return -1 if row["id"] is None else int(row["id"])

    def _write_owned(self, statement: str, **parameters: Any) -> None:
        """Run a statement that does nothing where the model is no longer this load's."""
        counters = self._connection.write(statement, **{**parameters, **self._owner.parameters})
        self._owner.require(counters.contains_updates)

    def add_edges(self, layer: PlannedLayer, start: int, block: EdgeBlock) -> None:
        """Hand a block to the threads that write, unless it is there."""
        self._write_neurons(1)
        first = layer.first + start
        if self._all_there or first in self._there:
            self.resumed_edges += len(block)
        else:
            self._blocks.add(Block(first, block))

    def flush(self) -> None:
        """Wait until all is committed."""
        self._write_neurons(1)
        self._blocks.flush()

    def stored_edges(
        self, first: int, last: int, edges: int
    ) -> Iterator[dict[str, NDArray[np.generic]]]:
        """Read back all relationships into neurons ``first`` to ``last``, several parts at once."""
        node_ids = self._ids_of_nodes()
        every_edge, granularity = query("edges"), self.model["granularity"]
        values = every_edge.checked({})

        def read(part: tuple[int, int]) -> dict[str, NDArray[np.generic]]:
            bounds: dict[str, Any] = {"model": self._owner.key, "first": part[0], "last": part[1]}
            statement = every_edge.statement(
                values, BoltStore.name, granularity, in_lists=True, **bounds
            )
            table = node_ids.edges(self._connection.columns(statement))
            return {name: table[name].to_numpy() for name in table.column_names}

        parts = id_ranges(first, last, edges, BoltStore.edges_a_part)
        with ThreadPoolExecutor(READERS, thread_name_prefix="neurongraph-reader") as readers:
            running: deque[Future[dict[str, NDArray[np.generic]]]] = deque()
            for part in parts:
                running.append(readers.submit(read, part))
                if len(running) == READERS:
                    yield running.popleft().result()
            for left in running:
                yield left.result()
        # What is missing may have been removed by a process that took the model over.
        self._owner.require(self._node().get("load") == self._owner.load)

    def _ids_of_nodes(self) -> NodeIds:
        """Read, once all neurons are there, which node each is."""
        if self._node_ids is None:

            def run(statement: str, parameters: dict[str, Any]) -> list[neo4j.Record]:
                return self._connection.read(statement, **parameters)

            self._node_ids = of_server(run, self._owner.key)
        return self._node_ids

    def finish(
        self, model: Mapping[str, Any], checksums: Mapping[str, Mapping[str, str]]
    ) -> Mapping[str, Any]:
        """Write the checksums, and remove the marks of blocks."""
        owner = self._owner
        self._write_owned(statements.WRITTEN)
        remove_blocks(self._connection, owner.key)
        self._connection.write(
            statements.CHECKSUMS,
            model=owner.key,
            checksums=[{"layer": layer, **each} for layer, each in checksums.items()],
        )
        self._write_owned(statements.MODEL_CHECKSUM, checksum=model["checksum"])
        return {}

    def close(self) -> None:
        """Stop the threads that write."""
        self._blocks.close()
