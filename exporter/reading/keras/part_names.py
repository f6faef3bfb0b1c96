"""What the parts of a layer are called: the same in each process that takes it apart."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from exporter.reading.keras.graph import functional_graph
from exporter.reading.keras.legacy import name_in_file
from exporter.wiring import is_of_keras

_OF_KERAS: Final = ("_layers", "_functional", "_operations", "_self_")
"""What attributes begin with by which Keras holds what somebody's own attributes hold."""


@dataclass(frozen=True)
class Place:
    """Where calls stand: at the top of a model, or within a model or layer.

    Parameters
    ----------
    prefix
        What the names of the calls begin with.
    parts
        The names of layers there, by their ``id``.
    recorded
        True within a layer that is taken apart, whose calls are recorded for a batch of one.
    in_file
        True where the file names all layers there.
    parts_in_file
        True where it names those among the parts.
    """

    prefix: str = ""
    parts: Mapping[int, str] = field(default_factory=dict)
    recorded: bool = False
    in_file: bool = True
    parts_in_file: bool = False

    def name_of(self, operation: Any) -> str:
        """Return the name of a call of a layer or an operation; another call may have it too."""
        if self.in_file:
            return self.prefix + _file_name(operation)
        name = self.parts.get(id(operation))
        return (self.prefix + (_own_name(operation) if name is None else name)).removesuffix("/")

    def name_of_mask(self, operation: Any) -> str:
        """Return the name of an operation that makes a mask, which no file may name."""
        return self.prefix + _own_name(operation)

    def is_in_file(self, layer: Any) -> bool:
        """Tell whether the file names a layer, and all layers in it, if it is a graph of them."""
        return self.in_file or (self.parts_in_file and id(layer) in self.parts)

    def within(self, layer: Any) -> "Place":
        """Return the place within a model, or a wrapper."""
        prefix = f"{self.name_of(layer)}/"
        if functional_graph(layer) is not None and not _lists_layers(layer):
            return Place(prefix, dict(_names(layer, set())), self.recorded, in_file=False)
        return Place(prefix, recorded=self.recorded, in_file=self.is_in_file(layer))

    def at(self, time: int, cell: int | None) -> "Place":
        """Return the place of a time of a loop: that of its cell, given by its ``id``, as well."""
        parts = self.parts if cell is None else {**self.parts, cell: ""}
        return replace(self, prefix=f"{self.prefix.removesuffix('/')}@t{time}/", parts=parts)

    def parts_of(self, layer: Any) -> "Place":
        """Return the place within a layer that is taken apart.

        A part has its own name, if somebody gave it one. Keras numbers other layers through as
        they are made, so that the next process would give them other names: they are called after
        the attribute that holds them.
        """
        return _parts_of(layer, f"{self.name_of(layer)}/", in_file=self.is_in_file(layer))


def whole(model: Any) -> Place:
    """Return the place within the whole model."""
    if functional_graph(model) is None:
        return _parts_of(model, "", in_file=True)
    if _lists_layers(model):
        return Place()
    return Place(parts=dict(_names(model, set())), in_file=False)


def _lists_layers(graph: Any) -> bool:
    """Tell whether the settings of a graph of layers list them; else its constructor names them."""
    return is_of_keras(type(graph).__module__) or isinstance(graph.get_config().get("layers"), list)


def _parts_of(layer: Any, prefix: str, *, in_file: bool) -> Place:
    if not hasattr(layer, "_nodes_by_depth"):
        return Place(prefix, dict(_names(layer, set())), recorded=True, in_file=False)
    layers = layer.layers if in_file else ()
    names = {id(each): _file_name(each) for each in layers}
    return Place(prefix, names, recorded=True, in_file=False, parts_in_file=True)


def _names(layer: Any, seen: set[int]) -> Iterator[tuple[int, str]]:
    """Yield the layers within a layer, by their ``id``, and their names."""
    seen.add(id(layer))
    for attribute, value in vars(layer).items():
        if attribute.startswith(_OF_KERAS):
            continue
        for name, part in _held(attribute.lstrip("_"), value):
            if id(part) not in seen:
                called = name if _is_numbered(part) else name_in_file(part.name)
                yield id(part), called
                if functional_graph(part) is None:
                    yield from ((each, f"{called}/{rest}") for each, rest in _names(part, seen))


def _held(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the layers that an attribute holds, in lists and dictionaries too, with names."""
    import keras

    if isinstance(value, keras.layers.Layer):
        yield name, value
    elif isinstance(value, (list, tuple)):
        for position, part in enumerate(value):
            yield from _held(f"{name}_{position}", part)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _held(f"{name}_{key}", part)


def _file_name(operation: Any) -> str:
    """Return the name of a layer that stands in a file."""
    if is_of_keras(type(operation).__module__) or not _is_numbered(operation):
        return name_in_file(operation.name)
    # A class whose constructor takes no name is numbered as it is made from the file.
    return operation.name if _keeps_name(operation) else _kind(operation)


def _keeps_name(operation: Any) -> bool:
    try:
        return "name" in operation.get_config()
    except Exception:  # noqa: BLE001 - it may be anybody's; no file has settings of such a layer
        return False


def _own_name(operation: Any) -> str:
    return _kind(operation) if _is_numbered(operation) else name_in_file(operation.name)


def _is_numbered(operation: Any) -> bool:
    """Tell whether Keras named a layer or an operation, by its class and a number."""
    return re.fullmatch(rf"{_kind(operation)}(_\d+)?", operation.name) is not None


def _kind(operation: Any) -> str:
    from keras.src.utils.naming import to_snake_case

    return str(to_snake_case(type(operation).__name__))
