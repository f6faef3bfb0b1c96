"""What `inspect` says of the room that a load takes, against a real load."""

from pathlib import Path

import pytest

from exporter import inspect, load


@pytest.mark.parametrize(("store", "graph"), [("embedded", "g.lbug"), ("parquet", "files/")])
def test_size_of_a_load(cifar_file: Path, tmp_path: Path, store: str, graph: str) -> None:
    said = inspect(cifar_file).sizes
    load(cifar_file, f"{tmp_path}/{graph}")
    taken = sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file())
    # "About" is what inspect says; a quarter off would mislead nobody.
    assert said[store] == pytest.approx(taken, rel=0.25)
