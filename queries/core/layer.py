"""One layer of a stored model, as code works with it."""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final, TypeVar

INPUT_CLASSES: Final = ("InputLayer", "Input")
"""What the layer of an input is called in a model of Keras, and in one of ONNX."""

T = TypeVar("T")


@dataclass(frozen=True)
class Layer:
    """A layer that has neurons.

    Parameters
    ----------
    index
        Position among the layers of the model.
    shape
        Shape of its output, without the batch.
    activation, activation_config
        Name of the activation function, a key of ``activations.ACTIVATIONS``, None for the
        identity; its arguments.
    reduce
        What a neuron does with its weighted inputs: ``sum``, ``max``, ``min`` or ``product``.
    first, last
        Ids of its first and last neuron.
    edges
        Number of relationships into it.
    inputs
        Indices of the layers that feed it.
    checksum, neuron_checksum
        Those of the relationships into it and of its neurons; None where they are not known.
    not_finite_weights
        Number of relationships into it whose weight is not a number, or infinite.
    moved_by
        The layers that only move its values on, such as ``flatten (Flatten)``, with commas between.
    axes
        Which coordinate each axis of the shape is, and what it counts, such as
        ``channel: head, y: query, x: key``; None where it is not known.
    """

    index: int
    name: str
    class_name: str
    shape: tuple[int, ...]
    activation: str | None
    activation_config: Mapping[str, Any]
    reduce: str
    first: int
    last: int
    edges: int
    inputs: tuple[int, ...]
    checksum: str | None = None
    neuron_checksum: str | None = None
    not_finite_weights: int = 0
    moved_by: str | None = field(default=None, compare=False)
    axes: str | None = field(default=None, compare=False)

    @property
    def lengths(self) -> dict[str, int]:
        """How many there are along x and y; a coordinate that the layer lacks is not there."""
        return {name: size for (name, _), size in self._named_axes if name in {"x", "y"}}

    @property
    def counted(self) -> dict[str, str]:
        """What x and y count, such as keys; what is not known is not there."""
        return {name: what for (name, what), _ in self._named_axes if what and name in {"x", "y"}}

    @property
    def _named_axes(self) -> Iterator[tuple[tuple[str, str], int]]:
        """Each axis of the shape: its coordinate, what it counts, and its length."""
        last = [*"z" * len(self.shape), "y", "x", "channel"][-len(self.shape) :]
        names = self.axes.split(", ") if self.axes else last
        for name, size in zip(names, self.shape, strict=True):
            coordinate, _, what = name.partition(": ")
            yield (coordinate, what), size

    @property
    def neurons(self) -> int:
        """Number of neurons."""
        return self.last - self.first + 1

    @property
    def is_input(self) -> bool:
        """Whether its neurons are an input of the model, rather than constants."""
        return self.class_name in INPUT_CLASSES and not self.inputs

    def places(self, first: int) -> slice:
        """Return where its neurons stand, counted from the neuron of an id."""
        return slice(self.first - first, self.last + 1 - first)


def runs_of(layers: Iterable[T], most: int, size: Callable[[T], int]) -> Iterator[list[T]]:
    """Yield layers that follow each other and are small, to be read or written at once.

    A statement takes its milliseconds, however little it is about.

    Parameters
    ----------
    layers
        The layers, in the order of their ids or against it.
    most
        The most that those of a run come to; a layer that comes to more is alone.
    size
        What a layer comes to, such as the number of its relationships.
    """
    run: list[T] = []
    total = 0
    for layer in layers:
        if run and total + size(layer) > most:
            yield run
            run, total = [], 0
        run.append(layer)
        total += size(layer)
    if run:
        yield run


def id_ranges(first: int, last: int, edges: int, most: int) -> list[tuple[int, int]]:
    """Split the ids of a layer into ranges of about as many relationships each.

    Parameters
    ----------
    first, last
        The first and the last id.
    edges
        How many relationships end in the layer.
    most
        About how many a range may have; a range holds at least one neuron.

    Returns
    -------
    list of tuple
        The first and the last id of each range.
    """
    neurons = last - first + 1
    count = max(1, min(neurons, math.ceil(edges / most)))
    bounds = [first + neurons * part // count for part in range(count + 1)]
    return [(start, stop - 1) for start, stop in pairwise(bounds)]


def layers_of(rows: Iterable[Mapping[Any, Any]]) -> list[Layer]:
    """Return the layers of the rows of the query ``layers``, inputs first."""
    return [_layer(row) for row in rows]


def _layer(row: Mapping[Any, Any]) -> Layer:
    config = _text(row["activation_config"])
    return Layer(
        index=int(row["index"]),
        name=str(row["name"]),
        class_name=str(row["class_name"]),
        shape=_numbers(row["shape"]),
        activation=_text(row["activation"]),
        activation_config=json.loads(config) if config else {},
        reduce=str(row["reduce"]),
        first=int(row["first"]),
        last=int(row["last"]),
        edges=int(row["edges"]),
        # A store that collects them may do so in any order.
        inputs=tuple(sorted(_numbers(row["inputs"]))),
        not_finite_weights=int(row["not_finite_weights"]),
        checksum=_text(row.get("checksum")),
        neuron_checksum=_text(row.get("neuron_checksum")),
        moved_by=_text(row.get("moved_by")),
        axes=_text(row.get("axes")),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _numbers(values: Iterable[Any]) -> tuple[int, ...]:
    return tuple(int(value) for value in values)
