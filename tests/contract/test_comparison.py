"""Changes between two checkpoints, against what Keras says of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter import drop, load
from queries import NeuronGraph
from queries.errors import ModelNotFoundError, ParameterError
from tests.contract.reference import Floats, Reference, probe
from tests.contract.stores import GraphStore
from tests.models import BUILDERS

pytestmark = pytest.mark.computed

Ends = tuple[int, int]


@dataclass(frozen=True)
class Checkpoints:
    """A model and a later checkpoint of it, in one store."""

    graph: NeuronGraph
    early: Reference
    late: Reference

    def weights(self, *layers: str) -> dict[Ends, tuple[float, float]]:
        """Return both weights of each edge into some layers, by its ends."""
        late = {(s, t): weight for s, t, weight in self.late.edges(*layers)}
        return {(s, t): (weight, late[s, t]) for s, t, weight in self.early.edges(*layers)}


def save_later(reference: Reference, path: Path) -> None:
    """Save a checkpoint of which about half of the weights have changed."""
    import keras

    model = keras.models.load_model(reference.file)
    random = np.random.default_rng(7)
    for variable in model.trainable_weights:
        moved = random.normal(0.0, 0.5, variable.shape) * (random.random(variable.shape) < 0.5)
        variable.assign(np.asarray(variable) + moved)
    model.save(path)


@pytest.fixture(scope="module", params=list(BUILDERS))
def checkpoints(
    request: pytest.FixtureRequest,
    store: GraphStore,
    references: dict[str, Reference],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Checkpoints]:
    """Give both checkpoints of each small model, in each store."""
    early = references[request.param]
    file = tmp_path_factory.mktemp("later") / "later.keras"
    save_later(early, file)
    names = f"{early.name}-early", f"{early.name}-late"
    for name, path in zip(names, (early.file, file), strict=True):
        load(path, store.location, name=name)
    with NeuronGraph(store.location, model=names[0]) as graph:
        yield Checkpoints(graph, early, probe(names[1], file))
    for name in names:
        drop(name, store.location)


def both(checkpoints: Checkpoints, *layers: str) -> tuple[Floats, Floats]:
    """Return the weights of both checkpoints, edge by edge."""
    one, other = np.array(list(checkpoints.weights(*layers).values())).T
    return one, other


def flips(one: Floats, other: Floats) -> int:
    return int(np.sum(((one > 0) & (other < 0)) | ((one < 0) & (other > 0))))


class TestLayers:
    def test_are_those_of_all_weights(self, checkpoints: Checkpoints) -> None:
        frame = checkpoints.graph.compare_layers(checkpoints.late.name)
        assert frame["relative_change"].is_monotonic_decreasing
        assert sorted(frame["layer_index"]) == list(range(1, len(checkpoints.early.layers)))
        for row in frame.to_dict("records"):
            early, late = (
                reference.layers[row["layer_index"]]
                for reference in (checkpoints.early, checkpoints.late)
            )
            one, other = both(checkpoints, early.name)
            change = np.abs(other - one)
            assert row["layer"] == early.name
            assert row["edges"] == len(one)
            assert row["changed"] == np.sum(change > 1e-6)
            assert row["flips"] == flips(one, other)
            assert row["mean_change"] == pytest.approx(change.mean(), rel=1e-4, abs=1e-6)
            assert row["largest_change"] == pytest.approx(change.max(), rel=1e-4, abs=1e-6)
            size = np.linalg.norm(one)
            assert row["relative_change"] == pytest.approx(
                np.linalg.norm(change) / size, rel=1e-4, abs=1e-6
            )
            assert row["cosine"] == pytest.approx(
                one @ other / size / np.linalg.norm(other), rel=1e-4
            )
            if early.class_name in {"Conv2D", "Dense"}:
                expected = np.corrcoef(one, other)[0, 1]
                assert row["correlation"] == pytest.approx(expected, rel=1e-4)
            if early.class_name == "MaxPooling2D":
                assert np.isnan(row["correlation"])
            if early.bias is None or late.bias is None:
                assert np.isnan(row["bias_change"])
            else:
                moved = np.linalg.norm(late.bias - early.bias)
                assert row["bias_change"] == pytest.approx(moved, rel=1e-4)

    def test_change_back_as_well(self, checkpoints: Checkpoints) -> None:
        there = checkpoints.graph.compare_layers(checkpoints.late.name)
        back = checkpoints.graph.compare_layers(
            f"{checkpoints.early.name}-early", model=checkpoints.late.name
        )
        columns = ["layer", "flips", "largest_change", "cosine"]
        one, other = (f[columns].sort_values("layer").to_numpy().tolist() for f in (there, back))
        assert one == [pytest.approx(row) for row in other]

    def test_of_a_model_and_itself_do_not_change(self, checkpoints: Checkpoints) -> None:
        frame = checkpoints.graph.compare_layers(f"{checkpoints.early.name}-early")
        assert (frame[["changed", "flips", "largest_change", "relative_change"]] == 0).all(
            axis=None
        )
        assert frame["cosine"].to_numpy() == pytest.approx(1.0)


class TestNeurons:
    def test_are_those_of_the_weights_into_them(self, checkpoints: Checkpoints) -> None:
        frame = checkpoints.graph.compare_neurons(checkpoints.late.name, k=10_000)
        nodes, later = checkpoints.early.graph.nodes, checkpoints.late.graph.nodes
        assert sorted(frame["id"]) == sorted(nodes)
        assert frame["weight_change"].is_monotonic_decreasing
        into: dict[int, list[tuple[float, float]]] = {neuron: [] for neuron in nodes}
        for (_, target), weights in checkpoints.weights().items():
            into[target].append(weights)
        for row in frame.to_dict("records"):
            one, other = np.array(into[row["id"]]).reshape(-1, 2).T
            assert row["name"] == nodes[row["id"]]["name"]
            change, size = np.linalg.norm(other - one), np.linalg.norm(one)
            assert row["weight_change"] == pytest.approx(change, rel=1e-4, abs=1e-6)
            if size:
                assert row["relative_change"] == pytest.approx(change / size, rel=1e-4, abs=1e-6)
            else:
                assert np.isnan(row["relative_change"])
            assert row["flips"] == flips(one, other)
            strength = np.abs(one).sum()
            assert row["strength"] == pytest.approx(strength, rel=1e-4)
            grown = np.abs(other).sum() - strength
            assert row["strength_change"] == pytest.approx(grown, rel=1e-3, abs=1e-5)
            bias, late_bias = nodes[row["id"]]["bias"], later[row["id"]]["bias"]
            if bias is None:
                assert np.isnan(row["bias"])
            else:
                assert row["bias"] == pytest.approx(bias, rel=1e-4, abs=1e-6)
                assert row["bias_change"] == pytest.approx(late_bias - bias, rel=1e-3, abs=1e-5)

    @pytest.mark.parametrize(
        ("measure", "column"),
        [
            ("weights", "weight_change"),
            ("strength", "strength_change"),
            ("bias", "bias_change"),
        ],
    )
    def test_are_the_most_changed(
        self, checkpoints: Checkpoints, measure: Any, column: str
    ) -> None:
        ask = checkpoints.graph.compare_neurons
        every = ask(checkpoints.late.name, k=10_000)[column].abs()
        some = ask(checkpoints.late.name, k=5, measure=measure)[column].abs()
        assert some.tolist() == every.nlargest(5).tolist()

    def test_are_looked_for_among_neurons(self, checkpoints: Checkpoints) -> None:
        layer = checkpoints.early.layers[1].name
        frame = checkpoints.graph.compare_neurons(checkpoints.late.name, layer, k=3)
        assert frame["layer"].tolist() == [layer] * 3


class TestEdges:
    @pytest.mark.parametrize("measure", ["absolute", "relative", "flips"])
    @pytest.mark.parametrize("k", [1, 7, 300])
    def test_are_the_most_changed(self, checkpoints: Checkpoints, measure: Any, k: int) -> None:
        weights = checkpoints.weights()
        frame = checkpoints.graph.compare_edges(checkpoints.late.name, k=k, measure=measure)
        names = checkpoints.early.graph.nodes
        for row in frame.to_dict("records"):
            one, other = weights[row["source"], row["target"]]
            assert row["source_name"] == names[row["source"]]["name"]
            assert row["target_name"] == names[row["target"]]["name"]
            assert row["weight"] == pytest.approx(one, rel=1e-4, abs=1e-6)
            assert row["other_weight"] == pytest.approx(other, rel=1e-4, abs=1e-6)
            assert row["change"] == pytest.approx(other - one, rel=1e-3, abs=1e-5)
            assert row["flips"] == (one * other < 0)
        sizes = [
            abs(other - one) / abs(one) if measure == "relative" else abs(other - one)
            for one, other in weights.values()
            if (measure != "flips" or one * other < 0) and (measure != "relative" or one)
        ]
        column = "relative_change" if measure == "relative" else "change"
        expected = sorted(sizes, reverse=True)[:k]
        assert len(frame) == len(expected)
        np.testing.assert_allclose(frame[column].abs(), expected, rtol=1e-3, atol=1e-5)

    def test_begin_and_end_where_that_is_said(self, checkpoints: Checkpoints) -> None:
        begin, end = (layer.name for layer in checkpoints.early.layers[:2])
        source, target = checkpoints.early.ids(begin)[::2], checkpoints.early.ids(end)[1]
        frame = checkpoints.graph.compare_edges(checkpoints.late.name, source, target, k=1000)
        found = set(zip(frame["source"], frame["target"], strict=True))
        joined = checkpoints.early.graph.edges
        assert found == {(s, target) for s in source if (s, target) in joined}


class TestOtherArchitectures:
    def test_are_refused_by_the_layer(
        self, store: GraphStore, references: dict[str, Reference], scratch: str
    ) -> None:
        names = [f"{scratch}-{number}" for number in range(2)]
        for name, reference in zip(names, references.values(), strict=True):
            load(reference.file, store.location, name=name)
        with NeuronGraph(store.location, model=names[0]) as graph:
            for ask in (graph.compare_layers, graph.compare_neurons, graph.compare_edges):
                with pytest.raises(ParameterError, match=r"other: .*'pixels': shape \(7, 8, 1\)"):
                    ask(names[1])
                with pytest.raises(ModelNotFoundError, match="no model 'nosuch'"):
                    ask("nosuch")

    def test_are_refused_where_relationships_were_left_out(
        self, checkpoints: Checkpoints, scratch: str
    ) -> None:
        location = checkpoints.graph.location
        settings: list[tuple[Path, dict[str, Any], str]] = [
            (checkpoints.early.file, {"min_weight": 0.3}, "number of relationships"),
            (checkpoints.early.file, {"granularity": "layer"}, "is a layer graph"),
        ]
        for file, options, said in settings:
            load(file, location, name=scratch, replace=True, **options)
            with pytest.raises(ParameterError, match=said):
                checkpoints.graph.compare_layers(scratch)

    def test_are_refused_where_others_were_left_out(
        self, checkpoints: Checkpoints, scratch: str
    ) -> None:
        location, names = checkpoints.graph.location, [f"{scratch}-{n}" for n in range(2)]
        for name, reference in zip(names, (checkpoints.early, checkpoints.late), strict=True):
            load(reference.file, location, name=name, top=2)
        with (
            NeuronGraph(location, model=names[0]) as graph,
            pytest.raises(ParameterError, match="its relationships join other neurons"),
        ):
            graph.compare_layers(names[1])


@pytest.mark.one_in(4)
@pytest.mark.parametrize("by", ["weight", "l2"])
def test_channel_graphs(checkpoints: Checkpoints, scratch: str, by: Any) -> None:
    location, names = checkpoints.graph.location, [f"{scratch}-{number}" for number in range(2)]
    for name, reference in zip(names, (checkpoints.early, checkpoints.late), strict=True):
        load(reference.file, location, name=name, granularity="channel")
    with NeuronGraph(location, model=names[0]) as graph:
        edges = [
            graph.edges(model=name).set_index(["source", "target"])[by].sort_index()
            for name in names
        ]
        change = edges[1] - edges[0]
        frame = graph.compare_edges(names[1], by=by, k=5)
        assert frame["change"].abs().tolist() == pytest.approx(change.abs().nlargest(5).tolist())
        into = (change**2).groupby("target").sum() ** 0.5
        neurons = graph.compare_neurons(names[1], by=by, k=3)
        assert neurons["weight_change"].tolist() == pytest.approx(into.nlargest(3).tolist())
        layers = graph.compare_layers(names[1], by=by)
        assert layers["largest_change"].max() == pytest.approx(change.abs().max())
