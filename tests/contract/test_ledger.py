"""The states that a model goes through in the ledger of each store, however much is written."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pyarrow as pa
import pytest

from exporter.sinks.entries import STAGED
from exporter.sinks.ledger import Ledger
from exporter.sinks.opening import open_ledger
from exporter.sinks.writer import Writer
from queries import NeuronGraph
from queries.core.granularity import NEURON_GRAPH
from queries.core.progress import silent
from queries.core.schema import COMPLETE, LAYER, LOADING, MODEL, SCHEMA_VERSION
from queries.errors import GraphLockedError, ModelExistsError, ModelNotFoundError
from queries.stores import locate
from tests.conftest import NEO4J, stores
from tests.contract.stores import GraphStore

pytestmark = pytest.mark.parametrize(
    "store", stores(["embedded", "dataset", *NEO4J]), indirect=True, scope="session"
)
STATES = [LOADING, COMPLETE]


@pytest.fixture
def ledger(store: GraphStore) -> Iterator[Ledger]:
    """Give a store, open for one load."""
    with opened(store) as ledger:
        yield ledger


def opened(store: GraphStore) -> Ledger:
    return open_ledger(locate(store.location))


def nothing(schema: pa.Schema) -> dict[str, Any]:
    """Return what is nothing of each type, by the names of a schema."""
    kinds = {"string": str, "int64": int, "double": float, "bool": bool}
    return {field.name: kinds.get(str(field.type), list)() for field in schema}


def model(name: str, load_id: str) -> dict[str, Any]:
    """Return the properties of a model of one layer without neurons."""
    own = {"name": name, "load_id": load_id, "fingerprint": load_id, "granularity": NEURON_GRAPH}
    return {**nothing(MODEL), **own, "schema_version": SCHEMA_VERSION, "block_edges": 10}


def end(ledger: Ledger, writer: Writer, name: str) -> None:
    """Write a layer, and end a load."""
    writer.add_layers([{**nothing(LAYER), "model": name, "name": "layer"}], [])
    writer.flush()
    ledger.finish(writer, {"layer": {"checksum": "sum", "neuron_checksum": "sum"}}, "sum")
    ledger.tidy(name, silent)


def complete(store: GraphStore, name: str, load_id: str) -> None:
    with opened(store) as ledger:
        end(ledger, ledger.begin(model(name, load_id), replace=False), name)


def killed(store: GraphStore, name: str, load_id: str) -> None:
    """Leave what a load leaves that is killed at its beginning."""
    with opened(store) as ledger:
        ledger.begin(model(name, load_id), replace=True)


def states(store: GraphStore, name: str) -> dict[str, str]:
    with NeuronGraph(store.location) as graph:
        models = graph.models()
    of_name = models[models["name"].str.startswith(name)]
    return dict(zip(of_name["name"], of_name["state"], strict=True))


def load_of(ledger: Ledger, name: str) -> Any:
    """Return which load a model is of that one would go on with, None where there is none."""
    found = ledger.find(name)
    return None if found is None else found["load_id"]


def test_a_model_is_loading_then_complete_then_gone(
    store: GraphStore, scratch: str, ledger: Ledger
) -> None:
    assert ledger.find(scratch) is None
    writer = ledger.begin(model(scratch, "1"), replace=False)
    assert states(store, scratch) == {scratch: LOADING}
    end(ledger, writer, scratch)
    assert states(store, scratch) == {scratch: COMPLETE}
    found = ledger.find(scratch)
    assert found is not None
    assert (found["name"], found["state"], found["checksum"]) == (scratch, COMPLETE, "sum")
    ledger.drop(scratch)
    assert states(store, scratch) == {}
    with pytest.raises(ModelNotFoundError, match=f"holds no model '{scratch}'"):
        ledger.drop(scratch)


@pytest.mark.parametrize("state", STATES)
def test_a_name_is_taken(store: GraphStore, scratch: str, ledger: Ledger, state: str) -> None:
    (complete if state == COMPLETE else killed)(store, scratch, "1")
    with pytest.raises(ModelExistsError, match=f"holds a model '{scratch}' already"):
        ledger.begin(model(scratch, "2"), replace=False)
    assert states(store, scratch) == {scratch: state}
    assert load_of(ledger, scratch) == "1"


def test_a_replacement_is_staged_until_its_end(
    store: GraphStore, scratch: str, ledger: Ledger
) -> None:
    complete(store, scratch, "1")
    writer = ledger.begin(model(scratch, "2"), replace=True)
    assert states(store, scratch) == {scratch: COMPLETE, scratch + STAGED: LOADING}
    end(ledger, writer, scratch)
    assert states(store, scratch) == {scratch: COMPLETE}
    assert load_of(ledger, scratch) == "2"


@pytest.mark.parametrize("there", [False, True])
def test_a_load_goes_on(store: GraphStore, scratch: str, ledger: Ledger, there: bool) -> None:
    if there:
        complete(store, scratch, "1")
    killed(store, scratch, "2")
    found = ledger.find(scratch)
    assert found is not None
    assert (found["name"], found["state"]) == (scratch + STAGED * there, LOADING)
    end(ledger, ledger.resume(found), scratch)
    assert states(store, scratch) == {scratch: COMPLETE}
    assert load_of(ledger, scratch) == "2"


@pytest.mark.parametrize("there", [False, True])
def test_a_load_takes_the_place_of_one_that_was_killed(
    store: GraphStore, scratch: str, ledger: Ledger, there: bool
) -> None:
    if there:
        complete(store, scratch, "1")
    killed(store, scratch, "2")
    writer = ledger.begin(model(scratch, "3"), replace=True)
    assert list(states(store, scratch).values()) == [COMPLETE] * there + [LOADING]
    assert load_of(ledger, scratch) == "3"
    end(ledger, writer, scratch)
    assert states(store, scratch) == {scratch: COMPLETE}
    assert load_of(ledger, scratch) == "3"


def test_what_is_staged_is_dropped_by_its_own_name(
    store: GraphStore, scratch: str, ledger: Ledger
) -> None:
    complete(store, scratch, "1")
    killed(store, scratch, "2")
    ledger.drop(scratch + STAGED)
    assert states(store, scratch) == {scratch: COMPLETE}
    assert load_of(ledger, scratch) == "1"


def test_a_repair_leaves_one_complete_model(
    store: GraphStore, scratch: str, ledger: Ledger
) -> None:
    complete(store, scratch, "1")
    end(ledger, ledger.repair(model(scratch, "2")), scratch)
    assert states(store, scratch) == {scratch: COMPLETE}


@pytest.mark.parametrize("there", [False, True])
def test_of_two_loads_one_counts(store: GraphStore, scratch: str, there: bool) -> None:
    if there:
        complete(store, scratch, "0")
    with ExitStack() as stack:
        first, second = (stack.enter_context(opened(store)) for _ in range(2))
        one = first.begin(model(scratch, "1"), replace=True)
        try:
            other = second.begin(model(scratch, "2"), replace=True)
        except GraphLockedError:
            # A file that is being written is locked.
            end(first, one, scratch)
            assert load_of(first, scratch) == "1"
        else:
            with pytest.raises(GraphLockedError):
                end(first, one, scratch)
            end(second, other, scratch)
            assert load_of(second, scratch) == "2"
    assert states(store, scratch) == {scratch: COMPLETE}
