"""What a large layer takes: blocks, or an error that says the size."""

import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.planning.layer import PlannedLayer
from queries import NeuronGraph
from queries.core.memory import Room
from queries.errors import ParameterError
from tests.unit.builders import chain, layer, saved

CHANNELS = 6_000
INPUTS, UNITS = 2_500, 1_600
MEGABYTES = 1_000_000


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of model files with a large layer each."""
    folder = tmp_path_factory.mktemp("large")
    saved(chain((CHANNELS,), layer("BatchNormalization", name="norm")), folder / "norm.keras")
    saved(chain((INPUTS,), layer("Dense", units=UNITS, name="dense")), folder / "dense.keras")
    return folder


@pytest.fixture
def traced() -> Iterator[Callable[[], int]]:
    """Give what tells the largest memory that was taken, in bytes."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()


def test_channels_of_a_normalization_take_megabytes(
    models: Path, traced: Callable[[], int]
) -> None:
    with NeuronGraph(models / "norm.keras") as graph:
        graph.layers()
        tracemalloc.reset_peak()
        assert graph.duplicate_channels().empty
        # All pairs take 288 MB in each of several matrices.
        assert traced() < 40 * MEGABYTES


def test_all_pairs_of_channels_are_refused_with_their_number(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "queries.analysis.duplicate_channels.Room", partial(Room, free=100 * MEGABYTES)
    )
    with (
        NeuronGraph(models / "norm.keras") as graph,
        pytest.raises(ParameterError, match=r"17,997,000 pairs of channels take 3\.6 GB"),
    ):
        graph.duplicate_channels(least=-1.0)


@pytest.mark.one_in(3)
def test_statistics_build_no_relationship(
    models: Path, traced: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with NeuronGraph(models / "dense.keras") as graph:
        kernel = graph.matrix(range(INPUTS), "dense").to_numpy()
        monkeypatch.setattr(PlannedLayer, "block", None)
        tracemalloc.reset_peak()
        before = traced()
        row = graph.layer_statistics().iloc[0]
        # A relationship takes 12 bytes in a matrix.
        assert traced() - before < 12 * INPUTS * UNITS
    assert row["edges"] == kernel.size
    assert row["spectral_norm"] == pytest.approx(np.linalg.norm(kernel, 2), rel=1e-9)
    assert row["std"] == pytest.approx(kernel.std())
    assert row["mean"] == pytest.approx(kernel.mean())


ASKED: dict[str, Callable[[NeuronGraph], Any]] = {
    "adjacency": lambda graph: graph.adjacency(),
    "matrix": lambda graph: graph.matrix(range(INPUTS), "dense", sparse=True),
    "to_scipy": lambda graph: graph.to_scipy(),
    "bifans": lambda graph: graph.bifans(range(INPUTS), "dense"),
    "combine": lambda graph: graph.combine("dense", "dense"),
    "edges": lambda graph: graph.edges(),
    "edges into a layer": lambda graph: graph.edges(target="dense"),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_does_not_fit_is_refused_with_its_size_before_it_is_built(
    models: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PlannedLayer, "block", None)
    monkeypatch.setattr("queries.core.memory.Room", partial(Room, free=MEGABYTES))
    monkeypatch.setattr("queries.analysis.network.Room", partial(Room, free=MEGABYTES))
    with (
        NeuronGraph(models / "dense.keras") as graph,
        pytest.raises(ParameterError, match=r"4,000,000 relationships take .* are free; "),
    ):
        ASKED[name](graph)


@pytest.mark.parametrize(
    "ask",
    [
        lambda graph: graph.adjacency(range(2_401), "dense"),
        lambda graph: graph.edges(range(2_401)),
        lambda graph: graph.edges(min_weight=1e-9),
    ],
)
def test_a_part_that_does_not_fit_is_refused_as_it_grows(
    models: Path, ask: Callable[[NeuronGraph], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queries.core.memory.Room", partial(Room, free=MEGABYTES))
    monkeypatch.setattr("queries.analysis.network.Room", partial(Room, free=MEGABYTES))
    with (
        NeuronGraph(models / "dense.keras") as graph,
        pytest.raises(ParameterError, match="relationships and more take"),
    ):
        ask(graph)
