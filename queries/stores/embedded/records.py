"""Inputs and circuits that are stored beside an embedded model.

They are written into a copy of its file: where that is interrupted, all is as it was.
"""

from collections.abc import Iterable
from typing import Final

import ladybug
import numpy as np
import pyarrow as pa

from queries.core.record_schema import CIRCUIT, INPUT, embedded_record_tables
from queries.core.records import CircuitRecord, InputRecord
from queries.stores.embedded.statements import first_value, run
from queries.stores.records import no_record_error, referred_error

_ROWS_A_COPY: Final = 1 << 20
_SHA256: Final = "MATCH (i:Input {name: $name}) RETURN i.sha256"
_CIRCUITS_AT: Final = "MATCH (c:Circuit) WHERE c.input = $name RETURN c.name ORDER BY c.name"
_NAMES: Final = "MATCH (e:{}) RETURN e.name"
_CLEAR: Final = {
    "Input": (
        "MATCH (i:Input {name: $name})-[r:ACTIVATES]->(:Neuron) DELETE r",
        "MATCH (i:Input {name: $name}) DETACH DELETE i",
    ),
    "Circuit": (
        "MATCH (a:Active)-[r:CONTRIBUTES]->(:Active) WHERE a.circuit = $name DELETE r",
        "MATCH (a:Active) WHERE a.circuit = $name DETACH DELETE a",
        "MATCH (c:Circuit {name: $name}) DETACH DELETE c",
    ),
}


def has_records(connection: ladybug.Connection) -> bool:
    """Tell whether a file has the tables of inputs and circuits."""
    return embedded_record_tables().keys() <= _tables(connection)


def write_inputs(connection: ladybug.Connection, inputs: Iterable[InputRecord], model: str) -> None:
    """Write inputs, each in place of the one of its name.

    Parameters
    ----------
    connection
        A connection that may write.
    inputs
        The inputs.
    model
        The name of the model.
    """
    _make_tables(connection)
    pending: list[InputRecord] = []
    for each in inputs:
        pending.append(each)
        if sum(len(record.activations) for record in pending) >= _ROWS_A_COPY:
            _copy_inputs(connection, pending, model)
            pending = []
    _copy_inputs(connection, pending, model)


def _copy_inputs(connection: ladybug.Connection, inputs: list[InputRecord], model: str) -> None:
    """Write some inputs by one COPY."""
    if not inputs:
        return
    at = {each.name: _circuits_at(connection, each.name) for each in inputs}
    for each in inputs:
        there, given = _sha256(connection, each.name), each.properties["sha256"]
        if at[each.name] and (given is None or there != given):
            raise referred_error(model, each.name, at[each.name])
        _clear(connection, "Input", each.name)
    _copy(connection, "Input", pa.Table.from_pylist([dict(e.properties) for e in inputs], INPUT))
    names = np.repeat([each.name for each in inputs], [len(each.activations) for each in inputs])
    rows = pa.concat_tables([each.activations for each in inputs])
    _copy(connection, "ACTIVATES", rows.add_column(0, "from", pa.array(names, pa.string())))
    of = [(circuit, name) for name, circuits in at.items() for circuit in circuits]
    _copy(connection, "OF", _ends(*zip(*of, strict=True)) if of else _ends((), ()))


def write_circuit(connection: ladybug.Connection, circuit: CircuitRecord, model: str) -> None:
    """Write a circuit, in place of the one of its name; the parameters are as above."""
    _make_tables(connection)
    _require(connection, "Input", circuit.input, model)
    _clear(connection, "Circuit", circuit.name)
    nodes, joined = circuit.nodes, circuit.relationships
    first = int(first_value(connection, "MATCH (a:Active) RETURN coalesce(max(a.key), -1) + 1"))
    keys = np.arange(first, first + len(nodes))
    ids = nodes["id"].to_numpy()
    own = {
        "key": pa.array(keys),
        "model": pa.array([circuit.properties["model"]] * len(nodes)),
        "circuit": pa.array([circuit.name] * len(nodes)),
    }
    _copy(connection, "Circuit", pa.Table.from_pylist([dict(circuit.properties)], CIRCUIT))
    _copy(connection, "OF", _ends([circuit.name], [circuit.input]))
    _copy(
        connection,
        "Active",
        pa.table({**own, **dict(zip(nodes.column_names, nodes.columns, strict=True))}),
    )
    is_one = nodes["neuron"].is_valid().to_numpy()
    _copy(connection, "IS", _ends(keys[is_one], nodes["neuron"].drop_null()))
    for place, end in enumerate(("source", "target")):
        of_nodes = keys[np.searchsorted(ids, joined[end].to_numpy())]
        joined = joined.set_column(place, end, pa.array(of_nodes, pa.int64()))
    _copy(connection, "CONTRIBUTES", joined)


def remove_record(connection: ladybug.Connection, label: str, name: str, model: str) -> None:
    """Remove an input, or a circuit.

    Parameters
    ----------
    connection
        A connection that may write.
    label
        ``Input`` or ``Circuit``.
    name
        Its name.
    model
        The name of the model.
    """
    if not has_records(connection):
        raise no_record_error(label, model, name, ())
    _require(connection, label, name, model)
    if label == "Input" and (circuits := _circuits_at(connection, name)):
        raise referred_error(model, name, circuits)
    _clear(connection, label, name)


def _require(connection: ladybug.Connection, label: str, name: str, model: str) -> None:
    names = _column(connection, _NAMES.format(label))
    if name not in names:
        raise no_record_error(label, model, name, names)


def _sha256(connection: ladybug.Connection, name: str) -> str | None:
    value: str | None = first_value(connection, _SHA256, {"name": name})
    return value


def _circuits_at(connection: ladybug.Connection, name: str) -> list[str]:
    return _column(connection, _CIRCUITS_AT, name=name)


def _clear(connection: ladybug.Connection, label: str, name: str) -> None:
    for statement in _CLEAR[label]:
        run(connection, statement, {"name": name})


def _copy(connection: ladybug.Connection, table: str, rows: pa.Table) -> None:
    # LadybugDB takes an empty batch for the end of the table.
    if len(rows):
        run(connection, f"COPY {table} FROM $rows", {"rows": rows.combine_chunks()})


def _ends(sources: object, targets: object) -> pa.Table:
    return pa.table({"from": sources, "to": targets})


def _make_tables(connection: ladybug.Connection) -> None:
    there = _tables(connection)
    for name, statement in embedded_record_tables().items():
        if name not in there:
            run(connection, statement)


def _tables(connection: ladybug.Connection) -> set[str]:
    return set(_column(connection, "CALL show_tables() RETURN name"))


def _column(connection: ladybug.Connection, cypher: str, **parameters: str) -> list[str]:
    values: list[str] = run(connection, cypher, parameters).get_as_arrow().column(0).to_pylist()
    return values
