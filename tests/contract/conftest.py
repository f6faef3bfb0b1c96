"""The two small models, loaded into each store once, with what Keras says of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter import drop, load
from queries import NeuronGraph
from tests.contract import foreign
from tests.contract.reference import Reference, probe
from tests.contract.stores import GraphStore
from tests.models import BUILDERS


@pytest.fixture(scope="session")
def references(small_files: dict[str, Path]) -> dict[str, Reference]:
    """Give what Keras says of each small model."""
    return {name: probe(name, file) for name, file in small_files.items()}


@pytest.fixture(scope="session", params=list(BUILDERS))
def reference(request: pytest.FixtureRequest, references: dict[str, Reference]) -> Reference:
    """Give each small model in turn."""
    return references[request.param]


@pytest.fixture(scope="session")
def loaded(store: GraphStore, small_files: dict[str, Path]) -> Iterator[GraphStore]:
    """Give each store with both small models in it; tests only read them."""
    if store.prepared or store.files:
        yield store
        return
    for name, file in small_files.items():
        load(file, store.location, name=name)
    if store.server is not None:
        for name in small_files:
            foreign.join(store.server, name)
    yield store
    for name in small_files:
        drop(name, store.location)


@pytest.fixture
def graph(loaded: GraphStore, reference: Reference) -> Iterator[NeuronGraph]:
    """Give each small model in each store, open for queries."""
    with NeuronGraph(loaded.graph_of(reference.name), model=reference.name) as opened:
        yield opened


@pytest.fixture
def pooled(loaded: GraphStore) -> Iterator[NeuronGraph]:
    """Give the small Sequential in each store, open for queries."""
    with NeuronGraph(loaded.graph_of("pooled"), model="pooled") as opened:
        yield opened


@pytest.fixture
def scratch(store: GraphStore) -> Iterator[str]:
    """Give the name of a model that a test may load, spoil and drop."""
    name = "scratch"
    yield name
    with NeuronGraph(store.location) as graph:
        left = [found for found in graph.models()["name"] if str(found).startswith(name)]
    for found in left:
        drop(found, store.location)


@pytest.fixture
def writable(
    store: GraphStore, scratch: str, small_files: dict[str, Path]
) -> Iterator[NeuronGraph]:
    """Give a small model that a test may write to, in each store, open."""
    load(small_files["pooled"], store.location, name=scratch)
    with NeuronGraph(store.location, model=scratch) as opened:
        yield opened
