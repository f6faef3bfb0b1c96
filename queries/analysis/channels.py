"""The channels of layers: which neurons are in them, and sums over these."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from queries.analysis.operators import Ids, Scores


@dataclass(frozen=True)
class Channels:
    """Channels of some neurons.

    Parameters
    ----------
    table
        A row a channel: layer_index, layer, channel, neurons (how many there are) and name
        (``conv_0[3]``), by layer and channel.
    neuron
        The neurons, counted from the model's first.
    number
        The row of the channel of each.
    """

    table: pd.DataFrame
    neuron: Ids
    number: Ids

    @cached_property
    def members(self) -> list[Ids]:
        """The neurons of each channel, counted from the model's first."""
        order = np.argsort(self.number, kind="stable")
        ends = np.cumsum(np.bincount(self.number, minlength=len(self.table)))
        return np.split(self.neuron[order], ends[:-1])

    def total(self, scores: Scores) -> Scores:
        """Return by channel the sum of what its neurons have.

        Parameters
        ----------
        scores
            By neuron, counted from the model's first.
        """
        return np.bincount(self.number, scores[self.neuron], len(self.table)).astype(np.float64)


def channels_of(neurons: pd.DataFrame, first: int) -> Channels:
    """Return the channels that some neurons are in.

    Parameters
    ----------
    neurons
        Rows of the query ``neurons``, none of a layer graph.
    first
        Id of the model's first neuron.
    """
    groups = neurons.groupby(["layer_index", "channel"], sort=True)
    table = groups.agg(layer=("layer", "first"), neurons=("neurons", "sum")).reset_index()
    table["name"] = table["layer"] + "[" + table["channel"].astype(str) + "]"
    return Channels(
        table, neurons["id"].to_numpy() - first, groups.ngroup().to_numpy().astype(np.int64)
    )
