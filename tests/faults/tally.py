"""The tables of all faults that were tried."""

from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass, fields
from itertools import groupby
from typing import Any, Final

_KIND_WIDTH: Final = "<38"
_STORE_WIDTH: Final = "<10"
_COUNT_WIDTH: Final = ">10"


@dataclass
class Tally:
    """
    What came of faults of one kind in one kind of store.

    Attributes
    ----------
    kind, store
        What was broken, and where.
    """

    kind: str
    store: str


@dataclass
class LoadTally(Tally):
    """
    Faults that fall into loads.

    Attributes
    ----------
    tried, hit
        How many there were, and how many of them fell into a running load or drop.
    survived
        How many loads went on by themselves.
    resumed
        How many loads were gone on with by ``--resume``, or drops by dropping again.
    lost, doubled
        How many relationships were missing in the end, or there too often.
    """

    tried: int = 0
    hit: int = 0
    survived: int = 0
    resumed: int = 0
    lost: int = 0
    doubled: int = 0


@dataclass
class DatasetTally(Tally):
    """
    Damage to datasets.

    Attributes
    ----------
    datasets
        How many were damaged.
    tried
        How many queries, checks and loads met the damage.
    named
        How many of them ended in an error of ours that names it.
    right
        How many gave the answer of the whole dataset, or repaired it.
    wrong
        How many gave another answer, or ended in another error.
    """

    datasets: int = 0
    tried: int = 0
    named: int = 0
    right: int = 0
    wrong: int = 0


@dataclass
class SharedTally(Tally):
    """
    Operations in a database that holds nodes of another application.

    Attributes
    ----------
    tried
        How many times both were compared with what they should be.
    held
        How many times ours answered rightly, and all of the other's was as before.
    foreign
        How many nodes and relationships of the other's there were.
    """

    tried: int = 0
    held: int = 0
    foreign: int = 0


_TALLIES: Final[dict[str, type[Tally]]] = {
    each.__name__: each for each in (LoadTally, DatasetTally, SharedTally)
}


def told(tally: Tally) -> tuple[str, dict[str, Any]]:
    """Return a tally as what passes between processes."""
    return type(tally).__name__, asdict(tally)


def tables(tallies: Iterable[tuple[str, dict[str, Any]]]) -> list[str]:
    """Return the lines of a table for each class of tallies, given as ``told`` says."""
    lines: list[str] = []
    by_class = sorted(tallies, key=lambda each: list(_TALLIES).index(each[0]))
    for name, members in groupby(by_class, key=lambda each: each[0]):
        lines += ["", *_table([_TALLIES[name](**values) for _, values in members])]
    return lines[1:]


def _table(tallies: list[Tally]) -> list[str]:
    """Add up the tallies of each kind and store; return the lines of a table."""
    sums: dict[tuple[str, str], list[int]] = {}
    for tally in tallies:
        kind, store, *counts = astuple(tally)
        before = sums.get((kind, store), [0] * len(counts))
        sums[kind, store] = [a + b for a, b in zip(before, counts, strict=True)]
    total = [sum(column) for column in zip(*sums.values(), strict=True)]
    rows: list[list[str | int]] = [[field.name for field in fields(tallies[0])]]
    rows += [[*names, *counts] for names, counts in sums.items()]
    rows += [["total", "", *total]]
    widths = [_KIND_WIDTH, _STORE_WIDTH, *[_COUNT_WIDTH] * len(total)]
    return [
        "".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows
    ]
