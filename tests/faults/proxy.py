"""A TCP proxy between a client and a Neo4j server that cuts, delays, and loses commits.

Bolt sends a message in chunks, each after its length in two bytes, and ends it by a length of 0.
A client sends nothing behind a COMMIT before it has the answer, so that a COMMIT always stands at
the end of what was sent, and the next chunk from the server answers it.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from types import TracebackType
from typing import Final, Self, TypeVar

T = TypeVar("T")

_COMMIT: Final = b"\x00\x02\xb0\x12\x00\x00"
_SUCCESS: Final = b"\xb1\x70"
_SIZE: Final = 1 << 16


class Loss(Enum):
    """What is lost of a commit."""

    REQUEST = auto()
    """The server never sees it, and the connection is cut."""
    ANSWER = auto()
    """The server has committed, and the connection is cut before the client knows."""
    ANSWER_HELD = auto()
    """The server has committed, and the client waits for the answer for ever."""


@dataclass(eq=False)
class _Connection:
    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    loss: Loss | None = None

    def cut(self) -> None:
        for side in (self.client, self.server):
            side.transport.abort()


class Proxy:
    """
    A port that forwards to a server until it is told to do harm.

    Parameters
    ----------
    port
        Where the server listens on this machine.

    Attributes
    ----------
    commits
        How many commits clients have sent.
    struck
        Set once a commit was lost as `lose` asked for.
    refusing
        Whether a new connection is cut at once.
    delay
        How long each chunk waits, in seconds.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._open: set[_Connection] = set()
        self._lost: tuple[int, Loss] | None = None
        self.commits = 0
        self.struck = threading.Event()
        self.refusing = False
        self.delay: Callable[[], float] = lambda: 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._call(asyncio.start_server(self._accept, "127.0.0.1", 0))
        self.uri = f"bolt://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.close()
        self.refusing = True
        self.cut()
        self._call(self._ended())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> int:
        """Cut all connections, as a network does that breaks; return how many there were."""
        return self._call(self._cut())

    def lose(self, commit: int, loss: Loss) -> None:
        """Lose a commit: the one of that number from now on, counted from 1."""
        self.struck.clear()
        self._lost = (self.commits + commit, loss)

    def _call(self, work: Awaitable[T]) -> T:
        async def wait() -> T:
            return await work

        return asyncio.run_coroutine_threadsafe(wait(), self._loop).result(60)

    async def _cut(self) -> int:
        for connection in self._open:
            connection.cut()
        return len(self._open)

    async def _ended(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refusing:
            writer.transport.abort()
            return
        try:
            answers, server = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            writer.transport.abort()
            return
        connection = _Connection(writer, server)
        self._open.add(connection)
        await asyncio.gather(
            self._pump(connection, reader, server, self._asked),
            self._pump(connection, answers, writer, self._answered),
        )
        self._open.remove(connection)

    async def _pump(
        self,
        connection: _Connection,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        passed: Callable[[_Connection, bytes], bytes | None],
    ) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(_SIZE):
                if (kept := passed(connection, data)) is None:
                    break
                await asyncio.sleep(self.delay())
                writer.write(kept)
                await writer.drain()
        connection.cut()

    def _asked(self, connection: _Connection, data: bytes) -> bytes | None:
        """Return what of a client's bytes is to be forwarded; None to cut the connection."""
        if not data.endswith(_COMMIT):
            return data
        self.commits += 1
        if self._lost is None or self._lost[0] != self.commits:
            return data
        connection.loss = self._lost[1]
        if connection.loss is not Loss.REQUEST:
            return data
        self.struck.set()
        return None

    def _answered(self, connection: _Connection, data: bytes) -> bytes | None:
        """Return what of the server's bytes is to be forwarded; None to cut the connection."""
        # A server that takes long sends empty chunks meanwhile; one that did not commit has
        # nothing to lose.
        if connection.loss is None or _SUCCESS not in data[:64]:
            return data
        self.struck.set()
        return None if connection.loss is Loss.ANSWER else b""
