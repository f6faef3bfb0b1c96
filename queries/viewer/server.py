"""Serve the page to browsers on this machine that have its address, and to nobody else."""

import asyncio
import os
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final

from bokeh.application import Application
from bokeh.application.handlers.function import FunctionHandler
from bokeh.document import Document
from bokeh.events import DocumentReady
from bokeh.server.server import BaseServer
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.web import RequestHandler

from queries.core.closing import Closing
from queries.core.input_shapes import InputShapes
from queries.core.model_input import InputLike
from queries.core.secret import new_secret
from queries.errors import NeurongraphError, ParameterError
from queries.stores.unfinished import unfinished_texts
from queries.viewer.guard import TOKEN, GuardedTornado
from queries.viewer.page import Page
from queries.viewer.page_graph import PageGraph
from queries.viewer.save import standalone
from queries.viewer.scene import complete
from queries.viewer.view import View
from queries.viewer.worker import Worker

ADDRESS: Final = "127.0.0.1"


class Viewer(Closing):
    """The page of a graph, served on a port of this machine.

    Parameters
    ----------
    graph
        As in ``NeuronGraph``.
    model
        The model that is shown first; None for the first of the graph.
    port
        The port; 0 for one that is free.
    classes
        What the outputs of the model stand for, in their order.
    input_shape, example_inputs
        As in ``NeuronGraph``.
    model_input
        The inputs at which models are shown; None for none.

    Raises
    ------
    GraphError, ModelNotFoundError
        If the graph cannot be opened, or holds no such model.
    ParameterError
        If the port is taken, there are as many outputs as classes in no layer, or inputs do not
        fit the model.

    Attributes
    ----------
    unfinished
        A sentence for each model that is being loaded or removed, where none was named.
    """

    def __init__(
        self,
        graph: str | os.PathLike[str] | Any | None = None,
        model: str | None = None,
        *,
        port: int = 0,
        classes: Sequence[str] = (),
        input_shape: InputShapes | None = None,
        example_inputs: Any = None,
        model_input: InputLike | None = None,
    ) -> None:
        self._graph = PageGraph(graph, classes, input_shape, example_inputs, model_input)
        try:
            # What is wrong is said before a browser opens, and the first page finds this read.
            shown = self._graph.page_model(model)
            self._graph.require_classes(shown)
            if self._graph.samples:
                self._graph.samples.of(shown.model)
            first, self.unfinished = shown.name, [] if model else self._unfinished()
            self._socket = _listening(port)
        except BaseException:
            self._graph.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        self._first, self._worker = first, Worker()
        self._ahead, self._secret = False, new_secret()
        self._stopping, self._stopped = asyncio.Event(), threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def location(self) -> str:
        """Where the graph is."""
        return self._graph.location

    def _unfinished(self) -> list[str]:
        rows = self._graph.models().to_dict("records")
        return unfinished_texts(self._graph.location, rows)

    @property
    def address(self) -> str:
        """Where the page is, with the secret that it needs."""
        return f"http://{ADDRESS}:{self.port}/?{TOKEN}={self._secret}"

    def serve(self) -> None:
        """Serve until ``stop`` is called, or Ctrl-C is pressed."""
        asyncio.run(self._serve())

    def stop(self) -> None:
        """End ``serve``, which another thread runs or is about to run."""
        self._worker.close()
        self._stopped.set()
        with suppress(RuntimeError):
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._stopping.set)

    async def _serve(self) -> None:
        def open_page(document: Document) -> None:
            Page(document, self._graph, self._worker, self._first)
            document.on_event(DocumentReady, lambda _: self._read_ahead())

        saving = {"graph": self._graph, "worker": self._worker, "model": self._first}
        tornado = GuardedTornado(
            {"/": Application(FunctionHandler(open_page))},
            self._secret,
            hosts=[f"{host}:{self.port}" for host in (ADDRESS, "localhost")],
            cookie=f"neurongraph-{self.port}",
            extra_patterns=[(r"/view\.html", _Save, saving)],
        )
        http = HTTPServer(tornado)
        http.add_sockets([self._socket])
        server = BaseServer(IOLoop.current(), tornado, http)
        server.start()
        try:
            self._loop = asyncio.get_running_loop()
            if not self._stopped.is_set():
                await self._stopping.wait()
            await _settled(server)
        finally:
            server.stop(wait=False)
            # Browsers keep connections open for what comes next.
            await http.close_all_connections()

    def _read_ahead(self) -> None:
        """Ask what the first click will ask, once the first page has asked its own."""
        model = self._graph.cached_model(self._first)
        if self._ahead or model is None or model.large:
            return
        self._ahead = True
        first_pick = View(self._first, pick=str(model.neurons["name"].iloc[0]))
        self._worker.run(partial(complete, self._graph, first_pick))

    def close(self) -> None:
        """Stop listening, and close the graph."""
        self._socket.close()
        self._worker.close()
        self._graph.close()


async def _settled(server: BaseServer) -> None:
    """Wait until each page has been told what the worker has found."""
    # The worker hands on what it found by callbacks of the loop.
    await asyncio.sleep(0.05)
    for session in server.get_sessions():
        # Its decorator makes it a coroutine.
        locked: Any = session.with_document_locked(lambda: None)
        await locked


def _listening(port: int) -> socket.socket:
    try:
        listening = socket.create_server((ADDRESS, port))
    except OSError as error:
        raise ParameterError(f"port {port} cannot be used: {error.strerror}") from None
    listening.setblocking(False)
    return listening


class _Save(RequestHandler):
    """The view that the address says, as a page that needs no server."""

    def initialize(self, graph: PageGraph, worker: Worker, model: str) -> None:
        self._graph, self._worker, self._model = graph, worker, model

    async def get(self) -> None:
        view = View.of_arguments(self.request.query_arguments, self._model)
        try:
            page = await asyncio.wrap_future(
                self._worker.run(lambda: standalone(self._graph, view))
            )
        except NeurongraphError as error:
            self.set_status(400)
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish(str(error))
            return
        self.set_header("Content-Disposition", 'attachment; filename="view.html"')
        self.finish(page)
