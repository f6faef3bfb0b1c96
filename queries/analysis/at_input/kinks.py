"""Where a piecewise linear model bends on the line between two inputs."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from queries.analysis.at_input.activity import Activity
from queries.analysis.at_input.fan_in import by_fan_in
from queries.analysis.network import Network
from queries.analysis.operators import Scores
from queries.core.layer import Layer

_ROUNDING: Final = 1e-9
"""A share of the line that is as good as none."""


def _none(**_: Any) -> tuple[float, ...]:
    return ()


def _zero(**_: Any) -> tuple[float, ...]:
    return (0.0,)


def _constant(x2: float) -> tuple[float, ...]:
    return (x2,)


def _shrink(threshold: float = 0.5) -> tuple[float, ...]:
    return -threshold, threshold


def _hard_sigmoid(alpha: float = 1 / 6) -> tuple[float, ...]:
    return -0.5 / alpha, 0.5 / alpha


def _relu(max_value: float | None = None, **_: Any) -> tuple[float, ...]:
    return (0.0,) if max_value is None else (0.0, max_value)


KINKS: Final[Mapping[str | None, Callable[..., tuple[float, ...]]]] = {
    None: _none,
    "absolute": _zero,
    "clip": lambda x_min, x_max: (x_min, x_max),
    "deg2rad": _none,
    "fabs": _zero,
    "hard_sigmoid": _hard_sigmoid,
    "hard_tanh": lambda: (-1.0, 1.0),
    "leaky_relu": _zero,
    "maximum": _constant,
    "minimum": _constant,
    "prelu": _zero,
    "rad2deg": _none,
    "relu": _relu,
    "relu6": lambda: (0.0, 6.0),
    "soft_shrink": _shrink,
    "sparse_sigmoid": lambda: (-1.0, 1.0),
}
"""Where functions bend that are linear between, by their parameters."""


def is_piecewise_linear(layer: Layer) -> bool:
    """Tell whether a layer is linear but for kinks: products, curves and steps are not."""
    if layer.reduce == "product" or layer.activation not in KINKS:
        return False
    # A threshold of relu is a step.
    return not (layer.activation == "relu" and layer.activation_config.get("threshold"))


def first_kink(network: Network, start: Activity, end: Activity) -> float | None:
    """Return where a model first bends on the line between two inputs.

    Of the first layer that bends at all the pre-activations are linear in between, so that the
    place is exact for that layer; layers behind it may bend before.

    Parameters
    ----------
    network
        The model. What its outputs apply is left out: targets stand before it.
    start, end
        What neurons have at the ends.

    Returns
    -------
    float or None
        The share of the line, above 0 and below 1; None where nothing bends.
    """
    ends = {layer.index for layer in network.layers if not network.fed_by(layer)}
    for layer in network.layers:
        place = network.neurons_of(layer)
        first = _of_winners(network, layer, start.value, end.value)
        if layer.index not in ends:
            before, after = start.pre_activation[place], end.pre_activation[place]
            for kink in KINKS[layer.activation](**layer.activation_config):
                first = min(first, _first(kink - before, after - before))
        if first < 1:
            return first
    return None


def _first(ahead: Scores, rise: Scores) -> float:
    """Return the first time at which a rise makes up for what is ahead, 1 where none does."""
    with np.errstate(divide="ignore", invalid="ignore"):
        time = ahead / rise
    inside = time[(time > _ROUNDING) & (time < 1 - _ROUNDING)]
    return float(inside.min(initial=1.0))


def _of_winners(network: Network, layer: Layer, start: Scores, end: Scores) -> float:
    """Return the first time at which a maximum, or a minimum, has another winner."""
    first = 1.0
    for part in network.matrices(layer) if layer.reduce in {"max", "min"} else ():
        source = part.matrix.indices + part.sources.start
        sign = -1.0 if layer.reduce == "min" else 1.0
        before, after = (sign * part.matrix.data * each[source] for each in (start, end))
        for _, entries in by_fan_in(part):
            each, rise = before[entries], (after - before)[entries]
            largest = each == each.max(axis=1, keepdims=True)
            winner = np.where(largest, rise, -np.inf).argmax(axis=1)
            rows = np.arange(len(winner))
            ahead = each[rows, winner][:, np.newaxis] - each
            faster = rise - rise[rows, winner][:, np.newaxis]
            first = min(first, _first(ahead[faster > 0], faster[faster > 0]))
    return first
