"""What can be asked of a channel graph or a layer graph, and what of a neuron graph only."""

from typing import Any, Final

import numpy as np

from queries.core.model import StoredModel
from queries.core.neuron_filter import NeuronFilter
from queries.core.schema import weight_properties
from queries.core.wording import option
from queries.errors import ParameterError

_AXES: Final = {
    "neuron": ("channel", "x", "y", "z"),
    "channel": ("channel",),
    "layer": (),
}


def check_against(name: str, value: Any, model: StoredModel) -> None:
    """Raise ParameterError where a value names what the nodes of a graph do not have.

    Parameters
    ----------
    name, value
        A parameter of a query, checked.
    model
        The model that the query is about.
    """
    if isinstance(value, NeuronFilter):
        _check_axes(name, value, model)
    elif name == "by":
        properties = weight_properties(model.granularity)
        if value not in properties:
            raise ParameterError(
                f"by: {model.name!r} is a neuron graph, whose relationships have no {value!r} but "
                f"only {', '.join(properties)}; load it with "
                f"{option('granularity', 'channel')}"
            )


def require_channels(model: StoredModel) -> None:
    """Raise ParameterError for a layer graph, whose nodes have no channels."""
    if "channel" not in _AXES[model.granularity]:
        raise ParameterError(
            f"{model.name!r} is a layer graph, whose nodes have no channels; load the model with "
            f"{option('granularity', 'channel')}, or as it is"
        )


def require_count(name: str, value: object, least: int = 1) -> None:
    """Raise ParameterError where a value is no whole number, or too small a one.

    Parameters
    ----------
    name, value
        An argument of a function.
    least
        The smallest allowed value.
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise ParameterError(f"{name} is {value!r}; it must be a whole number")
    if value < least:
        raise ParameterError(f"{name} is {value}; it must be at least {least}")


def _check_axes(name: str, neurons: NeuronFilter, model: StoredModel) -> None:
    for axis in _AXES["neuron"]:
        if getattr(neurons, axis) is not None and axis not in _AXES[model.granularity]:
            raise ParameterError(
                f"{name}: {model.name!r} is a {model.granularity} graph, whose nodes have no "
                f"{axis}; filter by layer, id or name, or ask a neuron graph"
            )
