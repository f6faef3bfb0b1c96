"""How the columns of relationships travel: as lists, or as vectors where Bolt knows them."""

from typing import Any, Final

import neo4j
import numpy as np
from neo4j.vector import Vector
from numpy.typing import NDArray

from exporter.planning.layer import EdgeBlock
from exporter.sinks.neo4j.statements import add_edges, add_vectors

LONGEST_VECTOR: Final = 4096
"""The most values that Neo4j takes in a vector."""

_BOLT_OF_VECTORS: Final = (6, 0)
_LISTS: Final = {"f": "toFloatList", "i": "toIntegerList"}


class Payload:
    """Makes the statements and the parameters that write relationships.

    Parameters
    ----------
    server
        What the server said of itself. From Bolt 6 on it takes vectors, which the driver packs
        and the server unpacks several times as fast as lists.
    properties
        The properties of relationships, with a numpy type each.
    """

    def __init__(self, server: neo4j.ServerInfo, properties: dict[str, np.dtype[Any]]) -> None:
        self.vectors = server.protocol_version >= _BOLT_OF_VECTORS
        self._of_lists = add_edges(list(properties))
        self._of_vectors = add_vectors(
            {name: _LISTS[kind.kind] for name, kind in properties.items()}
        )

    def message(self, edges: EdgeBlock) -> tuple[str, dict[str, Any]]:
        """Return the statement and its parameters, the ends of relationships by index."""
        sources, source = np.unique(edges.source, return_inverse=True)
        targets, target = np.unique(edges.target, return_inverse=True)
        columns = {**edges.columns, "source": source, "target": target}
        # Neo4j takes no vector with NaN or infinity in it.
        vectors = self.vectors and all(np.isfinite(column).all() for column in columns.values())
        pack = _vectors if vectors else _list
        parameters = {
            "sources": sources.tolist(),
            "targets": targets.tolist(),
            **{name: pack(column) for name, column in columns.items()},
        }
        return self._of_vectors if vectors else self._of_lists, parameters


def _list(column: NDArray[Any]) -> list[Any]:
    values: list[Any] = column.tolist()
    return values


def _vectors(column: NDArray[Any]) -> list[Vector]:
    return [
        Vector.from_numpy(column[start : start + LONGEST_VECTOR])
        for start in range(0, len(column), LONGEST_VECTOR)
    ]
