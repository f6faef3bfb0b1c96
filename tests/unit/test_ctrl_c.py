"""Ctrl-C while a server runs a statement, as the driver of Neo4j meets it."""

from asyncio import CancelledError
from types import TracebackType
from typing import Any, Self, cast

import neo4j
import pytest

from queries.commands.stopping import Stopped
from queries.stores.neo4j.connection import run_once


class _Session:
    """What stands for a session of the driver, in which Ctrl-C comes while a statement runs."""

    def __init__(self) -> None:
        self.ended_by: type[BaseException] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self.ended_by = kind

    def run(self, _: str) -> None:
        raise Stopped(2)


class _Driver:
    execute_query_bookmark_manager: Any = None

    def __init__(self, session: _Session) -> None:
        self._session = session

    def session(self, **_: object) -> _Session:
        return self._session


def test_a_statement_that_writes_is_not_waited_for() -> None:
    session = _Session()
    with pytest.raises(Stopped) as stopped:
        run_once(cast(neo4j.Driver, _Driver(session)), None, lambda each: each.run("CREATE ()"))
    assert stopped.value.number == 2
    # At any other exception the driver takes in the rest of the answer before it closes.
    assert session.ended_by is not None
    assert issubclass(session.ended_by, CancelledError)
