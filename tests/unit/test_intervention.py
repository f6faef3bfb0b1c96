"""Interventions, against the same in plain Python over the graph of NetworkX."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import networkx as nx
import numpy as np
import pytest

from queries.analysis.intervention import MixedPass
from queries.analysis.network import Network
from queries.analysis.operators import Scores
from queries.analysis.weight_matrix import WeightMatrix
from tests.unit.networks import FIRST, random_network

JOIN: Final[dict[str, Callable[[list[float]], float]]] = {
    "sum": math.fsum,
    "max": max,
    "min": min,
    "product": math.prod,
}
NOTHING: Final = {"sum": 0.0, "max": -math.inf, "min": math.inf, "product": 1.0}
SEEDS: Final = range(6)

Carry = Callable[[int, int, float], float]
"""Returns what a relationship carries, by its source, its target, and what the source puts out."""


class Case:
    """A random model of layers that join what feeds them in every way, and its graph."""

    def __init__(self, seed: int) -> None:
        plain, self.graph = random_network(seed)
        self.random = np.random.default_rng(seed)
        self.reduce = [str(self.random.choice(list(JOIN))) for _ in plain.layers]
        self.layers = [
            replace(
                layer,
                reduce=self.reduce[layer.index],
                activation="relu" * (layer.index % 2) or None,
            )
            for layer in plain.layers
        ]
        self.network = Network(self.layers, plain.read, plain.read_outgoing)
        self.bias = self.random.normal(size=self.network.neurons)
        self.given = {
            layer.name: self.random.normal(size=(1, layer.neurons))
            for layer in self.layers
            if not layer.inputs
        }

    def by_neuron(self, carry: Carry) -> list[float]:
        """Return what each neuron puts out, one after the other."""
        values: list[float] = []
        for layer in self.layers:
            for neuron in range(layer.first - FIRST, layer.last + 1 - FIRST):
                if layer.name in self.given:
                    value = float(self.given[layer.name][0, neuron + FIRST - layer.first])
                else:
                    value = self._computed(layer.index, neuron, values, carry)
                values.append(value)
        return values

    def _computed(self, index: int, neuron: int, values: list[float], carry: Carry) -> float:
        read = [
            edge["weight"] * carry(source, neuron, values[source])
            for source, _, edge in self.graph.in_edges(neuron, data=True)
        ]
        how = self.reduce[index]
        joined = (JOIN[how](read) if read else NOTHING[how]) + float(self.bias[neuron])
        return max(joined, 0.0) if index % 2 else joined


def close(values: Scores, expected: list[float]) -> None:
    np.testing.assert_allclose(values[:, 0], expected, rtol=1e-5, atol=1e-5)


@pytest.fixture(params=SEEDS)
def case(request: pytest.FixtureRequest) -> Case:
    return Case(request.param)


def test_relationships_carry_what_they_are_given(case: Case) -> None:
    others = case.random.normal(size=(case.network.neurons, 1))
    kept = {pair for pair in nx.DiGraph(case.graph).edges if case.random.random() < 0.5}

    def carried(part: WeightMatrix) -> np.ndarray:
        source, target, _ = part.columns
        return np.array([pair in kept for pair in zip(source, target, strict=True)], dtype=bool)

    mixed = MixedPass(case.network, case.bias, np.zeros_like(case.bias), carried, others)
    expected = case.by_neuron(
        lambda source, target, value: value if (source, target) in kept else others[source, 0]
    )
    close(mixed.values(case.given), expected)
