"""What many processes gain, and whether an edge costs the same in layers of any size.

Nothing here is asserted but the number of edges: the figures are printed.
"""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from exporter import LoadReport, load
from exporter.model_graph import ModelNetwork
from exporter.parallel import model_workers, starting
from exporter.parallel.model_workers import ModelWorkers
from exporter.parallel.processes import LocalProcesses
from exporter.parallel.shared_network import SharedNetwork
from exporter.parallel.source import ModelSource, plan_of
from exporter.parallel.workers import Workers
from exporter.planning.recipe import Recipe
from queries.analysis import passes
from queries.analysis.network import Network
from queries.analysis.operators import LOG_PRODUCT, Scores
from tests.bench.test_speed import report
from tests.bench.timing import seconds_of
from tests.opening import open_model
from tests.unit.builders import chain, layer, saved, wired

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

REPEATS: Final = 3


@pytest.fixture
def big_file(tmp_path: Path) -> Path:
    """A convolution and two Dense, of 73 million edges together."""
    layers = [
        layer("Conv2D", filters=64, kernel_size=3, padding="same"),
        layer("GlobalAveragePooling2D"),
        layer("Dense", units=4096),
        layer("Dense", units=4096),
    ]
    return saved(chain((39, 39, 64), *layers), tmp_path / "big.keras")


def test_processes(big_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One process against two that write a dataset; both have opened the model before."""
    alone = fastest(big_file, f"{tmp_path}/alone/")
    report("without workers", alone.seconds, alone.edges)
    taken: dict[int, float] = {}
    for count in (1, 2):
        with processes(count, big_file) as own:
            monkeypatch.setattr(starting, "started", partial(given, own))
            done = fastest(big_file, f"{tmp_path}/{count}/", "local")
        assert done.checksums == alone.checksums
        taken[count] = done.seconds
        report(f"by {count} of them", done.seconds, done.edges)
    print(f"\n  two processes are {taken[1] / taken[2]:.2f} times as fast as one")


def fastest(file: Path, graph: str, dask: str | None = None) -> LoadReport:
    loads = (load(file, graph, replace=True, dask=dask) for _ in range(REPEATS))
    return min(loads, key=lambda done: done.seconds)


def given(own: Workers, _: str) -> AbstractContextManager[Workers]:
    return nullcontext(own)


@contextmanager
def processes(count: int, file: Path) -> Iterator[Workers]:
    """Start processes that have opened a model."""
    source = ModelSource(file, open_model(file).sha256, Recipe())
    with ProcessPoolExecutor(
        count, get_context("spawn"), initializer=plan_of, initargs=(source, None)
    ) as executor:
        # As long as one sleeps, a task needs another one.
        list(executor.map(time.sleep, [1.0] * count))
        yield LocalProcesses(executor, count)


PASSES: Final[dict[str, Callable[[Network], Scores]]] = {
    "katz": lambda network: passes.sums_forward(network, np.ones(network.neurons), factor=0.1),
    "strongest path": lambda network: passes.maxima_backward(
        network, np.zeros(network.neurons), LOG_PRODUCT
    ),
}


def test_passes(big_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread of one process against two processes that have opened the model before."""
    source = ModelSource(big_file, open_model(big_file).sha256, Recipe())
    plan = plan_of(source, None)
    with processes(2, big_file) as own, ModelWorkers("local", source) as two:
        monkeypatch.setattr(model_workers, "started", partial(given, own))
        monkeypatch.setattr(os, "cpu_count", lambda: 1)
        alone, together = ModelNetwork(plan), SharedNetwork(plan, two)
        for name, ask in PASSES.items():
            np.testing.assert_array_equal(ask(together), ask(alone))
            one, many = (
                min(seconds_of(partial(ask, each)) for _ in range(REPEATS))
                for each in (alone, together)
            )
            print(f"\n  {name}: {one:.2f} s by one thread, {one / many:.2f} times as fast by two")


SIDES: Final = {10**6: 5, 10**7: 16, 10**8: 52, 10**9: 165, 10**10: 521}
"""Height and width of the output that has so many edges into it, at 36,864 a position."""


@pytest.mark.parametrize("edges", SIDES)
def test_cost_of_an_edge(edges: int, tmp_path: Path) -> None:
    """Building all blocks of a convolution and keeping none, by one process."""
    side = SIDES[edges]
    convolution = layer("Conv2D", filters=64, kernel_size=3)
    into = wired(chain((side + 2, side + 2, 64), convolution), tmp_path).plan.layers[1]
    assert into.edges == side**2 * 36_864

    def build() -> None:
        for part in into.ranges():
            into.block(*part)

    least = min(seconds_of(build) for _ in range(1 if edges > 10**9 else REPEATS))
    print(f"\n  {into.edges:>14,} edges: {least / into.edges * 1e9:.2f} ns an edge")
