"""Commands that a signal asks to end, and streams that are closed or that nobody reads."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest

from exporter import load
from queries import NeuronGraph
from tests.unit.builders import chain, layer, saved

ROOT = Path(__file__).parents[2]

# Runs a command, which stands still once it has called a function: it says so by a file.
STANDING = """
import sys, time
from importlib import import_module
from pathlib import Path
from exporter.cli import main
where, stands = sys.argv.pop(1), Path(sys.argv.pop(1))
hidden, _, where = where.rpartition("|")
stubborn = hidden == "stubborn"
sys.modules.update(dict.fromkeys(filter(None, hidden.split(","))))
module, _, name = where.partition(":")
*owners, name = name.split(".")
owner = import_module(module)
for each in owners:
    owner = getattr(owner, each)
function = getattr(owner, name)
def stand(*arguments, **settings):
    result = function(*arguments, **settings)
    stands.touch()
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        try:
            time.sleep(ends - time.monotonic())
        except KeyboardInterrupt:
            if not stubborn:
                raise
    return result
setattr(owner, name, stand)
if __name__ == "__main__":
    main()
"""
BAR = "queries.commands.progress_bar:ProgressBar.__call__"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    small = chain((6,), layer("Dense", units=5, name="a"), layer("Dense", units=4, name="b"))
    return saved(small, tmp_path_factory.mktemp("model") / "m.keras")


@pytest.fixture(scope="module")
def graph(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("graph") / "graph.lbug"
    load(model, place)
    return place


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """Give a place for temporary files."""
    path = tmp_path / "scratch"
    path.mkdir()
    return path


class Command:
    """A command of neurongraph that stands still after a function.

    Parameters
    ----------
    where
        The function, such as module:Class.name.
    words
        The command line.
    folder
        Where the command and its temporary files are.
    """

    def __init__(
        self, where: str, words: tuple[str, ...], folder: Path, before: tuple[str, ...] = ()
    ) -> None:
        self._stands, self._mark = folder.parent / f"stands-{uuid4()}", str(uuid4())
        env = {**environment(), "TMPDIR": str(folder), "MARK": self._mark, "BROWSER": "true"}
        command = [sys.executable, "-c", STANDING, where, str(self._stands), *words]
        self.process = subprocess.Popen(
            [*before, *command],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def stood(self) -> "Command":
        """Wait until it stands still."""
        self.wait(self._stands.exists)
        return self

    def wait(self, reached: Callable[[], object]) -> None:
        """Wait until the command has come to a point."""
        deadline = time.monotonic() + 120
        while not reached():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def ended(self) -> tuple[int, str]:
        """Wait until it ends; return its exit code and what it said, and check that all is gone."""
        _, said = self.process.communicate(timeout=60)
        assert "Traceback" not in said
        deadline = time.monotonic() + 20
        while left := self._running():
            assert time.monotonic() < deadline, left
            time.sleep(0.05)
        return self.process.returncode, said

    def _running(self) -> list[str]:
        """Return the helper processes that are left."""
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            with suppress(OSError):
                if f"MARK={self._mark}".encode() in path.read_bytes():
                    found.append((path.parent / "cmdline").read_text())
        return found


def environment() -> dict[str, str]:
    own = ("NEURONGRAPH_GRAPH", "FORCE_COLOR", "GITHUB_ACTIONS")
    kept = {name: value for name, value in os.environ.items() if name not in own}
    return {**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "100"}


NUMBERS = [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.full)]


class TestSignalled:
    @pytest.mark.parametrize(
        ("where", "to"),
        [
            (BAR, "new.lbug"),
            pytest.param(BAR, "files/", marks=pytest.mark.full),
            pytest.param(
                "exporter.reading.keras.weights:_unpacked", "new.lbug", marks=pytest.mark.full
            ),
        ],
    )
    @pytest.mark.parametrize("number", NUMBERS)
    def test_load(
        self, model: Path, scratch: Path, where: str, to: str, number: signal.Signals
    ) -> None:
        command = Command(where, ("load", str(model), "--graph", to), scratch).stood()
        command.process.send_signal(number)
        code, said = command.ended()
        assert code == 128 + number
        assert len(said.splitlines()) == 1
        assert said.startswith(f"Interrupted by {number.name}. ")
        if where == BAR:
            assert "go on with it by the same command with --resume" in said
            load(model, scratch / to, resume=True)
        else:
            assert said.endswith("Nothing was written.\n")
        left = [path.name for path in scratch.iterdir()]
        assert left == ([to.strip("/")] if where == BAR else [])

    @pytest.mark.parametrize(
        ("where", "words"),
        [
            pytest.param(
                "exporter.reading.keras.weights:_unpacked",
                ("query", "edges", "--graph", "MODEL", "-o", "e.csv"),
                id="file",
                marks=pytest.mark.full,
            ),
            pytest.param(
                "queries.commands.output:_write_csv",
                ("query", "edges", "--graph", "GRAPH", "-o", "e.csv"),
                id="output",
            ),
            pytest.param(
                BAR, ("verify", "MODEL", "--graph", "GRAPH"), id="verify", marks=pytest.mark.full
            ),
            pytest.param(BAR, ("check", "--graph", "GRAPH"), id="check", marks=pytest.mark.full),
            pytest.param(
                "queries.commands.opening:webbrowser.open", ("view", "--graph", "GRAPH"), id="view"
            ),
            pytest.param(
                "queries.plots.browser:found_browser",
                ("plot", "adjacency", "source=a", "target=b", "--graph", "GRAPH", "-o", "p.png"),
                id="plot",
                marks=pytest.mark.full,
            ),
            pytest.param(
                "queries.export.files:suffix_of",
                ("export", "--graph", "GRAPH", "-o", "g.graphml"),
                id="export",
                marks=pytest.mark.full,
            ),
        ],
    )
    def test_others(
        self,
        where: str,
        words: tuple[str, ...],
        model: Path,
        graph: Path,
        scratch: Path,
    ) -> None:
        names = {"MODEL": str(model), "GRAPH": str(graph)}
        command = Command(where, tuple(names.get(word, word) for word in words), scratch).stood()
        command.process.send_signal(signal.SIGTERM)
        code, said = command.ended()
        assert (code, said.splitlines()[-1]) == (143, "Interrupted by SIGTERM.")
        assert not list(scratch.iterdir())

    def test_twice_ends_at_once(self, graph: Path, scratch: Path) -> None:
        where = "queries.neurongraph:NeuronGraph.close"
        words = ("query", "edges", "--graph", str(graph), "-o", "edges.csv")
        command = Command(f"stubborn|{where}", words, scratch).stood()
        command.process.send_signal(signal.SIGTERM)
        # The two that a shell sends when it ends are one.
        command.process.send_signal(signal.SIGTERM)
        time.sleep(1)
        assert command.process.poll() is None
        command.process.send_signal(signal.SIGHUP)
        assert command.ended()[0] == 129

    def test_leaves_ignored_what_nohup_ignores(self, graph: Path, scratch: Path) -> None:
        words = ("query", "edges", "--graph", str(graph), "-o", "edges.csv")
        before = ("nohup",)
        command = Command("queries.commands.output:_write_csv", words, scratch, before).stood()
        command.process.send_signal(signal.SIGHUP)
        time.sleep(0.2)
        assert command.process.poll() is None
        command.process.send_signal(signal.SIGTERM)
        assert command.ended()[0] == 143

    @pytest.mark.skipif(sys.platform != "linux", reason="how a terminal is taken differs")
    def test_by_a_terminal_that_is_closed(self, graph: Path, scratch: Path) -> None:
        stands = scratch.parent / "stands"
        child, terminal = pty.fork()
        if not child:
            os.chdir(scratch)
            os.environ.update(environment(), TMPDIR=str(scratch))
            words = ("query", "edges", "--graph", str(graph), "-o", "edges.csv")
            where = "queries.commands.output:_write_csv"
            command = [sys.executable, "-c", STANDING, where, str(stands), *words]
            os.execv(sys.executable, command)  # noqa: S606 - no shell stands between
        deadline = time.monotonic() + 120
        os.set_blocking(terminal, False)
        while not stands.exists():
            assert time.monotonic() < deadline
            with suppress(BlockingIOError):
                os.read(terminal, 1 << 16)
            time.sleep(0.01)
        os.close(terminal)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 129
        assert not list(scratch.iterdir())

    @pytest.mark.parametrize("group", [False, True])
    @pytest.mark.parametrize(
        "hidden", ["", pytest.param("distributed", marks=pytest.mark.full, id="no dask")]
    )
    @pytest.mark.full
    def test_ends_helpers(self, model: Path, scratch: Path, group: bool, hidden: str) -> None:
        words = ("load", str(model), "--graph", "files/", "--dask", "local", "--batch-size", "1")
        command = Command(f"{hidden}|{BAR}", words, scratch).stood()
        (os.killpg if group else os.kill)(command.process.pid, signal.SIGTERM)
        code, said = command.ended()
        assert code == 143
        assert "Interrupted by SIGTERM. The load of 'm' into files has not finished" in said
        assert not [path for path in scratch.iterdir() if path.name.startswith(".neurongraph-")]

    @pytest.mark.full
    def test_helpers_end_with_a_killed_command(self, model: Path, scratch: Path) -> None:
        words = ("load", str(model), "--graph", "files/", "--dask", "local", "--batch-size", "1")
        command = Command(f"distributed|{BAR}", words, scratch).stood()
        command.process.kill()
        assert command.ended()[0] == -9

    def test_python_keeps_its_handlers(self, graph: Path) -> None:
        before = [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)]
        with NeuronGraph(graph) as opened:
            opened.summary()
        after = [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)]
        assert after == before


class TestStreams:
    def run(self, words: str, graph: Path, folder: Path) -> subprocess.CompletedProcess[str]:
        """Run a line of bash, in which ng is the command line."""
        line = f'set -o pipefail; ng() {{ "{sys.executable}" -m exporter.cli "$@"; }}; {words}'
        env = {**environment(), "NEURONGRAPH_GRAPH": str(graph)}
        return subprocess.run(
            ["bash", "-c", line], cwd=folder, env=env, capture_output=True, text=True, check=False
        )

    @pytest.mark.parametrize(
        "closed",
        [
            "0<&- 1>&- 2>&-",
            *(pytest.param(each, marks=pytest.mark.full) for each in ("2>&-", "1>&- 2>&-")),
        ],
    )
    def test_closed_harm_no_database(
        self, model: Path, tmp_path: Path, graph: Path, closed: str
    ) -> None:
        done = self.run(f"ng load {model} --graph new.lbug --quiet {closed}", graph, tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        with NeuronGraph(tmp_path / "new.lbug") as new, NeuronGraph(graph) as expected:
            assert new.edges().equals(expected.edges())

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            ("ng models 1>&-", 1),
            ("ng models 0<&- 2>&-", 0),
            ("ng query nosuch 2>&-", 1),
            pytest.param("ng drop m 0<&-", 1, marks=pytest.mark.full),
            ("ng query edges -f json | true", 141),
            ("ng --help | true", 141),
            pytest.param("ng query edges -f json | head -1", 0, marks=pytest.mark.full),
            pytest.param("ng query nosuch 2>&1 >/dev/null | true", 1, marks=pytest.mark.full),
        ],
    )
    def test_end_quietly(self, words: str, code: int, graph: Path, tmp_path: Path) -> None:
        done = self.run(words, graph, tmp_path)
        assert done.returncode == code
        assert "Traceback" not in done.stderr
        assert "Broken" not in done.stderr

    def test_of_messages_that_nobody_reads_stop_no_result(
        self, graph: Path, tmp_path: Path
    ) -> None:
        words = "ng query edges -f csv --show-cypher --log-level debug 2>&1 >edges.csv | true"
        assert self.run(words, graph, tmp_path).returncode == 0
        with NeuronGraph(graph) as opened:
            rows = len(opened.edges())
        assert len((tmp_path / "edges.csv").read_text().splitlines()) == rows + 1
