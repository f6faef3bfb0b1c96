"""Inputs in a dataset of which one file is damaged: it is named, and others stay as they are."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from exporter import check, load
from queries import NeuronGraph
from queries.errors import GraphDamagedError, InputNotFoundError
from queries.stores.dataset.store import DatasetStore
from queries.stores.models import find_model

Spoil = Callable[[Path], Any]


def noting(note: bytes) -> Spoil:
    """Return what gives a file another note."""

    def spoil(path: Path) -> None:
        pq.write_table(pq.read_table(path).replace_schema_metadata({b"neurongraph": note}), path)

    return spoil


def changing(**properties: Any) -> Spoil:
    """Return what gives an input other properties."""

    def spoil(path: Path) -> None:
        note = json.loads(pq.read_schema(path).metadata[b"neurongraph"])
        noting(json.dumps(note | properties).encode())(path)

    return spoil


NO_INPUTS: Final[dict[str, Spoil]] = {
    "garbage": partial(Path.write_bytes, data=b"garbage" * 99),
    "empty": partial(Path.write_bytes, data=b""),
    "no JSON": noting(b"{bad"),
    "no UTF-8": noting(b"\xff"),
    "a list": noting(b"[1]"),
    "a number": noting(b"1"),
    "no properties": noting(b"{}"),
    "nested": noting(b"[" * 200_000),
    "another name": changing(name="good"),
    "a number as name": changing(name=1),
    "a text as count": changing(neurons="many"),
    "a huge count": changing(neurons=10**400),
    "another table": lambda path: pq.write_table(pa.table({"x": [1]}), path),
}


@pytest.fixture
def place(tmp_path: Path, digits_file: Path) -> Path:
    """Give a dataset with two inputs, good and bad."""
    place = tmp_path / "dataset"
    load(digits_file, f"{place}/", progress=False)
    with NeuronGraph(place) as graph:
        for seed, name in enumerate(("good", "bad")):
            graph.activate(np.random.default_rng(seed).random((8, 8, 1), np.float32), name=name)
    return place


@pytest.fixture
def graph(place: Path) -> Iterator[NeuronGraph]:
    """Open it."""
    with NeuronGraph(place) as graph:
        yield graph


def file_of(place: Path, name: str) -> Path:
    (path,) = place.glob(f"*/inputs/{name}-*.parquet")
    return path


def good_rows(place: Path) -> pa.Table:
    with DatasetStore(place) as store:
        return store.activations_of(find_model(store, "digits"), "good")


def test_a_damaged_file_is_named_and_can_be_removed(place: Path, graph: NeuronGraph) -> None:
    path, whole = file_of(place, "bad"), good_rows(place)
    content = path.read_bytes()
    for name, spoil in NO_INPUTS.items():
        path.write_bytes(content)
        spoil(path)
        states = graph.inputs().set_index("name")["state"].to_dict()
        assert states == {"bad": "damaged", "good": "complete"}, name
        with pytest.raises(GraphDamagedError) as caught:
            graph.stored_contributions("bad", "dense_1")
        assert str(caught.value).startswith(f"{path} is damaged"), name
        assert good_rows(place).equals(whole), name
        with pytest.raises(InputNotFoundError, match="there are bad, good"):
            graph.drop_input("none")
        report = check(place, progress=False)
        (damage,) = report.damage
        assert str(path) in damage, name
        assert (report.passed, report.damaged) == (False, ()), name
        graph.drop_input("bad")
        assert graph.inputs()["name"].tolist() == ["good"], name
        assert check(place, progress=False).passed, name


def test_a_name_that_the_file_does_not_tell_is_that_of_the_file(
    place: Path, graph: NeuronGraph
) -> None:
    graph.activate(np.ones((8, 8, 1), np.float32), name="digits.npz:7")
    path = file_of(place, "digits.npz_7")
    path.write_bytes(b"garbage")
    assert graph.inputs()["name"].tolist() == ["bad", path.stem, "good"]
    graph.drop_input(path.stem)
    assert not path.exists()
    with pytest.raises(InputNotFoundError):
        graph.drop_input(path.stem)


def test_the_others_can_be_removed_too(place: Path, graph: NeuronGraph) -> None:
    for name in ("good", "bad"):
        file_of(place, name).write_bytes(b"garbage")
    assert len(check(place, progress=False).damage) == 2
    graph.activate(np.zeros((8, 8, 1), np.float32), name="good")
    assert len(check(place, progress=False).damage) == 1
    graph.drop_input("good")
    graph.drop_input("bad")
    assert graph.inputs().empty


def test_activations_that_lack_a_column_are_damaged(place: Path, graph: NeuronGraph) -> None:
    path = file_of(place, "bad")
    pq.write_table(pq.read_table(path).drop_columns(["value"]), path)
    with pytest.raises(GraphDamagedError, match="value"):
        graph.stored_contributions("bad", "dense_1")
    (damage,) = check(place, progress=False).damage
    assert "the input 'bad' of 'digits' is not as it was written" in damage


def test_an_input_is_written_while_another_process_removes_the_last(
    place: Path, graph: NeuronGraph
) -> None:
    folder = file_of(place, "good").parent
    for name in ("good", "bad"):
        graph.drop_input(name)
    # The other process has made sure of the folder, and is about to write into it.
    assert folder.is_dir()
    assert graph.inputs().empty
    assert check(place, progress=False).passed
