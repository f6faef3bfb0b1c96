"""An embedded graph under a limit on the address space, as batch systems set one."""

import subprocess
import sys
from pathlib import Path

import pytest

from exporter import load
from queries import NeuronGraph

GIGABYTES = 1_000_000_000


@pytest.fixture(scope="module")
def digits(digits_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an embedded graph."""
    graph = tmp_path_factory.mktemp("limited") / "digits.lbug"
    load(digits_file, graph)
    return graph


def limited(gigabytes: float, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command in a process that may take so many addresses."""
    limit = f"{int(gigabytes * GIGABYTES)}"
    start = (
        "import resource, sys; "
        f"resource.setrlimit(resource.RLIMIT_AS, ({limit}, {limit})); "
        "from exporter.cli import main; main()"
    )
    return subprocess.run(
        [sys.executable, "-c", start, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


@pytest.mark.slow
def test_a_graph_is_written_and_asked_in_16_gigabytes(digits_file: Path, tmp_path: Path) -> None:
    graph = tmp_path / "limited.lbug"
    loaded = limited(16, "load", digits_file, "--graph", graph)
    assert loaded.returncode == 0, loaded.stderr
    asked = limited(16, "query", "strength", "neurons=dense_1", "--graph", graph, "-f", "csv")
    with NeuronGraph(digits_file) as opened:
        assert len(asked.stdout.splitlines()) == 1 + len(opened.strength("dense_1"))


def test_too_narrow_a_limit_is_named(digits: Path) -> None:
    asked = limited(0.9, "query", "layers", "--graph", digits)
    assert asked.returncode == 1
    assert "ulimit -v" in asked.stderr
    assert "Traceback" not in asked.stderr
