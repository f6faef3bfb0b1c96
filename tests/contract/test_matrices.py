"""Matrices are those of NetworkX, and products along paths are the inverse of I - A."""

import networkx as nx
import numpy as np
import pytest

from queries import NeuronGraph
from queries.errors import NeurongraphError, ParameterError
from tests.contract.reference import Reference


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

    def test_too_big_is_refused(self, pooled: NeuronGraph, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("queries.methods.matrix._MOST_CELLS", 10)
        with pytest.raises(ParameterError, match="sparse"):
            pooled.matrix()
        with pytest.raises(ParameterError, match="fewer"):
            pooled.effective_weights("conv", "digits")


class TestEffectiveWeights:
    @pytest.mark.parametrize("ends", [(0, -1), (1, 3), (-1, 0)])
    def test_are_the_products_along_all_paths(
        self, graph: NeuronGraph, reference: Reference, ends: tuple[int, int]
    ) -> None:
        source, target = (reference.layers[end].name for end in ends)
        sums = reference.path_sums("signed")
        block = sums[np.ix_(reference.ids(source), reference.ids(target))]
        frame = graph.effective_weights(source, target)
        found = frame["weight"].to_numpy().reshape(block.shape)
        np.testing.assert_allclose(found, block, rtol=1e-4, atol=1e-5 * np.abs(block).max())
        assert frame["source"].drop_duplicates().tolist() == reference.ids(source)
        assert frame["target"].drop_duplicates().tolist() == reference.ids(target)


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

    def test_says_where_it_does_not_converge(self, pooled: NeuronGraph) -> None:
        with pytest.raises(NeurongraphError, match="after 3 steps"):
            pooled.eigenvector_centrality(max_iter=3, tol=1e-12)
