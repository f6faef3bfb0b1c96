"""Linear maps over several layers are inverses of I - A, which numpy computes at once."""

from collections.abc import Callable

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray

from queries.analysis import linear
from queries.analysis.linear import combine, effective_weights
from queries.analysis.linear_bias import values_at_rest
from queries.analysis.network import Network
from queries.errors import ParameterError
from tests.unit.networks import random_network, scaled_network

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]

Make = Callable[[int], tuple[Network, "nx.MultiDiGraph[int]"]]

CASES: list[tuple[Make, int]] = [
    *((random_network, seed) for seed in range(12)),
    *((scaled_network, seed) for seed in range(12, 18)),
]


def weights_of(graph: "nx.MultiDiGraph[int]") -> Floats:
    """Return all weights, rows sources, those of parallel relationships added up."""
    weights = np.zeros((len(graph), len(graph)))
    for source, target, edge in graph.edges(data=True):
        weights[source, target] += edge["weight"]
    return weights


def onward(weights: Floats, held: Ids) -> Floats:
    """Return what one neuron passes to another over paths that go through no held one."""
    free = weights.copy()
    free[held] = 0.0
    return np.asarray(np.linalg.inv(np.eye(len(weights)) - free))


def layer_of(network: Network, index: int) -> Ids:
    own = network.neurons_of(network.layers[index])
    return np.arange(own.start, own.stop)


def sides(network: Network, seed: int) -> list[tuple[Ids, Ids]]:
    """Return sources and targets: layers, some of several layers, all, and none."""
    random = np.random.default_rng(seed)
    some, others = (np.flatnonzero(random.random(network.neurons) < p) for p in (0.2, 0.6))
    first, last = layer_of(network, 0), layer_of(network, -1)
    none, everyone = first[:0], np.arange(network.neurons)
    return [
        (first, last), (layer_of(network, 1), last[:1]), (some, others), (others, some),
        (everyone, everyone), (last, first), (none, last), (first, none),
    ]  # fmt: skip


@pytest.mark.parametrize(("make", "seed"), CASES)
@pytest.mark.parametrize("held", [1, 1 << 24])
class TestMaps:
    def test_effective_weights_are_those_of_all_paths(
        self, make: Make, seed: int, held: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(linear, "_ENTRIES_AT_ONCE", held)
        network, graph = make(seed)
        weights = weights_of(graph)
        for sources, targets in sides(network, seed):
            found = effective_weights(network, sources, targets)
            expected = (weights @ onward(weights, sources))[np.ix_(sources, targets)]
            np.testing.assert_allclose(found.toarray(), expected, atol=1e-9)
            assert np.all(found.data != 0)

    def test_combined_are_the_paths_through_the_first(
        self, make: Make, seed: int, held: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(linear, "_ENTRIES_AT_ONCE", held)
        network, graph = make(seed)
        weights = weights_of(graph)
        for first, second in sides(network, seed):
            feeding, found = combine(network, first, second)
            assert feeding.tolist() == sorted({s for s, t in graph.edges() if t in set(first)})
            passed = (weights @ onward(weights, first))[np.ix_(first, second)]
            expected = weights[np.ix_(feeding, first)] @ passed
            np.testing.assert_allclose(found.toarray(), expected, atol=1e-9)


@pytest.mark.parametrize(("make", "seed"), CASES)
def test_values_at_rest_are_those_of_the_biases(make: Make, seed: int) -> None:
    network, graph = make(seed)
    random = np.random.default_rng(seed)
    weights, bias = weights_of(graph), random.normal(size=len(graph))
    for held, targets in sides(network, seed):
        given = random.normal(size=len(held))
        # What held neurons pass on comes from outside, what they get stays with them.
        passing = weights.copy()
        passing[held] = 0.0
        from_held = given @ weights[held]
        expected = np.linalg.solve(np.eye(len(graph)) - passing.T, bias + from_held)
        found = values_at_rest(network, bias, held, given, targets)
        np.testing.assert_allclose(found, expected[targets], atol=1e-9)


@pytest.mark.parametrize("few", [False, True])
def test_too_many_pairs_are_refused(few: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    network, _ = random_network(0)
    everyone = np.arange(network.neurons)
    monkeypatch.setattr(linear, "MOST_PAIRS", 0)
    with pytest.raises(ParameterError, match=r"more than 0 of \d+ sources and \d+ targets"):
        effective_weights(network, everyone, everyone[-1:] if few else everyone)
