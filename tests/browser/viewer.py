"""The page of ``neurongraph view`` in a real browser, and where to click on it."""

import math
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

from tests.servers.children import bound

MODEL = "Bokeh.documents[0].get_model_by_name"
SECONDS = 30


@contextmanager
def served(*words: str, program: str = "") -> Iterator[str]:
    """
    Give the address that ``neurongraph view`` printed, while it runs.

    Parameters
    ----------
    *words
        What follows ``neurongraph view``.
    program
        Python that runs before the command does.
    """
    code = f"{program}\nfrom exporter.cli import main\nmain()"
    command = [sys.executable, "-c", code, "view", *words, "--no-open"]
    with subprocess.Popen(bound(command), stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            line = server.stderr.readline()
            found = re.search(r"http://\S+", line)
            assert found, line + server.stderr.read()
            yield found[0]
        finally:
            server.terminate()


@contextmanager
def opened(browser: Browser, address: str) -> Iterator["Viewer"]:
    """
    Give a new page; nothing may go wrong in it, and no other host be asked.

    Parameters
    ----------
    browser
        The browser.
    address
        Where the server is, as it was printed.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    base = address.partition("?")[0]
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on(
        "request",
        lambda asked: None if asked.url.startswith(base) else wrong.append(asked.url),
    )
    yield Viewer(page, address)
    context.close()
    assert not wrong


def serious_faults(page: Page) -> list[str]:
    """Return what axe-core calls a serious or critical fault of a page."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['target']} {node['html'][:200]}"
        for each in found
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
    ]


class Viewer:
    """
    A page that is open in a browser.

    Parameters
    ----------
    page
        The browser's page.
    address
        Where the server is, as it was printed; or that of a page that needs no server.
    """

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.base = address.partition("?")[0]

    def open(self, query: str = "") -> None:
        """Open a view, and wait until it is drawn."""
        self.paint(query)
        self.wait()

    def paint(self, query: str = "") -> None:
        """Open a view, and wait until its neurons are drawn; their colours may be missing."""
        self.page.goto(f"{self.address}&{query}")
        self.page.wait_for_function(
            f"""() => {{
                const kinds = ["map", "strip", "channel"]
                const layers = (kind) => {{
                    const data = {MODEL}(kind).data_source.data
                    return (data.get?.("layer") ?? data.layer).length
                }}
                return window.Bokeh?.documents?.[0]?.is_idle && kinds.some(layers)
            }}""",
            timeout=SECONDS * 1000,
        )

    def wait(self) -> None:
        """Wait until all of the view that was opened is there."""
        self._settled("")

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Wait until the view has become another one, and all that it shows is there."""
        before = self.page.evaluate(f"() => {MODEL}('link').tags[0]")
        yield
        self._settled(before)

    def _settled(self, before: str) -> None:
        self.page.wait_for_function(
            f"""(before) => {{
                if (!window.Bokeh?.documents?.[0]) return false
                const [wanted, shown] = ["link", "status"].map((name) => {MODEL}(name)?.tags[0])
                return wanted !== before && wanted === shown && Bokeh.documents[0].is_idle
            }}""",
            arg=before,
            timeout=SECONDS * 1000,
        )

    def data(self, name: str) -> dict[str, Any]:
        """Return what a renderer draws."""
        found: dict[str, Any] = self.page.evaluate(
            f"""(name) => {{
                const model = {MODEL}(name)
                const source = model.data_source
                const plain = (x) => ArrayBuffer.isView(x) || x?.values ? [...x] : x
                const columns = [...(source.data.entries?.() ?? Object.entries(source.data))]
                return Object.fromEntries(
                    columns.map(([key, values]) => [key, [...values].map(plain)]))
            }}""",
            name,
        )
        return found

    def table(self, name: str) -> list[list[str]]:
        """Return the rows of a table, as text."""
        rows: list[list[str]] = self.page.evaluate(
            f"""(name) => {{
                const html = new DOMParser().parseFromString({MODEL}(name).text, "text/html")
                return [...html.querySelectorAll("tbody tr")].map(
                    (row) => [...row.cells].map((cell) => cell.textContent))
            }}""",
            name,
        )
        return rows

    def text(self, name: str) -> str:
        """Return the HTML of a text on the page."""
        return str(self.page.evaluate(f"(name) => {MODEL}(name).text", name))

    def facts(self) -> dict[str, str]:
        """Return the numbers of the picked neurons."""
        return dict(re.findall(r"<th scope='row'>(.*?)</th><td>(.*?)</td>", self.text("numbers")))

    def layer_facts(self) -> dict[str, str]:
        """Return how the layer of the pick is set."""
        return dict(re.findall(r"<dt>(.*?)</dt> <dd>(.*?)</dd>", self.text("layer")))

    def pick(self) -> str:
        """Return the name of the pick."""
        return str(self.page.evaluate(f"() => {MODEL}('find').value"))

    def picture(self) -> Locator:
        """Return the picture, as who cannot see it finds it."""
        return self.page.get_by_role("application", name="Picture of the model")

    def texts(self) -> dict[str, tuple[float, float]]:
        """Return what is written in the picture, and where in it the middle of the text is."""
        found = self.page.evaluate(
            f"""async () => {{
                const view = Bokeh.index.find_one_by_id({MODEL}("picture").id)
                const canvas = CanvasRenderingContext2D.prototype
                const write = canvas.fillText
                const written = []
                canvas.fillText = function (text, x, y) {{
                    const half = this.measureText(text).width / 2
                    const place = this.getTransform().transformPoint({{x: x + half, y}})
                    written.push([text, [place.x, place.y]])
                    return write.apply(this, arguments)
                }}
                view.request_repaint()
                const frame = () => new Promise((next) => requestAnimationFrame(next))
                for (let count = 0; count < 3; count++) await frame()
                canvas.fillText = write
                return written
            }}"""
        )
        return {text: tuple(place) for text, place in found}

    def frame(self) -> dict[str, float]:
        """Return where in the picture neurons are drawn."""
        found: dict[str, float] = self.page.evaluate(
            f"""() => {{
                const {{left, right, top, bottom}} =
                    Bokeh.index.find_one_by_id({MODEL}("picture").id).frame.bbox
                return {{left, right, top, bottom}}
            }}"""
        )
        return found

    def middle(self, layer: str, channel: int) -> tuple[float, float]:
        """Return where in the units of the picture the middle of a unit of a dense layer is."""
        data = self.data("strip")
        at = data["layer"].index(layer)
        rows = len(data["channel"][at])
        row = data["channel"][at].index(channel)
        across = data["x"][at] + data["dw"][at] / 2
        return across, data["y"][at] + (row + 0.5) / rows * data["dh"][at]

    def shades_of_page(self) -> dict[str, list[int]]:
        """Return red, green and blue of the page, a control, the picture's edge and a tooltip.

        The mouse is over a neuron.
        """
        found: dict[str, list[int]] = self.page.evaluate(
            f"""() => {{
                const numbers = (color) => color.match(/\\d+/g).slice(0, 3).map(Number)
                const back = (element) => numbers(getComputedStyle(element).backgroundColor)
                const view = (name) => Bokeh.index.find_one_by_id({MODEL}(name).id)
                const canvas = view("picture").canvas_view.primary.el
                const corner = canvas.getContext("2d").getImageData(2, canvas.height - 2, 1, 1)
                return {{
                    page: back(document.body),
                    control: back(view("find").input_el),
                    picture: [...corner.data].slice(0, 3),
                    tooltip: back(document.querySelector(".bk-Tooltip")),
                }}
            }}"""
        )
        return found

    def completions(self, label: str, text: str) -> list[str]:
        """Return what a field offers once a text is written."""
        field = self.page.get_by_label(label, exact=True)
        field.fill(text)
        found: list[str] = field.evaluate(
            "(input) => [...input.list.options].map((option) => option.value)"
        )
        return found

    def run_cypher(self, text: str) -> None:
        """Run a statement by keyboard, and wait for what comes of it."""
        field = self.page.get_by_label("Cypher, which cannot write")
        field.fill(text)
        self.page.evaluate(f"() => {{ {MODEL}('answer').text = '' }}")
        field.press("Control+Enter")
        self.page.wait_for_function(
            f"() => {MODEL}('answer').text && !{MODEL}('answer').text.includes('Working')"
        )

    def images(self) -> dict[str, dict[str, list[float]]]:
        """Return by layer the channel, x, y and value of each cell that is drawn."""
        found = {}
        for kind in ("map", "strip", "channel"):
            data = self.data(kind)
            for place, layer in enumerate(data["layer"]):
                drawn = [cell is not None and not math.isnan(cell) for cell in data["image"][place]]
                found[layer] = {
                    name: [
                        v for v, is_drawn in zip(data[name][place], drawn, strict=True) if is_drawn
                    ]
                    for name in ("channel", "px", "py", "value", "image")
                }
        return found

    def click(self, layer: str, channel: int, x: int | None = None, y: int | None = None) -> None:
        """Click on a neuron as it is drawn."""
        place = self.place(layer, channel, x, y)
        with self.changing():
            self.page.mouse.click(*place)

    def place(
        self, layer: str, channel: int, x: int | None = None, y: int | None = None
    ) -> tuple[float, float]:
        """Return where in the window a neuron is drawn."""
        place = self.page.evaluate(
            f"""([layer, channel, px, py]) => {{
                for (const kind of ["map", "strip", "channel"]) {{
                    const data = {MODEL}(kind).data_source.data
                    const column = (name) => data.get?.(name) ?? data[name]
                    const layers = [...column("layer")]
                    const at = layers.indexOf(layer)
                    if (at < 0) continue
                    const cells = column("image")[at]
                    const [rows, columns] = cells.shape
                    const of = (name) => column(name)[at]
                    for (let cell = 0; cell < cells.length; cell++) {{
                        if (isNaN(cells[cell]) || of("channel")[cell] != channel) continue
                        if (px != null && (of("px")[cell] != px || of("py")[cell] != py)) continue
                        const x = of("x") + (cell % columns + 0.5) / columns * of("dw")
                        const y = of("y") + (Math.floor(cell / columns) + 0.5) / rows * of("dh")
                        const view = Bokeh.index.find_one_by_id({MODEL}("picture").id)
                        const frame = view.frame
                        const box = view.el.getBoundingClientRect()
                        return [box.x + frame.x_scale.compute(x), box.y + frame.y_scale.compute(y)]
                    }}
                }}
            }}""",
            [layer, channel, x, y],
        )
        assert place, f"{layer}[{channel}] is not drawn"
        across, down = place
        return across, down

    def choose(self, label: str, option: str) -> None:
        """Choose an option of a list."""
        with self.changing():
            self.page.get_by_label(label, exact=True).select_option(label=option)

    def write(self, label: str, text: str) -> None:
        """Write into a field, and press Enter."""
        field = self.page.get_by_label(label, exact=True)
        with self.changing():
            field.fill(text)
            field.press("Enter")

    def tab(self, name: str) -> None:
        """Turn to another side of the page."""
        self.page.get_by_role("button", name=name, exact=True).click()
