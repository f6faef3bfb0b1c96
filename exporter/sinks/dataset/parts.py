"""Cut the relationships of a layer into files.

The cut follows from the plan alone, so that any process makes the same files, and what is there is
known by its name.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from exporter.planning.layer import PlannedLayer


@dataclass(frozen=True)
class FilePart:
    """Consecutive blocks of a layer that make one file.

    Parameters
    ----------
    layer
        The index of the layer.
    ranges
        The ranges of its neurons that the blocks are of, in order; at least one.
    """

    layer: int
    ranges: tuple[tuple[int, int], ...]

    @property
    def start(self) -> int:
        """Which neuron of the layer is the first."""
        return self.ranges[0][0]

    @property
    def name(self) -> str:
        """Name of the file, without suffix."""
        return f"edges-{self.layer:05d}-{self.start:012d}"


def parts(layer: PlannedLayer, block_edges: int, edges: int) -> Iterator[FilePart]:
    """Yield the files of a layer, in order.

    Parameters
    ----------
    layer
        The layer.
    block_edges
        The most relationships in a block.
    edges
        A file ends with the block that reaches so many relationships. Those that are left out of
        a block, for they are padding or too weak, count as well: how many these are shows only
        as the block is built.
    """
    ranges: list[tuple[int, int]] = []
    for start, stop in layer.ranges(block_edges):
        ranges.append((start, stop))
        if (stop - ranges[0][0]) * layer.most_edges >= edges:
            yield FilePart(layer.index, tuple(ranges))
            ranges = []
    if ranges:
        yield FilePart(layer.index, tuple(ranges))
