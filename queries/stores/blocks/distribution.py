"""Histograms of the weights into layers."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from queries.layer import Layer
from queries.library import query
from queries.neuron_filter import NeuronFilter
from queries.operators import Ids
from queries.stores.blocks.blocks import Blocks
from queries.stores.blocks.relationships import Relationships


def weight_distribution(blocks: Blocks, values: Mapping[str, Any]) -> pa.Table:
    """Return a histogram of the weights into each layer; empty bins are left out."""
    asked = Relationships(blocks, NeuronFilter(), values["neurons"])
    found: dict[str, list[Any]] = {
        column.name: [] for column in query("weight_distribution").columns
    }
    for layer in asked.layers:
        low, width, counts = _histogram(asked, layer, values["bins"], values["by"])
        for number in np.flatnonzero(counts).tolist():
            found["layer_index"].append(layer.index)
            found["layer"].append(layer.name)
            found["bin"].append(number)
            found["low"].append(low + number * width)
            found["high"].append(low + (number + 1) * width)
            found["edges"].append(int(counts[number]))
            found["share"].append(counts[number] / counts.sum())
    return pa.table(found)


def _histogram(asked: Relationships, layer: Layer, bins: int, by: str) -> tuple[float, float, Ids]:
    """Return the lower end of the first bin, the width of each, and how many are in each."""
    low, high = np.inf, -np.inf
    for weights, _ in asked.weights(layer, by):
        low, high = min(low, float(weights.min())), max(high, float(weights.max()))
    width = (high - low) / bins
    counts = np.zeros(bins, dtype=np.int64)
    for weights, times in asked.weights(layer, by):
        place = np.floor((weights - low) / width) if width else np.zeros(len(weights))
        place = np.minimum(place, bins - 1).astype(np.int64)
        # A count of relationships is exact in double precision.
        counts += np.bincount(place, times, bins).astype(np.int64)
    return low, width, counts
