"""Paths as people write them: a tilde, and a folder in place of a model."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import exporter
from exporter.cli import app
from queries import NeuronGraph
from queries.errors import ModelFileError, ParameterError
from queries.stores.location import locate


@pytest.fixture
def home(tmp_path: Path, digits_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a home folder that holds a model, and work in another one."""
    folder, work = tmp_path / "home", tmp_path / "work"
    folder.mkdir()
    work.mkdir()
    (folder / "digits.keras").write_bytes(digits_file.read_bytes())
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.chdir(work)
    return folder


def run(*words: str) -> None:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output


def test_a_tilde_is_the_home_folder_everywhere(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("load", "~/digits.keras", "--graph=~/g.lbug", "-q")
    run("load", "~/digits.keras", "--graph=~/files/", "-q")
    run("inspect", "~/digits.keras", "--output=~/layers.csv")
    for graph in ("~/g.lbug", "~/files", "~/digits.keras"):
        run("query", "layers", f"--graph={graph}", "--output=~/layers.json")
    monkeypatch.setenv("NEURONGRAPH_GRAPH", "~/g.lbug")
    run("query", "layers", "-o", "~/layers.parquet")
    run("plot", "weight_distribution", "-o", "~/plot.html")
    run("export", "k=5", "-o", "~/part.graphml")
    made = {"g.lbug", "files", "layers.csv", "layers.json", "layers.parquet"}
    # Keras makes a folder of its own there.
    assert {path.name for path in home.iterdir()} - {".keras"} == {
        *made,
        "digits.keras",
        "plot.html",
        "part.graphml",
    }
    assert list(Path().iterdir()) == []


def test_a_tilde_in_python(home: Path) -> None:
    exporter.load("~/digits.keras", Path("~/g.lbug"))
    assert exporter.inspect(Path("~/digits.keras")).neurons == 810
    with NeuronGraph(Path("~/g.lbug")) as graph:
        graph.export("~/part.dot", k=3)
        graph.plot.weight_distribution().save("~/plot.html")
    assert exporter.verify("~/digits.keras", "~/g.lbug").passed
    assert exporter.drop("digits", "~/g.lbug")
    assert {path.name for path in home.iterdir()} >= {"g.lbug", "part.dot", "plot.html"}
    assert list(Path().iterdir()) == []


def test_a_tilde_within_a_path_is_a_letter() -> None:
    assert locate("a~/g.lbug").text == "a~/g.lbug"
    assert locate("~/files/").text.endswith("/")


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("folder", [".", "/", "models.keras"])
def test_a_folder_is_no_model(folder: str) -> None:
    Path("models.keras").mkdir()
    for ask in (exporter.load, exporter.verify, exporter.inspect):
        with pytest.raises(ModelFileError, match="is a folder, not a model file"):
            ask(folder)
    assert list(Path().iterdir()) == [Path("models.keras")]


OPTIONS: list[dict[str, Any]] = [
    {"batch_size": 0},
    {"batch_size": True},
    {"batch_size": 2.5},
    {"batch_size": "many"},
    {"writers": 0},
    {"writers": 2},
    {"top": 0},
    {"top": True},
    {"top": 1.5},
    {"min_weight": True},
    {"min_weight": float("nan")},
    {"min_weight": "0.5"},
    {"file_format": "csv"},
    {"file_format": "json"},
    {"granularity": "atom"},
    {"dask": "nobody"},
    {"name": ""},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_options_are_checked_before_the_model_is_opened(
    home: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr("exporter.reading.given.open_model", opened)
    with pytest.raises(ParameterError, match=next(iter(options))):
        exporter.load("~/digits.keras", "~/g.lbug", **options)
    assert not (home / "g.lbug").exists()


def test_the_format_of_a_dataset_is_checked_before_the_model_is_opened(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporter.load("~/digits.keras", "~/files/", file_format="csv", to_layer="conv_0")

    def opened(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr("exporter.reading.given.open_model", opened)
    before = sorted(home.glob("files/**/*"))
    with pytest.raises(ParameterError, match="files holds csv files"):
        exporter.load("~/digits.keras", "~/files/", name="again", file_format="parquet")
    assert sorted(home.glob("files/**/*")) == before


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_options_are_checked_before_the_model_is_looked_for(options: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match=next(iter(options))):
        exporter.load("~/missing.keras", "~/g.lbug", **options)


@pytest.mark.usefixtures("home")
def test_the_granularity_of_an_inspection() -> None:
    with pytest.raises(ParameterError, match="granularity 'atom' is not one of"):
        exporter.inspect("~/missing.keras", granularity="atom")  # type: ignore[arg-type]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("options", [{"samples": 0}, {"samples": True}, {"seed": -1}], ids=str)
def test_options_of_verify(options: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match=next(iter(options))):
        exporter.verify("~/digits.keras", "~/g.lbug", **options)
