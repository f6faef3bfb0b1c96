"""Receptive and projective fields are the ancestors and descendants of neurons."""

from typing import Literal

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from queries import NeuronGraph
from tests.contract.reference import Reference

pytestmark = pytest.mark.computed

Direction = Literal["in", "out"]


def middle(reference: Reference) -> list[int]:
    """Return a few neurons of an inner layer."""
    ids = reference.ids(reference.layers[len(reference.layers) // 2].name)
    return [ids[0], ids[-1]]


def expected(reference: Reference, direction: Direction) -> dict[int, float]:
    """Return the neurons of the field, each with its path weight."""
    of = middle(reference)
    joined = nx.ancestors if direction == "in" else nx.descendants
    sums = reference.path_sums("absolute")
    weights = sums[:, of].sum(axis=1) if direction == "in" else sums[of].sum(axis=0)
    return {neuron: weights[neuron] for one in of for neuron in joined(reference.graph, one)}


@pytest.mark.parametrize("direction", ["in", "out"])
class TestFields:
    def test_are_what_is_joined_by_paths(
        self, graph: NeuronGraph, reference: Reference, direction: Direction
    ) -> None:
        frame = graph.field_neurons(middle(reference), direction=direction)
        weights = expected(reference, direction)
        assert frame["id"].tolist() == sorted(weights)
        np.testing.assert_allclose(
            frame["weight"], [weights[neuron] for neuron in frame["id"]], rtol=1e-4, atol=1e-7
        )

    def test_have_an_extent_in_each_layer(
        self, graph: NeuronGraph, reference: Reference, direction: Direction
    ) -> None:
        field = {"in": graph.receptive_field, "out": graph.projective_field}[direction]
        frame = field(middle(reference)).set_index("layer")
        weights = expected(reference, direction)
        nodes = reference.graph.nodes
        assert set(frame.index) == {nodes[neuron]["layer"] for neuron in weights}
        for name, row in frame.iterrows():
            inside = [neuron for neuron in weights if nodes[neuron]["layer"] == name]
            assert row["neurons"] == len(inside)
            assert row["share"] == pytest.approx(len(inside) / len(reference.ids(str(name))))
            assert row["channels"] == len({nodes[neuron]["channel"] for neuron in inside})
            assert row["weight"] == pytest.approx(sum(weights[neuron] for neuron in inside), 1e-4)
            for axis in ("x", "y"):
                places = [nodes[neuron][axis] for neuron in inside if axis in nodes[neuron]]
                ends = (min(places), max(places)) if places else (None, None)
                for end, place in zip(("min", "max"), ends, strict=True):
                    found = row[f"{axis}_{end}"]
                    assert (None if pd.isna(found) else found) == place

    def test_may_be_told_of_one_layer(
        self, graph: NeuronGraph, reference: Reference, direction: Direction
    ) -> None:
        layer = reference.layers[0 if direction == "in" else -1].name
        whole = graph.field_neurons(middle(reference), direction=direction)
        part = graph.field_neurons(middle(reference), layer, direction=direction)
        pd.testing.assert_frame_equal(part, whole[whole["layer"] == layer].reset_index(drop=True))


def test_that_are_empty_have_no_rows(pooled: NeuronGraph) -> None:
    assert pooled.receptive_field("pixels").empty
    assert pooled.projective_field("odds").empty
