"""Add up the edges between groups of neurons; where weights repeat, without building them all."""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from exporter.wiring.results import EMPTY, Ids
from exporter.wiring.sources import Sources

Doubles = NDArray[np.float64]
Groups = NDArray[np.int32]
Index = tuple[slice, ...]


class GroupOf(Protocol):
    """The group of each neuron: an array, or what computes it."""

    def __getitem__(self, ids: Ids, /) -> Groups:
        """Return the group of each neuron; a negative number of ids below 0."""


PIECE: Final = 1 << 20
"""Elements that are worked on at once, 8 MB a column."""

_WHOLE: Final = slice(None)
_FIRST: Final = slice(1)


_ROW: Final = 1 << 32
"""What a key counts a target up by: there are fewer groups."""


@dataclass(frozen=True)
class Aggregates:
    """What the edges from a group into a target amount to, as columns of equal length.

    Parameters
    ----------
    target
        Position of the target among those that were asked for; ascends.
    source
        The group; ascends within a target.
    total, absolute, squares
        Sums of the weights, of their absolute values, and of their squares.
    edges
        Number of edges.
    largest
        Largest absolute weight; NaN only where all are.
    """

    target: Ids
    source: Ids
    total: Doubles
    absolute: Doubles
    squares: Doubles
    edges: Doubles
    largest: Doubles


def aggregated(
    sources: Ids | Sources, weights: NDArray[Any], group_of: GroupOf, *, targets: int, rank: int
) -> Aggregates:
    """Add up the edges into each target by the group that they come from.

    Parameters
    ----------
    sources
        Ids of the neurons where edges begin: shape ``(*targets, *positions, *fan_in)``. A
        target takes the edges into all its positions.
    weights
        Weights of the edges, of the same shape. Along axes of stride 0 they repeat.
    group_of
        The group of each neuron.
    targets, rank
        How many leading axes are those of targets, and those of targets and positions.
    """
    shared = [axis for axis in range(targets, rank) if weights.strides[axis] == 0]
    return _merged(list(_parts(Sources.of(sources), weights, group_of, targets, shared)))


def _parts(
    sources: Sources, weights: NDArray[Any], group_of: GroupOf, targets: int, shared: Sequence[int]
) -> Iterator[Aggregates]:
    """Yield the aggregates of pieces of the array.

    Along the axes ``shared`` weights repeat: there edges are counted, not built.
    """
    most = max(1, PIECE // math.prod(sources.shape[:targets]))
    for index in _pieces(sources.shape, [*range(targets), *shared], most):
        piece, own = sources[index], weights[index]
        groups, counts = _groups_and_counts(piece, group_of, shared)
        if groups is None:
            # What stands along these axes is of several groups, so that it has to be built.
            yield from _parts(piece, own, group_of, targets, [])
        else:
            yield _by_group(groups, counts, _at_first(own, shared), targets)


def _pieces(shape: Sequence[int], uncut: Collection[int], most: int) -> Iterator[Index]:
    """Yield indices of pieces of at most ``most`` elements; those along axes ``uncut`` are free."""
    if not shape:
        yield ()
        return
    inner = [axis - 1 for axis in uncut if axis]
    behind = math.prod(length for axis, length in enumerate(shape[1:]) if axis not in inner)
    step = max(1, most // max(1, behind))
    if 0 in uncut or step >= shape[0]:
        slices = [_WHOLE]
    else:
        slices = [slice(start, start + step) for start in range(0, shape[0], step)]
    for part in slices:
        for rest in _pieces(shape[1:], inner, most if 0 in uncut else most // step):
            yield (part, *rest)


def _groups_and_counts(
    sources: Sources, group_of: GroupOf, shared: Sequence[int]
) -> tuple[Groups | None, Ids]:
    """Return the group at each place, and how many neurons stand there along shared axes.

    Both are of length 1 along shared axes, and along those where sources repeat. There are no
    groups where neurons along shared axes are of several.
    """
    repeating = sources.repeating
    once = sources.at_first(repeating)
    repeats = math.prod(sources.shape[axis] for axis in shared if axis in repeating)
    others = [axis for axis in range(once.ndim) if axis not in shared]
    most = PIECE // max(1, math.prod(once.shape[axis] for axis in others))
    over = tuple(shared)
    counts, high = np.zeros(1, dtype=np.int64), np.full(1, EMPTY, dtype=np.int32)
    low = high.view(np.uint32)
    for index in _pieces(once.shape, others, max(1, most)):
        groups = group_of[np.asarray(once[index])]
        counts = counts + (groups >= 0).sum(axis=over, keepdims=True)
        # As an unsigned number, one below 0 is larger than any group.
        low = np.minimum(low, groups.view(np.uint32).min(axis=over, keepdims=True))
        high = np.maximum(high, groups.max(axis=over, keepdims=True))
    differ = (low != high) & (counts > 0)
    return None if differ.any() else high, counts * repeats


def _by_group(groups: Groups, counts: Ids, weights: NDArray[Any], targets: int) -> Aggregates:
    """Add up weights that stand ``counts`` times each, by target and group."""
    # Targets that read the same neurons are one row; their axes come last.
    split = targets
    while split and groups.shape[split - 1] == 1:
        split -= 1
    shape = np.broadcast_shapes(groups.shape, weights.shape)
    every = np.moveaxis(
        np.broadcast_to(weights, shape), range(split, targets), range(split - targets, 0)
    )
    # Along these axes all edges of a target are of one group: they are added up first.
    same = [axis for axis in range(targets, len(shape)) if groups.shape[axis] == 1]
    over = tuple(axis - targets + split for axis in same)
    sums = _moments(every, over, math.prod(shape[split:targets]))
    place = (*shape[:split], *[1] * (targets - split), *groups.shape[targets:])
    rows = math.prod(shape[:split])
    group = np.broadcast_to(groups, place).reshape(rows, -1).astype(np.int64)
    keys = (np.arange(rows)[:, np.newaxis] * _ROW + group).reshape(-1)
    count = np.broadcast_to(counts, place).reshape(-1)
    times = np.full((len(keys), 1), math.prod(shape[axis] for axis in same), dtype=np.float64)
    return _by_key(keys, count, (*sums[:3], times), sums[3])


def _moments(weights: NDArray[Any], over: tuple[int, ...], targets: int) -> list[Doubles]:
    """Return sum, sum of absolute values, sum of squares and largest absolute value over axes."""
    every = weights.astype(np.float64, order="C")
    absolute = np.abs(every)
    # Infinite ones of either sign have no sum.
    with np.errstate(invalid="ignore"):
        moments = (
            np.add.reduce(every, over),
            np.add.reduce(absolute, over),
            np.add.reduce(np.square(every, out=every), over),
            np.fmax.reduce(absolute, over),
        )
    return [values.reshape(-1, targets) for values in moments]


def _by_key(keys: Ids, counts: Ids, sums: Sequence[Doubles], largest: Doubles) -> Aggregates:
    """Add up rows that stand ``counts`` times each, by key; columns are of targets."""
    real = np.flatnonzero(counts)
    order = real[np.argsort(keys[real], kind="stable")]
    starts = np.flatnonzero(np.diff(keys[order], prepend=-1))
    row, group = np.divmod(keys[order[starts]], _ROW)
    adding = csr_array(
        (counts[order].astype(np.float64), order, np.append(starts, len(order))),
        shape=(len(starts), len(keys)),
    )
    shape = len(starts), largest.shape[-1]
    target = row[:, np.newaxis] * shape[1] + np.arange(shape[1])
    ascending = np.argsort(target, axis=None, kind="stable")

    def column(values: NDArray[Any]) -> NDArray[Any]:
        flat: NDArray[Any] = np.broadcast_to(values, shape).reshape(-1)[ascending]
        return flat

    total, absolute, squares, edges = (column(adding @ values) for values in sums)
    most = np.fmax.reduceat(largest[order], starts) if len(starts) else largest[:0]
    return Aggregates(
        target=column(target),
        source=column(group[:, np.newaxis]),
        total=total,
        absolute=absolute,
        squares=squares,
        edges=edges,
        largest=column(most),
    )


def _merged(parts: Sequence[Aggregates]) -> Aggregates:
    """Add up what pieces have in common."""
    if len(parts) == 1:
        return parts[0]
    keys = np.concatenate([part.target * _ROW + part.source for part in parts])
    *sums, largest = (
        np.concatenate([getattr(part, name) for part in parts])[:, np.newaxis]
        for name in ("total", "absolute", "squares", "edges", "largest")
    )
    return _by_key(keys, np.ones_like(keys), sums, largest)


def _at_first(values: NDArray[Any], axes: Collection[int]) -> NDArray[Any]:
    """Return what stands at the first place of some axes, whose length becomes 1."""
    return values[tuple(_FIRST if axis in axes else _WHOLE for axis in range(values.ndim))]
