"""Sums of products of tensors and constants, as an equation of ``einsum`` says them.

A constant gives weights. Where several tensors are multiplied, each product is a neuron of its own,
which a step of sums reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.merge import merged
from exporter.wiring.operands import Operand, is_neurons
from exporter.wiring.results import Chain, Computed, Ids, Moved, NotWirableError, Stage, Weights
from exporter.wiring.sources import IdSum, Sources

Axes = tuple[str, ...]
"""Names of axes: the letters of an equation, and ``0``, ``1`` and so on for its ellipsis."""

_ONE: Final[Weights] = np.ones((), dtype=np.float32)
_HEADS: Final = 2
"""New axes of which the first is that of heads, the second that of their features."""


@dataclass(frozen=True)
class _Term:
    """What is multiplied: an array without the batch, and the names of its axes."""

    values: NDArray[Any]
    axes: Axes

    def spread(self, axes: Sequence[str]) -> NDArray[Any]:
        """Return a view with one axis for each of ``axes``, of length 1 where there is none."""
        order = [self.axes.index(axis) for axis in axes if axis in self.axes]
        missing = tuple(place for place, axis in enumerate(axes) if axis not in self.axes)
        return np.expand_dims(self.values.transpose(order), missing)


@dataclass(frozen=True)
class Contraction:
    """A sum of products.

    Parameters
    ----------
    tensors
        The neurons that are multiplied.
    constant
        What they are multiplied with; None for 1.
    output, summed
        The axes of the output without the batch, and those that are added up.
    """

    tensors: tuple[_Term, ...]
    constant: _Term | None
    output: Axes
    summed: Axes

    @classmethod
    def of(cls, equation: str, *operands: Operand) -> Self:
        """Read an equation.

        Parameters
        ----------
        equation
            As ``numpy.einsum`` takes it; the batch is an axis of every tensor.
        *operands
            Neuron ids without the batch, and constants.

        Raises
        ------
        NotWirableError
            If it joins the samples of a batch, or does not say its output.
        """
        arrays = [np.asarray(operand) for operand in operands]
        ranks = [array.ndim + is_neurons(array) for array in arrays]
        inputs, output = _named_axes(equation, ranks)
        pairs = list(zip(arrays, inputs, strict=True))
        if any(is_neurons(array) and not _keeps_samples(axes, output) for array, axes in pairs):
            raise NotWirableError(f"its equation {equation!r} joins the samples of a batch")
        batch, output = output[0], output[1:]
        tensors = tuple(_diagonal(array, axes[1:]) for array, axes in pairs if is_neurons(array))
        constants = [
            _diagonal(*_without_batch(array, axes, batch))
            for array, axes in pairs
            if not is_neurons(array)
        ]
        read = dict.fromkeys(axis for tensor in tensors for axis in tensor.axes)
        summed = tuple(axis for axis in read if axis not in output)
        return cls(tensors, _one_constant(constants, (*output, *summed)), output, summed)

    @property
    def wiring(self) -> Moved | Computed | Chain:
        """What of the equation makes neurons: nothing, one step, or products and their sums."""
        if len(self.tensors) > 1:
            return self._chain
        if self.constant is None and not self.summed:
            return Moved(self._spread(self.tensors[0]))
        return self.weighted

    @property
    def weighted(self) -> Computed:
        """Each output joined to the inputs that are added up, of one tensor."""
        axis, rank = self._new_axis, len(self.output)
        heads = (*[None] * axis, "head", "feature") if 0 <= axis == rank - _HEADS else None
        sums = self._sums(self._spread(self.tensors[0]))
        return replace(sums, channel_axis=axis, counted=heads)

    @property
    def _chain(self) -> Chain:
        products = Stage(
            "products",
            self._products,
            output=self._output_of_products,
            reads=tuple(tensor.values for tensor in self.tensors),
        )
        if self.constant is None and not self.summed:
            return Chain((products,))
        sums = Stage(
            "sums",
            lambda ids: replace(self._sums(ids), channel_axis=self._shared_axis),
            in_blocks=True,
        )
        return Chain((products, sums))

    def _products(self, *ids: Ids) -> Computed:
        terms = [replace(term, values=each) for term, each in zip(self.tensors, ids, strict=True)]
        computed = merged([self._spread(term) for term in terms], "product")
        return replace(computed, channel_axis=self._shared_axis)

    def _output_of_products(self, *values: NDArray[Any]) -> NDArray[Any]:
        letters = {axis: number for number, axis in enumerate(["", *self._axes])}
        pairs = zip(values, self.tensors, strict=True)
        terms = [(value, [0, *(letters[axis] for axis in term.axes)]) for value, term in pairs]
        flat = (part for term in terms for part in term)
        return np.asarray(np.einsum(*flat, [*letters.values()]))

    def _sums(self, ids: Ids | IdSum) -> Computed:
        weights = _ONE if self.constant is None else self.constant.spread(self._axes)
        return Computed(
            Sources.of(ids), weights.astype(np.float32, copy=False), rank=len(self.output)
        )

    def _spread(self, term: _Term) -> Ids:
        return np.broadcast_to(term.spread(self._axes), self._shape)

    @property
    def _axes(self) -> Axes:
        return self.output + self.summed

    @property
    def _shape(self) -> tuple[int, ...]:
        """Lengths of the axes; what is of length 1 widens to what it is multiplied with."""
        terms = [*self.tensors, *([self.constant] if self.constant else [])]
        shapes = [term.spread(self._axes).shape for term in terms]
        return np.broadcast_shapes(*shapes)

    @property
    def _new_axis(self) -> int:
        """The axis of the channels: the first of the last ones, which the constant alone has.

        Attention makes heads and features of features; there the head is the channel.
        """
        axis = len(self.output)
        while axis and self.output[axis - 1] not in self.tensors[0].axes:
            axis -= 1
        return axis if axis < len(self.output) else -1

    @property
    def _shared_axis(self) -> int | None:
        """The axis of the channels: one that all tensors have, such as that of heads.

        None where there is nothing else, as if they were multiplied element by element.
        """
        shared = [all(axis in term.axes for term in self.tensors) for axis in self.output]
        if all(shared):
            return None
        return shared.index(True) if any(shared) else -1


def _named_axes(equation: str, ranks: Sequence[int]) -> tuple[list[Axes], Axes]:
    """Return the axes of the operands and of the output, that of the batch included."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    texts = left.split(",")
    hidden = [rank - len(text.replace("...", "")) for text, rank in zip(texts, ranks, strict=True)]
    names = tuple(str(axis) for axis in range(max(hidden)))

    def named(text: str, count: int) -> Axes:
        before, _, after = text.partition("...")
        return (*before, *names[len(names) - count :], *after)

    if not arrow:
        # Keras renames the letters, of which the order of the output would be.
        raise NotWirableError(f"its equation {equation!r} does not say its output; write it: ->")
    inputs = [named(text, count) for text, count in zip(texts, hidden, strict=True)]
    return inputs, named(right, len(names) if "..." in right else 0)


def _keeps_samples(axes: Axes, output: Axes) -> bool:
    """Tell whether the first axis of a tensor is the first of the output, and stands nowhere else.

    That is the axis of the batch.
    """
    first = axes[:1]
    return first == output[:1] and axes.count(*first) == output.count(*first) == 1


def _without_batch(values: NDArray[Any], axes: Axes, batch: str) -> tuple[NDArray[Any], Axes]:
    """Return a constant without the axis of the batch, if it has that."""
    if batch not in axes:
        return values, axes
    place = axes.index(batch)
    if values.shape[place] != 1:
        raise NotWirableError("a constant of it differs between the samples of a batch")
    return values.take(0, place), axes[:place] + axes[place + 1 :]


def _diagonal(values: NDArray[Any], axes: Axes) -> _Term:
    """Return a view of what stands where axes of one name agree."""
    once = tuple(dict.fromkeys(axes))
    if once == axes:
        return _Term(values, axes)
    return _Term(np.einsum(values, [*map(once.index, axes)], [*range(len(once))]), once)


def _one_constant(constants: Sequence[_Term], axes: Axes) -> _Term | None:
    """Multiply constants, and add up what is along axes that no tensor and no output has."""
    if len(constants) == 1 and set(constants[0].axes) <= set(axes):
        return constants[0]
    if not constants:
        return None
    every = list(dict.fromkeys(axis for term in constants for axis in term.axes))
    kept = tuple(axis for axis in every if axis in axes)
    terms = [(term.values, [*map(every.index, term.axes)]) for term in constants]
    flat = (part for term in terms for part in term)
    return _Term(np.einsum(*flat, [*map(every.index, kept)]), kept)
