"""Calls that cannot be wired whatever their class: what they are given, or what a layer became."""

from collections.abc import Sequence
from typing import Any, Final

from exporter.reading.calls import Tensor, leaves
from exporter.reading.keras.legacy.built import other_meaning

# They compute in floats, and give what they were given.
_ROUNDING: Final = frozenset(["GroupNormalization", "LayerNormalization", "RMSNormalization"])


def why_refused(
    layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any], dtypes: Sequence[str]
) -> str | None:
    """Return why the call of a layer cannot be wired, None where nothing stands against it.

    Parameters
    ----------
    layer
        The built Keras layer.
    args, kwargs
        The arguments of its call, with a ``Tensor`` in the place of each tensor.
    dtypes
        What each tensor is stored as, by its position.
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
    if type(layer).__name__ in _ROUNDING:
        return _why_rounded(args, dtypes)
    return None


def _why_rounded(args: tuple[Any, ...], dtypes: Sequence[str]) -> str | None:
    stored = [dtypes[leaf.position] for leaf in leaves(args) if isinstance(leaf, Tensor)]
    whole = [dtype for dtype in stored if "float" not in dtype]
    return f"it rounds what it makes of {whole[0]} to {whole[0]} again" if whole else None
