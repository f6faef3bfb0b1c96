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


def read_all(terminal: int) -> str:
    parts = []
    try:
        while part := os.read(terminal, 4096):
            parts.append(part)
    except OSError:
        # On Linux this is how the end of a pseudo-terminal shows.
        pass
    finally:
        os.close(terminal)
    return b"".join(parts).decode()
