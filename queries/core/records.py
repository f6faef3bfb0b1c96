"""Inputs and circuits as they are handed to a store and come back, and which ones it takes."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from queries.core.address import repeatable
from queries.core.arguments import described, require_text
from queries.core.checksum import Checksum, numbers
from queries.core.record_schema import ACTIVATES, ACTIVE, CIRCUIT, CONTRIBUTES, INPUT
from queries.core.schema import COMPLETE
from queries.errors import ParameterError, listed, meant

LONGEST_NAME: Final = 200
_MOST_NAMED: Final = 5
_COUNTED: Final = ("model", "neurons", "nodes", "edges", "checksum", "state")
"""Properties that a store gives by itself."""


@dataclass(frozen=True)
class InputRecord:
    """An input of a model, and what its neurons put out.

    Parameters
    ----------
    properties
        Those of ``INPUT``.
    activations
        The columns of ``ACTIVATES``, by neuron: a row for each neuron that is not 0.
    """

    properties: Mapping[str, Any]
    activations: pa.Table

    @property
    def name(self) -> str:
        """What it is called among the inputs of its model."""
        return str(self.properties["name"])


@dataclass(frozen=True)
class CircuitRecord:
    """A circuit at an input of a model.

    Parameters
    ----------
    properties
        Those of ``CIRCUIT``.
    nodes
        The columns of ``ACTIVE``, by id.
    relationships
        The columns of ``CONTRIBUTES``, in any order.
    """

    properties: Mapping[str, Any]
    nodes: pa.Table
    relationships: pa.Table

    @property
    def name(self) -> str:
        """What it is called among the circuits of its model."""
        return str(self.properties["name"])

    @property
    def input(self) -> str:
        """The name of its input."""
        return str(self.properties["input"])


def checked_inputs(
    inputs: Iterable[tuple[Mapping[str, Any], pa.Table]], model: str, neurons: range
) -> Iterator[InputRecord]:
    """Yield inputs as a store takes them; rows of neurons that are 0 are left out.

    Parameters
    ----------
    inputs
        The properties of each, a name among them, and the columns of ``ACTIVATES``.
    model
        The key of the model.
    neurons
        The ids of its neurons.

    Raises
    ------
    ParameterError
        If a name does not do or comes twice, or a property or a column is none, or of a wrong type.
    """
    names: set[str] = set()
    for properties, activations in inputs:
        own = _properties(properties, INPUT, "input")
        name = own["name"]
        if name in names:
            raise ParameterError(f"input {repeatable(name)} is to be written twice at once")
        names.add(name)
        rows = _columns(activations, ACTIVATES, f"input {repeatable(name)}: activations")
        rows = rows.filter(pc.or_(_is_not_0(rows["value"]), _is_not_0(rows["residual"])))
        rows = rows.sort_by("neuron")
        _require_each_once(rows["neuron"], f"input {repeatable(name)}: neurons")
        for column in ("neuron", "winner"):
            _require_ids(rows[column], neurons, f"input {repeatable(name)}: {column}")
        whole = {**own, "model": model, "neurons": len(rows), "state": COMPLETE}
        yield InputRecord({**whole, "checksum": input_checksum(whole, rows)}, rows)


def checked_circuit(
    properties: Mapping[str, Any],
    nodes: pa.Table,
    relationships: pa.Table,
    model: str,
    neurons: range,
) -> CircuitRecord:
    """Return a circuit as a store takes it.

    Parameters
    ----------
    properties
        Its properties, a name and the name of its input among them.
    nodes, relationships
        The columns of ``ACTIVE`` and ``CONTRIBUTES``.
    model, neurons
        As in ``checked_inputs``.

    Raises
    ------
    ParameterError
        As there; also if two nodes have one id, or a relationship ends at none.
    """
    own = _properties(properties, CIRCUIT, "circuit")
    check_record_name("input", own["input"])
    what = f"circuit {repeatable(own['name'])}"
    active = _columns(nodes, ACTIVE, f"{what}: nodes").sort_by("id")
    joined = _columns(relationships, CONTRIBUTES, f"{what}: relationships")
    _require_each_once(active["id"], f"{what}: nodes")
    _require_ids(active["neuron"], neurons, f"{what}: neuron")
    for end in ("source", "target"):
        strangers = pc.unique(
            joined[end].filter(pc.invert(pc.is_in(joined[end], active["id"].combine_chunks())))
        ).to_pylist()
        if strangers:
            raise ParameterError(
                f"{what}: the column {end!r} of relationships names nodes that there are not: "
                f"{listed(strangers[:_MOST_NAMED])}"
            )
    counts = {"nodes": len(active), "edges": len(joined)}
    whole = {**own, **counts, "model": model, "state": COMPLETE}
    checksum = circuit_checksum(whole, active, joined)
    return CircuitRecord({**whole, "checksum": checksum}, active, joined)


def given_properties(properties: Mapping[str, Any], schema: pa.Schema) -> dict[str, Any]:
    """Return those of the properties of a stored input, or circuit, that its write was given.

    Parameters
    ----------
    properties
        All of them.
    schema
        ``INPUT`` or ``CIRCUIT``.
    """
    return {name: properties[name] for name in schema.names if name not in _COUNTED}


def check_record_name(kind: str, name: Any, given: str = "name") -> None:
    """Raise ParameterError for a name that no input, or no circuit, may have.

    Parameters
    ----------
    kind
        ``input`` or ``circuit``.
    name
        The name.
    given
        What it was given as.
    """
    require_text(given, name, f"what the {kind} is called")
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise ParameterError(
            f"{given} {repeatable(name)[:42]} does not do; {kind}s have names of 1 to "
            f"{LONGEST_NAME} printable characters"
        )


def input_checksum(properties: Mapping[str, Any], activations: pa.Table) -> str:
    """Return the checksum of an input: of its properties, and of what its neurons put out."""
    return _checksum(properties, INPUT, activations)


def circuit_checksum(
    properties: Mapping[str, Any], nodes: pa.Table, relationships: pa.Table
) -> str:
    """Return the checksum of a circuit: of its properties, its nodes and its relationships."""
    return _checksum(properties, CIRCUIT, nodes, relationships)


def _checksum(properties: Mapping[str, Any], schema: pa.Schema, *tables: pa.Table) -> str:
    own = [properties[name] for name in schema.names if name not in {"model", "checksum", "state"}]
    parts: list[Any] = [own]
    for table in tables:
        sums = Checksum()
        sums.add({name: numbers(table[name]) for name in table.column_names})
        parts.append(str(sums))
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _properties(properties: Mapping[str, Any], schema: pa.Schema, kind: str) -> dict[str, Any]:
    """Return all properties of a schema, null where none is given."""
    names = [name for name in schema.names if name not in _COUNTED]
    check_record_name(kind, properties.get("name"))
    what = f"{kind} {repeatable(properties['name'])}"
    for unknown in properties.keys() - set(names):
        raise ParameterError(
            f"{what}: there is no property {unknown!r}; there are {listed(names)}"
            f"{meant(str(unknown), names)}"
        )
    own = dict.fromkeys(schema.names) | dict(properties)
    for name, value in own.items():
        try:
            own[name] = pa.scalar(value, schema.field(name).type).as_py()
        except UnicodeEncodeError:
            raise ParameterError(f"{what}: {name} holds what is no UTF-8") from None
        except (pa.ArrowException, TypeError, ValueError):
            kind_of = schema.field(name).type
            raise ParameterError(
                f"{what}: {name} is {described(value)}, and a {kind_of} is taken"
            ) from None
    return own


def _columns(table: pa.Table, schema: pa.Schema, what: str) -> pa.Table:
    """Return the columns of a schema, null where one is missing that may be."""
    for unknown in set(table.column_names) - set(schema.names):
        raise ParameterError(
            f"{what} have a column {unknown!r}, and the columns are {listed(schema.names)}"
            f"{meant(unknown, schema.names)}"
        )
    columns = []
    for field in schema:
        there = field.name in table.column_names
        if not there and not field.nullable:
            raise ParameterError(f"{what} lack the column {field.name!r}")
        try:
            column = (
                table[field.name].cast(field.type) if there else pa.nulls(len(table), field.type)
            )
        except pa.ArrowException:
            raise ParameterError(
                f"{what}: the column {field.name!r} is of the type "
                f"{table.schema.field(field.name).type}, and {field.type} is taken"
            ) from None
        if not field.nullable and column.null_count:
            raise ParameterError(f"{what}: the column {field.name!r} has missing values")
        columns.append(column)
    return pa.table(columns, schema=schema)


def _is_not_0(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Tell which numbers are not 0; NaN is not, and one that is missing counts as 0."""
    return pc.fill_null(pc.not_equal(values, 0.0), False)


def _require_each_once(ids: pa.ChunkedArray, what: str) -> None:
    """Raise ParameterError where ids in ascending order repeat."""
    ordered = ids.to_numpy()
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if len(twice):
        raise ParameterError(f"{what} come more than once: {listed(twice[:_MOST_NAMED].tolist())}")


def _require_ids(ids: pa.ChunkedArray, neurons: range, what: str) -> None:
    there = ids.drop_null().to_numpy()
    outside = np.unique(there[(there < neurons.start) | (there >= neurons.stop)])
    if len(outside):
        raise ParameterError(
            f"{what} is no neuron of the model, whose ids are {neurons.start} to "
            f"{neurons.stop - 1}: {listed(outside[:_MOST_NAMED].tolist())}"
        )
