"""Chatter on file descriptor 2 is held back, errors are not."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    text = f"import os, sys\nfrom exporter.reading.keras.quiet import quiet\n{code}"
    return subprocess.run(
        [sys.executable, "-c", text],
        env={"PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_holds_back_what_is_written_to_the_descriptor() -> None:
    done = run("with quiet(): os.write(2, b'chatter')\nprint('after', file=sys.stderr)")
    assert (done.returncode, done.stderr) == (0, "after\n")


def test_shows_it_all_where_the_import_fails() -> None:
    done = run("with quiet():\n os.write(2, b'the reason\\n')\n raise ImportError('no')")
    assert done.stderr.startswith("the reason\n")
    assert done.stderr.endswith("ImportError: no\n")


def test_leaves_out_what_ctrl_c_interrupts() -> None:
    done = run("with quiet():\n os.write(2, b'chatter\\n')\n raise KeyboardInterrupt")
    assert "chatter" not in done.stderr
    assert "KeyboardInterrupt" in done.stderr


def test_shows_where_the_process_dies() -> None:
    done = run("with quiet(): os.abort()")
    assert "Fatal Python error: Aborted" in done.stderr


@pytest.mark.parametrize("level", ["0", "3"])
def test_does_nothing_where_the_user_has_chosen_a_level(level: str) -> None:
    done = run("with quiet(): os.write(2, b'chatter')", TF_CPP_MIN_LOG_LEVEL=level)
    assert done.stderr == "chatter"
