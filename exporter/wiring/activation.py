"""Activation functions as a layer of the graph keeps them: a name and its arguments."""

from typing import Any, Final

from exporter.wiring.results import NotWirableError

_UNUSABLE: Final = {
    "glu": "gives half as many outputs as the layer has neurons",
    "threshold": "needs a threshold and a value, which the layer does not give",
}

ACTIVATION_LAYERS: Final = {
    "ReLU": ("relu", "negative_slope", "max_value", "threshold"),
    "LeakyReLU": ("leaky_relu", "negative_slope"),
    "ELU": ("elu", "alpha"),
    "Softmax": ("softmax", "axis"),
}
"""The function that each of these layers applies, and its arguments among their settings."""

ELEMENTWISE: Final = frozenset(
    [
        "absolute",
        "arccos",
        "arccosh",
        "arcsin",
        "arcsinh",
        "arctan",
        "arctanh",
        "cbrt",
        "ceil",
        "cos",
        "cosh",
        "deg2rad",
        "erf",
        "erfc",
        "erfinv",
        "exp",
        "exp2",
        "expm1",
        "fabs",
        "floor",
        "i0",
        "log",
        "log10",
        "log1p",
        "log2",
        "rad2deg",
        "reciprocal",
        "round",
        "rsqrt",
        "sign",
        "sin",
        "sinc",
        "sinh",
        "sqrt",
        "square",
        "tan",
        "trunc",
    ]
)
"""Functions of ``keras.ops`` that a neuron may apply beside those of ``keras.activations``."""

WITH_CONSTANTS: Final = frozenset(
    ["clip", "floor_divide", "maximum", "minimum", "mod", "nan_to_num", "power"]
)
"""Others of ``keras.ops`` that a neuron may apply, with constants for their other arguments."""


HARD_SIGMOID_OF_KERAS_2: Final = "neurongraph>hard_sigmoid"
"""The name by which Keras knows ``hard_sigmoid_of_keras_2``."""

_ALPHA_OF_KERAS_2: Final = 0.2


def hard_sigmoid_of_keras_2(values: Any) -> Any:
    """Return what ``hard_sigmoid`` was before Keras 3: ``clip(0.2 x + 0.5, 0, 1)``."""
    return _hard_sigmoid(values, _ALPHA_OF_KERAS_2)


def _hard_sigmoid(values: Any, alpha: float = 1 / 6) -> Any:
    """Return a line of slope ``alpha`` through 1/2, cut at 0 and 1; Keras 3 has the slope 1/6."""
    import keras

    return keras.ops.clip(values * alpha + 0.5, 0.0, 1.0)


def activation_of(function: Any) -> tuple[str | None, dict[str, Any]]:
    """Return the name of a Keras activation function and its keyword arguments.

    Parameters
    ----------
    function
        The ``activation`` attribute of a Keras layer, or a layer that is an activation function;
        None for none.

    Returns
    -------
    tuple
        The name, None for the identity, and the arguments.

    Raises
    ------
    NotWirableError
        If the function is not one of Keras's own, or does not give each neuron one value.
    """
    import keras

    if function is None:
        return None, {}
    if isinstance(function, keras.layers.Layer):
        return _of_layer(function)
    if function is hard_sigmoid_of_keras_2:
        return "hard_sigmoid", {"alpha": _ALPHA_OF_KERAS_2}
    name = getattr(function, "__name__", str(function))
    if name == "linear":
        return None, {}
    if getattr(keras.activations, name, None) is not function:
        raise NotWirableError(f"its activation {name!r} is not one of Keras's own")
    if name in _UNUSABLE:
        raise NotWirableError(f"its activation {name!r} {_UNUSABLE[name]}")
    return name, {}


def _of_layer(layer: Any) -> tuple[str | None, dict[str, Any]]:
    class_name = type(layer).__name__
    if class_name == "Activation":
        return activation_of(layer.activation)
    if class_name not in ACTIVATION_LAYERS or type(layer).__module__.split(".")[0] != "keras":
        raise NotWirableError(f"its activation is a layer, {class_name}, that is no plain function")
    return settings_of(layer, *ACTIVATION_LAYERS[class_name])


def settings_of(operation: Any, name: str, *arguments: str) -> tuple[str, dict[str, Any]]:
    """Return the name of a function, and its arguments as a layer or operation has them."""
    return name, {argument: _plain(getattr(operation, argument)) for argument in arguments}


def _plain(setting: Any) -> Any:
    """Return a setting as JSON can hold it, which knows no number of NumPy."""
    if isinstance(setting, (list, tuple)):
        return [_plain(value) for value in setting]
    return setting.item() if hasattr(setting, "item") else setting


def activation_function(name: str) -> Any:
    """Return the function of a name that a layer of the graph keeps: Keras's, but for one."""
    import keras

    if name == "hard_sigmoid":
        return _hard_sigmoid
    of_ops = name in ELEMENTWISE | WITH_CONSTANTS
    return getattr(keras.ops if of_ops else keras.activations, name)
