"""The files of a model in a dataset, while another load may take over."""

import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from exporter.sinks.dataset.folder import ModelFolder
from exporter.sinks.dataset.formats import ParquetFiles
from queries.core.schema import LOADING
from queries.errors import GraphError, GraphLockedError
from queries.stores.dataset import NOTE, note_text
from queries.stores.naming import safe_name
from tests.unit.test_notes import NOTE as MODEL_NOTE

BLOCK = {"source": np.arange(3), "target": np.arange(3) + 3, "weight": np.ones(3, np.float32)}
TAKEN = "another process has begun to load 'm'"


@pytest.fixture
def folder(tmp_path: Path) -> ModelFolder:
    """Give the folder of a model that is being loaded."""
    path = tmp_path / safe_name("m")
    path.mkdir()
    note = {**MODEL_NOTE, "state": LOADING, "load": "ours", "file_format": "parquet"}
    (path / NOTE).write_text(note_text(note), encoding="utf-8")
    return ModelFolder(path, "ours", "m", "parquet", "neuron")


class TestTakenOver:
    def test_while_a_file_is_written(
        self, folder: ModelFolder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        encoded = ParquetFiles.encoded

        def overtaken(files: ParquetFiles, table: pa.Table) -> pa.Buffer:
            shutil.rmtree(folder.path)
            return encoded(files, table)

        monkeypatch.setattr(ParquetFiles, "encoded", overtaken)
        with pytest.raises(GraphLockedError, match=TAKEN):
            folder.write_edges("edges-1", [BLOCK])

    def test_before_a_file_is_read(self, folder: ModelFolder) -> None:
        folder.write_edges("edges-1", [BLOCK])
        shutil.rmtree(folder.path)
        with pytest.raises(GraphLockedError, match=TAKEN):
            list(folder.read_edges(folder.file("edges-1")))


def test_a_missing_file_of_ours_is_no_other_load(folder: ModelFolder) -> None:
    with pytest.raises(GraphError, match=r"edges-1\.parquet: .*No such file") as caught:
        list(folder.read_edges(folder.file("edges-1")))
    assert not isinstance(caught.value, GraphLockedError)
