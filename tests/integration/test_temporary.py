"""A full or missing folder of temporary files is told as what it is, and leaves nothing behind."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from shutil import which

import pytest
from typer.testing import CliRunner

from exporter import load
from exporter.cli import app
from exporter.parallel.source import ModelSource, plan_of
from exporter.planning.recipe import Recipe
from exporter.reading.keras.quiet import quiet
from queries import NeuronGraph
from queries.errors import TemporaryFileError
from tests.mounts import mounted
from tests.servers import skip_or_fail

MODEL = Path("samples/digits.keras").absolute()
SAID = r"temporary file cannot be written: \S+: No space left on device; .*TMPDIR"


@pytest.fixture
def full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the folder of temporary files, which has room for names only."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    with ExitStack() as stack:
        mounted(stack, "-t", "tmpfs", "-o", "size=4k,nr_inodes=64", "tmpfs", str(folder))
        monkeypatch.setattr(tempfile, "tempdir", str(folder))
        (folder / "filler").write_bytes(bytes(4096))
        yield folder
        assert [path.name for path in folder.iterdir()] == ["filler"]


@pytest.mark.parametrize(
    "words",
    [["load"], ["load", "--graph", "files/"], ["query", "summary", "--graph"]],
    ids=" ".join,
)
def test_a_model_is_not_opened(
    words: list[str], full: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, [*words, str(MODEL)])
    assert done.exit_code == 1
    assert done.stderr.startswith(f"Error: a temporary file cannot be written: {full}: No space")
    assert {path.name for path in tmp_path.iterdir()} == {"temporary"}


@pytest.mark.usefixtures("full")
def test_a_worker_has_no_room_for_the_model(tmp_path: Path) -> None:
    content = MODEL.read_bytes()
    source = ModelSource(tmp_path / "gone.keras", sha256(content).hexdigest(), Recipe())
    with pytest.raises(TemporaryFileError, match=SAID):
        plan_of(source, {MODEL.name: content})


def test_a_picture_is_not_made(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if which("chromium") is None:
        skip_or_fail("pictures need Chromium")
    load(MODEL, tmp_path / "g.lbug")
    request.getfixturevalue("full")
    with NeuronGraph(tmp_path / "g.lbug") as graph:
        picture = graph.plot.weight_distribution()
        with pytest.raises(TemporaryFileError, match=SAID):
            picture.save(tmp_path / "p.png")
    assert not (tmp_path / "p.png").exists()


def test_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    with pytest.raises(TemporaryFileError, match="No such file or directory"), quiet():
        pass
    with pytest.raises(TemporaryFileError, match="No such file or directory"):
        load(MODEL, tmp_path / "g.lbug")
