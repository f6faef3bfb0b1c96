"""Nodes and relationships in the rows of somebody's own Cypher are columns, in each store."""

from collections.abc import Callable

import pandas as pd
import pytest

from queries import NeuronGraph
from queries.errors import CypherError
from tests.contract.stores import GraphStore

pytestmark = pytest.mark.cypher

Ask = Callable[..., pd.DataFrame]


@pytest.fixture
def ask(loaded: GraphStore, pooled: NeuronGraph) -> Ask:
    """Give what runs a statement about nodes of ours alone; ``$key`` is that of the model."""
    key = pooled.models().set_index("name")["key"]["pooled"]
    return lambda cypher, **more: pooled.cypher(loaded.own(cypher), {"key": key, **more})


def test_nodes(pooled: NeuronGraph, ask: Ask) -> None:
    found = ask("MATCH (n:Neuron) WHERE n.model = $key RETURN n ORDER BY n.id")
    expected = pooled.neurons().dropna(axis="columns", how="all")
    columns = [name for name in found if name not in {"labels(n)", "n.model"}]
    assert columns == [f"n.{name}" for name in expected]
    for name in expected:
        pd.testing.assert_series_equal(
            found[f"n.{name}"], expected[name], check_names=False, check_dtype=False
        )


def test_relationships_between_nodes(pooled: NeuronGraph, ask: Ask) -> None:
    found = ask(
        "MATCH (s:Neuron)-[r:CONNECTS_TO]->(t:Neuron) WHERE s.model = $key AND t.model = $key "
        "RETURN s, r, t.id AS target ORDER BY target, s.id",
    )
    expected = pooled.edges().sort_values(["target", "source"])
    assert found["s.id"].tolist() == expected["source"].tolist()
    assert found["target"].tolist() == expected["target"].tolist()
    assert found["r.weight"].to_numpy() == pytest.approx(expected["weight"].to_numpy(), abs=0)
    assert set(found["type(r)"]) == {"CONNECTS_TO"}


def test_columns_are_called_as_they_are_written(ask: Ask) -> None:
    items = [
        "count(n)", "count( DISTINCT n.layer )", "COUNT(*)", "max(n.id) + 1", "min(-n.id)",
        "sum(CASE WHEN n.id > 3 THEN 1 ELSE 0 END)", "size(collect(n.id)[..2])", "1.50", "'it'",
    ]  # fmt: skip
    found = ask(f"MATCH (n:Neuron) WHERE n.model = $key RETURN DISTINCT {' , '.join(items)}")
    assert list(found) == items
    assert found["max(n.id) + 1"].tolist() == [found["count(n)"][0]]
    both = ask("MATCH (n:Neuron) WHERE n.model = $key AND n.id = 0 RETURN n, n.id + 1, n.id AS n0")
    assert list(both)[-2:] == ["n.id + 1", "n0"]
    assert both["n.id"].tolist() == [0]


def test_two_columns_that_are_called_alike_are_refused(ask: Ask) -> None:
    one = "MATCH (n:Neuron) WHERE n.model = $key RETURN"
    with pytest.raises(CypherError):
        ask(f"{one} n.id, n.id")
    both = ask(f"{one} count(n), COUNT(n)")
    assert list(both) == ["count(n)", "COUNT(n)"]
    assert both["count(n)"].tolist() == both["COUNT(n)"].tolist()


def test_a_union_is_called_as_its_first_part_is(ask: Ask) -> None:
    one = "MATCH (n:Neuron) WHERE n.model = $key RETURN min(n.id)"
    found = ask(f"{one} UNION ALL {one}")
    assert found.to_dict("list") == {"min(n.id)": [0, 0]}


def test_what_has_no_properties(pooled: NeuronGraph, ask: Ask) -> None:
    found = ask(
        "MATCH (m:Model)-[r:HAS_LAYER]->(l:Layer) WHERE m.key = $key AND l.model = $key RETURN r"
    )
    assert list(found) == ["type(r)"]
    assert found["type(r)"].tolist() == ["HAS_LAYER"] * len(pooled.layers())


def test_a_path_and_a_list_stay_in_their_cells(pooled: NeuronGraph, ask: Ask) -> None:
    names = pooled.layers()["name"].tolist()[:2]
    found = ask(
        "MATCH p = (a:Layer {name: $first})-[:NEXT]->(b:Layer {name: $second}) "
        "WHERE a.model = $key AND b.model = $key RETURN p, [a, b] AS both",
        first=names[0],
        second=names[1],
    )
    for name in ("p", "both"):
        assert [layer["name"] for layer in found[name][0]] == names
        assert not any(value is None for layer in found[name][0] for value in layer.values())
