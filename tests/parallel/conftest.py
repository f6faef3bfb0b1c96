"""A model that takes some seconds, what one process makes of it, and workers."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from exporter import load
from tests.parallel.programs import Cluster, running
from tests.unit.builders import chain, layer, saved

BATCH_SIZE: Final = 300_000
"""Relationships a file, so that there are many files."""


@pytest.fixture(scope="session")
def middle_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a model of 17 million relationships, padded and not."""
    layers = [
        layer("Conv2D", filters=32, kernel_size=3, padding="same", name="padded"),
        layer("MaxPooling2D", name="pool"),
        layer("Conv2D", filters=32, kernel_size=3, activation="relu", name="valid"),
        layer("Flatten", name="flat"),
        layer("Dense", units=400, name="hidden"),
        layer("Dense", units=10, activation="softmax", name="odds"),
    ]
    return saved(chain((36, 36, 24), *layers), tmp_path_factory.mktemp("model") / "middle.keras")


@pytest.fixture(scope="session")
def expected(middle_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the dataset that one process makes of the model."""
    dataset = tmp_path_factory.mktemp("expected")
    load(middle_file, dataset, batch_size=BATCH_SIZE)
    return dataset


@pytest.fixture(scope="session")
def shared_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Give a scheduler with three workers, which no test breaks."""
    with running(tmp_path_factory.mktemp("dask") / "shared") as cluster:
        cluster.add(3)
        yield cluster


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Give a scheduler without workers, to be broken."""
    with running(tmp_path / "dask") as own:
        yield own


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Give an empty folder to load into."""
    folder = tmp_path / "dataset"
    folder.mkdir()
    return folder


@pytest.fixture
def _no_dask(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no Dask, as where the extra was not installed."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "exporter.parallel.cluster", raising=False)
