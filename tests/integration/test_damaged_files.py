"""Files of the embedded store that were spoilt are refused by name before LadybugDB opens them."""

import json
import os
import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pandas as pd
import pytest
from typer.testing import CliRunner

from exporter import check, drop, load
from exporter.cli import app
from queries import NeuronGraph
from queries.errors import GraphDamagedError, ModelNotFoundError
from queries.stores.embedded.names import model_file, note_beside, note_of
from tests.unit.builders import chain, layer, saved

Spoil = Callable[[Path], None]


def flipped(seed: int) -> Spoil:
    """Return what flips one bit of a file."""

    def flip(file: Path) -> None:
        chance = random.Random(seed)
        content = bytearray(file.read_bytes())
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        file.write_bytes(content)

    return flip


def cut(length: int) -> Spoil:
    """Return what cuts a file to a length; one below 0 is counted from the end."""
    return lambda file: os.truncate(file, length + (file.stat().st_size if length < 0 else 0))


def lengthen(file: Path) -> None:
    """Add a byte to a file."""
    os.truncate(file, file.stat().st_size + 1)


def overwrite(file: Path) -> None:
    """Put something else in the place of a file."""
    file.write_bytes(b"no database" * 1000)


def swap(file: Path) -> None:
    """Put the file of the other model in the place of a file."""
    shutil.copy(model_file(file.parent, "other"), file)


SPOILT: Final[Mapping[str, Spoil]] = {
    **{f"a bit flipped, {seed}": flipped(seed) for seed in range(30)},
    "emptied": cut(0),
    "cut to a byte": cut(1),
    "cut to a page": cut(4096),
    "cut to many pages": cut(50 * 4096),
    "without its last byte": cut(-1),
    "longer by a byte": lengthen,
    "no database": overwrite,
    "deleted": Path.unlink,
    "that of another model": swap,
}
NOTES: Final[Mapping[str, bytes]] = {
    "empty": b"",
    "a list": b"[]",
    "cut": b'{"name": "m", ',
    "no digest": b'{"size": 3}',
    "no text": b"\xff\xfe\x00",
}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    small = chain((6,), layer("Dense", units=5, name="a"), layer("Dense", units=4, name="b"))
    return saved(small, tmp_path_factory.mktemp("model") / "small.keras")


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Path:
    graph = tmp_path_factory.mktemp("pristine") / "graph.lbug"
    for name in ("m", "other"):
        load(model, graph, name=name)
    return graph


@pytest.fixture
def graph(pristine: Path, tmp_path: Path) -> Path:
    """Give a graph with the models "m" and "other"; the test may spoil the file of "m"."""
    copy = tmp_path / "graph.lbug"
    shutil.copytree(pristine, copy)
    return copy


@pytest.fixture
def file(graph: Path) -> Path:
    return model_file(graph, "m")


def assert_refused(graph: Path, name: str) -> None:
    """Check that the model "m" is refused by the name of a file, and that it alone is."""
    with NeuronGraph(graph) as opened:
        for ask in (opened.katz, opened.strength, opened.layers):
            with pytest.raises(GraphDamagedError, match=name):
                ask(model="m")
        with pytest.raises(GraphDamagedError, match=name):
            opened.cypher("RETURN 1", model="m")
        assert len(opened.katz(model="other")) == 15
        states = opened.models().set_index("name")["state"]
        assert states.to_dict() == {"m": "damaged", "other": "complete"}
    report = check(graph)
    assert len(report.damage) == 1
    assert name in report.damage[0]
    assert report.frame["model"].unique().tolist() == ["other"]


@pytest.mark.parametrize("way", SPOILT)
def test_a_spoilt_file_is_refused(graph: Path, file: Path, way: str) -> None:
    SPOILT[way](file)
    assert_refused(graph, file.name)


@pytest.mark.parametrize("seed", range(30))
def test_check_sees_what_changed_no_time(graph: Path, file: Path, seed: int) -> None:
    """A disk that rots leaves the time of the last change as it was."""
    before = file.stat()
    flipped(seed)(file)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    (damage,) = check(graph, name="m").damage
    assert f"{file.name} holds other bytes than its load wrote" in damage


@pytest.mark.parametrize("way", ["a bit flipped, 0", "emptied", "deleted", "that of another model"])
def test_a_load_repairs_a_file(graph: Path, file: Path, model: Path, way: str) -> None:
    with NeuronGraph(graph, model="m") as opened:
        before = opened.katz()
    SPOILT[way](file)
    report = load(model, graph, name="m", resume=True)
    assert file.name in report.repaired[0]
    assert check(graph).passed
    with NeuronGraph(graph, model="m") as opened:
        pd.testing.assert_frame_equal(opened.katz(), before)
    assert load(model, graph, name="m", resume=True).repaired == ()


@pytest.mark.parametrize("way", ["emptied", "deleted", "no database", "a bit flipped, 1"])
def test_a_spoilt_file_can_be_dropped(graph: Path, file: Path, way: str) -> None:
    SPOILT[way](file)
    drop("m", graph)
    assert not list(graph.glob(f"{file.stem}*"))
    with NeuronGraph(graph) as opened, pytest.raises(ModelNotFoundError):
        opened.katz(model="m")


@pytest.mark.parametrize("content", NOTES.values(), ids=NOTES)
class TestNote:
    def test_is_refused_alone(self, graph: Path, file: Path, content: bytes) -> None:
        note_beside(file).write_bytes(content)
        assert_refused(graph, note_beside(file).name)

    def test_goes_with_its_model(self, graph: Path, file: Path, content: bytes) -> None:
        note_beside(file).write_bytes(content)
        drop("m", graph)
        assert not list(graph.glob(f"{file.stem}*"))

    def test_is_written_anew(self, graph: Path, file: Path, model: Path, content: bytes) -> None:
        note_beside(file).write_bytes(content)
        load(model, graph, name="m", resume=True)
        assert check(graph).passed

    def test_of_a_load(self, graph: Path, file: Path, content: bytes) -> None:
        loading = model_file(graph, "half", loading=True)
        loading.write_bytes(b"")
        note_of(loading).write_bytes(content)
        with NeuronGraph(graph) as opened:
            with pytest.raises(GraphDamagedError, match=note_of(loading).name):
                opened.katz(model="half")
            assert len(opened.katz(model="m")) == 15
        drop("half", graph)
        with NeuronGraph(graph) as opened:
            assert opened.models()["name"].tolist() == ["m", "other"]


def test_a_note_without_digest_is_refused(graph: Path, file: Path) -> None:
    note = json.loads(note_beside(file).read_text())
    note_beside(file).write_text(json.dumps({**note, "file": {"size": file.stat().st_size}}))
    assert_refused(graph, note_beside(file).name)


def test_a_file_without_note_is_opened_if_it_is_of_its_model(graph: Path, file: Path) -> None:
    note_beside(file).unlink()
    assert check(graph, name="m").passed
    swap(file)
    assert_refused(graph, "of another model, 'other'")


def test_a_copy_whose_times_differ_is_opened(graph: Path, file: Path) -> None:
    os.utime(file, (1, 1))
    assert check(graph).passed


def test_what_the_library_wrote_is_noted(graph: Path, file: Path) -> None:
    with NeuronGraph(graph, model="m") as opened:
        opened.write("MATCH ()-[r:CONNECTS_TO]->() SET r.weight = 0.5")
        assert (opened.edges()["weight"] == 0.5).all()
    flipped(3)(file)
    assert_refused(graph, file.name)


def test_a_write_that_broke_off_leaves_a_graph_that_opens(graph: Path, file: Path) -> None:
    """While a file is written its note holds no digest."""
    note = json.loads(note_beside(file).read_text())
    note_beside(file).write_text(json.dumps({**note, "file": None}))
    with NeuronGraph(graph, model="m") as opened:
        assert len(opened.katz()) == 15


class TestCommand:
    def test_of_a_graph_that_is_whole(self, graph: Path) -> None:
        done = CliRunner().invoke(app, ["check", "--graph", str(graph), "--format", "json"])
        assert done.exit_code == 0
        rows = json.loads(done.stdout)
        with NeuronGraph(graph, model="m") as opened:
            layers = opened.layers()["name"].tolist()
        expected = [(name, of_model, True) for name in ("m", "other") for of_model in layers]
        assert [(row["model"], row["layer"], row["passed"]) for row in rows] == expected

    def test_of_one_that_is_damaged(self, graph: Path, file: Path) -> None:
        flipped(5)(file)
        done = CliRunner().invoke(app, ["check", "m", "--graph", str(graph)])
        assert done.exit_code == 1
        assert file.name in done.stderr
        assert "--resume" in done.stderr

    def test_of_a_model_file(self, model: Path) -> None:
        done = CliRunner().invoke(app, ["check", "--graph", str(model)])
        assert done.exit_code == 0
        assert "is a model file, which holds no graph" in done.stderr

    def test_of_a_model_that_is_not_there(self, graph: Path) -> None:
        done = CliRunner().invoke(app, ["check", "none", "--graph", str(graph)])
        assert done.exit_code == 1
        assert "holds no model 'none'" in done.stderr
