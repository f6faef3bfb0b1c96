"""Figures about the weights into a layer, taken as one matrix."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import vstack
from scipy.sparse.linalg import svds

from queries.part import Part

_SEED = 0
"""Where the search for a singular vector begins, the same each time."""


def spectral_norm(parts: Sequence[Part]) -> float:
    """Return the largest singular value of the matrix of all weights into a layer.

    Parameters
    ----------
    parts
        All relationships into the layer. Weights of neurons that are joined twice add up.
    """
    matrix = parts[0].matrix if len(parts) == 1 else vstack([part.matrix for part in parts])
    if min(matrix.shape) == 1:
        return float(np.linalg.norm(matrix.toarray()))
    if not matrix.data.any():
        return 0.0
    start = np.random.default_rng(_SEED)
    largest = np.max(svds(matrix, k=1, return_singular_vectors=False, rng=start))
    # The digits beyond depend on where the arrays happen to lie in memory.
    return float(f"{largest:.12g}")


def statistics(parts: Sequence[Part], threshold: float) -> dict[str, float]:
    """Return what ``layer_statistics`` says of the weights into a layer.

    Parameters
    ----------
    parts
        All relationships into the layer.
    threshold
        Absolute weight below which a weight counts as small.
    """
    weights = [part.matrix.data for part in parts if part.matrix.nnz]
    counts = [len(data) for data in weights]
    means = np.array([data.mean() for data in weights])
    mean = np.average(means, weights=counts)
    # The law of total variance: within the parts, and between them.
    variances = np.array([data.var() for data in weights]) + (means - mean) ** 2
    absolute = [np.abs(data) for data in weights]
    # SciPy's own absolute value would add up the relationships between two neurons first.
    strength = np.concatenate([part.weighed(np.abs).matrix.sum(axis=1) for part in parts])
    edges = sum(counts)
    return {
        "edges": edges,
        "mean": float(mean),
        "std": float(np.sqrt(np.average(variances, weights=counts))),
        "min": float(min(data.min() for data in weights)),
        "max": float(max(data.max() for data in weights)),
        "mean_absolute": float(sum(data.sum() for data in absolute) / edges),
        "zero_share": sum(np.count_nonzero(data == 0) for data in weights) / edges,
        "small_share": sum(np.count_nonzero(data < threshold) for data in absolute) / edges,
        "frobenius_norm": float(np.sqrt(sum(np.dot(data, data) for data in weights))),
        "spectral_norm": spectral_norm(parts),
        "fluctuation": float(strength.std() / strength.mean()) if strength.any() else np.nan,
    }
