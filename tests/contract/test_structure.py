"""Reachability, channels, layers and motifs, against NetworkX and NumPy on the reference graph."""

import math
from collections import Counter
from itertools import combinations
from typing import Any

import networkx as nx
import numpy as np
import pytest

from exporter import load
from queries import NeuronGraph
from queries.errors import ParameterError
from tests.contract.reference import Floats, Reference
from tests.contract.stores import GraphStore

pytestmark = pytest.mark.computed


def stronger(reference: Reference, threshold: float) -> "nx.DiGraph[int]":
    """Return the graph without the edges of at most this absolute weight."""
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(reference.graph)
    graph.add_weighted_edges_from(e for e in reference.edges() if abs(e[2]) > threshold)
    return graph


def matrix(reference: Reference) -> Floats:
    """Return all weights as a dense matrix, one row a target."""
    return nx.to_numpy_array(reference.graph, sorted(reference.graph)).T


def in_channel(reference: Reference, layer: str, channel: int) -> list[int]:
    """Return the neurons of a channel, by place."""
    nodes = reference.graph.nodes
    return [n for n in reference.ids(layer) if nodes[n]["channel"] == channel]


def channels(reference: Reference) -> dict[tuple[str, int], list[int]]:
    """Return the neurons of every channel."""
    return {
        (layer.name, channel): in_channel(reference, layer.name, channel)
        for layer in reference.layers
        for channel in range(layer.shape[-1])
    }


class TestDeadNeurons:
    @pytest.mark.parametrize("threshold", [0.0, 0.4, 0.9])
    def test_are_those_that_no_path_joins(
        self, graph: NeuronGraph, reference: Reference, threshold: float
    ) -> None:
        strong = stronger(reference, threshold)
        begin = set(reference.ids(reference.layers[0].name))
        end = set(reference.ids(reference.layers[-1].name))
        expected = [
            (n, bool((nx.ancestors(strong, n) | {n}) & begin), bool(end & after))
            for n in sorted(strong)
            for after in [nx.descendants(strong, n) | {n}]
        ]
        columns = ["id", "from_input", "to_output"]
        frame = graph.dead_neurons(threshold=threshold)
        found = list(frame[columns].itertuples(index=False, name=None))
        assert found == [row for row in expected if not (row[1] and row[2])]
        assert threshold == 0.0 or {(True, False), (False, True)} <= {row[1:] for row in found}

    def test_are_looked_for_among_neurons(self, graph: NeuronGraph, reference: Reference) -> None:
        layer = reference.layers[1].name
        every = graph.dead_neurons(threshold=0.9)
        some = graph.dead_neurons(layer, threshold=0.9)
        assert some["id"].tolist() == every[every["layer"] == layer]["id"].tolist()
        assert not some.empty


class TestZeroChannels:
    @pytest.mark.parametrize("threshold", [0.0, 1.5, 8.0])
    def test_are_those_of_little_strength(
        self, graph: NeuronGraph, reference: Reference, threshold: float
    ) -> None:
        weights = np.abs(matrix(reference))
        expected = {}
        for (layer, channel), own in channels(reference).items():
            into = np.nan if layer == reference.layers[0].name else weights[own].sum()
            out_of = np.nan if layer == reference.layers[-1].name else weights[:, own].sum()
            if into <= threshold or out_of <= threshold:
                expected[f"{layer}[{channel}]"] = (into, out_of, len(own))
        frame = graph.zero_channels(threshold=threshold).set_index("name")
        assert frame.index.tolist() == list(expected)
        for name, (*strengths, neurons) in expected.items():
            row = frame.loc[name]
            assert row["neurons"] == neurons
            np.testing.assert_allclose(
                [row["in_strength"], row["out_strength"]], strengths, rtol=1e-5
            )
        assert (threshold > 1.0) <= (len(frame) > 0)

    def test_of_zeros_are_found(
        self, store: GraphStore, reference: Reference, scratch: str
    ) -> None:
        load(reference.file, store.location, name=scratch)
        layer = reference.layers[1].name
        with NeuronGraph(store.location, model=scratch) as graph:
            graph.write(
                store.own(
                    "MATCH (s:Neuron)-[r:CONNECTS_TO]->(t:Neuron) WHERE t.model = $key "
                    "AND t.layer = $layer AND t.channel = 1 SET r.weight = 0.0"
                ),
                {"key": scratch, "layer": layer},
            )
            frame = graph.zero_channels(layer)
            assert frame["name"].tolist() == [f"{layer}[1]"]
            assert frame["in_strength"].tolist() == [0.0]
            # The name is taken where neurons are meant.
            own = in_channel(reference, layer, 1)
            assert graph.neurons(frame["name"][0])["id"].tolist() == own


class TestChannelImportance:
    @pytest.mark.parametrize("target", [None, -3])
    def test_is_what_reaches_the_targets(
        self, graph: NeuronGraph, reference: Reference, target: int | None
    ) -> None:
        last = reference.layers[target or -1].name
        weights = np.abs(matrix(reference))
        own = np.isin(np.arange(len(weights)), reference.ids(last)).astype(float)
        scores = np.linalg.solve(np.eye(len(weights)) - weights.T, own)
        frame = graph.channel_importance(None if target is None else last, k=1000)
        before = [
            layer.name for layer in reference.layers[: (target or -1) + len(reference.layers) + 1]
        ]
        expected = {
            f"{layer}[{channel}]": scores[ids].sum()
            for (layer, channel), ids in channels(reference).items()
            if layer in before
        }
        found = dict(zip(frame["name"], frame["importance"], strict=True))
        assert found == pytest.approx(expected, rel=1e-4)
        for _, rows in frame.groupby("layer"):
            assert rows["rank"].tolist() == list(range(1, len(rows) + 1))
            assert rows["importance"].is_monotonic_decreasing
            assert rows["share"].sum() == pytest.approx(1.0)

    def test_shows_the_most_and_the_least_of_each_layer(
        self, graph: NeuronGraph, reference: Reference
    ) -> None:
        every = graph.channel_importance(k=1000)
        some = graph.channel_importance(k=1)
        for layer in reference.layers:
            ranks = some[some["layer"] == layer.name]["rank"].tolist()
            assert ranks == sorted({1, layer.shape[-1]})
        assert set(some["name"]) <= set(every["name"])


class TestDuplicateChannels:
    def test_compare_weights_from_one_source_at_one_place(
        self, graph: NeuronGraph, reference: Reference
    ) -> None:
        weights = matrix(reference)
        expected = {}
        for layer in reference.layers[1:]:
            for one, other in combinations(range(layer.shape[-1]), 2):
                a, b = (
                    weights[in_channel(reference, layer.name, channel)].ravel()
                    for channel in (one, other)
                )
                norms = float(np.linalg.norm(a)), float(np.linalg.norm(b))
                if all(norms):
                    cosine = float(a @ b) / math.prod(norms)
                    expected[layer.name, one, other] = cosine, norms[1] / norms[0]
        frame = graph.duplicate_channels(least=-1)
        keys = list(zip(frame["layer"], frame["channel"], frame["other_channel"], strict=True))
        assert sorted(keys) == sorted(expected)
        values = frame[["cosine", "ratio"]].to_numpy()
        np.testing.assert_allclose(values, [expected[key] for key in keys], rtol=1e-4, atol=1e-5)
        assert frame["cosine"].is_monotonic_decreasing

    def test_of_a_dense_layer_compare_the_kernel(
        self, pooled: NeuronGraph, references: dict[str, Reference]
    ) -> None:
        kernel = np.asarray(references["pooled"].keras.get_layer("hidden").kernel, dtype=float)
        cosines = np.corrcoef(np.vstack([kernel, -kernel]), rowvar=False)
        frame = pooled.duplicate_channels("hidden", least=0.05)
        expected = [c for c in cosines[np.triu_indices(6, 1)] if c >= 0.05]
        np.testing.assert_allclose(frame["cosine"], sorted(expected, reverse=True), rtol=1e-5)

    def test_compare_what_is_chosen(self, pooled: NeuronGraph) -> None:
        every = pooled.duplicate_channels("conv", least=-1)
        some = pooled.duplicate_channels("conv[0..1]", least=-1)
        assert some["cosine"].tolist() == every[every["other_channel"] == 1]["cosine"].tolist()


class TestLayerStatistics:
    def test_are_those_of_the_weights(self, graph: NeuronGraph, reference: Reference) -> None:
        threshold = 0.3
        frame = graph.layer_statistics(threshold=threshold)
        assert frame["layer"].tolist() == [layer.name for layer in reference.layers[1:]]
        for row in frame.to_dict("records"):
            own = reference.ids(row["layer"])
            weights = np.array([w for _, _, w in reference.edges(row["layer"])])
            dense = matrix(reference)[own]
            strength = np.abs(dense).sum(axis=1)
            expected = {
                "layer_index": reference.graph.nodes[own[0]]["layer_index"],
                "neurons": len(own),
                "edges": len(weights),
                "mean": weights.mean(),
                "std": weights.std(),
                "min": weights.min(),
                "max": weights.max(),
                "mean_absolute": np.abs(weights).mean(),
                "not_finite": 0,
                "zero_share": np.mean(weights == 0),
                "small_share": np.mean(np.abs(weights) < threshold),
                "frobenius_norm": np.linalg.norm(weights),
                "spectral_norm": np.linalg.norm(dense, 2),
                "fluctuation": strength.std() / strength.mean(),
            }
            del row["layer"]
            assert row == pytest.approx(expected, rel=1e-5, abs=1e-6)


class TestBifans:
    @pytest.mark.parametrize("threshold", [0.0, 0.5])
    @pytest.mark.parametrize("ends", [(0, 1), (-3, -1), (3, 4)])
    def test_are_counted_one_by_one(
        self, graph: NeuronGraph, reference: Reference, ends: tuple[int, int], threshold: float
    ) -> None:
        begin, end = (reference.ids(reference.layers[position].name) for position in ends)
        sources, targets = begin[:30], end[:30]
        strong = stronger(reference, threshold)
        count = sum(
            strong.has_edge(a, c)
            and strong.has_edge(a, d)
            and strong.has_edge(b, c)
            and strong.has_edge(b, d)
            for a, b in combinations(sources, 2)
            for c, d in combinations(targets, 2)
        )
        row = graph.bifans(sources, targets, threshold=threshold).iloc[0]
        assert row["bifans"] == count
        assert row["pairs"] == sum(strong.has_edge(a, c) for a in sources for c in targets)
        assert (row["sources"], row["targets"]) == (len(sources), len(targets))
        possible = math.comb(len(sources), 2) * math.comb(len(targets), 2)
        assert row["share"] == pytest.approx(count / possible)

    def test_of_a_whole_layer(self, graph: NeuronGraph, reference: Reference) -> None:
        first, second = (layer.name for layer in reference.layers[:2])
        strong = stronger(reference, 0.0)
        together = Counter(
            pair
            for target in reference.ids(second)
            for pair in combinations(sorted(strong.predecessors(target)), 2)
        )
        expected = sum(math.comb(count, 2) for count in together.values())
        assert expected > 0
        assert graph.bifans(first, second)["bifans"].tolist() == [expected]


@pytest.mark.parametrize("granularity", ["channel", "layer"])
def test_coarse_graphs(
    store: GraphStore, small_files: dict[str, Any], granularity: Any, scratch: str
) -> None:
    load(small_files["pooled"], store.location, name=scratch, granularity=granularity)
    with NeuronGraph(store.location, model=scratch) as graph:
        edges, layers = graph.edges(), graph.layers()
        row = graph.layer_statistics(by="l1").iloc[-1]
        assert row["mean"] == pytest.approx(
            edges["l1"][edges["target"] >= layers["first"].iloc[-1]].mean()
        )
        assert graph.dead_neurons(threshold=edges["l2"].max(), by="l2")["id"].nunique() > 0
        assert graph.bifans("pixels", "conv", by="edges")["pairs"].tolist() == [
            edges["target"].isin(graph.neurons("conv")["id"]).sum()
        ]
        if granularity == "layer":
            for refused in (
                graph.zero_channels,
                graph.channel_importance,
                graph.duplicate_channels,
            ):
                with pytest.raises(ParameterError, match="is a layer graph, whose nodes have no"):
                    refused()
            return
        strengths = graph.strength(by="l1").set_index("id")["strength"]
        every = graph.zero_channels(threshold=1e9, by="l1")
        fed = every["in_strength"].dropna()
        assert fed.sum() == pytest.approx(strengths.sum())
        assert (
            graph.channel_importance(by="l1")["neurons"].max() == graph.neurons()["neurons"].max()
        )
        assert not graph.duplicate_channels(least=-1, by="l2").empty
