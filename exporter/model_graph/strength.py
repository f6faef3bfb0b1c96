"""In-strength and out-strength of a model file, layer by layer, without any relationship built."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from queries.network import Network
from queries.operators import MEASURES, Flags, Scores
from queries.stores.blocks import Blocks, flags, with_strength


def strength(blocks: Blocks, network: Network, values: Mapping[str, Any]) -> pa.Table:
    """Answer the query ``strength``.

    Parameters
    ----------
    blocks, network
        The model.
    values
        The checked parameters of the query.
    """
    chosen = flags(blocks, values["neurons"])
    sums = _sums(network, chosen, values["direction"], values["measure"])
    return with_strength(blocks, values["neurons"], sums)


def _sums(network: Network, chosen: Flags, direction: str, measure: Any) -> Scores:
    """Add up the weights of all neurons of the layers that hold chosen ones."""
    sums = np.zeros(network.neurons)
    for layer in network.layers:
        for part in network.operators(layer):
            counted = part.weighed(MEASURES[measure])
            if direction == "in" and chosen[part.targets].any():
                sums[part.targets] += counted.sum_in(_ones(part.sources))
            elif direction == "out" and chosen[part.sources].any():
                sums[part.sources] += counted.sum_out(_ones(part.targets))
    return sums


def _ones(neurons: slice) -> Scores:
    return np.ones(neurons.stop - neurons.start)
