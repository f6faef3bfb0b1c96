"""Rewrite the calls of a functional model's layers as Keras 3 writes them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from exporter.reading.keras.legacy.names import name_for_keras

_CONSTANT: Final = "_CONSTANT_VALUE"
_PLACE: Final = 3
"""A tensor is given by the name of a layer, the number of its call, and that of its output."""


@dataclass(frozen=True)
class Place:
    """The tensor that a layer's call makes."""

    layer: str
    node: int
    tensor: int


@dataclass(frozen=True)
class Call:
    """A layer's call: its arguments by position and by name, with places for tensors.

    Keras 1 and 2 give all but the first by name.
    """

    args: list[Any]
    others: dict[str, Any] = field(default_factory=dict)


def calls(layer: dict[str, Any]) -> list[Call]:
    """Return the calls of a layer in a functional model of Keras 1 or 2, in their order."""
    return [_call(node) for node in layer.get("inbound_nodes") or () if node]


def place(value: Any) -> Any:
    """Return what stands in a configuration, with places where lists say one."""
    if _is_place(value):
        return Place(str(value[0]), value[1], value[2])
    return _mapped(place, value)


def places(value: Any) -> Iterator[Place]:
    """Yield the places in what ``place`` or ``calls`` returned."""
    if isinstance(value, Place):
        yield value
    elif isinstance(value, Call):
        yield from places([value.args, value.others])
    elif isinstance(value, (list, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from places(part)


def first_nodes(used: list[Place]) -> dict[str, int]:
    """Return the number that the first call of each layer has, by the name of the layer.

    It is 1 for a model that was called when it was made, which is its node 0 but none of the
    model around it. All calls in a file lead to outputs, so the first one is used by some other.
    """
    first: dict[str, int] = {}
    for one in used:
        first[one.layer] = min(one.node, first.get(one.layer, one.node))
    return first


def written_call(call: Call, first: dict[str, int]) -> dict[str, Any]:
    """Return a call as Keras 3 writes it.

    Parameters
    ----------
    call
        The call.
    first
        The number that the first call of a layer has, by the layer's name; 0 for others.
    """
    others = {key: value for key, value in call.others.items() if value is not None}
    return {
        "args": [_keras_tensor(value, first) for value in call.args],
        "kwargs": {key: _keras_tensor(value, first) for key, value in others.items()},
    }


def _keras_tensor(value: Any, first: dict[str, int]) -> Any:
    if not isinstance(value, Place):
        return _mapped(lambda part: _keras_tensor(part, first), value)
    history = [name_for_keras(value.layer), value.node - first.get(value.layer, 0), value.tensor]
    # Keras puts the tensor itself in its place, so shape and type say nothing.
    tensor = {"shape": [None], "dtype": "float32", "keras_history": history}
    return {"class_name": "__keras_tensor__", "config": tensor}


def _call(node: Any) -> Call:
    leaves = list(_leaves(node))
    others = leaves[0][_PLACE] if leaves and len(leaves[0]) > _PLACE else {}
    return Call([_first(node)], {str(key): place(value) for key, value in others.items()})


def _first(node: Any) -> Any:
    """Return the first argument of a call: in a list of one, if the file has it so."""
    if not _is_leaf(node):
        return _mapped(_first, node)
    if node[0] == _CONSTANT:
        return node[2]
    return Place(str(node[0]), node[1], node[2])


def _leaves(node: Any) -> Iterator[list[Any]]:
    if _is_leaf(node):
        yield node
    elif isinstance(node, (list, dict)):
        for part in node.values() if isinstance(node, dict) else node:
            yield from _leaves(part)


def _is_leaf(value: Any) -> bool:
    """Tell whether a value is a tensor of a call's first argument, or a constant in its place."""
    return (
        isinstance(value, list)
        and len(value) in {_PLACE, _PLACE + 1}
        and isinstance(value[0], str)
        and isinstance(value[1], int)
        and (value[0] == _CONSTANT or isinstance(value[2], int))
    )


def _is_place(value: Any) -> bool:
    return _is_leaf(value) and len(value) == _PLACE and value[0] != _CONSTANT


def _mapped(function: Callable[[Any], Any], value: Any) -> Any:
    if isinstance(value, list):
        return [function(part) for part in value]
    if isinstance(value, dict):
        return {key: function(part) for key, part in value.items()}
    return value
