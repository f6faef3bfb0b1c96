"""Write a model into Neo4j over Bolt, by several sessions at once."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, ClassVar, Final

import neo4j
import numpy as np
import pyarrow as pa

from exporter.batches import EdgeBlock
from exporter.sinks.base import STAGED, Sink, check_written, exists_error
from queries.errors import ModelNotFoundError
from queries.schema import COMPLETE, LOADING, NEO4J_CONSTRAINTS, weight_properties
from queries.stores.bolt import connect, driver_errors

WRITERS: Final = 2
NEURONS_A_TRANSACTION: Final = 10_000
DELETED_A_TRANSACTION: Final = 50_000

_ADD_MODEL: Final = "CREATE (m:Model) SET m = $model"
_ADD_LAYERS: Final = """
MATCH (m:Model {name: $model})
UNWIND $layers AS layer
CREATE (m)-[:HAS_LAYER]->(l:Layer) SET l = layer
"""
_ADD_NEXT: Final = """
UNWIND $following AS pair
MATCH (a:Layer {model: $model, name: pair[0]}), (b:Layer {model: $model, name: pair[1]})
CREATE (a)-[:NEXT]->(b)
"""
# The class name cannot be a parameter; it is one of the handlers' own names.
_ADD_NEURONS: Final = """
UNWIND range(0, size($id) - 1) AS i
CREATE (:Neuron:`{class_name}` {{
  model: $model, id: $id[i], name: $name[i], layer: $layer, layer_index: $layer_index,
  channel: $channel[i], x: $x[i], y: $y[i], z: $z[i], bias: $bias[i], slope: $slope[i],
  neurons: $neurons[i]
}})
"""
# The names of properties cannot be parameters; they are those of the schema.
_ADD_EDGES: Final = """
UNWIND $sources AS id
MATCH (s:Neuron {{model: $model, id: id}})
WITH s ORDER BY s.id
WITH collect(s) AS sources
UNWIND $targets AS id
MATCH (t:Neuron {{model: $model, id: id}})
WITH sources, t ORDER BY t.id
WITH sources, collect(t) AS targets
UNWIND range(0, size($source) - 1) AS i
WITH i, sources[$source[i]] AS s, targets[$target[i]] AS t
CREATE (s)-[:CONNECTS_TO {{{properties}}}]->(t)
"""
_DROP_EDGES: Final = """
MATCH (t:Neuron)
WHERE t.model IN $models AND t.id >= $first AND t.id <= $last
MATCH (t)<-[r:CONNECTS_TO]-()
DELETE r
"""
_DROP_NEURONS: Final = """
MATCH (n:Neuron)
WHERE n.model IN $models AND n.id >= $first AND n.id <= $last
DETACH DELETE n
"""
_DROP_COARSE: Final = """
MATCH (m:Model {name: $model})
OPTIONAL MATCH (m)-[:HAS_LAYER]->(l:Layer)
DETACH DELETE l, m
"""
_RENAME_NEURONS: Final = """
MATCH (n:Neuron)
WHERE n.model = $staged AND n.id >= $first AND n.id <= $last
SET n.model = $model
"""
_LAYER_RANGES: Final = """
MATCH (:Model {name: $model})-[:HAS_LAYER]->(l:Layer)
RETURN l.first AS first, l.last AS last, l.edges AS edges
ORDER BY l.index DESC
"""


class BoltSink(Sink):
    """A Neo4j database, open for writing.

    Parameters
    ----------
    uri
        A ``bolt://`` or ``neo4j://`` URI, without credentials.
    """

    batch_size: ClassVar[int] = 20_000

    def __init__(self, uri: str) -> None:
        self.location = uri
        self._driver, self._database = connect(uri)
        self._writers = ThreadPoolExecutor(WRITERS, thread_name_prefix="neurongraph-writer")
        self._running: set[Future[int]] = set()
        self._written = 0

    def has(self, model: str) -> bool:
        """Tell whether a model of that name is there, complete or not."""
        return bool(self._read("MATCH (m:Model {name: $model}) RETURN m.name", model=model))

    def begin(self, model: Mapping[str, Any], *, replace: bool, batch_size: int | None) -> None:
        """Make constraints, and the model's node."""
        for statement in NEO4J_CONSTRAINTS:
            self._write(statement)
        self._write("CALL db.awaitIndexes(300)")
        self._model = model["name"]
        self._edges = int(model["edges"])
        names = weight_properties(model["granularity"])
        self._add_edges = _ADD_EDGES.format(
            properties=", ".join(f"{name}: ${name}[i]" for name in names)
        )
        replaced = self.has(self._model)
        if replaced and not replace:
            raise exists_error(self.location, self._model)
        if self.has(self._model + STAGED):
            self.drop(self._model + STAGED)
        self._staged = self._model + STAGED if replaced else self._model
        self._rows = batch_size or self.batch_size
        self._written = 0
        self._write(_ADD_MODEL, model={**model, "name": self._staged, "state": LOADING})

    def add_layers(
        self, layers: Sequence[Mapping[str, Any]], following: Sequence[tuple[str, str]]
    ) -> None:
        """Write the layers, and which follows which by name."""
        rows = [{**layer, "model": self._staged} for layer in layers]
        self._write(_ADD_LAYERS, model=self._staged, layers=rows)
        self._write(_ADD_NEXT, model=self._staged, following=[list(pair) for pair in following])

    def add_neurons(self, neurons: pa.Table, class_name: str) -> None:
        """Write neurons of one layer, with a second label of its class."""
        statement = _ADD_NEURONS.format(class_name=class_name)
        for batch in neurons.to_batches(max_chunksize=NEURONS_A_TRANSACTION):
            columns = {field.name: batch[field.name].to_pylist() for field in batch.schema}
            columns |= {name: columns[name][0] for name in ("layer", "layer_index")}
            self._write(statement, **{**columns, "model": self._staged})

    def add_edges(self, block: EdgeBlock) -> None:
        """Hand edges to the writers, in transactions of the batch size."""
        for start in range(0, len(block), self._rows):
            part = block.chosen(slice(start, start + self._rows))
            while len(self._running) >= 2 * WRITERS:
                self._collect(*wait(self._running, return_when=FIRST_COMPLETED))
            self._running.add(self._writers.submit(self._write_edges, part))

    def _write_edges(self, edges: EdgeBlock) -> int:
        sources, source = np.unique(edges.source, return_inverse=True)
        targets, target = np.unique(edges.target, return_inverse=True)
        columns = {
            **edges.columns,
            "source": source,
            "target": target,
            "sources": sources,
            "targets": targets,
        }
        parameters = {name: column.tolist() for name, column in columns.items()}
        return self._write(self._add_edges, model=self._staged, **parameters).relationships_created

    def _collect(self, done: set[Future[int]], running: set[Future[int]]) -> None:
        self._running = running
        self._written += sum(future.result() for future in done)

    def finish(self) -> None:
        """Wait for the writers, then put the model in the place of the one it replaces."""
        self._collect(*wait(self._running))
        check_written(self.location, self._written, self._edges)
        if self._staged != self._model:
            self.drop(self._model)
            self._rename()
        self._write(
            "MATCH (m:Model {name: $staged}) SET m.name = $model, m.state = $state",
            staged=self._staged,
            model=self._model,
            state=COMPLETE,
        )

    def _rename(self) -> None:
        names = {"staged": self._staged, "model": self._model}
        for first, last, _ in self._layer_ranges(self._staged):
            for start in range(first, last + 1, NEURONS_A_TRANSACTION):
                stop = min(start + NEURONS_A_TRANSACTION - 1, last)
                self._write(_RENAME_NEURONS, **names, first=start, last=stop)
        self._write("MATCH (l:Layer {model: $staged}) SET l.model = $model", **names)

    def drop(self, model: str, progress: Callable[[int], None] | None = None) -> int:
        """Delete relationships, neurons, layers and the model, in small transactions."""
        if not self.has(model):
            raise ModelNotFoundError(f"{self.location} holds no model {model!r}")
        self._write(
            "MATCH (m:Model {name: $model}) SET m.state = $state", model=model, state=LOADING
        )
        # A replacement that was interrupted while it took the name has neurons under both.
        base = model.removesuffix(STAGED)
        models = [model] if base == model or self.has(base) else [model, base]
        dropped = 0
        for first, last, edges in self._layer_ranges(model):
            for start, stop in _parts(first, last, edges):
                bounds = {"models": models, "first": start, "last": stop}
                deleted = self._write(_DROP_EDGES, **bounds).relationships_deleted
                dropped += deleted
                if progress is not None:
                    progress(deleted)
        for first, last, _ in self._layer_ranges(model):
            for start in range(first, last + 1, NEURONS_A_TRANSACTION):
                stop = min(start + NEURONS_A_TRANSACTION - 1, last)
                self._write(_DROP_NEURONS, models=models, first=start, last=stop)
        self._write(_DROP_COARSE, model=model)
        return dropped

    def _layer_ranges(self, model: str) -> list[tuple[int, int, int]]:
        rows = self._read(_LAYER_RANGES, model=model)
        return [(row["first"], row["last"], row["edges"]) for row in rows]

    def _write(self, statement: str, **parameters: Any) -> neo4j.SummaryCounters:
        def work(transaction: neo4j.ManagedTransaction) -> neo4j.SummaryCounters:
            return transaction.run(statement, parameters).consume().counters

        with driver_errors(self.location), self._session() as session:
            return session.execute_write(work)

    def _session(self) -> neo4j.Session:
        # Shared bookmarks: on a cluster, what is read must know what was written.
        return self._driver.session(
            database=self._database, bookmark_manager=self._driver.execute_query_bookmark_manager
        )

    def _read(self, statement: str, **parameters: Any) -> list[neo4j.Record]:
        with driver_errors(self.location):
            return self._driver.execute_query(
                statement,
                parameters,
                routing_=neo4j.RoutingControl.READ,
                database_=self._database,
            ).records

    def close(self) -> None:
        """Stop the writers and close the driver."""
        self._writers.shutdown(cancel_futures=True)
        self._driver.close()


def _parts(first: int, last: int, edges: int) -> list[tuple[int, int]]:
    """Split a layer's ids so that each part has about one transaction's worth of edges."""
    neurons = last - first + 1
    step = max(1, neurons * DELETED_A_TRANSACTION // max(edges, DELETED_A_TRANSACTION))
    return [(start, min(start + step - 1, last)) for start in range(first, last + 1, step)]
