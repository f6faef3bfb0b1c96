"""Temporary folders that a killed process left are removed, and nothing else is."""

import tempfile
from pathlib import Path

import pytest

from queries.core.temporary import sweep_temporary, temporary_folder


def test_only_what_a_killed_process_left_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with temporary_folder() as held:
        left = held.with_name(held.name.replace("neurongraph-", "neurongraph-left"))
        somebodys = tmp_path / "neurongraph_results"
        for folder in (left, somebodys):
            folder.mkdir()
            (folder / "file").write_text("content")
        sweep_temporary()
        assert held.is_dir()
    assert [path.name for path in tmp_path.iterdir()] == [somebodys.name]
    assert (somebodys / "file").read_text() == "content"
