"""The command ``view``, as far as it needs no browser."""

import errno
import os
import re
import shlex
import socket
import tempfile
import webbrowser
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from exporter import load
from exporter.cli import app
from queries.viewer.server import Viewer


@pytest.fixture(scope="module")
def loaded(digits_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the sample model in a graph."""
    path = tmp_path_factory.mktemp("view") / "digits.lbug"
    load(digits_file, path)
    return path


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the files that a browser is to open, as they stand then; nothing is served."""

    def interrupted(_: Viewer) -> None:
        raise KeyboardInterrupt

    def read(address: str) -> None:
        files.append(Path(urlsplit(address).path).read_text())

    files: list[str] = []
    monkeypatch.setattr(webbrowser, "open", read)
    monkeypatch.setattr(Viewer, "serve", interrupted)
    return files


def view(loaded: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["view", "--graph", str(loaded), *words])


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_opens_the_page_until_it_is_interrupted(loaded: Path, opened: list[str]) -> None:
    port = free_port()
    done = view(loaded, "digits", "--port", str(port))
    assert done.exit_code == 0
    address = re.search(r"The page is at (\S+) until you press Ctrl-C", done.stderr)
    assert address
    assert re.fullmatch(rf"http://127\.0\.0\.1:{port}/\?token=[\w-]{{32}}", address[1])
    assert len(opened) == 1
    assert address[1] in opened[0]


def test_may_open_no_browser(loaded: Path, opened: list[str]) -> None:
    done = view(loaded, "--no-open")
    assert done.exit_code == 0
    assert "http://127.0.0.1:" in done.stderr
    assert opened == []


def test_a_full_disk_opens_no_browser(
    loaded: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    done = view(loaded)
    assert done.exit_code == 0
    assert opened == []
    assert re.search(r"No browser was opened \(.*: No space left on device", done.stderr)


def test_a_model_must_be_there(loaded: Path, opened: list[str]) -> None:
    done = view(loaded, "nobody")
    assert done.exit_code == 1
    assert "holds no model 'nobody'; it holds digits" in " ".join(done.stderr.split())
    assert opened == []


def test_a_graph_must_be_there(tmp_path: Path, opened: list[str]) -> None:
    done = view(tmp_path / "none.lbug")
    assert opened == []
    assert done.exit_code == 1
    assert "does not exist" in done.stderr


def test_a_port_must_be_free(loaded: Path, opened: list[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = view(loaded, "--port", str(port))
    assert done.exit_code == 1
    assert f"port {port} cannot be used" in done.stderr
    assert opened == []


class TestPlace:
    @pytest.fixture
    def shown(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
        """Give which graph a page is of, and which model it shows first; nothing is served."""

        def interrupted(viewer: Viewer) -> None:
            pages.append((viewer._graph.location, viewer._first))
            raise KeyboardInterrupt

        pages: list[tuple[str, str]] = []
        monkeypatch.setattr(Viewer, "serve", interrupted)
        return pages

    @pytest.mark.parametrize("words", [[], ["--graph"]])
    def test_a_model_file_is_one_with_and_without_the_option(
        self,
        words: list[str],
        digits_file: Path,
        loaded: Path,
        shown: list[tuple[str, str]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("NEURONGRAPH_GRAPH", str(loaded))
        done = CliRunner().invoke(app, ["view", *words, str(digits_file), "--no-open"])
        assert done.exit_code == 0
        assert shown == [(str(digits_file), digits_file.stem)]

    def test_a_graph_is_one_too(self, loaded: Path, shown: list[tuple[str, str]]) -> None:
        done = CliRunner().invoke(app, ["view", str(loaded), "--no-open"])
        assert done.exit_code == 0
        assert shown == [(str(loaded), "digits")]

    def test_a_name_is_that_of_a_model(self, loaded: Path, shown: list[tuple[str, str]]) -> None:
        done = view(loaded, "digits.keras", "--no-open")
        assert done.exit_code == 1
        assert "holds no model 'digits.keras'" in " ".join(done.stderr.split())
        assert shown == []


def test_examples_of_the_help_show_a_page(
    opened: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("typer.rich_utils.MAX_WIDTH", 200)
    help_text = CliRunner().invoke(app, ["view", "--help"]).output
    lines = [shlex.split(line) for line in help_text.partition("Examples:")[2].split("\n")]
    examples = [line[1:] for line in lines if "samples/digits.keras" in line]
    assert any("--input" in words for words in examples)
    monkeypatch.chdir(tmp_path)
    Path("samples").symlink_to(Path(__file__).parents[2] / "samples")
    for words in examples:
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, (words, done.stderr)
    assert len(opened) == len(examples)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--input", "nothing.png"], "cannot read nothing.png: No such file or directory"),
        (["--input", "1,2,3"], "'1,2,3' has 3 numbers, but the input 'input_layer' takes 64"),
        (["--input", "nan.npy"], "has a value that is NaN or infinite"),
    ],
)
def test_inputs_must_fit(
    loaded: Path,
    opened: list[str],
    words: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    np.save("nan.npy", np.full((1, 8, 8, 1), np.nan))
    done = CliRunner().invoke(app, ["view", str(loaded), *words])
    assert done.exit_code == 1
    assert said in " ".join(done.stderr.split())
    assert "did you mean" not in done.stderr
    assert opened == []


def test_a_shell_may_write_several_files(
    digits_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[object] = []

    def interrupted(viewer: Viewer) -> None:
        graph = viewer._graph
        given.append((graph.location, list(graph.samples.of(graph.page_model().model).names)))
        raise KeyboardInterrupt

    monkeypatch.setattr(Viewer, "serve", interrupted)
    monkeypatch.chdir(tmp_path)
    for name in ("a.png", "b.png"):
        Image.fromarray(np.full((8, 8), 7, np.uint8)).save(name)
    files = ["--input", "a.png", "b.png", "--pixels", "0..1", "--no-open"]
    for words in ([str(digits_file), *files], [*files, str(digits_file)]):
        done = CliRunner().invoke(app, ["view", *words])
        assert done.exit_code == 0, done.stderr
    assert given == [(str(digits_file), ["a.png", "b.png"])] * 2
    done = CliRunner().invoke(app, ["view", "one", "two"])
    assert done.exit_code == 2
    assert "one, two are several" in " ".join(done.stderr.split())


def test_what_is_said_of_inputs_needs_one(loaded: Path, opened: list[str]) -> None:
    done = view(loaded, "--pixels", "0..1")
    assert done.exit_code == 2
    assert "say --input as well" in " ".join(done.stderr.split())
    assert opened == []


def test_a_graph_of_channels_computes_nothing(
    digits_file: Path, opened: list[str], tmp_path: Path
) -> None:
    load(digits_file, tmp_path / "channels.lbug", granularity="channel")
    done = view(tmp_path / "channels.lbug", "--input", ",".join(["0.5"] * 64))
    assert done.exit_code == 1
    assert "loaded as a channel graph" in " ".join(done.stderr.split())
    assert opened == []


def test_class_names_must_fit(loaded: Path, opened: list[str], tmp_path: Path) -> None:
    file = tmp_path / "classes.txt"
    file.write_text("zero\none\n")
    done = view(loaded, "--classes", str(file))
    assert done.exit_code == 1
    assert "there are 2 names" in " ".join(done.stderr.split())
    assert "'dense_1' has 10" in " ".join(done.stderr.split())
    assert opened == []
    file.write_text("\n".join(map(str, range(10))))
    assert view(loaded, "--classes", str(file), "--no-open").exit_code == 0
