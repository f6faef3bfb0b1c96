"""Files for Neo4j's import: what is in them, and that none is half of what it seems.

That Neo4j reads them is tested by the contracts, on servers that imported them.
"""

import json
import re
import shlex
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from exporter import drop, load
from exporter.cli import app
from exporter.planning.push import plan
from exporter.sinks.kinds import Options
from exporter.sinks.ledger import Ledger
from exporter.sinks.opening import open_ledger
from queries import NeuronGraph
from queries.core.file_format import FILE_FORMATS, FileFormat
from queries.errors import (
    GraphError,
    GraphLockedError,
    GraphNotFoundError,
    ModelExistsError,
    ModelNotFoundError,
    ParameterError,
)
from queries.stores import locate
from queries.stores.dataset import NOTE, README
from queries.stores.dataset.manifest import MANIFEST
from tests.contract.test_loads import Interrupted, interrupt
from tests.integration.test_broken import one_line
from tests.models import HOSTILE
from tests.mounts import mounted
from tests.opening import open_model
from tests.servers import NEWEST, import_command, importing
from tests.unit.builders import chain, edited, layer, saved

BATCH_SIZE = 20
"""Small enough that each small model takes many files."""


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Give a folder that is not there yet; loads need a slash after it."""
    return tmp_path / "dataset"


@pytest.fixture
def slashed(dataset: Path) -> str:
    return f"{dataset}/"


def states(graph: str | Path) -> dict[str, str]:
    with NeuronGraph(graph) as opened:
        models = opened.models()
    return dict(zip(models["name"], models["state"], strict=True))


def imported_files(dataset: Path) -> dict[str, list[Path]]:
    """Return what the command of the README imports, by option and label or type."""
    found: dict[str, list[Path]] = {}
    for word in import_command(dataset):
        if match := re.fullmatch(r"(--(?:nodes|relationships)=(?:[\w:]+=)?)([^/]+)/(.*)", word):
            option, folder, pattern = match.groups()
            files = sorted(p for p in (dataset / folder).iterdir() if re.fullmatch(pattern, p.name))
            assert files, word
            found.setdefault(option, []).extend(files)
    return found


def read(path: Path) -> pa.Table:
    """Read a file with the columns that the import takes for numbers as such."""
    if path.suffix == ".parquet":
        return pq.read_table(path)
    # As the import does, whatever the header says.
    types = {"weight:float": pa.float64(), "bias:double": pa.float64()}
    empty = {"strings_can_be_null": True, "quoted_strings_can_be_null": False}
    options = pa.csv.ConvertOptions(column_types=types, **empty)
    return pa.csv.read_csv(path, convert_options=options)


def edges(dataset: Path) -> list[tuple[int, int, float]]:
    tables = [read(path) for path in imported_files(dataset)["--relationships=CONNECTS_TO="]]
    columns = [np.concatenate([table[at].to_numpy() for table in tables]) for at in range(3)]
    return sorted(zip(*(column.tolist() for column in columns), strict=True))


def planned(file: Path) -> list[tuple[int, int, float]]:
    blocks = [into.block(*part) for into in plan(open_model(file)).layers for part in into.ranges()]
    return sorted(
        edge
        for block in blocks
        for edge in zip(
            block.source.tolist(), block.target.tolist(), block.weight.tolist(), strict=True
        )
    )


def modified(dataset: Path) -> dict[str, int]:
    return {str(path.relative_to(dataset)): path.stat().st_mtime_ns for path in files_of(dataset)}


def files_of(dataset: Path) -> Iterator[Path]:
    return (path for path in dataset.rglob("*") if path.is_file())


class TestFiles:
    @pytest.mark.parametrize("file_format", FILE_FORMATS)
    def test_hold_the_model(
        self,
        dataset: Path,
        slashed: str,
        small_files: dict[str, Path],
        file_format: FileFormat,
    ) -> None:
        file = small_files["pooled"]
        report = load(file, slashed, file_format=file_format, batch_size=BATCH_SIZE)
        found = imported_files(dataset)
        assert edges(dataset) == planned(file)
        assert len(found["--relationships=CONNECTS_TO="]) > report.edges // BATCH_SIZE // 5
        neurons = [row for path in found["--nodes="] for row in read(path).to_pylist()]
        (ids,) = (name for name in neurons[0] if name.startswith("id:ID("))
        assert [row[ids] for row in neurons] == list(range(report.neurons))
        assert neurons[0][":LABEL"] == "Neuron;NeurongraphNeuron;InputLayer"
        (model,) = found["--nodes=Model:NeurongraphModel="]
        row = read(model).to_pylist()[0]
        assert (row["name:string"], row["state:string"]) == ("pooled", "complete")
        (layers,) = found["--nodes=Layer:NeurongraphLayer="]
        rows = read(layers).to_pylist()
        assert rows[1]["shape:long[]"] == "3;3;3"
        assert rows[0]["activation:string"] is None
        assert {row["name:string"]: row["checksum:string"] for row in rows} == report.checksums

    def test_are_named_by_the_readme_all_of_them(
        self, dataset: Path, slashed: str, small_files: dict[str, Path]
    ) -> None:
        for name, file in small_files.items():
            load(file, slashed, name=name)
        named = {path for paths in imported_files(dataset).values() for path in paths}
        others = {README, "schema.cypher", NOTE, MANIFEST}
        assert {path for path in files_of(dataset) if path.name not in others} == named
        assert len({path.parent for path in named}) == len(small_files)

    def test_are_one_format(
        self, slashed: str, small_files: dict[str, Path], dataset: Path
    ) -> None:
        load(small_files["pooled"], slashed, file_format="csv")
        with pytest.raises(ParameterError, match="holds csv files"):
            load(small_files["dilated"], slashed, file_format="parquet")
        load(small_files["dilated"], slashed)
        assert {path.suffix for path in files_of(dataset)} == {".csv", ".md", ".cypher", ".json"}

    def test_of_a_hostile_name_stay_in_the_folder(
        self, tmp_path: Path, small_files: dict[str, Path]
    ) -> None:
        dataset = tmp_path / "a folder; $(touch it)"
        for name in (HOSTILE, "../../up", "-rf $(touch it)", "a | b", ".."):
            load(small_files["pooled"], f"{dataset}/", name=name)
        assert list(tmp_path.iterdir()) == [dataset]
        assert all(
            re.fullmatch(r"[\w.-]+", path.name) and path.parent.parent == dataset
            for path in files_of(dataset)
            if path.parent != dataset
        )
        assert len(imported_files(dataset)["--nodes=Model:NeurongraphModel="]) == 5
        readme = (dataset / README).read_text()
        assert f"cd {shlex.quote(str(dataset))}\n" in readme
        assert "| a &#124; b |" in readme

    def test_of_one_layer_alone(self, dataset: Path, slashed: str, digits_file: Path) -> None:
        load(digits_file, slashed, to_layer="input_layer")
        assert list(imported_files(dataset)) == [
            "--nodes=Model:NeurongraphModel=",
            "--nodes=Layer:NeurongraphLayer=",
            "--nodes=",
            "--relationships=HAS_LAYER=",
        ]


class TestResume:
    @pytest.mark.parametrize("file_format", FILE_FORMATS)
    @pytest.mark.parametrize("phase", ["neurons", "relationships", "checked relationships"])
    def test_writes_what_is_missing(
        self,
        dataset: Path,
        slashed: str,
        small_files: dict[str, Path],
        file_format: FileFormat,
        phase: str,
    ) -> None:
        file = small_files["pooled"]
        with pytest.raises(Interrupted):
            load(
                file,
                slashed,
                name="m",
                batch_size=BATCH_SIZE,
                file_format=file_format,
                progress=interrupt(phase),
            )
        assert states(slashed) == {"m": "loading"}
        assert "No load into this folder has ended yet" in (dataset / README).read_text()
        before = {name: at for name, at in modified(dataset).items() if name.endswith(file_format)}
        assert before
        # What a process leaves that is killed while it writes.
        folder = next(path for path in dataset.iterdir() if path.is_dir())
        (folder / f"edges-00001-000000000000.{file_format}.0123.part").write_bytes(b"half")
        # Another batch size makes no other files.
        report = load(file, slashed, name="m", batch_size=70, resume=True)
        assert states(slashed) == {"m": "complete"}
        assert before.items() <= modified(dataset).items()
        assert edges(dataset) == planned(file)
        assert not list(dataset.rglob("*.part"))
        written = [name for name in before if "edges" in name]
        assert (report.resumed > 0) == bool(written)
        again = load(file, slashed, name="m", resume=True)
        assert (again.resumed, again.checksums) == (report.edges, report.checksums)


class TestReplace:
    def test_keeps_the_old_files_until_the_end(
        self, dataset: Path, slashed: str, small_files: dict[str, Path]
    ) -> None:
        old, new = small_files["pooled"], small_files["dilated"]
        load(old, slashed, name="m")
        held = modified(dataset)
        with pytest.raises(ModelExistsError):
            load(new, slashed, name="m")
        with pytest.raises(Interrupted):
            load(new, slashed, name="m", replace=True, progress=interrupt("relationships"))
        assert states(slashed) == {"m": "complete", "m~new": "loading"}
        assert held.items() <= modified(dataset).items()
        assert edges(dataset) == planned(old)
        load(new, slashed, name="m", resume=True)
        assert states(slashed) == {"m": "complete"}
        assert edges(dataset) == planned(new)
        assert len([path for path in dataset.iterdir() if path.is_dir()]) == 1

    def test_that_was_killed_as_it_ended_is_ended_by_the_next_load(
        self,
        dataset: Path,
        slashed: str,
        small_files: dict[str, Path],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        old, new = small_files["pooled"], small_files["dilated"]
        load(old, slashed, name="m")
        with monkeypatch.context() as killed:
            killed.setattr(Ledger, "tidy", lambda *_: None)
            load(new, slashed, name="m", replace=True)
        assert edges(dataset) == planned(old)
        assert load(new, slashed, name="m", resume=True).resumed
        assert edges(dataset) == planned(new)
        assert states(slashed) == {"m": "complete"}

    def test_takes_the_place_of_a_load_that_still_runs(
        self, dataset: Path, slashed: str, small_files: dict[str, Path]
    ) -> None:
        new = small_files["dilated"]

        def overtake(phase: str, *_: int) -> None:
            if phase == "relationships" and not list(dataset.glob("*/model.*")):
                load(new, slashed, name="m", replace=True)

        with pytest.raises(GraphLockedError, match="'m'"):
            load(small_files["pooled"], slashed, name="m", progress=overtake)
        assert states(slashed) == {"m": "complete"}
        assert edges(dataset) == planned(new)


class TestQueries:
    @pytest.mark.parametrize("file_format", FILE_FORMATS)
    def test_of_odd_names_and_numbers(
        self, slashed: str, tmp_path: Path, file_format: FileFormat
    ) -> None:
        path, kernel = odd_model(tmp_path)
        load(path, slashed, file_format=file_format)
        with NeuronGraph(slashed) as graph:
            assert graph.layers()["name"].tolist()[1:] == ["one\ntwo"]
            assert graph.neurons()["name"].tolist()[2:] == ["one\ntwo[0]", "one\ntwo[1]"]
            weights = graph.edges().sort_values(["source", "target"])["weight"].to_numpy()
        np.testing.assert_array_equal(weights.reshape(2, 2), kernel)

    @pytest.mark.parametrize("file_format", FILE_FORMATS)
    def test_read_only_the_files_of_what_is_asked(
        self, dataset: Path, slashed: str, small_files: dict[str, Path], file_format: FileFormat
    ) -> None:
        load(small_files["pooled"], slashed, file_format=file_format, batch_size=12)
        with NeuronGraph(slashed) as graph:
            whole = graph.edges(target="hidden")
            hidden = graph.neurons("hidden")
            index = f"{hidden['layer_index'][0]:05d}"
            files = sorted(dataset.glob(f"*/edges-{index}-*"))
            assert len(files) > 2
            for path in (*dataset.glob("*/edges-*"), *dataset.glob("*/neurons-*")):
                if path not in files[:2] and f"neurons-{index}" not in path.name:
                    path.unlink()
            first = int(files[2].stem.rpartition("-")[2])
            for count in range(1, first + 1):
                ids = hidden["id"].tolist()[:count]
                expected = whole[whole["target"].isin(ids)].reset_index(drop=True)
                assert graph.edges(target=ids).equals(expected)


class TestFolder:
    def test_of_other_things_is_left_alone(
        self, tmp_path: Path, small_files: dict[str, Path]
    ) -> None:
        (tmp_path / README).write_text("# Mine\n")
        with pytest.raises(GraphError, match="holds other files"):
            load(small_files["pooled"], tmp_path)
        assert (tmp_path / README).read_text() == "# Mine\n"
        assert list(tmp_path.iterdir()) == [tmp_path / README]
        with pytest.raises(GraphNotFoundError, match="is no dataset"):
            NeuronGraph(tmp_path)

    def test_must_not_be_a_file(self, dataset: Path, small_files: dict[str, Path]) -> None:
        dataset.write_text("something else")
        with pytest.raises(GraphError, match="is a file"):
            load(small_files["pooled"], f"{dataset}/")

    def test_takes_no_writers(self, slashed: str) -> None:
        with pytest.raises(ParameterError, match="writers"):
            open_ledger(locate(slashed), Options(writers=2))

    def test_alone_takes_a_file_format(self, tmp_path: Path) -> None:
        with pytest.raises(ParameterError, match="is no folder of files"):
            open_ledger(locate(tmp_path / "g.lbug"), Options(file_format="csv"))
        with pytest.raises(ParameterError, match="'xml' is not one of parquet, csv"):
            open_ledger(locate(f"{tmp_path}/"), Options(file_format="xml"))  # type: ignore[arg-type]

    def test_that_fills_its_disk_goes_on_later(
        self, tmp_path: Path, small_files: dict[str, Path]
    ) -> None:
        disk = tmp_path / "disk"
        disk.mkdir()
        big = saved(chain((700,), layer("Dense", units=3000)), tmp_path / "big.keras")
        filling = disk / "filling"

        def fill(phase: str, *_: int) -> None:
            if phase == "relationships" and not filling.exists():
                with suppress(OSError), filling.open("wb", buffering=0) as file:
                    while True:
                        file.write(bytes(4096))

        with ExitStack() as stack:
            mounted(stack, "-t", "tmpfs", "-o", "size=16m", "none", str(disk))
            graph = f"{disk}/dataset/"
            load(small_files["pooled"], graph, name="m")
            for name in ("big", "m"):
                with pytest.raises(GraphError) as caught:
                    load(big, graph, name=name, replace=True, progress=fill)
                assert "no space left on the disk" in one_line(caught.value)
                assert states(graph)["m"] == "complete"
                assert edges(disk / "dataset") == planned(small_files["pooled"])
                if name == "big":
                    # There is no room for anything, and none is needed to drop a model.
                    drop(name, graph)
                filling.unlink()
            load(big, graph, name="m", resume=True)
            assert states(graph) == {"m": "complete"}
            with pytest.raises(GraphError, match=r"take about .* of the disk are free"):
                load(big, graph, name="m", replace=True)


class TestCommandLine:
    @pytest.fixture
    def loaded(self, slashed: str, digits_file: Path) -> str:
        done = CliRunner().invoke(
            app, ["load", str(digits_file), "--graph", slashed, "--file-format", "csv"]
        )
        assert done.exit_code == 0, done.stderr
        assert done.stdout.startswith(f"Loaded 'digits' into {slashed}: 6 layers, 810 neurons")
        assert done.stderr == f"Now import it: {slashed}{README} has the commands.\n"
        return slashed

    def test_lists_and_drops_models(self, loaded: str, dataset: Path) -> None:
        shown = CliRunner().invoke(app, ["models", "--graph", loaded, "--format", "json"])
        assert [(row["name"], row["state"], row["edges"]) for row in json.loads(shown.stdout)] == [
            ("digits", "complete", 11_360)
        ]
        dropped = CliRunner().invoke(app, ["drop", "digits", "--graph", str(dataset), "--yes"])
        assert dropped.stdout == "Removed 'digits' with 11,360 relationships.\n"
        assert sorted(path.name for path in dataset.iterdir()) == [README, "schema.cypher"]
        with pytest.raises(ModelNotFoundError):
            drop("digits", loaded)

    def test_asks_the_files(self, loaded: str) -> None:
        done = CliRunner().invoke(app, ["query", "summary", "--graph", loaded, "-f", "json"])
        (row,) = json.loads(done.stdout)
        assert (row["layers"], row["neurons"], row["edges"]) == (6, 810, 11_360)

    def test_says_that_cypher_needs_an_import(self, loaded: str) -> None:
        done = CliRunner().invoke(app, ["cypher", "MATCH (n) RETURN n", "--graph", loaded])
        assert (done.exit_code, done.stdout) == (1, "")
        assert re.fullmatch(
            r"Error: .* but no Cypher; import the files .* commands of .*README\.md, .*\n",
            done.stderr,
        )


@pytest.mark.neo4j
@pytest.mark.parametrize("file_format", [pytest.param("parquet", marks=pytest.mark.full), "csv"])
def test_what_is_no_number_and_names_of_lines_are_imported(
    dataset: Path, tmp_path: Path, file_format: FileFormat
) -> None:
    path, kernel = odd_model(tmp_path)
    load(path, f"{dataset}/", file_format=file_format)
    with importing(NEWEST, dataset) as server, NeuronGraph(server.uri) as graph:
        assert graph.layers()["name"].tolist()[1:] == ["one\ntwo"]
        weights = graph.edges().sort_values(["source", "target"])["weight"].to_numpy()
    np.testing.assert_array_equal(weights.reshape(2, 2), kernel)


def odd_model(folder: Path) -> tuple[Path, NDArray[np.float32]]:
    """Save a model of a layer whose name has two lines, and give its odd weights."""
    kernel = np.array([[np.nan, np.inf], [-np.inf, 1.5]], dtype=np.float32)
    path = saved(chain((2,), layer("Dense", units=2, name="dense")), folder / "odd.keras")
    odd = open_model(path).keras
    odd.layers[-1].set_weights([kernel, np.zeros(2)])
    odd.save(path)
    edited(path, lambda c: c["config"]["layers"][-1]["config"].update(name="one\ntwo"))
    return path, kernel
