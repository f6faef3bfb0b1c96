"""Weights that are NaN or infinite, in statements that take them and in those that do not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter import drop, load
from queries import NeuronGraph
from queries.errors import CypherError
from tests.contract.diverged import save_diverged
from tests.contract.in_store.same import assert_refused_alike, assert_same
from tests.contract.stores import GraphStore

pytestmark = [pytest.mark.cypher, pytest.mark.one_in(14)]

NAME, LATER = "diverged-first", "diverged-later"


@pytest.fixture(scope="module")
def diverged(store: GraphStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NeuronGraph]:
    """Give a model of such weights, open for queries; a later checkpoint is in the store."""
    folder: Path = tmp_path_factory.mktemp("diverged")
    for name in (NAME, LATER):
        file = folder / f"{name}.keras"
        save_diverged(file, later=name == LATER)
        load(file, store.location, name=name)
    with NeuronGraph(store.location, model=NAME) as graph:
        yield graph
    for name in (NAME, LATER):
        drop(name, store.location)


def test_in_both_stores(diverged: NeuronGraph) -> None:
    assert_same(diverged, "adjacency")
    assert_same(diverged, "layer_statistics", threshold=0.5)


@pytest.mark.parametrize("store", ["neo4j-5.26", "neo4j-newest"], indirect=True)
@pytest.mark.neo4j
def test_in_neo4j(diverged: NeuronGraph) -> None:
    assert_same(diverged, "laplacian", neurons="head")
    assert_refused_alike(diverged, "laplacian")
    assert_same(diverged, "compare_layers", other=LATER)
    for measure in ("weights", "strength", "bias"):
        assert_same(diverged, "compare_neurons", other=LATER, measure=measure, k=100)
    for measure in ("absolute", "relative", "flips"):
        assert_same(diverged, "compare_edges", other=LATER, measure=measure, k=1000)
    for ask in (diverged.effective_weights, diverged.combine):
        with pytest.raises(CypherError, match="takes finite ones only; ask for it without"):
            ask("left", "join", in_store=True)
