"""Values that older Kerases wrote into JSON in forms of their own."""

from typing import Any, Final

_LISTS: Final = frozenset({"__tuple__", "TensorShape"})
_POLICIES: Final = frozenset({"Policy", "PolicyV1"})


def plain(value: Any) -> Any:
    """Return a decoded configuration with tuples, shapes, arrays and policies as plain JSON.

    A policy becomes its name, as Keras 3 takes it: ``"mixed_float16"``.
    """
    if isinstance(value, list):
        return [plain(part) for part in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") in _LISTS and isinstance(value.get("items"), list):
        return plain(value["items"])
    if value.get("type") == "ndarray" and "value" in value:
        return plain(value["value"])
    if value.get("class_name") in _POLICIES and isinstance(value.get("config"), dict):
        return value["config"].get("name")
    return {key: plain(part) for key, part in value.items()}
