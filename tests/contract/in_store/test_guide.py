"""The strongest paths of the guide of Neo4j Browser, which it asks for in two statements."""

import math
from collections.abc import Iterator

import numpy as np
import pytest
from neo4j import GraphDatabase, Record, Session

from queries import NeuronGraph
from queries.browser import questions
from queries.browser.layers import inputs, outputs
from queries.browser.questions import BEST, best_products, remove_best
from queries.core.labels import of_ours
from queries.core.layer import layers_of
from queries.core.neuron_filter import NeuronFilter
from tests.contract.stores import GraphStore

_LISTED = of_ours("MATCH (m:Model) WHERE m.key = $key UNWIND m.properties AS name RETURN name")
_LEFT = f"MATCH (n) WHERE n.{BEST} IS NOT NULL RETURN n.id"

pytestmark = [
    pytest.mark.neo4j,
    pytest.mark.cypher,
    pytest.mark.parametrize("store", ["neo4j-5.26", "neo4j-newest"], indirect=True),
]


@pytest.fixture
def session(stated: GraphStore) -> Iterator[Session]:
    """Give a session, which runs a text as Browser does."""
    assert stated.server is not None
    with (
        GraphDatabase.driver(stated.server.uri, auth=stated.server.auth) as driver,
        driver.session() as opened,
    ):
        yield opened


def test_are_those_of_the_library(session: Session, graph: NeuronGraph) -> None:
    key = graph.question("layers").model.stored.key
    layers = layers_of(graph.layers().to_dict("records"))
    begin, end = ([each.name for each in found] for found in (inputs(layers), outputs(layers)))
    asked = questions.paths(key, begin, end).cypher
    assert run(session, asked) == []
    # What was written for other ends does not count.
    for ends in ([layers[1].name], end):
        run(session, best_products(key, ends, 1).cypher)
    assert [row["name"] for row in run(session, _LISTED, key=key)] == [BEST]
    paths = [row["p"] for row in run(session, asked)]

    source, target = NeuronFilter(layer=begin), NeuronFilter(layer=end)
    strongest = graph.strongest_paths(source, target, k=1)
    assert [node["id"] for node in paths[0].nodes] == strongest["id"].tolist()
    each = [graph.strongest_paths([i], target, k=1) for i in graph.neurons(source)["id"]]
    expected = sorted((frame["strength"].iloc[0] for frame in each if len(frame)), reverse=True)
    found = [math.prod(abs(r["weight"]) for r in path.relationships) for path in paths]
    np.testing.assert_allclose(found, expected[:5], rtol=1e-6)

    run(session, remove_best(key).cypher)
    assert run(session, _LISTED, key=key) == []
    assert run(session, _LEFT) == []


def run(session: Session, text: str, **values: str) -> list[Record]:
    return list(session.run(text, values))
