"""Each statement on the CIFAR-10 model, computed in the store."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from exporter import drop, load
from queries import NeuronGraph
from queries.library.queries import queries, query
from tests.conftest import NEO4J, stores
from tests.contract.in_store.large import VALUES
from tests.contract.in_store.same import assert_same
from tests.contract.stores import GraphStore
from tests.models import save_cifar

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

MODEL, OTHER = "stated-cifar", "stated-cifar-other"
STATED = [
    each.name
    for each in queries().values()
    if each.body and each.about_a_model and each.name != "top_neurons" and not each.of_records
]


@pytest.fixture(scope="module")
def cifar(
    store: GraphStore, cifar_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NeuronGraph]:
    """Give the model, and beside it another of the same architecture."""
    other = tmp_path_factory.mktemp("other") / "other.keras"
    save_cifar(other, seed=11)
    load(cifar_file, store.location, name=MODEL)
    load(other, store.location, name=OTHER)
    with NeuronGraph(store.location, model=MODEL) as graph:
        yield graph
    for name in (MODEL, OTHER):
        drop(name, store.location)


@pytest.mark.parametrize("store", stores(NEO4J, full=NEO4J), indirect=True)
@pytest.mark.parametrize("name", STATED)
def test_is_the_computed_answer(cifar: NeuronGraph, name: str) -> None:
    compares = any(each.name == "other" for each in query(name).parameters)
    assert_same(cifar, name, **VALUES.get(name, {}), **({"other": OTHER} if compares else {}))


@pytest.mark.parametrize("store", stores(NEO4J, full=NEO4J), indirect=True)
def test_top_neurons_have_the_largest_scores(cifar: NeuronGraph) -> None:
    # Of neurons whose scores are equal but for the order of a sum either may be named.
    found = cifar.top_neurons(in_store=True)
    scores = cifar.katz().set_index("id")["katz"]
    layers = cifar.neurons().set_index("id")["layer"]
    np.testing.assert_allclose(found["value"], scores[found["id"]], rtol=1e-6)
    for layer, rows in found.groupby("layer"):
        largest = scores[layers == layer].nlargest(len(rows))
        np.testing.assert_allclose(rows["value"], largest, rtol=1e-6)
    assert set(found["layer"]) == set(layers)
