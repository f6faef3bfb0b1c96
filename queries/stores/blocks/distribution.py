"""Histograms of the weights into layers."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from queries.analysis.operators import Ids
from queries.core.layer import Layer
from queries.core.neuron_filter import NeuronFilter
from queries.library.frames import arrow_type
from queries.library.queries import query
from queries.stores.blocks.base import Blocks
from queries.stores.blocks.relationships import Relationships


def weight_distribution(blocks: Blocks, values: Mapping[str, Any]) -> pa.Table:
    """Return a histogram of the weights into each layer; empty bins are left out."""
    relationships = Relationships(blocks, NeuronFilter(), values["neurons"])
    values_of: dict[str, list[Any]] = {
        column.name: [] for column in query("weight_distribution").columns
    }
    for layer in relationships.layers:
        low, width, counts, others = _histogram(relationships, layer, values["bins"], values["by"])
        filled = np.flatnonzero(counts)
        ends = [low + filled * width, low + (filled + 1) * width]
        edges = np.append(counts[filled], [others] if others else np.empty(0, np.int64))
        rows = {
            "layer_index": [layer.index] * len(edges),
            "layer": [layer.name] * len(edges),
            "bin": filled.tolist(),
            "low": ends[0].tolist(),
            "high": ends[1].tolist(),
            "edges": edges.tolist(),
            "share": (edges / edges.sum()).tolist(),
        }
        for name, column in rows.items():
            # What is not finite is in no bin.
            values_of[name] += column + [None] * (len(edges) - len(column))
    columns = query("weight_distribution").columns
    return pa.table(
        {each.name: pa.array(values_of[each.name], arrow_type(each)) for each in columns}
    )


def _histogram(
    relationships: Relationships, layer: Layer, bins: int, by: str
) -> tuple[float, float, Ids, int]:
    """Return the lower end of the first bin, the width of each, and how many are in each.

    Also returns how many weights are not finite, and so in none.
    """
    low, high, others = np.inf, -np.inf, 0
    for weights, times in relationships.weights(layer, by):
        finite = np.isfinite(weights)
        others += int(times[~finite].sum())
        low = min(low, float(weights.min(where=finite, initial=np.inf)))
        high = max(high, float(weights.max(where=finite, initial=-np.inf)))
    width = (high - low) / bins if low <= high else 0.0
    counts = np.zeros(bins, dtype=np.int64)
    for weights, times in relationships.weights(layer, by):
        finite = np.isfinite(weights)
        inside = weights[finite]
        place = np.floor((inside - low) / width) if width else np.zeros(len(inside))
        place = np.minimum(place, bins - 1).astype(np.int64)
        # A count of relationships is exact in double precision.
        counts += np.bincount(place, times[finite], bins).astype(np.int64)
    return low, width, counts, others
