"""Activation functions as a layer of the graph keeps them: a name and its arguments."""

from typing import Any

from exporter.wiring.wiring import NotWirableError

_UNUSABLE = {"glu": "gives half as many outputs as the layer has neurons"}


def activation_of(function: Any) -> tuple[str | None, dict[str, Any]]:
    """Return the name of a Keras activation function and its keyword arguments.

    Parameters
    ----------
    function
        The ``activation`` attribute of a Keras layer.

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

    name = getattr(function, "__name__", str(function))
    if name == "linear":
        return None, {}
    if getattr(keras.activations, name, None) is not function:
        raise NotWirableError(f"its activation {name!r} is not one of Keras's own")
    if name in _UNUSABLE:
        raise NotWirableError(f"its activation {name!r} {_UNUSABLE[name]}")
    return name, {}
