"""The circuit of an answer, as a picture draws it and a panel tells it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from queries.analysis.operators import Flags, NodeOf, Scores
from queries.viewer.page_graph import PageGraph, PageModel
from queries.viewer.view import View

MOST_DRAWN: Final = 1000
"""Relationships of a circuit that are drawn, the largest ones."""


@dataclass(frozen=True, eq=False)
class DrawnCircuit:
    """A circuit.

    Parameters
    ----------
    towards
        The target.
    within
        Which neurons are in it, or in a channel that is: shape (neurons,).
    node
        The node of each neuron.
    edges
        Its relationships that are drawn, by absolute attribution: source, target (nodes), from,
        to (their names), attribution.
    largest
        The largest absolute attribution of a relationship, to which widths of lines compare.
    size
        What ``Explained.size_of`` tells.
    target
        The value of the target.
    """

    towards: str
    within: Flags
    node: NodeOf
    edges: pd.DataFrame
    largest: float
    size: dict[str, float]
    target: float

    def middles(self, places: Scores) -> Scores:
        """Return by node the mean of places of its neurons; not a number where none has one."""
        has_place = ~np.isnan(places)
        nodes = int(self.node.max()) + 1
        count = np.bincount(self.node, has_place, nodes)
        total = np.bincount(self.node, np.where(has_place, places, 0.0), nodes)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)

    @property
    def numbers(self) -> tuple[tuple[str, str], ...]:
        """What is told of it: what it is, and the number as text."""
        size = self.size
        drawn = len(self.edges)
        return (
            ("towards", self.towards),
            ("target", f"{self.target:.4g}"),
            ("nodes", f"{size['nodes']:,} of {size['nodes_of']:,}"),
            ("relationships", f"{size['edges']:,} of {size['edges_of']:,}"),
            *([("drawn", f"the {drawn:,} largest")] if drawn < size["edges"] else []),
            ("share of attribution", _share(size["kept"])),
            ("replacement", _share(size["replacement"])),
            ("completeness", _share(size["completeness"])),
        )


def circuit_of(graph: PageGraph, model: PageModel, view: View) -> DrawnCircuit:
    """Return the circuit of a view.

    Raises
    ------
    NeurongraphError
        If there is no such input or target, or more takes part than is held.
    """
    explained = graph.samples.explained(model.model, view.input, view.towards, view.level)
    chosen = explained.choose("influence", view.node_share, view.edge_share)
    names = explained.nodes.table["name"].to_numpy()
    size = np.abs(chosen.share)
    drawn = np.argsort(-size, kind="stable")[:MOST_DRAWN]
    among = np.zeros(len(names), dtype=bool)
    among[chosen.nodes] = True
    edges = pd.DataFrame(
        {
            "source": chosen.source[drawn],
            "target": chosen.target[drawn],
            "from": names[chosen.source[drawn]],
            "to": names[chosen.target[drawn]],
            "attribution": chosen.share[drawn],
        }
    )
    sample = explained.sample
    return DrawnCircuit(
        sample.towards.name,
        among[explained.nodes.node],
        explained.nodes.node,
        edges,
        float(size.max(initial=0.0)),
        explained.size_of(chosen),
        float(sample.towards.own @ sample.at.pre_activation),
    )


def _share(share: float) -> str:
    return "not defined" if np.isnan(share) else f"{share:.1%}"
