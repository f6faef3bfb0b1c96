"""Clients in processes of their own, to be killed.

A fork server imports TensorFlow and the rest once, which takes seconds; each client is then a
real process that begins at once.
"""

import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from typing import Any, Final
from unittest.mock import patch

_IMPORTED: Final = [
    "tensorflow",
    "keras",
    "pandas",
    "exporter.loading",
    "exporter.sinks.neo4j.entries",
    "exporter.sinks.embedded.entries",
]
_CREDENTIALS: Final = ("NEO4J_USERNAME", "NEO4J_PASSWORD", "NEO4J_DATABASE")
PATIENCE: Final = 240

Tell = Callable[..., None]


@dataclass(frozen=True)
class Event:
    """What a client did, and when by the clock that all processes share, in seconds."""

    what: str
    at: float
    detail: str = ""


@dataclass(frozen=True)
class Ending:
    """How a client ended.

    It has ``finished``, ``failed`` by an error of ours, was ``stopped`` by a signal that it takes,
    or was ``killed``.
    """

    what: str
    error: str = ""
    message: str = ""


FINISHED: Final = Ending("finished")
KILLED: Final = Ending("killed")


class Client:
    """A process that loads or drops a model and tells each step of it.

    Parameters
    ----------
    task
        What it does, given a function to tell by.
    password
        Password of the user neo4j, if the server asks for one.
    environment
        Further variables, which it starts with; it then takes seconds to import everything.
    """

    def __init__(
        self,
        task: Callable[[Tell], None],
        *,
        password: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        context = _forking() if environment is None else get_context("spawn")
        self.events: list[Event] = []
        self._events, events = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(task, events, password), daemon=True)
        before = dict(os.environ)
        os.environ.update(environment or {})
        try:
            self._process.start()
        finally:
            for name in environment or {}:
                os.environ.pop(name)
            os.environ.update(before)
        events.close()

    def until(self, number: int) -> bool:
        """Wait until it has told so many events; false where it ended before."""
        deadline = time.monotonic() + PATIENCE
        while len(self.events) < number:
            assert self._events.poll(deadline - time.monotonic()), (
                f"stands still: {self.events[-3:]}"
            )
            try:
                self.events.append(self._events.recv())
            except EOFError:
                return False
        return True

    def over(self) -> bool:
        """Tell whether it has ended."""
        return not self._process.is_alive()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.join()

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self._process.pid or 0, number)

    def ended(self) -> Ending:
        """Wait until it ends."""
        while self.until(len(self.events) + 1):
            pass
        self._process.join()
        self._events.close()
        last = self.events[-1] if self.events else Event("", 0)
        if last.what == "failed":
            error, _, message = last.detail.partition(": ")
            return Ending("failed", error, message)
        if last.what == "finished":
            return FINISHED
        if last.what == "stopped":
            return Ending("stopped", last.detail)
        assert self._process.exitcode == -9, (self._process.exitcode, self.events[-3:])
        return KILLED


def loading(model: object, graph: object, **settings: Any) -> Callable[[Tell], None]:
    """Return the task of a load; the settings are those of ``exporter.load``."""
    return partial(_load, str(model), str(graph), settings)


def dropping(name: str, graph: object) -> Callable[[Tell], None]:
    """Return the task of a drop."""
    return partial(_drop, name, str(graph))


def taking_signals(task: Callable[[Tell], None]) -> Callable[[Tell], None]:
    """Return a task that takes signals as the command line does."""
    return partial(_taking_signals, task)


def standing(
    where: str, task: Callable[[Tell], None], *, after: bool = False
) -> Callable[[Tell], None]:
    """Return a task that stands still before it calls a function, such as module:Class.name."""
    return partial(_standing, where, task, after)


def _forking() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(_IMPORTED)
    return context


def _work(task: Callable[[Tell], None], events: Connection, password: str | None) -> None:
    from queries.errors import NeurongraphError

    for name in _CREDENTIALS:
        os.environ.pop(name, None)
    if password is not None:
        os.environ["NEO4J_PASSWORD"] = password

    def tell(what: str, detail: str = "") -> None:
        events.send(Event(what, time.monotonic(), detail))

    try:
        task(tell)
    except NeurongraphError as error:
        tell("failed", f"{type(error).__name__}: {error}")
    else:
        tell("finished")


def _load(model: str, graph: str, settings: dict[str, Any], tell: Tell) -> None:
    from exporter import loading as module
    from exporter.sinks.dataset.writer import DatasetWriter
    from exporter.sinks.embedded.writer import EmbeddedWriter
    from exporter.sinks.ledger import Ledger
    from exporter.sinks.neo4j.pace import Pace
    from exporter.sinks.neo4j.writer import BoltWriter

    steps = [
        *((Ledger, step) for step in ("begin", "resume", "finish")),
        *((writer, "flush") for writer in (BoltWriter, DatasetWriter, EmbeddedWriter)),
        (Pace, "refused"),
    ]
    with ExitStack() as stack:
        for owner, step in steps:
            stack.enter_context(patch.object(owner, step, _told(getattr(owner, step), step, tell)))
        module.load(model, graph, progress=lambda phase, *_: tell(phase), **settings)


def _told(step: Callable[..., Any], name: str, tell: Tell) -> Callable[..., Any]:
    def told(*arguments: Any, **settings: Any) -> Any:
        tell(name)
        return step(*arguments, **settings)

    return told


def _taking_signals(task: Callable[[Tell], None], tell: Tell) -> None:
    from queries.commands.stopping import handle_signals, signal_of

    try:
        with handle_signals():
            task(tell)
    except KeyboardInterrupt as interrupt:
        tell("stopped", signal_of(interrupt).name)
        raise SystemExit from None


def _standing(where: str, task: Callable[[Tell], None], after: bool, tell: Tell) -> None:
    module, _, name = where.partition(":")
    *owners, name = name.split(".")
    owner = import_module(module)
    for each in owners:
        owner = getattr(owner, each)
    function = getattr(owner, name)

    def stand(*arguments: Any, **settings: Any) -> Any:
        result = function(*arguments, **settings) if after else None
        tell("stands")
        time.sleep(PATIENCE)
        return result

    with patch.object(owner, name, stand):
        task(tell)


def _drop(name: str, graph: str, tell: Tell) -> None:
    from exporter import drop

    tell("drop")
    drop(name, graph, progress=lambda *_: tell("dropped"))
