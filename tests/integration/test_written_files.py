"""What each command that writes a file does where that cannot be, or somebody stands in the way."""

import os
import secrets
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from exporter import drop, load
from exporter.cli import app
from exporter.sinks.opening import open_ledger
from queries import NeuronGraph
from queries.browser.favourites import save
from queries.errors import GraphError, NeurongraphError
from queries.stores import locate
from queries.stores.embedded.names import model_file, note_of
from tests.mounts import mounted

ROOT = Path(__file__).parents[2]
DIGITS = str(ROOT / "samples" / "digits.keras")
WRITING = {
    "query.csv": ["query", "layers"],
    "cypher.json": ["cypher", "MATCH (n:Neuron) RETURN n.id AS id ORDER BY id"],
    "models.parquet": ["models"],
    "inspect.txt": ["inspect", DIGITS],
    "plot.html": ["plot", "weight_distribution"],
    "export.dot": ["export", "k=5"],
    "export.gexf": ["export", "k=5"],
    "export.graphml": ["export", "k=5"],
}

Written = Callable[[Path], Result]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the sample in a graph."""
    graph = tmp_path_factory.mktemp("written") / "digits.lbug"
    load(DIGITS, graph)
    return str(graph)


@pytest.fixture(params=WRITING)
def name(request: pytest.FixtureRequest) -> str:
    """Give the name of a file that some command writes."""
    return str(request.param)


@pytest.fixture
def written(loaded: str, name: str) -> Written:
    """Give a function that runs the command with such a file in a folder."""

    def run(file: Path) -> Result:
        words = [*WRITING[name], "--output", str(file)]
        return CliRunner().invoke(app, words, env={"NEURONGRAPH_GRAPH": loaded})

    return run


def refused(result: Result) -> str:
    """Return the one line of an error."""
    assert isinstance(result.exception, SystemExit), result.exception
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("Error: cannot write ")
    return result.stderr


def fill(disk: Path) -> None:
    with suppress(OSError), (disk / "filling").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a disk with room for files without content alone."""
    disk = tmp_path / "disk"
    disk.mkdir()
    with ExitStack() as stack:
        mounted(stack, "-t", "tmpfs", "-o", "size=64k", "none", str(disk))
        yield disk


class TestCommand:
    def test_writes_a_file_anew_and_keeps_its_mode(
        self, written: Written, name: str, tmp_path: Path
    ) -> None:
        file, victim = tmp_path / name, tmp_path / "victim"
        file.write_bytes(b"old")
        file.chmod(0o640)
        victim.write_bytes(b"precious")
        planted = tmp_path / f"{name}.{os.getpid()}.part"
        planted.symlink_to(victim)
        done = written(file)
        assert done.exit_code == 0, done.output
        assert stat.S_IMODE(file.stat().st_mode) == 0o640
        assert file.stat().st_size > 100
        assert victim.read_bytes() == b"precious"
        assert {path.name for path in tmp_path.iterdir()} == {name, "victim", planted.name}

    def test_follows_no_link(
        self, written: Written, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(secrets, "token_hex", lambda _: "0")
        file, victim = tmp_path / name, tmp_path / "victim"
        file.write_bytes(b"old")
        victim.write_bytes(b"precious")
        (tmp_path / ".neurongraph-0.part").symlink_to(victim)
        refused(written(file))
        assert (file.read_bytes(), victim.read_bytes()) == (b"old", b"precious")

    def test_keeps_the_old_file_on_a_full_disk(
        self, written: Written, name: str, full_disk: Path
    ) -> None:
        file = full_disk / name
        file.write_bytes(b"old")
        fill(full_disk)
        assert "No space left" in refused(written(file))
        assert file.read_bytes() == b"old"
        assert {path.name for path in full_disk.iterdir()} == {name, "filling"}

    def test_takes_the_longest_name(self, written: Written, name: str, tmp_path: Path) -> None:
        file = tmp_path / name.rjust(255, "a")
        done = written(file)
        assert done.exit_code == 0, done.output
        assert list(tmp_path.iterdir()) == [file]
        assert "File name too long" in refused(written(tmp_path / name.rjust(256, "a")))

    def test_refuses_folders(self, written: Written, name: str, tmp_path: Path) -> None:
        (tmp_path / name).mkdir()
        assert "it is a folder" in refused(written(tmp_path / name))
        assert "a folder that does not exist" in refused(written(tmp_path / "no" / name))

    def test_writes_to_a_device(self, written: Written, name: str, tmp_path: Path) -> None:
        link = tmp_path / name
        link.symlink_to("/dev/full")
        assert "No space left" in refused(written(link))
        link.unlink()
        link.symlink_to("/dev/null")
        assert written(link).exit_code == 0
        assert Path("/dev/null").is_char_device()


class TestOthers:
    def test_favourites_keep_the_old_file_on_a_full_disk(self, full_disk: Path) -> None:
        file = full_disk / "a.zip"
        file.write_bytes(b"old")
        fill(full_disk)
        with pytest.raises(NeurongraphError, match=r"cannot write .*a\.zip: No space left"):
            save({"layers": "MATCH (n) RETURN n"}, file)
        assert file.read_bytes() == b"old"

    def test_the_note_of_an_embedded_graph_follows_no_link(self, tmp_path: Path) -> None:
        victim, graph = tmp_path / "victim", tmp_path / "graph.lbug"
        victim.write_bytes(b"precious")
        graph.mkdir()
        file = model_file(graph, "m", loading=True)
        note_of(file).with_suffix(".part").symlink_to(victim)
        load(DIGITS, graph, name="m", granularity="layer")
        assert victim.read_bytes() == b"precious"
        with open_ledger(locate(graph)) as ledger:
            assert ledger.find("m")

    def test_a_dataset_follows_no_link(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        victim, dataset = tmp_path / "victim", tmp_path / "dataset"
        victim.write_bytes(b"precious")
        load(DIGITS, f"{dataset}/", name="m", granularity="layer")
        monkeypatch.setattr(secrets, "token_hex", lambda _: "0")
        for planted in (".neurongraph-0.part", "README.md.0.part"):
            (dataset / planted).symlink_to(victim)
        with pytest.raises(GraphError, match=r"README\.md: File exists"):
            drop("m", f"{dataset}/")
        assert victim.read_bytes() == b"precious"


class TestGraphs:
    @pytest.mark.parametrize("end", [".lbug", "/", "/a.lbug"])
    @pytest.mark.parametrize(
        "words", [["load", DIGITS], ["models"], ["drop", "digits", "--yes"]], ids=" ".join
    )
    def test_of_a_name_that_is_too_long_are_refused(
        self, words: list[str], end: str, tmp_path: Path
    ) -> None:
        done = CliRunner().invoke(app, [*words, "--graph", f"{tmp_path}/{'a' * 300}{end}"])
        assert isinstance(done.exception, SystemExit), done.exception
        assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1)
        assert "File name too long" in done.stderr
        assert list(tmp_path.iterdir()) == []


class TestStdout:
    """These need processes of their own: it is the end of one that shows what was not written."""

    WORDS = (
        ["--help"],
        ["query"],
        ["query", "layers"],
        ["query", "edges", "--format", "csv"],
        ["query", "layers", "--format", "parquet"],
    )

    def _run(self, words: list[str], graph: str, shell: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "exporter.cli", *words]
        return subprocess.run(
            ["sh", "-c", f'exec "$@" {shell}', "sh", *command],
            env={**os.environ, "PYTHONPATH": str(ROOT), "NEURONGRAPH_GRAPH": graph},
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    @pytest.mark.parametrize("words", WORDS, ids=" ".join)
    def test_that_is_full(self, words: list[str], loaded: str) -> None:
        done = self._run(words, loaded, ">/dev/full")
        message = "Error: cannot write to stdout: No space left on device\n"
        assert (done.returncode, done.stderr) == (1, message)

    def test_that_is_full_does_not_hide_what_was_done(self, tmp_path: Path) -> None:
        graph = str(tmp_path / "g.lbug")
        for words, done_all_the_same in (
            (["load", str(DIGITS), "--name", "m"], "'m' is loaded all the same"),
            (["drop", "m", "--yes"], "'m' is removed all the same"),
        ):
            done = self._run(words, graph, ">/dev/full")
            assert done.returncode == 1
            *_, last = done.stderr.splitlines()
            assert last == (
                f"Error: cannot write to stdout: No space left on device; {done_all_the_same}"
            )
        with NeuronGraph(graph) as opened:
            assert opened.models().empty

    @pytest.mark.parametrize("words", [WORDS[1], WORDS[2]], ids=" ".join)
    def test_that_is_closed(self, words: list[str], loaded: str) -> None:
        done = self._run(words, loaded, ">&-")
        message = "Error: cannot write to stdout: it is closed\n"
        assert (done.returncode, done.stderr) == (1, message)

    def test_that_is_closed_and_not_needed(self, loaded: str, tmp_path: Path) -> None:
        file = tmp_path / "a.csv"
        done = self._run(["query", "layers", "--output", str(file)], loaded, ">&-")
        assert (done.returncode, done.stderr) == (0, f"Wrote {file} with 6 rows.\n")
        assert file.read_text().startswith("index,")

    def test_that_nobody_reads(self, loaded: str) -> None:
        read, written = os.pipe()
        os.close(read)
        with os.fdopen(written) as stdout:
            done = subprocess.run(
                [sys.executable, "-m", "exporter.cli", "query"],
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=stdout,
                stderr=subprocess.PIPE,
                check=False,
            )
        assert (done.returncode, done.stderr) == (141, b"")
