"""Local processes, where Dask is not installed."""

from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import ClassVar

from exporter.parallel.interrupts import leave_interrupts
from exporter.parallel.notices import notices
from exporter.parallel.source import ModelSource
from exporter.parallel.workers import Workers


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
    notices.info("Dask is not installed, so that local processes write without it")
    # A fork of a process that has imported TensorFlow may hang.
    spawn = get_context("spawn")
    with ProcessPoolExecutor(mp_context=spawn, initializer=leave_interrupts) as executor:
        yield LocalProcesses(executor)
