"""Datasets that are not what a load wrote: refused by name, repaired, or answered rightly."""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from exporter import drop, load
from exporter.cli import app
from queries import NeuronGraph
from queries.core.file_format import FILE_FORMATS, FileFormat
from queries.core.schema import DAMAGED
from queries.errors import GraphDamagedError, GraphError, GraphVersionError, ModelExistsError
from queries.stores.dataset import NOTE, model_notes, note_text
from queries.stores.dataset.held import HeldFiles
from queries.stores.dataset.manifest import MANIFEST
from queries.stores.dataset.store import DatasetStore
from queries.stores.models import find_model
from tests.contract.test_loads import Interrupted, interrupt
from tests.integration.test_broken import one_line
from tests.unit.builders import chain, layer, saved
from tests.unit.test_notes import SPOILT

BATCH_SIZE: Final = 24
"""A few files a layer, most of equally many rows."""

MODELS: Final = ("m", "other")

Answers = Mapping[str, pd.DataFrame]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Save two models of the same layers and other weights."""
    folder = tmp_path_factory.mktemp("models")
    layers = layer("Dense", units=12, name="first"), layer("Dense", units=6, name="second")
    return {
        name: saved(chain((8,), *layers, seed=seed), folder / f"{name}.keras")
        for seed, name in enumerate(MODELS)
    }


@pytest.fixture(scope="module", params=FILE_FORMATS)
def whole(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    files: Mapping[str, Path],
) -> Path:
    """Load both into a dataset that nobody touches."""
    dataset = tmp_path_factory.mktemp("whole") / "dataset"
    for file in files.values():
        load(file, f"{dataset}/", file_format=request.param, batch_size=BATCH_SIZE)
    return dataset


@pytest.fixture(scope="module")
def right(whole: Path) -> dict[str, Answers]:
    return {name: answers(whole, name) for name in MODELS}


@pytest.fixture
def dataset(whole: Path, tmp_path: Path) -> Path:
    """Copy it."""
    return Path(shutil.copytree(whole, tmp_path / "dataset"))


def answers(dataset: Path, model: str) -> Answers:
    """Ask what reads all columns of all files that queries read."""
    with NeuronGraph(dataset, model=model) as graph:
        return {
            "layers": graph.layers(),
            "neurons": graph.neurons(),
            "edges": graph.edges(),
            "katz": graph.katz(),
            "strength": graph.strength(),
            "summary": graph.summary(),
        }


def same(found: Answers, expected: Answers) -> bool:
    return all(found[name].equals(expected[name]) for name in expected)


def damage(dataset: Path, model: str = "m") -> list[str]:
    with DatasetStore(dataset) as store:
        return [each.text for each in store.damage(find_model(store, model))]


def folder(dataset: Path, model: str = "m") -> Path:
    (found,) = dataset.glob(f"{model}-*")
    return found


def tables(dataset: Path, kind: str, model: str = "m") -> list[Path]:
    return sorted(folder(dataset, model).glob(f"{kind}-*"))


def read(path: Path) -> pa.Table:
    return pq.read_table(path) if path.suffix == ".parquet" else pa.csv.read_csv(path)


def write(table: pa.Table, path: Path) -> None:
    if path.suffix == ".parquet":
        pq.write_table(table, path)
    else:
        pa.csv.write_csv(table, path)


def changed(change: Callable[[pa.Table], pa.Table], kind: str = "edges") -> Callable[[Path], None]:
    """Return what changes the rows of a file."""

    def apply(dataset: Path) -> None:
        path = tables(dataset, kind)[1]
        write(change(read(path)), path)

    return apply


def reordered(rows: Callable[[int], list[int]]) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.take(rows(len(table)))


def set_first(table: pa.Table, column: int, value: float) -> pa.Table:
    values = table[column].to_pylist()
    new = pa.array([value, *values[1:]], table[column].type)
    return table.set_column(column, table.field(column), new)


def swapped(one: Path, other: Path) -> None:
    held = one.with_name("held")
    one.rename(held)
    other.rename(one)
    held.rename(other)


def flipped(path: Path, share: float = 0.5) -> None:
    """Flip a bit of the byte that stands at a share of a file; of a CSV file that of a digit."""
    content = bytearray(path.read_bytes())
    at = int(share * (len(content) - 1))
    digits = [place for place in range(at, len(content)) if chr(content[place]).isdigit()]
    content[digits[0] if path.suffix == ".csv" and digits else at] ^= 1
    path.write_bytes(content)


def of_layer(dataset: Path, index: int) -> list[Path]:
    return tables(dataset, f"edges-{index:05d}")


def cut(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])


def copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)


def doubled_as_another(dataset: Path) -> None:
    path = of_layer(dataset, 1)[0]
    copy(path, path.with_name(f"edges-00001-000000000001{path.suffix}"))


def doubled_as_a_copy(dataset: Path) -> None:
    path = of_layer(dataset, 1)[0]
    copy(path, path.with_name(f"{path.stem} (1){path.suffix}"))


def all_of_another_model(dataset: Path) -> None:
    for own, other in zip(tables(dataset, "edges"), tables(dataset, "edges", "other"), strict=True):
        copy(other, own)


def remove(paths: Iterator[Path] | list[Path]) -> None:
    for path in list(paths):
        path.unlink()


Damage = Callable[[Path], object]

TABLES: Final[Mapping[str, Damage]] = {
    "a file of edges is missing": lambda d: of_layer(d, 1)[1].unlink(),
    "the first file of a layer is missing": lambda d: of_layer(d, 2)[0].unlink(),
    "the last file of a layer is missing": lambda d: of_layer(d, 2)[-1].unlink(),
    "all files of a layer are missing": lambda d: remove(of_layer(d, 1)),
    "a file of neurons is missing": lambda d: tables(d, "neurons")[1].unlink(),
    "all tables are missing": lambda d: remove(
        path for path in folder(d).iterdir() if path.suffix != ".json"
    ),
    "a file is doubled under another beginning": doubled_as_another,
    "a file is doubled as a copy": doubled_as_a_copy,
    "a file of edges is emptied": lambda d: cut(of_layer(d, 1)[1], 0),
    "a file of neurons is emptied": lambda d: cut(tables(d, "neurons")[1], 0),
    "a file has lost its rows": changed(lambda table: table[:0]),
    "a file is cut in the middle": lambda d: cut(
        of_layer(d, 1)[1], of_layer(d, 1)[1].stat().st_size // 2
    ),
    "a file is cut by a byte": lambda d: cut(
        of_layer(d, 1)[1], of_layer(d, 1)[1].stat().st_size - 1
    ),
    "rows are shuffled": changed(
        reordered(lambda rows: np.random.default_rng(1).permutation(rows).tolist())
    ),
    "rows of neurons are shuffled": changed(
        reordered(lambda rows: list(range(rows))[::-1]), "neurons"
    ),
    "files of a layer are exchanged": lambda d: swapped(*of_layer(d, 1)[:2]),
    "files of two layers are exchanged": lambda d: swapped(of_layer(d, 1)[0], of_layer(d, 2)[0]),
    "files of neurons are exchanged": lambda d: swapped(*tables(d, "neurons")[:2]),
    "edges and neurons are exchanged": lambda d: swapped(
        of_layer(d, 1)[0], tables(d, "neurons")[1]
    ),
    "a file is that of another model": lambda d: copy(
        tables(d, "edges", "other")[0], tables(d, "edges")[0]
    ),
    "all files of edges are those of another model": all_of_another_model,
    "a file is that of another layer": lambda d: copy(of_layer(d, 2)[0], of_layer(d, 1)[0]),
    "a row is deleted": changed(lambda table: table[1:]),
    "a row is doubled": changed(reordered(lambda rows: [0, *range(rows)])),
    "a row is doubled for another": changed(reordered(lambda rows: [0, 0, *range(2, rows)])),
    "a row of neurons is deleted": changed(lambda table: table[1:], "neurons"),
    "a weight is another": changed(lambda table: set_first(table, 2, 7.0)),
    "a source is another": changed(lambda table: set_first(table, 0, 7)),
    "a byte is added": lambda d: of_layer(d, 1)[1].write_bytes(
        of_layer(d, 1)[1].read_bytes() + b"\n"
    ),
    "a bit of edges is flipped": lambda d: flipped(tables(d, "edges")[1]),
    "a bit of neurons is flipped": lambda d: flipped(tables(d, "neurons")[1]),
}
"""What happens to tables; a load that goes on repairs it, complete or not."""


def at_the_end(name: str, change: Callable[[Path], object]) -> Damage:
    """Return what changes a file that the end of a load writes."""
    return lambda dataset: change(next(folder(dataset).glob(f"{name}.*")))


END: Final[Mapping[str, Damage]] = {
    **{
        f"{name} is {what}": at_the_end(name, change)
        for name in ("layers", "next", "model", "has_layer", Path(MANIFEST).stem)
        for what, change in {
            "missing": Path.unlink,
            "emptied": lambda path: cut(path, 0),
            "cut": lambda path: cut(path, path.stat().st_size // 2),
            "flipped": lambda path: flipped(path, 0.3),
        }.items()
    },
    "the layers are those of another model": lambda d: copy(
        next(folder(d, "other").glob("layers.*")), next(folder(d).glob("layers.*"))
    ),
    "the list of files is that of another model": lambda d: copy(
        folder(d, "other") / MANIFEST, folder(d) / MANIFEST
    ),
}
"""What happens to files that the end of a load writes."""

HARMLESS: Final = {f"{name} is flipped" for name in ("model", "has_layer")}
"""No query reads these; an import does."""


def _ids(damages: Mapping[str, Damage]) -> list[Any]:
    return [pytest.param(name, id=name) for name in damages]


@pytest.mark.one_in(3)
@pytest.mark.parametrize("name", _ids({**TABLES, **END}))
def test_a_damaged_model_is_refused_by_name_and_repaired(
    dataset: Path, files: Mapping[str, Path], right: Mapping[str, Answers], name: str
) -> None:
    {**TABLES, **END}[name](dataset)
    try:
        found = answers(dataset, "m")
    except GraphDamagedError as error:
        message = one_line(error)
        assert str(folder(dataset)) in message
        assert f"load(MODEL, graph={str(dataset)!r}, name='m', resume=True)" in message
        assert "model 'm'" in message or MANIFEST in message
    else:
        assert name in HARMLESS
        assert same(found, right["m"])
    assert damage(dataset)
    assert same(answers(dataset, "other"), right["other"])
    report = load(files["m"], dataset, resume=True)
    assert same(answers(dataset, "m"), right["m"])
    assert damage(dataset) == []
    assert report.edges == len(right["m"]["edges"])


@pytest.mark.parametrize("kind", ["edges", "neurons", "layers"])
def test_any_flipped_bit_is_seen(dataset: Path, kind: str) -> None:
    path = [*folder(dataset).glob(f"{kind}*")][-1]
    content = path.read_bytes()
    places = np.random.default_rng(5).choice(len(content) * 8, 40)
    for place in places.tolist():
        spoilt = bytearray(content)
        spoilt[place // 8] ^= 1 << place % 8
        path.write_bytes(spoilt)
        with pytest.raises(GraphDamagedError, match=path.name):
            answers(dataset, "m")


@pytest.mark.one_in(3)
@pytest.mark.parametrize("name", _ids(TABLES))
def test_an_interrupted_load_repairs_what_is_damaged(
    whole: Path,
    tmp_path: Path,
    files: Mapping[str, Path],
    right: Mapping[str, Answers],
    interrupted: Path,
    name: str,
) -> None:
    dataset = Path(shutil.copytree(interrupted, tmp_path / "dataset"))
    TABLES[name](dataset)
    load(files["m"], dataset, resume=True)
    assert same(answers(dataset, "m"), right["m"])
    assert damage(dataset) == []
    expected = {path.name: path.read_bytes() for path in tables(whole, "edges")}
    assert {path.name: path.read_bytes() for path in tables(dataset, "edges")} == expected


@pytest.fixture(scope="module")
def interrupted(
    whole: Path, tmp_path_factory: pytest.TempPathFactory, files: Mapping[str, Path]
) -> Path:
    """Load one of the models until all files of relationships are there."""
    dataset = tmp_path_factory.mktemp("interrupted") / "dataset"
    file_format: FileFormat = "csv" if tables(whole, "edges")[0].suffix == ".csv" else "parquet"
    load(files["other"], f"{dataset}/", file_format=file_format, batch_size=BATCH_SIZE)
    with pytest.raises(Interrupted):
        load(
            files["m"], dataset, batch_size=BATCH_SIZE, progress=interrupt("checked relationships")
        )
    return dataset


class TestIntact:
    def test_files_are_not_written_again(self, dataset: Path, files: Mapping[str, Path]) -> None:
        assert damage(dataset) == []
        before = {path: path.stat().st_mtime_ns for path in folder(dataset).iterdir()}
        report = load(files["m"], dataset, resume=True)
        assert report.resumed == report.edges
        assert {path: path.stat().st_mtime_ns for path in folder(dataset).iterdir()} == before

    def test_a_repair_writes_what_is_damaged_alone(
        self, dataset: Path, files: Mapping[str, Path]
    ) -> None:
        spoilt, *others = tables(dataset, "edges")
        before = {path: path.stat().st_mtime_ns for path in others}
        cut(spoilt, 5)
        report = load(files["m"], dataset, resume=True)
        assert {path: path.stat().st_mtime_ns for path in others} == before
        assert 0 < report.resumed < report.edges

    def test_other_files_do_not_matter(self, dataset: Path, right: Mapping[str, Answers]) -> None:
        (folder(dataset) / "remarks.txt").write_text("mine")
        (folder(dataset) / ".hidden").write_text("mine")
        assert same(answers(dataset, "m"), right["m"])

    def test_a_file_that_changes_while_a_graph_is_open_is_read_again(self, dataset: Path) -> None:
        with NeuronGraph(dataset, model="m") as graph:
            graph.edges()
            flipped(tables(dataset, "edges")[1])
            with pytest.raises(GraphDamagedError, match="has another content"):
                graph.edges()


def replaced(content: bytes) -> Callable[[Path, Path], object]:
    return lambda own, _: own.write_bytes(content)


NOTES: Final[Mapping[str, Callable[[Path, Path], object]]] = {
    **{name: replaced(content) for name, content in SPOILT.items()},
    "missing": lambda own, _: own.unlink(),
    "that of another model": lambda own, other: copy(other, own),
    "of other numbers": lambda own, _: own.write_text(own.read_text().replace("168", "167")),
    "without a format": lambda own, _: rewritten(own, file_format=None),
    "without a list of files": lambda own, _: rewritten(own, files=None),
    "without checksums": lambda own, _: rewritten(own, checksums=None),
    "flipped": lambda own, _: flipped(own),
}


def rewritten(path: Path, **changes: object) -> None:
    note = json.loads(path.read_text())
    path.write_text(note_text({**note, **changes}))


PARQUET: Final = pytest.mark.parametrize("whole", ["parquet"], indirect=True)


@PARQUET
class TestNote:
    @pytest.mark.parametrize("name", [pytest.param(name, id=name) for name in NOTES])
    def test_that_is_spoilt_concerns_its_model_alone(
        self, dataset: Path, right: Mapping[str, Answers], name: str
    ) -> None:
        spoil(dataset, name)
        with NeuronGraph(dataset) as graph:
            states = dict(zip(graph.models()["name"], graph.models()["state"], strict=True))
        assert states == {"m": "damaged", "other": "complete"}
        with pytest.raises(GraphDamagedError) as caught:
            answers(dataset, "m")
        message = one_line(caught.value)
        assert str(folder(dataset) / NOTE) in message
        assert message.endswith(f"drop('m', graph={str(dataset)!r})")
        assert same(answers(dataset, "other"), right["other"])
        drop("m", dataset)
        assert same(answers(dataset, "other"), right["other"])
        assert len([path for path in dataset.iterdir() if path.is_dir()]) == 1

    @pytest.mark.parametrize("name", ["missing", "cut", "that of another model"])
    def test_that_is_spoilt_is_written_anew(
        self, dataset: Path, files: Mapping[str, Path], right: Mapping[str, Answers], name: str
    ) -> None:
        spoil(dataset, name)
        with pytest.raises(ModelExistsError):
            load(files["m"], dataset)
        load(files["m"], dataset, resume=True, batch_size=BATCH_SIZE)
        assert same(answers(dataset, "m"), right["m"])
        assert same(answers(dataset, "other"), right["other"])


def spoil(dataset: Path, name: str) -> None:
    NOTES[name](folder(dataset) / NOTE, folder(dataset, "other") / NOTE)


@PARQUET
def test_any_flipped_bit_of_a_note_is_seen(dataset: Path) -> None:
    path = folder(dataset) / NOTE
    content = path.read_bytes()
    for place in range(len(content)):
        spoilt = bytearray(content)
        spoilt[place] ^= 1 << place % 8
        path.write_bytes(spoilt)
        assert model_notes(dataset)[path.parent]["state"] == DAMAGED, bytes(spoilt)


@PARQUET
class TestFolders:
    def test_of_another_release_are_refused(self, dataset: Path, files: Mapping[str, Path]) -> None:
        rewritten(folder(dataset) / NOTE, schema_version=3)
        with pytest.raises(GraphVersionError, match=r"'m' .* another release"):
            answers(dataset, "m")
        with pytest.raises(GraphVersionError, match=r"'m' .* another release"):
            load(files["m"], dataset, resume=True)
        load(files["m"], dataset, replace=True)
        assert damage(dataset) == []

    def test_beside_a_damaged_one_of_the_same_model_stay(
        self, dataset: Path, files: Mapping[str, Path], right: Mapping[str, Answers]
    ) -> None:
        with pytest.raises(Interrupted):
            load(files["m"], dataset, replace=True, progress=interrupt("relationships"))
        (new,) = dataset.glob("m-*.2")
        (new / NOTE).write_text("{")
        assert same(answers(dataset, "m"), right["m"])
        assert drop(new.name, dataset) == 0
        assert not new.exists()
        assert same(answers(dataset, "m"), right["m"])

    def test_of_another_name_are_refused(self, dataset: Path) -> None:
        moved = folder(dataset).rename(dataset / "moved")
        with NeuronGraph(dataset) as graph:
            assert graph.models()["name"].tolist() == ["moved", "other"]
        with pytest.raises(GraphDamagedError, match=r"moved.* is of model 'm'"):
            answers(dataset, "moved")
        drop("moved", dataset)
        assert not moved.exists()

    def test_of_an_odd_name_are_known_by_it(self, dataset: Path, files: Mapping[str, Path]) -> None:
        load(files["m"], dataset, name="an odd name")
        (odd,) = dataset.glob("an_odd_name-*")
        (odd / NOTE).write_text("[]")
        with pytest.raises(GraphDamagedError, match=re.escape(f"drop('{odd.name}', graph=")):
            answers(dataset, "an odd name")
        drop("an odd name", dataset)
        assert not odd.exists()


@PARQUET
@pytest.mark.parametrize("name", ["layers", "edges-00001-000000000000"])
def test_a_model_that_is_removed_while_it_is_read_is_not_damaged(dataset: Path, name: str) -> None:
    held = HeldFiles(folder(dataset), model_notes(dataset)[folder(dataset)])
    assert held.manifest.files
    drop("m", dataset)
    for read in (held.require_all, lambda: held.path(name)):
        with pytest.raises(GraphError, match=r"'m' in .* was replaced or removed") as caught:
            read()
        assert not isinstance(caught.value, GraphDamagedError)


def test_the_command_line_names_what_is_damaged(dataset: Path) -> None:
    path = tables(dataset, "edges")[1]
    flipped(path)
    words = ["query", "katz", "--graph", str(dataset), "--model", "m"]
    done = CliRunner().invoke(app, words)
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"{path} (edges of layer 'first', model 'm') has another content" in done.stderr
    with pytest.raises(GraphError), NeuronGraph(dataset, model="m") as graph:
        graph.katz()
