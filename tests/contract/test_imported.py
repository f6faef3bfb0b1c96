"""What Neo4j imports from files is what a load writes over Bolt, property by property."""

from pathlib import Path
from typing import Any, Final

import pytest
from neo4j import GraphDatabase

from exporter import drop, load
from queries.core.granularity import Granularity
from queries.core.labels import of_ours
from queries.core.schema import NEO4J_INDEXES
from tests.conftest import IMPORTED, stores
from tests.contract.stores import GraphStore
from tests.models import HOSTILE

PARTS: Final = {
    "model": "MATCH (m:Model {name: $model}) RETURN labels(m), properties(m)",
    "layers": "MATCH (l:Layer {model: $model}) RETURN labels(l), properties(l) ORDER BY l.index",
    "neurons": "MATCH (n:Neuron {model: $model}) RETURN labels(n), properties(n) ORDER BY n.id",
    "layers of the model": """
        MATCH (:Model {name: $model})-[r:HAS_LAYER]->(l:Layer {model: $model})
        RETURN properties(r), l.index ORDER BY l.index
    """,
    "layers that follow": """
        MATCH (a:Layer {model: $model})-[r:NEXT]->(b:Layer {model: $model})
        RETURN a.index, b.index, properties(r) ORDER BY a.index, b.index
    """,
    "edges": """
        MATCH (s:Neuron {model: $model})-[r:CONNECTS_TO]->(t:Neuron {model: $model})
        RETURN s.id, t.id, t.model, properties(r) ORDER BY s.id, t.id
    """,
}
OF_A_LOAD: Final = {"name", "key", "model", "loaded_at", "load_id", "block_edges"}
"""Properties that differ from load to load."""


def rows(store: GraphStore, cypher: str, model: str) -> list[list[Any]]:
    assert store.server is not None
    with GraphDatabase.driver(store.server.uri, auth=store.server.auth) as driver:
        return [
            record.values() for record in driver.execute_query(of_ours(cypher), model=model).records
        ]


def of_any(label: str) -> str:
    """Return a label, one word for the labels of all models."""
    return "of the model" if label in {"pooled_channels", "ByBolt"} else label


def without_names(row: list[Any], model: str) -> list[Any]:
    """Return a row without what names the model or the load, labels in any order."""
    plain: list[Any] = []
    for value in row:
        if isinstance(value, dict):
            assert value.get("model", model) == model
            kept = value.keys() - OF_A_LOAD if "loaded_at" in value else value.keys() - {"model"}
            if value.get("granularity") == "channel":
                kept -= {"fingerprint"}  # The label is among what it is made of.
            plain.append({name: value[name] for name in kept})
        else:
            plain.append(sorted(map(of_any, value)) if isinstance(value, list) else value)
    return [value for value in plain if value != model]


@pytest.mark.parametrize("store", stores(IMPORTED), indirect=True, scope="session")
@pytest.mark.parametrize("granularity", ["neuron", "channel"])
def test_is_what_a_load_writes(
    store: GraphStore, small_files: dict[str, Path], granularity: Granularity
) -> None:
    imported = "pooled" if granularity == "neuron" else f"pooled{HOSTILE}"
    label = None if granularity == "neuron" else "ByBolt"
    file = small_files["pooled"]
    load(file, store.location, name="by Bolt", granularity=granularity, label=label)
    try:
        for part, cypher in PARTS.items():
            found, expected = (
                [without_names(row, name) for row in rows(store, cypher, name)]
                for name in (imported, "by Bolt")
            )
            assert found == expected, part
            assert found
    finally:
        drop("by Bolt", store.location)


@pytest.mark.parametrize("store", stores(IMPORTED), indirect=True, scope="session")
def test_has_the_indexes(store: GraphStore) -> None:
    names = [row[0] for row in rows(store, "SHOW INDEXES YIELD name, state RETURN name", "")]
    assert set(NEO4J_INDEXES) <= set(names)
