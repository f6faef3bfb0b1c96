"""The activation functions of graphs are those of Keras, whatever number they are given."""

import inspect
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from exporter.wiring.activation import COMPARISONS, ELEMENTWISE
from exporter.wiring.functions import FUNCTIONS
from queries.core.activations import ACTIVATIONS, Floats, activated

COMPARED = {*COMPARISONS.values(), "heaviside"}
WITH_CONSTANTS = {
    *COMPARED,
    "clip",
    "floor_divide",
    "isin",
    "maximum",
    "minimum",
    "mod",
    "nan_to_num",
    "power",
}
OVER_AN_AXIS = {"log_softmax", "softmax", "sparsemax"}
OF_OTHER_HANDLERS = {"exp", "log", "prelu", "reciprocal", "sigmoid", "sqrt", "square"}
TOLERANCE = 2e-6
"""Of a difference to Keras, as a share of its value, or of 1 where that is less."""

number = st.integers(-32, 32).map(lambda eighths: eighths / 8)
positive = st.integers(1, 32).map(lambda eighths: eighths / 8)
axis = st.sampled_from([-1, 1, 2, (1, 2), [2], [1, 2], -2])
PARAMETERS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "celu": {"alpha": positive},
    "clip": {"x_min": number.map(lambda x: -abs(x)), "x_max": positive},
    "elu": {"alpha": positive},
    "floor_divide": {"x2": positive},
    "gelu": {"approximate": st.booleans()},
    "hard_shrink": {"threshold": positive},
    "isin": {"x2": st.lists(number, min_size=1, max_size=3)},
    "leaky_relu": {"negative_slope": positive},
    "log_softmax": {"axis": axis},
    "maximum": {"x2": number},
    "minimum": {"x2": number},
    "mod": {"x2": number.filter(bool)},
    "nan_to_num": {"nan": number, "posinf": st.one_of(st.none(), number), "neginf": number},
    "power": {"x2": st.sampled_from([-2, -1, -0.5, 0, 0.5, 1, 2, 3])},
    "relu": {
        "negative_slope": st.one_of(st.just(0.0), positive),
        "max_value": st.one_of(st.none(), st.sampled_from([0.0, 6.0, 4.5])),
        "threshold": st.one_of(st.just(0.0), number),
    },
    "soft_shrink": {"threshold": positive},
    "softmax": {"axis": axis},
    "sparsemax": {"axis": st.sampled_from([-1, 1, 2])},
    "squareplus": {"b": positive},
    "threshold": {"threshold": number, "default_value": number},
    **{name: {"x2": number} for name in COMPARED},
}
REQUIRED = WITH_CONSTANTS - {"nan_to_num"} | {"threshold"}
single = st.one_of(
    st.floats(width=32, allow_subnormal=False),
    st.floats(-20, 20, width=32, allow_subnormal=False),
    st.sampled_from([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 3.0, -3.0]),
)
# So small ones TensorFlow may take for 0, or their products.
magnitude = single.map(lambda x: x if not abs(x) < 1e-30 else 0.0)
values = arrays.arrays(np.float32, (2, 2, 3), elements=magnitude)


def keras_function(name: str) -> Any:
    if name in ELEMENTWISE | WITH_CONSTANTS:
        return getattr(keras.ops, name)
    return getattr(keras.activations, name)


def by_keras(name: str, x: Floats, parameters: dict[str, Any]) -> Floats:
    if name == "prelu":
        layer = keras.layers.PReLU()
        layer.build(x.shape)
        layer.alpha.assign(parameters["slope"])
        return np.asarray(layer(x))
    said = {key: tuple(v) if isinstance(v, list) else v for key, v in parameters.items()}
    return np.asarray(keras_function(name)(keras.ops.convert_to_tensor(x), **said))


def without_subnormal(x: Floats) -> Floats:
    """Return 0 for numbers so small that TensorFlow may take them for 0."""
    return np.where(np.abs(x) < np.finfo(np.float32).tiny, 0, x)


def assert_same(name: str, x: Floats, parameters: dict[str, Any]) -> float:
    """Compare with Keras; return the largest difference of what is finite."""
    ours, expected = activated(name, x, parameters), by_keras(name, x, parameters)
    assert ours.dtype == np.float32
    if name in OVER_AN_AXIS:
        # What TensorFlow makes of a NaN beside numbers hangs on where in memory it stands.
        defined = ~np.isnan(ours)
        ours, expected = ours[defined], expected[defined]
    finite = np.isfinite(expected)
    np.testing.assert_array_equal(ours[~finite], expected[~finite])
    ours, expected = without_subnormal(ours[finite]), without_subnormal(expected[finite])
    difference = np.abs(ours.astype(float) - expected) / np.maximum(1, np.abs(expected))
    largest = float(difference.max(initial=0.0))
    assert largest <= TOLERANCE, (ours, expected)
    return largest


def test_every_function_that_a_handler_names_is_there() -> None:
    from keras.src.activations import ALL_OBJECTS

    named = {function.__name__ for function in ALL_OBJECTS} - {"linear", "glu"}
    named |= {name for name, *_ in FUNCTIONS.values()}
    assert set(ACTIVATIONS) == named | ELEMENTWISE | WITH_CONSTANTS | OF_OTHER_HANDLERS


@pytest.mark.parametrize(
    "name", sorted(set(ACTIVATIONS) - ELEMENTWISE - WITH_CONSTANTS - {"prelu"})
)
def test_parameters_are_those_of_keras(name: str) -> None:
    def parameters(function: Any) -> dict[str, Any]:
        given = list(inspect.signature(function).parameters.values())[1:]
        return {each.name: each.default for each in given}

    function = ACTIVATIONS[name].function
    own = {} if isinstance(function, np.ufunc) else parameters(function)
    # Before Keras 3 it had another slope.
    own.pop("alpha" if name == "hard_sigmoid" else "", None)
    assert own == parameters(keras_function(name))


def numbers() -> Floats:
    """Return numbers of every magnitude that single precision has, and what is no number."""
    powers = np.float32(10) ** np.arange(-37, 39, dtype=np.float32)
    near = np.linspace(-9, 9, 1001, dtype=np.float32)
    special = np.array([0.0, -0.0, np.inf, -np.inf, np.nan], dtype=np.float32)
    every = np.concatenate([powers, -powers, near, special])
    return every[: len(every) // 3 * 3].reshape(1, -1, 3)


@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - {"prelu"} - REQUIRED))
def test_computes_what_keras_computes(name: str) -> None:
    assert_same(name, numbers(), {})


@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - {"prelu"} - REQUIRED))
@settings(max_examples=10, deadline=None)
@given(x=values)
def test_computes_what_keras_computes_of_any_numbers(name: str, x: Floats) -> None:
    assert_same(name, x, {})


@pytest.mark.parametrize("name", sorted(PARAMETERS))
@settings(max_examples=20, deadline=None)
@given(x=values, data=st.data())
def test_computes_what_keras_computes_with_parameters(
    name: str, x: Floats, data: st.DataObject
) -> None:
    chosen = {key: data.draw(strategy, key) for key, strategy in PARAMETERS[name].items()}
    assert_same(name, x, chosen)


@settings(max_examples=20, deadline=None)
@given(x=values, slope=arrays.arrays(np.float32, (2, 3), elements=number))
def test_prelu_has_a_slope_a_neuron(x: Floats, slope: Floats) -> None:
    assert_same("prelu", x, {"slope": slope})


def test_hard_sigmoid_of_keras_2() -> None:
    x = np.linspace(-4, 4, 81, dtype=np.float32)
    expected = np.clip(0.2 * x + 0.5, 0, 1)
    np.testing.assert_allclose(activated("hard_sigmoid", x, {"alpha": 0.2}), expected, atol=1e-7)
