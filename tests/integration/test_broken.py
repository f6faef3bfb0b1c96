"""What happens where disk, lock, server or user get in the way."""

import json
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner

from exporter import drop, load
from exporter.cli import app
from exporter.sinks.opening import open_ledger
from queries import NeuronGraph
from queries.core.schema import COMPLETE, DAMAGED, LOADING
from queries.errors import (
    GraphAccessError,
    GraphDamagedError,
    GraphError,
    GraphLockedError,
    GraphUnavailableError,
    GraphVersionError,
    ModelExistsError,
    ModelIncompleteError,
    NeurongraphError,
    ParameterError,
)
from queries.stores import locate
from queries.stores.embedded.names import model_file, note_beside, note_of
from queries.stores.neo4j.connection import _require_supported
from tests.mounts import mounted
from tests.servers import Neo4jServer, skip_or_fail
from tests.unit.builders import chain, layer, saved

ROOT = Path(__file__).parents[2]

# Loads a model, and stands still once the first relationships are handed over.
LOADER = """
import sys, time
from exporter import load

def progress(phase, done, total):
    if phase == "relationships":
        print("in mid-load", flush=True)
        time.sleep(600)

load(sys.argv[1], sys.argv[2], name="m", batch_size=1, replace=True, progress=progress)
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    small = chain((6,), layer("Dense", units=5, name="a"), layer("Dense", units=4, name="b"))
    return saved(small, tmp_path_factory.mktemp("model") / "small.keras")


@pytest.fixture(scope="module")
def big_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    big = chain((1000,), layer("Dense", units=3000))
    return saved(big, tmp_path_factory.mktemp("model") / "big.keras")


@contextmanager
def loader(model: Path, graph: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a load in another process until it is in the middle."""
    command = [sys.executable, "-c", LOADER, str(model), str(graph)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            said = process.stdout.readline()
            if said != "in mid-load\n":
                process.kill()
                pytest.fail(f"the load did not begin: {process.stderr.read()}")
            yield process
        finally:
            process.kill()


def states(graph: Path) -> dict[str, str]:
    with NeuronGraph(graph) as opened:
        models = opened.models()
        return dict(zip(models["name"], models["state"], strict=True))


def one_line(error: BaseException) -> str:
    message = str(error)
    assert message.strip()
    assert len(message.splitlines()) == 1, message
    return message


def check_running(model: Path, graph: Path) -> None:
    assert states(graph) == {"m": LOADING}
    with pytest.raises(GraphLockedError) as locked:
        load(model, graph, name="m", replace=True)
    assert "locked by another process" in one_line(locked.value)
    with pytest.raises(GraphLockedError):
        drop("m", graph)
    with pytest.raises(ModelExistsError):
        load(model, graph, name="m")
    assert states(graph) == {"m": LOADING}
    # A file a model: another model is not in the way.
    assert load(model, graph, name="other").edges == 50
    drop("other", graph)


@pytest.fixture(scope="module")
def interrupted(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a graph in which an interrupted load left something."""
    graph = tmp_path_factory.mktemp("left") / "left.lbug"
    with loader(model, graph) as process:
        check_running(model, graph)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) != 0
    return graph


def check_replacing(graph: Path) -> None:
    assert states(graph) == {"m": COMPLETE, "m~new": LOADING}
    with NeuronGraph(graph) as opened:
        assert len(opened.edges(model="m")) == 50
        assert len(opened.edges()) == 50


@pytest.fixture(scope="module")
def interrupted_replacement(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    graph = tmp_path_factory.mktemp("replaced") / "left.lbug"
    load(model, graph, name="m")
    with loader(model, graph) as process:
        check_replacing(graph)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) != 0
    return graph


class TestInterrupted:
    """Another process loads "m", is looked at, and is stopped by Ctrl-C."""

    @pytest.fixture
    def graph(self, interrupted: Path, tmp_path: Path) -> Path:
        return Path(shutil.copytree(interrupted, tmp_path / "graph.lbug"))

    def test_is_in_state_loading(self, graph: Path) -> None:
        assert states(graph) == {"m": LOADING}

    def test_is_not_queried(self, graph: Path) -> None:
        with NeuronGraph(graph, model="m") as opened:
            for ask in (opened.layers, opened.summary, opened.edges, opened.neurons):
                with pytest.raises(ModelIncompleteError) as caught:
                    ask()
                assert "'m'" in one_line(caught.value)
                assert "resume=True" in str(caught.value)

    def test_is_not_chosen_silently(self, graph: Path) -> None:
        with NeuronGraph(graph) as opened, pytest.raises(ModelIncompleteError, match="'m'"):
            opened.summary()

    def test_is_not_loaded_over_without_replace(self, graph: Path, model: Path) -> None:
        with pytest.raises(ModelExistsError) as caught:
            load(model, graph, name="m")
        assert "replace=True" in one_line(caught.value)

    def test_is_replaced(self, graph: Path, model: Path) -> None:
        assert load(model, graph, name="m", replace=True).edges == 50
        assert states(graph) == {"m": COMPLETE}
        with NeuronGraph(graph) as opened:
            assert len(opened.edges()) == 50

    def test_is_dropped(self, graph: Path) -> None:
        drop("m", graph)
        assert states(graph) == {}
        assert list(graph.iterdir()) == []


def test_a_model_that_another_process_writes_is_not_changed(model: Path, tmp_path: Path) -> None:
    load(model, tmp_path / "held.lbug", name="m")
    file = model_file(tmp_path / "held.lbug", "m")
    writer = (
        "import sys, ladybug; held = ladybug.Connection(ladybug.Database(sys.argv[1])); input(1)"
    )
    command = [sys.executable, "-c", writer, str(file)]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process,
        NeuronGraph(tmp_path / "held.lbug") as graph,
    ):
        assert process.stdout
        assert process.stdout.read(1) == b"1"
        with pytest.raises(GraphLockedError) as caught:
            graph.write("MATCH (n:Neuron) SET n.bias = 7.0")
        process.communicate(b"2\n")
    assert "locked by another process" in one_line(caught.value)


class TestInterruptedReplacement:
    """Another process replaces "m", is looked at, and is stopped by Ctrl-C."""

    @pytest.fixture
    def graph(self, interrupted_replacement: Path, tmp_path: Path) -> Path:
        return Path(shutil.copytree(interrupted_replacement, tmp_path / "graph.lbug"))

    def test_leaves_the_old_model_as_it_was(self, graph: Path) -> None:
        check_replacing(graph)

    def test_is_done_again(self, graph: Path, model: Path) -> None:
        load(model, graph, name="m", replace=True)
        assert states(graph) == {"m": COMPLETE}
        assert len(list(graph.glob("*.lbug"))) == 1

    def test_leftover_can_be_dropped(self, graph: Path) -> None:
        drop("m~new", graph)
        assert states(graph) == {"m": COMPLETE}

    def test_model_can_be_dropped(self, graph: Path) -> None:
        drop("m", graph)
        assert "m" not in states(graph)


def test_a_load_that_was_killed_after_its_last_rename_is_complete(
    model: Path, tmp_path: Path
) -> None:
    graph = tmp_path / "graph.lbug"
    load(model, graph, name="m")
    final = json.loads(note_beside(model_file(graph, "m")).read_text())
    left = {**final, "state": LOADING}
    for text in ('{"name": "m", "state": "loading"}', json.dumps(left)):
        note_of(model_file(graph, "m", loading=True)).write_text(text)
        with NeuronGraph(graph) as opened:
            assert opened.models()["state"].tolist() == [COMPLETE]


def test_a_load_that_breaks_with_its_layers_says_what_it_left(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add_layers(*_: object) -> None:
        raise GraphError("no space left on the disk")

    monkeypatch.setattr("exporter.sinks.embedded.writer.EmbeddedWriter.add_layers", add_layers)
    words = ["load", str(model), "--graph", str(tmp_path / "graph.lbug"), "--name", "m"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 1
    assert "no space left on the disk. The load of 'm' into" in done.stderr


class TestOwnStatements:
    """What somebody writes into the file of a model on purpose."""

    @pytest.mark.parametrize(
        ("statement", "number"),
        [("CREATE (:Model {name: 'mine'})", 2), ("MATCH (m:Model) DETACH DELETE m", 0)],
    )
    def test_that_leave_not_one_model_are_told(
        self, statement: str, number: int, tmp_path: Path, model: Path
    ) -> None:
        folder = tmp_path / "graph.lbug"
        load(model, folder, name="m")
        with NeuronGraph(folder) as graph:
            graph.write(statement)
        with NeuronGraph(folder) as graph:
            assert graph.models()["state"].tolist() == [DAMAGED]
            with pytest.raises(GraphDamagedError, match=f"has {number} nodes of the label Model"):
                graph.katz()
            if number:
                graph.write("MATCH (m:Model {name: 'mine'}) DELETE m")
                assert len(graph.edges()) == 50
        drop("m", folder)

    def test_with_a_value_that_is_no_utf_8_are_refused(self, tmp_path: Path, model: Path) -> None:
        load(model, tmp_path / "graph.lbug")
        with (
            NeuronGraph(tmp_path / "graph.lbug") as graph,
            pytest.raises(ParameterError, match="is no UTF-8"),
        ):
            graph.cypher("RETURN $text", text="\udcff")


class TestDisk:
    @pytest.fixture
    def read_only(self, tmp_path: Path, model: Path) -> Iterator[Path]:
        """Give a graph with the model "m" in a folder that even root cannot write to."""
        folder = tmp_path / "mounted"
        folder.mkdir()
        load(model, folder / "graph.lbug", name="m")
        with ExitStack() as stack:
            mounted(stack, "--bind", str(folder), str(folder))
            subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
            yield folder

    def test_a_read_only_folder_takes_no_graph(self, read_only: Path, model: Path) -> None:
        with pytest.raises(GraphAccessError) as caught:
            load(model, read_only / "new.lbug")
        assert "Read-only file system" in one_line(caught.value)

    def test_a_read_only_graph_takes_no_model(self, read_only: Path, model: Path) -> None:
        for settings in ({"name": "other"}, {"name": "m", "replace": True}):
            with pytest.raises(GraphAccessError) as caught:
                load(model, read_only / "graph.lbug", **settings)
            assert "read-only" in one_line(caught.value).lower()
        with pytest.raises(GraphAccessError) as caught:
            drop("m", read_only / "graph.lbug")
        assert "read-only" in one_line(caught.value).lower()

    def test_of_a_read_only_graph_no_damaged_model_is_dropped(
        self, tmp_path: Path, model: Path
    ) -> None:
        folder = tmp_path / "graph.lbug"
        load(model, folder, name="m")
        model_file(folder, "m").unlink()
        with ExitStack() as stack:
            mounted(stack, "--bind", str(folder), str(folder))
            subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
            with pytest.raises(GraphAccessError) as caught:
                drop("m", folder)
        assert one_line(caught.value).endswith(": the file system is read-only")

    def test_a_read_only_graph_is_read(self, read_only: Path) -> None:
        with NeuronGraph(read_only / "graph.lbug") as graph:
            assert len(graph.edges()) == 50
            with pytest.raises(GraphAccessError):
                graph.write("MATCH (n:Neuron) SET n.bias = 7.0")
            assert len(graph.edges()) == 50

    @pytest.mark.parametrize("parent", ["file", "/proc"])
    def test_a_folder_that_cannot_be_made(self, parent: str, tmp_path: Path, model: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(GraphAccessError, match="cannot make the folder") as caught:
            load(model, tmp_path / parent / "graph.lbug")
        one_line(caught.value)

    def test_a_file_where_the_folder_should_be(self, tmp_path: Path, model: Path) -> None:
        (tmp_path / "graph.lbug").write_text("something else")
        for use in (lambda graph: load(model, graph), NeuronGraph):
            with pytest.raises(GraphError, match="is a file, not the folder of a graph"):
                use(tmp_path / "graph.lbug")
        assert (tmp_path / "graph.lbug").read_text() == "something else"

    def test_a_file_that_is_no_database_can_be_dropped(self, tmp_path: Path, model: Path) -> None:
        graph = tmp_path / "graph.lbug"
        load(model, graph, name="m")
        (file,) = graph.glob("*.lbug")
        file.write_bytes(b"no database" * 1000)
        with NeuronGraph(graph) as opened, pytest.raises(GraphError) as caught:
            opened.summary(model="m")
        one_line(caught.value)
        with open_ledger(locate(graph)) as ledger:
            assert ledger.drop("m") == 0
        assert list(graph.iterdir()) == []

    def test_a_disk_that_is_too_small(self, tmp_path: Path, model: Path, big_model: Path) -> None:
        disk = tmp_path / "disk"
        disk.mkdir()
        with ExitStack() as stack:
            mounted(stack, "-t", "tmpfs", "-o", "size=8m", "none", str(disk))
            graph = disk / "graph.lbug"
            load(model, graph, name="m")
            held = sorted(graph.iterdir())
            for name in ("big", "m"):
                with pytest.raises(GraphError) as caught:
                    load(big_model, graph, name=name, replace=True)
                said = one_line(caught.value)
                assert re.search(r"take about 60\.3 MB, but only \d\.\d MB of the disk", said)
            assert sorted(graph.iterdir()) == held
            assert states(graph) == {"m": COMPLETE}

    def test_a_disk_that_fills_up(self, tmp_path: Path, model: Path, big_model: Path) -> None:
        disk = tmp_path / "disk"
        disk.mkdir()
        others = disk / "others"

        def fill(phase: str, *_: int) -> None:
            if phase == "relationships" and not others.exists():
                with suppress(OSError), others.open("wb", buffering=0) as file:
                    while True:
                        file.write(bytes(4096))

        with ExitStack() as stack:
            mounted(stack, "-t", "tmpfs", "-o", "size=96m", "none", str(disk))
            graph = disk / "graph.lbug"
            load(model, graph, name="m")
            for name in ("big", "m"):
                with pytest.raises(GraphError) as caught:
                    load(big_model, graph, name=name, replace=True, progress=fill)
                assert "space" in one_line(caught.value)
                assert states(graph)["m"] == COMPLETE
                others.unlink()
            # Its traceback keeps the database open, and so the disk busy.
            del caught
            with NeuronGraph(graph, model="m") as opened:
                assert len(opened.edges()) == 50
                with pytest.raises(NeurongraphError):
                    opened.summary(model="big")


@contextmanager
def listening(answer: Callable[[socket.socket], object] | None) -> Iterator[str]:
    """Give the URI of a port that answers each connection so; None: never at all."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                kept.append(connection)
                if answer is not None:
                    answer(connection)

        kept: list[socket.socket] = []
        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"bolt://127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            for connection in kept:
                connection.close()


def http(connection: socket.socket) -> None:
    connection.recv(1024)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    connection.close()


def hang_up(connection: socket.socket) -> None:
    connection.close()


@pytest.fixture
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NEO4J_USERNAME", "NEO4J_PASSWORD", "NEO4J_DATABASE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("no_credentials")
@pytest.mark.timeout(90)
class TestNoServer:
    def refused(self, uri: str, model: Path) -> str:
        messages = []
        for use in (NeuronGraph, lambda graph: load(model, graph)):
            with pytest.raises(GraphUnavailableError) as caught:
                use(uri)
            messages.append(one_line(caught.value))
            assert uri in messages[-1]
        assert messages[0] == messages[1]
        return messages[0]

    def test_behind_a_closed_port(self, model: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            uri = f"bolt://127.0.0.1:{server.getsockname()[1]}"
        assert "does not answer" in self.refused(uri, model)

    def test_behind_a_port_that_says_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("queries.stores.neo4j.connection.SECONDS_TO_CONNECT", 1.0)
        with listening(None) as uri, pytest.raises(GraphUnavailableError) as caught:
            NeuronGraph(uri)
        assert uri in one_line(caught.value)

    def test_behind_a_port_that_hangs_up(self, model: Path) -> None:
        with listening(hang_up) as uri:
            self.refused(uri, model)

    def test_but_a_web_server(self, model: Path) -> None:
        with listening(http) as uri:
            self.refused(uri, model)

    def test_of_that_name(self, model: Path) -> None:
        self.refused("bolt://nowhere.invalid:7687", model)


@pytest.mark.neo4j
class TestPassword:
    @pytest.mark.parametrize("password", ["wr0ng-pass-phrase", None])
    @pytest.mark.usefixtures("no_credentials")
    def test_is_refused(
        self,
        neo4j_with_password: Neo4jServer,
        password: str | None,
        model: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        if password is not None:
            monkeypatch.setenv("NEO4J_PASSWORD", password)
        for use in (NeuronGraph, lambda graph: load(model, graph)):
            with pytest.raises(GraphAccessError) as caught:
                use(neo4j_with_password.uri)
            message = one_line(caught.value)
            assert "NEO4J_PASSWORD" in message
            assert "wr0ng" not in message

    def test_in_the_environment_is_taken(
        self, neo4j_with_password: Neo4jServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NEO4J_USERNAME", neo4j_with_password.username)
        monkeypatch.setenv("NEO4J_PASSWORD", neo4j_with_password.password or "")
        with NeuronGraph(neo4j_with_password.uri) as graph:
            assert graph.models().empty

    def test_is_in_no_log(
        self,
        neo4j_with_password: Neo4jServer,
        model: Path,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        password = neo4j_with_password.password or ""
        caplog.set_level(logging.DEBUG)
        # A command that ran before in this process has set the level of our logger.
        caplog.set_level(logging.DEBUG, logger="neurongraph")
        caplog.set_level(logging.DEBUG, logger="neo4j")
        monkeypatch.setenv("NEO4J_PASSWORD", password)
        load(model, neo4j_with_password.uri, name="logged")
        with NeuronGraph(neo4j_with_password.uri, model="logged") as graph:
            graph.katz()
            graph.write("CREATE USER other SET PASSWORD $new", new="0ther-pass-phrase")
            graph.write("DROP USER other")
        drop("logged", neo4j_with_password.uri)
        monkeypatch.setenv("NEO4J_PASSWORD", "wr0ng-pass-phrase")
        with pytest.raises(GraphAccessError):
            NeuronGraph(neo4j_with_password.uri)
        ours = "".join(r.getMessage() for r in caplog.records if r.name == "neurongraph")
        assert "$first = " in ours
        assert "0ther" not in ours
        # The driver's records of the login.
        assert "LOGON" in caplog.text
        assert password not in caplog.text
        assert "wr0ng" not in caplog.text

    def test_a_database_that_is_not_there(
        self, neo4j_with_password: Neo4jServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NEO4J_PASSWORD", neo4j_with_password.password or "")
        monkeypatch.setenv("NEO4J_DATABASE", "nowhere")
        with pytest.raises(GraphError) as caught:
            NeuronGraph(neo4j_with_password.uri)
        assert "nowhere" in one_line(caught.value)


class TestLocation:
    @pytest.mark.parametrize(
        "uri",
        [
            "bolt://neo4j:s3cret@localhost:7687",
            "neo4j+s://s3cret@example.org",
            "http://neo4j:s3cret@localhost:7474",
            "bolt:s3cret",
        ],
    )
    def test_a_password_in_the_uri_is_refused_and_not_repeated(self, uri: str, model: Path) -> None:
        for use in (NeuronGraph, lambda graph: load(model, graph)):
            with pytest.raises(ParameterError) as caught:
                use(uri)
            message = one_line(caught.value)
            assert "s3cret" not in message

    @pytest.mark.parametrize(
        ("graph", "said"),
        [
            ("graph.db", "ends in .lbug"),
            ("ftp://localhost", "one of bolt, bolt+s"),
            ("bolt://localhost:port", "port"),
            ("bolt://", "bolt://"),
        ],
    )
    @pytest.mark.usefixtures("no_credentials")
    def test_what_is_no_graph(self, graph: str, said: str) -> None:
        with pytest.raises(NeurongraphError) as caught:
            NeuronGraph(graph)
        assert said in one_line(caught.value)


class TestServerVersion:
    @pytest.mark.parametrize(
        "agent", ["Neo4j/5.25.1", "Neo4j/4.4.40", "Neo4j/3.5.35", "Neo4j/5.9.0", "Neo4j/5.25-aura"]
    )
    def test_too_old(self, agent: str) -> None:
        with pytest.raises(GraphVersionError) as caught:
            _require_supported("bolt://here", agent)
        message = one_line(caught.value)
        assert agent in message
        assert "5.26" in message

    @pytest.mark.parametrize(
        "agent", ["Neo4j/5.26.0", "Neo4j/5.26.30", "Neo4j/2025.01.0", "Neo4j/2026.08.1"]
    )
    def test_new_enough(self, agent: str) -> None:
        _require_supported("bolt://here", agent)


def test_these_tests_run_as_somebody_who_may_mount() -> None:
    if os.geteuid() != 0:
        skip_or_fail("the tests of a full disk and a read-only folder need root, to mount")
