"""Properties that are written to the neurons of an embedded model.

A write is one transaction: where it is interrupted, all is as it was. LadybugDB takes names that
differ in the size of letters for one.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

import ladybug
import pyarrow as pa

from queries.core.properties import quoted
from queries.stores.embedded.statements import first_value, run

_LISTED: Final = "MATCH (m:Model) RETURN m.properties"
_LIST: Final = "MATCH (m:Model) SET m.properties = $properties"
_MAKE_LIST: Final = "ALTER TABLE Model ADD IF NOT EXISTS properties STRING[]"


def written_properties(connection: ladybug.Connection) -> list[str]:
    """Return the names of the properties that were written, in their order."""
    # Files have no such list before something is written.
    if "properties" not in _columns(connection, "Model"):
        return []
    there = _columns(connection, "Neuron")
    return sorted(name for name in first_value(connection, _LISTED) or () if name in there)


def write_property(connection: ladybug.Connection, name: str, values: pa.Table) -> None:
    """Write a property, in place of what there is of that name.

    Parameters
    ----------
    connection
        A connection that may write.
    name
        The name of the property.
    values
        Columns ``id`` and ``value``.
    """
    with _transaction(connection):
        names = written_properties(connection)
        run(connection, f"ALTER TABLE Neuron DROP IF EXISTS {quoted(name)}")
        run(connection, f"ALTER TABLE Neuron ADD {quoted(name)} DOUBLE")
        if len(values):
            run(
                connection,
                "LOAD FROM $values WITH id AS neuron, value AS number\n"
                f"MATCH (n:Neuron {{id: neuron}}) SET n.{quoted(name)} = number",
                {"values": values},
            )
        run(connection, _MAKE_LIST)
        _set_list(connection, [*(each for each in names if each != name), name])


def remove_property(connection: ladybug.Connection, name: str) -> None:
    """Remove a property that was written."""
    with _transaction(connection):
        names = written_properties(connection)
        run(connection, f"ALTER TABLE Neuron DROP {quoted(name)}")
        _set_list(connection, [each for each in names if each != name])


def _set_list(connection: ladybug.Connection, names: Sequence[str]) -> None:
    run(connection, _LIST, {"properties": sorted(names)})


def _columns(connection: ladybug.Connection, table: str) -> list[str]:
    rows = run(connection, f"CALL table_info('{table}') RETURN name").get_as_arrow()
    names: list[str] = rows.column(0).to_pylist()
    return names


@contextmanager
def _transaction(connection: ladybug.Connection) -> Iterator[None]:
    run(connection, "BEGIN TRANSACTION")
    try:
        yield
    except BaseException:
        # An error of the store has ended it already.
        with suppress(RuntimeError):
            run(connection, "ROLLBACK")
        raise
    run(connection, "COMMIT")
