"""Pictures of each small model hold what the queries answer, in each store and granularity."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
import pytest
from bokeh.plotting import figure

from exporter import load
from queries import NeuronFilter, NeuronGraph
from queries.core.granularity import Granularity
from queries.errors import ParameterError
from tests.contract.reference import Reference
from tests.contract.stores import GraphStore

pytestmark = pytest.mark.computed


def data(drawn: figure, name: str) -> pd.DataFrame:
    """Return what a renderer of a figure draws."""
    shown: Any = drawn.select_one({"name": name})
    return pd.DataFrame(dict(shown.data_source.data))


def sample(reference: Reference) -> Any:
    """Return an input of a model."""
    return np.random.default_rng(3).normal(size=reference.layers[0].shape).astype(np.float32)


def ends(graph: NeuronGraph) -> tuple[str, str]:
    """Return the first and the last layer."""
    names = graph.layers()["name"]
    return names.iloc[0], names.iloc[-1]


class TestPictures:
    def test_adjacency(self, graph: NeuronGraph) -> None:
        last = graph.layers()["name"].iloc[-1]
        cells = data(graph.plot.adjacency(target=last).figure, "cells")
        weights = graph.adjacency(target=last)["weight"]
        assert cells["edges"].sum() == len(weights)
        total = (cells["mean"] * cells["edges"]).sum()
        assert total == pytest.approx(weights.sum())

    @pytest.mark.parametrize(
        "measure", ["katz", "pagerank", "path_centrality", "eigenvector_centrality", "strength"]
    )
    def test_centrality(self, graph: NeuronGraph, measure: Any) -> None:
        points = data(graph.plot.centrality(measure=measure).figure, "points")
        frame = getattr(graph, measure)().sort_values("id")
        shown = frame[frame[measure] > 0]
        assert points["id"].tolist() == shown["id"].tolist()
        assert points["value"].tolist() == shown[measure].tolist()

    def test_centrality_with_too_few_classes(self, graph: NeuronGraph) -> None:
        with pytest.raises(ParameterError, match="classes: there are 2, and"):
            graph.plot.centrality(classes="cat,dog")

    def test_weight_distribution(self, graph: NeuronGraph) -> None:
        bars = data(graph.plot.weight_distribution(bins=7).figure, "bars")
        frame = graph.weight_distribution(bins=7)
        assert bars["edges"].tolist() == frame["edges"].tolist()
        assert bars["edges"].sum() == graph.layers()["edges"].sum()

    def test_strongest_paths(self, graph: NeuronGraph) -> None:
        drawn = graph.plot.strongest_paths(*ends(graph), k=3).figure
        lines = pd.concat([data(drawn, "positive"), data(drawn, "negative")])
        hops = graph.strongest_paths(*ends(graph), k=3)
        assert set(lines["weight"]) == set(hops["weight"].dropna())
        assert set(data(drawn, "neurons")["id"]) == set(hops["id"])

    @pytest.mark.parametrize("name", ["receptive_field", "projective_field"])
    def test_fields(
        self, graph: NeuronGraph, name: Literal["receptive_field", "projective_field"]
    ) -> None:
        first, last = ends(graph)
        of, over = (f"{last}[0]", first) if name == "receptive_field" else (first, last)
        cells = data(getattr(graph.plot, name)(of, over).figure, "cells")
        frame = getattr(graph, name)(of).set_index("layer")
        assert cells["weight"].sum() == pytest.approx(frame["weight"][over])
        assert cells["neurons"].sum() == frame["neurons"][over]

    def test_a_receptive_field_is_over_the_input(self, graph: NeuronGraph) -> None:
        first, last = ends(graph)
        drawn = graph.plot.receptive_field(last).figure
        expected = data(graph.plot.receptive_field(last, first).figure, "cells")
        assert data(drawn, "cells").equals(expected)

    def test_of_no_neurons(self, graph: NeuronGraph) -> None:
        first, _ = ends(graph)
        none = NeuronFilter(layer=first, bias=(1e30, None))
        with pytest.raises(ParameterError, match="there is nothing to draw"):
            graph.plot.receptive_field(none)

    def test_a_field_over_two_layers(self, graph: NeuronGraph) -> None:
        first, last = ends(graph)
        inner = graph.layers()["name"].iloc[1]
        both = pd.concat([graph.neurons(first), graph.neurons(inner)])
        with pytest.raises(ParameterError, match="over: name one layer"):
            graph.plot.receptive_field(last, both)

    def test_circuit(self, graph: NeuronGraph, reference: Reference) -> None:
        x = sample(reference)
        drawn = graph.plot.circuit(x, towards="odds[1]").figure
        edges = graph.circuit(x, towards="odds[1]")
        lines = pd.concat([data(drawn, "positive"), data(drawn, "negative")])
        assert sorted(lines["attribution"]) == sorted(edges["attribution"])
        marks = data(drawn, "nodes").set_index("id")
        layers = graph.layers()["name"].tolist()
        assert [layers.index(name) for name in marks["layer"]] == marks["layer_index"].tolist()
        ends_x = marks["column"][lines["target"]].to_numpy()
        assert (lines["x1"].to_numpy() == ends_x).all()
        with pytest.raises(ParameterError, match="2 samples, and the circuit of one is drawn"):
            graph.plot.circuit(np.stack([x, x]))

    def test_saliency(self, graph: NeuronGraph, reference: Reference) -> None:
        x = sample(reference)
        cells = data(graph.plot.saliency(x, towards="odds[1]").figure, "cells")
        frame = graph.attribution(x, reference.layers[0].name, towards="odds[1]")
        assert cells["source"].tolist() == frame["name"].tolist()
        assert cells["weight"].tolist() == frame["attribution"].tolist()
        with pytest.raises(ParameterError, match="neurons: name one layer"):
            graph.plot.saliency(x, NeuronFilter(channel=0))

    def test_curves(self, graph: NeuronGraph, reference: Reference) -> None:
        both = np.stack([sample(reference), 1 - sample(reference)])
        for how in ("deletion", "insertion"):
            drawn = graph.plot.deletion_curve(both, how=how, points=3).figure
            frame = graph.deletion_curve(both, how=how, points=3)
            for name in ("0", "1"):
                own, marks = frame[frame["input"] == name], data(drawn, name)
                assert marks["share"].tolist() == own["share"].tolist()
                assert marks["value"].tolist() == own["value"].tolist()
        marks = data(graph.plot.recovery_curve(both[:1], points=2).figure, "0")
        frame = graph.recovery_curve(both[:1], points=2)
        assert marks["size"].tolist() == frame["size"].tolist()
        np.testing.assert_array_equal(marks["recovery"], frame["recovery"])

    def test_comparison(self, graph: NeuronGraph, reference: Reference) -> None:
        bars = data(graph.plot.comparison(reference.name).figure, "bars")
        assert bars["layer"].tolist() == graph.layers().query("edges > 0")["name"].tolist()
        assert np.all(bars["relative_change"] == 0)


@pytest.fixture(params=[name for name in get_args(Granularity) if name != "neuron"])
def coarse(
    request: pytest.FixtureRequest, store: GraphStore, scratch: str, small_files: dict[str, Path]
) -> Iterator[NeuronGraph]:
    """Give a small model as a channel graph and as a layer graph."""
    load(small_files["pooled"], store.location, name=scratch, granularity=request.param)
    with NeuronGraph(store.location, model=scratch) as opened:
        yield opened


def test_coarse_graphs(coarse: NeuronGraph) -> None:
    first, last = ends(coarse)
    cells = data(coarse.plot.adjacency(by="l1").figure, "cells")
    assert sorted(cells["mean"]) == pytest.approx(sorted(coarse.adjacency(by="l1")["weight"]))
    points = data(coarse.plot.centrality(by="l2").figure, "points")
    assert points["value"].tolist() == coarse.katz(by="l2")["katz"].tolist()
    field = data(coarse.plot.receptive_field(last, by="l1").figure, "cells")
    frame = coarse.receptive_field(last, by="l1").set_index("layer")
    assert field["weight"].sum() == pytest.approx(frame["weight"][first])
    assert len(data(coarse.plot.strongest_paths(first, last, k=1).figure, "neurons")) == len(
        coarse.strongest_paths(first, last, k=1)
    )
