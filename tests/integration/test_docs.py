"""What the documentation claims is what the code does."""

import inspect
import re
import shutil
import subprocess
import sys
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import chdir
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from _pytest.mark.structures import ParameterSet

from exporter import drop
from queries import NeuronGraph
from queries.browser.server import Server
from queries.library.declaration import Declaration
from queries.library.exports import exports
from queries.library.plots import plots
from queries.library.queries import queries
from queries.plots.picture import Picture
from queries.viewer.server import Viewer
from tests.docs.docstrings import example_of
from tests.docs.queries_page import (
    graph_of,
    load_both,
    load_repeat,
    load_series,
    store_circuits,
)
from tests.docs.sample import DIGITS, ROOT, run, sample_folder
from tests.examples import example_values
from tests.generate_docs import generated
from tests.servers import Neo4jServer, logged_in

README = ROOT / "README.md"
DOCS = ROOT / "docs"
PAGES = [README, *sorted(DOCS.rglob("*.md")), DOCS / "tutorial.ipynb"]
# They show examples on graphs that other pages load.
_EXAMPLES = ("plots.md", "queries/")
_LONGEST = 25_000
_SERVER = "bolt://localhost:7687"
# What needs a server, or others, has tests of its own.
_ELSEWHERE = re.compile(r"(bolt|tcp|tls)://|neurongraph browser\b")


def _name(page: Path) -> str:
    """Return the place of a page in ``docs``, or the name of the README."""
    return page.relative_to(DOCS if DOCS in page.parents else ROOT).as_posix()


def _blocks(language: str, page: Path = README) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def _commands(page: Path) -> list[str]:
    if _name(page).startswith(_EXAMPLES):
        return []
    return [line for line in _lines(page) if not _ELSEWHERE.search(line)]


def _examples_of(page: Path) -> list[str]:
    return _lines(page) if _name(page).startswith(_EXAMPLES) else []


def _server_commands(page: Path) -> list[str]:
    return [line for line in _lines(page) if _SERVER in line]


def _loads(page: Path) -> list[str]:
    return [line for line in _lines(page) if line.startswith("neurongraph load ")]


def _lines(page: Path) -> list[str]:
    lines = "".join(_blocks("sh", page)).splitlines()
    return [line for line in lines if line.startswith("neurongraph ")]


def _pages(found: Callable[[Path], Sequence[str]]) -> list[ParameterSet]:
    """Return the pages in which there is something, named by their files."""
    return [pytest.param(page, id=_name(page)) for page in PAGES[:-1] if found(page)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as after a clone and the first command of the README, and the current one."""
    monkeypatch.chdir(tmp_path)
    Path("samples").symlink_to(ROOT / "samples")
    run(DIGITS)
    return tmp_path


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    """End at once what runs until Ctrl-C, and open no browser."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(webbrowser, "open", lambda _: True)
    monkeypatch.setattr(Viewer, "serve", interrupted)
    monkeypatch.setattr(Server, "serve_forever", interrupted)


def test_generated_pages_are_up_to_date() -> None:
    for path, text in generated().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run `make docs`"


@pytest.fixture(scope="module")
def both() -> Iterator[NeuronGraph]:
    """The sample and its rounded weights in one graph, in the current folder."""
    with sample_folder():
        load_both()
        load_repeat()
        load_series()
        store_circuits()
        with NeuronGraph("both.lbug", model="rounded") as graph:
            for name, row in (("five", 7), ("eight", 6)):
                graph.circuit(f"samples/digits.npz:{row}", level="neuron", store=name)
            yield graph


@pytest.fixture(scope="module")
def repeat(both: NeuronGraph) -> Iterator[NeuronGraph]:
    """The sample transformer, in the same folder."""
    assert both.location == "both.lbug"
    with NeuronGraph("repeat.lbug") as graph:
        yield graph


def _python(declaration: Declaration, graph: NeuronGraph) -> Any:
    """Return what the example in a docstring returns."""
    return eval(example_of(declaration), {"graph": graph})  # noqa: S307 - our own text.


@pytest.mark.parametrize("name", queries())
def test_the_example_of_a_method_is_that_of_the_command(
    both: NeuronGraph, repeat: NeuronGraph, name: str
) -> None:
    query = queries()[name]
    values, graph = example_values(query), graph_of(query, both, both, repeat)
    frame = _python(query, graph)
    pd.testing.assert_frame_equal(frame, getattr(graph, name)(**values))
    text = inspect.getdoc(getattr(graph, name)) or ""
    # What the answer really has, and what a coarser graph has beside it.
    explained = re.findall(r"^    - ``(\w+)`` \(\w", text, flags=re.MULTILINE)
    more = [column.name for column in query.columns if column.grouped]
    assert [column for column in explained if column not in more] == list(frame.columns)


@pytest.mark.usefixtures("both")
def test_the_examples_of_the_other_methods_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """In an order in which none takes away what another needs."""
    monkeypatch.setattr("builtins.print", str)
    others = {name for name in dir(NeuronGraph) if not name.startswith("_")} - queries().keys()
    last = ["write_property", "properties", "remove_property", "write", "close"]
    drops = ["drop_circuit", "drop_input"]
    shutil.copytree("both.lbug", "other.lbug")
    with NeuronGraph("other.lbug", model="digits") as graph, NeuronGraph("series.lbug") as series:
        graph.circuit("samples/digits.npz:7", store="why a seven")
        found = {
            name: eval(example, {"graph": series if name == "history" else graph})  # noqa: S307 - our own text.
            for name in (*sorted(others.difference(last, drops)), *drops, *last)
            for example in _examples(getattr(NeuronGraph, name))
        }
    assert found.keys() == others
    assert found["location"] == "other.lbug"
    assert found["cypher"]["n"].tolist() == [512]
    assert found["write_property"] == 810
    assert found["properties"]["name"].tolist() == ["katz"]
    for name in ("properties", "write"):
        text = inspect.getdoc(getattr(NeuronGraph, name)) or ""
        assert re.findall(r"^    - ``(\w+)``", text, flags=re.MULTILINE) == list(found[name])


def _examples(method: Any) -> list[str]:
    """Return the lines of Python in a docstring."""
    return re.findall(r"^>>> (.*)$", inspect.getdoc(method) or "", flags=re.MULTILINE)


@pytest.mark.parametrize("name", plots())
def test_the_example_of_a_plot_draws(both: NeuronGraph, repeat: NeuronGraph, name: str) -> None:
    declaration = plots()[name]
    if name == "attention":
        assert isinstance(_python(declaration, repeat), Picture)
    elif "run" in declaration.example:
        with NeuronGraph("series.lbug") as series:
            assert isinstance(_python(declaration, series), Picture)
    else:
        assert isinstance(_python(declaration, both), Picture)


def test_the_examples_of_exports_run(both: NeuronGraph) -> None:
    found = {name: _python(each, both) for name, each in exports().items()}
    assert Path("part.graphml").exists()
    assert found["matrix"].shape == found["to_scipy"].shape == (32, 10)
    assert found["to_networkx"].number_of_edges() == 60


@pytest.mark.usefixtures("folder", "served")
@pytest.mark.parametrize("page", _pages(_commands))
def test_commands_run(page: Path) -> None:
    for command in _commands(page):
        run(command)


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("page", _pages(_examples_of))
def test_examples_run(page: Path) -> None:
    """A page is quicker to draw than an image, which Chromium or Graphviz makes of it."""
    for command in _examples_of(page):
        run(command.replace(".png", ".html").replace(".svg", ".dot"))


@pytest.fixture(scope="module")
def server(neo4j_server: Neo4jServer) -> Iterator[str]:
    """A server of the tests in the place of Docker's, after the README's load."""
    uri = neo4j_server.uri
    (load,) = set(_loads(README)) & set(_server_commands(README))
    with logged_in(neo4j_server):
        with chdir(ROOT):
            run(load.replace(_SERVER, uri))
        yield uri
        drop("digits", uri)


@pytest.mark.one_in(3)
@pytest.mark.usefixtures("folder", "served")
@pytest.mark.parametrize("page", _pages(_server_commands))
def test_commands_on_a_server_run(page: Path, server: str) -> None:
    done = _loads(README) if page == README else []
    for command in _server_commands(page):
        if command not in done:
            port = " --port 0" if command.startswith("neurongraph browser ") else ""
            run(command.replace(_SERVER, server) + port)


@pytest.mark.parametrize("page", [page for page in _pages(_loads) if page.values != (README,)])
def test_loads_run_whatever_other_pages_have_loaded(page: Path) -> None:
    assert [line for line in _loads(page) if "--replace" not in line] == []


def test_the_words_of_people_lead_to_a_line_that_answers() -> None:
    text = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) \| \[(.+?)\]\(#(.+?)\) \|$", text, flags=re.MULTILINE)
    words = {word for row in rows for word in row[0].split(", ")}
    assert words >= {"prune", "saliency", "attention", "checkpoint", "dead", "receptive field"}
    sections = dict(
        re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, flags=re.DOTALL | re.MULTILINE)
    )
    assert sorted(question for _, question, _ in rows) == sorted(sections)
    for _, question, anchor in rows:
        assert anchor == question.lower().rstrip("?").replace(" ", "-")
        assert "```sh\nneurongraph " in sections[question]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("page", _pages(lambda page: _blocks("python", page)))
def test_python_runs(page: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "".join(_blocks("python", page))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # Whether a graph computes what its model does.
    assert "False" not in done.stdout


def test_readme_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = set(re.findall(r"make ([a-z]+)\b", " ".join(_blocks("sh"))))
    assert named
    assert named <= targets


def test_the_install_page_has_what_make_sample_runs() -> None:
    recipe = (ROOT / "Makefile").read_text().partition("\nsample:")[2].partition("\n\n")[0]
    commands = re.findall(
        r"\$\(VENV\)/bin/(neurongraph .+)$", recipe.replace("\\\n\t\t", ""), re.MULTILINE
    )
    assert commands == _commands(ROOT / "docs" / "install.md")


def test_make_sample_ends_with_how_to_go_on() -> None:
    done = subprocess.run(
        ["make", "-n", "--no-print-directory", "sample"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    shown = "printf" + done.stdout.rpartition("printf")[2]
    said = subprocess.run(["sh", "-c", shown], capture_output=True, text=True, check=True).stdout
    assert "  . .venv/bin/activate\n  neurongraph view --graph digits.lbug\n" in said
    assert said.endswith(f" {ROOT}/.venv/bin/neurongraph\n")


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for link in re.findall(r"""\]\((?!http)([^)#]+)|src="([^"\\]+)\"""", text):
        assert (page.parent / "".join(link)).exists(), link


@pytest.mark.parametrize("page", PAGES[:-1], ids=_name)
def test_links_within_pages_lead_to_headings(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for file, anchor in re.findall(r"\]\((?!http)([^)#]*)#([^)]+)\)", text):
        there = (page.parent / file if file else page).read_text(encoding="utf-8")
        headings = re.findall(r"^#+ (.+)$", there, flags=re.MULTILINE)
        assert anchor in {heading.lower().rstrip("?").replace(" ", "-") for heading in headings}, (
            file
        )


@pytest.mark.parametrize("page", PAGES[:-1], ids=_name)
def test_pages_are_not_long(page: Path) -> None:
    assert page.stat().st_size < _LONGEST


def test_pictures_are_small() -> None:
    pictures = list((ROOT / "docs" / "pictures").iterdir())
    assert {picture.stem for picture in pictures} == {*plots(), "export"}
    assert max(picture.stat().st_size for picture in pictures) < 60_000
