"""Activation functions as a layer of the graph keeps them: a name and its arguments."""

from typing import Any, Final

from exporter.wiring.wiring import NotWirableError

_UNUSABLE: Final = {"glu": "gives half as many outputs as the layer has neurons"}

ELEMENTWISE: Final = frozenset(
    [
        "absolute",
        "arccos",
        "arccosh",
        "arcsin",
        "arcsinh",
        "arctan",
        "arctanh",
        "ceil",
        "cos",
        "cosh",
        "erf",
        "exp",
        "expm1",
        "floor",
        "log",
        "log10",
        "log1p",
        "log2",
        "reciprocal",
        "round",
        "rsqrt",
        "sign",
        "sin",
        "sinh",
        "sqrt",
        "square",
        "tan",
    ]
)
"""Functions of ``keras.ops`` that a neuron may apply beside those of ``keras.activations``."""


def activation_of(function: Any) -> tuple[str | None, dict[str, Any]]:
    """Return the name of a Keras activation function and its keyword arguments.

    Parameters
    ----------
    function
        The ``activation`` attribute of a Keras layer, which may be None.

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
    name = getattr(function, "__name__", str(function))
    if name == "linear":
        return None, {}
    if getattr(keras.activations, name, None) is not function:
        raise NotWirableError(f"its activation {name!r} is not one of Keras's own")
    if name in _UNUSABLE:
        raise NotWirableError(f"its activation {name!r} {_UNUSABLE[name]}")
    return name, {}


def activation_function(name: str) -> Any:
    """Return the Keras function of a name that a layer of the graph keeps."""
    import keras

    return getattr(keras.ops if name in ELEMENTWISE else keras.activations, name)
