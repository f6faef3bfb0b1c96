"""Inputs that are stored beside a model of a dataset, as files that others read too."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from exporter import check, drop, load
from queries import NeuronGraph
from queries.errors import GraphError, InputNotFoundError

X = np.random.default_rng(6).normal(size=(2, 6, 5, 2)).astype(np.float32)


@pytest.fixture(scope="module", params=["parquet", "csv"])
def written(
    request: pytest.FixtureRequest,
    small_files: dict[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Give a dataset of each format, with the small Sequential."""
    folder = tmp_path_factory.mktemp("dataset") / "files"
    kind: Literal["parquet", "csv"] = request.param
    load(small_files["pooled"], f"{folder}/", name="scratch", file_format=kind)
    return folder


@pytest.fixture
def graph(written: Path) -> Iterator[NeuronGraph]:
    with NeuronGraph(f"{written}/") as opened:
        yield opened
        for name in opened.inputs()["name"]:
            opened.drop_input(name)


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/inputs/*"))


def test_are_read_by_others_and_by_queries(graph: NeuronGraph, written: Path) -> None:
    assert graph.activate(X, name="x")["name"].tolist() == ["x:0", "x:1"]
    (of_model,) = written.glob("*/inputs")
    read = pd.read_parquet(of_model)
    values = graph.activations(X)
    fires = values[values["value"] != 0].reset_index(drop=True)
    for place, name in enumerate(("x:0", "x:1")):
        rows = read[read["input"] == name].set_index("neuron")["value"]
        expected = fires[fires["input"] == str(place)].set_index("id")["value"]
        np.testing.assert_allclose(rows[expected.index], expected, rtol=1e-5, atol=1e-6)
        assert (rows.drop(expected.index) == 0).all()
    found = graph.stored_contributions("x:1", "digits")
    expected_rows = graph.contributions(X[1:], "digits").drop(columns="input")
    pd.testing.assert_frame_equal(found, expected_rows, rtol=1e-6)
    assert (
        graph.inputs()["neurons"].tolist() == read.groupby("input", observed=True).size().tolist()
    )
    assert check(f"{written}/", name="scratch", progress=False).passed


def test_take_the_place_of_one_and_go(graph: NeuronGraph, written: Path) -> None:
    name = "a/../b: 'ü'"
    for each in X:
        graph.activate(each, name=name)
    assert len(files(written)) == 1
    (sums,) = pd.read_parquet(files(written)[0]).groupby("input", observed=True)["value"].sum()
    assert sums == pytest.approx(graph.activations(X[1])["value"].sum(), rel=1e-5)
    graph.drop_input(name)
    assert files(written) == []
    with pytest.raises(InputNotFoundError, match="none is stored"):
        graph.drop_input(name)
    with pytest.raises(GraphError, match="keeps no circuits"):
        graph.circuit(X[0], store="why")


def test_an_interrupted_write_leaves_what_was(
    graph: NeuronGraph, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = graph.activate(X[0], name="x")

    def broken(_: Any, stream: Any) -> None:
        stream.write(b"PAR1")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pq, "write_table", broken)
        for name in ("x", "y"):
            with pytest.raises(KeyboardInterrupt):
                graph.activate(X[1], name=name)
    pd.testing.assert_frame_equal(graph.inputs(), before)
    assert len(files(written)) == 1


def test_damage_is_named(graph: NeuronGraph, written: Path) -> None:
    graph.activate(X, name="x")
    file = files(written)[0]
    table = pq.read_table(file)
    values = table["value"].to_numpy().copy()
    values[0] += 1.0
    place = table.column_names.index("value")
    changed = table.set_column(place, table.schema.field("value"), [values])
    pq.write_table(changed.replace_schema_metadata(table.schema.metadata), file)
    report = check(f"{written}/", name="scratch", progress=False)
    assert len(report.damage) == 1
    assert "the input 'x:" in report.damage[0]
    assert not report.damaged


def test_go_with_the_model_and_stay_where_it_is_repaired(
    small_files: dict[str, Path], tmp_path: Path
) -> None:
    place, file = f"{tmp_path}/files/", small_files["pooled"]
    load(file, place, name="scratch")
    with NeuronGraph(place) as graph:
        graph.activate(X[0], name="x")
    (weights, *_) = sorted(tmp_path.glob("files/*/edges*")) or sorted(
        tmp_path.glob("files/*/*.parquet")
    )
    weights.write_bytes(b"")
    load(file, place, name="scratch", resume=True)
    with NeuronGraph(place) as graph:
        assert graph.inputs()["name"].tolist() == ["x"]
    load(file, place, name="scratch", replace=True)
    with NeuronGraph(place) as graph:
        assert graph.inputs().empty
        graph.activate(X[0], name="x")
    drop("scratch", place)
    assert list(tmp_path.glob("files/*/*")) == []
