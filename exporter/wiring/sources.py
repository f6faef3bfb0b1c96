"""Ids of the neurons that a layer reads, in arrays that are built in blocks.

The ids of a layer's own neurons are a range, and each product of attention reads one query and one
key: as many ids as there are products, but sums of few. So an array of ids is kept as terms that
broadcast, and only what is read of it is built.
"""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]

EMPTY: Final = -1
"""The id where nothing stands: an average does not count it, a maximum does not see it."""

ZERO: Final = -2
"""The id where the constant 0 stands, as ZeroPadding puts it: no neuron, yet a value."""

Index = tuple[int | slice, ...]

_ALL: Final = slice(None)
_FIRST: Final = slice(1)
_COUNTED: Final = 1 << 17
"""Ids that are counted at once."""


@dataclass(frozen=True, eq=False)
class IdSum:
    """An array of ids as a sum of terms, of which a plain array is the only one.

    Parameters
    ----------
    terms
        Arrays with the axes of the sum, of length 1 where they do not change along one. Where a
        term is below 0, no neuron stands; of several terms, the others do not matter there.
    shape
        What they broadcast to.
    """

    terms: tuple[Ids, ...]
    shape: tuple[int, ...]

    @classmethod
    def of(cls, ids: "Ids | IdSum") -> "IdSum":
        """Return plain ids as a sum of one term."""
        return ids if isinstance(ids, IdSum) else cls((ids,), ids.shape)

    @classmethod
    def range(cls, first: int, shape: Sequence[int]) -> Self:
        """Return ids that count up from the first one, along the last axis fastest."""
        ones = (1,) * len(shape)
        terms = [np.full(ones, first, dtype=np.int64)]
        step = math.prod(shape)
        for axis, length in enumerate(shape):
            step //= max(1, length)
            if length > 1:
                line = np.arange(length, dtype=np.int64) * step
                terms.append(line.reshape(*ones[:axis], length, *ones[axis + 1 :]))
        return cls(tuple(terms), tuple(shape))

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of ids."""
        return math.prod(self.shape)

    def split(self) -> "IdSum":
        """Return the same ids as a sum of a term an axis, if they are such a sum."""
        once = _once(self.terms[0])
        if len(self.terms) > 1 or not once.size or once.min() < 0:
            return self
        terms = [np.full((1,) * self.ndim, once.flat[0])]
        for axis, length in enumerate(once.shape):
            if length > 1:
                line = once[tuple(_ALL if each == axis else _FIRST for each in range(self.ndim))]
                # No term is below 0: that is where nothing stands.
                terms.append(line - line.min())
                terms[0] = terms[0] + line.min() - once.flat[0]
        split = IdSum(tuple(terms), self.shape)
        return split if np.array_equal(split.on_axes, once) else self

    def broadcast(self, shape: Sequence[int]) -> "IdSum":
        """Return the same ids, repeated along axes of length 1."""
        return IdSum(self.terms, tuple(shape))

    def expanded(self, *places: int) -> "IdSum":
        """Return the same ids with more axes of length 1, as ``numpy.expand_dims`` does."""
        shape = np.expand_dims(_nothing(self.shape), places).shape
        return IdSum(tuple(np.expand_dims(term, places) for term in self.terms), shape)

    def transposed(self, *order: int) -> "IdSum":
        """Return the same ids with their axes in another order."""
        terms = tuple(term.transpose(order) for term in self.terms)
        return IdSum(terms, tuple(self.shape[axis] for axis in order))

    def only(self, kept: NDArray[np.bool_]) -> "IdSum":
        """Return the same ids where they are kept, and else ``EMPTY``; shapes broadcast."""
        marks = np.where(kept, 0, EMPTY)
        return IdSum((*self.terms, marks), np.broadcast_shapes(self.shape, kept.shape))

    def __getitem__(self, index: Index) -> "IdSum":
        """Return some of the ids, as slices and numbers of leading axes say which."""
        whole = (*index, *[_ALL] * (self.ndim - len(index)))
        terms = tuple(
            term[tuple(map(_along, whole, term.shape, self.shape))] for term in self.terms
        )
        return IdSum(terms, _nothing(self.shape)[whole].shape)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Ids:
        """Build all ids; along axes where they repeat this is a view."""
        plain = len(self.terms) == 1 and self.terms[0].shape == self.shape
        every = self.terms[0] if plain else np.broadcast_to(self.on_axes, self.shape)
        return np.array(every, dtype=dtype) if copy else np.asarray(every, dtype=dtype)

    @property
    def on_axes(self) -> Ids:
        """The ids, of length 1 along axes on which no term changes."""
        small_first = sorted(self.terms, key=lambda term: term.size)
        total = reduce(np.add, small_first)
        if len(self.terms) > 1 and self._marks.min(initial=0) < 0:
            return np.where(self._marks < 0, EMPTY, total)
        return total

    @cached_property
    def _marks(self) -> Ids:
        """What is below 0 where no neuron stands; broadcastable."""
        if len(self.terms) == 1:
            return _once(self.terms[0])
        marked = [each for each in map(_once, self.terms) if each.min(initial=0) < 0]
        return reduce(np.minimum, marked, np.zeros((1,) * self.ndim, dtype=np.int64))

    @property
    def repeating(self) -> set[int]:
        """The axes along which the ids repeat."""
        each = (
            {
                axis
                for axis, (length, step) in enumerate(zip(term.shape, term.strides, strict=True))
                if step == 0 or length == 1
            }
            for term in self.terms
        )
        return set.intersection(*each)

    def counted(self, over: Collection[int]) -> Ids:
        """Count neurons along axes, which become of length 1; so do those where all is alike."""
        marks = self._marks
        times = math.prod(self.shape[axis] // marks.shape[axis] for axis in over)
        counts: Ids = np.sum(marks >= 0, axis=tuple(over), keepdims=True) * times
        return counts

    @property
    def count(self) -> int:
        """Number of neurons, repeated ones included."""
        if not self.size:
            return 0
        marks = self._marks
        chunks = np.nditer(marks, ["external_loop", "buffered"], buffersize=_COUNTED)
        real = sum(int(np.count_nonzero(np.greater_equal(chunk, 0))) for chunk in chunks)
        return real * (self.size // marks.size)

    def holds(self, number: int) -> bool:
        """Tell whether a term has a number."""
        return any(bool((_once(term) == number).any()) for term in self.terms)


@dataclass(frozen=True, eq=False)
class Sources:
    """The ids of all that feeds the neurons of a layer, joined of parts along the last axis.

    Parameters
    ----------
    parts
        Their shapes differ in the last axis alone.
    """

    parts: tuple[IdSum, ...]

    @classmethod
    def of(cls, ids: "Ids | IdSum | Sources") -> "Sources":
        """Return any ids as one part."""
        return ids if isinstance(ids, Sources) else cls((IdSum.of(ids),))

    @classmethod
    def stacked(cls, each: Sequence[Ids | IdSum]) -> Self:
        """Return ids that broadcast to one shape, behind each other along a new last axis."""
        shape = np.broadcast_shapes(*(ids.shape for ids in each))
        return cls(tuple(_aligned(ids, shape).broadcast(shape).expanded(-1) for ids in each))

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes."""
        first = self.parts[0].shape
        if len(self.parts) == 1:
            return first
        return (*first[:-1], sum(part.shape[-1] for part in self.parts))

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of ids."""
        return math.prod(self.shape)

    def __getitem__(self, index: Index) -> "Sources":
        """Return some of the ids, as slices and numbers of leading axes say which."""
        if len(self.parts) == 1:
            return Sources((self.parts[0][index],))
        last = index[-1] if len(index) == self.ndim else _ALL
        if not isinstance(last, slice):
            raise IndexError("joined parts have no single place along their last axis")
        leading = index[: self.ndim - 1]
        parts = [
            part[(*leading, *[_ALL] * (self.ndim - 1 - len(leading)), within)]
            for part, within in self._within(*last.indices(self.shape[-1])[:2])
        ]
        return Sources(tuple(parts))

    def _within(self, start: int, stop: int) -> Iterator[tuple[IdSum, slice]]:
        """Yield the parts that a range of the last axis meets, and which of each."""
        first = 0
        for part in self.parts:
            width = part.shape[-1]
            if start < first + width and stop > first:
                yield part, slice(max(0, start - first), min(width, stop - first))
            first += width

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Ids:
        """Build all ids; of one part that is a view along axes where they repeat."""
        if len(self.parts) == 1:
            return self.parts[0].__array__(dtype, copy)
        # Views stay views along axes where all parts repeat.
        alike = self.repeating
        once = self.at_first(alike)
        joined = np.concatenate([np.asarray(part) for part in once.parts], axis=-1)
        return np.asarray(np.broadcast_to(joined, self.shape), dtype=dtype)

    def to_front(self, axes: Sequence[int]) -> "Sources":
        """Return the same ids with some axes before the others; the last one stays."""
        order = [*axes, *(axis for axis in range(self.ndim) if axis not in axes)]
        return Sources(tuple(part.transposed(*order) for part in self.parts))

    @property
    def repeating(self) -> set[int]:
        """The axes along which the ids repeat."""
        alike = set.intersection(*(part.repeating for part in self.parts))
        return alike if len(self.parts) == 1 else alike - {self.ndim - 1}

    def at_first(self, axes: Collection[int]) -> "Sources":
        """Return what stands at the first place of some axes, whose length becomes 1."""
        return self[tuple(_FIRST if axis in axes else _ALL for axis in range(self.ndim))]

    def counted(self, over: Collection[int]) -> Ids:
        """Count neurons along axes, which become of length 1; so do those where all is alike."""
        counts = [part.counted(over) for part in self.parts]
        if len(counts) == 1:
            return counts[0]
        last = self.ndim - 1
        if last in over:
            return reduce(np.add, counts)
        lead = np.broadcast_shapes(*(each.shape[:-1] for each in counts))
        widths = [part.shape[-1] for part in self.parts]
        wide = [
            np.broadcast_to(each, (*lead, width))
            for each, width in zip(counts, widths, strict=True)
        ]
        return np.concatenate(wide, axis=-1)

    @property
    def count(self) -> int:
        """Number of relationships: padding is none."""
        return sum(part.count for part in self.parts)

    def holds(self, number: int) -> bool:
        """Tell whether a number is among the ids."""
        return any(part.holds(number) for part in self.parts)


def _along(part: int | slice, own: int, length: int) -> int | slice:
    """Return the index of a term along an axis, on which it may not change."""
    if own == length:
        return part
    return _ALL if isinstance(part, slice) else 0


def _once(values: Ids) -> Ids:
    """Return the first of what an array repeats along axes of stride 0."""
    return values[tuple(_ALL if step else _FIRST for step in values.strides)]


def _aligned(ids: Ids | IdSum, shape: Sequence[int]) -> IdSum:
    """Return ids with all axes of a shape, as NumPy aligns what it broadcasts."""
    each = IdSum.of(ids)
    return each.expanded(*range(len(shape) - each.ndim))


def _nothing(shape: Sequence[int]) -> NDArray[Any]:
    """Return an array of a shape that takes no memory."""
    return np.broadcast_to(np.zeros((), dtype=np.bool_), shape)
