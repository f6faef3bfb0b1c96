"""What is computed layer by layer is that of the whole matrix, however layers are divided."""

from itertools import combinations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from queries.analysis import duplicate_channels, network
from queries.analysis.duplicate_channels import similar_channels
from queries.analysis.network import Network
from queries.analysis.structure import bifans, layer_statistics
from tests.unit.networks import random_network, weights_of

Case = tuple[Network, "nx.MultiDiGraph[int]"]


@pytest.fixture(params=[3, 1 << 22], autouse=True)
def edges_a_part(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Divide layers into parts of few relationships, or not at all."""
    monkeypatch.setattr(network, "EDGES_A_MATRIX", request.param)


@pytest.fixture(params=range(8))
def case(request: pytest.FixtureRequest) -> Case:
    return random_network(request.param)


def dense(graph: "nx.MultiDiGraph[int]") -> NDArray[np.float64]:
    """Return the sums of the weights that join neurons, one row a target."""
    return nx.to_numpy_array(graph, sorted(graph)).T


def test_statistics(case: Case) -> None:
    made, graph = case
    matrix = dense(graph)
    for layer in made.layers:
        if not layer.edges:
            continue
        own = range(made.neurons_of(layer).start, made.neurons_of(layer).stop)
        weights = np.array([w for _, t, w in weights_of(graph) if t in own])
        strength = np.zeros(len(graph))
        for _, target, weight in weights_of(graph):
            strength[target] += abs(weight)
        strength = strength[made.neurons_of(layer)]
        found = layer_statistics(made, layer, 0.5)
        assert found == pytest.approx(
            {
                "edges": len(weights),
                "mean": weights.mean(),
                "std": weights.std(),
                "min": weights.min(),
                "max": weights.max(),
                "mean_absolute": np.abs(weights).mean(),
                "not_finite": 0,
                "zero_share": np.mean(weights == 0),
                "small_share": np.mean(np.abs(weights) < 0.5),
                "frobenius_norm": np.linalg.norm(weights),
                "spectral_norm": np.linalg.norm(matrix[made.neurons_of(layer)], 2),
                "fluctuation": strength.std() / strength.mean() if strength.any() else np.nan,
            },
            rel=1e-6,
            abs=1e-12,
            nan_ok=True,
        )


def test_statistics_of_zeros() -> None:
    made, _ = random_network(3)
    layer = next(layer for layer in made.layers if layer.edges)
    for part in made.matrices(layer):
        part.matrix.data[:] = 0.0
    found = layer_statistics(made, layer, 0.1)
    assert found["spectral_norm"] == 0.0
    assert np.isnan(found["fluctuation"])


def test_bifans(case: Case) -> None:
    made, graph = case
    begins, ends = np.zeros((2, len(graph)), dtype=bool)
    begins[: len(graph) * 2 // 3] = ends[len(graph) // 3 :] = True
    strong = {(s, t) for s, t, w in weights_of(graph) if abs(w) > 0.5}
    pairs = {(s, t) for s, t in strong if begins[s] and ends[t]}
    expected = sum(
        {(a, c), (a, d), (b, c), (b, d)} <= pairs
        for a, b in combinations(np.flatnonzero(begins).tolist(), 2)
        for c, d in combinations(np.flatnonzero(ends).tolist(), 2)
    )
    edges = made.edges_between(begins, ends)
    assert bifans(edges, 0.5) == (len(pairs), expected)
    assert bifans(edges, 100.0) == (0, 0)


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("name", "value"),
    [("_PAIRS", 2), ("_TOGETHER", 2), ("_DENSE", 0), ("_DENSE", 1000), ("MOST_KEPT", 0)],
)
def test_alike_over_places(
    case: Case, name: str, value: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicate_channels, name, value)
    monkeypatch.setattr(duplicate_channels, "_COLUMNS", 3)
    made, graph = case
    matrix = dense(graph)
    for layer in made.layers:
        channels = layer.neurons // 2
        if not layer.edges or channels < 2:
            continue
        # Two places, one after the other; a neuron too many is left out.
        neurons = pd.DataFrame(
            {
                "id": range(layer.first, layer.first + 2 * channels),
                "layer": layer.name,
                "layer_index": layer.index,
                "channel": [*range(channels)] * 2,
                "x": [0] * channels + [1] * channels,
                "y": pd.array([None] * 2 * channels, dtype="Int64"),
                "z": pd.array([None] * 2 * channels, dtype="Int64"),
                "neurons": 1,
            }
        )
        rows = matrix[made.neurons_of(layer)][: 2 * channels]
        weights = rows.reshape(2, channels, -1).swapaxes(0, 1).reshape(channels, -1)
        expected = [
            one @ other / np.linalg.norm(one) / np.linalg.norm(other)
            for one, other in combinations(weights, 2)
            if one.any() and other.any()
        ]
        for shuffled in (neurons, neurons.sample(frac=1, random_state=0)):
            found = similar_channels(made, layer, shuffled, -1.0)
            np.testing.assert_allclose(found["cosine"], expected, atol=1e-12)
            some = similar_channels(made, layer, shuffled, 0.2)
            expected_some = found[found["cosine"] >= 0.2].reset_index(drop=True)
            pd.testing.assert_frame_equal(some, expected_some)
