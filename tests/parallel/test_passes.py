"""Queries over a model file by many processes: the answers are those of one, bit for bit."""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from typer.testing import CliRunner

from exporter.cli import app
from exporter.model_graph.pieces import Result
from exporter.model_graph.wired_layer import WiredLayer
from exporter.parallel import shared_network
from exporter.parallel.model_workers import ModelWorkers
from exporter.parallel.share import Share
from queries import NeuronGraph
from queries.errors import GraphError, GraphUnavailableError, ParameterError
from tests.parallel.programs import Cluster

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.one_in(9)]

SAMPLES_FILE = Path(__file__).parents[2] / "samples" / "digits.npz"
SAMPLES_ROWS = range(70)
SAMPLES = f"{SAMPLES_FILE}:0..69"

ENDS: dict[str, Any] = {"source": "padded", "target": "odds"}
"""Where paths begin and end."""

INPUTS: Final = np.random.default_rng(5).random((70, 36, 36, 24), dtype=np.float32)
"""Three batches of inputs."""

ASKED: dict[str, Callable[[NeuronGraph], pd.DataFrame]] = {
    "katz": lambda graph: graph.katz(),
    "pagerank": lambda graph: graph.pagerank(),
    "path_centrality": lambda graph: graph.path_centrality(),
    "path_norm": lambda graph: graph.path_norm(**ENDS),
    "strength": lambda graph: graph.strength(direction="out"),
    "longest_path": lambda graph: graph.longest_path(),
    "strongest_paths": lambda graph: graph.strongest_paths(**ENDS, k=3),
    "widest_path": lambda graph: graph.widest_path(**ENDS),
    "dead_neurons": lambda graph: graph.dead_neurons(threshold=0.001),
    "activation_statistics": lambda graph: graph.activation_statistics(INPUTS, level="channel"),
    "top_inputs": lambda graph: graph.top_inputs(INPUTS, "valid", level="channel"),
}

Answers = dict[str, pd.DataFrame]


def answers(graph: NeuronGraph) -> Answers:
    return {name: ask(graph) for name, ask in ASKED.items()}


@pytest.fixture(scope="module")
def alone(middle_file: Path) -> Answers:
    """Give what one process answers."""
    with NeuronGraph(middle_file) as graph:
        return answers(graph)


@pytest.fixture(autouse=True)
def _all_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hand out all layers, however small."""
    monkeypatch.setattr(shared_network, "_FEWEST", 0)


@pytest.fixture
def after_first_share(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], Any]]:
    """Give a list; what is put there is done once, when a first piece of a layer is computed."""
    left: list[Callable[[], Any]] = []
    results = ModelWorkers.results

    def disturbed(
        workers: ModelWorkers, layer: WiredLayer, shares: Iterable[Share]
    ) -> Iterator[Result]:
        for result in results(workers, layer, shares):
            yield result
            if left:
                left.pop()()

    monkeypatch.setattr(ModelWorkers, "results", disturbed)
    return left


def class_circuits(model: Path, dask: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what many processes answer, and what one does."""
    told: list[int] = []
    how: dict[str, Any] = {"frequency": 0, "rule": "rescale", "baseline": f"{SAMPLES_FILE}:100"}
    with NeuronGraph(model, dask=dask, progress=lambda *done: told.append(done[1])) as graph:
        many = graph.class_circuit(SAMPLES, **how)
    with NeuronGraph(model) as graph:
        one = graph.class_circuit(SAMPLES, **how)
    assert told[-1] == len(SAMPLES_ROWS)
    return many, one


def assert_same(found: Answers, expected: Answers) -> None:
    for name, frame in found.items():
        assert_frame_equal(frame, expected[name], check_exact=True)


class TestAnswers:
    @pytest.mark.usefixtures("_no_dask")
    def test_of_local_processes(
        self, middle_file: Path, alone: Answers, after_first_share: list[Callable[[], Any]]
    ) -> None:
        computed: list[str] = []
        after_first_share.append(lambda: computed.append("a piece"))
        with NeuronGraph(middle_file, dask="local") as graph:
            assert_same(answers(graph), alone)
        assert computed

    def test_of_local_workers_of_dask(self, middle_file: Path, alone: Answers) -> None:
        words = ["query", "katz", "--graph", str(middle_file), "--format", "json"]
        one, many = (CliRunner().invoke(app, [*words, *more]) for more in ([], ["--dask", "local"]))
        assert "Dask workers" in many.stderr
        assert many.exit_code == 0, many.stderr
        assert many.stdout == one.stdout

    def test_of_workers_of_a_scheduler(
        self, shared_cluster: Cluster, middle_file: Path, alone: Answers
    ) -> None:
        with NeuronGraph(middle_file, dask=shared_cluster.address) as graph:
            assert_same(answers(graph), alone)

    def test_of_a_file_that_workers_do_not_see(
        self,
        shared_cluster: Cluster,
        middle_file: Path,
        alone: Answers,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.chdir(middle_file.parent)
        # The folder in which this process works, but not that of a worker.
        file = Path("/proc/self/cwd", middle_file.name)
        with NeuronGraph(file, dask=shared_cluster.address) as graph:
            assert_frame_equal(graph.katz(), alone["katz"], check_exact=True)


class TestManyInputs:
    """Batches are made by workers, each with a model of its own; a baseline is sent to them."""

    def test_of_local_processes(self, digits_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "distributed", None)
        assert_frame_equal(*class_circuits(digits_file, "local"), rtol=1e-12)

    def test_of_workers_of_a_scheduler(self, shared_cluster: Cluster, digits_file: Path) -> None:
        assert_frame_equal(*class_circuits(digits_file, shared_cluster.address), rtol=1e-12)

    def test_what_a_worker_refuses_is_told(
        self, shared_cluster: Cluster, digits_file: Path
    ) -> None:
        with (
            NeuronGraph(digits_file, dask=shared_cluster.address) as graph,
            pytest.raises(ParameterError, match="steps take"),
        ):
            graph.class_circuit(SAMPLES, rule="ig", steps=10**9)

    def test_what_dask_refuses_is_one_line(self, digits_file: Path) -> None:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "exporter.cli", "query", "class_circuit"),
                *("--graph", str(digits_file), "--input", SAMPLES, "towards=o[9]"),
                *("--dask", "local"),
            ],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert "ERROR" not in done.stderr
        (told,) = [line for line in done.stderr.splitlines() if "Error" in line]
        assert "has no layer 'o'" in told


class TestFaults:
    def test_a_worker_is_killed(
        self,
        cluster: Cluster,
        middle_file: Path,
        alone: Answers,
        after_first_share: list[Callable[[], Any]],
    ) -> None:
        cluster.add(2)
        after_first_share.append(cluster.workers[0].kill)
        with NeuronGraph(middle_file, dask=cluster.address) as graph:
            assert_same(answers(graph), alone)
        assert cluster.workers[0].wait() == -9

    def test_the_scheduler_stops(
        self,
        cluster: Cluster,
        middle_file: Path,
        after_first_share: list[Callable[[], Any]],
    ) -> None:
        cluster.add(1)
        after_first_share.append(cluster.scheduler.terminate)
        with (
            NeuronGraph(middle_file, dask=cluster.address) as graph,
            pytest.raises(GraphUnavailableError, match="ask again, or leave dask out"),
        ):
            answers(graph)

    @pytest.mark.full
    @pytest.mark.usefixtures("_no_dask")
    def test_a_local_process_is_killed(
        self, middle_file: Path, alone: Answers, after_first_share: list[Callable[[], Any]]
    ) -> None:
        def kill() -> None:
            os.kill(multiprocessing.active_children()[0].pid or 0, signal.SIGKILL)

        after_first_share.append(kill)
        with NeuronGraph(middle_file, dask="local") as graph:
            with pytest.raises(GraphError, match=r"workers died.*ask again"):
                answers(graph)
            assert_frame_equal(graph.katz(), alone["katz"], check_exact=True)
