"""Each statement of the library, as it is printed, gives the answer of the library."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from exporter import drop, load
from queries import NeuronGraph
from queries.library.queries import queries
from tests.contract.in_store.pasted import pasted
from tests.contract.in_store.same import computed
from tests.examples import example_values
from tests.servers import Neo4jServer

STATED = [name for name, asked in queries().items() if asked.about_a_model and not asked.not_stated]
OTHER = "stated-digits"

pytestmark = [pytest.mark.neo4j, pytest.mark.cypher, pytest.mark.one_in(14)]


@pytest.fixture(scope="module")
def digits(neo4j_server: Neo4jServer, digits_file: Path) -> Iterator[NeuronGraph]:
    """Give the sample model, which the examples of the queries are about."""
    load(digits_file, neo4j_server.uri, name=OTHER)
    with NeuronGraph(neo4j_server.uri, model=OTHER) as graph:
        for name, row in (("five", 7), ("eight", 6)):
            graph.circuit(f"samples/digits.npz:{row}", level="neuron", store=name)
        yield graph
    drop(OTHER, neo4j_server.uri)


@pytest.mark.parametrize("name", STATED)
def test_gives_the_answer(neo4j_server: Neo4jServer, digits: NeuronGraph, name: str) -> None:
    values = example_values(queries()[name])
    if "other" in values:
        values["other"] = OTHER
    statement = digits.statement(name, **values)
    frame = pasted(neo4j_server, str(statement), statement.columns)
    expected = computed(digits, name, **values)
    pd.testing.assert_frame_equal(frame, expected, rtol=1e-6, atol=1e-9)


def test_lists_the_models(neo4j_server: Neo4jServer, digits: NeuronGraph) -> None:
    statement = digits.statement("models")
    frame = pasted(neo4j_server, str(statement), statement.columns)
    assert OTHER in set(frame["name"])
    pd.testing.assert_frame_equal(frame, digits.models())
