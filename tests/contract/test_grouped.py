"""Channel and layer graphs in every store, against the reference graph put together by hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from math import prod
from typing import Any

import networkx as nx
import numpy as np
import pytest

from exporter import drop, load, verify
from queries import NeuronFilter, NeuronGraph
from queries.core.granularity import Granularity
from queries.errors import NeuronNotFoundError, ParameterError, VerificationError
from tests.contract.reference import Reference
from tests.contract.stores import GraphStore
from tests.contract.test_frames import assert_declared

PROPERTIES = ("weight", "l1", "l2", "largest", "edges")


@dataclass(frozen=True)
class Grouped:
    """A coarse graph in a store, and what it should hold."""

    graph: NeuronGraph
    granularity: Granularity
    fine: Reference
    coarse: "nx.DiGraph[int]"

    def column(self, name: str) -> dict[tuple[int, int], float]:
        """Return one property of every relationship, by its ends."""
        return {(s, t): float(data[name]) for s, t, data in self.coarse.edges(data=True)}


def put_together(reference: Reference, granularity: Granularity) -> "nx.DiGraph[int]":
    """Number the channels or layers in their order, and sum up what joins them."""
    key = (
        (lambda node: (node["layer_index"], node["channel"]))
        if granularity == "channel"
        else (lambda node: (node["layer_index"],))
    )
    keys = {neuron: key(data) for neuron, data in reference.graph.nodes(data=True)}
    number = {found: position for position, found in enumerate(sorted(set(keys.values())))}
    graph: nx.DiGraph[int] = nx.DiGraph()
    for neuron, found in keys.items():
        graph.add_node(number[found], layer=reference.graph.nodes[neuron]["layer"])
    joined: dict[tuple[int, int], list[float]] = {}
    for source, target, weight in reference.edges():
        joined.setdefault((number[keys[source]], number[keys[target]]), []).append(weight)
    for (source, target), weights in joined.items():
        graph.add_edge(
            source,
            target,
            weight=float(np.sum(weights)),
            l1=float(np.sum(np.abs(weights))),
            l2=float(np.linalg.norm(weights)),
            largest=float(np.max(np.abs(weights))),
            edges=len(weights),
        )
    return graph


@pytest.fixture(scope="module", params=["channel", "layer"])
def grouped(
    request: pytest.FixtureRequest, store: GraphStore, references: dict[str, Reference]
) -> Iterator[Grouped]:
    """Give the small Sequential as a channel graph and as a layer graph, in each store."""
    reference, name = references["pooled"], f"pooled-{request.param}"
    load(reference.file, store.location, name=name, granularity=request.param)
    with NeuronGraph(store.location, model=name) as graph:
        coarse = put_together(reference, request.param)
        yield Grouped(graph, request.param, reference, coarse)
    drop(name, store.location)


def test_relationships(grouped: Grouped) -> None:
    frame = grouped.graph.edges()
    assert list(frame.columns) == ["source", "target", *PROPERTIES]
    assert str(frame["edges"].dtype) == "int64"
    ends = list(zip(frame["source"], frame["target"], strict=True))
    assert sorted(ends) == sorted(grouped.coarse.edges)
    for name in PROPERTIES:
        found = dict(zip(ends, frame[name], strict=True))
        assert found == pytest.approx(grouped.column(name), rel=1e-5, abs=1e-5)
    assert frame["edges"].sum() == grouped.fine.graph.number_of_edges()


def test_relationships_of_one_node(grouped: Grouped) -> None:
    last = max(grouped.coarse)
    frame = grouped.graph.edges(source=grouped.graph.edges(target=last)["source"])
    assert set(frame["target"]) >= {last}
    assert_same = {(s, t) for s, t in grouped.coarse.edges if (s, last) in grouped.coarse.edges}
    assert set(zip(frame["source"], frame["target"], strict=True)) == assert_same


def test_nodes(grouped: Grouped) -> None:
    frame = grouped.graph.neurons()
    assert_declared(frame, "neurons")
    assert frame["id"].tolist() == sorted(grouped.coarse)
    assert frame["layer"].tolist() == [grouped.coarse.nodes[n]["layer"] for n in frame["id"]]
    assert frame["neurons"].sum() == grouped.fine.graph.number_of_nodes()
    assert frame[["x", "y", "z"]].isna().all(axis=None)
    assert frame["channel"].notna().all() == (grouped.granularity == "channel")
    for layer in grouped.fine.layers:
        own = frame[frame["layer"] == layer.name]
        if layer.bias is None:
            assert own["bias"].isna().all()
        else:
            bias = layer.bias.reshape(-1, layer.bias.shape[-1]).mean(axis=0)
            wanted = bias if grouped.granularity == "channel" else [bias.mean()]
            np.testing.assert_allclose(own["bias"], wanted, rtol=1e-5, atol=1e-6)


def test_the_model_says_what_it_is(grouped: Grouped) -> None:
    models = grouped.graph.models().set_index("name")
    row = models.loc[f"pooled-{grouped.granularity}"]
    assert row["granularity"] == grouped.granularity
    assert not row["replayable"]
    assert row["neurons"] == grouped.coarse.number_of_nodes()
    assert row["edges"] == grouped.coarse.number_of_edges()
    layers = grouped.graph.layers()
    assert layers["edges"].sum() == grouped.coarse.number_of_edges()
    assert layers["name"].tolist() == [layer.name for layer in grouped.fine.layers]
    with pytest.raises(VerificationError, match=f"is a {grouped.granularity} graph"):
        verify(grouped.fine.file, grouped.graph.location, name=str(row.name))


def test_strength_is_that_of_the_neurons(grouped: Grouped) -> None:
    strength = grouped.graph.strength(by="l1").groupby("layer")["strength"].sum()
    for layer in grouped.fine.layers:
        weights = [abs(weight) for _, _, weight in grouped.fine.edges(layer.name)]
        assert strength[layer.name] == pytest.approx(sum(weights), rel=1e-5)


@pytest.mark.parametrize("by", PROPERTIES)
def test_katz(grouped: Grouped, by: Any) -> None:
    weighed: nx.DiGraph[int] = nx.DiGraph()
    weighed.add_nodes_from(grouped.coarse)
    weighed.add_weighted_edges_from((*ends, abs(w)) for ends, w in grouped.column(by).items())
    alpha = 0.01
    expected = nx.katz_centrality_numpy(weighed, alpha=alpha, normalized=False, weight="weight")
    frame = grouped.graph.katz(alpha=alpha, by=by)
    found = dict(zip(frame["id"], frame["katz"], strict=True))
    assert found == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("by", ["weight", "l2"])
def test_strongest_path(grouped: Grouped, by: Any) -> None:
    names = [layer.name for layer in grouped.fine.layers[-4:]]
    nodes = [
        [node for node, data in grouped.coarse.nodes(data=True) if data["layer"] == name]
        for name in names
    ]
    weighed = grouped.column(by)
    products = [
        prod(abs(weighed.get(ends, 0.0)) for ends in pairwise(path)) for path in product(*nodes)
    ]
    frame = grouped.graph.strongest_paths(names[0], names[-1], k=2, by=by)
    found = frame.groupby("path")["strength"].first()
    assert found.tolist() == pytest.approx(sorted(products, reverse=True)[: len(found)], rel=1e-5)


@pytest.mark.parametrize("by", PROPERTIES)
def test_other_queries_weigh_by_any_property(grouped: Grouped, by: Any) -> None:
    weighed = {ends: weight for ends, weight in grouped.column(by).items() if weight != 0}
    strongest = grouped.graph.strongest_edges(k=3, by=by)
    expected = sorted((abs(weight) for weight in weighed.values()), reverse=True)[:3]
    assert strongest["weight"].abs().tolist() == pytest.approx(expected, rel=1e-5)
    last = max(grouped.coarse)
    feeding = grouped.graph.neighbours(last, by=by)
    found = dict(zip(feeding["id"], feeding["weight"], strict=True))
    wanted = {s: weight for (s, t), weight in grouped.column(by).items() if t == last}
    assert found == pytest.approx(wanted, rel=1e-5, abs=1e-6)
    spread = grouped.graph.weight_distribution(by=by)
    assert spread["edges"].sum() == grouped.coarse.number_of_edges()
    assert grouped.graph.summary()["edges"].tolist() == [grouped.coarse.number_of_edges()]


def test_axes_that_the_nodes_lack_are_refused(grouped: Grouped) -> None:
    lacking = ["x", "y", "z"] + ["channel"] * (grouped.granularity == "layer")
    for axis in lacking:
        named: dict[str, Any] = {axis: 0}
        with pytest.raises(ParameterError, match=f"target: .*whose nodes have no {axis};"):
            grouped.graph.edges(target=NeuronFilter(**named))
    if grouped.granularity == "channel":
        assert len(grouped.graph.neurons("conv[0..1]")) == 2


def test_names_that_the_nodes_lack_are_refused(grouped: Grouped) -> None:
    layer = {"channel": "conv[2]", "layer": "conv"}[grouped.granularity]
    assert grouped.graph.neurons(NeuronFilter(name=layer))["name"].tolist() == [layer]
    for name in ("conv[3]", "conv[0]@0,0"):
        with pytest.raises(NeuronNotFoundError, match="no neuron"):
            grouped.graph.neurons(NeuronFilter(name=name))
    if grouped.granularity == "channel":
        with pytest.raises(NeuronNotFoundError, match="has channels 0 to 2, not 3"):
            grouped.graph.strength("conv[3]")


def test_only_coarse_graphs_weigh_by_other_properties(pooled: NeuronGraph) -> None:
    with pytest.raises(ParameterError, match=r"by: 'pooled' is a neuron graph.*no 'l1'"):
        pooled.strength(by="l1")
    assert list(pooled.edges().columns) == ["source", "target", "weight"]


def test_weak_relationships_of_a_channel_graph(
    store: GraphStore, references: dict[str, Reference], scratch: str
) -> None:
    reference = references["pooled"]
    report = load(reference.file, store.location, name=scratch, granularity="channel", top=2)
    coarse = put_together(reference, "channel")
    kept = sum(min(2, degree) for _, degree in coarse.in_degree())
    assert (report.edges, report.left_out) == (kept, coarse.number_of_edges() - kept)
    with NeuronGraph(store.location, model=scratch) as graph:
        assert len(graph.edges()) == kept
