"""Processes that do a load or a pass: local ones, or those of Dask."""

from abc import ABC, abstractmethod
from concurrent.futures import Executor
from typing import Any, ClassVar

from exporter.parallel.source import ModelSource


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
