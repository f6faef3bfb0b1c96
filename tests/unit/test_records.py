"""Which inputs and circuits a store takes."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from queries.core.record_schema import ACTIVATES, ACTIVE
from queries.core.records import checked_circuit, checked_inputs
from queries.errors import ParameterError

NODES = pa.table({"id": [0, 1], "name": ["a", "b"], "layer": ["l", "l"]})
ENDS = pa.table({"source": [0], "target": [1]})


def rows(**columns: Any) -> pa.Table:
    return pa.table({"neuron": [5, 4], "value": [1.0, 2.0], **columns})


def stored(properties: dict[str, Any], activations: pa.Table) -> pa.Table:
    (record,) = checked_inputs([(properties, activations)], "m", range(4, 8))
    return record.activations


def test_neurons_that_are_0_are_left_out() -> None:
    table = pa.table(
        {
            "neuron": np.array([7, 6, 5, 4], np.uint8),
            "value": pa.array([0, -0.0, 0, float("nan")], pa.float32()),
            "residual": [0.5, 0, None, 0],
        }
    )
    found = stored({"name": "x"}, table)
    assert found["neuron"].to_pylist() == [4, 7]
    assert found.schema.equals(ACTIVATES)
    assert found["winner"].to_pylist() == [None, None]


@pytest.mark.parametrize(
    ("properties", "table", "said"),
    [
        ({}, rows(), "name: None is no text; give what the input is called"),
        ({"name": " "}, rows(), "name ' ' does not do"),
        ({"name": "a" * 201}, rows(), "1 to 200 printable characters"),
        ({"name": "a\nb"}, rows(), "does not do"),
        ({"name": "a\ud800"}, rows(), "does not do"),
        ({"name": "x", "labl": "7"}, rows(), "input 'x': .* no property 'labl'.*mean 'label'"),
        ({"name": "x", "checksum": "7"}, rows(), "no property 'checksum'"),
        ({"name": "x", "label": 7}, rows(), "input 'x': label is 7, and a string is taken"),
        ({"name": "x", "label": "\ud800"}, rows(), "label holds what is no UTF-8"),
        ({"name": "x"}, rows(slop=[1, 2]), "'x': activations have a column 'slop'.*slope"),
        ({"name": "x"}, rows().drop_columns("value"), "lack the column 'value'"),
        ({"name": "x"}, rows(value=["a", "b"]), "'value' is of the type string, and double"),
        ({"name": "x"}, rows(value=[1.0, None]), "'value' has missing values"),
        ({"name": "x"}, rows(neuron=[4, 4]), "neurons come more than once: 4"),
        ({"name": "x"}, rows(neuron=[3, 8]), "neuron is no neuron of the model.* 4 to 7: 3, 8"),
        ({"name": "x"}, rows(winner=[None, 9]), "winner is no neuron of the model.*: 9"),
    ],
)
def test_inputs_that_are_refused(properties: dict[str, Any], table: pa.Table, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        stored(properties, table)


def test_one_name_twice() -> None:
    with pytest.raises(ParameterError, match="input 'x' is to be written twice"):
        list(checked_inputs([({"name": "x"}, rows())] * 2, "m", range(4, 8)))


@pytest.mark.parametrize(
    ("properties", "nodes", "ends", "said"),
    [
        ({"name": "c"}, NODES, ENDS, "give what the input is called"),
        ({"name": "c", "input": "x", "value": "a"}, NODES, ENDS, "circuit 'c': value is a str"),
        ({"name": "c", "input": "x"}, NODES.slice(1), ENDS, "'source' of relationships .*: 0"),
        ({"name": "c", "input": "x"}, pa.concat_tables([NODES] * 2), ENDS, "more than once: 0, 1"),
        (
            {"name": "c", "input": "x"},
            NODES.append_column("neuron", pa.array([None, 9])),
            ENDS,
            "neuron is no neuron of the model",
        ),
    ],
)
def test_circuits_that_are_refused(
    properties: dict[str, Any], nodes: pa.Table, ends: pa.Table, said: str
) -> None:
    with pytest.raises(ParameterError, match=said):
        checked_circuit(properties, nodes, ends, "m", range(4, 8))


def test_a_circuit_has_a_checksum_of_all_that_it_is() -> None:
    def checksum(nodes: pa.Table = NODES, ends: pa.Table = ENDS, **properties: Any) -> str:
        own = {"name": "c", "input": "x", **properties}
        return str(checked_circuit(own, nodes, ends, "m", range(8)).properties["checksum"])

    again = pa.table({"target": [1], "source": [0]})
    assert checksum() == checksum(NODES.take([1, 0]), again)
    double = pa.concat_tables([ENDS, ENDS])
    weighed = ENDS.append_column("weight", pa.array([1e-300]))
    others = [
        checksum(ends=double), checksum(ends=weighed), checksum(value=1e-300),
        checksum(NODES.set_column(1, "name", pa.array(["a", "c"]))),
    ]  # fmt: skip
    assert len({checksum(), *others}) == 5
    assert ACTIVE.names[0] == "id"
