"""The CIFAR-10 model: the figures that are known of it, and every query at its scale."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array

from exporter import drop, load, verify
from exporter.planning.push import plan
from queries import NeuronGraph
from queries.errors import ParameterError
from tests.conftest import NEO4J, stores
from tests.contract.replays import streamed, worst_difference
from tests.contract.stores import GraphStore
from tests.opening import open_model

STORES = ["embedded", *NEO4J]
# Neo4j takes a minute to load it, which is left to `make full`.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

NEURONS = 53_290
EDGES = 4_586_624
FIRSTS = {
    "input": 0,
    "conv_0": 3072,
    "max_pooling2d": 31872,
    "conv_1": 39072,
    "max_pooling2d_1": 49888,
    "conv_2": 52192,
    "dense_0": 53216,
    "dense_1": 53280,
}
DENSITY = 0.0016151387935422858

Floats = NDArray[np.float64]


class Streamed:
    """The edges of a model as they are built, which the replay has shown to be right."""

    def __init__(self, file: Path) -> None:
        layers = plan(open_model(file)).layers
        blocks = [layer.block(*part) for layer in layers for part in layer.ranges()]
        self.source, self.target, self.weight = (
            np.concatenate([getattr(block, name) for block in blocks])
            for name in ("source", "target", "weight")
        )
        self.bounds = [(layer.first, layer.last + 1) for layer in layers]

    @cached_property
    def signed(self) -> "csr_array[np.float64]":
        """Return weights, one row a target."""
        weights = self.weight.astype(np.float64)
        return csr_array((weights, (self.target, self.source)), shape=(NEURONS, NEURONS))

    @cached_property
    def matrix(self) -> "csr_array[np.float64]":
        """Return absolute weights, one row a target."""
        return abs(self.signed)

    def effective(self, first: int) -> Floats:
        """Return the weights along all paths into the neurons from one on: (neurons, targets)."""
        unit = np.zeros((NEURONS, NEURONS - first))
        unit[first:] = np.eye(NEURONS - first)
        weights, onward = unit.copy(), self.signed.T.tocsr()
        # Each power of the matrix adds the paths that are one relationship longer.
        for _ in self.bounds[1:]:
            weights = unit + onward @ weights
        return weights

    def block(self, source: str, target: str) -> "csr_array[np.float64]":
        """Return the weights between two layers, one row a source."""
        stops = dict(zip(FIRSTS, [*FIRSTS.values(), NEURONS][1:], strict=True))
        rows, columns = (slice(FIRSTS[layer], stops[layer]) for layer in (source, target))
        return csr_array(self.signed[columns, rows].T)

    def katz(self, alpha: float) -> Floats:
        """Return Katz centrality of beta 1."""
        scores = np.ones(NEURONS)
        for low, high in self.bounds:
            scores[low:high] += alpha * np.asarray(self.matrix[low:high] @ scores)
        return scores

    def best_path(self) -> float:
        """Return the strongest product of absolute weights from an input to an output."""
        best = np.zeros(NEURONS)
        best[slice(*self.bounds[0])] = 1.0
        products = np.abs(self.weight.astype(np.float64))
        for low, high in self.bounds[1:]:
            into = (self.target >= low) & (self.target < high)
            np.maximum.at(best, self.target[into], products[into] * best[self.source[into]])
        return float(best[slice(*self.bounds[-1])].max())


@pytest.fixture(scope="module")
def edges(cifar_file: Path) -> Streamed:
    """Give all edges of the model."""
    return Streamed(cifar_file)


@pytest.fixture(scope="module")
def cifar(store: GraphStore, cifar_file: Path) -> Iterator[str]:
    """Give the name of the model in each store."""
    name = "CIFAR-10"
    report = load(cifar_file, store.location, name=name)
    assert (report.neurons, report.edges) == (NEURONS, EDGES)
    yield name
    # A server of our own is thrown away whole, which saves it a minute of deleting.
    if store.server is None or store.server.home is None:
        drop(name, store.location)


@pytest.fixture(scope="module")
def graph(store: GraphStore, cifar: str) -> Iterator[NeuronGraph]:
    """Give the model in each store, open for queries, which read its relationships once."""
    with NeuronGraph(store.location, model=cifar) as opened:
        yield opened


def test_is_true_as_a_stream(cifar_file: Path) -> None:
    assert worst_difference(cifar_file, streamed(cifar_file)) <= 1e-5


@pytest.mark.parametrize("store", stores(STORES, NEO4J), indirect=True, scope="session")
class TestCifar:
    def test_has_the_known_figures(self, graph: NeuronGraph) -> None:
        summary = graph.summary().iloc[0]
        assert (summary["neurons"], summary["edges"]) == (NEURONS, EDGES)
        assert summary["density"] == DENSITY
        layers = graph.layers()
        assert dict(zip(layers["name"], layers["first"], strict=True)) == FIRSTS
        assert layers["edges"].sum() == EDGES

    def test_comes_back_edge_by_edge(self, graph: NeuronGraph, edges: Streamed) -> None:
        frame = graph.edges()
        assert frame["target"].is_monotonic_increasing
        frame = frame.sort_values(["target", "source"])
        order = np.lexsort((edges.source, edges.target))
        for column in ("source", "target", "weight"):
            assert np.array_equal(frame[column], getattr(edges, column)[order])

    def test_is_true(self, store: GraphStore, cifar: str, cifar_file: Path) -> None:
        report = verify(cifar_file, store.location, name=cifar)
        assert report.passed
        assert (report.frame["relative_difference"] <= 1e-5).all()

    def test_katz(self, graph: NeuronGraph, edges: Streamed) -> None:
        np.testing.assert_allclose(graph.katz(alpha=0.05)["katz"], edges.katz(0.05), rtol=1e-9)

    def test_is_too_large_for_other_tools(self, graph: NeuronGraph, tmp_path: Path) -> None:
        for ask in (graph.to_networkx, graph.matrix, graph.laplacian):
            with pytest.raises(ParameterError, match=r"allowed; name fewer"):
                ask()
        graph.export(tmp_path / "strongest.dot", k=100)
        assert (tmp_path / "strongest.dot").read_text().count(" -> ") == 100

    def test_strength(self, graph: NeuronGraph, edges: Streamed) -> None:
        expected = np.bincount(edges.target, np.abs(edges.weight), NEURONS)
        np.testing.assert_allclose(graph.strength()["strength"], expected, rtol=1e-6)

    def test_strongest_edges(self, graph: NeuronGraph, edges: Streamed) -> None:
        strongest = np.sort(np.abs(edges.weight))[::-1][:100]
        assert np.array_equal(graph.strongest_edges(k=100)["weight"].abs(), strongest)

    def test_weight_distribution(self, graph: NeuronGraph, edges: Streamed) -> None:
        into = edges.target >= FIRSTS["dense_1"]
        counts, _ = np.histogram(edges.weight[into].astype(np.float64), 20)
        frame = graph.weight_distribution("dense_1")
        assert frame["edges"].tolist() == counts[counts > 0].tolist()

    def test_neighbours(self, graph: NeuronGraph, edges: Streamed) -> None:
        frame = graph.neighbours("dense_1[4]")
        into = edges.target == FIRSTS["dense_1"] + 4
        assert sorted(frame["id"]) == sorted(edges.source[into])


@pytest.mark.parametrize("store", stores(STORES, NEO4J), indirect=True, scope="session")
class TestComputed:
    def test_effective_weights(self, graph: NeuronGraph, edges: Streamed) -> None:
        frame = graph.effective_weights("input", "dense_1")
        first = FIRSTS["dense_1"]
        found = np.zeros((FIRSTS["conv_0"], NEURONS - first))
        found[frame["source"], frame["target"] - first] = frame["weight"]
        expected = edges.effective(first)[: FIRSTS["conv_0"]]
        np.testing.assert_allclose(found, expected, atol=1e-9 * np.abs(expected).max())

    def test_combine(self, graph: NeuronGraph, edges: Streamed) -> None:
        frame = graph.combine("conv_2", "dense_0")
        expected = edges.block("max_pooling2d_1", "conv_2") @ edges.block("conv_2", "dense_0")
        places = frame["source"] - FIRSTS["max_pooling2d_1"], frame["target"] - FIRSTS["dense_0"]
        found = csr_array((frame["weight"], places), expected.shape)
        assert abs(found - expected).max() <= 1e-9 * abs(expected).max()

    def test_laplacian_of_the_last_layers(self, graph: NeuronGraph, edges: Streamed) -> None:
        first = FIRSTS["dense_0"]
        found = graph.laplacian(range(first, NEURONS))["laplacian"]
        part = nx.from_scipy_sparse_array(edges.matrix.T[first:, first:], create_using=nx.DiGraph)
        expected = nx.directed_laplacian_matrix(part, walk_type="pagerank")
        np.testing.assert_allclose(found, np.ravel(expected), atol=1e-7)

    def test_adjacency(self, graph: NeuronGraph, edges: Streamed) -> None:
        found = graph.to_scipy()
        assert abs(found - edges.signed.T).max() == 0
        assert found.nnz == EDGES
        assert len(graph.adjacency("conv_0", "max_pooling2d")) == 28_800

    def test_strongest_paths(self, graph: NeuronGraph, edges: Streamed) -> None:
        frame = graph.strongest_paths("input", "dense_1", k=10)
        strengths = frame[frame["hop"] == 0]["strength"].tolist()
        assert strengths[0] == pytest.approx(edges.best_path(), rel=1e-9)
        assert strengths == sorted(strengths, reverse=True)
        for _, hops in frame.groupby("path"):
            product = np.prod(hops["weight"].iloc[1:])
            assert hops["strength"].iloc[0] == pytest.approx(abs(product))
            assert hops["layer"].tolist() == list(FIRSTS)

    def test_dead_neurons(self, graph: NeuronGraph, edges: Streamed) -> None:
        joined = edges.weight != 0
        links = csr_array(
            (joined[joined], (edges.source[joined], edges.target[joined])), (NEURONS, NEURONS)
        )
        reaching = np.arange(NEURONS) >= FIRSTS["dense_1"]
        reached = np.arange(NEURONS) < FIRSTS["conv_0"]
        for _ in FIRSTS:
            reaching |= links @ reaching > 0
            reached |= links.T @ reached > 0
        frame = graph.dead_neurons()
        assert len(frame) > 0
        assert frame["id"].tolist() == np.flatnonzero(~(reaching & reached)).tolist()

    def test_layer_statistics(self, graph: NeuronGraph, edges: Streamed) -> None:
        frame = graph.layer_statistics().set_index("layer")
        starts = [*FIRSTS.values(), NEURONS]
        for layer, row in frame.iterrows():
            first = FIRSTS[str(layer)]
            stop = starts[starts.index(first) + 1]
            weights = edges.weight[(edges.target >= first) & (edges.target < stop)]
            assert row["edges"] == len(weights)
            assert row["std"] == pytest.approx(weights.std(dtype=np.float64), rel=1e-6)
        dense = np.zeros((NEURONS - FIRSTS["dense_1"], NEURONS))
        into = edges.target >= FIRSTS["dense_1"]
        dense[edges.target[into] - FIRSTS["dense_1"], edges.source[into]] = edges.weight[into]
        assert frame["spectral_norm"]["dense_1"] == pytest.approx(np.linalg.norm(dense, 2))

    def test_bifans(self, graph: NeuronGraph, edges: Streamed) -> None:
        chosen = (edges.target >= FIRSTS["dense_0"]) & (np.abs(edges.weight) > 0.1)
        chosen &= edges.target < FIRSTS["dense_1"]
        joined = np.zeros((64, 1024))
        joined[
            edges.target[chosen] - FIRSTS["dense_0"], edges.source[chosen] - FIRSTS["conv_2"]
        ] = 1
        together = (joined @ joined.T)[np.triu_indices(64, 1)]
        found = graph.bifans("conv_2", "dense_0", threshold=0.1)["bifans"]
        assert found.tolist() == [(together * (together - 1) / 2).sum()]

    def test_comparison_with_itself(self, graph: NeuronGraph, cifar: str) -> None:
        frame = graph.compare_layers(cifar)
        assert frame["edges"].sum() == EDGES
        assert frame["changed"].sum() == 0
