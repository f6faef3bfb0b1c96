"""What of a graph is not as its model has it, counted, with an example of each."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from exporter.verifying.replay import Doubles, Edges, Flags, Ids

Kind = Literal["node", "HAS_LAYER", "properties", "neurons", "relationships"]
"""What differs: the node of a layer, its relationship with the model, its properties and so on."""
Change = Literal["missing", "doubled", "added", "changed"]

_MOST_SOURCES: Final = 1 << 31
_COLUMNS: Final = ["layer", "kind", "change", "count", "example"]


@dataclass(frozen=True)
class _Entry:
    """How often a change was found, and the first time in words."""

    count: int
    example: str


class Differences:
    """What was found so far, by layer and kind.

    Attributes
    ----------
    changes
        How many differences each layer has, by its name.
    """

    def __init__(self) -> None:
        self.changes: Counter[str] = Counter()
        self._entries: dict[tuple[str, Kind, Change], _Entry] = {}

    def add(
        self, layer: str, kind: Kind, change: Change, count: int, example: Callable[[], str]
    ) -> None:
        """Add so many of a change, and make the example if it is the first.

        Parameters
        ----------
        layer
            Name of the layer; empty where it is the whole model.
        kind, change
            What has changed, and how.
        count
            How many; 0 is nothing.
        example
            Describes one of them.
        """
        if not count:
            return
        before = self._entries.get((layer, kind, change))
        entry = before or _Entry(0, example())
        self._entries[layer, kind, change] = _Entry(entry.count + count, entry.example)
        self.changes[layer] += count

    @property
    def frame(self) -> pd.DataFrame:
        """One row a layer, kind and change: count, and an example."""
        rows = [(*key, entry.count, entry.example) for key, entry in self._entries.items()]
        return pd.DataFrame(rows, columns=_COLUMNS).astype({"count": "int64"})


def changed_properties(row: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    """Return the names of the properties that differ."""
    return [name for name, value in expected.items() if not _same(row.get(name), value)]


def _same(value: object, expected: object) -> bool:
    if isinstance(expected, (list, tuple)):
        return isinstance(value, (list, tuple)) and list(value) == list(expected)
    return value == expected


def count_changes(values: Sequence[str], expected: Sequence[str]) -> dict[Change, list[str]]:
    """Compare two lists without order: which values are missing, doubled, or beyond.

    Parameters
    ----------
    values, expected
        What is there, and what should be.
    """
    there, should = Counter(values), Counter(expected)
    beyond = list((there - should).elements())
    return {
        "missing": list((should - there).elements()),
        "doubled": [value for value in beyond if value in should],
        "added": [value for value in beyond if value not in should],
    }


def compared_ids(ids: Ids, first: int, last: int) -> dict[Change, Ids]:
    """Compare ids of neurons with those from a first to a last, both included.

    Returns
    -------
    dict
        Which are missing, which are there again, and which are beyond.
    """
    inside = (ids >= first) & (ids <= last)
    times = np.bincount(ids[inside] - first, minlength=last + 1 - first)
    return {
        "missing": first + np.flatnonzero(times == 0),
        "doubled": np.repeat(first + np.arange(len(times)), np.maximum(times - 1, 0)),
        "added": ids[~inside],
    }


def unlike_neurons(actual: pa.Table, expected: pa.Table) -> tuple[Flags, list[str]]:
    """Compare neurons of the same ids, column by column.

    Parameters
    ----------
    actual, expected
        Equal in length and in the order of their ids.

    Returns
    -------
    tuple
        Which rows differ, and the names of the columns that do.
    """
    rows = np.zeros(len(expected), dtype=bool)
    names = []
    for name in expected.column_names:
        unlike = _unlike(actual[name], expected[name])
        if unlike.any():
            names.append(name)
            rows |= unlike
    return rows, names


def _unlike(one: pa.ChunkedArray, other: pa.ChunkedArray) -> Flags:
    """Tell which values differ; missing ones are equal, and so are those that are no numbers."""
    other = other.cast(one.type)
    same = pc.fill_null(pc.equal(one, other), False)
    same = pc.or_(same, pc.and_(pc.is_null(one), pc.is_null(other)))
    if pa.types.is_floating(one.type):
        no_numbers = pc.and_(pc.is_nan(one), pc.is_nan(other))
        same = pc.or_(same, pc.fill_null(no_numbers, False))
    unlike: Flags = ~same.to_numpy()
    return unlike


@dataclass(frozen=True)
class UnlikeEdges:
    """Relationships that differ in one way.

    Parameters
    ----------
    count
        How many.
    source, target
        Ids of the ends of one of them.
    actual, expected
        The weights that there are and that there should be between them.
    """

    count: int
    source: int
    target: int
    actual: Doubles
    expected: Doubles


def in_order(edges: Edges, first: int) -> Edges:
    """Sort relationships by target, source and weight; weights that count as equal get equal bits.

    Parameters
    ----------
    edges
        Relationships.
    first
        The smallest id of a target.
    """
    source, target = edges.source, edges.target
    weight = _canonical(edges.weight)
    if len(source) and (source.min() < 0 or source.max() >= _MOST_SOURCES or target.min() < first):
        order = np.lexsort((_bits(weight), source, target))
        return Edges(source[order], target[order], weight[order])
    # One key sorts several times faster than three.
    key = (target - first) << 32 | source
    if np.any(key[1:] <= key[:-1]):
        order = np.argsort(key)
        key = key[order]
        if np.any(key[1:] == key[:-1]):
            order = np.lexsort((_bits(weight), (target - first) << 32 | source))
        source, target, weight = source[order], target[order], weight[order]
    return Edges(source, target, weight)


def unlike_edges(actual: Edges, expected: Edges) -> dict[Change, UnlikeEdges]:
    """Compare relationships that ``in_order`` has sorted.

    Two neurons may be joined more than once; then it is their weights together that count.
    """
    if _alike(actual, expected):
        return {}
    source, target = (np.concatenate([actual[place], expected[place]]) for place in (0, 1))
    weight = np.concatenate([actual.weight, expected.weight])
    there = np.arange(len(source)) < len(actual.source)
    order = np.lexsort((_bits(weight), source, target))
    source, target, weight, there = source[order], target[order], weight[order], there[order]
    joined = _starts(source, target)
    alike = _starts(source, target, _bits(weight))
    have, should = _sums(there, joined), _sums(~there, joined)
    common = np.minimum(_sums(there, alike), _sums(~there, alike))
    # Which pair of neurons each weight is of.
    pair = np.searchsorted(joined, alike, side="right") - 1
    equal = np.bincount(pair, common, minlength=len(joined)).astype(np.int64)
    beyond = np.maximum(have - should, 0)
    counts: dict[Change, Ids] = {
        "missing": np.maximum(should - have, 0),
        "doubled": np.where(should > 0, beyond, 0),
        "added": np.where(should > 0, 0, beyond),
        "changed": np.minimum(have, should) - equal,
    }
    ends = np.append(joined, len(source))

    def example(change: Change) -> UnlikeEdges:
        which = int(np.flatnonzero(counts[change])[0])
        rows = slice(ends[which], ends[which + 1])
        own, of = weight[rows], there[rows]
        at = ends[which]
        return UnlikeEdges(
            int(counts[change].sum()), int(source[at]), int(target[at]), own[of], own[~of]
        )

    return {change: example(change) for change, each in counts.items() if each.any()}


def _alike(one: Edges, other: Edges) -> bool:
    return (
        len(one.source) == len(other.source)
        and np.array_equal(one.source, other.source)
        and np.array_equal(one.target, other.target)
        and np.array_equal(one.weight, other.weight, equal_nan=True)
    )


def _canonical(weight: NDArray[np.floating[Any]]) -> Doubles:
    """Return weights of which those that count as equal have the same bits.

    A sum with 0 makes one of the two zeros; not every store keeps which of the NaNs it was.
    """
    double: Doubles = weight.astype(np.float64) + 0.0
    double[np.isnan(double)] = np.nan
    return double


def _bits(weight: NDArray[np.floating[Any]]) -> Ids:
    bits: Ids = weight.view(np.int64)
    return bits


def _starts(*columns: Ids) -> Ids:
    """Return where equal rows of sorted columns begin."""
    new = np.zeros(len(columns[0]), dtype=bool)
    new[0] = True
    for column in columns:
        new[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(new)


def _sums(flags: Flags, starts: Ids) -> Ids:
    sums: Ids = np.add.reduceat(flags.astype(np.int64), starts)
    return sums
