"""Wait for what many processes do, and say what became of it where they fail."""

from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError, Future, as_completed
from typing import Final

from exporter.parallel.task import Written
from exporter.parallel.workers import Workers
from queries.errors import GraphError, GraphUnavailableError, NeurongraphError

_PATIENCE: Final = 30.0
"""Seconds without a result after which it is asked whether any worker is left."""

_GO_ON: Final = "what is written stays, and a load with --resume goes on from there"


def results(workers: Workers, tasks: Iterable["Future[Written]"]) -> Iterator[Written]:
    """Yield results as they come, while anything can be expected to come.

    Parameters
    ----------
    workers
        The processes that have the tasks.
    tasks
        The tasks.

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
                yield _result(workers, task)
        except TimeoutError:
            trouble = workers.trouble() if len(pending) == before else None
            # A worker that is started again is away for a moment.
            if last and trouble:
                raise GraphUnavailableError(f"{trouble}; {_GO_ON}") from None


def _result(workers: Workers, task: "Future[Written]") -> Written:
    try:
        return task.result()
    except NeurongraphError:
        raise
    except CancelledError:
        raise GraphUnavailableError(f"the connection to the workers was lost; {_GO_ON}") from None
    except workers.deaths as error:
        raise GraphError(
            f"workers died, perhaps for lack of memory ({error}); with more of it, {_GO_ON}"
        ) from None
    except Exception as error:
        raise GraphError(f"a worker failed: {type(error).__name__}: {error}; {_GO_ON}") from error
