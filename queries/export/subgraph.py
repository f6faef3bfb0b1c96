"""Which neurons and relationships are taken out of a graph."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

import pandas as pd

from queries.core.model import StoredModel
from queries.errors import ParameterError

if TYPE_CHECKING:
    import networkx as nx

MOST_EDGES: Final = 1_000_000
"""Relationships that are taken out where nothing else is said; they take about 1 GB."""


@dataclass(frozen=True)
class Subgraph:
    """Some neurons of a model and relationships between them.

    Parameters
    ----------
    model
        The model.
    by
        The property that weighs relationships.
    neurons, edges
        As the queries ``neurons`` and ``edges`` return them.
    """

    model: StoredModel
    by: str
    signed: ClassVar[str] = "weight"
    """The property of relationships that has a sign."""

    neurons: pd.DataFrame
    edges: pd.DataFrame

    @property
    def properties(self) -> dict[str, Any]:
        """Those of the graph as a whole."""
        return {"name": self.model.name, "granularity": self.model.granularity}

    def to_networkx(self) -> "nx.MultiDiGraph[int]":
        """Return it with all properties; what is missing is left out."""
        import networkx as nx

        graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(**self.properties)
        ids, *others = _columns(self.neurons)
        for neuron, *values in zip(ids, *others, strict=True):
            graph.add_node(neuron, **_present(self.neurons.columns[1:], values))
        # A relationship has all properties; one of NaN is not missing.
        source, target, *properties = (self.edges[name].tolist() for name in self.edges)
        for begin, end, *values in zip(source, target, *properties, strict=True):
            graph.add_edge(begin, end, **dict(zip(self.edges.columns[2:], values, strict=True)))
        return graph


def strongest(edges: pd.DataFrame, by: str, min_weight: float, k: int | None) -> pd.DataFrame:
    """Return the relationships of at least some absolute weight, or the k strongest of them.

    Those of NaN are there where neither is asked for.

    Parameters
    ----------
    edges
        As the query ``edges`` returns them.
    by
        The property that weighs them.
    min_weight
        Smallest absolute value.
    k
        How many at most; None for all.
    """
    weight = edges[by].abs()
    weights = weight[weight >= min_weight] if min_weight > 0 else weight
    if k is not None:
        weights = weights.dropna().nlargest(k)
    return edges.loc[weights.index]


def check_size(edges: int, most: int) -> None:
    """Raise ParameterError where a part has too many relationships.

    Parameters
    ----------
    edges
        How many it has.
    most
        How many are allowed.
    """
    if edges > most:
        raise ParameterError(
            f"these are {edges:,} relationships, and {most:,} are allowed; name fewer by source "
            "and target, such as source=conv_1 target=dense_0[3], or keep the strong ones by k "
            "or min_weight"
        )


def _columns(frame: pd.DataFrame) -> list[list[Any]]:
    """Return the columns in Python's own types, None where a value is missing."""
    return [
        frame[name].astype(object).where(frame[name].notna(), None).tolist()
        for name in frame.columns
    ]


def _present(names: "pd.Index[str]", values: list[Any]) -> dict[str, Any]:
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}
