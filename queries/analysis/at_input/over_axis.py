"""Activation functions over an axis: a change of one number changes what others become.

They have no slope a neuron. What stands for them is their Jacobian, by which gradients are
multiplied without it being built.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from queries.analysis.at_input.activity import Activity, applied
from queries.analysis.operators import Ids, Scores
from queries.core.layer import Layer

_POINTS: Final = 16
"""Points on the line from a baseline at which the Jacobian is taken: it is smooth there."""


def _softmax(gradient: Scores, said: Scores, axis: Any) -> Scores:
    return np.asarray(said * (gradient - (said * gradient).sum(axis=axis, keepdims=True)))


def _log_softmax(gradient: Scores, said: Scores, axis: Any) -> Scores:
    return np.asarray(gradient - np.exp(said) * gradient.sum(axis=axis, keepdims=True))


def _sparsemax(gradient: Scores, said: Scores, axis: Any) -> Scores:
    among = (said > 0).astype(np.float64)
    mean = (among * gradient).sum(axis=axis, keepdims=True) / among.sum(axis=axis, keepdims=True)
    return np.asarray(among * (gradient - mean))


PULLED_BACK: Final[Mapping[str, Callable[[Scores, Scores, Any], Scores]]] = {
    "log_softmax": _log_softmax,
    "softmax": _softmax,
    "sparsemax": _sparsemax,
}
"""By the name of a function what makes a gradient at its values one at its arguments."""


@dataclass(frozen=True)
class OverAxis:
    """A layer whose activation function takes all neurons along an axis, at an input.

    Parameters
    ----------
    layer
        The layer.
    start, end
        Its pre-activations at the baseline and at the input, the same where there is no baseline:
        shape (neurons,).
    """

    layer: Layer
    start: Scores
    end: Scores

    @classmethod
    def at(cls, layer: Layer, place: slice, end: Activity, start: Activity | None) -> "OverAxis":
        """Return what a layer of some neurons is at an input, perhaps against a baseline."""
        at_end = end.pre_activation[place]
        return cls(layer, at_end if start is None else start.pre_activation[place], at_end)

    def pulled_back(self, gradient: Scores) -> Scores:
        """Return the gradient at pre-activations by that at values: both of shape (neurons,).

        Against a baseline it is the mean over the line from there, so that differences of
        pre-activations make up those of values.
        """
        if np.array_equal(self.start, self.end):
            return self._at(self.end, gradient)
        nodes, weights = np.polynomial.legendre.leggauss(_POINTS)
        total = np.zeros(len(gradient))
        for node, weight in zip(nodes.tolist(), weights.tolist(), strict=True):
            point = self.start + (node + 1) / 2 * (self.end - self.start)
            total += weight / 2 * self._at(point, gradient)
        return total

    @property
    def groups(self) -> Ids:
        """The neurons that it takes together, counted from the layer's first: a row a group."""
        axes = self._axis if isinstance(self._axis, tuple) else (self._axis,)
        neurons = np.arange(self.layer.neurons, dtype=np.int64).reshape(1, *self.layer.shape)
        last = np.moveaxis(neurons, axes, range(-len(axes), 0))
        return last.reshape(-1, int(np.prod(last.shape[last.ndim - len(axes) :])))

    @property
    def _axis(self) -> Any:
        axis = self.layer.activation_config.get("axis", -1)
        return tuple(axis) if isinstance(axis, list) else axis

    def _at(self, point: Scores, gradient: Scores) -> Scores:
        shape, name, axis = (1, *self.layer.shape), str(self.layer.activation), self._axis
        said = applied(self.layer, point, self.layer.activation_config).reshape(shape)
        pulled = PULLED_BACK[name](gradient.reshape(shape), said, axis)
        return pulled.reshape(-1)
