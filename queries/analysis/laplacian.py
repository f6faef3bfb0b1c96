"""The Laplacian of a directed graph, which is that of a random walk on it."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from queries.errors import ParameterError

Walk = Literal["pagerank", "random", "lazy"]
Floats = NDArray[np.float64]


def directed_laplacian(weights: "csr_array[np.float64]", walk: Walk, alpha: float) -> Floats:
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


def _transitions(weights: "csr_array[np.float64]", walk: Walk, alpha: float) -> Floats:
    """Return the probabilities of the walk: each row adds up to 1."""
    if walk == "pagerank":
        if not 0 < alpha < 1:
            raise ParameterError(f"alpha: {alpha!r} is not between 0 and 1")
        steps = weights.toarray()
        steps[steps.sum(axis=1) == 0] = 1.0
        steps /= steps.sum(axis=1, keepdims=True)
        return alpha * steps + (1 - alpha) / len(steps)
    # A relationship of weight 0 is never followed.
    followed = weights.copy()
    followed.eliminate_zeros()
    count, _ = connected_components(followed, directed=True, connection="strong")
    if count != 1 or followed.nnz == 0:
        raise ParameterError(
            f"walk: a {walk} walk never comes back where relationships go forward only, so that it "
            "has no Laplacian; take walk=pagerank"
        )
    steps = followed.toarray()
    steps /= steps.sum(axis=1, keepdims=True)
    return steps if walk == "random" else (np.identity(len(steps)) + steps) / 2


def _stationary(steps: Floats) -> Floats:
    """Return the distribution that a step of the walk does not change."""
    # One of the equations p P = p follows from the others; that p adds up to 1 takes its place.
    equations = np.identity(len(steps)) - steps.T
    equations[-1] = 1.0
    only_last = np.zeros(len(steps))
    only_last[-1] = 1.0
    return np.asarray(np.linalg.solve(equations, only_last))
