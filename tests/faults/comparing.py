"""What stands in a graph, and how it differs from what an undisturbed load leaves there."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import neo4j
import pandas as pd

from queries import NeuronGraph

# What differs from load to load; a replacement has a key of its own.
_PASSING = ["name", "key", "loaded_at", "load_id"]


@dataclass(frozen=True)
class Picture:
    """All that queries say of one model."""

    models: pd.DataFrame
    layers: pd.DataFrame
    neurons: pd.DataFrame
    edges: pd.DataFrame


def picture(graph: str, model: str) -> Picture:
    """Read a model."""
    with NeuronGraph(graph, model=model) as opened:
        models = opened.models()
        return Picture(
            models[models["name"] == model].drop(columns=_PASSING).reset_index(drop=True),
            opened.layers(),
            opened.neurons(),
            opened.edges().sort_values(["source", "target", "weight"], ignore_index=True),
        )


@dataclass(frozen=True)
class Difference:
    """How many relationships are missing, and how many are there too often."""

    lost: int
    doubled: int


def difference(found: Picture, expected: Picture) -> Difference:
    """Compare relationships by their ends and weights, to the bit."""
    surplus = _counted(found.edges).sub(_counted(expected.edges), fill_value=0)
    return Difference(int(-surplus[surplus < 0].sum()), int(surplus[surplus > 0].sum()))


def _counted(edges: pd.DataFrame) -> "pd.Series[int]":
    bits = edges["weight"].to_numpy("float32").view("int32")
    return edges.assign(weight=bits).value_counts(sort=False)


def check_same(found: Picture, expected: Picture) -> None:
    """Check that two pictures are the same in every row and column."""
    for name in ("models", "layers", "neurons", "edges"):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(expected, name), obj=name)


def states(graph: str) -> dict[str, str]:
    """Return the state of each model."""
    with NeuronGraph(graph) as opened:
        models = opened.models()
    return dict(zip(models["name"], models["state"], strict=True))


def files(folder: Path) -> Counter[Any]:
    """Return the names of the files in an embedded graph."""
    return Counter(file.name for file in folder.iterdir()) if folder.exists() else Counter()


def elements(driver: neo4j.Driver) -> Counter[Any]:
    """Count what stands in a Neo4j database, by labels, type and names of properties."""
    counts: Counter[Any] = Counter()
    for statement in (
        "MATCH (n) RETURN labels(n) AS kind, keys(n) AS names, count(*) AS number",
        "MATCH ()-[r]->() RETURN [type(r)] AS kind, keys(r) AS names, count(*) AS number",
    ):
        for kind, names, number in driver.execute_query(statement).records:
            counts[(*sorted(kind), *sorted(names))] += number
    return counts
