"""A model file of which large layers are computed by many processes."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Final

from exporter.model_graph import ModelNetwork
from exporter.model_graph.pieces import Result, Work
from exporter.model_graph.wired_layer import WiredLayer
from exporter.parallel.model_workers import ModelWorkers
from exporter.parallel.share import Share
from exporter.planning.plan import Plan
from queries.analysis.operators import Scores
from queries.core.layer import Layer

_FEWEST: Final = 1 << 26
"""Relationships of a layer that is handed out: with fewer, that took longer than it saved."""

_SHARES_A_WORKER: Final = 4
"""So that none waits long for the last one."""


@dataclass(frozen=True, kw_only=True)
class SharedLayer(WiredLayer):
    """A layer whose pieces are handed out to processes; their results are put together here.

    Parameters
    ----------
    index
        The index of the layer.
    workers
        The processes.
    """

    index: int
    workers: ModelWorkers

    def results(self, work: Work, scores: Scores) -> Iterator[Result]:
        """Yield the results of pieces, in the order of one process."""
        sections = self.sections
        length = ceil(len(sections) / (_SHARES_A_WORKER * self.workers.count))
        parts = [sections[start : start + length] for start in range(0, len(sections), length)]
        shares = (
            Share(number, self.index, self.function, work, self.pieces(work, scores, part))
            for number, part in enumerate(parts)
        )
        return self.workers.results(self, shares)


class SharedNetwork(ModelNetwork):
    """A model that many processes pass over.

    What is asked of few neurons is looked up by this process.

    Parameters
    ----------
    plan
        As in ``ModelNetwork``.
    workers
        The processes, which open the same model.
    """

    def __init__(self, plan: Plan, workers: ModelWorkers) -> None:
        super().__init__(plan)
        self._workers = workers

    def operators(self, layer: Layer) -> Iterator[WiredLayer]:
        """Yield the one operator that is all relationships into a layer."""
        for wired in super().operators(layer):
            if layer.edges < _FEWEST:
                yield wired
            else:
                yield SharedLayer(
                    at=wired.at,
                    targets=wired.targets,
                    sources=wired.sources,
                    first=wired.first,
                    index=layer.index,
                    workers=self._workers,
                )
