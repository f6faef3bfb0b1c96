"""The ids of neurons by the ids that a store gives to nodes, which it reads faster."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from queries.errors import GraphDamagedError

REPLACED_MEANWHILE: Final = "the model was replaced or removed while it was read; ask again"

Run = Callable[[str, dict[str, Any]], Sequence[Mapping[str, Any]]]
"""Runs a statement, and returns its rows."""

_NODES: Final = """
MATCH (n:Neuron) WHERE n.model = $model AND n.id IS NOT NULL
RETURN collect(id(n)) AS nodes, collect(n.id) AS ids
"""


class NodeIds:
    """Which neuron a node is.

    Parameters
    ----------
    nodes, ids
        The id of each node, and that of the neuron that it is: shape (neurons,).
    """

    def __init__(self, nodes: NDArray[np.int64], ids: NDArray[np.int64]) -> None:
        self._nodes, self._ids = pd.Index(nodes), ids

    def of(self, nodes: pa.ChunkedArray) -> pa.Array:
        """Return the ids of neurons, given those of nodes.

        Raises
        ------
        GraphDamagedError
            If a node is no neuron of the model.
        """
        places = self._nodes.get_indexer(nodes.to_numpy())
        if len(places) and places.min() < 0:
            raise GraphDamagedError(
                "a relationship begins at a node that is no neuron of the model, unless the model "
                "was removed or replaced meanwhile; ask again, or see neurongraph check"
            )
        return pa.array(self._ids[places])

    def edges(self, table: pa.Table) -> dict[str, NDArray[np.generic]]:
        """Return the columns of relationships, in which ``source`` names nodes, with neurons there.

        Raises
        ------
        GraphDamagedError
            As ``of``.
        """
        columns = {name: table[name] for name in table.column_names}
        columns["source"] = self.of(columns["source"])
        return {name: column.to_numpy() for name, column in columns.items()}


def of_server(run: Run, model: str) -> NodeIds:
    """Read which neurons the nodes of a Neo4j server are.

    Parameters
    ----------
    run
        Asks the server.
    model
        The key of the model.
    """
    (row,) = run(_NODES, {"model": model})
    nodes, ids = (np.array(row[name], dtype=np.int64) for name in ("nodes", "ids"))
    return NodeIds(nodes, ids)
