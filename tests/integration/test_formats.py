"""Formats of model files: one table, and a format of which Keras knows nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from exporter.reading.formats import FORMATS, format_of
from queries.errors import ModelFileError
from queries.stores.kinds import MODEL_SUFFIXES
from tests.integration.toy_format import SOURCE
from tests.opening import open_model

ROOT = Path(__file__).parents[2]


def test_what_can_be_loaded_can_be_queried() -> None:
    suffixes = [suffix for each in FORMATS for suffix in each.suffixes]
    assert sorted(suffixes) == sorted(MODEL_SUFFIXES)
    assert len(set(suffixes)) == len(suffixes)
    assert all(suffix == suffix.lower() for suffix in suffixes)


@pytest.mark.parametrize("name", ["a.keras", "A.KERAS", "a.H5", "a.hdf5", "a.b.h5", "model"])
def test_a_format_is_known_by_the_end_of_a_name(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(b"damaged")
    assert format_of(file) is FORMATS[0]


def test_the_content_says_more_than_the_name(digits_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    file.write_bytes(b"damaged")
    assert format_of(file).suffixes == (".onnx",)
    file.write_bytes(digits_file.read_bytes())
    assert format_of(file) is FORMATS[0]


def test_a_name_that_says_nothing_is_looked_into(digits_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "model.bak"
    file.write_bytes(digits_file.read_bytes())
    assert open_model(file).source.startswith("Keras 3.")


def test_a_path_stands_once_before_a_reason(tmp_path: Path) -> None:
    file = tmp_path / "model.keras"
    file.write_bytes(b"no model")
    with pytest.raises(ModelFileError) as caught:
        open_model(file)
    reason = "it is no model file: neither a .keras archive nor an HDF5 or ONNX file, or cut short"
    assert str(caught.value) == f"{file}: {reason}"


def test_a_format_of_its_own_needs_no_keras(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.integration.toy_format", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    file = tmp_path / "small.TOY"
    assert json.loads(done.stdout) == {
        "edges": [25, 25],
        "parameters": 32,
        "passed": True,
        "source": SOURCE,
        "messages": [
            f"{file}: it is no JSON",
            f"{file}: 1 layer cannot be wired: dense_0 (Dense: it has no neurons)",
        ],
        "imported": [],
    }
