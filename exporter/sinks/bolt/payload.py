"""How the columns of relationships travel: as lists, or as vectors where Bolt knows them."""

from typing import Any, Final

import neo4j
import numpy as np
from neo4j.vector import Vector
from numpy.typing import NDArray

from exporter.batches import EdgeBlock
from exporter.sinks.bolt.statements import add_edges, add_vectors

LONGEST_VECTOR: Final = 4096
"""The most values that Neo4j takes in a vector."""

_BOLT_OF_VECTORS: Final = (6, 0)
_LISTS: Final = {"f": "toFloatList", "i": "toIntegerList"}


class Payload:
    """Makes the statement and the parameters that write relationships.

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
        self.statement = (
            add_vectors({name: _LISTS[kind.kind] for name, kind in properties.items()})
            if self.vectors
            else add_edges(list(properties))
        )

    def parameters(self, edges: EdgeBlock) -> dict[str, Any]:
        """Return the parameters of the statement; the ends of relationships by index."""
        sources, source = np.unique(edges.source, return_inverse=True)
        targets, target = np.unique(edges.target, return_inverse=True)
        columns = {**edges.columns, "source": source, "target": target}
        pack = _vectors if self.vectors else _list
        return {
            "sources": sources.tolist(),
            "targets": targets.tolist(),
            **{name: pack(column) for name, column in columns.items()},
        }


def _list(column: NDArray[Any]) -> list[Any]:
    values: list[Any] = column.tolist()
    return values


def _vectors(column: NDArray[Any]) -> list[Vector]:
    return [
        Vector.from_numpy(column[start : start + LONGEST_VECTOR])
        for start in range(0, len(column), LONGEST_VECTOR)
    ]
