"""What a handler says of a layer: it moves neurons about, or it computes new ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Weights = NDArray[np.float32]
Reduce = Literal["sum", "max"]

EMPTY: Final = -1
"""The id at a padded position: no neuron stands there, so no edge begins there."""


class NotWirableError(Exception):
    """The layer is of a handled class, but set so that it cannot be wired; says why."""


def require_channels_last(layer: Any) -> None:
    """Raise NotWirableError where the layer puts channels before space."""
    if layer.data_format != "channels_last":
        raise NotWirableError(f"data_format is {layer.data_format!r}, not 'channels_last'")


@dataclass(frozen=True)
class Moved:
    """The layer computes nothing: its output is its input's neurons in another place.

    Parameters
    ----------
    ids
        Neuron ids in the shape of the layer's output, without the batch.
    """

    ids: Ids


@dataclass(frozen=True)
class Computed:
    """The layer makes one neuron for each element of its output.

    Parameters
    ----------
    sources
        Ids of the neurons that feed each output: shape ``(*output, *fan_in)``.
        ``EMPTY`` marks padding. Handlers pass views; nothing is copied here.
    weights
        Weights of those edges, broadcastable to the shape of ``sources``.
    rank
        How many leading axes of ``sources`` are the output's.
    reduce
        What a neuron does with its weighted inputs.
    bias
        Added to the reduced inputs: broadcastable to the output's shape; None for none.
    activation
        Name of the Keras activation function; None for the identity.
    activation_config
        Keyword arguments of that function.
    """

    sources: Ids
    weights: Weights
    rank: int
    reduce: Reduce = "sum"
    bias: NDArray[np.floating[Any]] | None = None
    activation: str | None = None
    activation_config: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the layer's output, without the batch."""
        return self.sources.shape[: self.rank]


Wiring = Moved | Computed
