"""What the query library needs of a store, however that keeps its graph."""

from abc import abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from queries.core.closing import Closing
from queries.core.progress import Progress, silent

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from queries.analysis.network import Network
    from queries.analysis.operators import EdgeColumns
    from queries.core.layer import Layer
    from queries.core.model import StoredModel
    from queries.core.neuron_filter import NeuronFilter
    from queries.core.properties import WrittenProperty
    from queries.core.records import CircuitRecord
    from queries.library.queries import Query, Statement
    from queries.stores.damage import Damage
    from queries.stores.first_pass import Read
    from queries.stores.processes import Processes


@dataclass(frozen=True)
class Changes:
    """What a statement changed.

    Parameters
    ----------
    nodes_created, nodes_deleted, relationships_created, relationships_deleted, properties_set
        How many. The embedded store compares what there is before and after, so that what the
        statement itself made and deleted again counts as neither; it counts no properties.
    """

    nodes_created: int
    nodes_deleted: int
    relationships_created: int
    relationships_deleted: int
    properties_set: int | None


class Store(Closing):
    """An open graph."""

    location: str
    """The path or URI that was opened."""

    wholly: bool = False
    """Whether files are compared by all of their bytes before they are opened.

    By itself a file is taken for right where its size and its time are those that were noted.
    """

    _compares = True

    sums_passes: ClassVar[bool] = False
    """Whether a first pass over a layer compares its checksum beside its count.

    That is worth it where it takes under a tenth of the time that the reading takes.
    """

    @property
    def processes(self) -> "Processes | None":
        """The processes that share what is computed of many inputs; None where there are none."""
        return None

    @abstractmethod
    def models(self, model: str | None) -> list[dict[str, Any]]:
        """Return the properties of models, complete or not: the columns of the query ``models``.

        Parameters
        ----------
        model
            The one that is meant, None for all; others may be returned as well.
        """

    @abstractmethod
    def answer(self, query: "Query", values: Mapping[str, Any], about: "StoredModel") -> "pa.Table":
        """Answer a query that computes nothing with other queries.

        Parameters
        ----------
        query
            The query.
        values
            A checked value for each of its parameters.
        about
            The model that it is about.

        Returns
        -------
        pyarrow.Table
            The columns of the query, as ``frames.to_frame`` takes them.
        """

    @abstractmethod
    def edges_into(self, layer: "Layer", first: int, last: int, about: "StoredModel") -> "pa.Table":
        """Return all relationships into some neurons of a layer, in any order.

        Parameters
        ----------
        layer
            The layer.
        first, last
            Ids of the first and of the last neuron.
        about
            The model.

        Returns
        -------
        pyarrow.Table
            The columns of ``schema.connects_to``.
        """

    def reader(self, layers: "Sequence[Layer]", about: "StoredModel") -> "Read":
        """Return what reads all relationships into neurons of a layer, for one layer after another.

        Parameters
        ----------
        layers
            The layers of the model, inputs first.
        about
            The model.
        """

        def read(layer: "Layer", first: int, last: int) -> "pa.Table":
            return self.edges_into(layer, first, last, about)

        return read

    @abstractmethod
    def joined_layers(self, about: "StoredModel") -> list[str]:
        """Return the names of the layers that the node of a model is joined to by HAS_LAYER."""

    def relationships(self, about: "StoredModel") -> tuple[int, int] | None:
        """Count all relationships that begin at neurons of a model, wherever they end.

        Returns
        -------
        tuple or None
            How many there are, and how many of them have a weight; None where a store keeps those
            into the neurons of layers only, each with a weight.
        """
        return None

    @abstractmethod
    def statement(
        self,
        query: "Query",
        values: Mapping[str, Any],
        about: "StoredModel | None" = None,
        **internal: Any,
    ) -> "Statement":
        """Return the Cypher that answers a query.

        Parameters
        ----------
        query, values, about
            As in ``answer``; None where the query is about no model.
        **internal
            Further parameters of the statement, which are not the user's.

        Raises
        ------
        CypherError
            If the store answers no Cypher, or there is none that answers the query.
        """

    @abstractmethod
    def run(
        self, query: "Query", values: Mapping[str, Any], about: "StoredModel", **internal: Any
    ) -> "pa.Table":
        """Run the statement of a query as it stands, and return its rows.

        Raises
        ------
        CypherError
            As ``statement``.
        GraphError
            If the store has no memory for it, or does not let its user run it.
        """

    @abstractmethod
    def frame(
        self,
        cypher: str,
        parameters: Mapping[str, Any],
        model: str | None = None,
        allow: Collection[str] = (),
    ) -> "pd.DataFrame":
        """Run somebody's own read-only statement and return its rows."""

    @abstractmethod
    def write(
        self, cypher: str, parameters: Mapping[str, Any], model: str | None = None
    ) -> Changes:
        """Run somebody's own statement that may write, once, and say what it changed."""

    def properties(
        self, about: "StoredModel", *, indexes: bool = False
    ) -> "Sequence[WrittenProperty]":
        """Return the properties that were written to the neurons of a model, by name.

        Parameters
        ----------
        about
            The model.
        indexes
            Whether it is looked up which of them have an index.
        """
        return ()

    @abstractmethod
    def check_writable(self, *, index: bool) -> None:
        """Raise an error where no property can be written, or none with an index.

        Parameters
        ----------
        index
            Whether an index is wanted.

        Raises
        ------
        GraphError
            If the graph is none that is written.
        ParameterError
            If it has no such indexes.
        """

    @abstractmethod
    def write_property(
        self, about: "StoredModel", name: str, values: "pa.Table", *, index: bool = False
    ) -> None:
        """Write a property to neurons of a model; all others lose what they had of that name.

        Parameters
        ----------
        about
            The model.
        name
            The name of the property, checked.
        values
            Columns ``id``, ascending, and ``value``: a number for each neuron that gets one.
        index
            Whether an index on it is made.

        Raises
        ------
        GraphError
            If the model was replaced or removed since it was chosen, or cannot be written.
        GraphLockedError
            If another process has begun to write or remove the property meanwhile.
        """

    @abstractmethod
    def remove_property(self, about: "StoredModel", name: str) -> None:
        """Remove a property that was written, finished or not, from all neurons of a model.

        Raises
        ------
        PropertyNotFoundError
            If there is none of that name.
        GraphError, GraphLockedError
            As ``write_property``.
        """

    def inputs(self, about: "StoredModel") -> "pa.Table":
        """Return the inputs that are stored with a model, by name: the columns of ``INPUT``."""
        from queries.core.record_schema import INPUT

        return INPUT.empty_table()

    def activations_of(self, about: "StoredModel", name: str) -> "pa.Table":
        """Return what the neurons of a model put out at a stored input.

        Parameters
        ----------
        about
            The model.
        name
            The name of the input.

        Returns
        -------
        pyarrow.Table
            The columns of ``ACTIVATES``, by neuron; those that are 0 have no row.

        Raises
        ------
        InputNotFoundError
            If none of that name is stored.
        GraphError
            If its write has not ended.
        GraphDamagedError
            If it is not as it was written.
        """
        from queries.stores.records import no_record_error

        raise no_record_error("Input", about.name, name, ())

    @abstractmethod
    def check_keeps_circuits(self, about: "StoredModel") -> None:
        """Raise an error where no circuit can be stored; nothing is written.

        Parameters
        ----------
        about
            The model.

        Raises
        ------
        GraphError
            If the graph is none that is written, or may not be, or the model was replaced.
        """

    @abstractmethod
    def write_inputs(
        self, about: "StoredModel", inputs: "Iterable[tuple[Mapping[str, Any], pa.Table]]"
    ) -> None:
        """Store inputs of a model, each in place of the one of its name.

        They are taken one after the other. Where the write is interrupted, an input is what it was,
        what it is to become, or unfinished; an embedded graph is then wholly as it was.

        Parameters
        ----------
        about
            The model.
        inputs
            The properties of each: ``name``, and those of ``INPUT`` that are known; and the columns
            of ``ACTIVATES``. Neurons that are 0, value and residual, get no row.

        Raises
        ------
        ParameterError
            If an input is none that can be stored.
        GraphError
            If the graph is none that is written, the model was replaced meanwhile, or circuits
            are stored at an input of that name and another sha256.
        GraphLockedError
            If another process has begun to write or remove the input meanwhile.
        """

    @abstractmethod
    def remove_input(self, about: "StoredModel", name: str) -> None:
        """Remove a stored input, finished or not.

        Raises
        ------
        InputNotFoundError
            If none of that name is stored.
        GraphError, GraphLockedError
            As ``write_inputs``; also if circuits are stored at it.
        """

    def circuits(self, about: "StoredModel") -> "pa.Table":
        """Return the circuits that are stored with a model, by name: the columns of ``CIRCUIT``."""
        from queries.core.record_schema import CIRCUIT

        return CIRCUIT.empty_table()

    def circuit(self, about: "StoredModel", name: str) -> "CircuitRecord":
        """Return a stored circuit.

        Raises
        ------
        CircuitNotFoundError
            If none of that name is stored.
        GraphError, GraphDamagedError
            As ``activations_of``.
        """
        from queries.stores.records import no_record_error

        raise no_record_error("Circuit", about.name, name, ())

    @abstractmethod
    def write_circuit(
        self,
        about: "StoredModel",
        properties: Mapping[str, Any],
        nodes: "pa.Table",
        relationships: "pa.Table",
    ) -> None:
        """Store a circuit of a model, in place of the one of its name.

        Parameters
        ----------
        about
            The model.
        properties
            ``name``, ``input``, which is stored, and those of ``CIRCUIT`` that are known.
        nodes
            The columns of ``ACTIVE``; ``neuron`` is null where a node is not one neuron.
        relationships
            The columns of ``CONTRIBUTES``.

        Raises
        ------
        InputNotFoundError
            If there is no such input.
        ParameterError, GraphError, GraphLockedError
            As ``write_inputs``.
        """

    @abstractmethod
    def remove_circuit(self, about: "StoredModel", name: str) -> None:
        """Remove a stored circuit, finished or not.

        Raises
        ------
        CircuitNotFoundError
            If none of that name is stored.
        GraphError, GraphLockedError
            As ``write_inputs``.
        """

    def damage(self, about: "StoredModel", progress: Progress = silent) -> "Iterator[Damage]":
        """Read all of a model, and yield what is not as its load wrote it.

        Parameters
        ----------
        about
            The model.
        progress
            Told how much of it is read.

        Raises
        ------
        GraphDamagedError
            If so much is damaged that nothing can be read.
        """
        # It reads what a statement alone does not need.
        from queries.stores.damage import damage

        with self.uncompared():
            yield from damage(self, about, progress)

    def compares(self, about: "StoredModel") -> bool:
        """Tell whether what is read of a model is compared with what its load wrote.

        One that was edited may hold anything.
        """
        return self._compares and not about.edited

    @contextmanager
    def uncompared(self) -> Iterator[None]:
        """Within this block, answer with what is there, whatever a load wrote."""
        self._compares = False
        try:
            yield
        finally:
            self._compares = True

    def layers(self, about: "StoredModel") -> "list[Layer]":
        """Return the layers of a model, inputs first."""
        from queries.core.layer import layers_of
        from queries.library.frames import to_columns
        from queries.library.queries import query

        layers_query = query("layers")
        return layers_of(
            to_columns(self.answer(layers_query, {}, about), layers_query.columns).to_pylist()
        )

    def neurons(
        self, neurons: "NeuronFilter", about: "StoredModel", names: Sequence[str]
    ) -> "pa.Table":
        """Return some columns of the query ``neurons``: those of neurons of a model, by id.

        Parameters
        ----------
        neurons
            Which neurons.
        about
            The model.
        names
            The columns; those of properties that were written are among them.
        """
        from queries.library.queries import query

        return self.answer(query("neurons"), {"neurons": neurons}, about).select(names)

    def network(self, about: "StoredModel", by: str) -> "Network":
        """Return the relationships of a model, weighed by one of their properties.

        They are read when they are first needed, and then compared with what their load wrote.
        """
        # scipy takes a while to import, and not all need it.
        from queries.analysis.network import Network
        from queries.library.frames import to_columns
        from queries.library.queries import query
        from queries.stores.first_pass import FirstPass
        from queries.stores.whole import Whole

        layers = self.layers(about)

        edges = self.reader(layers, about)
        if self.compares(about):
            whole = Whole(self.location, about.name, layers)
            edges = FirstPass(whole, about.granularity, edges, sums=self.sums_passes)

        def read(layer: "Layer", first: int, last: int) -> "EdgeColumns":
            return _weighed(edges(layer, first, last), by)

        def read_outgoing(neurons: Sequence[int]) -> "EdgeColumns":
            edges_query = query("edges")
            table = self.answer(edges_query, edges_query.checked({"source": neurons}), about)
            return _weighed(to_columns(table, edges_query.columns_in(about.granularity)), by)

        return Network(layers, read, read_outgoing)


def _weighed(table: "pa.Table", by: str) -> "EdgeColumns":
    source, target, weight = (table[name].to_numpy() for name in ("source", "target", by))
    return source, target, weight
