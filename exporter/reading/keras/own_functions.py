"""Activation functions of somebody's own, which are told by what they do."""

from typing import Any

from exporter.reading.keras.graph import NotRecordedError, nodes_between
from exporter.reading.keras.symbolic import symbolic_operands
from exporter.wiring import NotWirableError, is_of_keras
from exporter.wiring.activation import activation_of, settings_of, stands_for
from exporter.wiring.functions import FUNCTIONS


def knows_activation(layer: Any) -> bool:
    """Tell whether the handler of a layer knows its activation function.

    It does not know one of somebody's own, unless that is no more than a call of one function of
    Keras, such as ``gelu`` with ``approximate=True``: then it stands for that from here on.

    Parameters
    ----------
    layer
        The built Keras layer; it may have none.
    """
    function = getattr(layer, "activation", None)
    if not _is_of_ones_own(function):
        return True
    try:
        activation_of(function)
    except NotWirableError:
        return _stands_for_one_of_keras(function)
    return True


def _is_of_ones_own(function: Any) -> bool:
    """Tell whether a function, or a layer that is one, is no part of Keras."""
    if not callable(function):
        return False
    of = type(function) if hasattr(function, "get_config") else function
    return not is_of_keras(str(getattr(of, "__module__", "")))


def _stands_for_one_of_keras(function: Any) -> bool:
    """Tell whether a function calls just one of Keras, and note which."""
    import keras

    tensor = keras.KerasTensor((1, 2, 2))
    try:
        with symbolic_operands():
            output = function(tensor)
        nodes = nodes_between([tensor], [output])
    except NotRecordedError:
        return False
    except Exception:  # noqa: BLE001 - it may be anybody's; the call of its layer says what fails
        return False
    if len(nodes) != 1 or nodes[0].operation is not output._keras_history.operation:
        return False
    operation = nodes[0].operation
    described = FUNCTIONS.get(type(operation).__name__)
    if described is None or not is_of_keras(type(operation).__module__):
        return False
    name, config = settings_of(operation, *described)
    stands_for(name, **config)(function)
    return True
