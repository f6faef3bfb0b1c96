"""A circuit: the part of a model that explains an answer at an input."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from queries.library.declaration import Column
from queries.library.queries import query

if TYPE_CHECKING:
    import networkx as nx

_OF_A_SAMPLE: Final = {"input", "towards"}
"""Columns that say the same in all rows of one circuit."""


def columns_of(name: str) -> tuple[Column, ...]:
    """Return the columns of the nodes, or of the relationships, of one circuit.

    Parameters
    ----------
    name
        The query that answers with them: ``circuit`` or ``circuit_nodes``.
    """
    return tuple(each for each in query(name).columns if each.name not in _OF_A_SAMPLE)


@dataclass(frozen=True, eq=False, repr=False)
class Circuit:
    """The part of a model that explains an answer at an input.

    Attributes
    ----------
    properties : Mapping
        What it is a circuit of, and how it was made: ``model``, ``input``, ``towards``, ``level``
        and the shares that were kept.
    nodes : pandas.DataFrame
        A row a node, inputs first: the columns of the query ``circuit_nodes``.
    relationships : pandas.DataFrame
        A row a relationship, by source, then by target: the columns of the query ``circuit``.
    """

    properties: Mapping[str, Any]
    nodes: pd.DataFrame
    relationships: pd.DataFrame

    def __repr__(self) -> str:
        of = self.properties
        return (
            f"<Circuit of {of.get('towards')} of {of.get('model')!r} at {of.get('input')}: "
            f"{len(self.nodes):,} nodes, {len(self.relationships):,} relationships>"
        )

    def to_networkx(self) -> "nx.DiGraph[int]":
        """Return the circuit as a graph of NetworkX.

        Returns
        -------
        networkx.DiGraph
            Nodes are their ids. Nodes and relationships have their columns as attributes, the
            graph has the properties of the circuit; nothing is kept that is null.
        """
        import networkx as nx

        graph: nx.DiGraph[int] = nx.DiGraph(**self.properties)
        for row in rows_of(self.nodes):
            graph.add_node(row.pop("id"), **row)
        for row in rows_of(self.relationships):
            source, target = row.pop("source"), row.pop("target")
            graph.add_edge(source, target, **{k: v for k, v in row.items() if k[-5:] != "_name"})
        return graph


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as dictionaries of plain values, without what is null."""
    return [
        {str(name): value for name, value in row.items() if not pd.isna(value)}
        for row in frame.to_dict("records")
    ]
