"""The page in the cell of a notebook: served while the graph is open, or saved into it."""

from html import escape
from secrets import token_hex
from threading import Thread
from typing import Any, Final

from queries.core.closing import Closing
from queries.plots.cell import in_cell
from queries.viewer.page_graph import PageGraph
from queries.viewer.save import layout
from queries.viewer.server import Viewer
from queries.viewer.style import TEMPLATE
from queries.viewer.view import View

_CELL: Final = """\
<iframe id="{id}" title="{title}" referrerpolicy="no-referrer"
  srcdoc="{waiting}" style="width: 100%; height: {height}px; border: 1px solid #ddd"></iframe>
<script>
(async () => {{
  const frame = document.getElementById("{id}")
  const host = location.hostname
  if (!["localhost", "127.0.0.1"].includes(host)) return
  // The cookie of the page is strict: it needs the name that the notebook has for this machine.
  const page = `http://${{host}}:{port}/{query}`
  try {{
    await fetch(page, {{mode: "no-cors"}})
    frame.removeAttribute("srcdoc")
    frame.src = page
  }} catch {{
    frame.srcdoc = "{ended}"
  }}
}})()
</script>"""
_ENDED: Final = "<p>The page ended when its graph was closed; run the cell again.</p>"
_WAITING: Final = (
    "<p>The page of {what} is served on the machine of the kernel, to browsers on that machine. "
    "From elsewhere graph.view(live=False) shows a saved page.</p>"
)


class ServedPage(Closing):
    """The page of a graph, served by a thread until it is closed.

    Parameters
    ----------
    graph, **opening
        As in ``NeuronGraph``.
    model
        The model that is shown first; None for the first of the graph.
    height
        Of the frame in a notebook, in pixels.
    """

    def __init__(self, graph: Any, model: str | None, height: int, **opening: Any) -> None:
        self._viewer = Viewer(graph, model, **opening)
        place = self._viewer.location
        self._what, self._height = place if model is None else f"{model} in {place}", height
        self._thread = Thread(target=self._viewer.serve, name="neurongraph-page", daemon=True)
        self._is_open = True
        self._thread.start()

    @property
    def address(self) -> str:
        """Where the page is, with its secret: on this machine who has it may look at it."""
        return self._viewer.address

    def close(self) -> None:
        """End the page; closing twice does no harm."""
        if self._is_open:
            self._is_open = False
            self._viewer.stop()
            self._thread.join()
            self._viewer.close()

    def __repr__(self) -> str:
        if not self._is_open:
            return f"<The page of {self._what}, closed>"
        return f"<The page of {self._what}, at {self.address} until the graph is closed>"

    def _repr_html_(self) -> str:
        if not self._is_open:
            return _ENDED
        _, _, query = self.address.rpartition("/")
        return _CELL.format(
            id=f"neurongraph-{token_hex(8)}",
            title=escape(f"The page of {self._what}"),
            waiting=escape(_WAITING.format(what=escape(self._what))),
            height=self._height,
            port=self._viewer.port,
            query=query,
            ended=_ENDED,
        )


class SavedPage:
    """A view of a model as it was when it was made; it needs no server.

    Parameters
    ----------
    graph, **opening
        As in ``NeuronGraph``.
    model
        The model; None for the first of the graph.
    height
        Of the frame in a notebook, in pixels.
    """

    def __init__(self, graph: Any, model: str | None, height: int, **opening: Any) -> None:
        with PageGraph(graph, **opening) as opened:
            shown = opened.page_model(model)
            if opened.samples:
                opened.samples.of(shown.model)
            self._title, self._height = f"{shown.name} - neurongraph", height
            self._root = layout(opened, opened.samples.first(View(shown.name)))

    def __repr__(self) -> str:
        return f"<The saved page of {self._title.removesuffix(' - neurongraph')}>"

    def _repr_html_(self) -> str:
        shape = f"height: {self._height}px"
        return in_cell(self._root, title=self._title, size="", shape=shape, template=TEMPLATE)
