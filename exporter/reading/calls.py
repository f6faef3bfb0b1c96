"""The calls that a model consists of, whatever the format of its file."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from exporter.reading.settings import Settings

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Tensor:
    """What a call reads or writes, by its position among all tensors of the model."""

    position: int


@dataclass(frozen=True)
class LayerCall:
    """One use of a layer in a model.

    Parameters
    ----------
    name
        The layer's name, unique within the model: after the name of the model that it is in
        and a slash, if it is in one, and with ``:2`` and so on from its second use on.
    class_name
        The layer's class.
    key
        The name under which that class has its handler.
    layer
        What the handler gets: settings and weights as the format has them.
    args, kwargs
        The arguments of the call, with a ``Tensor`` in the place of each tensor.
    outputs
        The positions of the tensors that it makes.
    shapes
        Their shapes without the batch, None where an axis is open.
    dtypes
        What their values are stored as.
    first
        True at the first use of the layer.
    is_operation
        True where the handler takes the arguments of the call, constants included; else it takes
        the ids of the inputs alone.
    parameters
        How many parameters the layer has.
    channels_first
        True where the layer has its channels before space.
    settings
        How the layer slides over positions.
    refused
        Why the call cannot be wired, whatever its handler says; None where it can.
    one_sample
        True where the call holds for a batch of one only, whose length is among its arguments.
    """

    name: str
    class_name: str
    key: str
    layer: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    outputs: tuple[int, ...]
    shapes: tuple[Shape, ...]
    dtypes: tuple[str, ...]
    first: bool = True
    is_operation: bool = False
    parameters: int = 0
    channels_first: bool = False
    settings: Settings = field(default_factory=Settings)
    refused: str | None = None
    one_sample: bool = False

    @property
    def inputs(self) -> tuple[int, ...]:
        """Positions of the tensors that it reads, those among named arguments included."""
        every = leaves((self.args, self.kwargs))
        return tuple(leaf.position for leaf in every if isinstance(leaf, Tensor))

    def arguments(
        self, values: Mapping[int, Any], constant: Callable[[Any], Any] = lambda leaf: leaf
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the arguments with values, by position, in the places of tensors.

        Parameters
        ----------
        values
            The values by the positions of the tensors.
        constant
            Applied to what else stands in the arguments.
        """
        args, kwargs = mapped(
            lambda leaf: values[leaf.position] if isinstance(leaf, Tensor) else constant(leaf),
            (self.args, self.kwargs),
        )
        return args, kwargs


def leaves(structure: Any) -> Iterator[Any]:
    """Yield what stands in tuples, lists and dictionaries; of these by the order of their keys."""
    if isinstance(structure, Mapping):
        for name in sorted(structure):
            yield from leaves(structure[name])
    elif isinstance(structure, (list, tuple)):
        for part in structure:
            yield from leaves(part)
    else:
        yield structure


def mapped(function: Callable[[Any], Any], structure: Any) -> Any:
    """Return a structure with other leaves."""
    if isinstance(structure, Mapping):
        return {name: mapped(function, part) for name, part in structure.items()}
    if isinstance(structure, (list, tuple)):
        parts = [mapped(function, part) for part in structure]
        return tuple(parts) if isinstance(structure, tuple) else parts
    return function(structure)
