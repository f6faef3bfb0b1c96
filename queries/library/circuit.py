"""A circuit: the part of a model that explains an answer at an input."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from queries.library.declaration import Column

if TYPE_CHECKING:
    import networkx as nx

_ANSWER: Final = "units of the target"

NODES: Final = (
    Column("node", "int", "number of the node in the circuit, inputs first"),
    Column("neuron", "int?", "id of the neuron; null where the node stands for several"),
    Column("name", "text", "name of the neuron, the channel or the layer"),
    Column("layer", "text", "name of the layer"),
    Column("layer_index", "int", "position of the layer"),
    Column("channel", "int?", "channel, feature map or unit; null for a layer"),
    Column("position", "int?", "time step of a sequence; null elsewhere"),
    Column("kind", "text", "input, inner or target"),
    Column("value", "float", "what it puts out at the input; the sum of several neurons"),
    Column("attribution", "float", "what of the target flows through it", unit=_ANSWER),
    Column("bias", "float", "what of that it has of its own: biases and residuals", unit=_ANSWER),
    Column("left_out", "float", "what of that relationships bring that are left out", unit=_ANSWER),
    Column("influence", "float", "share of all contributions that flows through it, 0 to 1"),
)
"""Columns of the nodes of a circuit."""

RELATIONSHIPS: Final = (
    Column("source", "int", "node where it begins"),
    Column("source_name", "text", "name of that node"),
    Column("target", "int", "node where it ends"),
    Column("target_name", "text", "name of that node"),
    Column("contribution", "float", "what the source adds to the value of the target"),
    Column("attribution", "float", "what of the target of the circuit flows along", unit=_ANSWER),
    Column("influence", "float", "share of all contributions that flows along, 0 to 1"),
)
"""Columns of the relationships of a circuit."""


@dataclass(frozen=True, eq=False, repr=False)
class Circuit:
    """The part of a model that explains an answer at an input.

    Attributes
    ----------
    properties : Mapping
        What it is a circuit of, and how it was made, such as ``model``, ``input``, ``target``,
        ``level`` and the shares that were kept.
    nodes : pandas.DataFrame
        A row a node, inputs first.
    relationships : pandas.DataFrame
        A row a relationship, by source, then by target.
    """

    properties: Mapping[str, Any]
    nodes: pd.DataFrame
    relationships: pd.DataFrame

    def __repr__(self) -> str:
        of = self.properties
        return (
            f"<Circuit of {of.get('target')} of {of.get('model')!r} at {of.get('input')}: "
            f"{len(self.nodes):,} nodes, {len(self.relationships):,} relationships>"
        )

    def to_networkx(self) -> "nx.DiGraph[int]":
        """Return the circuit as a graph of NetworkX.

        Returns
        -------
        networkx.DiGraph
            Nodes are their numbers. Nodes and relationships have their columns as attributes, the
            graph has the properties of the circuit; nothing is kept that is null.
        """
        import networkx as nx

        graph: nx.DiGraph[int] = nx.DiGraph(**self.properties)
        for row in rows_of(self.nodes):
            graph.add_node(row.pop("node"), **row)
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
