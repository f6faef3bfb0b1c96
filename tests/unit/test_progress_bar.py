"""Progress: a bar on a terminal, a line now and then elsewhere."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from queries.commands.progress_bar import ProgressBar
from queries.core.bar import Bar
from queries.core.progress import OnBar, Progress, shown, silent


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Give a function that sets the clock."""

    def set_clock(seconds: float) -> None:
        monkeypatch.setattr("queries.commands.progress_bar.time.monotonic", lambda: seconds)

    return set_clock


def test_says_nothing_of_a_short_load(
    at: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    with ProgressBar("Opening") as progress:
        for second in range(9):
            at(second)
            progress("relationships", second, 8)
    assert capsys.readouterr() == ("", "")


def test_says_how_far_a_long_load_is(
    at: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    with ProgressBar("Opening") as progress:
        for second in range(25):
            at(second)
            progress("relationships", second * 1000, 100_000)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "relationships: 10,000 of 100,000, 1,000/s, 1 min 30 s left",
        "relationships: 20,000 of 100,000, 1,000/s, 1 min 20 s left",
    ]


def test_says_how_far_each_pass_is(
    at: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    with ProgressBar("Opening") as progress:
        for second, done in ((0, 0), (9, 90_000), (20, 0), (25, 1_000), (30, 20_000)):
            at(second)
            progress("relationships", done, 100_000)
    assert capsys.readouterr().err == "relationships: 20,000 of 100,000, 2,000/s, 40 s left\n"


class Noted(Bar):
    """A bar that notes with which texts it begins."""

    def __init__(self) -> None:
        self.begun: list[str] = []

    def begin(self, text: str, total: int | None) -> None:
        self.begun.append(text)

    def move(self, done: int) -> None:
        pass

    def close(self) -> None:
        pass


def test_a_bar_begins_anew_with_each_pass() -> None:
    bar = Noted()
    with OnBar(lambda: bar, "Opening") as progress:
        for phase, done in (("neurons", 1), ("neurons", 2), ("edges", 3), ("edges", 1)):
            progress(phase, done, 9)
    assert bar.begun == ["Opening", "Neurons", "Edges", "Edges"]


def test_says_nothing_where_it_is_to_be_quiet(
    at: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    with ProgressBar("Opening", quiet=True) as progress:
        for second in range(25):
            at(second)
            progress("relationships", second * 1000, 100_000)
    assert capsys.readouterr() == ("", "")


BAR = """
import time
from queries.commands.progress_bar import ProgressBar
from queries.core.progress import Progress, shown, silent
from exporter.reading.keras.quiet import quiet
with ProgressBar("Opening a.keras") as progress:
    with quiet():
        time.sleep(1.0)
    for done in range(0, 1_000_000, 50_000):
        progress("relationships", done, 1_000_000)
        time.sleep(0.05)
    progress("relationships", 1_000_000, 1_000_000)
    time.sleep(0.3)
"""


def test_is_a_bar_on_a_terminal() -> None:
    terminal, stderr = pty.openpty()
    environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "TERM": "xterm", "COLUMNS": "90"}
    with subprocess.Popen([sys.executable, "-c", BAR], stderr=stderr, env=environment) as process:
        os.close(stderr)
        shown = read_all(terminal)
    assert process.returncode == 0
    assert re.search(r"Opening a\.keras.* 1 s", shown)
    for part in ("Relationships", "of 1,000,000, ", "/s, ", " s left"):
        assert part in shown
    assert "Finishing 1,000,000 relationships" in shown


OF_PYTHON = """
import time
from queries.core.progress import shown
with shown(True) as progress:
    for done in range(0, 1_000_000, 50_000):
        progress("relationships", done, 1_000_000)
        time.sleep(0.05)
"""


@pytest.mark.parametrize("is_terminal", [True, False])
def test_python_shows_a_bar_on_a_terminal_alone(is_terminal: bool) -> None:
    terminal, stderr = pty.openpty()
    reader, pipe = os.pipe()
    environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "TERM": "xterm", "COLUMNS": "90"}
    to = stderr if is_terminal else pipe
    with subprocess.Popen([sys.executable, "-c", OF_PYTHON], stderr=to, env=environment) as process:
        os.close(stderr)
        os.close(pipe)
        said = read_all(terminal if is_terminal else reader)
    os.close(reader if is_terminal else terminal)
    assert process.returncode == 0
    assert ("Relationships" in said) == is_terminal
    assert is_terminal or said == ""


def test_a_function_is_told_itself_and_nobody_where_none_is_wanted() -> None:
    told: list[tuple[str, int, int]] = []

    def progress(phase: str, done: int, total: int) -> None:
        told.append((phase, done, total))

    with shown(progress) as tell:
        tell("neurons", 1, 2)
    assert told == [("neurons", 1, 2)]
    for quiet in (True, False):
        with shown(quiet, "Opening") as tell:
            assert tell is silent


class Shown:
    """What IPython would show in the place of one output."""

    def __init__(self) -> None:
        self.bundles: list[dict[str, str]] = []

    def update(self, bundle: dict[str, str], *, raw: bool) -> None:
        assert raw
        self.bundles.append(bundle)


@pytest.fixture
def cell(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Give the output of a cell, as if this were the kernel of a notebook."""
    output = Shown()

    def display(bundle: dict[str, str], *, raw: bool, display_id: bool) -> Shown:
        assert display_id
        output.update(bundle, raw=raw)
        return output

    monkeypatch.setattr("IPython.display.display", display)
    monkeypatch.setattr("queries.core.progress.in_notebook", lambda: True)
    return output


def test_is_a_bar_in_a_notebook_until_the_work_ends(cell: Shown) -> None:
    def work(progress: Progress) -> None:
        assert "Opening &lt;a&gt;.keras" in cell.bundles[-1]["text/html"]
        progress("neurons", 10, 40)
        assert "<progress max='40' value='0'" in cell.bundles[-1]["text/html"]
        assert cell.bundles[-1]["text/plain"] == "Neurons: 0 of 40"
        progress("neurons", 40, 40)
        assert cell.bundles[-1]["text/plain"] == "Finishing 40 neurons"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), shown(True, "Opening <a>.keras") as progress:
        work(progress)
    assert cell.bundles[-1] == {"text/html": "", "text/plain": ""}


def test_short_work_shows_no_bar(cell: Shown) -> None:
    with shown(True) as progress:
        progress("relationships", 0, 8)
        progress("relationships", 8, 8)
    assert cell.bundles == []


def read_all(terminal: int) -> str:
    parts: list[bytes] = []
    try:
        while part := os.read(terminal, 4096):
            parts.append(part)
    except OSError:
        # On Linux this is how the end of a pseudo-terminal shows.
        pass
    finally:
        os.close(terminal)
    return b"".join(parts).decode()
