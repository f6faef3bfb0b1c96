"""What a process needs to take part in a load: an address, a model file, a cut into files."""

import hashlib
import sys
from concurrent.futures import BrokenExecutor, CancelledError, Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner

from exporter.cli import app
from exporter.parallel import results as module
from exporter.parallel.address import check_dask
from exporter.parallel.results import results
from exporter.parallel.source import ModelSource, plan_of
from exporter.parallel.starting import started
from exporter.parallel.task import FileResult
from exporter.parallel.workers import Workers
from exporter.planning.recipe import Recipe
from exporter.sinks.dataset.parts import FilePart, parts
from queries import NeuronGraph
from queries.core.checksum import Checksum
from queries.errors import (
    GraphError,
    GraphUnavailableError,
    NotInstalledError,
    ParameterError,
)
from queries.stores.location import locate
from tests.unit.builders import chain, layer, saved, wired


class TestAddress:
    @pytest.mark.parametrize("dask", ["local", "tcp://localhost:8786", "tls://10.0.0.1:8786"])
    def test_of_a_dataset(self, dask: str) -> None:
        check_dask(dask, locate("files/"))

    @pytest.mark.parametrize("graph", ["g.lbug", "bolt://localhost:7687"])
    def test_of_another_graph_is_refused(self, graph: str) -> None:
        with pytest.raises(ParameterError, match=r"write a folder of files.* end such a folder"):
            check_dask("local", locate(graph))

    @pytest.mark.parametrize("graph", ["g.lbug", "bolt://localhost:7687", "files/"])
    def test_of_a_pass_over_no_model_file_is_refused(self, graph: str) -> None:
        done = CliRunner().invoke(app, ["query", "katz", "--graph", graph, "--dask", "local"])
        assert done.exit_code == 1
        said = " ".join(done.stderr.split())
        assert said.endswith(f"pass over a model file, and {graph} is none; leave it out")

    def test_of_a_pass_to_no_scheduler_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "m.keras").touch()
        with pytest.raises(ParameterError, match="neither 'local' nor the address"):
            NeuronGraph(tmp_path / "m.keras", dask="remote")

    @pytest.mark.parametrize("dask", ["remote", "", "localhost:8786", "http://here", "tcp://"])
    def test_of_no_scheduler_is_refused(self, dask: str) -> None:
        with pytest.raises(ParameterError, match="neither 'local' nor the address"):
            check_dask(dask, locate("files/"))

    def test_takes_no_password(self) -> None:
        with pytest.raises(ParameterError, match="leave user name and password out") as caught:
            check_dask("tcp://me:secret@localhost:8786", locate("files/"))
        assert "secret" not in str(caught.value)


class TestParts:
    @pytest.mark.parametrize("padding", ["same", "valid"])
    @pytest.mark.parametrize("most", [1, 50, 333, 10_000])
    def test_hold_each_block_once_in_order(self, tmp_path: Path, padding: str, most: int) -> None:
        convolution = layer("Conv2D", filters=5, kernel_size=3, padding=padding)
        into = wired(chain((9, 8, 2), convolution), tmp_path).plan.layers[1]
        files = list(parts(into, 40, most))
        assert [each for file in files for each in file.ranges] == list(into.ranges(40))
        assert len({file.name for file in files}) == len(files)
        sizes = [sum(len(into.block(*each)) for each in file.ranges) for file in files]
        assert sum(sizes) == into.edges
        assert max(sizes) <= most + 40


class Silent(Workers):
    """Workers with one task, which say what is wrong, and do it once nothing is."""

    deaths = (BrokenExecutor,)

    def __init__(self, *said: str | None) -> None:
        super().__init__(ThreadPoolExecutor(1), 1)
        self.said = list(said)
        self.task: Future[FileResult] = Future()

    def shipped(self, source: ModelSource) -> None:
        pass

    def trouble(self) -> str | None:
        if self.said:
            return self.said.pop(0)
        self.task.set_result(WRITTEN)
        return None


def unchecked(_: None, sent: object) -> object:
    return sent


WRITTEN = FileResult(FilePart(0, ((0, 1),)), Checksum(), Checksum(), None)


class TestResults:
    @pytest.fixture(autouse=True)
    def _impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "_PATIENCE", 0.02)

    def test_are_waited_for_where_trouble_passes(self) -> None:
        workers = Silent("they are gone", None, "they are gone", None)
        assert list(results(workers, {workers.task: None}, unchecked, "go on")) == [WRITTEN]

    def test_are_given_up_where_trouble_lasts(self) -> None:
        workers = Silent(None, "they are gone", "they are gone")
        with pytest.raises(GraphUnavailableError, match=r"they are gone; .*go on"):
            list(results(workers, {workers.task: None}, unchecked, "go on"))

    @pytest.mark.parametrize(
        ("raised", "expected", "said"),
        [
            (GraphError("the disk is full"), GraphError, "^the disk is full$"),
            (BrokenExecutor("gone"), GraphError, r"workers died.*memory.*go on"),
            (SystemExit(3), GraphError, r"a worker failed: SystemExit: 3; .*go on"),
            (ValueError("odd"), GraphError, r"a worker failed: ValueError: odd; .*go on"),
            (CancelledError(), GraphUnavailableError, r"connection .* was lost; .*go on"),
        ],
        ids=repr,
    )
    def test_of_what_fails_say_what_to_do(
        self, raised: BaseException, expected: type[GraphError], said: str
    ) -> None:
        workers = Silent()
        workers.task.set_exception(raised)
        with pytest.raises(expected, match=said):
            list(results(workers, {workers.task: None}, unchecked, "go on"))


class TestSource:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        return saved(chain((3,), layer("Dense", units=2, name="dense")), tmp_path / "m.keras")

    @pytest.fixture
    def source(self, file: Path) -> ModelSource:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        return ModelSource(file, digest, Recipe(to_layer="dense"))

    def test_is_opened_once(self, source: ModelSource) -> None:
        assert plan_of(source, None) is plan_of(source, None)
        assert [into.name for into in plan_of(source, None).layers][1:] == ["dense"]

    def test_that_is_not_seen_is_read_from_what_was_sent(
        self, source: ModelSource, file: Path
    ) -> None:
        content = {file.name: file.read_bytes()}
        file.unlink()
        assert not source.is_readable()
        assert plan_of(source, content).edges == 6

    @pytest.mark.parametrize("content", [None, {"m.keras": b"half"}])
    def test_that_is_not_there_is_told(
        self, source: ModelSource, file: Path, content: dict[str, bytes] | None
    ) -> None:
        file.write_bytes(b"another model")
        with pytest.raises(GraphError, match=r"does not find .*m\.keras"):
            plan_of(source, content)


def test_a_dask_that_is_broken_is_not_told_for_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "exporter.parallel.cluster", None)
    with (
        pytest.raises(NotInstalledError, match="is installed, and cannot be imported"),
        started("tcp://localhost:1"),
    ):
        pass


def test_local_workers_without_cryptography_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with (
        pytest.raises(NotInstalledError, match=r'cryptography, .* pip install .*"crypt'),
        started("local"),
    ):
        pass
