"""Inputs and circuits that are stored beside a model in Neo4j.

Each is written in transactions of bounded size. From the first to the last its node is marked: it
is ``unfinished``, and has a mark of who writes it. Each transaction locks the node of the model, so
that two writers take turns, and then looks for its mark: of two that write the same input the later
one takes the earlier one's mark away.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import neo4j
import pyarrow as pa

from queries.core.record_schema import drop_neo4j_record_schema, neo4j_record_schema
from queries.core.schema import COMPLETE
from queries.errors import GraphError, GraphLockedError
from queries.stores.cypher.node_ids import REPLACED_MEANWHILE
from queries.stores.neo4j import record_statements as statements
from queries.stores.neo4j.connection import sent_for
from queries.stores.neo4j.properties import LISTED, LOCK, Work
from queries.stores.records import no_record_error, referred_error, require_whole

if TYPE_CHECKING:
    from queries.core.model import StoredModel
    from queries.core.records import CircuitRecord, InputRecord

_ROWS_A_TRANSACTION: Final = 10_000
_SECONDS_FOR_AN_INDEX: Final = 300


@dataclass(frozen=True)
class Records:
    """Inputs and circuits of a model.

    Parameters
    ----------
    location
        The URI of the server.
    about
        The model.
    reading, writing
        Run a unit of work in a transaction.
    """

    location: str
    about: "StoredModel"
    reading: Callable[[Work], list[neo4j.Record]]
    writing: Callable[[Work], list[neo4j.Record]]

    def check_writable(self) -> None:
        """Raise the error of the first write, and write nothing."""
        self.writing(partial(_lock, self.about))

    def write_inputs(self, inputs: Iterable["InputRecord"]) -> None:
        """Write inputs, each in place of the one of its name."""
        self._make_constraints()
        for each in inputs:
            write = self._write("Input", each.name)
            write.begin(sha256=each.properties["sha256"])
            write.add(statements.ADD_ACTIVATIONS, each.activations)
            write.finish(each.properties)

    def write_circuit(self, circuit: "CircuitRecord") -> None:
        """Write a circuit, in place of the one of its name."""
        self._make_constraints()
        write = self._write("Circuit", circuit.name)
        write.begin(input=circuit.input)
        write.add(statements.ADD_NODES, circuit.nodes)
        ends = circuit.nodes.select(["id", "neuron"])
        write.add(statements.ADD_IS, ends.filter(ends["neuron"].is_valid()))
        write.add(statements.ADD_RELATIONSHIPS, circuit.relationships)
        write.finish(circuit.properties, statements.ADD_OF)

    def remove(self, label: str, name: str) -> None:
        """Remove an input, or a circuit."""
        write = self._write(label, name)
        write.begin(must_be_there=True)
        write.remove()
        if not self.reading(partial(_run, statement=statements.ANY_LEFT, parameters={}))[0][
            "there"
        ]:
            self._change_schema(drop_neo4j_record_schema())

    def _write(self, label: str, name: str) -> "_Write":
        return _Write(self.location, self.about, self.writing, label, name)

    def _make_constraints(self) -> None:
        beginning = {"beginning": "neurongraph_"}
        rows = self.reading(partial(_run, statement=statements.INDEXES, parameters=beginning))
        there = {row["name"] for row in rows}
        self._change_schema(neo4j_record_schema(there, _SECONDS_FOR_AN_INDEX))

    def _change_schema(self, changes: Iterable[str]) -> None:
        for statement in changes:
            self.writing(partial(_run, statement=statement, parameters={}))


@dataclass
class _Write:
    """The writing, or the removal, of one input or circuit.

    Parameters
    ----------
    location, about, writing
        As in ``Records``.
    label
        ``Input`` or ``Circuit``.
    name
        What it is called.
    """

    location: str
    about: "StoredModel"
    writing: Callable[[Work], list[neo4j.Record]]
    label: str
    name: str
    _write_id: str = field(default_factory=lambda: secrets.token_hex(16))
    _parts: int = 0
    _was_there: bool = False

    def begin(
        self,
        *,
        input: str | None = None,  # noqa: A002 - the property's name
        sha256: str | None = None,
        must_be_there: bool = False,
    ) -> None:
        """Mark it as unfinished, and remove what there is of it.

        Parameters
        ----------
        input
            The input of a circuit.
        sha256
            That of an input.
        must_be_there
            Whether it is to be removed.
        """

        def work(transaction: neo4j.ManagedTransaction) -> list[neo4j.Record]:
            _lock(self.about, transaction)
            there = self._there(transaction, self.label, self.name)
            self._was_there = there is not None
            if must_be_there and there is None:
                rows = self._run(transaction, statements.names(self.label))
                raise no_record_error(
                    self.label, self.about.name, self.name, [row["name"] for row in rows]
                )
            if self.label == "Input" and there is not None:
                self._require_free(transaction, there["sha256"], sha256)
            if input is not None:
                own = self._there(transaction, "Input", input)
                if own is None:
                    rows = self._run(transaction, statements.names("Input"))
                    names = [row["name"] for row in rows]
                    raise no_record_error("Input", self.about.name, input, names)
                require_whole("Input", input, own["state"], self.about.name, self.location)
            marked = {"write_id": self._write_id, "input": input}
            return self._run(transaction, statements.begin(self.label), **marked)

        self.writing(work)
        for statement in statements.CLEAR[self.label] if self._was_there else ():
            while self._step(statement, most=_ROWS_A_TRANSACTION)[0]["gone"]:
                pass

    def _require_free(
        self, transaction: neo4j.ManagedTransaction, there: str | None, sha256: str | None
    ) -> None:
        """Raise GraphError where circuits refer to an input that goes, or becomes another."""
        rows = self._run(transaction, statements.CIRCUITS_AT)
        if rows and (sha256 is None or there != sha256):
            raise referred_error(self.about.name, self.name, [row["name"] for row in rows])

    def add(self, statement: str, rows: pa.Table) -> None:
        """Write rows: a statement takes some of them, as columns."""
        for start in range(0, len(rows), _ROWS_A_TRANSACTION):
            part = rows[start : start + _ROWS_A_TRANSACTION]
            columns = {name: part[name].to_pylist() for name in part.column_names}
            self._add(statement, columns, len(part))

    def _add(self, statement: str, columns: Mapping[str, Any], rows: int) -> None:
        def work(transaction: neo4j.ManagedTransaction) -> list[neo4j.Record]:
            # The driver runs it again where the acknowledgement of a commit was lost.
            if self._require_ours(transaction) > self._parts:
                return []
            made = self._run(transaction, statement, record=self.name, **columns)[0]["made"]
            if made != rows:
                raise GraphError(
                    f"{self.location} lacks {rows - made:,} of {rows:,} neurons of "
                    f"{self.about.name!r}, or holds them twice; the write ends"
                )
            note = statements.note_part(self.label)
            return self._run(transaction, note, parts=self._parts + 1)

        self.writing(work)
        self._parts += 1

    def finish(self, properties: Mapping[str, Any], *further: str) -> None:
        """Make it whole, at once.

        Parameters
        ----------
        properties
            All of its properties.
        *further
            Statements that belong to it.
        """

        def work(transaction: neo4j.ManagedTransaction) -> list[neo4j.Record]:
            self._require_ours(transaction)
            for each in further:
                self._run(transaction, each)
            return self._run(transaction, statements.finish(self.label), properties=properties)

        self.writing(work)

    def remove(self) -> None:
        """Remove its node; another process may have done it."""

        def work(transaction: neo4j.ManagedTransaction) -> list[neo4j.Record]:
            _lock(self.about, transaction)
            if self._there(transaction, self.label, self.name) is None:
                return []
            self._require_ours(transaction)
            return self._run(transaction, statements.remove(self.label))

        self.writing(work)

    def _step(self, statement: str, **parameters: Any) -> list[neo4j.Record]:
        """Run a statement, which may be run twice, where nobody else has begun to write it."""

        def work(transaction: neo4j.ManagedTransaction) -> list[neo4j.Record]:
            self._require_ours(transaction)
            return self._run(transaction, statement, **parameters)

        return self.writing(work)

    def _require_ours(self, transaction: neo4j.ManagedTransaction) -> int:
        """Return how many parts are written.

        Raises
        ------
        GraphLockedError
            If another process has begun to write or remove it.
        """
        _lock(self.about, transaction)
        there = self._there(transaction, self.label, self.name)
        if there is None or there["write_id"] != self._write_id:
            raise GraphLockedError(
                f"another process has begun to write or remove the {self.label.lower()} "
                f"{self.name!r} of {self.about.name!r} in {self.location}; this write ends, and "
                "the other one counts"
            )
        return int(there["parts"] or 0)

    def _there(
        self, transaction: neo4j.ManagedTransaction, label: str, name: str
    ) -> neo4j.Record | None:
        """Return the state of an input or a circuit, None where there is none."""
        rows = self._run(transaction, statements.found(label), name=name)
        return rows[0] if rows else None

    def _run(
        self, transaction: neo4j.ManagedTransaction, statement: str, **parameters: Any
    ) -> list[neo4j.Record]:
        own = {"model": self.about.key, "name": self.name}
        return _run(transaction, statement, own | parameters)


def _lock(about: "StoredModel", transaction: neo4j.ManagedTransaction) -> list[neo4j.Record]:
    """Lock the node of a model.

    Raises
    ------
    GraphError
        If it was replaced or removed since it was chosen.
    """
    name = {"name": about.name}
    _run(transaction, LOCK, name)
    rows = _run(transaction, LISTED, name)
    if [(row["load_id"], row["state"]) for row in rows] != [(about.load_id, COMPLETE)]:
        raise GraphError(REPLACED_MEANWHILE)
    return rows


def _run(
    transaction: neo4j.ManagedTransaction, statement: str, parameters: Mapping[str, Any]
) -> list[neo4j.Record]:
    return sent_for(transaction, statement, parameters, list)
