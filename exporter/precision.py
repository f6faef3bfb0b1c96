"""Read a model of half precision as one of single precision.

Rounding to half precision is no part of the wiring, and would hide whether a graph is right.
"""

from typing import Any, Final

_SINGLE: Final = "float32"
_HALF: Final = frozenset(
    f"{mixed}{dtype}" for mixed in ("", "mixed_") for dtype in ("float16", "bfloat16")
)


def in_single_precision(config: Any) -> Any:
    """Return a model's configuration with float32 in the place of every half precision."""
    if isinstance(config, list):
        return [in_single_precision(value) for value in config]
    if not isinstance(config, dict):
        return config
    single = {key: in_single_precision(value) for key, value in config.items()}
    # A policy of quantization stays as it is: it is refused, and is to say so.
    named = "name" if single.get("class_name") == "DTypePolicy" else "dtype"
    holder = single.get("config") if named == "name" else single
    if isinstance(holder, dict) and str(holder.get(named)) in _HALF:
        holder[named] = _SINGLE
    return single
