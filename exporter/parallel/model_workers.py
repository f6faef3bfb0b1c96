"""Processes that pass over a model file, for as long as it is asked about."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import uuid4

from exporter.model_graph.pieces import Result
from exporter.model_graph.wired_layer import WiredLayer
from exporter.parallel.batches import Batch, Beginning, make_of_batch
from exporter.parallel.checking import checked_batch, checked_share
from exporter.parallel.results import of_deaths, results
from exporter.parallel.share import Share, compute_share
from exporter.parallel.source import ModelSource
from exporter.parallel.starting import started
from exporter.parallel.workers import Workers
from queries.core.closing import Closing
from queries.errors import GraphError, GraphUnavailableError, NeurongraphError
from queries.stores.opener import Opener
from queries.stores.processes import Begin

if TYPE_CHECKING:
    from queries.core.model import StoredModel

K = TypeVar("K", Batch, Share)
P = TypeVar("P")
T = TypeVar("T")

_GO_ON: Final = "ask again, or leave dask out"
_BATCHES_A_WORKER: Final = 4
"""Batches that are sent at once, so that no worker waits long for the last one."""


class ModelWorkers(Closing):
    """Processes that open a model; they are started when they are first needed.

    Parameters
    ----------
    dask
        As in ``starting.started``.
    source
        The model.
    """

    def __init__(self, dask: str, source: ModelSource) -> None:
        self._dask, self._source = dask, source
        self._opener = Opener(str(source.path))
        self._running = ExitStack()
        self._workers: Workers | None = None
        self._content: Any = None

    @property
    def count(self) -> int:
        """How many tasks are done at once."""
        return self._started().count

    def results(self, layer: WiredLayer, shares: Iterable[Share]) -> Iterator[Result]:
        """Yield the results of shares, in their order.

        Parameters
        ----------
        layer
            The layer, as this process has it.
        shares
            What is to be computed of it.

        Raises
        ------
        GraphUnavailableError
            If the workers, or the connection to them, are lost.
        GraphError
            If a worker fails, or sends back something else than it was to send.
        """
        for computed in self._answers(compute_share, shares, partial(_checked, layer)):
            yield from computed

    def mapped(self, begin: Begin[P, T], about: "StoredModel", parts: Iterable[P]) -> Iterator[T]:
        """Yield what is made of each part, in their order; ``Processes`` says of what."""
        beginning, waiting = Beginning(uuid4().hex, begin, about), iter(parts)
        while some := list(islice(waiting, _BATCHES_A_WORKER * self.count)):
            batches = [Batch(number, beginning, part) for number, part in enumerate(some)]
            for made in self._answers(make_of_batch, batches, checked_batch):
                if isinstance(made, NeurongraphError):
                    raise made
                yield made

    def _answers(
        self,
        call: Callable[[ModelSource, K, Any], Any],
        tasks: Iterable[K],
        checked: Callable[[K, object], tuple[int, T]],
    ) -> Iterator[T]:
        """Yield what the workers answer to tasks, in the order of their numbers."""
        workers = self._started()
        begun: dict[Future[Any], K] = {}
        try:
            for task in tasks:
                begun[self._submitted(workers, call, task)] = task
            yield from _in_order(results(workers, begun, checked, _GO_ON))
        except GraphError:
            # The next question starts others.
            self.close()
            raise
        finally:
            for future in begun:
                future.cancel()

    def close(self) -> None:
        """End the processes, or leave a scheduler as it is; a fork does neither."""
        if not self._opener.is_here:
            return
        self._workers = self._content = None
        self._running.close()

    def _started(self) -> Workers:
        self._opener.require()
        if self._workers is None:
            workers = self._running.enter_context(started(self._dask))
            self._content = workers.shipped(self._source)
            self._workers = workers
        return self._workers

    def _submitted(
        self, workers: Workers, call: Callable[[ModelSource, K, Any], Any], task: K
    ) -> "Future[Any]":
        try:
            return workers.executor.submit(call, self._source, task, self._content)
        except workers.deaths as error:
            raise of_deaths(error, _GO_ON) from None
        # Dask raises a plain Exception where its scheduler was lost.
        except Exception as error:
            raise GraphUnavailableError(
                f"the workers take no tasks any more: {error}; {_GO_ON}"
            ) from error


def _checked(layer: WiredLayer, share: Share, reply: object) -> tuple[int, list[Result]]:
    return share.number, checked_share(layer, share, reply)


def _in_order(results: Iterable[tuple[int, T]]) -> Iterator[T]:
    """Yield results in the order of their tasks, so that sums are rounded as in one process."""
    early: dict[int, T] = {}
    upcoming = 0
    for number, computed in results:
        early[number] = computed
        while upcoming in early:
            yield early.pop(upcoming)
            upcoming += 1
