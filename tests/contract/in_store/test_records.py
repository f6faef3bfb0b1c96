"""What stored inputs and circuits say: computed, in the store, and by what was stored."""

import re
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest
from neo4j import GraphDatabase
from numpy.typing import NDArray

from exporter import load
from queries import NeuronGraph
from queries.browser.favourites import CIRCUIT_PICTURE, favourites
from queries.browser.guide import questions_about
from queries.browser.models import all_models
from queries.errors import (
    CircuitNotFoundError,
    GraphDamagedError,
    GraphError,
    InputNotFoundError,
)
from tests.contract.in_store.same import assert_refused_alike, assert_same
from tests.contract.stores import GraphStore
from tests.contract.test_browser import run

pytestmark = pytest.mark.cypher

NEO4J = ["neo4j-5.26", "neo4j-newest"]
HOW: dict[str, Any] = {"level": "neuron", "node_share": 0.9}


@pytest.fixture
def x(writable: NeuronGraph) -> NDArray[np.float32]:
    shape = writable.layers()["shape"].iloc[0]
    return np.random.default_rng(6).normal(size=(2, *shape)).astype(np.float32)


@pytest.fixture
def stored(writable: NeuronGraph, x: NDArray[np.float32], tmp_path: Path) -> NeuronGraph:
    """Give the small Sequential with inputs, and circuits at two of them."""
    np.save(tmp_path / "x.npy", x)
    writable.activate(x)
    writable.circuit(x[0], **HOW, store="a")
    writable.circuit(f"{tmp_path / 'x.npy'}:1", **HOW, store="b")
    return writable


def test_a_statement_answers_what_is_computed(stored: NeuronGraph) -> None:
    for layer in stored.layers()["name"]:
        assert_same(stored, "stored_contributions", at="1", neurons=layer)
    assert_same(stored, "stored_contributions", at="1", neurons="odds[0]")
    for name in ("stored_circuit", "stored_nodes", "stored_conservation"):
        assert_same(stored, name, circuit="b")
    assert_same(stored, "stored_circuit", circuit="a", k=3)
    assert_same(stored, "shared_channels", first="a", second="b")
    for name, record in (("stored_nodes", "circuit"), ("stored_contributions", "at")):
        values = {"neurons": "odds"} if record == "at" else {}
        assert_refused_alike(stored, name, **{record: "nobody"}, **values)


def test_contributions_are_those_at_the_input(stored: NeuronGraph, x: NDArray[np.float32]) -> None:
    # One layer of it is a maximum, of which only the winner contributes.
    assert "max" in set(stored.layers()["reduce"])
    everywhere = stored.layers()["name"].tolist()
    found = stored.stored_contributions("1", everywhere)
    expected = stored.contributions(x[1:], everywhere).drop(columns="input")
    # What is stored is what fires: nothing made the others fire.
    values = stored.activations(x[1:])
    fires = values.loc[(values["value"] != 0), "id"]
    expected = expected[expected["target"].isin(fires)].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected, rtol=1e-6)


def test_a_circuit_is_what_was_stored(stored: NeuronGraph, x: NDArray[np.float32]) -> None:
    edges = stored.circuit(x[0], **HOW)
    found = stored.stored_circuit("a", k=len(edges))
    by = ["source", "target", "attribution"]
    columns = [name for name in found.columns if name != "weight"]
    weights = stored.edges().set_index(["source", "target"])["weight"]
    for source, target, weight in found[["source", "target", "weight"]].itertuples(index=False):
        assert np.isclose(weights.loc[[(source, target)]], weight, rtol=1e-5).any()
    pd.testing.assert_frame_equal(
        found[columns].sort_values(by, ignore_index=True),
        edges[columns].sort_values(by, ignore_index=True),
    )
    assert found["attribution"].abs().is_monotonic_decreasing
    nodes = stored.circuit_nodes(x[0], **HOW)
    found = stored.stored_nodes("a")
    inner = (nodes["kind"] != "input").to_numpy()
    columns = [name for name in found.columns if name != "left_out"]
    pd.testing.assert_frame_equal(found[columns], nodes[columns])
    assert found["left_out"][inner].tolist() == nodes["left_out"][inner].tolist()
    assert found["left_out"][~inner].isna().all()


def test_circuits_meet_where_both_have_a_channel(stored: NeuronGraph) -> None:
    channels: list[dict[tuple[str, int], dict[int, float]]] = []
    for name in ("a", "b"):
        channels.append({})
        for row in stored.stored_nodes(name).to_dict("records"):
            of = channels[-1].setdefault((row["layer"], row["channel"]), {})
            of[row["id"]] = row["attribution"]
    first, second = channels
    found = stored.shared_channels("a", "b").to_dict("records")
    assert {(row["layer"], row["channel"]) for row in found} == first.keys() & second.keys()
    for row in found:
        one, other = (each[row["layer"], row["channel"]] for each in channels)
        assert (row["first_nodes"], row["second_nodes"]) == (len(one), len(other))
        assert row["shared_nodes"] == len(one.keys() & other.keys())
        assert row["first_attribution"] == pytest.approx(sum(one.values()), abs=1e-12)
        assert row["second_attribution"] == pytest.approx(sum(other.values()), abs=1e-12)
    same = stored.shared_channels("a", "a")
    assert (same["shared_nodes"] == same["first_nodes"]).all()


def test_a_node_of_two_levels_is_none_that_both_have(
    stored: NeuronGraph, x: NDArray[np.float32]
) -> None:
    stored.circuit(x[0], level="channel", store="coarse")
    both = set(stored.stored_nodes("a")["id"]) & set(stored.stored_nodes("coarse")["id"])
    assert both
    assert_same(stored, "shared_channels", first="a", second="coarse")
    found = stored.shared_channels("a", "coarse")
    assert len(found)
    assert set(found["shared_nodes"]) == {0}


def test_a_circuit_adds_up_until_somebody_changes_it(
    store: GraphStore, stored: NeuronGraph
) -> None:
    found = stored.stored_conservation("a")
    assert (found["error"] == 0).all()
    assert found["nodes"].sum() == len(stored.stored_nodes("a"))
    strongest = stored.stored_circuit("a", k=1).iloc[0]
    stored.close()
    source, target = strongest["source"], strongest["target"]
    for change in (
        (
            f"MATCH (a:Active {{id: {source}}})-[e:CONTRIBUTES]->(b:Active {{id: {target}}}) "
            "WHERE a.circuit = 'a' SET e.attribution = e.attribution + 0.01"
        ),
        "MATCH (a:Active) WHERE a.circuit = 'b' SET a.influence = 0.5",
    ):
        store.spoil("scratch", change)
    with NeuronGraph(store.location, model="scratch") as graph:
        named = f"'a' of 'scratch' does not add up at {strongest['target_name']}: "
        with pytest.raises(GraphDamagedError, match=re.escape(named)):
            graph.stored_conservation("a")
        table = graph.stored_conservation("a", in_store=True).set_index("name")
        broken = table[table["error"] > 0]
        assert broken.index.tolist() == [strongest["target_name"]]
        largest = graph.stored_nodes("a", in_store=True)["attribution"].abs().max()
        assert broken["error"].iloc[0] == pytest.approx(0.01 / largest, rel=1e-6)
        # A change that keeps all sums is found by the checksum.
        with pytest.raises(GraphDamagedError, match="circuit 'b' of 'scratch' is not as it was wr"):
            graph.stored_conservation("b")
        assert (graph.stored_conservation("b", in_store=True)["error"] == 0).all()


def test_circuits_of_each_rule_add_up(writable: NeuronGraph, x: NDArray[np.float32]) -> None:
    for rule in ("secant", "rescale", "ig"):
        writable.circuit(x[0], rule=rule, prune="attribution", edge_share=0.5, store="r")
        found = writable.stored_conservation("r")
        assert len(found) > 1
        assert (found["error"] == 0).all(), rule


def test_an_offset_of_a_product_is_not_shared_out(
    store: GraphStore, scratch: str, tmp_path: Path
) -> None:
    keras.utils.set_random_seed(5)
    tokens = keras.Input((2, 3), name="tokens")
    attention = keras.layers.MultiHeadAttention(1, 2, name="attention")(tokens, tokens)
    normalized = keras.layers.LayerNormalization(name="normalized")(attention)
    model = keras.Model(tokens, keras.layers.Dense(2, name="dense")(normalized))
    model.get_layer("normalized").gamma.assign([1.5, 0.0, -2.0])
    model.get_layer("normalized").beta.assign([0.5, -1.0, 2.0])
    model.save(tmp_path / "m.keras")
    load(tmp_path / "m.keras", store.location, name=scratch)
    x = np.random.default_rng(4).normal(size=(2, 3))
    with NeuronGraph(store.location, model=scratch) as graph:
        graph.activate(x, name="x")
        layers = graph.layers()
        products = layers.loc[layers["reduce"] == "product", "name"].tolist()
        assert "normalized" in products
        for name in products:
            assert_same(graph, "stored_contributions", at="x", neurons=name)
        by = ["target", "source"]
        found = graph.stored_contributions("x", products).sort_values(by, ignore_index=True)
        expected = graph.contributions(x, products).sort_values(by, ignore_index=True)
        pd.testing.assert_frame_equal(
            found[[*by, "contribution"]], expected[[*by, "contribution"]], rtol=1e-6, atol=1e-9
        )
        # What Keras says of each is what the factors pass on, and beta.
        values = keras.Model(tokens, normalized).predict(x[None], verbose=0)[0]
        into = found[found["target_name"].str.startswith("normalized[")]
        sums = into.groupby("target")["contribution"].sum()
        neurons = graph.neurons("normalized").set_index("id")["channel"]
        beta = neurons.map({0: 0.5, 1: -1.0, 2: 2.0})
        whole = sums.reindex(neurons.index, fill_value=0.0) + beta
        np.testing.assert_allclose(whole, values.ravel(), rtol=1e-4, atol=1e-5)


def test_a_product_shares_equally(store: GraphStore, scratch: str, branched_file: Path) -> None:
    load(branched_file, store.location, name=scratch)
    random = np.random.default_rng(4)
    x = {"left": random.normal(size=(4, 4, 2)), "right": random.normal(size=3)}
    with NeuronGraph(store.location, model=scratch) as graph:
        graph.activate(x)
        (name,) = graph.inputs()["name"]
        assert_same(graph, "stored_contributions", at=name, neurons="gate")
        found = graph.stored_contributions(name, "gate")
        expected = graph.contributions(x, "gate")
        assert len(found) == 6
        np.testing.assert_allclose(found["contribution"], expected["contribution"], rtol=1e-6)


@pytest.mark.parametrize("store", NEO4J, indirect=True)
@pytest.mark.neo4j
def test_browser_knows_them(store: GraphStore, stored: NeuronGraph) -> None:
    texts = favourites(stored, "scratch")
    expected = {
        "stored_circuit": stored.stored_circuit("a"),
        "stored_conservation": stored.stored_conservation("a"),
        "shared_channels": stored.shared_channels("a", "b"),
    }
    for name, frame in expected.items():
        assert len(run(store, texts[name])) == len(frame), name
    picture = run(store, texts[CIRCUIT_PICTURE])
    strongest = stored.stored_circuit("a", k=100)["attribution"]
    drawn = [row["p"].relationships[0]["attribution"] for row in picture]
    assert [abs(each) for each in drawn] == strongest.abs().tolist()
    (row,) = [each for each in all_models(stored) if each["name"] == "scratch"]
    slides = {each.title: each.cypher for each in questions_about(stored, row)}
    listed = run(store, slides["Stored inputs and circuits"])
    assert {each["i"]["name"] for each in listed} == {*stored.inputs()["name"]}
    assert len(run(store, slides["A stored circuit"])) == len(picture)
    rows = run(store, slides["Whether a stored circuit adds up"])
    assert {each["error"] for each in rows} == {0.0}


@pytest.mark.parametrize("store", ["neo4j-newest"], indirect=True)
@pytest.mark.neo4j
def test_nodes_of_a_circuit_are_found_by_the_index(store: GraphStore, stored: NeuronGraph) -> None:
    assert store.server is not None
    names = ("stored_circuit", "stored_nodes", "stored_conservation")
    asked = {name: {"circuit": "a"} for name in names}
    asked["shared_channels"] = {"first": "a", "second": "b"}
    with GraphDatabase.driver(store.server.uri, auth=store.server.auth) as driver:
        for name, values in asked.items():
            text = f"EXPLAIN {stored.statement(name, **values)}"
            plan = driver.execute_query(text.rstrip(";")).summary.plan
            read = [each for each in operators(plan) if "Active" in each]
            assert any("Index" in each for each in read), (name, read)
            assert not any("LabelScan" in each for each in read), (name, read)


def operators(plan: Any) -> list[str]:
    """Return what each operator of a plan does, and with what."""
    own = f"{plan['operatorType']} {plan['args'].get('Details', '')}"
    return [own, *(text for child in plan.get("children", ()) for text in operators(child))]


def test_a_model_file_has_none(small_files: dict[str, Path]) -> None:
    with NeuronGraph(small_files["pooled"]) as graph:
        with pytest.raises(InputNotFoundError, match="none is stored"):
            graph.stored_contributions("a", "odds")
        with pytest.raises(CircuitNotFoundError, match="none is stored"):
            graph.stored_conservation("a")
        with pytest.raises(GraphError, match="keeps no inputs; load the model whole, with: "):
            graph.activate(np.zeros((6, 5, 2)))
