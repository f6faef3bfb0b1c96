"""What `inspect` says of the room that a load takes, against a real load."""

from pathlib import Path

import pytest

from exporter import inspect, load


def test_size_of_an_embedded_load(cifar_file: Path, tmp_path: Path) -> None:
    said = inspect(cifar_file).sizes
    load(cifar_file, tmp_path / "g.lbug")
    taken = sum(file.stat().st_size for file in (tmp_path / "g.lbug").iterdir())
    # "About" is what inspect says; a quarter off would mislead nobody.
    assert said["embedded"] == pytest.approx(taken, rel=0.25)
