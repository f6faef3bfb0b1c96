"""The slope that stands for an activation function at a number."""

from typing import Any, Final

import numpy as np

from queries.analysis.at_input.activity import applied
from queries.analysis.at_input.rule import Slope
from queries.analysis.operators import Scores
from queries.core.derivatives import derivative, is_stepwise
from queries.core.layer import Layer

_NEAR: Final = 1e-8
"""Where numbers differ by less than this share, their difference says little of a slope."""


def slopes_of(
    layer: Layer,
    parameters: dict[str, Any],
    pre_activation: Scores,
    value: Scores,
    *,
    slope: Slope,
    before: tuple[Scores, Scores] | None = None,
) -> Scores:
    """Return the slopes of the activation function of a layer that takes each number by itself.

    A function that has steps alone has the slope 0, but between two inputs. So has one where its
    slope is infinite, such as a root at 0: all that it says is then what is left.

    Parameters
    ----------
    layer, parameters
        The layer, and the parameters of its function.
    pre_activation, value
        Numbers, and what the function makes of them: shape (neurons,).
    slope
        Which slope.
    before
        The same two at the baseline, where there is one.

    Returns
    -------
    numpy.ndarray
        The same shape.
    """
    if layer.activation is None:
        return np.ones(len(value))
    name = layer.activation
    shaped = pre_activation.reshape(1, *layer.shape)
    found = derivative(name, shaped, parameters).reshape(-1)
    if slope == "secant" and not is_stepwise(name):
        origin = np.zeros(len(value))
        before = origin, applied(layer, origin, parameters)
    if slope == "gradient" or before is None:
        return np.where(np.isfinite(found), found, 0.0)
    start, said = before
    with np.errstate(divide="ignore", invalid="ignore"):
        far = np.abs(pre_activation - start) > _NEAR * np.maximum(1.0, np.abs(pre_activation))
        chord = (value - said) / (pre_activation - start)
    found = np.where(far & np.isfinite(chord), chord, found)
    return np.where(np.isfinite(found), found, 0.0)
