"""Measures of centrality are those of NetworkX, or of the sum over all paths."""

from typing import Literal

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from queries import NeuronGraph
from tests.contract.reference import Reference

pytestmark = pytest.mark.computed


def test_degree_is_that_of_networkx(graph: NeuronGraph, reference: Reference) -> None:
    frame = graph.degree()
    for column, expected in {
        "in_degree": reference.graph.in_degree,
        "out_degree": reference.graph.out_degree,
        "degree": reference.graph.degree,
    }.items():
        assert dict(zip(frame["id"], frame[column], strict=True)) == dict(expected())


@pytest.mark.parametrize("alpha", [0.85, 0.3, 0.0])
def test_pagerank_is_that_of_networkx(
    graph: NeuronGraph, reference: Reference, alpha: float
) -> None:
    frame = graph.pagerank(alpha=alpha)
    expected = nx.pagerank(
        reference.weighted("absolute"), alpha=alpha, tol=1e-14, max_iter=1000, weight="weight"
    )
    np.testing.assert_allclose(
        frame["pagerank"], [expected[neuron] for neuron in frame["id"]], rtol=1e-5
    )


class TestPathCentrality:
    def test_is_the_share_of_all_path_weight(
        self, graph: NeuronGraph, reference: Reference
    ) -> None:
        sums = reference.path_sums("absolute")
        begin = reference.ids(reference.layers[0].name)
        end = reference.ids(reference.layers[-1].name)
        through = sums[begin].sum(axis=0) * sums[:, end].sum(axis=1)
        expected = through / sums[np.ix_(begin, end)].sum()
        np.testing.assert_allclose(graph.path_centrality()["path_centrality"], expected, rtol=1e-5)

    def test_adds_up_to_1_in_the_last_layer(self, graph: NeuronGraph, reference: Reference) -> None:
        last = graph.path_centrality(reference.layers[-1].name)
        assert last["path_centrality"].sum() == pytest.approx(1.0)


class TestTopNeurons:
    @pytest.mark.parametrize(
        "measure",
        ["katz", "pagerank", "path_centrality", "in_strength", "out_degree"],
    )
    def test_are_the_first_of_each_layer(self, graph: NeuronGraph, measure: str) -> None:
        every = (
            graph.strength().rename(columns={"strength": measure})
            if measure == "in_strength"
            else graph.degree()
            if measure == "out_degree"
            else getattr(graph, measure)()
        )
        top = graph.top_neurons(measure=measure, k=3)  # type: ignore[arg-type]
        for layer, part in every.groupby("layer"):
            best = part.sort_values([measure, "id"], ascending=[False, True]).head(3)
            found = top[top["layer"] == layer]
            np.testing.assert_allclose(found["value"], best[measure], rtol=1e-6)
            assert found["rank"].tolist() == list(range(1, len(best) + 1))

    def test_are_taken_where_neurons_are_meant(self, pooled: NeuronGraph) -> None:
        top = pooled.top_neurons("hidden", k=2)
        pd.testing.assert_series_equal(
            pooled.katz(top)["id"], top["id"].sort_values(ignore_index=True)
        )


class TestKatz:
    @pytest.mark.parametrize("weights", ["absolute", "signed"])
    @pytest.mark.parametrize(("alpha", "beta"), [(0.1, 1.0), (1.0, 0.5), (-0.7, 3.0), (0.0, 2.0)])
    def test_is_that_of_networkx(
        self,
        graph: NeuronGraph,
        reference: Reference,
        weights: Literal["absolute", "signed"],
        alpha: float,
        beta: float,
    ) -> None:
        frame = graph.katz(alpha=alpha, beta=beta, weights=weights)
        expected = nx.katz_centrality_numpy(
            reference.weighted(weights), alpha=alpha, beta=beta, normalized=False, weight="weight"
        )
        assert frame["id"].tolist() == sorted(expected)
        np.testing.assert_allclose(
            frame["katz"], [expected[neuron] for neuron in frame["id"]], rtol=2e-5, atol=1e-5
        )

    def test_of_a_layer_is_part_of_that_of_all(
        self, graph: NeuronGraph, reference: Reference
    ) -> None:
        layer = reference.layers[4].name
        whole = graph.katz()
        part = whole[whole["layer"] == layer].reset_index(drop=True)
        pd.testing.assert_frame_equal(graph.katz(layer), part)
