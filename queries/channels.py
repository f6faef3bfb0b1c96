"""The channels of layers: which neurons are in them, sums over these, and which are alike."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from queries.errors import ParameterError
from queries.models import StoredModel
from queries.operators import Ids, Scores
from queries.part import Part


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


def alike(channels: Channels, neurons: pd.DataFrame, parts: Iterable[Part]) -> pd.DataFrame:
    """Return all pairs of channels of one layer with the cosine of their incoming weights.

    Weights are compared where they lead from one source to neurons at one place. Channels without
    any weight but 0 are in no pair.

    Parameters
    ----------
    channels, neurons
        The channels, and the rows of the query ``neurons`` that they were made of.
    parts
        All relationships into the layer.

    Returns
    -------
    pandas.DataFrame
        Of the two channels layer, name, other_name, channel and other_channel, then cosine and
        ratio (of the other's norm to the one's).
    """
    table = channels.table
    place = neurons.groupby(["x", "y", "z"], dropna=False).ngroup().to_numpy().astype(np.int64)
    # Neurons at one place may stand in different parts, so that the parts are put together first.
    number, column, weight = (
        np.concatenate(columns)
        for columns in zip(*(_by_place(part, channels, place) for part in parts), strict=True)
    )
    shape = len(table), int(column.max(initial=0)) + 1
    weights = csr_array((weight, (number, column)), shape)
    products = (weights @ weights.T).toarray()
    norms = np.sqrt(np.diag(products))
    one, other = np.nonzero(np.triu(np.outer(norms, norms) > 0, 1))
    return pd.DataFrame(
        {
            "layer": table["layer"].take(one).array,
            "name": table["name"].take(one).array,
            "other_name": table["name"].take(other).array,
            "channel": table["channel"].take(one).array,
            "other_channel": table["channel"].take(other).array,
            "cosine": products[one, other] / (norms[one] * norms[other]),
            "ratio": norms[other] / norms[one],
        }
    )


def _by_place(part: Part, channels: Channels, place: Ids) -> tuple[Ids, Ids, Scores]:
    """Return of each weight its channel, a number for its source and place, and its value."""
    inside = (channels.neuron >= part.targets.start) & (channels.neuron < part.targets.stop)
    rows = part.matrix[channels.neuron[inside] - part.first_target]
    fan_in, width = np.diff(rows.indptr), rows.shape[1]
    column = np.repeat(place[inside], fan_in) * width + rows.indices
    return np.repeat(channels.number[inside], fan_in), column, rows.data


def require_channels(about: StoredModel) -> None:
    """Raise ParameterError for a layer graph, whose nodes have no channels."""
    if about.granularity == "layer":
        raise ParameterError(
            f"{about.name!r} is a layer graph, whose nodes have no channels; load the model with "
            "--granularity channel, or as it is"
        )
