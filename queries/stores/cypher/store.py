"""A store that answers queries by Cypher."""

from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

import pyarrow as pa

from queries.core.checksum import NEURON_COLUMNS, model_checksum
from queries.core.labels import of_ours
from queries.core.layer import Layer, id_ranges, layers_of
from queries.core.progress import Progress, silent
from queries.core.record_schema import ACTIVATES, ACTIVE, CIRCUIT, CONTRIBUTES, INPUT
from queries.core.records import CircuitRecord, circuit_checksum, input_checksum
from queries.core.room import make_room
from queries.library.frames import to_columns
from queries.library.queries import Query, Statement, query
from queries.stores.base import Store
from queries.stores.cypher import records
from queries.stores.first_pass import Read
from queries.stores.records import no_record_error, require_as_written, require_whole
from queries.stores.together import Together
from queries.stores.whole import Whole

if TYPE_CHECKING:
    from queries.core.model import StoredModel
    from queries.core.neuron_filter import NeuronFilter
    from queries.stores.damage import Damage

_JOINED: Final = """
MATCH (m:Model)-[:HAS_LAYER]->(l:Layer) WHERE m.key = $model AND l.model = $model
RETURN l.name AS name
"""
_BEGINNING: Final = """
MATCH (s:Neuron)-[r:CONNECTS_TO]->(t:Neuron) WHERE s.model = $model AND t.model = $model
RETURN count(r) AS edges, count(r.weight) AS weighted
"""


_MOST_MODELS: Final = 2
"""Of how many models the layers are kept: a comparison needs two."""


class CypherStore(Store):
    """An open graph, read by the statements of the query library.

    A statement without a model name is about all models of the graph.
    """

    name: ClassVar[str]
    """What templates call the store: ``neo4j`` or ``embedded``."""

    edges_a_part: ClassVar[int]
    """Into how many relationships a pass is best divided for ``tables``."""

    sums_passes: ClassVar[bool] = True

    def __init__(self) -> None:
        self._whole: dict[StoredModel, Whole] = {}
        self._layers: dict[StoredModel, list[Layer]] = {}

    @abstractmethod
    def table(self, statement: Statement, about: "StoredModel") -> pa.Table:
        """Run a statement about a model and return its rows as columns, in their order.

        Raises
        ------
        GraphError
            If the model was replaced, or removed, since it was chosen.
        """

    @abstractmethod
    def tables(self, statements: Sequence[Statement], about: "StoredModel") -> pa.Table:
        """Run statements of the same columns; return all rows, in any order.

        Raises
        ------
        GraphError
            As ``table``.
        """

    @abstractmethod
    def by_ids(self, edges: pa.Table, model: "StoredModel") -> pa.Table:
        """Return what the query ``edges`` gives without a source filter, with ids of neurons.

        Parameters
        ----------
        edges
            Its rows. The column ``source`` is what the store itself calls the nodes, which it
            reads faster.
        model
            The model whose relationships they are; others are left out.

        Raises
        ------
        GraphError
            If the model was replaced while it was read.
        """

    def statement(
        self,
        query: Query,
        values: Mapping[str, Any],
        about: "StoredModel | None" = None,
        **internal: Any,
    ) -> Statement:
        """Return the Cypher that answers a query."""
        if about is None:
            return query.statement(values, self.name)
        if query.with_properties and "properties" not in internal:
            finished = [each.name for each in self.properties(about) if each.finished]
            internal = {**internal, "properties": finished}
        return query.statement(values, self.name, about.granularity, model=about.key, **internal)

    def _in_lists(
        self, query: Query, values: Mapping[str, Any], about: "StoredModel", **internal: Any
    ) -> Statement:
        """Return the Cypher that answers a query with lists where that is read faster."""
        return self.statement(query, values, about, in_lists=True, **internal)

    def run(
        self, query: Query, values: Mapping[str, Any], about: "StoredModel", **internal: Any
    ) -> pa.Table:
        """Run the statement of a query as it stands, and return its rows."""
        return self.table(self.statement(query, values, about, **internal), about)

    def answer(self, query: Query, values: Mapping[str, Any], about: "StoredModel") -> pa.Table:
        """Run the statement of a query; relationships are read in parts, unless by source.

        Raises
        ------
        GraphDamagedError
            If the answer covers whole layers, and is not what their load wrote.
        """
        if query.name == "edges" and not values["source"]:
            return self._edges_in_parts(query, values, about)
        table = self.table(self._in_lists(query, values, about), about)
        if not self.compares(about):
            return table
        if query.name == "layers":
            self._require_properties(table, about)
        elif query.name == "neurons":
            self.whole(about).require_neurons(values["neurons"], table)
        elif query.name == "weight_distribution":
            self.whole(about).require_counts(values["neurons"], table)
        elif query.name == "summary":
            self.whole(about).require_total(table)
        return table

    def layers(self, about: "StoredModel") -> list[Layer]:
        """Return the layers of a model, read once; those that somebody edits are read each time."""
        if not self.compares(about):
            return super().layers(about)
        layers = self._layers.get(about)
        if layers is None:
            layers = super().layers(about)
            make_room(self._layers, _MOST_MODELS)
            self._layers[about] = layers
        return layers

    def whole(self, about: "StoredModel") -> Whole:
        """Return the layers of a model as its load wrote them, for comparisons."""
        whole = self._whole.get(about)
        if whole is None:
            whole = Whole(self.location, about.name, self.layers(about))
            self._whole = {about: whole}
        return whole

    def _require_properties(self, layers: pa.Table, about: "StoredModel") -> None:
        """Compare the properties of a model and its layers, when these are first read."""
        if about in self._whole:
            return
        layers_query = query("layers")
        rows = to_columns(layers, layers_query.columns).to_pylist()
        whole = Whole(self.location, about.name, layers_of(rows))
        same = model_checksum(about.properties, rows) == about.checksum
        if not same and self._is_there(about):
            raise whole.damaged(
                "the properties of the model or of its layers, or which layer follows which, are "
                "not those that its load wrote"
            )
        self._whole = {about: whole}

    def _is_there(self, about: "StoredModel") -> bool:
        """Tell whether a model has not been replaced since it was chosen."""
        return any(row["load_id"] == about.load_id for row in self.models(about.name))

    def neurons(
        self, neurons: "NeuronFilter", about: "StoredModel", names: Sequence[str]
    ) -> pa.Table:
        """Return some columns of the query ``neurons``; no others need to be sent.

        When all neurons of a layer are first read, all columns are, and they are compared.
        """
        written = [name for name in names if name not in NEURON_COLUMNS]
        statement = self.statement(
            query("neurons"), {"neurons": neurons}, about, properties=written
        )
        if not self.compares(about):
            return self._some_columns(statement, about, names)
        whole = self.whole(about)
        columns = {"id", *names, *(NEURON_COLUMNS if whole.lacks(neurons) else ())}
        table = self._some_columns(statement, about, columns)
        whole.require_neurons(neurons, table)
        return table.select(names)

    def _some_columns(
        self, statement: Statement, about: "StoredModel", names: Collection[str]
    ) -> pa.Table:
        columns = tuple(column for column in statement.columns if column.name in names)
        table = self.table(replace(statement, columns=columns), about)
        return table.select([column.name for column in columns])

    def edges_into(self, layer: Layer, first: int, last: int, about: "StoredModel") -> pa.Table:
        """Return all relationships into some neurons of a layer, in any order."""
        edges_query = query("edges")
        share = layer.edges * (last + 1 - first) // layer.neurons
        bounds = id_ranges(first, last, share, self.edges_a_part)
        return self._edges_of(edges_query, edges_query.checked({}), about, bounds)

    def ids_of(self, about: "StoredModel") -> range:
        """Return the ids of the neurons of a model; none where it has circuits alone."""
        layers = self.layers(about)
        return range(layers[0].first, layers[-1].last + 1) if layers else range(0)

    def keeps_records(self, about: "StoredModel") -> bool:
        """Tell whether inputs or circuits may be stored with a model."""
        return True

    def inputs(self, about: "StoredModel") -> pa.Table:
        """Return the inputs that are stored with a model, by name."""
        if not self.keeps_records(about):
            return super().inputs(about)
        return self._record(about, records.INPUTS, INPUT)

    def activations_of(self, about: "StoredModel", name: str) -> pa.Table:
        """Return what the neurons of a model put out at a stored input."""
        own = self._whole_record(about, "Input", name, self.inputs(about))
        rows = self._record(about, records.ACTIVATIONS, ACTIVATES, name=name)
        if self.compares(about):
            found = input_checksum(own, rows)
            require_as_written("Input", own, found, about.name, self.location)
        return rows

    def circuits(self, about: "StoredModel") -> pa.Table:
        """Return the circuits that are stored with a model, by name."""
        if not self.keeps_records(about):
            return super().circuits(about)
        return self._record(about, records.CIRCUITS, CIRCUIT)

    def circuit(self, about: "StoredModel", name: str) -> CircuitRecord:
        """Return a stored circuit."""
        own = self._whole_record(about, "Circuit", name, self.circuits(about))
        nodes = self._record(about, records.NODES, ACTIVE, name=name)
        joined = self._record(about, records.RELATIONSHIPS, CONTRIBUTES, name=name)
        if self.compares(about):
            found = circuit_checksum(own, nodes, joined)
            require_as_written("Circuit", own, found, about.name, self.location)
        return CircuitRecord(own, nodes, joined)

    def joined_records(self, about: "StoredModel", name: str) -> tuple[int, int]:
        """Count the relationships of a circuit to its input, and of its nodes to their neurons."""
        read = partial(self.table, about=about)
        of, of_nodes = records.joined(read, self.name, model=about.key, name=name)
        return of, of_nodes

    def damage(self, about: "StoredModel", progress: Progress = silent) -> "Iterator[Damage]":
        """Yield also which inputs and circuits are not as they were written."""
        from queries.stores.cypher.record_damage import record_damage

        yield from super().damage(about, progress)
        with self.uncompared():
            yield from record_damage(self, about)

    def _record(
        self, about: "StoredModel", cypher: str, schema: pa.Schema, **values: Any
    ) -> pa.Table:
        read = partial(self.table, about=about)
        return records.table(read, self.name, cypher, schema, model=about.key, **values)

    def _whole_record(
        self, about: "StoredModel", label: str, name: str, there: pa.Table
    ) -> dict[str, Any]:
        """Return the properties of an input, or a circuit, that is whole."""
        rows: dict[str, dict[str, Any]] = {row["name"]: row for row in there.to_pylist()}
        if name not in rows:
            raise no_record_error(label, about.name, name, rows)
        require_whole(label, name, rows[name]["state"], about.name, self.location)
        return rows[name]

    def reader(self, layers: Sequence[Layer], about: "StoredModel") -> Read:
        """Return what reads relationships; those into small layers come by one statement."""

        def read_all(run: Sequence[Layer]) -> pa.Table:
            bounds = id_ranges(
                run[0].first, run[-1].last, sum(each.edges for each in run), self.edges_a_part
            )
            return self._edges_of(edges_query, edges_query.checked({}), about, bounds)

        edges_query = query("edges")
        return Together(layers, super().reader(layers, about), read_all)

    def joined_layers(self, about: "StoredModel") -> list[str]:
        """Return the names of the layers that the node of a model is joined to."""
        rows = self.frame(of_ours(_JOINED, self.name), {"model": about.key}, about.name)
        return [str(name) for name in rows["name"]]

    def relationships(self, about: "StoredModel") -> tuple[int, int]:
        """Count the relationships that begin at neurons of a model, and those with a weight."""
        row = self.frame(of_ours(_BEGINNING, self.name), {"model": about.key}, about.name).iloc[0]
        return int(row["edges"]), int(row["weighted"])

    def _edges_in_parts(
        self, edges_query: Query, values: Mapping[str, Any], about: "StoredModel"
    ) -> pa.Table:
        names = values["target"].layers
        bounds = [
            part
            for layer in self.layers(about)
            if layer.edges and (names is None or layer.name in names)
            for part in id_ranges(layer.first, layer.last, layer.edges, self.edges_a_part)
        ]
        edges = self._edges_of(edges_query, values, about, bounds)
        if values["min_weight"] == 0 and self.compares(about):
            self.whole(about).require_edges(values["target"], edges)
        return edges

    def _edges_of(
        self,
        edges_query: Query,
        values: Mapping[str, Any],
        about: "StoredModel",
        bounds: Sequence[tuple[int, int]],
    ) -> pa.Table:
        """Run the statement once for each range of neuron ids; return all rows."""
        # A range without neurons keeps the columns where there is nothing to ask for.
        ranges = bounds or [(0, -1)]
        parts = [
            self._in_lists(edges_query, values, about, first=low, last=high) for low, high in ranges
        ]
        rows = self.tables(parts, about)
        table = to_columns(rows, edges_query.columns_in(about.granularity))
        return self.by_ids(table, about)
