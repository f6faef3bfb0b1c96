"""The table of all faults that were tried."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from typing import Final

_WIDTHS: Final = ("<38", "<10", *[">9"] * 6)


@dataclass
class Tally:
    """
    Faults of one kind in one kind of store.

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

    kind: str
    store: str
    tried: int = 0
    hit: int = 0
    survived: int = 0
    resumed: int = 0
    lost: int = 0
    doubled: int = 0


def table(tallies: Iterable[Tally]) -> list[str]:
    """Add up the tallies of each kind and store; return the lines of a table."""
    sums: dict[tuple[str, str], list[int]] = {}
    for tally in tallies:
        kind, store, *counts = astuple(tally)
        before = sums.get((kind, store), [0] * len(counts))
        sums[kind, store] = [a + b for a, b in zip(before, counts, strict=True)]
    total = [sum(column) for column in zip(*sums.values(), strict=True)]
    header: list[str | int] = [field.name for field in fields(Tally)]
    rows = [header]
    rows += [[*names, *counts] for names, counts in sums.items()]
    rows += [["total", "", *total]]
    return [
        "".join(f"{cell:{width}}" for cell, width in zip(row, _WIDTHS, strict=True)) for row in rows
    ]
