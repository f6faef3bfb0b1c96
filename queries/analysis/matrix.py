"""Matrices whose rows and columns are neurons: the adjacency matrix and the Laplacian."""

from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from queries.analysis.network import Network
from queries.analysis.operators import Ids, Scores
from queries.errors import ParameterError

_BYTES: Final = 200
"""Bytes that a relationship takes as an entry of a matrix and as a row of a frame with names."""

Places = NDArray[np.integer[Any]]

Walk = Literal["pagerank", "random", "lazy"]
"""How a random walk goes on, of which a Laplacian is."""


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
    source, target, weight = network.edges_between(begins, ends, _BYTES)
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


def directed_laplacian(
    weights: "csr_array[np.float64]", walk: Walk, alpha: float
) -> NDArray[np.float64]:
    """Return ``I - (S P S^-1 + S^-1 P.T S) / 2``, with S the root of the stationary distribution.

    P holds the probabilities of a walk that follows relationships by their weight [1]_. It is
    what ``networkx.directed_laplacian_matrix`` computes.

    Parameters
    ----------
    weights
        Shape (neurons, neurons), rows sources; not negative.
    walk
        ``random`` follows relationships; ``lazy`` stays where it is every other time;
        ``pagerank`` jumps to any neuron with probability ``1 - alpha``, and from where nothing
        goes on.
    alpha
        Between 0 and 1, for ``pagerank`` only.

    Returns
    -------
    numpy.ndarray
        Shape (neurons, neurons), symmetric.

    Raises
    ------
    ParameterError
        If alpha is not between 0 and 1, or the walk has no stationary distribution that is
        positive everywhere.

    References
    ----------
    .. [1] F. Chung (2005), Laplacians and the Cheeger inequality for directed graphs, Annals of
       Combinatorics 9(1), section 2.
    """
    if weights.shape[0] == 0:
        return weights.toarray()
    steps = _transitions(weights, walk, alpha)
    root = np.sqrt(_stationary(steps))
    scaled = root[:, np.newaxis] * steps / root
    return np.asarray(np.identity(len(steps)) - (scaled + scaled.T) / 2)


def require_probability(alpha: float) -> None:
    """Raise ParameterError where a walk neither follows relationships nor jumps at times."""
    if not 0 < alpha < 1:
        raise ParameterError(f"alpha: {alpha!r} is not between 0 and 1")


def never_back(walk: Walk) -> ParameterError:
    """Return the error for a walk that has no stationary distribution."""
    return ParameterError(
        f"walk: a {walk} walk never comes back where relationships go forward only, so that it "
        "has no Laplacian; take walk=pagerank"
    )


def _transitions(weights: "csr_array[np.float64]", walk: Walk, alpha: float) -> NDArray[np.float64]:
    """Return the probabilities of the walk: each row adds up to 1."""
    if walk == "pagerank":
        require_probability(alpha)
        steps = weights.toarray()
        steps[steps.sum(axis=1) == 0] = 1.0
        steps /= steps.sum(axis=1, keepdims=True)
        return alpha * steps + (1 - alpha) / len(steps)
    # A relationship of weight 0 is never followed.
    followed = weights.copy()
    followed.eliminate_zeros()
    count, _ = connected_components(followed, directed=True, connection="strong")
    if count != 1 or followed.nnz == 0:
        raise never_back(walk)
    steps = followed.toarray()
    steps /= steps.sum(axis=1, keepdims=True)
    return steps if walk == "random" else (np.identity(len(steps)) + steps) / 2


def _stationary(steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distribution that a step of the walk does not change."""
    # One of the equations p P = p follows from the others; that p adds up to 1 takes its place.
    equations = np.identity(len(steps)) - steps.T
    equations[-1] = 1.0
    only_last = np.zeros(len(steps))
    only_last[-1] = 1.0
    return np.asarray(np.linalg.solve(equations, only_last))
