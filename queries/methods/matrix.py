"""The weights between neurons as matrices."""

from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from queries import matrices
from queries.frames import declared
from queries.laplacian import Walk, directed_laplacian
from queries.methods.base import Methods, Weighing
from queries.models import StoredModel
from queries.neuron_filter import NeuronsLike

_MOST_CELLS: Final = 1 << 26
"""Entries of a matrix that is not sparse: 512 MB."""

_MOST_ROWS: Final = 1 << 22
"""Entries of a matrix whose frame has a row for each, with names: 4 million."""


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
        frame = matrices.pairs(sources, entries.row, targets, entries.col, weight=entries.data)
        return declared(frame, asked.columns)

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
        instead = "name fewer sources or targets, or ask for sparse=True or to_scipy"
        matrices.check_size(len(rows), len(columns), _MOST_CELLS, instead)
        return pd.DataFrame(matrix.toarray(), index=rows, columns=columns)

    def to_scipy(
        self,
        source: NeuronsLike = None,
        target: NeuronsLike = None,
        *,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> "csr_array[np.float64]":
        """Return the adjacency matrix as a sparse array of scipy.

        Parameters
        ----------
        source, target, by, model
            As in ``matrix``.

        Returns
        -------
        scipy.sparse.csr_array
            Shape (sources, targets), each in the order of ``neurons(source)["id"]``, which
            ascends.
        """
        given = {"source": source, "target": target, "by": by}
        _, values, about = self._asked("adjacency", model, given)
        return self._between(values, about)[0]

    def laplacian(
        self,
        neurons: NeuronsLike = None,
        *,
        walk: Walk = "pagerank",
        alpha: float = 0.95,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the directed Laplacian over absolute weights, a row for each of its entries.

        Raises
        ------
        ParameterError
            If there are more than 2,048 neurons, or the walk has no stationary distribution.
        """
        given = {"neurons": neurons, "walk": walk, "alpha": alpha, "by": by}
        asked, values, about = self._asked("laplacian", model, given)
        both = {"source": values["neurons"], "target": values["neurons"], "by": by}
        own = self._neurons(values["neurons"], about)
        instead = "name fewer neurons, such as those of a layer or two"
        matrices.check_size(len(own), len(own), _MOST_ROWS, instead)
        weights = abs(self._between(both, about)[0])
        entries = directed_laplacian(weights, walk, values["alpha"])
        row, column = np.indices(entries.shape).reshape(2, -1)
        frame = matrices.pairs(own, row, own, column, laplacian=entries.ravel())
        return declared(frame, asked.columns)

    def _between(
        self, values: dict[str, Any], about: StoredModel
    ) -> tuple["csr_array[np.float64]", pd.DataFrame, pd.DataFrame]:
        """Return the weights from sources to targets, with both by id."""
        network = self._network(about, values["by"])
        sources, targets = (self._neurons(values[side], about) for side in ("source", "target"))
        rows, columns = (side["id"].to_numpy() - network.first for side in (sources, targets))
        return matrices.adjacency(network, rows, columns), sources, targets
