"""Read a model of half precision as one of single precision.

Rounding to half precision is no part of the wiring, and would hide whether a graph is right.
"""

from collections.abc import Iterator
from typing import Any, Final

_SINGLE: Final = "float32"
_HALF: Final = frozenset(
    f"{mixed}{dtype}" for mixed in ("", "mixed_") for dtype in ("float16", "bfloat16")
)


_POLICIES: Final = frozenset(["DTypePolicy", "Policy", "PolicyV1"])


def half_precisions(config: Any) -> tuple[str, ...]:
    """Return the half precisions that a model's configuration names, such as mixed_float16."""
    return tuple(sorted(set(_precisions(config))))


def _precisions(config: Any) -> Iterator[str]:
    if isinstance(config, list):
        for value in config:
            yield from _precisions(value)
    elif isinstance(config, dict):
        holder, name = _precision(config)
        if holder is not None:
            yield str(holder[name])
        for value in config.values():
            yield from _precisions(value)


def in_single_precision(config: Any) -> Any:
    """Return a model's configuration with float32 in the place of every half precision."""
    if isinstance(config, list):
        return [in_single_precision(value) for value in config]
    if not isinstance(config, dict):
        return config
    single = {key: in_single_precision(value) for key, value in config.items()}
    holder, name = _precision(single)
    if holder is not None:
        holder[name] = _SINGLE
    return single


def _precision(config: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
    """Return where a configuration names a half precision, None if it does not, and the key."""
    # A policy of quantization stays as it is: it is refused, and is to say so.
    key = "name" if config.get("class_name") in _POLICIES else "dtype"
    holder = config.get("config") if key == "name" else config
    half = isinstance(holder, dict) and str(holder.get(key)) in _HALF
    return (holder if half else None), key
