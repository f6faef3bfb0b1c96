"""The models of a Neo4j database: each a node that bears its name and its state."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import neo4j
from neo4j.exceptions import ConstraintError

from exporter.sinks.entries import REPLACED, STAGED, Entries, Entry, exists_error
from exporter.sinks.model_label import label_error
from exporter.sinks.neo4j import statements
from exporter.sinks.neo4j.connection import Connection, changed
from exporter.sinks.neo4j.ownership import Ownership
from exporter.sinks.neo4j.pace import Pace
from exporter.sinks.neo4j.removal import remove, remove_records, remove_strays
from exporter.sinks.neo4j.writer import BoltWriter
from queries.core.schema import LOADING, MODEL, neo4j_schema
from queries.stores.neo4j.connection import driver_errors, sent_for


class BoltEntries(Entries):
    """The models of a Neo4j database.

    Parameters
    ----------
    uri
        A ``bolt://`` or ``neo4j://`` URI, without credentials.
    batch_size, writers
        Relationships a transaction, and transactions at once; by default what the server takes.
    label
        What all nodes of a model that is loaded have as a label beside; None for none.
    """

    _owner: Ownership

    def __init__(
        self,
        uri: str,
        *,
        batch_size: int | None = None,
        writers: int | None = None,
        label: str | None = None,
    ) -> None:
        self._label = label
        self._pace = Pace(batch_size, writers)
        self._connection = Connection(uri)

    def prepare(self) -> None:
        """Make constraints and indexes."""
        for statement in neo4j_schema(seconds=300):
            self._connection.write(statement)

    def find(self, *names: str) -> list[Entry]:
        """Return the models of some names, in their order."""
        rows = self._connection.read(statements.MODELS, names=list(names))
        there = {row["m"]["name"]: dict(row["m"]) for row in rows}
        return [_entry(there[name]) for name in names if name in there]

    def read(self, entry: Entry) -> dict[str, Any]:
        """Return the properties of ``schema.MODEL`` of an entry."""
        return {name: entry.properties.get(name) for name in MODEL.names}

    def begin(
        self, model: Mapping[str, Any], there: Sequence[Entry], replaced: Entry | None
    ) -> BoltWriter:
        """Make the model's node, once all but the model that is to be replaced is removed."""
        self._require_own_label(model["key"], there)
        for entry in there:
            if entry.name.endswith(STAGED):
                # A replacement that is killed meanwhile can then be gone on with.
                begun = {column: model[column] for column in ("fingerprint", "schema_version")}
                self._connection.write(statements.REPLACING, name=entry.name, begun=begun)
        for entry in there:
            if entry is not replaced:
                self.remove(entry)
        key = model["key"]
        # A key that is missing was removed by somebody, and was perhaps the name.
        if replaced is not None and (replaced.properties.get("key") or key) == key:
            key = model["name"]
        writer = self._writer({**model, "key": key})
        self._add_model(writer.model, there)
        # Somebody may have removed the node of a model, and left the rest of it.
        remove_records(self._connection, key)
        remove_strays(self._connection, key)
        return writer

    def _require_own_label(self, key: str, there: Sequence[Entry]) -> None:
        """Raise ParameterError where nodes of others have the label; those of ``there`` may."""
        if self._label is None:
            return
        parameters = {
            "names": [entry.name for entry in there],
            "keys": [key, *(entry.properties.get("key") or entry.name for entry in there)],
        }
        rows = self._connection.read(statements.with_label(self._label), **parameters)
        if rows:
            owners = [row["model"] for row in rows if row["model"] is not None]
            raise label_error(self._label, self._connection.uri, owners)

    def _add_model(self, model: Mapping[str, Any], there: Sequence[Entry]) -> None:
        statement = statements.add_model(self._label)
        names = [model["name"], *(entry.name for entry in there)]

        def work(transaction: neo4j.ManagedTransaction) -> None:
            if self._label is not None:
                self._require_label_alone(transaction, self._label, names)
            parameters = {"model": dict(model), "load": self._owner.load}
            changed(transaction, statement, parameters)

        with driver_errors(self._connection.uri):
            try:
                self._connection.transaction(work)
            except ConstraintError:
                there = self.find(model["name"])
                if not there:
                    raise  # Another application's constraint.
                # It may be our own, whose acknowledgement was lost.
                if there[0].properties.get("load") != self._owner.load:
                    raise exists_error(self._connection.uri, model["name"]) from None

    def _require_label_alone(
        self, transaction: neo4j.ManagedTransaction, label: str, names: Sequence[str]
    ) -> None:
        """Raise ParameterError where a load that began meanwhile has the label.

        Another one of this label waits here until the transaction ends.
        """
        # No model has such a name, which is not printable.
        held = {"name": f"\n{label}", "load": self._owner.load}
        changed(transaction, statements.HOLD, held)
        rows = sent_for(
            transaction, statements.others_with_label(label), {"names": list(names)}, list
        )
        changed(transaction, statements.LET_GO, held)
        if rows:
            raise label_error(label, self._connection.uri, [row["model"] for row in rows])

    def take_over(self, model: Mapping[str, Any]) -> BoltWriter:
        """Put our mark on the model's node, and read which blocks are there."""
        writer = self._writer(model)
        parameters = {"name": model["name"], "load": self._owner.load}
        counters = self._connection.write(statements.TAKE_OVER, **parameters)
        self._owner.require(counters.properties_set > 0)
        writer.read_progress()
        return writer

    def _writer(self, model: Mapping[str, Any]) -> BoltWriter:
        self._owner = Ownership(self._connection.uri, model["name"], model["key"])
        return BoltWriter(self._connection, self._owner, model, self._pace, self._label)

    def complete(self, model: Mapping[str, Any]) -> None:
        """Let the model take its final name, in the transaction that sets another one aside."""
        owner, final = self._owner, model["name"]
        names = {**owner.parameters, "final": final, "aside": final + REPLACED}

        def take_place(transaction: neo4j.ManagedTransaction) -> None:
            if owner.name != final:
                changed(transaction, statements.SET_ASIDE, names)
            counters = changed(transaction, statements.COMPLETE, names)
            owner.require(counters.properties_set > 0)

        with driver_errors(self._connection.uri):
            self._connection.transaction(take_place)

    def settle(self, model: str) -> None:
        """Take the load's mark away."""
        self._connection.write(statements.UNMARK, name=model)

    def remove(self, entry: Entry, progress: Callable[[int], None] | None = None) -> int:
        """Delete relationships, neurons, layers and the model, in small transactions."""
        return remove(self._connection, entry.name, progress)

    def close(self) -> None:
        """Close the driver."""
        self._connection.close()


def _entry(model: Mapping[str, Any]) -> Entry:
    return Entry(
        model["name"],
        LOADING if model.get("replacing") else model["state"],
        is_replaced=model["name"].endswith(REPLACED),
        properties=model,
    )
