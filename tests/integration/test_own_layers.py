"""Layers of somebody's own and open axes, as a user has them: --import and --input-shape."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import pytest
from typer.testing import CliRunner

import exporter
from exporter.cli import app
from exporter.parallel.source import ModelSource, plan_of
from exporter.planning.recipe import Recipe
from queries import NeuronGraph
from queries.errors import GraphError
from tests.opening import open_model
from tests.unit.builders import randomized

MODULE = """
import keras

@keras.saving.register_keras_serializable("somebody")
class Widened(keras.layers.Layer):
    # Keras keeps the name of such a layer only where this is called kwargs.
    def __init__(self, **settings):
        super().__init__(**settings)
        self.wide = keras.layers.Dense(6, activation="relu")
        self.narrow = keras.layers.Dense(4)

    def build(self, shape):
        self.wide.build(shape)
        self.narrow.build((*shape[:-1], 6))

    def call(self, x):
        return x + self.narrow(self.wide(x))
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a module that registers a layer, and a model with it and an open axis."""
    (tmp_path / "somebodys.py").write_text(MODULE)
    (tmp_path / "broken.py").write_text("raise RuntimeError('no luck\\nat all')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    import somebodys  # type: ignore[import-not-found]

    read = keras.Input((None, 4), name="read")
    pooled = keras.layers.GlobalAveragePooling1D()(somebodys.Widened()(read))
    randomized(keras.Model(read, keras.layers.Dense(2)(pooled))).save("own.keras")
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    """Let Keras and Python know nothing of the module."""
    sys.modules.pop("somebodys", None)
    for name in [name for name in keras.saving.get_custom_objects() if "somebody" in name]:
        del keras.saving.get_custom_objects()[name]


def run(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


OWN = ("--import", "somebodys")
SHAPE = ("--input-shape", "read=3,4")


@pytest.mark.usefixtures("folder")
def test_a_module_registers_layers() -> None:
    assert "widened (Widened: a class of somebody's own; name the module" in run(
        "inspect", "own.keras", *SHAPE
    ).stderr.replace("\n", " ")
    done = run("inspect", "own.keras", *OWN, *SHAPE, "--format", "csv")
    assert done.exit_code == 0
    assert "widened/wide,Dense" in done.stdout


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ["nosuch", "broken"])
def test_a_module_that_cannot_be_imported(name: str) -> None:
    done = run("inspect", "own.keras", "--import", name)
    assert done.exit_code == 1
    assert done.stderr.startswith(f"Error: the module {name!r} cannot be imported: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.usefixtures("folder")
def test_open_axes_are_as_long_as_they_were_loaded() -> None:
    load = ("load", "own.keras", "--graph", "g.lbug", *OWN)
    assert "--input-shape read=32,4" in run(*load).stderr
    assert run(*load, *SHAPE).exit_code == 0
    # Neither needs the option again.
    verified = run("verify", "own.keras", "--graph", "g.lbug", *OWN)
    assert verified.exit_code == 0, verified.stderr
    assert run(*load, "--resume").exit_code == 0
    other = run(*load, "--resume", "--input-shape", "5,4")
    assert other.exit_code == 1
    assert "loaded with other options" in other.stderr


@pytest.mark.usefixtures("folder")
def test_a_model_file_with_open_axes_is_asked() -> None:
    import somebodys  # noqa: F401 - registers

    exporter.load("own.keras", "g.lbug", input_shape=(3, 4), progress=False)
    with (
        NeuronGraph("own.keras", input_shape={"read": (3, 4)}, progress=False) as file,
        NeuronGraph("g.lbug", progress=False) as stored,
    ):
        assert file.layers()["neurons"].tolist() == stored.layers()["neurons"].tolist()
    assert exporter.inspect("own.keras", input_shape=[3, 4]).neurons > 0
    done = run("query", "summary", "--graph", "own.keras", *OWN, *SHAPE)
    assert done.exit_code == 0, done.stderr


@pytest.mark.usefixtures("folder")
def test_another_process_imports_what_this_one_has() -> None:
    import somebodys  # noqa: F401 - registers

    source = ModelSource.of(open_model("own.keras", input_shape=(3, 4)), Recipe())
    assert source.modules == ("somebodys",)
    forget()
    assert plan_of(source, None).layers[1].name == "widened/wide"
    with pytest.raises(GraphError, match="does not know layers of the model: the module 'gone'"):
        plan_of(ModelSource(source.path, source.sha256, Recipe(), modules=("gone",)), None)
