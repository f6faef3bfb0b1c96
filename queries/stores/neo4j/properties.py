"""Properties that are written to the neurons of a model in Neo4j.

The node of the model lists them. ``properties`` are those that are whole; ``unfinished`` those that
are written or removed, each a name and the mark of who does it. Each transaction locks that node,
so that two writers take turns, and then looks for its mark: of two that write the same property the
later one takes the earlier one's mark away.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import neo4j
import numpy as np
import pyarrow as pa

from queries.core.labels import of_ours
from queries.core.properties import WrittenProperty, quoted, require_written
from queries.core.schema import COMPLETE
from queries.errors import GraphError, GraphLockedError
from queries.stores.cypher.node_ids import REPLACED_MEANWHILE
from queries.stores.neo4j.connection import sent_for

if TYPE_CHECKING:
    from queries.core.model import StoredModel

Work = Callable[[neo4j.ManagedTransaction], list[neo4j.Record]]

_NEURONS_A_TRANSACTION: Final = 20_000
_SECONDS_FOR_AN_INDEX: Final = 300

LISTED: Final = of_ours("""
MATCH (m:Model) WHERE m.name = $name
RETURN m.load_id AS load_id, m.state AS state, coalesce(m.properties, []) AS properties,
  coalesce(m.unfinished, []) AS unfinished
""")
LOCK: Final = of_ours("MATCH (m:Model) WHERE m.name = $name SET m.load_id = m.load_id")
"""It changes nothing; what another transaction then writes waits for the end of this one."""

NOTE: Final = of_ours("""
MATCH (m:Model) WHERE m.name = $name
SET m.properties = $properties, m.unfinished = $unfinished
""")
IDS: Final = of_ours("""
MATCH (l:Layer) WHERE l.model = $model RETURN min(l.first) AS first, max(l.last) AS last
""")
USED: Final = of_ours("""
MATCH (m:Model) WHERE m.name <> $name
  AND any(each IN coalesce(m.properties, []) + coalesce(m.unfinished, [])
    WHERE split(each, ' ')[0] = $property)
RETURN count(*) AS models
""")
INDEXES: Final = "SHOW INDEXES YIELD name WHERE name STARTS WITH $beginning RETURN name"
_INDEX: Final = "neurongraph_property_"


def set_values(name: str) -> str:
    """Return the statement that sets a property of all neurons between two ids.

    ``$values`` has a place for each id; a neuron loses the property where that is null.
    """
    return of_ours(f"""
MATCH (n:Neuron) WHERE n.model = $model AND n.id >= $first AND n.id <= $last
SET n.{quoted(name)} = $values[n.id - $first]
""")


def remove_values(name: str) -> str:
    """Return the statement that removes a property from all neurons between two ids."""
    return of_ours(f"""
MATCH (n:Neuron) WHERE n.model = $model AND n.id >= $first AND n.id <= $last
REMOVE n.{quoted(name)}
""")


def make_index(name: str) -> str:
    """Return the statement that makes the index on a property."""
    return of_ours(
        f"CREATE INDEX {index_name(name)} IF NOT EXISTS FOR (n:Neuron) "
        f"ON (n.model, n.{quoted(name)})"
    )


def drop_index(name: str) -> str:
    """Return the statement that drops the index on a property."""
    return f"DROP INDEX {index_name(name)} IF EXISTS"


def index_name(name: str) -> str:
    """Return what the index on a property is called."""
    return f"`{_INDEX}{name}`"


@dataclass(frozen=True)
class Properties:
    """Properties of the neurons of a model.

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

    def read(self, *, indexes: bool) -> list[WrittenProperty]:
        """Return those that were written, by name."""
        rows = self._read(LISTED, name=self.about.name)
        there = self._read(INDEXES, beginning=_INDEX) if indexes else []
        indexed = {row["name"].removeprefix(_INDEX) for row in there}
        properties = [
            *((name, True) for row in rows for name in row["properties"]),
            *((_name_of(mark), False) for row in rows for mark in row["unfinished"]),
        ]
        return [
            WrittenProperty(name, finished, name in indexed)
            for name, finished in sorted(properties)
        ]

    def write(self, name: str, values: pa.Table, *, index: bool) -> None:
        """Write one, in place of what there is of that name."""
        mark, was_there = self._begin(name)
        for part in self._parts(values, everywhere=was_there):
            self._change(mark, set_values(name), part)
        self._finish(mark, [name])
        if index:
            self._make_index(name)

    def remove(self, name: str) -> None:
        """Remove one, and the index that no model needs any more."""
        mark, _ = self._begin(name, must_be_there=True)
        for part in self._parts(None, everywhere=True):
            self._change(mark, remove_values(name), part)
        self._finish(mark, [])
        for statement in needless_indexes(self._read, [name]):
            self._run(statement)

    def _begin(self, name: str, *, must_be_there: bool = False) -> tuple[str, bool]:
        """Note a property as unfinished; return the mark, and whether there was any of it."""
        mark, was_there = f"{name} {secrets.token_hex(16)}", False

        def work(transaction: neo4j.ManagedTransaction) -> list[neo4j.Record]:
            nonlocal was_there
            properties, unfinished = self._locked(transaction)
            others = [each for each in unfinished if _name_of(each) != name]
            was_there = name in properties or len(others) < len(unfinished)
            if must_be_there:
                require_written(self.about.name, name, [*properties, *map(_name_of, unfinished)])
            left = [each for each in properties if each != name]
            return self._note(transaction, left, [*others, mark])

        self.writing(work)
        return mark, was_there

    def _change(self, mark: str, statement: str, parameters: Mapping[str, Any]) -> None:
        """Change some neurons, where nobody else has begun to write the property."""

        def work(transaction: neo4j.ManagedTransaction) -> list[neo4j.Record]:
            self._require_ours(mark, self._locked(transaction)[1])
            return _run(transaction, statement, {"model": self.about.key, **parameters})

        self.writing(work)

    def _finish(self, mark: str, written: list[str]) -> None:
        def work(transaction: neo4j.ManagedTransaction) -> list[neo4j.Record]:
            properties, unfinished = self._locked(transaction)
            self._require_ours(mark, unfinished)
            left = [each for each in unfinished if each != mark]
            return self._note(transaction, sorted({*properties, *written}), left)

        self.writing(work)

    def _locked(self, transaction: neo4j.ManagedTransaction) -> tuple[list[str], list[str]]:
        """Lock the node of the model; return what is whole and what is not.

        Raises
        ------
        GraphError
            If it was replaced or removed since it was chosen.
        """
        name = {"name": self.about.name}
        _run(transaction, LOCK, name)
        for row in _run(transaction, LISTED, name):
            if (row["load_id"], row["state"]) == (self.about.load_id, COMPLETE):
                return row["properties"], row["unfinished"]
        raise GraphError(REPLACED_MEANWHILE)

    def _note(
        self, transaction: neo4j.ManagedTransaction, properties: list[str], unfinished: list[str]
    ) -> list[neo4j.Record]:
        lists = {"properties": properties or None, "unfinished": unfinished or None}
        return _run(transaction, NOTE, {"name": self.about.name, **lists})

    def _require_ours(self, mark: str, unfinished: Sequence[str]) -> None:
        if mark not in unfinished:
            raise GraphLockedError(
                f"another process has begun to write or remove {_name_of(mark)!r} of "
                f"{self.about.name!r} in {self.location}; this write ends, and the other one counts"
            )

    def _parts(self, values: pa.Table | None, *, everywhere: bool) -> Iterator[dict[str, Any]]:
        """Yield the parameters of a transaction each: ids, and a value or null for each of them.

        Parameters
        ----------
        values
            Columns ``id`` and ``value``; None where values are removed alone.
        everywhere
            Whether all neurons are meant, since some have another value.
        """
        ((first, last),) = self._read(IDS, model=self.about.key)
        none = pa.table({"id": pa.array([], pa.int64()), "value": pa.array([], pa.float64())})
        ids, numbers = ((values or none)[name].to_numpy() for name in ("id", "value"))
        for low in range(first, last + 1, _NEURONS_A_TRANSACTION):
            high = min(low + _NEURONS_A_TRANSACTION, last + 1)
            start, stop = np.searchsorted(ids, [low, high])
            if everywhere or start < stop:
                places: list[float | None] = [None] * (high - low)
                for place, value in zip(
                    (ids[start:stop] - low).tolist(), numbers[start:stop].tolist(), strict=True
                ):
                    places[place] = value
                yield {"first": low, "last": high - 1, "values": places}

    def _make_index(self, name: str) -> None:
        self._run(make_index(name))
        # An index of somebody else's on the same properties makes ours needless.
        own = f"{_INDEX}{name}"
        if any(row["name"] == own for row in self._read(INDEXES, beginning=own)):
            self._run(f"CALL db.awaitIndex('{own}', {_SECONDS_FOR_AN_INDEX})")

    def _read(self, statement: str, **parameters: Any) -> list[neo4j.Record]:
        return self.reading(lambda transaction: _run(transaction, statement, parameters))

    def _run(self, statement: str) -> None:
        self.writing(lambda transaction: _run(transaction, statement, {}))


def needless_indexes(
    read: Callable[..., list[neo4j.Record]], names: Sequence[str], model: str = ""
) -> list[str]:
    """Return the statements that drop the indexes on properties that no model has.

    Parameters
    ----------
    read
        Runs a statement, given with its parameters.
    names
        The properties.
    model
        The name of a model that is being removed, and does not count.
    """
    if not names:
        return []
    there = {row["name"] for row in read(INDEXES, beginning=_INDEX)}
    return [
        drop_index(name)
        for name in names
        if f"{_INDEX}{name}" in there and not read(USED, name=model, property=name)[0]["models"]
    ]


def names_in(model: Mapping[str, Any]) -> list[str]:
    """Return the properties of neurons, whole or not, that the node of a model lists."""
    return [*model.get("properties", ()), *map(_name_of, model.get("unfinished", ()))]


def _name_of(mark: str) -> str:
    return mark.partition(" ")[0]


def _run(
    transaction: neo4j.ManagedTransaction, statement: str, parameters: Mapping[str, Any]
) -> list[neo4j.Record]:
    return sent_for(transaction, statement, parameters, list)
