"""Circuits in each store: what adds up, and influence, against NetworkX."""

from typing import Any, Final

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from queries import NeuronGraph
from queries.errors import ParameterError
from tests.contract.reference import Reference

pytestmark = pytest.mark.computed

SAMPLES: Final = 2
TOWARDS: Final = "odds[1]"


@pytest.fixture(scope="module")
def inputs(references: dict[str, Reference]) -> dict[str, NDArray[np.float32]]:
    """Give samples for each small model."""
    random = np.random.default_rng(8)
    return {
        name: random.standard_normal((SAMPLES, *each.layers[0].shape)).astype(np.float32)
        for name, each in references.items()
    }


def shares_of(graph: NeuronGraph, x: Any) -> "nx.MultiDiGraph[Any]":
    """Return what comes over each relationship, or begins at a neuron, as a share of its target."""
    edges = graph.edge_attribution(x, towards=TOWARDS, k=100_000)
    biases = graph.attribution(x, towards=TOWARDS)
    shares: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    for row in edges.to_dict("records"):
        shares.add_edge(row["source_name"], row["target_name"], weight=abs(row["attribution"]))
    for row in biases[biases["bias_part"] != 0].to_dict("records"):
        shares.add_edge(("own", row["name"]), row["name"], weight=abs(row["bias_part"]))
    for node in list(shares):
        total = shares.in_degree(node, weight="weight")
        for *_, edge in shares.in_edges(node, data=True):
            edge["weight"] /= total
    return shares


def influence_of(shares: "nx.MultiDiGraph[Any]") -> dict[Any, float]:
    """Return how much of the target flows through each node, by its definition."""
    influence = dict.fromkeys(shares, 0.0)
    for node in reversed(list(nx.topological_sort(shares))):
        for _, to, edge in shares.out_edges(node, data=True):
            influence[node] += edge["weight"] * (influence[to] + (to == TOWARDS))
    return influence


def test_influence_is_that_of_the_shares(
    graph: NeuronGraph, reference: Reference, inputs: dict[str, NDArray[np.float32]]
) -> None:
    x = inputs[reference.name][:1]
    shares = shares_of(graph, x)
    expected = influence_of(shares)
    frame = graph.influence(x, towards=TOWARDS).set_index("name")["influence"]
    for name, share in expected.items():
        if isinstance(name, str):
            assert frame[name] == pytest.approx(share, abs=1e-6)
    begins = [node for node in shares if not shares.in_degree(node)]
    assert sum(expected[node] for node in begins) == pytest.approx(1, abs=1e-6)
    whole = graph.circuit_nodes(x, towards=TOWARDS, level="neuron", node_share=1, edge_share=1)
    found = whole.set_index("name")["influence"]
    np.testing.assert_allclose(found, frame[found.index], atol=1e-6)


@pytest.mark.parametrize("level", ["neuron", "channel", "layer"])
@pytest.mark.parametrize(
    "how",
    [{"node_share": 0.7, "edge_share": 0.9}, {"prune": "attribution", "edge_share": 0.5}],
    ids=["influence", "attribution"],
)
def test_what_is_in_a_circuit_and_left_out_adds_up(
    pooled: NeuronGraph, inputs: dict[str, NDArray[np.float32]], level: Any, how: dict[str, Any]
) -> None:
    x = inputs["pooled"]
    edges = pooled.circuit(x, towards=TOWARDS, level=level, **how)
    nodes = pooled.circuit_nodes(x, towards=TOWARDS, level=level, **how)
    into = edges.groupby(["input", "target"])["attribution"].sum()
    by_id = nodes.set_index(["input", "id"])
    fed = by_id[by_id["kind"] != "input"]
    brought = into.rename_axis(fed.index.names).reindex(fed.index, fill_value=0.0)
    total = brought + fed["bias_part"] + fed["left_out"]
    np.testing.assert_allclose(total, fed["attribution"], atol=1e-6)
    ends = pd.concat([edges["source_name"], edges["target_name"]])
    assert set(ends) <= set(nodes["name"])
    assert (
        nodes.groupby("input")["kind"].apply(list).map(lambda kinds: kinds[-1]) == "target"
    ).all()


def test_channels_have_what_their_neurons_have(
    pooled: NeuronGraph, inputs: dict[str, NDArray[np.float32]]
) -> None:
    x = inputs["pooled"][:1]
    all_of_it: dict[str, Any] = {"towards": TOWARDS, "node_share": 1, "edge_share": 1}
    neurons = pooled.attribution(x, towards=TOWARDS)
    by_channel = neurons.groupby(neurons["name"].str.replace(r"@.*", "", regex=True)).sum(
        numeric_only=True
    )
    channels = pooled.circuit_nodes(x, level="channel", **all_of_it).set_index("name")
    for column in ("attribution", "bias_part"):
        expected = by_channel[column][channels.index]
        np.testing.assert_allclose(channels[column], expected, atol=1e-6)
    edges = pooled.edge_attribution(x, towards=TOWARDS, k=100_000)
    ends = edges[["source_name", "target_name"]].replace(r"@.*", "", regex=True)
    sums = edges["attribution"].groupby([ends["source_name"], ends["target_name"]]).sum()
    circuit = pooled.circuit(x, level="channel", **all_of_it)
    found = circuit.set_index(["source_name", "target_name"])["attribution"]
    np.testing.assert_allclose(found, sums[found.index], atol=1e-6)
    assert set(sums.index[sums.abs() > 1e-6]) <= set(found.index)


def test_contributions_are_those_of_the_query(
    pooled: NeuronGraph, inputs: dict[str, NDArray[np.float32]]
) -> None:
    x = inputs["pooled"][:1]
    edges = pooled.circuit(x, towards=TOWARDS, level="neuron")
    expected = pooled.contributions(x, edges["target"].unique().tolist())
    joined = edges.merge(expected, on=["source", "target"])
    np.testing.assert_allclose(joined["contribution_x"], joined["contribution_y"], rtol=1e-5)
    assert len(joined) >= len(edges)


def test_nothing_is_in_the_circuit_of_nothing(pooled: NeuronGraph) -> None:
    nothing = np.zeros((1, *pooled.layers()["shape"][0]), dtype=np.float32)
    nodes = pooled.circuit_nodes(nothing, towards=TOWARDS)
    assert "input" not in nodes["kind"].tolist()
    assert nodes["name"].iloc[-1] == TOWARDS


@pytest.mark.parametrize("name", ["node_share", "edge_share"])
@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_is_from_0_to_1(pooled: NeuronGraph, name: str, share: float) -> None:
    with pytest.raises(ParameterError, match=name):
        pooled.circuit(np.zeros(1), **{name: share})  # type: ignore[arg-type]
