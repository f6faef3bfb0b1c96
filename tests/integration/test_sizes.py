"""What `inspect` says of the room that a load takes, against a real load."""

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from exporter import inspect, load
from queries.errors import GraphError


def test_size_of_an_embedded_load(cifar_file: Path, tmp_path: Path) -> None:
    said = inspect(cifar_file).sizes
    load(cifar_file, tmp_path / "g.lbug")
    taken = sum(file.stat().st_size for file in (tmp_path / "g.lbug").iterdir())
    # "About" is what inspect says; a quarter off would mislead nobody.
    assert said["embedded"] == pytest.approx(taken, rel=0.25)


def test_a_load_that_would_not_fit_is_refused_before_it_begins(
    digits_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", ["total", "used", "free"])
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**6, 10**6 - 1000, 1000))
    with pytest.raises(GraphError, match=r"take about 283\.9 kB, but only 1\.0 kB of the disk"):
        load(digits_file, tmp_path / "new" / "g.lbug")
    assert list(tmp_path.iterdir()) == []
