"""Matrices of weights: as they are stored, and multiplied along all paths."""

from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array

from queries import passes
from queries.errors import ParameterError
from queries.methods.base import Methods, Weighing
from queries.models import StoredModel
from queries.network import Ids, Network, Part, Scores
from queries.neuron_filter import NeuronsLike

_MOST_CELLS = 1 << 26
"""Of a matrix that is not sparse: 512 MB."""


class MatrixMethods(Methods):
    """Neurons by neurons."""

    def adjacency(
        self,
        source: NeuronsLike = None,
        target: NeuronsLike = None,
        *,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the weight between each two neurons that are joined, one row a pair."""
        given = {"source": source, "target": target, "by": by}
        asked, values, about = self._asked("adjacency", model, given)
        matrix, sources, targets = self._between(values, about)
        entries = matrix.tocoo()
        frame = pd.DataFrame(
            {
                "source": sources["id"].to_numpy()[entries.row],
                "source_name": sources["name"].to_numpy()[entries.row],
                "target": targets["id"].to_numpy()[entries.col],
                "target_name": targets["name"].to_numpy()[entries.col],
                "weight": entries.data,
            }
        )
        frame = frame.astype({"source_name": "str", "target_name": "str"})
        return frame[[column.name for column in asked.columns]]

    def matrix(
        self,
        source: NeuronsLike = None,
        target: NeuronsLike = None,
        *,
        sparse: bool = False,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the adjacency matrix, labelled with the names of neurons.

        Parameters
        ----------
        source, target
            Which neurons are rows, and which columns, as ``networkx.adjacency_matrix`` has it.
        sparse
            True for columns that keep nothing but what is not 0.
        by
            Which property of the relationships weighs them. Of two neurons that are joined more
            than once the weights are added up.
        model
            The model to ask about.

        Raises
        ------
        ParameterError
            If the matrix, not being sparse, would take more than 512 MB.
        """
        given = {"source": source, "target": target, "by": by}
        _, values, about = self._asked("adjacency", model, given)
        matrix, sources, targets = self._between(values, about)
        rows, columns = sources["name"].tolist(), targets["name"].tolist()
        if sparse:
            # pandas-stubs know the accessor of a frame only.
            frame: pd.DataFrame = pd.DataFrame.sparse.from_spmatrix(  # type: ignore[attr-defined]
                matrix, index=rows, columns=columns
            )
            return frame
        _require_small(matrix.shape)
        return pd.DataFrame(matrix.toarray(), index=rows, columns=columns)

    def to_scipy(
        self,
        source: NeuronsLike = None,
        target: NeuronsLike = None,
        *,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> "csr_array[np.float64]":
        """Return the adjacency matrix: a row a source and a column a target, each by id."""
        given = {"source": source, "target": target, "by": by}
        _, values, about = self._asked("adjacency", model, given)
        return self._between(values, about)[0]

    def effective_weights(
        self,
        source: NeuronsLike,
        target: NeuronsLike,
        *,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the weights of the linear map from sources to targets, one row a pair.

        It is the sum over all paths of the products of weights, what a model without
        activations would compute; biases are left out.
        """
        given = {"source": source, "target": target, "by": by}
        asked, values, about, network = self._computed("effective_weights", model, given)
        sources, targets = (self._neurons(values[side], about) for side in ("source", "target"))
        _require_small((len(sources), len(targets)))
        products = _products(network, _places(sources, network), _places(targets, network))
        frame = pd.DataFrame(
            {
                "source": np.repeat(sources["id"].to_numpy(), len(targets)),
                "source_name": np.repeat(sources["name"].to_numpy(), len(targets)),
                "target": np.tile(targets["id"].to_numpy(), len(sources)),
                "target_name": np.tile(targets["name"].to_numpy(), len(sources)),
                "weight": products.ravel(),
            }
        )
        frame = frame.astype({"source_name": "str", "target_name": "str"})
        return frame[[column.name for column in asked.columns]]

    def _between(
        self, values: dict[str, Any], about: StoredModel
    ) -> tuple["csr_array[np.float64]", pd.DataFrame, pd.DataFrame]:
        """Return the weights from sources to targets, with both by id."""
        network = self._network(about, values["by"])
        sources, targets = (self._neurons(values[side], about) for side in ("source", "target"))
        rows, columns = (_numbering(frame, network) for frame in (sources, targets))
        named = {layer.name for layer in network.layers if columns[network.of(layer)].max() >= 0}
        parts = [
            _entries(part, rows, columns)
            for layer in network.layers
            if layer.name in named
            for part in network.parts(layer)
        ]
        row, column, weight = (
            np.concatenate([part[i] for part in parts]) if parts else np.empty(0) for i in range(3)
        )
        shape = len(sources), len(targets)
        entries = coo_array((weight, (row.astype(np.int64), column.astype(np.int64))), shape)
        return entries.tocsr(), sources, targets


def _places(neurons: pd.DataFrame, network: Network) -> Ids:
    places: Ids = neurons["id"].to_numpy() - network.first
    return places


def _numbering(neurons: pd.DataFrame, network: Network) -> Ids:
    """Return by neuron which row of a frame it is; -1 where it is in none."""
    numbers = np.full(network.neurons, -1)
    numbers[_places(neurons, network)] = np.arange(len(neurons))
    return numbers


def _entries(part: Part, rows: Any, columns: Any) -> tuple[Any, Any, Any]:
    """Return row, column and weight of what runs from the rows to the columns."""
    found = part.matrix.tocoo()
    row = rows[found.col + part.first_source]
    column = columns[found.row + part.first_target]
    inside = (row >= 0) & (column >= 0)
    return row[inside], column[inside], found.data[inside]


def _products(network: Network, begin: Ids, end: Ids) -> Scores:
    """Return the sums over all paths, shape (sources, targets), by passes from the smaller side."""
    forward = len(begin) <= len(end)
    few, many = (begin, end) if forward else (end, begin)
    own = np.zeros((network.neurons, len(few)))
    own[few, np.arange(len(few))] = 1.0
    add_up = passes.sums_forward if forward else passes.sums_backward
    arriving = add_up(network, own, weights="signed")[many]
    return arriving.T if forward else arriving


def _require_small(shape: tuple[int, ...]) -> None:
    if shape[0] * shape[1] > _MOST_CELLS:
        raise ParameterError(
            f"a matrix of {shape[0]:,} by {shape[1]:,} neurons is too big; name fewer sources or "
            "targets, or ask for a sparse one"
        )
