"""Activation functions as a layer of the graph keeps them: a name and its arguments."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from exporter.wiring.handlers import is_of_keras
from exporter.wiring.results import NotWirableError

Function = TypeVar("Function", bound=Callable[..., Any])

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
        "isfinite",
        "isinf",
        "isnan",
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

COMPARISONS: Final = {
    "Equal": "equal",
    "Greater": "greater",
    "GreaterEqual": "greater_equal",
    "Less": "less",
    "LessEqual": "less_equal",
    "NotEqual": "not_equal",
}
"""The function that each comparison of ``keras.ops`` is."""

TRUTHS: Final = frozenset([*COMPARISONS.values(), "isfinite", "isin", "isinf", "isnan"])
"""Functions that say 1 for true and 0 for false."""

_OF_KERAS: Final = "keras.src.activations.activations"
"""Where the functions of ``keras.activations`` stand; those of ``keras.ops`` differ from them."""

_STANDS_FOR: dict[Any, tuple[str, dict[str, Any]]] = {}


def stands_for(name: str, **config: Any) -> Callable[[Function], Function]:
    """Say which activation of a graph a function is that is not one of Keras's own.

    Parameters
    ----------
    name
        Its name, a key of ``queries.core.activations.ACTIVATIONS``.
    **config
        Its parameters.

    Returns
    -------
    Callable
        A decorator, which returns the function unchanged.
    """

    def register(function: Function) -> Function:
        _STANDS_FOR[function] = name, config
        return function

    return register


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
    # scipy.special takes a while to import, for which the command line's help must not wait.
    from queries.core.activations import ACTIVATIONS

    if function is None:
        return None, {}
    if hasattr(function, "get_config"):
        return _of_layer(function)
    if function in _STANDS_FOR:
        name, config = _STANDS_FOR[function]
        return name, dict(config)
    name = getattr(function, "__name__", str(function))
    if getattr(function, "__module__", None) != _OF_KERAS:
        raise NotWirableError(f"its activation {name!r} is not one of Keras's own")
    if name == "linear":
        return None, {}
    if name in _UNUSABLE:
        raise NotWirableError(f"its activation {name!r} {_UNUSABLE[name]}")
    if name not in ACTIVATIONS:
        raise NotWirableError(f"its activation {name!r} is one that no graph has")
    return name, {}


def _of_layer(layer: Any) -> tuple[str | None, dict[str, Any]]:
    class_name = type(layer).__name__
    of_keras = is_of_keras(type(layer).__module__)
    if of_keras and class_name == "Activation":
        return activation_of(layer.activation)
    if not of_keras or class_name not in ACTIVATION_LAYERS:
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
