"""The circuit of an answer, taken out of a model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from queries.export.subgraph import Subgraph


@dataclass(frozen=True)
class CircuitGraph(Subgraph):
    """A circuit: ``neurons`` are its nodes, and what flows along relationships weighs them.

    Nodes have the columns of the query ``circuit_nodes`` and ``answer``, how much of the answer
    each target is, and ``probability``, what a softmax or a sigmoid makes of it; relationships
    those of ``circuit``.

    Parameters
    ----------
    facts
        What is said of the circuit as a whole; None where something is not known.
    """

    signed: ClassVar[str] = "attribution"

    facts: Mapping[str, Any]

    @property
    def properties(self) -> dict[str, Any]:
        """Those of the graph as a whole; what is not known is left out."""
        known = {name: value for name, value in self.facts.items() if value is not None}
        return super().properties | known
