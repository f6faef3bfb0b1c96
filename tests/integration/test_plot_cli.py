"""The command ``plot``, and pictures as files."""

import re
import shutil
import struct
import subprocess
import sys
import webbrowser
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from bokeh.models.annotations import Title
from typer.testing import CliRunner, Result

from exporter import load
from exporter.cli import app
from queries import NeuronGraph
from queries.commands import opening
from queries.commands.description import example_words
from queries.errors import ParameterError, PictureError
from queries.library.plots import plot, plots
from queries.plots import browser
from queries.plots.picture import Picture
from tests.servers import skip_or_fail

ROOT = Path(__file__).parents[2]


Invoke = Callable[..., Result]


@pytest.fixture(scope="module")
def loaded(digits_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the sample model in a graph."""
    path = tmp_path_factory.mktemp("plots") / "digits.lbug"
    load(digits_file, path)
    return path


@pytest.fixture
def graph(loaded: Path) -> Iterator[NeuronGraph]:
    """Give the same, open."""
    with NeuronGraph(loaded) as opened:
        yield opened


@pytest.fixture
def picture(graph: NeuronGraph) -> Picture:
    """Give a picture of it."""
    return graph.plot.adjacency("conv_1", "dense_0")


@pytest.fixture
def invoke(loaded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Run the command line in a folder with nothing but the samples."""
    monkeypatch.chdir(tmp_path)
    Path("samples").symlink_to(ROOT / "samples")

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, [*words], env={"NEURONGRAPH_GRAPH": str(loaded)})

    return run


@pytest.fixture
def chromium() -> str:
    """Give a browser; without one skip, or fail in CI."""
    if not any(shutil.which(name) for name in browser.BROWSERS):
        skip_or_fail("there is no browser: apt-get install chromium")
    return browser.found_browser()


class TestCommand:
    def test_lists_the_plots(self, invoke: Invoke) -> None:
        printed = invoke("plot").output
        for each in plots().values():
            assert re.search(rf"^{each.name} +{re.escape(each.summary)}", printed, re.MULTILINE)

    @pytest.mark.parametrize("name", [each for each in plots() if each != "history"])
    def test_describes_and_draws_each(self, invoke: Invoke, name: str) -> None:
        described = invoke("plot", name, "--describe").output
        words = example_words(plot(name))
        assert all(word in described for word in words)
        if name == "attention":
            load(ROOT / "samples" / "repeat.keras", "repeat.lbug")
            words = [*words, "--graph", "repeat.lbug"]
        done = invoke("plot", name, *words)
        assert done.exit_code == 0, done.output
        assert f"Wrote {name}.html" in done.stderr
        assert "Bokeh" in Path(f"{name}.html").read_text(encoding="utf-8")

    def test_draws_the_history_of_a_run(self, invoke: Invoke, digits_file: Path) -> None:
        for epoch in (1, 2):
            load(digits_file, "run.lbug", name=f"digits@{epoch}")
        described = invoke("plot", "history", "--describe").output
        words = example_words(plot("history"))
        assert all(word in described for word in words)
        done = invoke("plot", "history", *words, "--graph", "run.lbug")
        assert done.exit_code == 0, done.output
        assert "Wrote history.html" in done.stderr
        assert "Bokeh" in Path("history.html").read_text(encoding="utf-8")

    @pytest.mark.parametrize(
        ("words", "said", "code"),
        [
            (["adjacent"], "no plot 'adjacent'", 1),
            (["adjacency", "k=5"], "plot 'adjacency' has no parameter 'k'", 1),
            (["adjacency", "source=conv_9"], "no layer 'conv_9'", 1),
            (["adjacency", "source=conv_0[99]"], "has channels 0 to 7, not 99", 1),
            (["adjacency", "measure=most"], "'most' is not one of mean, largest", 1),
            (["centrality", "measure=kats"], "; did you mean 'katz'?", 1),
            (["centrality", "measure=a b"], "'a b' is not one of katz, pagerank", 1),
            (["adjacency", "source.kats=0.5.."], "no property 'kats' was written", 1),
            (["adjacency", "--output", "a.gif"], "a.gif must end in .html, .png, .svg", 2),
            (["adjacency", "--output", "away/a.svg"], "folder that does not exist", 1),
            (["adjacency", "--size", "big"], "write 1280x800", 2),
        ],
    )
    def test_errors(self, invoke: Invoke, words: list[str], said: str, code: int) -> None:
        done = invoke("plot", *words)
        assert done.exit_code == code
        assert said in " ".join(re.sub("[│\n]", " ", done.output).split())
        assert [each.name for each in Path.cwd().iterdir()] == ["samples"]


class TestShown:
    """A page that was given no name: opened for who sits at a terminal, named for all others."""

    @pytest.fixture
    def opened(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Give the addresses that a browser is asked to open, at a desktop."""
        addresses: list[str] = []

        def opens(address: str) -> bool:
            addresses.append(address)
            return True

        monkeypatch.setattr(webbrowser, "open", opens)
        monkeypatch.setattr(opening, "has_display", lambda: True)
        return addresses

    def test_is_opened_where_there_is_a_display(self, invoke: Invoke, opened: list[str]) -> None:
        done = invoke("plot", "adjacency", "source=conv_1", "target=dense_0")
        assert (done.exit_code, done.stderr) == (0, "Wrote adjacency.html.\n")
        assert opened == [Path("adjacency.html").resolve().as_uri()]

    def test_is_named_where_no_browser_opens_it(
        self, invoke: Invoke, opened: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(webbrowser, "open", lambda _: False)
        done = invoke("plot", "adjacency", "source=conv_1", "target=dense_0")
        address = Path("adjacency.html").resolve().as_uri()
        assert done.stderr.splitlines()[-1] == f"Open it in a browser: {address}"

    def test_of_a_name_of_ones_own_is_not_opened(self, invoke: Invoke, opened: list[str]) -> None:
        done = invoke("plot", "adjacency", "source=conv_1", "target=dense_0", "-o", "a.html")
        assert (done.exit_code, done.stderr, opened) == (0, "Wrote a.html.\n", [])

    @pytest.mark.parametrize(
        ("terminal", "platform", "names", "shown"),
        [
            (True, "linux", {"DISPLAY": ":0"}, True),
            (True, "linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
            (True, "linux", {"BROWSER": "code"}, True),
            (True, "linux", {"DISPLAY": ""}, False),
            (True, "darwin", {}, True),
            (True, "win32", {}, True),
            (False, "darwin", {}, False),
            (False, "linux", {"DISPLAY": ":0"}, False),
        ],
    )
    def test_needs_a_terminal_and_a_display(
        self,
        monkeypatch: pytest.MonkeyPatch,
        terminal: bool,
        platform: str,
        names: dict[str, str],
        shown: bool,
    ) -> None:
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
            monkeypatch.delenv(name, raising=False)
        for name, value in names.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "platform", platform)
        monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
        assert opening.has_display() == shown


class TestFiles:
    def test_a_page_asks_nothing_of_another_host(self, picture: Picture, tmp_path: Path) -> None:
        page = picture.save(tmp_path / "a.html").read_text(encoding="utf-8")
        assert not re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=", page)
        assert "Adjacency matrix, model digits" in page

    def test_a_page_draws_itself_without_a_network(
        self, picture: Picture, tmp_path: Path, chromium: str
    ) -> None:
        page = picture.save(tmp_path / "a.html")
        done = subprocess.run(
            [
                chromium, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom",
                "--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=20000",
                f"--user-data-dir={tmp_path / 'profile'}", page.as_uri(),
            ],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert 'class="bk-Figure"' in done.stdout

    def test_png(self, invoke: Invoke, chromium: str) -> None:
        done = invoke("plot", "adjacency", "--output", "a.png", "--size", "900x500")
        assert done.exit_code == 0, done.output
        content = Path("a.png").read_bytes()
        assert content.startswith(b"\x89PNG\r\n\x1a\n")
        assert struct.unpack(">II", content[16:24]) == (900, 500)
        # A picture of nothing would be smaller than this.
        assert len(content) > 10_000

    def test_svg(self, picture: Picture, tmp_path: Path, chromium: str) -> None:
        root = ET.parse(picture.save(tmp_path / "a.svg", size=(900, 500))).getroot()  # noqa: S314
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert (root.get("width"), root.get("height")) == ("900", "500")
        said = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
        assert {"Adjacency matrix, model digits", "conv_1", "dense_0"} <= said

    def test_names_of_a_model_stay_text(self, picture: Picture) -> None:
        picture.figure.title = Title(text="</script><script>alert(1)</script>")
        assert "<script>alert(1)" not in picture.html

    def test_without_a_browser(
        self, picture: Picture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shutil, "which", lambda _: None)
        with pytest.raises(PictureError, match="apt-get install chromium"):
            picture.save(tmp_path / "a.png")

    def test_a_browser_that_fails(
        self, picture: Picture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shutil, "which", lambda _: "/bin/false")
        with pytest.raises(PictureError, match=r"/bin/false could not draw"):
            picture.save(tmp_path / "a.svg")

    def test_another_suffix(self, picture: Picture, tmp_path: Path) -> None:
        with pytest.raises(ParameterError, match=r"none of .html, .png, .svg"):
            picture.save(tmp_path / "a.pdf")

    def test_size(self, picture: Picture) -> None:
        assert repr(Picture(picture.figure, size=(640, 400))) == (
            "<Picture 'Adjacency matrix, model digits', 640 x 400 pixels: a notebook shows it, "
            "save(path) writes it>"
        )

    @pytest.mark.parametrize("size", [(0, 400), (640,), "640x400", (640.0, 400), (True, 400), 640])
    def test_no_size(self, picture: Picture, size: Any) -> None:
        with pytest.raises(ParameterError, match=r"size is .*such as \(800, 500\)"):
            Picture(picture.figure, size=size)


def test_an_error_names_the_option_as_it_is_typed(invoke: Invoke) -> None:
    done = invoke("plot", "circuit", "--input", "samples/digits.npz:0..1", "--output", "a.html")
    assert done.exit_code == 1
    assert "Error: --input: 2 samples, and the circuit of one is drawn" in done.stderr
