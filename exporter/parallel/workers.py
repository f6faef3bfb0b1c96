"""Processes that do a load or a pass: local ones, or those of Dask."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, ClassVar

from exporter.parallel.address import LOCAL
from exporter.parallel.source import ModelSource
from queries.errors import ParameterError


class Workers(ABC):
    """Processes that take tasks.

    Parameters
    ----------
    executor
        What gives them the tasks.
    count
        How many tasks they do at once.
    """

    deaths: ClassVar[tuple[type[Exception], ...]]
    """What a task raises whose process has died."""

    def __init__(self, executor: Executor, count: int) -> None:
        self.executor = executor
        self.count = count

    @abstractmethod
    def shipped(self, source: ModelSource) -> Any:
        """Send the model file to processes that do not find it.

        Returns
        -------
        object
            What a task takes as the content of the file; None where nothing was sent.
        """

    @abstractmethod
    def trouble(self) -> str | None:
        """Say why no process takes tasks any more; None where one does."""


@contextmanager
def started(dask: str) -> Iterator[Workers]:
    """Start, or reach, the processes that do a load or a pass.

    Parameters
    ----------
    dask
        ``local`` for one process a core, of Dask where that is installed; or the address of a
        Dask scheduler.

    Raises
    ------
    ParameterError
        If it is an address, and Dask is not installed; if Dask cannot be imported.
    GraphUnavailableError
        If no scheduler answers there, or it has no workers.
    """
    if find_spec("distributed") is not None:
        try:
            from exporter.parallel.cluster import cluster, local_cluster
        except ImportError as error:
            raise ParameterError(
                f"dask: the package distributed is installed, and cannot be imported: {error}"
            ) from None
        opened = local_cluster() if dask == LOCAL else cluster(dask)
    elif dask == LOCAL:
        from exporter.parallel.processes import local_processes

        opened = local_processes()
    else:
        raise ParameterError(
            f"dask: {dask} needs the package distributed; pip install 'neurongraph[dask]'"
        )
    with opened as workers:
        yield workers
