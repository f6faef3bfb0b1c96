"""Wait for what many processes do, and say what became of it where they fail."""

from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError, Future, as_completed
from typing import Final, TypeVar

from exporter.parallel.workers import Workers
from queries.errors import GraphError, GraphUnavailableError, NeurongraphError

_PATIENCE: Final = 30.0
"""Seconds without a result after which it is asked whether any worker is left."""

T = TypeVar("T")


def results(workers: Workers, tasks: Iterable["Future[T]"], go_on: str) -> Iterator[T]:
    """Yield results as they come, while anything can be expected to come.

    Parameters
    ----------
    workers
        The processes that have the tasks.
    tasks
        The tasks.
    go_on
        What to do where they fail, for an error.

    Raises
    ------
    GraphUnavailableError
        If the workers, or the connection to them, are lost.
    GraphError
        If a worker fails.
    """
    pending = set(tasks)
    trouble: str | None = None
    while pending:
        before, last = len(pending), trouble
        try:
            for task in as_completed(pending, timeout=_PATIENCE):
                pending.remove(task)
                yield _result(workers, task, go_on)
        except TimeoutError:
            trouble = workers.trouble() if len(pending) == before else None
            # A worker that is started again is away for a moment.
            if last and trouble:
                raise GraphUnavailableError(f"{trouble}; {go_on}") from None


def _result(workers: Workers, task: "Future[T]", go_on: str) -> T:
    try:
        return task.result()
    except NeurongraphError:
        raise
    except CancelledError:
        raise GraphUnavailableError(f"the connection to the workers was lost; {go_on}") from None
    except workers.deaths as error:
        raise GraphError(
            f"workers died, perhaps for lack of memory ({error}); with more of it, {go_on}"
        ) from None
    except Exception as error:
        raise GraphError(f"a worker failed: {type(error).__name__}: {error}; {go_on}") from error
