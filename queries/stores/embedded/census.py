"""What a file holds before a statement, and what is new or gone after it.

LadybugDB tells no counts of what a statement did. A node or a relationship has an offset in its
table, larger than those of all that were there before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import ladybug

from queries.stores.base import Changes
from queries.stores.embedded.statements import first_value, run

_NODE: Final = "({each}{label})"
_RELATIONSHIP: Final = "()-[{each}{label}]->()"


@dataclass(frozen=True)
class _Table:
    """The rows of a table: how many, and the offset of the last one."""

    rows: int
    last: int


@dataclass(frozen=True)
class Census:
    """What a file holds.

    Parameters
    ----------
    nodes, relationships
        Its tables, by their labels or types.
    """

    nodes: Mapping[str, _Table]
    relationships: Mapping[str, _Table]

    @classmethod
    def of(cls, connection: ladybug.Connection) -> "Census":
        """Count what a file holds."""
        return cls(_tables(connection, _NODE), _tables(connection, _RELATIONSHIP))

    def changes(self, connection: ladybug.Connection) -> Changes:
        """Return what is there and was not, and what was there and is not."""
        nodes = _created_and_deleted(connection, _NODE, self.nodes)
        relationships = _created_and_deleted(connection, _RELATIONSHIP, self.relationships)
        return Changes(*nodes, *relationships, properties_set=None)


def _tables(connection: ladybug.Connection, pattern: str) -> dict[str, _Table]:
    rows = run(
        connection,
        f"MATCH {pattern.format(each='e', label='')} "
        "RETURN label(e) AS label, count(*) AS rows, max(offset(id(e))) AS last",
    ).get_as_arrow()
    return {row["label"]: _Table(row["rows"], row["last"]) for row in rows.to_pylist()}


def _created_and_deleted(
    connection: ladybug.Connection, pattern: str, before: Mapping[str, _Table]
) -> tuple[int, int]:
    created, after = 0, _tables(connection, pattern)
    for label, table in after.items():
        last = before[label].last if label in before else -1
        if table.last > last:
            matched = pattern.format(each="e", label=f":`{label}`")
            counted = f"MATCH {matched} WHERE offset(id(e)) > {last:d} RETURN count(*)"
            created += int(first_value(connection, counted))
    kept = sum(table.rows for table in after.values()) - created
    return created, sum(table.rows for table in before.values()) - kept
