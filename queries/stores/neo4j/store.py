"""A graph in Neo4j, over the Bolt protocol."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, ClassVar, Final

import neo4j
import pandas as pd
import pyarrow as pa
from neo4j.graph import Node, Path, Relationship

from queries.core.labels import of_ours
from queries.core.records import checked_circuit, checked_inputs
from queries.core.schema import COMPLETE
from queries.errors import GraphError
from queries.library.queries import query
from queries.stores.base import Changes
from queries.stores.cypher.dialects import NEO4J_CYPHER
from queries.stores.cypher.entities import Entity, spread
from queries.stores.cypher.node_ids import REPLACED_MEANWHILE, NodeIds, of_server
from queries.stores.cypher.read_only import only_statement, refuse_effects
from queries.stores.cypher.statements import logged
from queries.stores.cypher.store import CypherStore
from queries.stores.cypher.tokens import NEO4J
from queries.stores.cypher.values import require_values
from queries.stores.neo4j.connection import (
    READERS,
    Rows,
    connect,
    driver_errors,
    open_session,
    run_once,
    sent,
    sent_for,
    transact,
)
from queries.stores.neo4j.in_the_store import in_the_store
from queries.stores.neo4j.properties import Properties
from queries.stores.neo4j.records import Records
from queries.stores.neo4j.rows import from_lists, in_lists
from queries.stores.opener import Opener
from queries.stores.remedies import check_text, repair_text

if TYPE_CHECKING:
    from queries.core.model import StoredModel
    from queries.core.properties import WrittenProperty
    from queries.library.queries import Query, Statement

_EDITED: Final = of_ours("MATCH (m:Model {state: $state}) SET m.edited = true")
_LOAD_ID: Final = of_ours("MATCH (m:Model {name: $name}) RETURN m.load_id AS load_id")


class BoltStore(CypherStore):
    """A Neo4j database, read in read-only transactions.

    Parameters
    ----------
    uri
        A ``bolt://`` or ``neo4j://`` URI, without credentials.
    """

    name: ClassVar[str] = "neo4j"
    edges_a_part: ClassVar[int] = 250_000

    def __init__(self, uri: str) -> None:
        super().__init__()
        self.location = uri
        self._opener = Opener(uri)
        self._driver, self._database = connect(uri)
        self._node_ids: dict[StoredModel, NodeIds] = {}

    def models(self, model: str | None) -> list[dict[str, Any]]:
        """Return the properties of models, complete or not."""
        rows: list[dict[str, Any]] = self._table(self.statement(query("models"), {})).to_pylist()
        return rows

    def table(self, statement: "Statement", about: "StoredModel") -> pa.Table:
        """Run a statement about a model and return its rows as columns."""
        return self._table(statement, about)

    def run(
        self, query: "Query", values: Mapping[str, Any], about: "StoredModel", **internal: Any
    ) -> pa.Table:
        """Run the statement of a query as it stands, which may keep scores in properties.

        It is one transaction: others do not see these, and they are gone however it ends.
        """
        statement = self.statement(query, values, about, **internal)

        def rows(transaction: neo4j.ManagedTransaction) -> pa.Table:
            with in_the_store(self.location, query.name, writes=statement.writes):
                return self._rows(transaction, statement, about)

        access = neo4j.WRITE_ACCESS if statement.writes else neo4j.READ_ACCESS
        return self._run(rows, about, access)

    def _table(self, statement: "Statement", about: "StoredModel | None" = None) -> pa.Table:
        return self._run(lambda transaction: self._rows(transaction, statement, about), about)

    def _rows(
        self,
        transaction: neo4j.ManagedTransaction,
        statement: "Statement",
        about: "StoredModel | None",
    ) -> pa.Table:
        advice = check_text(self.location)
        if about is not None:
            advice = f"{advice}; {repair_text(self.location, about.name)}"
        return sent_for(
            transaction,
            in_lists(statement),
            statement.parameters,
            lambda result: from_lists(result, statement.columns, advice),
        )

    def tables(self, statements: "Sequence[Statement]", about: "StoredModel") -> pa.Table:
        """Run statements of the same columns, some at once; return all rows."""
        with ThreadPoolExecutor(READERS, thread_name_prefix="neurongraph-reader") as readers:
            running = [readers.submit(self.table, each, about) for each in statements]
            return pa.concat_tables([part.result() for part in running])

    def by_ids(self, edges: pa.Table, model: "StoredModel") -> pa.Table:
        """Return relationships with ids of neurons for those of nodes."""
        node_ids = self._node_ids.get(model)
        if node_ids is None:

            def records(cypher: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
                return self._read(
                    cypher, parameters, lambda result: [dict(row) for row in result], model
                )

            node_ids = of_server(records, model.key)
            self._node_ids = {model: node_ids}
        return node_ids.edges(edges)

    def frame(
        self,
        cypher: str,
        parameters: Mapping[str, Any],
        model: str | None = None,
        allow: Collection[str] = (),
    ) -> pd.DataFrame:
        """Run a read-only statement; properties of nodes and relationships become columns."""
        refuse_effects(cypher, NEO4J_CYPHER, allow)
        require_values(only_statement(cypher, NEO4J), parameters)
        return self._read(cypher, parameters, _frame)

    def write(
        self, cypher: str, parameters: Mapping[str, Any], model: str | None = None
    ) -> Changes:
        """Run a statement that may write, once, in a transaction of its own.

        It may change any model, so that all are edited from then on.
        """
        self._opener.require()
        statement = only_statement(cypher, NEO4J)
        require_values(statement, parameters)
        words = {token.word for token in statement}

        # The driver tries a managed transaction again where no answer came, although the first
        # one may have been committed.
        def counted(session: neo4j.Session) -> neo4j.SummaryCounters:
            return sent(session, cypher, parameters).consume().counters

        with driver_errors(self.location):
            # It commits in parts, and some may be there although an error or Ctrl-C ends it.
            if "transactions" in words:
                self._note_edit()
            with logged(cypher, parameters) as outcome:
                counters = run_once(self._driver, self._database, counted)
                outcome.count(counters)
            if counters.contains_updates:
                self._note_edit()
        return Changes(
            nodes_created=counters.nodes_created,
            nodes_deleted=counters.nodes_deleted,
            relationships_created=counters.relationships_created,
            relationships_deleted=counters.relationships_deleted,
            properties_set=counters.properties_set,
        )

    def _note_edit(self) -> None:
        """Note that models were edited, and forget where their neurons are."""
        self._node_ids.clear()
        with open_session(self._driver, self._database, neo4j.WRITE_ACCESS) as session:
            session.run(_EDITED, {"state": COMPLETE}).consume()

    def properties(
        self, about: "StoredModel", *, indexes: bool = False
    ) -> "Sequence[WrittenProperty]":
        """Return the properties that were written to the neurons of a model, by name."""
        return self._properties(about).read(indexes=indexes)

    def check_writable(self, *, index: bool) -> None:
        """Do nothing: who may not write is told so by the server."""

    def write_property(
        self, about: "StoredModel", name: str, values: pa.Table, *, index: bool = False
    ) -> None:
        """Write a property to neurons, in transactions that note whose they are."""
        self._properties(about).write(name, values, index=index)

    def remove_property(self, about: "StoredModel", name: str) -> None:
        """Remove a property, and its index where no model has it any more."""
        self._properties(about).remove(name)

    def _properties(self, about: "StoredModel") -> Properties:
        return Properties(
            self.location,
            about,
            reading=lambda work: self._transact(work, neo4j.READ_ACCESS),
            writing=lambda work: self._transact(work, neo4j.WRITE_ACCESS),
        )

    def check_keeps_circuits(self, about: "StoredModel") -> None:
        """Lock the node of the model once, as each write does: who may not write is told so."""
        self._records(about).check_writable()

    def write_inputs(
        self, about: "StoredModel", inputs: Iterable[tuple[Mapping[str, Any], pa.Table]]
    ) -> None:
        """Store inputs, in transactions that note whose they are."""
        self._records(about).write_inputs(checked_inputs(inputs, about.key, self.ids_of(about)))

    def remove_input(self, about: "StoredModel", name: str) -> None:
        """Remove a stored input, at which no circuits are stored."""
        self._records(about).remove("Input", name)

    def write_circuit(
        self,
        about: "StoredModel",
        properties: Mapping[str, Any],
        nodes: pa.Table,
        relationships: pa.Table,
    ) -> None:
        """Store a circuit, in transactions that note whose they are."""
        ids = self.ids_of(about)
        circuit = checked_circuit(properties, nodes, relationships, about.key, ids)
        self._records(about).write_circuit(circuit)

    def remove_circuit(self, about: "StoredModel", name: str) -> None:
        """Remove a stored circuit."""
        self._records(about).remove("Circuit", name)

    def _records(self, about: "StoredModel") -> Records:
        return Records(
            self.location,
            about,
            reading=lambda work: self._transact(work, neo4j.READ_ACCESS),
            writing=lambda work: self._transact(work, neo4j.WRITE_ACCESS),
        )

    def _read(
        self,
        cypher: str,
        parameters: Mapping[str, Any],
        take: Callable[[neo4j.Result], Rows],
        about: "StoredModel | None" = None,
    ) -> Rows:
        """Run a statement that cannot write, and return the rows as they are taken of it."""
        return self._run(lambda transaction: sent_for(transaction, cypher, parameters, take), about)

    def _run(
        self,
        ask: Callable[[neo4j.ManagedTransaction], Rows],
        about: "StoredModel | None",
        access: str = neo4j.READ_ACCESS,
    ) -> Rows:
        """Return the rows that are asked for in a transaction."""

        def work(transaction: neo4j.ManagedTransaction) -> Rows:
            rows = ask(transaction)
            if about is not None:
                _require_there(transaction, about)
            return rows

        return self._transact(work, access)

    def _transact(self, work: Callable[[neo4j.ManagedTransaction], Rows], access: str) -> Rows:
        """Run a unit of work in a transaction."""
        self._opener.require()
        with driver_errors(self.location):
            return transact(self._driver, self._database, access, work)

    def close(self) -> None:
        """Close the driver, whose connections are those of the process that opened them."""
        if self._opener.is_here:
            self._driver.close()


def _require_there(transaction: neo4j.ManagedTransaction, about: "StoredModel") -> None:
    """Raise GraphError where a model is no longer the one that was chosen.

    A model that is replaced is removed after another has taken its name. So what was read while
    it still had that name was whole.
    """
    row = transaction.run(_LOAD_ID, {"name": about.name}).single()
    if row is None or row["load_id"] != about.load_id:
        raise GraphError(REPLACED_MEANWHILE)


def _frame(result: neo4j.Result) -> pd.DataFrame:
    rows = [[_entity(value) for value in row] for row in result.values()]
    return spread(pd.DataFrame(rows, columns=list(result.keys())))


def _entity(value: Any) -> Any:
    """Return a value in which nodes and relationships are entities; a path is a list of nodes."""
    if isinstance(value, Node):
        return Entity(":".join(sorted(value.labels)), dict(value), is_node=True)
    if isinstance(value, Relationship):
        return Entity(value.type, dict(value), is_node=False)
    if isinstance(value, Path):
        return [_entity(node) for node in value.nodes]
    if isinstance(value, list):
        return [_entity(item) for item in value]
    if isinstance(value, dict):
        return {key: _entity(item) for key, item in value.items()}
    return value
