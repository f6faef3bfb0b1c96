"""Whether two datasets are the same."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from queries import NeuronGraph
from queries.stores.dataset import NOTE
from queries.stores.dataset.manifest import MANIFEST, Manifest, WrittenFile

# What differs from load to load.
PASSING = ("loaded_at", "load_id", "load", "files", "crc32")


def assert_same(dataset: Path, expected: Path) -> None:
    """Compare the one model of each, file for file, and what is noted of it."""
    (found,), (wanted,) = (
        [path for path in folder.iterdir() if path.is_dir()] for folder in (dataset, expected)
    )
    contents, wanted_contents = (
        {path.name: path.read_bytes() for path in folder.iterdir()} for folder in (found, wanted)
    )
    assert contents.keys() == wanted_contents.keys()
    # They tell when the load was.
    apart = {NOTE, MANIFEST, "model.parquet", "model.csv"}
    different = [n for n in contents.keys() - apart if contents[n] != wanted_contents[n]]
    assert not different
    assert note(found) == note(wanted)
    assert files(found) == files(wanted)
    assert model(found) == model(wanted)


def note(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / NOTE).read_text())
    return {name: value for name, value in read.items() if name not in PASSING}


def files(folder: Path) -> Mapping[str, WrittenFile]:
    """Return what is listed of the files that are the same in each load."""
    listed = Manifest.of_text((folder / MANIFEST).read_text()).files
    return {name: file for name, file in listed.items() if name != "model"}


def model(folder: Path) -> dict[str, Any]:
    (path,) = folder.glob("model.*")
    read = pq.read_table if path.suffix == ".parquet" else pa.csv.read_csv
    (row,) = read(path).to_pylist()
    return {name: value for name, value in row.items() if not name.startswith(PASSING)}


def state(dataset: Path) -> dict[str, str]:
    """Return the state of each model."""
    with NeuronGraph(dataset) as graph:
        models = graph.models()
    return dict(zip(models["name"], models["state"], strict=True))
