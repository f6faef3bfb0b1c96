"""Each query's own statement in Neo4j, beside the default way, on the CIFAR-10 model.

Nothing here is asserted: the figures are printed. By default the first call is that of a graph
just opened, which reads the relationships, and the second finds them in memory. The ratios are the
seconds in the store, where the statement is planned and run once, over these.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from exporter import LoadReport, drop, load
from queries import NeuronGraph
from queries.errors import NeurongraphError
from queries.library.queries import Query, queries
from tests.bench.timing import seconds_of
from tests.contract.in_store.large import VALUES

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

OTHER = "bench-other"


@pytest.fixture
def other(cifar_file: Path, loaded: LoadReport) -> Iterator[str]:
    """A second load of the same file, to be compared with."""
    load(cifar_file, loaded.graph, name=OTHER, replace=True)
    yield OTHER
    drop(OTHER, loaded.graph)


def test_in_store(loaded: LoadReport, other: str) -> None:
    """The time of each statement in Neo4j, and of the default way."""
    with NeuronGraph(loaded.graph, model=loaded.model) as graph:
        server = graph.cypher("CALL dbms.components() YIELD versions RETURN versions[0] AS version")
        version = server["version"].iloc[0]
    head = f"{'in store':>11} {'first':>11} {'again':>11} {'times, first':>13} {'again':>9}"
    print(f"\n  {f'Neo4j {version}':24} {head}")
    for query in queries().values():
        if query.body and query.about_a_model and not query.of_records:
            print(f"  {query.name:24} {_compared(query, loaded, other)}")


def _compared(query: Query, loaded: LoadReport, other: str) -> str:
    values = {**VALUES.get(query.name, {})}
    if any(parameter.name == "other" for parameter in query.parameters):
        values["other"] = other
    with NeuronGraph(loaded.graph, model=loaded.model) as graph:
        ask = partial(getattr(graph, query.name), **values)
        try:
            in_store = seconds_of(partial(ask, in_store=True))
        except NeurongraphError as error:
            return str(error)
    with NeuronGraph(loaded.graph, model=loaded.model) as graph:
        ask = partial(getattr(graph, query.name), **values)
        first, again = seconds_of(ask), seconds_of(ask)
    times = f"{in_store / first:13,.1f} {in_store / again:9,.1f}"
    return f"{in_store:9.3f} s {first:9.3f} s {again:9.3f} s {times}"
