"""A model of a graph, as queries know it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


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
    properties
        All properties of its node, as the store gave them when the model was chosen.
    """

    name: str
    key: str
    granularity: str
    load_id: str
    checksum: str | None
    edited: bool
    properties: Mapping[str, Any] = field(compare=False, repr=False)
