"""Wait for what many processes do, and say what became of it where they fail."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError, Future, as_completed
from typing import Any, Final, TypeVar

from exporter.parallel.checking import Unexpected
from exporter.parallel.workers import Workers
from queries.errors import GraphError, GraphUnavailableError, NeurongraphError

_PATIENCE: Final = 30.0
"""Seconds without a result after which it is asked whether any worker is left."""

K = TypeVar("K")
T = TypeVar("T")


def results(
    workers: Workers,
    tasks: Mapping["Future[Any]", K],
    checked: Callable[[K, object], T],
    go_on: str,
) -> Iterator[T]:
    """Yield results as they come, while anything can be expected to come.

    Parameters
    ----------
    workers
        The processes that have the tasks.
    tasks
        The tasks, each with what it is to do.
    checked
        Returns what came of a task as it is to be used, or raises Unexpected.
    go_on
        What to do where they fail, for an error.

    Raises
    ------
    GraphUnavailableError
        If the workers, or the connection to them, are lost.
    GraphError
        If a worker fails, or sends back something else than it was to send.
    """
    pending = set(tasks)
    trouble: str | None = None
    while pending:
        before, last = len(pending), trouble
        try:
            for task in as_completed(pending, timeout=_PATIENCE):
                pending.remove(task)
                yield _checked(checked, tasks[task], _result(workers, task, go_on), go_on)
        except TimeoutError:
            trouble = workers.trouble() if len(pending) == before else None
            # A worker that is started again is away for a moment.
            if last and trouble:
                raise GraphUnavailableError(f"{trouble}; {go_on}") from None


def _checked(checked: Callable[[K, object], T], what: K, reply: object, go_on: str) -> T:
    try:
        return checked(what, reply)
    except Unexpected as error:
        reason = str(error)
    except Exception as error:  # noqa: BLE001 - what was sent may raise anything when looked at.
        reason = f"something that raises {type(error).__name__}"
    raise GraphError(
        f"a worker sent back {reason}; give the workers the version of neurongraph and the model "
        f"file of this process; then {go_on}"
    )


def of_deaths(error: Exception, go_on: str) -> GraphError:
    """Return the error that tells of workers that died.

    Parameters
    ----------
    error
        One of the workers' ``deaths``.
    go_on
        What the user may do.
    """
    return GraphError(
        f"workers died, perhaps for lack of memory ({error}); with more of it, {go_on}"
    )


def _result(workers: Workers, task: "Future[Any]", go_on: str) -> object:
    try:
        return task.result()
    except NeurongraphError:
        raise
    except CancelledError:
        raise GraphUnavailableError(f"the connection to the workers was lost; {go_on}") from None
    except workers.deaths as error:
        raise of_deaths(error, go_on) from None
    # A worker may send back what would end this process.
    except (Exception, SystemExit) as error:
        raise GraphError(f"a worker failed: {type(error).__name__}: {error}; {go_on}") from error
