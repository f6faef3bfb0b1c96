"""Matrices of weights are those of NetworkX."""

import networkx as nx
import numpy as np
import pytest

from queries import NeuronFilter, NeuronGraph
from queries.errors import ConvergenceError, ParameterError
from tests.contract.reference import Reference

pytestmark = pytest.mark.computed


class TestAdjacency:
    def test_is_that_of_networkx(self, graph: NeuronGraph, reference: Reference) -> None:
        nodes = sorted(reference.graph)
        expected = nx.to_numpy_array(reference.graph, nodelist=nodes)
        names = [reference.graph.nodes[node]["name"] for node in nodes]
        for matrix in (graph.matrix(), graph.matrix(sparse=True)):
            assert matrix.index.tolist() == matrix.columns.tolist() == names
            np.testing.assert_allclose(matrix.to_numpy(), expected, rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(graph.to_scipy().toarray(), expected, rtol=1e-5, atol=1e-7)

    def test_of_two_layers_is_a_block(self, graph: NeuronGraph, reference: Reference) -> None:
        before, after = reference.layers[1].name, reference.layers[2].name
        rows, columns = reference.ids(before), reference.ids(after)
        expected = nx.to_numpy_array(reference.graph, nodelist=sorted(reference.graph))
        block = expected[np.ix_(rows, columns)]
        np.testing.assert_allclose(graph.matrix(before, after), block, rtol=1e-5, atol=1e-7)
        frame = graph.adjacency(before, after)
        pairs = set(zip(frame["source"], frame["target"], strict=True))
        assert pairs == {edge[:2] for edge in reference.edges(after)}
        for end in ("source", "target"):
            names = [reference.graph.nodes[neuron]["name"] for neuron in frame[end]]
            assert frame[f"{end}_name"].tolist() == names

    def test_of_neurons_of_several_layers(self, graph: NeuronGraph, reference: Reference) -> None:
        source = reference.ids(*(layer.name for layer in reference.layers[:-1]))[::3]
        target = [*range(reference.layers[-1].last, reference.layers[1].first, -2)]
        frame = graph.adjacency(graph.neurons(source), target)
        expected = [e for e in reference.edges() if e[0] in set(source) and e[1] in set(target)]
        assert list(zip(frame["source"], frame["target"], strict=True)) == [
            edge[:2] for edge in expected
        ]
        found = graph.to_scipy(source, target)
        assert found.shape == (len(source), len(target))
        order = sorted(target)
        for begin, end, weight in expected:
            assert found[source.index(begin), order.index(end)] == pytest.approx(weight, abs=1e-5)

    def test_too_big_is_refused(self, pooled: NeuronGraph, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("queries.answers.matrix.MOST_CELLS", 23)
        assert pooled.matrix("digits", "odds").shape == (4, 4)
        with pytest.raises(ParameterError, match=r"6 by 4 neurons has 24 entries.* sparse=True"):
            pooled.matrix("hidden", "digits")


class TestLaplacian:
    def test_is_that_of_networkx(self, graph: NeuronGraph, reference: Reference) -> None:
        names = [layer.name for layer in reference.layers[-4:]]
        frame = graph.laplacian(NeuronFilter(layer=names), alpha=0.9)
        ids = reference.ids(*names)
        part = nx.subgraph(reference.weighted("absolute"), ids)
        expected = nx.directed_laplacian_matrix(part, ids, walk_type="pagerank", alpha=0.9)
        assert frame["source"].tolist() == np.repeat(ids, len(ids)).tolist()
        assert frame["target"].tolist() == np.tile(ids, len(ids)).tolist()
        np.testing.assert_allclose(frame["laplacian"], np.ravel(expected), rtol=2e-5, atol=1e-5)

    def test_needs_a_walk_that_comes_back(self, pooled: NeuronGraph) -> None:
        with pytest.raises(ParameterError, match="walk=pagerank"):
            pooled.laplacian(walk="lazy")

    def test_too_big_is_refused(self, pooled: NeuronGraph, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("queries.answers.matrix.MOST_ROWS", 16)
        assert len(pooled.laplacian("odds")) == 16
        with pytest.raises(ParameterError, match=r"6 by 6 neurons has 36 entries.* fewer neurons"):
            pooled.laplacian("hidden")


class TestEigenvectorCentrality:
    @pytest.mark.parametrize("weights", ["count", "absolute"])
    def test_is_that_of_networkx(
        self, graph: NeuronGraph, reference: Reference, weights: str
    ) -> None:
        frame = graph.eigenvector_centrality(weights=weights, tol=1e-5)  # type: ignore[arg-type]
        expected = nx.eigenvector_centrality(
            reference.weighted(weights), weight="weight", tol=1e-5, max_iter=1000
        )
        np.testing.assert_allclose(
            frame["eigenvector_centrality"],
            [expected[neuron] for neuron in frame["id"]],
            atol=1e-6,
        )

    def test_large_layers_and_small_ones_give_the_same(
        self, graph: NeuronGraph, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        expected = graph.eigenvector_centrality(tol=1e-5)["eigenvector_centrality"]
        monkeypatch.setattr("queries.analysis.repeated._SMALL", 30)
        found = graph.eigenvector_centrality(tol=1e-5)["eigenvector_centrality"]
        np.testing.assert_allclose(found, expected, rtol=1e-9)

    def test_says_where_it_does_not_converge(self, pooled: NeuronGraph) -> None:
        with pytest.raises(ConvergenceError, match="after 3 steps"):
            pooled.eigenvector_centrality(max_iter=3, tol=1e-12)
