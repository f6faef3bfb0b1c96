"""One row about a model."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from queries.core.neuron_filter import NeuronFilter
from queries.stores.blocks.base import Blocks
from queries.stores.blocks.relationships import Relationships


def summary(blocks: Blocks, _: Mapping[str, Any]) -> pa.Table:
    """Return counts, density, and the range of the weights."""
    edges = zeros = others = 0
    total = absolute = 0.0
    least = most = np.nan
    everything = Relationships(blocks, NeuronFilter(), NeuronFilter())
    for layer in everything.layers:
        for weights, counts in everything.weights(layer, "weight"):
            edges += int(counts.sum())
            zeros += int(counts[weights == 0].sum())
            total += float((weights * counts).sum())
            absolute += float((np.abs(weights) * counts).sum())
            others += int(counts[~np.isfinite(weights)].sum())
            least = float(np.fmin.reduce(weights, initial=least))
            most = float(np.fmax.reduce(weights, initial=most))
    pairs = blocks.neurons * (blocks.neurons - 1)
    row = {
        "layers": len(blocks.layers),
        "neurons": blocks.neurons,
        "edges": edges,
        "density": edges / pairs if pairs else 0.0,
        "min_weight": None if np.isnan(least) else least,
        "max_weight": None if np.isnan(most) else most,
        "mean_weight": total / edges if edges else None,
        "mean_absolute_weight": absolute / edges if edges else None,
        "zero_weights": zeros,
        "not_finite": others,
    }
    return pa.Table.from_pylist([row])
