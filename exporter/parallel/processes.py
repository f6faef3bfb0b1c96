"""Local processes, where Dask is not installed."""

import os
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import ClassVar

from exporter.parallel.interrupts import end_with_parent
from exporter.parallel.source import ModelSource
from exporter.parallel.workers import Workers
from queries.core.log import notices


class LocalProcesses(Workers):
    """Processes of this machine."""

    deaths: ClassVar[tuple[type[Exception], ...]] = (BrokenExecutor,)

    def shipped(self, source: ModelSource) -> None:
        """Send nothing: they find the file."""

    def trouble(self) -> None:
        """Say nothing: all tasks fail where a process dies."""


@contextmanager
def local_processes() -> Iterator[Workers]:
    """Start one process a core; they end with the context."""
    notices.info("Dask is not installed, so that local processes work without it")
    # A fork of a process that has imported TensorFlow may hang.
    spawn = get_context("spawn")
    count = os.cpu_count() or 1
    with ProcessPoolExecutor(count, spawn, initializer=end_with_parent) as executor:
        yield LocalProcesses(executor, count)
