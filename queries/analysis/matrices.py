"""Matrices whose rows and columns are neurons."""

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from queries.analysis.network import Network
from queries.analysis.operators import Ids, Scores
from queries.errors import ParameterError

_BYTES: Final = 200
"""Bytes that a relationship takes as an entry of a matrix and as a row of a frame with names."""

Places = NDArray[np.integer[Any]]


def adjacency(network: Network, sources: Ids, targets: Ids) -> "csr_array[np.float64]":
    """Return the weights from some neurons to others, those of parallel relationships added up.

    Parameters
    ----------
    network
        The model.
    sources, targets
        Neurons in ascending order, counted from the model's first.

    Returns
    -------
    scipy.sparse.csr_array
        Shape (sources, targets).

    Raises
    ------
    ParameterError
        If they do not fit into the memory that is free.
    """
    begins, ends = np.zeros((2, network.neurons), dtype=bool)
    begins[sources] = ends[targets] = True
    source, target, weight = network.between(begins, ends, _BYTES)
    rows, columns = np.searchsorted(sources, source), np.searchsorted(targets, target)
    shape = len(sources), len(targets)
    matrix = csr_array((weight.astype(np.float64), (rows, columns)), shape)
    matrix.sort_indices()
    return matrix


def pairs(
    rows: pd.DataFrame, row: Places, columns: pd.DataFrame, column: Places, **values: Scores
) -> pd.DataFrame:
    """Return entries of a matrix as a frame.

    Parameters
    ----------
    rows, columns
        The neurons of its rows and columns, with their id and name.
    row, column
        Where each entry stands: shape (entries,).
    **values
        What it holds, under the name of a column of the frame: shape (entries,).
    """
    begin, end = (side[["id", "name"]].take(at) for side, at in ((rows, row), (columns, column)))
    return pd.DataFrame(
        {
            "source": begin["id"].array,
            "source_name": begin["name"].array,
            "target": end["id"].array,
            "target_name": end["name"].array,
            **values,
        }
    )


def check_size(rows: int, columns: int, most: int, instead: str) -> None:
    """Raise ParameterError where a dense matrix would be too large.

    Parameters
    ----------
    rows, columns
        Its size.
    most
        How many entries it may have.
    instead
        What the user can do.
    """
    if rows * columns > most:
        raise ParameterError(
            f"a matrix of {rows:,} by {columns:,} neurons has {rows * columns:,} entries, and "
            f"{most:,} are allowed; {instead}"
        )
