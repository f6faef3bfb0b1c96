"""Workers and schedulers that end while they load."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exporter import load
from exporter.parallel import results
from queries.core.progress import Progress
from queries.errors import GraphError, GraphUnavailableError
from tests.parallel.comparing import assert_same, state
from tests.parallel.conftest import BATCH_SIZE
from tests.parallel.programs import Cluster

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.one_in(9)]


def once(at: float, do: Callable[[], Any]) -> Progress:
    """Do something in mid-run, once a part of the relationships is written."""
    left = [do]

    def progress(phase: str, done: int, total: int) -> None:
        if left and phase == "relationships" and at * total <= done < total:
            left.pop()()

    return progress


class TestWorkerKilled:
    @pytest.mark.parametrize("at", [pytest.param(0.0, marks=pytest.mark.full), 0.5])
    def test_in_mid_run(
        self, cluster: Cluster, middle_file: Path, dataset: Path, expected: Path, at: float
    ) -> None:
        cluster.add(3)
        killed = []

        def kill() -> None:
            cluster.workers[0].kill()
            killed.append(cluster.workers[0].wait())

        load(
            middle_file,
            dataset,
            batch_size=BATCH_SIZE,
            dask=cluster.address,
            progress=once(at, kill),
        )
        assert killed == [-9]
        assert_same(dataset, expected)

    @pytest.mark.full
    def test_all_of_them(
        self,
        cluster: Cluster,
        middle_file: Path,
        dataset: Path,
        expected: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        cluster.add(2)

        def kill() -> None:
            for worker in cluster.workers:
                worker.kill()
                worker.wait()

        monkeypatch.setattr(results, "_PATIENCE", 5.0)
        settings: dict[str, Any] = {"batch_size": BATCH_SIZE, "dask": cluster.address}
        with pytest.raises(GraphUnavailableError, match=r"has no workers any more.*resume=True"):
            load(middle_file, dataset, **settings, progress=once(0, kill))
        assert state(dataset) == {"middle": "loading"}
        cluster.workers.clear()
        cluster.add(1)
        load(middle_file, dataset, **settings, resume=True)
        assert_same(dataset, expected)

    @pytest.mark.full
    def test_by_its_nanny_for_lack_of_memory(
        self, cluster: Cluster, middle_file: Path, dataset: Path, expected: Path
    ) -> None:
        # Enough to begin, but TensorFlow alone takes more.
        cluster.add(1, "--memory-limit", "450MB", nanny=True)
        with pytest.raises(GraphError, match=r"memory.*resume=True"):
            load(middle_file, dataset, batch_size=BATCH_SIZE, dask=cluster.address)
        assert state(dataset) == {"middle": "loading"}
        load(middle_file, dataset, resume=True, dask="local")
        assert_same(dataset, expected)


class TestSchedulerStopped:
    @pytest.mark.parametrize("stop", ["terminate", pytest.param("kill", marks=pytest.mark.full)])
    def test_in_mid_run(
        self,
        cluster: Cluster,
        shared_cluster: Cluster,
        middle_file: Path,
        dataset: Path,
        expected: Path,
        stop: str,
    ) -> None:
        cluster.add(2)
        with pytest.raises(GraphUnavailableError, match="resume=True"):
            load(
                middle_file,
                dataset,
                batch_size=BATCH_SIZE,
                dask=cluster.address,
                progress=once(0, getattr(cluster.scheduler, stop)),
            )
        assert state(dataset) == {"middle": "loading"}
        report = load(middle_file, dataset, resume=True, dask=shared_cluster.address)
        assert report.resumed
        assert_same(dataset, expected)
