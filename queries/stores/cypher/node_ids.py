"""The ids of neurons by the ids that a store gives to nodes, which it reads faster."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from queries.core.labels import of_ours

REPLACED_MEANWHILE: Final = "the model was replaced or removed while it was read; ask again"

Run = Callable[[str, dict[str, Any]], Sequence[Mapping[str, Any]]]
"""Runs a statement, and returns its rows."""

_NODES: Final = of_ours("""
MATCH (n:Neuron) WHERE n.model = $model AND n.id IS NOT NULL
RETURN collect(id(n)) AS nodes, collect(n.id) AS ids
""")


class NodeIds:
    """Which neuron a node is.

    Parameters
    ----------
    nodes, ids
        The id of each node, and that of the neuron that it is: shape (neurons,).
    """

    def __init__(self, nodes: NDArray[np.int64], ids: NDArray[np.int64]) -> None:
        self._nodes, self._ids = pd.Index(nodes), ids

    def edges(self, table: pa.Table) -> pa.Table:
        """Return relationships with ids of neurons in their column ``source``, which names nodes.

        Those that begin at no neuron of the model are left out: somebody may have joined its
        neurons to those of another.
        """
        places = self._nodes.get_indexer(table["source"].to_numpy())
        at = table.column_names.index("source")
        result = table.set_column(at, "source", pa.array(self._ids[places]))
        is_ours = places >= 0
        return result if is_ours.all() else result.filter(pa.array(is_ours))


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
