"""Whoever only asks a graph needs neither Keras nor TensorFlow."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import h5py
import pytest

from exporter import load
from queries.core.packages import OPENING
from tests.docs.queries_page import load_both, load_repeat
from tests.docs.sample import ROOT, sample_folder
from tests.unit.builders import chain, layer, saved

PROGRAM: Final = ROOT / "tests" / "integration" / "asking.py"
MODELS: Final = ("small.keras", "small.h5", "old.h5")
LINE: Final = (
    r"; install what is missing: pip install "
    r'(--force-reinstall --no-deps "(keras<4,>=3|tensorflow<3,>=2)\.\d+"'
    r'|"keras<4,>=3\.\d+" "tensorflow<3,>=2\.\d+")\n$'
)
_INSTALLED: Final = ("exporter", "neurongraph", "queries")
_UPSAMPLING: Final = {
    "class_name": "UpSampling2D",
    "config": {
        "name": "up",
        "batch_input_shape": [None, 2, 2, 1],
        "size": [2, 2],
        "data_format": "channels_last",
        "interpolation": "bilinear",
    },
}
"""A layer of TensorFlow 1, in whose place Keras gets one of ours."""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with graphs that were loaded where Keras is, and model files."""
    path = tmp_path_factory.mktemp("loaded")
    with sample_folder() as sample:
        load_both()
        load_repeat()
        for name in ("digits.lbug", "both.lbug", "repeat.lbug"):
            shutil.copytree(sample / name, path / name)
    (path / "samples").mkdir()
    shutil.copy(ROOT / "samples" / "digits.npz", path / "samples")
    for epoch in ("digits@1", "digits@2"):
        load(ROOT / "samples" / "digits.keras", path / "both.lbug", name=epoch)
    model = chain((3,), layer("Dense", units=2, activation="hard_sigmoid", name="out"))
    for name in MODELS[:2]:
        saved(model, path / name)
    with h5py.File(path / "old.h5", "w") as file:
        layers = {"class_name": "Sequential", "config": {"name": "old", "layers": [_UPSAMPLING]}}
        file.attrs["model_config"] = json.dumps(layers)
        file.attrs["keras_version"], file.attrs["backend"] = "2.2.4", "tensorflow"
        file.create_group("model_weights")
    load(path / "small.keras", f"{path / 'files'}/")
    return path


@pytest.fixture
def folder(loaded: Path, tmp_path: Path) -> Path:
    """Give a copy of that folder."""
    return shutil.copytree(loaded, tmp_path / "folder")


def _check(folder: Path, python: str | Path, *hidden: str, **environment: str) -> None:
    """Run the program in a folder, and check what it found."""
    kept = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
    done = subprocess.run(
        [python, PROGRAM, *MODELS, *hidden],
        cwd=folder,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["failed"] == []
    assert found["answered"] > 50
    assert found["page"] > 1_000_000
    assert found["modules"] > 300
    assert found["opening"] == []
    assert len(found["refused"]) == 5 * len(MODELS)
    for each in found["refused"]:
        assert each["exit_code"] == 1, each
        assert each["said"].startswith("Error: no Keras file can be opened without Keras"), each
        assert re.search(LINE, each["said"]), each
        assert each["said"].count("\n") == 1, each
    assert not (folder / "new.lbug").exists()


def test_all_but_opening_a_model_works(folder: Path) -> None:
    _check(folder, sys.executable, *OPENING, PYTHONPATH=str(ROOT))


@pytest.mark.slow
@pytest.mark.full
@pytest.mark.timeout(1800)
def test_all_but_opening_a_model_works_where_they_are_not_installed(
    folder: Path, tmp_path: Path
) -> None:
    source, made = tmp_path / "source", tmp_path / "venv" / "bin"
    for name in _INSTALLED:
        shutil.copytree(ROOT / name, source / name)
    for name in ("LICENSE", "README.md", "pyproject.toml"):
        shutil.copy(ROOT / name, source)
    subprocess.run([sys.executable, "-m", "venv", made.parent], check=True)
    page = (ROOT / "docs" / "install.md").read_text("utf-8").partition("## Without TensorFlow")[2]
    lines = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    assert len(lines) == 1
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    path = f"{made}{os.pathsep}{kept['PATH']}"
    subprocess.run(["sh", "-ec", lines[0]], cwd=source, env={**kept, "PATH": path}, check=True)
    frozen = subprocess.run([made / "pip", "freeze"], capture_output=True, text=True, check=True)
    assert "ladybug" in frozen.stdout
    assert not re.search("(?i)^(keras|tensorflow)", frozen.stdout, re.MULTILINE)
    _check(folder, made / "python")


def test_keras_without_tensorflow_is_not_enough() -> None:
    code = (
        "import sys; sys.modules['tensorflow'] = None\n"
        "from exporter.reading.keras.importing import import_keras\n"
        "from queries.errors import NotInstalledError\n"
        "try: import_keras()\n"
        "except NotInstalledError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert re.search(LINE, done.stdout)
