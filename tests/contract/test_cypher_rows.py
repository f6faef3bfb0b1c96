"""Nodes and relationships in the rows of somebody's own Cypher are columns, in each store."""

import pandas as pd
import pytest

from queries import NeuronGraph

pytestmark = pytest.mark.cypher


@pytest.fixture
def key(pooled: NeuronGraph) -> str:
    """Give what the nodes of the model have as their property model."""
    return str(pooled.models().set_index("name")["key"]["pooled"])


def test_nodes(pooled: NeuronGraph, key: str) -> None:
    found = pooled.cypher("MATCH (n:Neuron) WHERE n.model = $key RETURN n ORDER BY n.id", key=key)
    expected = pooled.neurons().dropna(axis="columns", how="all")
    assert list(found)[: len(expected.columns)] == [f"n.{name}" for name in expected]
    assert set(found) - {f"n.{name}" for name in expected} == {"n.model"}
    for name in expected:
        pd.testing.assert_series_equal(
            found[f"n.{name}"], expected[name], check_names=False, check_dtype=False
        )


def test_relationships_between_nodes(pooled: NeuronGraph, key: str) -> None:
    found = pooled.cypher(
        "MATCH (s:Neuron)-[r:CONNECTS_TO]->(t:Neuron) WHERE s.model = $key AND t.model = $key "
        "RETURN s, r, t.id AS target ORDER BY target, s.id",
        key=key,
    )
    expected = pooled.edges()
    assert found["s.id"].tolist() == expected["source"].tolist()
    assert found["target"].tolist() == expected["target"].tolist()
    assert found["r.weight"].to_numpy() == pytest.approx(expected["weight"].to_numpy(), abs=0)
    assert set(found["type(r)"]) == {"CONNECTS_TO"}


def test_what_has_no_properties(pooled: NeuronGraph, key: str) -> None:
    found = pooled.cypher(
        "MATCH (m:Model)-[r:HAS_LAYER]->(l:Layer) WHERE m.key = $key AND l.model = $key RETURN r",
        key=key,
    )
    assert list(found) == ["type(r)"]
    assert found["type(r)"].tolist() == ["HAS_LAYER"] * len(pooled.layers())


def test_a_path_and_a_list_stay_in_their_cells(pooled: NeuronGraph, key: str) -> None:
    found = pooled.cypher(
        "MATCH p = (a:Layer)-[:NEXT]->(b:Layer) WHERE a.model = $key AND b.model = $key "
        "AND a.first = 0 RETURN p, [a, b] AS both LIMIT 1",
        key=key,
    )
    names = pooled.layers()["name"].tolist()[:2]
    for name in ("p", "both"):
        assert [layer["name"] for layer in found[name][0]] == names
