"""The derivatives of activation functions are TensorFlow's gradients, at kinks and steps too."""

from typing import Any, Final

import keras
import numpy as np
import pytest

from queries.core.activations import ACTIVATIONS, Floats, activated
from queries.core.derivatives import DERIVATIVES, derivative
from tests.unit.test_activations import COMPARED, OVER_AN_AXIS, keras_function

TOLERANCE: Final = 2e-5
PARAMETERS: Final[dict[str, list[dict[str, Any]]]] = {
    "celu": [{}, {"alpha": 2.0}],
    "clip": [{"x_min": -1.0, "x_max": 2.0}],
    "elu": [{}, {"alpha": 2.0}],
    "floor_divide": [{"x2": 2.0}],
    "gelu": [{}, {"approximate": True}],
    "hard_shrink": [{}, {"threshold": 1.0}],
    "isin": [{"x2": [1.0, 2.0]}],
    "leaky_relu": [{}, {"negative_slope": 0.5}],
    "maximum": [{"x2": 1.0}],
    "minimum": [{"x2": 1.0}],
    "mod": [{"x2": 2.0}, {"x2": -1.5}],
    "power": [{"x2": value} for value in (-2.0, -1.0, -0.5, 0.5, 1.0, 2.0, 3.0)],
    "relu": [
        {},
        {"negative_slope": 0.5},
        {"max_value": 2.0},
        {"max_value": 6.0},
        {"threshold": 1.0},
        {"negative_slope": 0.25, "threshold": 1.0, "max_value": 2.0},
        {"threshold": -1.0, "negative_slope": 0.5},
    ],
    "soft_shrink": [{}, {"threshold": 1.0}],
    "squareplus": [{}, {"b": 2.0}],
    "threshold": [{"threshold": 1.0, "default_value": 3.0}],
    **{name: [{"x2": 1.0}] for name in COMPARED},
}
CASES: Final = [(name, each) for name in DERIVATIVES for each in PARAMETERS.get(name, [{}])]
AT_ZERO_APART: Final = {"cbrt", "celu", "sinc"}
"""TensorFlow adds up both sides of one, and divides 0 by 0 in the others."""


def points() -> Floats:
    eighths = np.arange(-24, 25, dtype=np.float32) / 8
    return np.concatenate(
        [eighths, eighths / 4, np.array([-9, -3.3, 5.9, 6, 6.5, 7, 9, 1e-2], dtype=np.float32)]
    )


def by_tensorflow(name: str, x: Floats, parameters: dict[str, Any]) -> Floats:
    import tensorflow as tf

    if name == "prelu":
        layer = keras.layers.PReLU()
        layer.build((1, *x.shape))
        layer.alpha.assign(parameters["slope"])
    numbers = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(numbers)
        if name == "prelu":
            said = layer(numbers[None])[0]
        else:
            said = tf.cast(keras_function(name)(numbers, **parameters), tf.float32)
    gradient = tape.gradient(said, numbers)
    return np.zeros_like(x) if gradient is None else np.asarray(gradient)


def test_every_function_of_each_number_has_one() -> None:
    assert set(DERIVATIVES) == set(ACTIVATIONS) - OVER_AN_AXIS


@pytest.mark.parametrize(("name", "parameters"), CASES)
def test_is_the_gradient(name: str, parameters: dict[str, Any]) -> None:
    x = points()
    if name in AT_ZERO_APART:
        x = x[x != 0]
    if name == "prelu":
        parameters = {"slope": np.full(x.shape, 0.3, dtype=np.float32)}
    expected = by_tensorflow(name, x, parameters)
    found = derivative(name, x.astype(np.float64), parameters)
    assert found.dtype == np.float64
    defined = np.isfinite(activated(name, x, parameters))
    np.testing.assert_allclose(found[defined], expected[defined], rtol=TOLERANCE, atol=TOLERANCE)


def test_celu_has_the_slope_of_one_side_at_0() -> None:
    assert derivative("celu", np.zeros(1), {}) == 1
