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
        for holder, key in _halves(config):
            yield str(holder[key])
        for value in config.values():
            yield from _precisions(value)


def in_single_precision(config: Any) -> Any:
    """Return a model's configuration with float32 in the place of every half precision."""
    if isinstance(config, list):
        return [in_single_precision(value) for value in config]
    if not isinstance(config, dict):
        return config
    single = {key: in_single_precision(value) for key, value in config.items()}
    for holder, key in _halves(single):
        holder[key] = _SINGLE
    return single


def _halves(config: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield where a configuration names a half precision: the dictionary and its key."""
    # A policy of quantization stays as it is: it is refused, and is to say so.
    is_policy = config.get("class_name") in _POLICIES
    holder = config.get("config") if is_policy else config
    for key in ("name",) if is_policy else ("dtype", "reverse_dtype"):
        if isinstance(holder, dict) and str(holder.get(key)) in _HALF:
            yield holder, key
