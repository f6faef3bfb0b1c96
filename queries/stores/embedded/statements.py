"""Run statements of LadybugDB, and turn its errors into ours."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import ladybug
import pyarrow as pa

from queries.core.granularity import NEURON_GRAPH
from queries.core.labels import LOADED_KINDS
from queries.core.record_schema import embedded_record_tables
from queries.core.schema import LAYER, MODEL, NEURON, connects_to
from queries.errors import (
    CypherError,
    GraphAccessError,
    GraphDamagedError,
    GraphError,
    GraphLockedError,
    ParameterError,
    listed,
    meant,
)
from queries.stores.cypher.node_ids import NodeIds
from queries.stores.cypher.read_only import to_write
from queries.stores.cypher.statements import logged

if TYPE_CHECKING:
    from queries.library.queries import Statement

_BOUNDS: Final = {"first", "last"}
_ROWS_A_BATCH: Final = 1 << 16


@contextmanager
def ladybug_errors(path: Path) -> Iterator[None]:
    """Turn the errors of LadybugDB, which have no types, into ours."""
    try:
        yield
    except (RuntimeError, OSError, ValueError, MemoryError) as error:
        # The system's own errors repeat the path.
        text = getattr(error, "strerror", None) or " ".join(str(error).split())
        for part, kind, message in _ERRORS:
            if part in text:
                text = text + _meant_by(text) if kind is CypherError else text
                words = {"path": path, "text": text, "to_write": to_write()}
                raise kind(message.format(**words)) from None
        raise GraphError(f"{path}: {text}") from None


_RAISE: Final = (
    "raise the limits of this process (ulimit -v, a container's memory), or use a machine with more"
)
_NO_VALUE: Final = (
    "a parameter of the statement is no UTF-8, or of a type that the store does not take, such as "
    "a list of texts and numbers"
)
_ERRORS: tuple[tuple[str, type[Exception], str], ...] = (
    (
        "Could not set lock",
        GraphLockedError,
        "{path} is locked by another process; wait until that has finished, or stop it",
    ),
    ("Permission denied", GraphAccessError, "{path}: permission denied"),
    ("Read-only file system", GraphAccessError, "{path}: the file system is read-only"),
    ("No space left on device", GraphError, "{path}: no space left on the disk"),
    ("not a valid Lbug database", GraphDamagedError, "{path} is not a graph of this tool: {text}"),
    ("Reading past the end", GraphDamagedError, "{path} is damaged: {text}"),
    ("Cannot read checkpoint", GraphDamagedError, "{path} is damaged: {text}"),
    ("read-only database", CypherError, "the statement would change {path}; {to_write}"),
    (
        "Mmap for size",
        GraphError,
        f"{{path}}: too few addresses are free; {_RAISE}",
    ),
    (
        "Maximum database size",
        GraphError,
        f"{{path}} grows over the room for it; {_RAISE}",
    ),
    ("buffer pool is full", GraphError, f"{{path}}: too little memory; {_RAISE}"),
    ("std::bad_alloc", GraphError, f"{{path}}: memory has run out; {_RAISE}"),
    ("Parser exception", CypherError, "the statement cannot be parsed: {text}"),
    ("Binder exception", CypherError, "the statement does not fit the graph: {text}"),
    ("Catalog exception", CypherError, "the statement does not fit the graph: {text}"),
    ("Conversion exception", CypherError, "a value does not fit: {text}"),
    ("Unable to cast Python instance", ParameterError, _NO_VALUE),
    ("Unknown parameter type", ParameterError, _NO_VALUE),
    ("invalid literal for", ParameterError, _NO_VALUE),
    (
        "UNREACHABLE_CODE",
        CypherError,
        "the statement returns what no answer holds, as id(n); return a property, as n.id",
    ),
    ("Parameter", CypherError, "{text}"),
)


_GROUPED: Final = "channel"
_TABLES: Final = (*LOADED_KINDS, "HAS_LAYER", "NEXT", "CONNECTS_TO")
"""Labels and types of relationships that a load gives to the file of a model."""

_UNKNOWN: Final = re.compile(
    r"(?:Table (?P<table>\S+) does not exist|Cannot find property (?P<property>\S+) for)"
)


def _meant_by(text: str) -> str:
    """Return what there is where a statement names a label, a type or a property that is none."""
    match = _UNKNOWN.search(text)
    if match is None:
        return ""
    if (wrong := match["table"]) in embedded_record_tables():
        return " There is none before an input is stored"
    if wrong is not None:
        return f" There are {listed(_TABLES)}{meant(wrong, _TABLES)}"
    schemas = (MODEL, LAYER, NEURON, connects_to(NEURON_GRAPH), connects_to(_GROUPED))
    return meant(match["property"], dict.fromkeys(name for each in schemas for name in each.names))


def first_value(
    connection: ladybug.Connection, cypher: str, parameters: Mapping[str, Any] | None = None
) -> Any:
    """Return the first value that a statement finds, None where it finds none."""
    values = run(connection, cypher, parameters).get_as_arrow().column(0)
    return values[0].as_py() if len(values) else None


def run(
    connection: ladybug.Connection, cypher: str, parameters: Mapping[str, Any] | None = None
) -> ladybug.QueryResult:
    """Run one statement alone, and log it."""
    with logged(cypher, parameters) as outcome:
        result = _only(connection.execute(cypher, dict(parameters or {})))
        outcome.rows = result.get_num_tuples()
    return result


def run_for_many(connection: ladybug.Connection, statement: "Statement") -> pa.Table:
    """Run one statement that may return millions of rows, and log it.

    LadybugDB collects these in Arrow's format by all cores, three times as fast, where no values
    are handed over. The bounds of a part, which this library counts itself, become part of the
    text; no value of a user does.
    """
    cypher, parameters = statement.cypher, statement.parameters
    if parameters.keys() != _BOUNDS:
        return run(connection, cypher, parameters).get_as_arrow()
    with logged(cypher, parameters) as outcome:
        text = cypher
        for name, number in parameters.items():
            text = text.replace(f"${name}", f"{number:d}")
        rows = connection.query_as_arrow(text, _ROWS_A_BATCH).get_as_arrow()
        outcome.rows = len(rows)
    return rows


def _only(result: ladybug.QueryResult | list[ladybug.QueryResult]) -> ladybug.QueryResult:
    """Return the result of a statement that was one alone."""
    if isinstance(result, list):
        raise CypherError("give one statement at a time")
    return result


def node_ids(connection: ladybug.Connection) -> NodeIds:
    """Read which neurons the nodes of a file are."""
    table = run(connection, "MATCH (n:Neuron) RETURN offset(id(n)), n.id").get_as_arrow()
    return NodeIds(*(column.to_numpy() for column in table.columns))
