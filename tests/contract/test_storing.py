"""Inputs and circuits as they are computed and stored, asked by Cypher from the store alone."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from queries import NeuronGraph
from queries.answers import circuit, storing
from queries.errors import GraphError, ParameterError
from queries.stores.cypher.store import CypherStore
from tests.contract.test_records import ADDS_UP, FIRED

pytestmark = pytest.mark.cypher


@pytest.fixture
def x(writable: NeuronGraph) -> NDArray[np.float32]:
    shape = writable.layers()["shape"].iloc[0]
    return np.random.default_rng(6).normal(size=(2, *shape)).astype(np.float32)


def fed(graph: NeuronGraph) -> list[str]:
    """Return a neuron of each layer that something feeds."""
    layers = graph.layers()
    neurons = graph.neurons()
    return [
        neurons.loc[neurons["layer"] == name, "name"].iloc[-1]
        for name in layers.loc[layers["edges"] > 0, "name"]
    ]


def test_what_made_a_neuron_fire_is_in_the_store(
    writable: NeuronGraph, x: NDArray[np.float32]
) -> None:
    stored = writable.activate(x)
    assert stored["name"].tolist() == ["0", "1"]
    values = writable.activations(x)
    outputs = values[values["layer"] == values["layer"].iloc[-1]]
    best = outputs.loc[outputs.groupby("input")["pre_activation"].idxmax(), "name"]
    assert stored["predicted"].tolist() == best.tolist()
    fires = values[(values["value"] != 0) & (values["input"] == "1")]
    read = writable.cypher(
        "MATCH (:Input {name: '1'})-[v:ACTIVATES]->(n:Neuron) WHERE v.value <> 0 "
        "RETURN n.id AS id, v.value AS value, v.slope AS slope, v.residual AS residual ORDER BY id"
    )
    assert read["id"].tolist() == fires["id"].tolist()
    np.testing.assert_allclose(read["value"], fires["value"], rtol=1e-5, atol=1e-6)
    whole = read["slope"] * fires["pre_activation"].to_numpy() + read["residual"]
    np.testing.assert_allclose(whole, read["value"], rtol=1e-5, atol=1e-6)
    for neuron in fed(writable):
        found = writable.cypher(FIRED, input="1", neuron=neuron)
        expected = writable.contributions(x[1:], neuron, sort="-contribution")
        assert set(found.loc[found["contribution"] != 0, "source"]) <= set(expected["source_name"])
        largest = expected["contribution"].abs().nlargest(10)
        # Neo4j says no type of a column that has no rows.
        sizes = found["contribution"].astype(float).abs()[: len(largest)]
        np.testing.assert_allclose(sizes, largest, rtol=1e-5, atol=1e-6)


def test_inputs_have_names_and_say_where_they_came_from(
    writable: NeuronGraph, x: NDArray[np.float32], tmp_path: Path
) -> None:
    file = tmp_path / "x.npy"
    np.save(file, x)
    assert writable.activate(x[0], name="one")["source"].isna().all()
    several = writable.activate(str(file), name="both")
    assert several["name"].tolist() == ["both:0", "both:1"]
    assert several["source"].tolist() == [f"{file}:0", f"{file}:1"]
    (row,) = writable.activate(f"{file}:1").to_dict("records")
    assert (row["name"], row["source"]) == ("x.npy:1", f"{file}:1")
    for wrong in (" ", "a\nb", ""):
        with pytest.raises(ParameterError, match="name"):
            writable.activate(x[0], name=wrong)
    # A circuit is at the input that is stored already, whatever its name is there.
    writable.circuit(x[0], store="why")
    assert writable.circuits()["input"].tolist() == ["both:0"]
    assert set(writable.inputs()["name"]) == {"one", "both:0", "both:1", "x.npy:1"}


def test_a_circuit_that_is_stored_is_computed_once(
    writable: NeuronGraph, x: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[Any] = []
    explained_of = circuit.explained_of

    def counted(question: Any) -> Iterator[circuit.Explained]:
        done.append(question)
        yield from explained_of(question)

    monkeypatch.setattr(circuit, "explained_of", counted)
    writable.circuit(x[0], store="why")
    assert len(done) == 1


def test_who_may_not_write_is_told_before_anything_is_computed(
    writable: NeuronGraph, x: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(circuit, "explained_of", lambda _: pytest.fail("was computed"))
    monkeypatch.setattr(os, "access", lambda *_: False)
    if "://" in writable.location:
        # A model that another load has replaced is refused by the lock that each write takes.
        monkeypatch.setattr(
            "queries.stores.neo4j.records.LISTED", "RETURN 1 AS load_id, 2 AS state"
        )
    with pytest.raises(GraphError, match=r"may not be written|replaced"):
        writable.circuit(x[0], store="why")
    assert writable.circuits().empty


@pytest.mark.parametrize("level", ["neuron", "channel"])
def test_a_circuit_adds_up_from_the_store_alone(
    writable: NeuronGraph, x: NDArray[np.float32], level: Any
) -> None:
    how: dict[str, Any] = {"level": level, "node_share": 0.7}
    frame = writable.circuit(x[0], **how, store="why")
    nodes = writable.circuit_nodes(x[0], **how)
    (own,) = writable.circuits().to_dict("records")
    assert (own["nodes"], own["edges"]) == (len(nodes), len(frame))
    assert frame.attrs["written"].startswith("stored circuit 'why' at input '0': ")
    assert own["target"] == nodes["towards"].iloc[0]
    target = writable.activations(x[0], own["target"])["pre_activation"].iloc[0]
    assert own["value"] == pytest.approx(target, rel=1e-5)
    assert np.abs(writable.cypher(ADDS_UP, circuit="why")["must_be_zero"]).max() < 1e-9
    read = writable.cypher(
        "MATCH (a:Active {circuit: 'why'})-[e:CONTRIBUTES]->(b:Active) "
        "RETURN a.name AS source_name, "
        "b.name AS target_name, e.attribution AS attribution, e.contribution AS contribution, "
        "e.weight AS weight"
    )
    by = ["source_name", "target_name", "attribution"]
    expected = frame.sort_values(by, ignore_index=True)
    read = read.sort_values(by, ignore_index=True)
    pd.testing.assert_frame_equal(read[by], expected[by])
    if level == "neuron":
        weights = writable.contributions(x[0], frame["target"].unique().tolist())
        known = weights.set_index(["source_name", "target_name"])["weight"]
        for row in read.to_dict("records"):
            pair = known.loc[[(row["source_name"], row["target_name"])]]
            assert np.isclose(pair, row["weight"], rtol=1e-5).any()
    # The input was stored with it, and stays as long as the circuit does.
    assert writable.inputs()["name"].tolist() == ["0"]
    with pytest.raises(GraphError, match="why"):
        writable.drop_input("0")


def test_one_circuit_has_a_name(
    writable: NeuronGraph, x: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(circuit, "explained_of", lambda _: pytest.fail("was computed"))
    with pytest.raises(ParameterError, match="store: 2 samples, and one circuit has a name"):
        writable.circuit(x, store="two")
    with pytest.raises(ParameterError, match="name"):
        writable.circuit(x[0], store=" ")
    assert writable.inputs().empty


def test_a_circuit_leaves_the_input_of_somebody(
    writable: NeuronGraph, x: NDArray[np.float32]
) -> None:
    writable.activate(x[0], name="0")
    kept = writable.inputs().set_index("name")["sha256"]
    writable.circuit(x[1], store="C")
    assert writable.circuits()["input"].tolist() == ["C"]
    assert writable.inputs().set_index("name")["sha256"]["0"] == kept["0"]
    # Another one of the same name, computed for another array, is no reason to refuse.
    third = np.zeros_like(x[0]) + 0.5
    writable.circuit(third, store="C")
    assert writable.circuits()["input"].tolist() == ["C (2)"]
    assert set(writable.inputs()["name"]) == {"0", "C", "C (2)"}


def test_an_unfinished_input_is_stored_again(
    writable: NeuronGraph, x: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Any] = []
    store_inputs, read = storing.store_inputs, CypherStore.inputs

    def noted(question: Any, name: str) -> list[str]:
        names = store_inputs(question, name)
        written.append(names)
        return names

    monkeypatch.setattr(storing, "store_inputs", noted)
    for name in ("first", "second"):
        writable.circuit(x[0], store=name)
    assert written == [["0"]]

    def unfinished(store: CypherStore, about: Any) -> pa.Table:
        rows = read(store, about)
        states = pa.array(["writing"] * len(rows), pa.string())
        return rows.set_column(rows.column_names.index("state"), "state", states)

    with monkeypatch.context() as patched:
        patched.setattr(CypherStore, "inputs", unfinished)
        writable.circuit(x[0], store="third")
    assert written == [["0"], ["0"]]
