"""Which process opened a graph: what is open for one, its forks cannot use."""

import os
from dataclasses import dataclass, field

from queries.errors import GraphError


@dataclass(frozen=True)
class Opener:
    """The process that opened a graph, which is the one that makes this object.

    Parameters
    ----------
    location
        The path or URI of the graph.
    """

    location: str
    process: int = field(default_factory=os.getpid)

    @property
    def is_here(self) -> bool:
        """Whether this is that process, not a fork of it."""
        return os.getpid() == self.process

    def require(self) -> None:
        """Raise GraphError in a fork, where threads and connections of the process are missing."""
        if not self.is_here:
            raise GraphError(
                f"{self.location} was opened by process {self.process}, of which this one is a "
                "fork; open the graph anew in the child, or start it by spawn: "
                'multiprocessing.get_context("spawn")'
            )
