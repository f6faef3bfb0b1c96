"""Calls that cannot be wired whatever their class: what they are given, or what a layer became."""

from typing import Any

from exporter.reading.calls import Tensor, leaves
from exporter.reading.keras.legacy.built import other_meaning


def why_refused(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str | None:
    """Return why the call of a layer cannot be wired, None where nothing stands against it.

    Parameters
    ----------
    layer
        The built Keras layer.
    args, kwargs
        The arguments of its call, with a ``Tensor`` in the place of each tensor.
    """
    if why := other_meaning(layer):
        return why
    if mode := getattr(layer, "quantization_mode", None):
        return f"it is quantized to {mode}, so that it rounds its inputs as well"
    for name, value in kwargs.items():
        if isinstance(value, Tensor):
            return f"it is called with a tensor as its argument {name!r}"
    if any(value is not None and not isinstance(value, Tensor) for value in leaves(args)):
        return "it is called with a constant"
    return None
