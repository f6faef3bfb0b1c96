"""Quantities that one pass over the layers gives, each layer by one statement."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from queries.layer import Layer

RunLayer = Callable[..., pa.Table]
"""Runs a query's statement for one layer, with ``scores`` and the id of the first one."""

Scores = NDArray[np.float64]


def katz(layers: Sequence[Layer], values: Mapping[str, Any], run: RunLayer) -> Scores:
    """Return Katz centrality by neuron, counted from the model's first neuron.

    Parameters
    ----------
    layers
        The model's layers, inputs first.
    values
        ``alpha``, ``beta`` and ``weights``.
    run
        Runs the statement of the query ``katz`` for one layer.
    """
    first = layers[0].first
    scores = np.full(layers[-1].last + 1 - first, values["beta"], dtype=np.float64)
    for layer in layers:
        if layer.edges == 0:
            continue
        low, high = _extent([other for other in layers if other.index in layer.inputs])
        rows = run(layer, scores=scores[low - first : high - first + 1], offset=low)
        scores[rows["id"].to_numpy() - first] = rows["katz"].to_numpy()
    return scores


def completions(layers: Sequence[Layer], target: NDArray[np.int64], run: RunLayer) -> Scores:
    """Return the best completion from each neuron: the strongest path on to a target.

    Parameters
    ----------
    layers
        The model's layers, inputs first.
    target
        Ids of the neurons where paths end.
    run
        Runs the statement of the query ``strongest_paths`` for one layer.

    Returns
    -------
    numpy.ndarray
        By neuron, counted from the model's first: the natural logarithm of the best product
        of absolute weights of a path on, at least one hop long; minus infinity where there
        is none.
    """
    first = layers[0].first
    onward = np.full(layers[-1].last + 1 - first, -np.inf)
    best = onward.copy()
    best[target - first] = 0.0
    for layer in reversed(layers):
        after = [other for other in layers if layer.index in other.inputs]
        if not after:
            continue
        low, high = _extent(after)
        ahead = best[low - first : high - first + 1]
        scale = ahead.max()
        if scale == -np.inf:
            continue
        # Products of many small weights leave the range of a float: scale each pass to 1.
        rows = run(layer, scores=np.exp(ahead - scale), offset=low)
        ids = rows["id"].to_numpy() - first
        with np.errstate(divide="ignore"):
            onward[ids] = np.log(rows["best"].to_numpy()) + scale
        best[ids] = np.maximum(best[ids], onward[ids])
    return onward


def _extent(layers: Sequence[Layer]) -> tuple[int, int]:
    """Return the first and the last neuron id of some layers."""
    return min(layer.first for layer in layers), max(layer.last for layer in layers)
