"""Layers whose pieces are handed out and come back in any order, against one process."""

import pickle
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from exporter.model_graph import ModelNetwork, wired_layer
from exporter.parallel import model_workers, share, shared_network
from exporter.parallel.model_workers import ModelWorkers
from exporter.parallel.share import Share
from exporter.parallel.shared_network import SharedNetwork
from exporter.parallel.source import ModelSource
from exporter.parallel.workers import Workers
from exporter.planning.recipe import Recipe
from queries.analysis.operators import (
    A_HOP_MORE,
    ABSOLUTE_TOTAL,
    LESS_WEIGHT,
    LOG_PRODUCT,
    TOTAL,
    WEAKEST,
    StrongerThan,
    WeightFunction,
    absolute,
    count,
    signed,
)
from tests.unit.builders import chain, layer, wired

MEASURES: list[WeightFunction] = [signed, absolute, count, StrongerThan(0.3)]
COMBINES = [LOG_PRODUCT, TOTAL, ABSOLUTE_TOTAL, LESS_WEIGHT, A_HOP_MORE, WEAKEST]

LAYERS = [
    layer("Conv2D", filters=4, kernel_size=3, padding="same"),
    layer("DepthwiseConv2D", kernel_size=3, padding="same", strides=2),
    layer("AveragePooling2D", pool_size=2, padding="same"),
    layer("Permute", dims=(3, 1, 2)),
    layer("Conv2D", filters=3, kernel_size=2, padding="same"),
    layer("Flatten"),
    layer("Dense", units=7),
]


class Sending(ThreadPoolExecutor):
    """Does what it is sent as bytes, as another process would."""

    def submit(self, work: Callable[..., Any], /, *args: Any, **more: Any) -> "Future[Any]":
        sent = pickle.dumps((work, args))
        work, args = pickle.loads(sent)  # noqa: S301  # They are our own.
        return super().submit(work, *args)


class InThreads(Workers):
    """Threads of this process."""

    deaths = ()

    def shipped(self, source: ModelSource) -> None:
        pass

    def trouble(self) -> None:
        pass


def last_first(
    _: Workers,
    tasks: Mapping["Future[Any]", Share],
    checked: Callable[[Share, object], Any],
    go_on: str,
) -> Iterator[Any]:
    assert go_on
    yield from [checked(what, task.result()) for task, what in tasks.items()][::-1]


@pytest.fixture
def _by_threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let threads do all, and the last result come first; pieces are small."""
    monkeypatch.setattr(shared_network, "_FEWEST", 0)
    for name in ("_READ_AT_ONCE", "_WEIGHTS_AT_ONCE"):
        monkeypatch.setattr(wired_layer, name, 60)
    monkeypatch.setattr(share, "limit_blas", lambda: None)
    monkeypatch.setattr(model_workers, "results", last_first)
    with Sending(2) as executor, threadpool_limits(1, "blas"):
        own = InThreads(executor, 2)
        monkeypatch.setattr(model_workers, "started", lambda _: nullcontext(own))
        yield


@pytest.mark.usefixtures("_by_threads")
def test_results_are_those_of_one_process(tmp_path: Path) -> None:
    case = wired(chain((9, 8, 3), *LAYERS), tmp_path)
    source = ModelSource(case.model.path, case.model.sha256, Recipe())
    random = np.random.default_rng(0)
    with ModelWorkers("local", source) as workers:
        together, alone = SharedNetwork(case.plan, workers), ModelNetwork(case.plan)
        for shared, own in zip(together.forward(), alone.forward(), strict=True):
            forward, backward = (
                random.normal(size=part.stop - part.start) for part in (own.sources, own.targets)
            )
            for measure in MEASURES:
                many, one = shared.weighed(measure), own.weighed(measure)
                same(many.sum_in(forward), one.sum_in(forward))
                same(many.sum_out(backward), one.sum_out(backward))
            for combine in COMBINES:
                same(shared.largest_in(forward, combine), own.largest_in(forward, combine))
                same(shared.largest_out(backward, combine), own.largest_out(backward, combine))


def same(found: Any, expected: Any) -> None:
    np.testing.assert_array_equal(found, expected, strict=True)
