"""Calls that cannot be wired as they are: what they are given, or what a layer became."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from exporter.reading.calls import LayerCall, Tensor, leaves
from exporter.reading.keras.constants import is_constant
from exporter.reading.keras.legacy.built import other_meaning
from exporter.reading.refusal import Refusal
from exporter.wiring import handled_classes, reason, takes_arguments

# They compute in floats, and give what they were given.
_ROUNDING: Final = frozenset(["GroupNormalization", "LayerNormalization", "RMSNormalization"])


def why_refused(layer: Any) -> str | None:
    """Return why a layer cannot be wired, nor taken apart; None where it may be.

    Parameters
    ----------
    layer
        The built Keras layer.
    """
    if why := other_meaning(layer):
        return why
    if mode := getattr(layer, "quantization_mode", None):
        return f"it is quantized to {mode}, so that it rounds its inputs as well"
    return None


def beyond_handler(key: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str | None:
    """Return what a call has that no handler of a layer takes; None for nothing.

    Parameters
    ----------
    key
        The name under which the layer's class has its handler.
    args, kwargs
        The arguments of the call, with a ``Tensor`` in the place of each tensor.
    """
    for name, value in kwargs.items():
        if isinstance(value, Tensor):
            return f"it is called with a tensor as its argument {name!r}"
        if is_constant(value) and not takes_arguments(key):
            return f"it is called with a constant as its argument {name!r}"
    if any(value is not None and not isinstance(value, Tensor) for value in leaves(args)):
        return "it is called with a constant"
    return None


def unwirable(calls: Iterable[LayerCall]) -> list[Refusal]:
    """Return the refusals of calls that no handler wires, one a layer.

    Parameters
    ----------
    calls
        All calls of a model.
    """
    handled = handled_classes()
    return [
        Refusal(call.name, call.class_name, call.refused or reason(call.key))
        for call in calls
        if call.first and (call.refused or call.key not in handled)
    ]


def why_rounded(layer: Any, stored: Sequence[str]) -> str | None:
    """Return why a layer that rounds what it makes cannot be wired; None where it does not.

    Parameters
    ----------
    layer
        The built Keras layer.
    stored
        What each tensor that it reads is stored as.
    """
    whole = [dtype for dtype in stored if "float" not in dtype]
    if whole and type(layer).__name__ in _ROUNDING:
        return f"it rounds what it makes of {whole[0]} to {whole[0]} again"
    return None
