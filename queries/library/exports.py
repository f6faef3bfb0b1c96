"""What gives a part of a graph to other tools: names, summaries and parameters."""

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from queries.errors import NeurongraphError, ParameterError
from queries.library.declaration import BY, Declaration, Parameter, by_name
from queries.library.queries import query


@dataclass(frozen=True)
class Export(Declaration):
    """A part of a graph as a file, or as an object of another library."""

    kind: ClassVar[str] = "export"
    several: ClassVar[str] = "exports"
    missing: ClassVar[type[NeurongraphError]] = ParameterError


@cache
def exports() -> dict[str, Export]:
    """Return every export by its name, in alphabetical order; each is a method."""
    adjacency = query("adjacency")
    part = (
        Parameter("source", "neurons", "where relationships begin"),
        Parameter("target", "neurons", "where they end"),
        query("edges").parameter("min_weight"),
        Parameter("k", "int", "how many of the strongest", least=1, unit="relationships"),
        BY,
    )
    few = {**adjacency.example, "k": 60}
    circuit = query("circuit")
    all_exports = (
        Export(
            "circuit_graph",
            "The circuit of an answer as a graph of NetworkX.",
            circuit.parameters,
            example=circuit.example,
        ),
        Export("export", "Part of a graph as a file for other tools.", part, example=few),
        Export(
            "export_circuit",
            "The circuit of an answer as a file for other tools.",
            circuit.parameters,
            example=circuit.example,
        ),
        Export(
            "matrix",
            "The adjacency matrix as a frame, labelled with the names of neurons.",
            adjacency.parameters,
            example=adjacency.example,
        ),
        Export("to_networkx", "Part of a graph as a graph of NetworkX.", part, example=few),
        Export(
            "to_scipy",
            "The adjacency matrix as a sparse array of SciPy.",
            adjacency.parameters,
            example=adjacency.example,
        ),
    )
    return {each.name: each for each in all_exports}


def export(name: str) -> Export:
    """Return an export by its name."""
    return by_name(name, Export, exports())
