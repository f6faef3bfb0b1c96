"""Katz centrality is that of NetworkX."""

from typing import Literal

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from queries import NeuronGraph
from tests.contract.reference import Reference

pytestmark = pytest.mark.computed


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
