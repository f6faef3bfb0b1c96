"""Changes between two checkpoints, computed in the store."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from exporter import drop, load
from queries import NeuronFilter, NeuronGraph
from queries.errors import CypherError
from tests.contract.in_store.same import assert_refused_alike, assert_same, weighings
from tests.contract.stores import GraphStore

pytestmark = [pytest.mark.cypher, pytest.mark.one_in(14)]

METHODS = ("compare_layers", "compare_neurons", "compare_edges")


def save_later(file: Path, later: Path) -> None:
    """Save a checkpoint of which about half of the weights have changed."""
    import keras

    model = keras.models.load_model(file)
    random = np.random.default_rng(7)
    for variable in model.trainable_weights:
        moved = random.normal(0.0, 0.5, variable.shape) * (random.random(variable.shape) < 0.5)
        variable.assign(np.asarray(variable) + moved)
    model.save(later)


@pytest.fixture(scope="module", params=("pooled", "branched", "channels"))
def checkpoints(
    request: pytest.FixtureRequest,
    stated: GraphStore,
    small_files: dict[str, Path],
    branched_file: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[NeuronGraph, str]]:
    """Give a model, open for queries, and the name of a later checkpoint of it."""
    name, later = f"stated-{request.param}", f"stated-{request.param}-later"
    file = branched_file if request.param == "branched" else small_files["pooled"]
    later_file = tmp_path_factory.mktemp("later") / "later.keras"
    save_later(file, later_file)
    coarse = request.param == "channels"
    load(later_file, stated.location, name=later, granularity="channel" if coarse else "neuron")
    with NeuronGraph(stated.location, model=name) as graph:
        yield graph, later
    drop(later, stated.location)


@pytest.mark.parametrize("store", ["neo4j-5.26", "neo4j-newest"], indirect=True)
@pytest.mark.neo4j
class TestNeo4j:
    def test_compare_layers(self, checkpoints: tuple[NeuronGraph, str]) -> None:
        graph, later = checkpoints
        assert_same(graph, "compare_layers", other=graph.question("layers").model.name)
        for by in weighings(graph):
            assert_same(graph, "compare_layers", other=later, by=by)

    def test_compare_neurons(self, checkpoints: tuple[NeuronGraph, str]) -> None:
        graph, later = checkpoints
        layer = graph.layers()["name"].iloc[1]
        for measure in ("weights", "strength", "bias"):
            assert_same(graph, "compare_neurons", other=later, measure=measure, k=10_000)
            assert_same(graph, "compare_neurons", other=later, measure=measure, k=2)
        assert_same(graph, "compare_neurons", other=later, neurons=layer, k=5)
        assert_same(graph, "compare_neurons", other=later, neurons=NeuronFilter(bias=(0.0, None)))

    def test_compare_edges(self, checkpoints: tuple[NeuronGraph, str]) -> None:
        graph, later = checkpoints
        first, second, third = graph.layers()["name"].iloc[:3]
        for measure in ("absolute", "relative", "flips"):
            assert_same(graph, "compare_edges", other=later, measure=measure, k=10_000)
            assert_same(graph, "compare_edges", other=later, measure=measure, k=3)
        assert_same(graph, "compare_edges", other=later, source=first, target=second, k=50)
        assert_same(graph, "compare_edges", other=later, source=first, target=third)
        assert_same(graph, "compare_edges", other=later, source=NeuronFilter(bias=(0.0, None)))

    def test_models_that_are_not_alike_are_refused_alike(
        self, stated: GraphStore, small_files: dict[str, Path], scratch: str
    ) -> None:
        names = [f"{scratch}-{number}" for number in range(2)]
        later = small_files["pooled"].with_name("pooled-later.keras")
        save_later(small_files["pooled"], later)
        for name, file in zip(names, (small_files["pooled"], later), strict=True):
            load(file, stated.location, name=name, top=2)
        for other in ("stated-dilated", "stated-layers", names[0]):
            refused_alike(stated, "stated-pooled", other)
        refused_alike(stated, *names)


def refused_alike(stated: GraphStore, model: str, other: str) -> None:
    with NeuronGraph(stated.location, model=model) as graph:
        for name in METHODS:
            assert_refused_alike(graph, name, other=other)


@pytest.mark.parametrize("store", ["embedded"], indirect=True)
def test_an_embedded_store_says_that_it_cannot(stated: GraphStore) -> None:
    with NeuronGraph(stated.location, model="stated-pooled") as graph:
        for name in METHODS:
            with pytest.raises(CypherError, match="each model is a file of its own"):
                getattr(graph, name)("stated-pooled", in_store=True)
