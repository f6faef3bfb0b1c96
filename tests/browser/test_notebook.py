"""What the cells of a notebook show, in a real browser: pictures, and the page of a graph."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Final

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from exporter import load
from queries import NeuronGraph
from queries.plots.picture import Picture

WIDTH: Final = 640
"""Of a cell, in pixels."""

OUTSIDE: Final = """() => {
  const view = Bokeh.index.roots[0]
  const out = (box) => box.x0 < 0 || box.y0 < 0 || box.x1 > innerWidth || box.y1 > innerHeight
  const named = ["ColorBar", "Legend", "LinearAxis", "LogAxis", "Title"]
  const views = [...view.renderer_views.values()].filter((each) => named.includes(each.model.type))
  const parts = views.map((each) => [each.model.type, each.layout?.bbox ?? each.bbox])
  return [parts.length, parts.filter(([_, box]) => out(box)).map(([name]) => name)]
}"""


@pytest.fixture(scope="module")
def graph(digits_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NeuronGraph]:
    place = tmp_path_factory.mktemp("notebook") / "digits.lbug"
    load(digits_file, place)
    with NeuronGraph(place) as opened:
        yield opened


@pytest.fixture(autouse=True)
def kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a picture be in the cell of a notebook that nothing has been shown in."""
    monkeypatch.setattr("queries.plots.cell.in_notebook", lambda: True)
    monkeypatch.setattr("queries.plots.cell._running", lambda: ("", 1))
    monkeypatch.setattr("queries.plots.cell._held", {})


@contextmanager
def notebook(browser: Browser, outputs: Sequence[str]) -> Iterator[Page]:
    """Give a page with outputs of cells, open at the name that Jupyter has for this machine."""
    cells = "".join(f"<div style='width: {WIDTH}px'>{output}</div>" for output in outputs)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(f"<!doctype html><title>notebook</title>{cells}".encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        context = browser.new_context(viewport={"width": 800, "height": 900})
        page = context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(f"http://localhost:{server.server_port}/")
        yield page
        context.close()
        server.shutdown()
    assert wrong == []


def drawn(page: Page) -> list[Frame]:
    """Return the frames of a page, once Bokeh has drawn in each."""
    frames = page.frames[1:]
    for frame in frames:
        frame.wait_for_function("window.Bokeh?.documents[0]?.is_idle")
    return frames


def pictures(graph: NeuronGraph) -> list[Picture]:
    plot, digits = graph.plot, ",".join("0123456789")
    return [
        plot.adjacency(),
        plot.receptive_field("conv_1[3]@1,1", "input_layer"),
        plot.centrality(classes=digits),
        plot.strongest_paths("input_layer", "dense_1", size=(500, 400)),
        plot.weight_distribution(),
    ]


def test_pictures_fit_their_cells_and_are_drawn_by_what_the_first_holds(
    graph: NeuronGraph, browser: Browser
) -> None:
    outputs = [picture._repr_html_() for picture in pictures(graph)]
    assert len(outputs[0]) < 700_000
    assert all(len(output) < 200_000 for output in outputs[1:])
    with notebook(browser, outputs) as page:
        frames = drawn(page)
        assert len(frames) == len(outputs)
        widths = [frame.evaluate("innerWidth") for frame in frames]
        assert widths == [WIDTH, WIDTH, WIDTH, 500, WIDTH]
        for frame in frames:
            assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
            count, outside = frame.evaluate(OUTSIDE)
            assert count >= 3
            assert outside == []


def test_a_picture_without_the_first_says_what_to_do(graph: NeuronGraph, browser: Browser) -> None:
    picture = graph.plot.weight_distribution()
    picture._repr_html_()
    with notebook(browser, [picture._repr_html_()]) as page:
        expect(page.frame_locator("iframe").locator("p")).to_contain_text(
            "restart the kernel", timeout=20_000
        )


def test_names_of_a_model_stay_text(graph: NeuronGraph, browser: Browser) -> None:
    picture = graph.plot.weight_distribution()
    title = "</script><script>top.document.title = 'struck'</script><!--"
    picture.figure.title.text = title  # type: ignore[union-attr]
    with notebook(browser, [picture._repr_html_()]) as page:
        (frame,) = drawn(page)
        assert frame.evaluate("Bokeh.documents[0].roots()[0].title.text") == title
        assert page.title() == "notebook"


def test_the_page_of_a_graph_is_in_the_cell_until_the_graph_is_closed(
    graph: NeuronGraph, browser: Browser
) -> None:
    with NeuronGraph(graph.location) as opened:
        shown = opened.view(height=500)
        output = shown._repr_html_()
        with notebook(browser, [output]) as page:
            frame = page.frame_locator("iframe")
            said = frame.get_by_role("status").filter(has_text="digits: 6 layers")
            said.wait_for(timeout=30_000)
            # The secret is no part of what the frame then shows.
            assert "token" not in page.frames[1].url
    assert "closed" in repr(shown)
    with notebook(browser, [output]) as page:
        expect(page.frame_locator("iframe").locator("p")).to_contain_text("run the cell again")


def test_a_saved_page_needs_no_graph(graph: NeuronGraph, browser: Browser) -> None:
    with NeuronGraph(graph.location) as opened:
        saved = opened.view(live=False, height=500)
    with notebook(browser, [saved._repr_html_()]) as page:
        (frame,) = drawn(page)
        assert frame.evaluate("innerHeight") == 500
        assert re.search("digits", frame.title())
