"""The derivatives of the activation functions, as TensorFlow has them.

They compute in the precision of what they are given, and take the parameters of their functions.
Where a function has a kink or a step, they are what TensorFlow's gradient is there: 0 for ``relu``
and ``absolute`` at 0, and 0 for all of ``floor``. Of ``celu`` at 0 it is 1, where TensorFlow adds
up both sides to 2.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from scipy import special

from queries.core.activations import ACTIVATIONS, Floats

_SELU: Final = (1.6732632423543772, 1.0507009873554805)
_ROOT: Final = math.sqrt(2 / math.pi)
_NEAR: Final = 1e-4
_SIX: Final = 6


def derivative(name: str, values: Floats, parameters: Mapping[str, Any]) -> Floats:
    """Return the derivative of an activation function that takes each number by itself.

    Parameters
    ----------
    name
        A key of ``DERIVATIVES``.
    values
        Where: shape ``(samples, *shape of the layer)``.
    parameters
        Its parameters by name.

    Returns
    -------
    numpy.ndarray
        The same shape.
    """
    with np.errstate(all="ignore"):
        result = DERIVATIVES[name](values, **parameters)
    return np.broadcast_to(np.asarray(result, dtype=values.dtype), values.shape)


def is_stepwise(name: str) -> bool:
    """Tell whether a function is constant but for steps: no slope tells what it does."""
    return DERIVATIVES[name] is _zero


def _zero(x: Floats, **_: Any) -> Floats:
    return np.zeros_like(x)


def _flags(holds: Any, x: Floats) -> Floats:
    return np.asarray(holds).astype(x.dtype)


def _clip(x: Floats, x_min: float, x_max: float) -> Floats:
    return _flags((x >= x_min) & (x <= x_max), x)


def _relu6(x: Floats) -> Floats:
    return _flags((x > 0) & (x < _SIX), x)


def _relu(
    x: Floats, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> Floats:
    # TensorFlow has operations of its own for the two commonest: they differ where it bends.
    if negative_slope and not threshold and max_value is None:
        return _leaky_relu(x, negative_slope)
    if max_value == _SIX and not threshold and not negative_slope:
        return _relu6(x)
    above = x > threshold
    if max_value is not None:
        above &= x <= max_value
    return _flags(above, x) + negative_slope * _flags(x < threshold, x)


def _leaky_relu(x: Floats, negative_slope: float = 0.2) -> Floats:
    return np.where(x > 0, x.dtype.type(1), x.dtype.type(negative_slope))


def _prelu(x: Floats, slope: Floats) -> Floats:
    return _flags(x > 0, x) + slope.astype(x.dtype) * _flags(x < 0, x)


def _elu(x: Floats, alpha: float = 1.0) -> Floats:
    return np.where(x > 0, x.dtype.type(1), alpha * np.exp(x))


def _celu(x: Floats, alpha: float = 1.0) -> Floats:
    return np.where(x > 0, x.dtype.type(1), np.exp(x / alpha))


def _selu(x: Floats) -> Floats:
    alpha, scale = _SELU
    return scale * np.where(x >= 0, x.dtype.type(1), alpha * np.exp(x))


def _gelu(x: Floats, approximate: bool = False) -> Floats:
    if approximate:
        inner = np.tanh(_ROOT * (x + 0.044715 * x * x * x))
        slope = _ROOT * (1 + 3 * 0.044715 * x * x)
        both: Floats = 0.5 * (1 + inner) + 0.5 * x * (1 - inner * inner) * slope
        return both
    density = np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    return np.asarray(special.ndtr(x) + x * density)


def _hard_sigmoid(x: Floats, alpha: float = 1 / 6) -> Floats:
    line: Floats = alpha * x + 0.5
    return alpha * _flags((line > 0) & (line < 1), x)


def _hard_silu(x: Floats) -> Floats:
    return ACTIVATIONS["hard_sigmoid"].function(x) + x * _hard_sigmoid(x)


def _mish(x: Floats) -> Floats:
    inner = np.tanh(np.logaddexp(x, x.dtype.type(0)))
    return np.asarray(inner + x * (1 - inner * inner) * special.expit(x))


def _power(x: Floats, x2: float) -> Floats:
    return np.zeros_like(x) if x2 == 0 else x2 * np.power(x, np.full_like(x, x2 - 1))


def _i0(x: Floats) -> Floats:
    return special.i1e(x) * np.exp(np.abs(x))


def _silu(x: Floats) -> Floats:
    share = special.expit(x)
    return np.asarray(share * (1 + x * (1 - share)))


def _sinc(x: Floats) -> Floats:
    near = np.abs(x) < _NEAR
    angle = np.pi * np.where(near, 1, x)
    slope = np.pi * (np.cos(angle) / angle - np.sin(angle) / (angle * angle))
    # Where both terms cancel, that of the first term of its series.
    return np.where(near, -(np.pi**2) / 3 * x, slope)


def _sparse_plus(x: Floats) -> Floats:
    return np.where(x <= -1, x.dtype.type(0), np.where(x < 1, (x + 1) / 2, x.dtype.type(1)))


def _of_logarithm(base: float) -> Callable[[Floats], Floats]:
    return lambda x: 1 / (x * math.log(base))


DERIVATIVES: Final[Mapping[str, Callable[..., Floats]]] = {
    "absolute": np.sign,
    "arccos": lambda x: -1 / np.sqrt(1 - x * x),
    "arccosh": lambda x: 1 / np.sqrt(x * x - 1),
    "arcsin": lambda x: 1 / np.sqrt(1 - x * x),
    "arcsinh": lambda x: 1 / np.sqrt(1 + x * x),
    "arctan": lambda x: 1 / (1 + x * x),
    "arctanh": lambda x: 1 / (1 - x * x),
    "cbrt": lambda x: 1 / (3 * np.square(np.cbrt(x))),
    "ceil": _zero,
    "celu": _celu,
    "clip": _clip,
    "cos": lambda x: -np.sin(x),
    "cosh": np.sinh,
    "deg2rad": lambda x: np.full_like(x, math.pi / 180),
    "elu": _elu,
    "equal": _zero,
    "erf": lambda x: 2 / math.sqrt(math.pi) * np.exp(-x * x),
    "erfc": lambda x: -2 / math.sqrt(math.pi) * np.exp(-x * x),
    "erfinv": lambda x: math.sqrt(math.pi) / 2 * np.exp(np.square(special.erfinv(x))),
    "exp": np.exp,
    "exp2": lambda x: math.log(2) * np.exp2(x),
    "expm1": np.exp,
    "exponential": np.exp,
    "fabs": np.sign,
    "floor": _zero,
    "floor_divide": _zero,
    "gelu": _gelu,
    "greater": _zero,
    "greater_equal": _zero,
    "hard_shrink": lambda x, threshold=0.5: _flags(np.abs(x) > threshold, x),
    "hard_sigmoid": _hard_sigmoid,
    "hard_silu": _hard_silu,
    "hard_tanh": lambda x: _clip(x, -1, 1),
    "heaviside": _zero,
    "i0": _i0,
    "isfinite": _zero,
    "isin": _zero,
    "isinf": _zero,
    "isnan": _zero,
    "leaky_relu": _leaky_relu,
    "less": _zero,
    "less_equal": _zero,
    "log": lambda x: 1 / x,
    "log10": _of_logarithm(10),
    "log1p": lambda x: 1 / (1 + x),
    "log2": _of_logarithm(2),
    "log_sigmoid": lambda x: special.expit(-x),
    "maximum": lambda x, x2: _flags(x >= x2, x),
    "minimum": lambda x, x2: _flags(x <= x2, x),
    "mish": _mish,
    "mod": lambda x, x2: np.ones_like(x),  # noqa: ARG005 - it has the parameters of its function
    "nan_to_num": lambda x, **_: _flags(np.isfinite(x), x),
    "not_equal": _zero,
    "power": _power,
    "prelu": _prelu,
    "rad2deg": lambda x: np.full_like(x, 180 / math.pi),
    "reciprocal": lambda x: -1 / (x * x),
    "relu": _relu,
    "relu6": _relu6,
    "round": _zero,
    "rsqrt": lambda x: -0.5 / (x * np.sqrt(x)),
    "selu": _selu,
    "sigmoid": lambda x: special.expit(x) * special.expit(-x),
    "sign": _zero,
    "silu": _silu,
    "sin": np.cos,
    "sinc": _sinc,
    "sinh": np.cosh,
    "soft_shrink": lambda x, threshold=0.5: _flags(np.abs(x) > threshold, x),
    "softplus": special.expit,
    "softsign": lambda x: 1 / np.square(np.abs(x) + 1),
    "sparse_plus": _sparse_plus,
    "sparse_sigmoid": lambda x: _hard_sigmoid(x, 0.5),
    "sqrt": lambda x: 0.5 / np.sqrt(x),
    "square": lambda x: 2 * x,
    "squareplus": lambda x, b=4: (1 + x / np.sqrt(np.square(x) + b)) / 2,
    "tan": lambda x: 1 + np.square(np.tan(x)),
    "tanh": lambda x: 1 - np.square(np.tanh(x)),
    "tanh_shrink": lambda x: np.square(np.tanh(x)),
    "threshold": lambda x, threshold, default_value: _flags(x > threshold, x),  # noqa: ARG005
    "trunc": _zero,
}
"""That of each activation function but those over an axis, by its name in the graph."""
