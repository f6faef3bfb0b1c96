"""A model of a graph, as queries know it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StoredModel:
    """A complete model of a graph.

    Parameters
    ----------
    name
        The model's name.
    key
        What its neurons and layers have as their property ``model``.
    granularity
        What a node stands for: a neuron, all neurons of a channel, or of a layer.
    load_id
        What tells this load of it from any other.
    checksum
        That of its properties and of its layers; None for a model file.
    edited
        Whether somebody's own statement has changed something since the load.
    """

    name: str
    key: str
    granularity: str
    load_id: str
    checksum: str | None
    edited: bool
