"""A node of an ONNX graph, as its handler gets it: constants in place, shapes known."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.results import Floats, Ids, NotWirableError

_INT32: Final = np.iinfo(np.int32)


@dataclass(frozen=True)
class TensorType:
    """What is known of a tensor of an ONNX graph.

    Parameters
    ----------
    shape
        Its shape as the graph has it, with the batch of one.
    dtype
        What its values are stored as.
    batch
        Which axis is the batch.
    """

    shape: tuple[int, ...]
    dtype: str
    batch: int = 0

    @property
    def has_batch(self) -> bool:
        """True where the first axis is of length 1, as that of a batch of one, and not the last."""
        return len(self.shape) > 1 and self.shape[0] == 1

    @property
    def own(self) -> tuple[int, ...]:
        """The shape as handlers have it: without a first axis of one, and never without an axis."""
        return self.shape[1:] if self.has_batch else self.shape or (1,)

    @property
    def planned(self) -> tuple[int, ...]:
        """The shape as a plan has it: without the batch of one, wherever that stands."""
        if not self.is_by_time:
            return self.own
        return self.shape[: self.batch] + self.shape[self.batch + 1 :]

    @property
    def is_by_time(self) -> bool:
        """True where the batch of one stands behind another axis."""
        return bool(self.batch) and self.shape[self.batch] == 1

    def planned_axis(self, axis: int) -> int | None:
        """Return an axis of the shape that handlers have in that of a plan; None for the batch."""
        if not self.is_by_time:
            return axis
        place = axis % len(self.own) + self.has_batch
        return None if place == self.batch else place - (place > self.batch)

    @property
    def rank(self) -> int:
        """How many axes it has as the graph counts them."""
        return len(self.shape)

    def axis(self, axis: int) -> int:
        """Return an axis as handlers of Keras count them, which take the batch for axis 0.

        Parameters
        ----------
        axis
            As the graph counts it, from the end where it is negative.

        Raises
        ------
        NotWirableError
            If the tensor has no such axis.
        """
        if not -self.rank <= axis < self.rank:
            raise NotWirableError(f"its axis {axis} is none of a tensor of {self.rank} axes")
        return axis % self.rank + (not self.has_batch)


Operand = TensorType | NDArray[Any] | None
"""What a node reads: a tensor, a constant, or None where an optional input is left out."""


@dataclass(frozen=True)
class OnnxNode:
    """A node of an ONNX graph.

    Parameters
    ----------
    op, opset
        Its operation, and the version of the operations of its model.
    attributes
        Its attributes by their names, as Python and NumPy have them.
    inputs
        What it reads.
    outputs
        Its outputs, those included that nothing reads.
    used
        The positions of the outputs that something reads, or that the model puts out.
    channel_axes
        Which axis of each output is the channel, in the shape that a plan has.
    proto
        The node itself.
    bias
        A constant that is added to its output; None for none.
    activation
        The node of a function that alone reads its output, and is applied with it; None for none.
    """

    op: str
    opset: int
    attributes: Mapping[str, Any]
    inputs: tuple[Operand, ...]
    outputs: tuple[TensorType, ...]
    used: tuple[int, ...] = (0,)
    channel_axes: tuple[int | None, ...] = (None,)
    proto: Any = None
    bias: Floats | None = None
    activation: "OnnxNode | None" = None

    def operands(self, ids: Sequence[Ids]) -> list[Any]:
        """Return what it reads in its order: neuron ids of tensors, and constants.

        Ids have the shapes that handlers have.

        Constants are no int64, which is what ids are.

        Parameters
        ----------
        ids
            The ids of its tensors, in the shapes that a plan has.
        """
        waiting = iter(ids)
        return [
            _by_handler(next(waiting), each) if isinstance(each, TensorType) else _constant(each)
            for each in self.inputs
        ]

    def tensor(self, place: int = 0) -> TensorType:
        """Return what is known of an input that must be a tensor."""
        each = self.inputs[place]
        if not isinstance(each, TensorType):
            raise NotWirableError(f"its input {place} is a constant")
        return each

    def numbers(self, place: int, name: str = "") -> list[int] | None:
        """Return whole numbers that are a constant input, or in older versions an attribute.

        Parameters
        ----------
        place
            Which input it is.
        name
            The attribute; empty for none.

        Returns
        -------
        list or None
            The numbers; None where they are not given.
        """
        given = self.inputs[place] if place < len(self.inputs) else None
        if isinstance(given, TensorType):
            raise NotWirableError(f"its input {name or place} is no constant")
        if given is None:
            given = self.attributes.get(name)
        return None if given is None else [int(each) for each in np.reshape(given, -1)]

    def number(self, place: int, name: str = "", default: float | None = None) -> float | None:
        """Return a number that is a constant input, or in older versions an attribute."""
        given = self.inputs[place] if place < len(self.inputs) else None
        if isinstance(given, TensorType):
            raise NotWirableError(f"its input {name or place} is no constant")
        if given is None:
            given = self.attributes.get(name, default)
        return None if given is None else float(np.reshape(given, -1)[0])

    def require(self, **values: Any) -> None:
        """Raise NotWirableError where an attribute has another value than these."""
        for name, value in values.items():
            if (own := self.attributes.get(name, value)) != value:
                raise NotWirableError(f"its attribute {name} is {own}")


def _by_handler(ids: Ids, known: TensorType) -> Ids:
    return ids.reshape(known.own) if known.is_by_time else ids


def _constant(value: Any) -> Any:
    if value is None or value.dtype.kind not in "iu":
        return value
    return np.clip(value, _INT32.min, _INT32.max).astype(np.int32)


def elements(shape: Sequence[int]) -> int:
    """Return how many values a tensor of a shape has."""
    return math.prod(shape)
