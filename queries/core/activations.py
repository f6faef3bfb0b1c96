"""The activation functions that a layer of a graph may name, computed by NumPy and SciPy.

They compute in the precision of what they are given. Their parameters have the names and defaults
that Keras gives them, as ``Layer.activation_config`` keeps them.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.floating[Any]]
Axis = int | Sequence[int] | None

# Klambauer et al. (2017), Self-normalizing neural networks, eq. 2.
_SELU_ALPHA: Final = 1.6732632423543772
_SELU_SCALE: Final = 1.0507009873554805
_LARGEST: Final = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class Activation:
    """An activation function.

    Parameters
    ----------
    function
        Called with values of the shape ``(samples, *shape of the layer)`` and with the parameters
        by name; returns an array of the same shape.
    formula
        What it computes of ``x``, with its parameters and their defaults.
    """

    function: Callable[..., Floats]
    formula: str


def activated(name: str, values: Floats, parameters: Mapping[str, Any]) -> Floats:
    """Apply an activation function.

    Parameters
    ----------
    name
        A key of ``ACTIVATIONS``.
    values
        Shape ``(samples, *shape of the layer)``.
    parameters
        Its parameters by name; a list of axes may stand for a tuple, as JSON has it.

    Raises
    ------
    KeyError
        If there is no such function.
    TypeError, ValueError
        If these are no parameters of it.
    """
    with np.errstate(all="ignore"):
        return ACTIVATIONS[name].function(values, **parameters)


def _relu(
    x: Floats, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> Floats:
    above = np.where(x > threshold, x, x.dtype.type(0)) if threshold else np.maximum(x, 0)
    capped = above if max_value is None else np.clip(above, 0, max_value)
    if not negative_slope:
        return capped
    below: Floats = negative_slope * np.maximum(threshold - x, 0)
    return capped - below


def _leaky_relu(x: Floats, negative_slope: float = 0.2) -> Floats:
    return np.where(x > 0, x, negative_slope * x)


def _prelu(x: Floats, slope: Floats) -> Floats:
    return np.where(x < 0, x * slope.astype(x.dtype), x)


def _elu(x: Floats, alpha: float = 1.0) -> Floats:
    return np.where(x > 0, x, alpha * np.expm1(x))


def _celu(x: Floats, alpha: float = 1.0) -> Floats:
    return np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0) / alpha)


def _selu(x: Floats) -> Floats:
    return _SELU_SCALE * _elu(x, _SELU_ALPHA)


def _clip(x: Floats, x_min: float, x_max: float) -> Floats:
    return np.clip(x, x_min, x_max)


def _gelu(x: Floats, approximate: bool = False) -> Floats:
    share: Floats = special.ndtr(x)
    if approximate:
        share = 0.5 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))
    return x * share


def _softplus(x: Floats) -> Floats:
    return np.logaddexp(x, x.dtype.type(0))


def _hard_sigmoid(x: Floats, alpha: float = 1 / 6) -> Floats:
    line: Floats = alpha * x + 0.5
    return np.clip(line, 0, 1)


def _hard_shrink(x: Floats, threshold: float = 0.5) -> Floats:
    return np.where(np.abs(x) > threshold, x, x.dtype.type(0))


def _soft_shrink(x: Floats, threshold: float = 0.5) -> Floats:
    below = np.where(x < -threshold, x + threshold, x.dtype.type(0))
    return np.where(x > threshold, x - threshold, below)


def _sparse_plus(x: Floats) -> Floats:
    return np.where(x <= -1, x.dtype.type(0), np.where(x < 1, 0.25 * np.square(x + 1), x))


def _sparse_sigmoid(x: Floats) -> Floats:
    return _hard_sigmoid(x, 0.5)


def _squareplus(x: Floats, b: float = 4) -> Floats:
    root: Floats = np.sqrt(np.square(x) + b)
    return (x + root) / 2


def _threshold(x: Floats, threshold: float, default_value: float) -> Floats:
    return np.where(x > threshold, x, x.dtype.type(default_value))


def _softmax(x: Floats, axis: Axis = -1) -> Floats:
    powers = np.exp(x - x.max(axis=_axes(axis), keepdims=True))
    return np.asarray(powers / powers.sum(axis=_axes(axis), keepdims=True))


def _log_softmax(x: Floats, axis: Axis = -1) -> Floats:
    below = x - x.max(axis=_axes(axis), keepdims=True)
    return np.asarray(below - np.log(np.exp(below).sum(axis=_axes(axis), keepdims=True)))


def _axes(axis: Axis) -> int | tuple[int, ...] | None:
    return axis if axis is None or isinstance(axis, int) else tuple(axis)


def _sparsemax(x: Floats, axis: int = -1) -> Floats:
    # Martins and Astudillo (2016), From softmax to sparsemax, algorithm 1.
    descending = -np.sort(-np.moveaxis(x, axis, -1), axis=-1)
    summed = np.cumsum(descending, axis=-1)
    count = np.arange(1, descending.shape[-1] + 1, dtype=x.dtype)
    support = descending - (summed - 1) / count > 0
    size = support.sum(axis=-1, keepdims=True, dtype=x.dtype)
    supported = np.where(support, summed, 0).sum(axis=-1, keepdims=True, dtype=x.dtype)
    nearest = np.maximum(x - np.moveaxis((supported - 1) / size, -1, axis), 0)
    return np.where(np.isnan(x).any(axis=axis, keepdims=True), x.dtype.type(np.nan), nearest)


def _comparison(holds: np.ufunc) -> Callable[..., Floats]:
    """Return a function that is 1 where a number compares so with ``x2``, else 0."""
    return lambda x, x2: holds(x, x.dtype.type(x2)).astype(x.dtype)


def _heaviside(x: Floats, x2: float) -> Floats:
    # As TensorFlow has it, NaN is neither below 0 nor above.
    return np.where(x < 0, x.dtype.type(0), np.where(x > 0, x.dtype.type(1), x.dtype.type(x2)))


def _truth(holds: np.ufunc) -> Callable[..., Floats]:
    """Return a function that is 1 where something holds of a number, else 0."""
    return lambda x: holds(x).astype(x.dtype)


def _i0(x: Floats) -> Floats:
    return special.i0e(x) * np.exp(np.abs(x))


def _sinc(x: Floats) -> Floats:
    angle = np.pi * x
    return np.where(x == 0, x.dtype.type(1), np.sin(angle) / angle)


def _nan_to_num(
    x: Floats, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Floats:
    return np.nan_to_num(
        x,
        nan=nan,
        posinf=_LARGEST if posinf is None else posinf,
        neginf=-_LARGEST if neginf is None else neginf,
    )


ACTIVATIONS: Final[Mapping[str, Activation]] = {
    "absolute": Activation(np.abs, "abs(x)"),
    "arccos": Activation(np.arccos, "arccos(x)"),
    "arccosh": Activation(np.arccosh, "arccosh(x)"),
    "arcsin": Activation(np.arcsin, "arcsin(x)"),
    "arcsinh": Activation(np.arcsinh, "arcsinh(x)"),
    "arctan": Activation(np.arctan, "arctan(x)"),
    "arctanh": Activation(np.arctanh, "arctanh(x)"),
    "cbrt": Activation(np.cbrt, "the real cube root of x"),
    "ceil": Activation(np.ceil, "x rounded up"),
    "celu": Activation(_celu, "max(x, 0) + alpha (exp(min(x, 0) / alpha) - 1); alpha = 1"),
    "clip": Activation(_clip, "min(max(x, x_min), x_max)"),
    "cos": Activation(np.cos, "cos(x)"),
    "cosh": Activation(np.cosh, "cosh(x)"),
    "deg2rad": Activation(np.deg2rad, "x pi / 180"),
    "elu": Activation(_elu, "x above 0, else alpha (exp(x) - 1); alpha = 1"),
    "equal": Activation(_comparison(np.equal), "1 where x = x2, else 0"),
    "erf": Activation(special.erf, "2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x"),
    "erfc": Activation(special.erfc, "1 - erf(x)"),
    "erfinv": Activation(special.erfinv, "the inverse of erf"),
    "exp": Activation(np.exp, "exp(x)"),
    "exp2": Activation(np.exp2, "2^x"),
    "expm1": Activation(np.expm1, "exp(x) - 1"),
    "exponential": Activation(np.exp, "exp(x)"),
    "fabs": Activation(np.abs, "abs(x)"),
    "floor": Activation(np.floor, "x rounded down"),
    "floor_divide": Activation(lambda x, x2: np.floor(x / x2), "x / x2 rounded down"),
    "gelu": Activation(_gelu, "x Phi(x), Phi that of the normal distribution; approximate = False"),
    "greater": Activation(_comparison(np.greater), "1 where x > x2, else 0"),
    "greater_equal": Activation(_comparison(np.greater_equal), "1 where x >= x2, else 0"),
    "hard_shrink": Activation(_hard_shrink, "x if abs(x) > threshold, else 0; threshold = 0.5"),
    "hard_sigmoid": Activation(_hard_sigmoid, "min(max(alpha x + 1/2, 0), 1); alpha = 1/6"),
    "hard_silu": Activation(lambda x: x * _hard_sigmoid(x), "x hard_sigmoid(x)"),
    "hard_tanh": Activation(lambda x: np.clip(x, -1, 1), "min(max(x, -1), 1)"),
    "heaviside": Activation(_heaviside, "0 below 0, x2 at 0, 1 above"),
    "i0": Activation(_i0, "the modified Bessel function of the first kind, order 0"),
    "isfinite": Activation(_truth(np.isfinite), "1 where x is finite, else 0"),
    "isin": Activation(lambda x, x2: np.isin(x, x2).astype(x.dtype), "1 where x is in x2, else 0"),
    "isinf": Activation(_truth(np.isinf), "1 where x is infinite, else 0"),
    "isnan": Activation(_truth(np.isnan), "1 where x is NaN, else 0"),
    "leaky_relu": Activation(_leaky_relu, "x above 0, else negative_slope x; negative_slope = 0.2"),
    "less": Activation(_comparison(np.less), "1 where x < x2, else 0"),
    "less_equal": Activation(_comparison(np.less_equal), "1 where x <= x2, else 0"),
    "log": Activation(np.log, "ln(x)"),
    "log10": Activation(np.log10, "log10(x)"),
    "log1p": Activation(np.log1p, "ln(1 + x)"),
    "log2": Activation(np.log2, "log2(x)"),
    "log_sigmoid": Activation(lambda x: -_softplus(-x), "-ln(1 + exp(-x))"),
    "log_softmax": Activation(_log_softmax, "ln(softmax(x)); axis = -1"),
    "maximum": Activation(lambda x, x2: np.maximum(x, x.dtype.type(x2)), "max(x, x2)"),
    "minimum": Activation(lambda x, x2: np.minimum(x, x.dtype.type(x2)), "min(x, x2)"),
    "mish": Activation(lambda x: x * np.tanh(_softplus(x)), "x tanh(softplus(x))"),
    "mod": Activation(lambda x, x2: np.mod(x, x.dtype.type(x2)), "x - x2 floor(x / x2)"),
    "nan_to_num": Activation(_nan_to_num, "x, or nan = 0, posinf, neginf where it is not finite"),
    "not_equal": Activation(_comparison(np.not_equal), "1 where x is not x2, else 0"),
    # To a single exponent of 1/2 NumPy takes the root, which minus infinity does not have.
    "power": Activation(lambda x, x2: np.power(x, np.full_like(x, x2)), "x^x2"),
    "prelu": Activation(_prelu, "x above 0, else the neuron's slope times x"),
    "rad2deg": Activation(np.rad2deg, "180 x / pi"),
    "reciprocal": Activation(lambda x: 1 / x, "1 / x"),
    "relu": Activation(
        _relu, "x from threshold = 0 to max_value; below negative_slope = 0 times (x - threshold)"
    ),
    "relu6": Activation(lambda x: np.clip(x, 0, 6), "min(max(x, 0), 6)"),
    "round": Activation(np.rint, "the nearest integer, the even one of two"),
    "rsqrt": Activation(lambda x: 1 / np.sqrt(x), "1 / sqrt(x)"),
    "selu": Activation(_selu, "1.0507 elu(x) with alpha 1.6733"),
    "sigmoid": Activation(special.expit, "1 / (1 + exp(-x))"),
    "sign": Activation(np.sign, "-1, 0 or 1"),
    "silu": Activation(lambda x: x * special.expit(x), "x sigmoid(x)"),
    "sin": Activation(np.sin, "sin(x)"),
    "sinc": Activation(_sinc, "sin(pi x) / (pi x)"),
    "sinh": Activation(np.sinh, "sinh(x)"),
    "soft_shrink": Activation(_soft_shrink, "sign(x) max(abs(x) - threshold, 0); threshold = 0.5"),
    "softmax": Activation(_softmax, "exp(x) / sum(exp(x)); axis = -1"),
    "softplus": Activation(_softplus, "ln(1 + exp(x))"),
    "softsign": Activation(lambda x: x / (np.abs(x) + 1), "x / (1 + abs(x))"),
    "sparse_plus": Activation(_sparse_plus, "0 up to -1, (x + 1)^2 / 4 up to 1, then x"),
    "sparse_sigmoid": Activation(_sparse_sigmoid, "min(max((x + 1) / 2, 0), 1)"),
    "sparsemax": Activation(_sparsemax, "the nearest probabilities to x; axis = -1"),
    "sqrt": Activation(np.sqrt, "sqrt(x)"),
    "square": Activation(np.square, "x^2"),
    "squareplus": Activation(_squareplus, "(x + sqrt(x^2 + b)) / 2; b = 4"),
    "tan": Activation(np.tan, "tan(x)"),
    "tanh": Activation(np.tanh, "tanh(x)"),
    "tanh_shrink": Activation(lambda x: x - np.tanh(x), "x - tanh(x)"),
    "threshold": Activation(_threshold, "x above threshold, else default_value"),
    "trunc": Activation(np.trunc, "x without its decimals"),
}
"""Every activation function by its name in the graph."""
