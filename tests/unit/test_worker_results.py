"""Workers that send back garbage: an error of ours, and never a wrong answer."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter import load
from exporter.model_graph.pieces import Result
from exporter.parallel import batches, model_workers, share, shared_network, starting
from exporter.parallel.model_workers import ModelWorkers
from exporter.parallel.shared_network import SharedNetwork
from exporter.parallel.source import ModelSource
from exporter.parallel.task import FileResult
from exporter.planning.recipe import Recipe
from exporter.sinks.dataset.folder import WrittenTable
from exporter.sinks.dataset.parts import FilePart
from queries import NeuronGraph
from queries.analysis.operators import LOG_PRODUCT
from queries.core.checksum import Checksum
from queries.errors import GraphError, ModelIncompleteError, NeurongraphError
from tests.unit.builders import Wired, chain, layer, saved, wired
from tests.unit.test_shared_layer import InThreads


class Odd:
    """What raises whatever is done with it."""

    def __eq__(self, other: object) -> bool:
        raise ValueError("odd")

    __hash__ = None  # type: ignore[assignment]


class Garbling(ThreadPoolExecutor):
    """Sends back something else for the third task."""

    def __init__(self, garbled: Callable[[Any], Any]) -> None:
        super().__init__(1)
        self.garbled, self.tasks = garbled, 0

    def submit(self, work: Callable[..., Any], /, *args: Any, **more: Any) -> "Future[Any]":
        self.tasks += 1
        if self.tasks != 3:
            return super().submit(work, *args)
        return super().submit(lambda: self.garbled(work(*args)))


def summed(rows: Any, total: Any) -> Checksum:
    checksum = Checksum()
    checksum.rows, checksum._sum = rows, total
    return checksum


def having(written: Any, **values: Any) -> Any:
    return replace(written, **values)


def table(written: FileResult, **values: Any) -> FileResult:
    assert written.table is not None
    of_file = {name: values.pop(name) for name in ("rows", "size", "crc32") if name in values}
    file = replace(written.table.file, **of_file)
    return replace(written, table=replace(written.table, file=file, **values))


FILES: dict[str, Callable[[FileResult], object]] = {
    "nothing": lambda _: None,
    "text": lambda _: "written",
    "an odd object": lambda _: Odd(),
    "its fields alone": lambda w: (w.part, w.expected, w.actual, w.table),
    "an error": lambda _: ValueError("odd"),
    "another file": lambda w: having(w, part=FilePart(w.part.layer, ((0, 1),))),
    "another layer": lambda w: having(w, part=replace(w.part, layer=9)),
    "no file": lambda w: having(w, part=None),
    "an odd file": lambda w: having(w, part=FilePart(Odd(), Odd())),  # type: ignore[arg-type]
    "no checksum": lambda w: having(w, expected=None),
    "a number as checksum": lambda w: having(w, actual=7),
    "negative rows": lambda w: replace(w, expected=summed(-1, 0), actual=summed(-1, 0)),
    "too many rows": lambda w: replace(w, expected=summed(10**9, 0), actual=summed(10**9, 0)),
    "half a row": lambda w: replace(w, expected=summed(0.5, 0)),
    "a sum that is no number": lambda w: replace(w, actual=summed(w.actual.rows, float("nan"))),
    "too large a sum": lambda w: replace(w, actual=summed(w.actual.rows, 1 << 64)),
    "no table": lambda w: replace(w, table=None),
    "text as table": lambda w: having(w, table="edges.parquet"),
    "another table": lambda w: table(w, name="../edges"),
    "a table that may be there": lambda w: table(w, there=2),
    "no file of the table": lambda w: replace(
        w,
        table=WrittenTable(w.part.name, None, there=False),  # type: ignore[arg-type]
    ),
    "other rows in the table": lambda w: table(w, rows=0),
    "another size": lambda w: table(w, size=9),
    "an empty table": lambda w: table(w, size=0),
    "half a byte": lambda w: table(w, size=1.5),
    "a negative CRC-32": lambda w: table(w, crc32=-1),
    "too large a CRC-32": lambda w: table(w, crc32=1 << 32),
    "fewer than were sent": lambda w: table(
        replace(w, actual=summed(w.actual.rows - 1, 0)), rows=w.actual.rows - 1
    ),
    "another sum": lambda w: replace(w, actual=summed(w.actual.rows, 5)),
    "fewer than there are": lambda w: table(
        replace(w, expected=summed(1, 5), actual=summed(1, 5)), rows=1
    ),
}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = chain(
        (4,), layer("Dense", units=5, name="hidden"), layer("Dense", units=3, name="odds")
    )
    return saved(model, tmp_path_factory.mktemp("model") / "m.keras")


class TestFiles:
    @pytest.mark.parametrize("garbled", FILES.values(), ids=FILES)
    def test_end_the_load(
        self,
        file: Path,
        garbled: Callable[[Any], Any],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        dataset, other = f"{tmp_path}/files/", f"{tmp_path}/other/"
        with Garbling(garbled) as executor:
            own = nullcontext(InThreads(executor, 1))
            monkeypatch.setattr(starting, "started", lambda _: own)
            with pytest.raises(GraphError, match=r"resume=True|workers built|holds") as caught:
                load(file, dataset, batch_size=4, dask="local")
            assert executor.tasks > 3
        assert "\n" not in str(caught.value)
        with NeuronGraph(dataset) as graph:
            assert graph.models()["state"].tolist() == ["loading"]
            with pytest.raises(ModelIncompleteError, match="no model is complete"):
                graph.summary()
        load(file, dataset, batch_size=4, resume=True)
        load(file, other, batch_size=4)
        with NeuronGraph(dataset) as graph, NeuronGraph(other) as whole:
            assert graph.layers().equals(whole.layers())


Shares = tuple[int, list[Result]]


def changed(sent: Shares, change: Callable[[Any], Any], *, where: bool = False) -> object:
    """Change the last result of a share: its values, or where they belong."""
    number, results = sent
    place, values = results[-1]
    last = (change(place), values) if where else (place, change(values))
    return number, [*results[:-1], last]


def spoilt(values: Any, number: float) -> Any:
    other = values.copy()
    other.flat[0] = number
    return other


SHARES: dict[str, Callable[[Any], object]] = {
    "nothing": lambda _: None,
    "an odd object": lambda _: Odd(),
    "another share": lambda s: (s[0] + 1, s[1]),
    "a share before": lambda s: (0, s[1]),
    "a number as text": lambda s: (str(s[0]), s[1]),
    "an odd number": lambda s: (Odd(), s[1]),
    "no results": lambda s: (s[0], []),
    "a result too many": lambda s: (s[0], [*s[1], s[1][-1]]),
    "numbers": lambda s: (s[0], [1.0] * len(s[1])),
    "another place": lambda s: changed(s, lambda _: slice(0, 1), where=True),
    "an odd place": lambda s: changed(s, lambda _: Odd(), where=True),
    "all places": lambda s: changed(s, lambda _: ..., where=True),
    "a list": lambda s: changed(s, lambda v: v.tolist()),
    "single floats": lambda s: changed(s, lambda v: v.astype(np.float32)),
    "whole numbers": lambda s: changed(s, lambda v: v.astype(np.int64)),
    "objects": lambda s: changed(s, lambda v: v.astype(object)),
    "complex numbers": lambda s: changed(s, lambda v: v.astype(complex)),
    "one number for all": lambda s: changed(s, lambda v: v.reshape(-1)[:1]),
    "an axis more": lambda s: changed(s, lambda v: v[None]),
    "a value too many": lambda s: changed(s, lambda v: np.append(v, 0.0)),
    "no number": lambda s: changed(s, lambda v: spoilt(v, np.nan)),
    "infinity": lambda s: changed(s, lambda v: spoilt(v, np.inf)),
}


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Wired:
    model = chain((9, 8, 3), layer("Conv2D", filters=4, kernel_size=3, padding="same"))
    return wired(model, tmp_path_factory.mktemp("model"))


class TestShares:
    @pytest.fixture
    def garbling(
        self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[None]:
        monkeypatch.setattr(shared_network, "_FEWEST", 0)
        monkeypatch.setattr("exporter.model_graph.wired_layer._READ_AT_ONCE", 60)
        monkeypatch.setattr(share, "limit_blas", lambda: None)
        with Garbling(request.param) as executor:
            own = InThreads(executor, 1)
            monkeypatch.setattr(model_workers, "started", lambda _: nullcontext(own))
            yield

    @pytest.mark.parametrize("garbling", SHARES.values(), ids=SHARES, indirect=True)
    @pytest.mark.parametrize("inward", [True, False], ids=["in", "out"])
    @pytest.mark.usefixtures("garbling")
    def test_end_the_pass(self, case: Wired, inward: bool) -> None:
        source = ModelSource(case.model.path, case.model.sha256, Recipe())
        with ModelWorkers("local", source) as own:
            (shared,) = SharedNetwork(case.plan, own).forward()
            part = shared.sources if inward else shared.targets
            scores = np.ones(part.stop - part.start)
            with pytest.raises(GraphError, match=r"a worker sent back .*; then ask again"):
                (shared.sum_in if inward else shared.sum_out)(scores)

    @pytest.mark.parametrize("garbling", [lambda sent: sent], indirect=True)
    @pytest.mark.usefixtures("garbling")
    def test_that_are_not_finite_are_taken_where_scores_are_not(self, case: Wired) -> None:
        source = ModelSource(case.model.path, case.model.sha256, Recipe())
        with ModelWorkers("local", source) as own:
            (shared,) = SharedNetwork(case.plan, own).forward()
            scores = np.full(shared.sources.stop - shared.sources.start, np.nan)
            assert np.isnan(shared.sum_in(scores)).all()
            scores[:] = np.inf
            assert shared.largest_in(scores, LOG_PRODUCT).max() == np.inf


class TestRefusals:
    """What a user asked wrongly is no failure of a task: Dask prints those."""

    @pytest.mark.parametrize(
        ("asked", "message"),
        [
            ({"towards": "odds[9]"}, "towards: layer 'odds'"),
            ({"rule": "ig", "steps": 10**9}, "steps take"),
        ],
    )
    def test_come_back_as_values(
        self,
        file: Path,
        monkeypatch: pytest.MonkeyPatch,
        asked: dict[str, Any],
        message: str,
    ) -> None:
        monkeypatch.setattr(batches, "limit_blas", lambda: None)
        sent: list[Future[Any]] = []

        class Watched(ThreadPoolExecutor):
            def submit(self, work: Callable[..., Any], /, *args: Any, **more: Any) -> Any:
                sent.append(super().submit(work, *args, **more))
                return sent[-1]

        with Watched(1) as executor:
            own = InThreads(executor, 1)
            monkeypatch.setattr(model_workers, "started", lambda _: nullcontext(own))
            with NeuronGraph(file, dask="local") as graph:
                with pytest.raises(NeurongraphError, match=message):
                    graph.class_circuit(np.ones((70, 4)), **asked)
                # The same processes go on.
                assert len(graph.class_circuit(np.ones((70, 4)))) > 0
        assert len(sent) == 6
        assert all(each.cancelled() or each.exception() is None for each in sent)
