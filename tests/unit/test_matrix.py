"""The directed Laplacian is that of NetworkX."""

import networkx as nx
import numpy as np
import pytest
from scipy.sparse import csr_array

from queries.analysis.matrix import Walk, directed_laplacian
from queries.errors import ParameterError

CYCLES = nx.DiGraph([(0, 1), (1, 2), (2, 0), (2, 3), (3, 1), (3, 3), (0, 4), (4, 2)])


def weighted(seed: int) -> "nx.DiGraph[int]":
    """Give each relationship of some cycles a weight; one is never followed."""
    random = np.random.default_rng(seed)
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_weighted_edges_from((s, t, random.uniform(0.1, 2.0)) for s, t in CYCLES.edges)
    graph.add_edge(4, 0, weight=0.0)
    return graph


def matrix(graph: "nx.DiGraph[int]") -> "csr_array[np.float64]":
    return csr_array(nx.to_numpy_array(graph, nodelist=sorted(graph)))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("walk", "alpha"), [("random", 0.5), ("lazy", 0.5), ("pagerank", 0.7)])
def test_is_that_of_networkx_where_each_neuron_reaches_every_other(
    seed: int, walk: Walk, alpha: float
) -> None:
    graph = weighted(seed)
    expected = nx.directed_laplacian_matrix(graph, sorted(graph), walk_type=walk, alpha=alpha)
    found = directed_laplacian(matrix(graph), walk, alpha)
    np.testing.assert_allclose(found, expected, atol=1e-8)
    # The root of the stationary distribution is what it takes to 0.
    assert abs(np.linalg.eigvalsh(found)[0]) < 1e-10


@pytest.mark.parametrize("walk", ["random", "lazy"])
@pytest.mark.parametrize("edges", [[(0, 1)], [], [(0, 1), (1, 0), (1, 2)]])
def test_has_none_where_a_walk_does_not_come_back(walk: Walk, edges: list[tuple[int, int]]) -> None:
    graph = nx.DiGraph([(0, 1), (1, 2), *edges])
    with pytest.raises(ParameterError, match=f"a {walk} walk never comes back.*walk=pagerank"):
        directed_laplacian(matrix(graph), walk, 0.5)


@pytest.mark.parametrize("alpha", [0.0, 1.0, -1.0, float("nan")])
def test_alpha_must_lie_between_0_and_1(alpha: float) -> None:
    with pytest.raises(ParameterError, match=r"alpha: .* is not between 0 and 1"):
        directed_laplacian(matrix(weighted(0)), "pagerank", alpha)
