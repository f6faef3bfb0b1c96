"""A Neo4j database that takes a model over Bolt."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any, ClassVar, Final

import neo4j
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from neo4j.exceptions import ConstraintError
from numpy.typing import NDArray

from exporter.planning.layer import EdgeBlock, PlannedLayer
from exporter.sinks.base import REPLACED, STAGED, Sink, exists_error
from exporter.sinks.neo4j import statements
from exporter.sinks.neo4j.blocks import Block, BlockWriter, blocks_there
from exporter.sinks.neo4j.connection import Connection, NoMemory, changed, told_of_memory
from exporter.sinks.neo4j.ownership import Ownership
from exporter.sinks.neo4j.pace import Pace
from exporter.sinks.neo4j.payload import Payload
from exporter.sinks.neo4j.removal import remove, remove_blocks, remove_strays
from queries.core.address import repeatable
from queries.core.layer import id_ranges
from queries.core.progress import Progress
from queries.core.schema import (
    COMPLETE,
    DROPPING,
    LOADING,
    MODEL,
    connects_to,
    neo4j_schema,
    weight_properties,
)
from queries.errors import GraphError, ModelNotFoundError
from queries.library.queries import query
from queries.stores.neo4j.bolt import READERS, BoltStore, driver_errors
from queries.stores.neo4j.node_ids import NodeIds, of_server

NEURONS_A_TRANSACTION: Final = 2_500


class BoltSink(Sink):
    """A Neo4j database, open for writing.

    Parameters
    ----------
    uri
        A ``bolt://`` or ``neo4j://`` URI, without credentials.
    batch_size, writers
        Relationships a transaction, and transactions at once; by default what the server takes.
    """

    block_edges: ClassVar[int] = 5_000

    def __init__(
        self, uri: str, *, batch_size: int | None = None, writers: int | None = None
    ) -> None:
        self.location = uri
        self._pace = Pace(batch_size, writers)
        self._connection = Connection(uri)
        self._closing = ExitStack()
        self._closing.callback(self._connection.close)
        self._last_neuron = -1
        self._neurons_a_transaction = NEURONS_A_TRANSACTION
        self._there: set[tuple[int, int]] = set()
        self._all_there = False
        self._node_ids: NodeIds | None = None

    def has(self, model: str) -> bool:
        """Tell whether a model of that name is there, complete or not."""
        return bool(self._models(model))

    def _models(self, *names: str) -> dict[str, dict[str, Any]]:
        """Return the properties of models by name."""
        rows = self._connection.read(statements.MODELS, names=list(names))
        return {row["m"]["name"]: dict(row["m"]) for row in rows}

    def find(self, model: str) -> dict[str, Any] | None:
        """Return the model of that name that a load would go on with."""
        there = self._models(model, model + STAGED)
        for name in (model + STAGED, model):
            found = there.get(name, {})
            if found and (found["state"] != DROPPING or found.get("replacing")):
                return {column: found.get(column) for column in MODEL.names}
        return None

    def begin(self, model: Mapping[str, Any], *, replace: bool) -> None:
        """Make constraints, and the model's node."""
        self._make_constraints()
        name = self._final = model["name"]
        there = self._models(name, name + STAGED, name + REPLACED)
        if name in there and not replace and there[name]["state"] != DROPPING:
            raise exists_error(self.location, name)
        if name + STAGED in there:
            # A replacement that is killed meanwhile can then be gone on with.
            begun = {column: model[column] for column in ("fingerprint", "schema_version")}
            self._connection.write(statements.REPLACING, name=name + STAGED, begun=begun)
        for left in (name, name + STAGED, name + REPLACED):
            if left in there and (left != name or there[left]["state"] != COMPLETE):
                self.drop(left)
                del there[left]
        # A key that is missing was removed by somebody, and was perhaps the name.
        taken = there[name].get("key") or name if name in there else None
        staged = name + STAGED if name in there else name
        self._own(staged, staged if taken == name else name, model["granularity"])
        self._add_model({**model, "name": staged, "key": self._owner.key, "state": LOADING})
        # Somebody may have removed the node of a model, and left the rest of it.
        remove_strays(self._connection, self._owner.key)

    def _make_constraints(self) -> None:
        for statement in neo4j_schema(seconds=300):
            self._connection.write(statement)

    def _own(self, name: str, key: str, granularity: str) -> None:
        self._owner = Ownership(self.location, name, key)
        self._granularity = granularity
        columns = connects_to(granularity)
        properties = {
            name: np.dtype(columns.field(name).type.to_pandas_dtype())
            for name in weight_properties(granularity)
        }
        payload = Payload(self._connection.server, properties)
        self._writer = BlockWriter(self._connection, self._owner, payload, self._pace)
        self._closing.callback(self._writer.close)

    def _add_model(self, model: Mapping[str, Any]) -> None:
        def work(transaction: neo4j.ManagedTransaction) -> None:
            named = {"model": dict(model), "load": self._owner.load}
            changed(transaction, statements.ADD_MODEL, named)

        with driver_errors(self.location):
            try:
                self._connection.transaction(work)
            except ConstraintError:
                there = self._models(model["name"])
                if not there:
                    raise  # Another application's constraint.
                # It may be our own, whose acknowledgement was lost.
                if there[model["name"]].get("load") != self._owner.load:
                    raise exists_error(self.location, model["name"]) from None

    def resume(self, model: Mapping[str, Any]) -> None:
        """Put our mark on the model's node, and read which blocks are there."""
        self._make_constraints()
        self._final = model["name"].removesuffix(STAGED)
        self._own(model["name"], model["key"], model["granularity"])
        parameters = {"name": model["name"], "load": self._owner.load}
        taken = self._connection.write(statements.TAKE_OVER, **parameters)
        self._owner.require(taken.properties_set > 0)
        self._there = blocks_there(self._connection, self._owner.key)
        self._all_there = bool(self._models(model["name"])[model["name"]].get("written"))
        self._last_neuron = self._last_stored()

    def add_layers(
        self, layers: Sequence[Mapping[str, Any]], following: Sequence[tuple[str, str]]
    ) -> None:
        """Write the layers, and which follows which by name."""
        owner = self._owner
        rows = [{**layer, "model": owner.key} for layer in layers]
        self._write_owned(statements.ADD_LAYERS, layers=rows)
        self._connection.write(
            statements.ADD_NEXT, model=owner.key, following=[list(pair) for pair in following]
        )

    def add_neurons(self, neurons: pa.Table, class_name: str) -> None:
        """Write neurons of one layer, with a second label of its class."""
        missing = neurons.filter(pc.greater(neurons["id"], self._last_neuron))
        statement = statements.add_neurons(class_name)
        start = 0
        while start < len(missing):
            part = missing[start : start + self._neurons_a_transaction]
            try:
                self._write_neurons(statement, part)
            except NoMemory:
                if len(part) == 1:
                    raise GraphError(
                        f"{self.location} has no memory for a transaction of one neuron; give the "
                        "server more of it, and go on with --resume"
                    ) from None
                self._neurons_a_transaction = len(part) // 2
            else:
                start += len(part)

    def _write_neurons(self, statement: str, neurons: pa.Table) -> None:
        columns = {name: neurons[name].to_pylist() for name in neurons.column_names}
        columns |= {name: columns[name][0] for name in ("layer", "layer_index")}
        columns["caption"] = columns["name"]
        parameters = {**columns, **self._owner.parameters}

        def work(transaction: neo4j.ManagedTransaction) -> None:
            with told_of_memory():
                written = changed(transaction, statement, parameters)
            self._owner.require(written.contains_updates)

        with driver_errors(self.location), told_of_memory():
            try:
                self._connection.transaction(work)
            except ConstraintError:
                # The commit went well, and its acknowledgement was lost.
                if self._last_stored() != neurons["id"][-1].as_py():
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
        """Hand a block to the writers, unless it is there."""
        if self._all_there or (layer.index, start) in self._there:
            self.resumed_edges += len(block)
        else:
            self._writer.add(Block(layer.index, start, block))

    def flush(self) -> None:
        """Wait until all blocks are committed."""
        self._writer.flush()

    def stored_edges(
        self, first: int, last: int, edges: int
    ) -> Iterator[dict[str, NDArray[np.generic]]]:
        """Read back all relationships into neurons ``first`` to ``last``, several parts at once."""
        node_ids = self._ids_of_nodes()
        asked = query("edges")
        values = asked.checked({})

        def read(part: tuple[int, int]) -> dict[str, NDArray[np.generic]]:
            bounds = {"model": self._owner.key, "first": part[0], "last": part[1]}
            statement = asked.statement(values, BoltStore.name, self._granularity, **bounds)
            table = node_ids.edges(self._connection.columns(statement))
            return {name: table[name].to_numpy() for name in table.column_names}

        parts = id_ranges(first, last, edges, BoltStore.edges_a_part)
        with ThreadPoolExecutor(READERS, thread_name_prefix="neurongraph-reader") as readers:
            for begin in range(0, len(parts), READERS):
                yield from readers.map(read, parts[begin : begin + READERS])
        # What is missing may have been removed by a process that took the model over.
        found = self._models(self._owner.name).get(self._owner.name, {})
        self._owner.require(found.get("load") == self._owner.load)

    def _ids_of_nodes(self) -> NodeIds:
        """Read, once all neurons are there, which node each is."""
        if self._node_ids is None:

            def run(statement: str, parameters: dict[str, Any]) -> list[neo4j.Record]:
                return self._connection.read(statement, **parameters)

            self._node_ids = of_server(run, self._owner.key)
        return self._node_ids

    def finish(self, checksums: Mapping[str, Mapping[str, str]], of_model: str) -> None:
        """Remove the blocks' nodes, and put the model in the place of the one it replaces."""
        owner = self._owner
        self._write_owned(statements.WRITTEN)
        remove_blocks(self._connection, owner.key)
        self._connection.write(
            statements.CHECKSUMS,
            model=owner.key,
            checksums=[{"layer": layer, **each} for layer, each in checksums.items()],
        )
        self._write_owned(statements.MODEL_CHECKSUM, checksum=of_model)
        with driver_errors(self.location):
            self._connection.transaction(self._take_place)

    def _take_place(self, transaction: neo4j.ManagedTransaction) -> None:
        """In one transaction, so that either the old or the new model answers."""
        names = {
            **self._owner.parameters,
            "final": self._final,
            "aside": self._final + REPLACED,
        }
        if self._owner.name != self._final:
            changed(transaction, statements.SET_ASIDE, names)
        done = changed(transaction, statements.COMPLETE, names)
        self._owner.require(done.properties_set > 0)

    def tidy(self, model: str, progress: Progress) -> None:
        """Take the load's mark away, and remove the model that was replaced."""
        self._connection.write(statements.UNMARK, name=model)
        old = model + REPLACED
        replaced = self._models(old).get(old)
        if replaced is None:
            return
        removed = 0

        def count(more: int) -> None:
            nonlocal removed
            removed += more
            progress("replaced relationships", removed, int(replaced["edges"]))

        self.drop(old, count)

    def drop(self, model: str, progress: Callable[[int], None] | None = None) -> int:
        """Delete relationships, neurons, layers and the model, in small transactions."""
        if not self.has(model):
            raise ModelNotFoundError(f"{self.location} holds no model {repeatable(model)}")
        return remove(self._connection, model, progress)

    def close(self) -> None:
        """Stop the writers and close the driver."""
        self._closing.close()
