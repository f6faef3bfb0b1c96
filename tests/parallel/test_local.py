"""Loads by local processes, with Dask and without."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from exporter import load
from exporter.cli import app
from queries.errors import NotInstalledError
from tests.parallel.comparing import assert_same, state
from tests.parallel.conftest import BATCH_SIZE

pytestmark = [pytest.mark.slow, pytest.mark.one_in(9)]


class TestLocal:
    def test_with_dask_is_that_of_one_process(
        self, middle_file: Path, dataset: Path, expected: Path
    ) -> None:
        done = CliRunner().invoke(
            app,
            [
                *("load", str(middle_file), "--graph", str(dataset), "--json"),
                *("--dask", "local", "--batch-size", str(BATCH_SIZE)),
            ],
        )
        assert done.exit_code == 0, done.stderr
        assert "Dask workers" in done.stderr
        assert "dashboard" not in done.stderr
        assert json.loads(done.stdout)["resumed"] == 0
        assert_same(dataset, expected)

    @pytest.mark.usefixtures("_no_dask")
    def test_without_dask_is_that_of_one_process_and_repaired_so(
        self,
        middle_file: Path,
        dataset: Path,
        expected: Path,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level("INFO", "neurongraph")
        load(middle_file, dataset, batch_size=BATCH_SIZE, dask="local")
        assert_same(dataset, expected)
        assert "Dask is not installed" in caplog.text
        first, second, *_ = sorted(dataset.glob("*/edges-*"))
        first.unlink()
        second.write_bytes(second.read_bytes()[:-1])
        report = load(middle_file, dataset, resume=True, dask="local")
        assert_same(dataset, expected)
        assert 0 < report.resumed < report.edges

    @pytest.mark.usefixtures("_no_dask")
    def test_without_dask_reaches_no_scheduler(self, middle_file: Path, dataset: Path) -> None:
        with pytest.raises(NotInstalledError, match=r'distributed; .* pip install .*"dask>='):
            load(middle_file, dataset, dask="tcp://127.0.0.1:8786")


class TestInterrupted:
    @pytest.mark.parametrize(
        "hidden",
        [
            pytest.param("", id="dask", marks=pytest.mark.full),
            pytest.param("distributed", id="without"),
        ],
    )
    def test_says_how_to_go_on(
        self, middle_file: Path, dataset: Path, expected: Path, hidden: str
    ) -> None:
        code = f"import sys; sys.modules.update(dict.fromkeys({hidden!r}.split()))\n"
        code += "if __name__ == '__main__': from exporter.cli import main; main()"
        script = dataset.parent / "script.py"
        script.write_text(code)
        words = ["load", str(middle_file), "--graph", f"{dataset}/", "--dask", "local"]
        process = subprocess.Popen(
            [sys.executable, str(script), *words, "--batch-size", str(BATCH_SIZE)],
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        deadline = time.monotonic() + 120
        while not list(dataset.glob("*/edges-*")):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        # As a terminal does.
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=120)
        assert process.returncode == 130
        assert "Traceback" not in said
        assert "absl" not in said
        assert "The load of 'middle' into" in said
        assert "--resume" in said
        assert state(dataset) == {"middle": "loading"}
        load(middle_file, dataset, resume=True)
        assert_same(dataset, expected)
