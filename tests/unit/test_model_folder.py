"""The files of a model in a dataset, while another load may take over."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.sinks.files.folder import ModelFolder
from exporter.sinks.files.formats import ParquetFiles
from queries.errors import GraphError, GraphLockedError
from queries.stores.dataset import NOTE

BLOCK = {"source": np.arange(3), "target": np.arange(3) + 3, "weight": np.ones(3, np.float32)}
TAKEN = "another process has begun to load 'm'"


@pytest.fixture
def folder(tmp_path: Path) -> ModelFolder:
    """Give the folder of a model that is being loaded."""
    path = tmp_path / "m"
    path.mkdir()
    (path / NOTE).write_text(json.dumps({"load": "ours"}), encoding="utf-8")
    return ModelFolder(path, "ours", "m", "parquet", "neuron")


class TestTakenOver:
    def test_while_a_file_is_written(
        self, folder: ModelFolder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write = ParquetFiles.write

        def overtaken(files: ParquetFiles, *arguments: Any) -> None:
            shutil.rmtree(folder.path)
            write(files, *arguments)

        monkeypatch.setattr(ParquetFiles, "write", overtaken)
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
