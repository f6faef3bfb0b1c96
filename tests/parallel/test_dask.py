"""Loads by the workers of a real Dask scheduler: the dataset is that of one process."""

from pathlib import Path
from typing import Any

import pytest

from exporter import LoadReport, load
from exporter.parallel import cluster as cluster_module
from queries.errors import GraphLockedError, GraphUnavailableError
from tests.contract.test_loads import Interrupted, interrupt
from tests.parallel.comparing import assert_same, state
from tests.parallel.conftest import BATCH_SIZE
from tests.parallel.programs import Cluster

pytestmark = pytest.mark.slow


class TestDataset:
    def test_is_that_of_one_process(
        self, shared_cluster: Cluster, middle_file: Path, dataset: Path, expected: Path
    ) -> None:
        seen: list[tuple[str, int, int]] = []
        report = load(
            middle_file,
            dataset,
            batch_size=BATCH_SIZE,
            dask=shared_cluster.address,
            progress=lambda *told: seen.append(told),
        )
        assert_same(dataset, expected)
        assert report.resumed == 0
        assert seen[-1] == ("relationships", report.edges, report.edges)
        assert [done for phase, done, _ in seen if phase == "relationships"] == sorted(
            done for phase, done, _ in seen if phase == "relationships"
        )

    @pytest.mark.parametrize(
        "options",
        [
            {"file_format": "csv"},
            {"granularity": "channel"},
            {"granularity": "layer"},
            {"top": 3},
            {"min_weight": 0.9},
            {"from_layer": "pool", "to_layer": "hidden"},
        ],
        ids=str,
    )
    def test_of_other_options_is_that_of_one_process(
        self,
        shared_cluster: Cluster,
        small_files: dict[str, Path],
        tmp_path: Path,
        options: dict[str, Any],
    ) -> None:
        alone, together = tmp_path / "alone", tmp_path / "together"
        same = {"batch_size": 40, **options}
        load(small_files["pooled"], f"{alone}/", **same)
        load(small_files["pooled"], f"{together}/", **same, dask=shared_cluster.address)
        assert_same(together, alone)

    def test_of_a_file_that_workers_do_not_see(
        self,
        shared_cluster: Cluster,
        middle_file: Path,
        dataset: Path,
        expected: Path,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level("INFO", "neurongraph")
        monkeypatch.chdir(middle_file.parent)
        # The folder in which this process works, but not that of a worker.
        file = Path("/proc/self/cwd", middle_file.name)
        load(file, dataset, batch_size=BATCH_SIZE, dask=shared_cluster.address)
        assert f"not all workers find {file}" in caplog.text
        assert_same(dataset, expected)


class TestResume:
    def test_writes_what_is_missing(
        self, shared_cluster: Cluster, middle_file: Path, dataset: Path, expected: Path
    ) -> None:
        with pytest.raises(Interrupted):
            load(
                middle_file,
                dataset,
                batch_size=BATCH_SIZE,
                dask=shared_cluster.address,
                progress=interrupt("relationships"),
            )
        assert state(dataset) == {"middle": "loading"}
        report = load(middle_file, dataset, resume=True, dask=shared_cluster.address)
        assert 0 < report.resumed < report.edges
        assert_same(dataset, expected)

    def test_goes_on_with_a_load_of_one_process(
        self, shared_cluster: Cluster, middle_file: Path, dataset: Path, expected: Path
    ) -> None:
        with pytest.raises(Interrupted):
            load(
                middle_file,
                dataset,
                batch_size=BATCH_SIZE,
                progress=interrupt("checked relationships"),
            )
        report = load(middle_file, dataset, resume=True, dask=shared_cluster.address)
        assert report.resumed == report.edges
        assert_same(dataset, expected)


class TestTogether:
    def test_one_of_two_loads_wins(
        self, shared_cluster: Cluster, middle_file: Path, dataset: Path, expected: Path
    ) -> None:
        settings: dict[str, Any] = {"batch_size": BATCH_SIZE, "dask": shared_cluster.address}
        winners: list[LoadReport] = []

        def overtake(phase: str, *_: int) -> None:
            if phase == "relationships" and not winners:
                winners.append(load(middle_file, dataset, replace=True, **settings))

        with pytest.raises(GraphLockedError, match="another process has begun to load 'middle'"):
            load(middle_file, dataset, **settings, progress=overtake)
        assert len(winners) == 1
        assert_same(dataset, expected)


class TestAddress:
    def test_of_no_scheduler(
        self, small_files: dict[str, Path], dataset: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cluster_module, "_PATIENCE", 1.0)
        with pytest.raises(GraphUnavailableError, match=r"no Dask scheduler .* tcp://127.0.0.1:9"):
            load(small_files["pooled"], dataset, dask="tcp://127.0.0.1:9")
        assert not list(dataset.iterdir())

    def test_of_a_scheduler_without_workers(
        self,
        cluster: Cluster,
        small_files: dict[str, Path],
        dataset: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(cluster_module, "_PATIENCE", 1.0)
        with pytest.raises(GraphUnavailableError, match="has no workers"):
            load(small_files["pooled"], dataset, dask=cluster.address)
        assert not list(dataset.iterdir())
