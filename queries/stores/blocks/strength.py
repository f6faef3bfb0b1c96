"""In-strength and out-strength."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from queries.analysis.operators import Scores
from queries.core.neuron_filter import NeuronFilter
from queries.stores.blocks.base import Blocks
from queries.stores.blocks.neurons import neuron_table
from queries.stores.blocks.relationships import Relationships


def strength(blocks: Blocks, values: Mapping[str, Any]) -> pa.Table:
    """Return the weights into or out of each neuron, added up."""
    neurons = values["neurons"]
    sums = blocks.strengths(neurons, values["direction"], values["measure"])
    if sums is None:
        sums = _added(blocks, values)
    table = neuron_table(blocks, neurons, ["id", "name", "layer"])
    places = table["id"].to_numpy() - blocks.first
    return table.append_column("strength", pa.array(sums[places]))


def _added(blocks: Blocks, values: Mapping[str, Any]) -> Scores:
    own, other = ("target", "source") if values["direction"] == "in" else ("source", "target")
    relationships = Relationships(blocks, **{own: values["neurons"], other: NeuronFilter()})
    sums = np.zeros(blocks.neurons)
    for block in relationships.all([own, values["by"]]):
        # The ids of a block are close together, but those of a model are many.
        least = int(block[own].min())
        added = np.bincount(block[own] - least, _counts(block[values["by"]], values["measure"]))
        start = least - blocks.first
        sums[start : start + len(added)] += added
    return sums


def _counts(weights: Scores, measure: str) -> Scores | None:
    """Return what each relationship counts; None for 1."""
    if measure == "count":
        return None
    return np.abs(weights) if measure == "absolute" else weights
