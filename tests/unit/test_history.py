"""The history of a run, and its picture, against NumPy."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest

from exporter import drop, load
from queries import NeuronGraph
from queries.errors import ModelNotFoundError, ParameterError
from queries.library.history import COLUMNS, HistoryMeasure
from queries.stores.embedded import open_files
from queries.stores.embedded.databases import open_database
from queries.stores.embedded.open_file import OpenFile
from tests.unit.builders import chain, layer

POSITIONS = 4
"""Of the kernel: how many relationships each of its weights is, and neurons have each bias."""

EPOCHS = (1, 2, 10)


def model() -> Any:
    return chain(
        (3, 3, 1),
        layer("Conv2D", filters=2, kernel_size=2, activation="relu", name="conv"),
        layer("Flatten"),
        layer("Dense", units=3, use_bias=False, name="out"),
    )


Weights = dict[str, tuple[np.ndarray, np.ndarray | None]]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Weights]]:
    """Give a graph of three epochs, and the kernel and bias of each layer at each of them."""
    folder = tmp_path_factory.mktemp("history")
    random = np.random.default_rng(4)
    own, found = model(), []
    # The order in which they are loaded says nothing.
    for epoch in EPOCHS:
        for variable in own.trainable_variables:
            moved = random.normal(0.0, 0.8, variable.shape) * (random.random(variable.shape) < 0.7)
            variable.assign(np.asarray(variable) + moved)
        conv, out = own.get_layer("conv"), own.get_layer("out")
        if epoch > 1:
            out.kernel.assign(np.asarray(out.kernel) * [0, 1, 1])
        own.save(folder / f"run@{epoch}.keras")
        pair = np.asarray(conv.kernel), np.asarray(conv.bias)
        found.append({"conv": pair, "out": (np.asarray(out.kernel), None)})
    for epoch in reversed(EPOCHS):
        load(folder / f"run@{epoch}.keras", folder / "run.lbug")
    load(folder / "run@1.keras", folder / "run.lbug", name="runs@3")
    return folder, found


@pytest.fixture(scope="module")
def graph(weights: tuple[Path, list[Weights]]) -> Iterator[NeuronGraph]:
    with NeuronGraph(weights[0] / "run.lbug") as opened:
        yield opened


def expected(found: list[Weights]) -> list[dict[str, Any]]:
    rows = []
    for place, of in enumerate(found):
        for name, (kernel, bias) in of.items():
            times = POSITIONS if name == "conv" else 1
            row: dict[str, Any] = {
                "epoch": EPOCHS[place],
                "model": f"run@{EPOCHS[place]}",
                "layer": name,
                "edges": kernel.size * times,
                "frobenius_norm": np.sqrt(times * (kernel.astype(float) ** 2).sum()),
                "zero_share": (kernel == 0).mean(),
                "dead_share": (kernel == 0).all(axis=tuple(range(kernel.ndim - 1))).mean(),
            }
            if place:
                kernel_before, bias_before = found[place - 1][name]
                moved = kernel.astype(float) - kernel_before
                row["change"] = np.sqrt(times * (moved**2).sum())
                norm = np.sqrt(times * (kernel_before.astype(float) ** 2).sum())
                row["relative_change"] = row["change"] / norm
                row["flips"] = times * (kernel * kernel_before < 0).sum()
                if bias is not None and bias_before is not None:
                    row["bias_change"] = np.sqrt(
                        times * ((bias.astype(float) - bias_before) ** 2).sum()
                    )
            rows.append(row)
    return rows


def test_history_is_that_of_the_weights(
    graph: NeuronGraph, weights: tuple[Path, list[Weights]]
) -> None:
    frame = graph.history("run")
    assert list(frame) == [each.name for each in COLUMNS]
    wanted = pd.DataFrame(expected(weights[1]))
    pd.testing.assert_frame_equal(
        frame.drop(columns="layer_index").astype({"flips": "float64"}),
        wanted[[name for name in frame if name != "layer_index"]],
        check_dtype=False,
        rtol=1e-6,
    )
    assert frame["dead_share"].tolist()[3] == pytest.approx(1 / 3)
    assert frame["layer_index"].tolist() == [1, 2] * 3
    assert str(frame["flips"].dtype) == "Int64"


def test_history_says_the_same_as_a_comparison(graph: NeuronGraph) -> None:
    frame = graph.history("run").set_index(["epoch", "layer"])
    two = graph.compare_layers("run@10", model="run@2").set_index("layer")
    for name in ("edges", "flips", "relative_change", "bias_change"):
        assert frame.loc[10][name].tolist() == pytest.approx(
            two[name].reindex(["conv", "out"]).tolist(), nan_ok=True
        )


def test_history_may_come_in_another_order(graph: NeuronGraph) -> None:
    frame = graph.history("run")
    found = graph.history("run", sort=["layer", "-change"], limit=2)
    conv = frame[frame["layer"] == "conv"].sort_values("change", ascending=False)
    pd.testing.assert_frame_equal(found, conv.head(2).reset_index(drop=True))
    with pytest.raises(ParameterError, match=r"^sort: the answer to history has no column 'flip'"):
        graph.history("run", sort="flip")


def test_what_is_no_run(graph: NeuronGraph) -> None:
    with pytest.raises(
        ModelNotFoundError, match=r"no run 'ru', whose models are named RUN@1.*run@"
    ):
        graph.history("ru")
    # A run's name is no pattern.
    with pytest.raises(ModelNotFoundError, match=r"no run 'r\.n'"):
        graph.history("r.n")
    with pytest.raises(ParameterError, match="run is missing"):
        graph.history(None)  # type: ignore[arg-type]


def test_models_that_are_not_alike(weights: tuple[Path, list[Weights]], tmp_path: Path) -> None:
    folder, place = weights[0], tmp_path / "mixed.lbug"
    load(folder / "run@1.keras", place)
    load(folder / "run@2.keras", place, granularity="channel")
    with NeuronGraph(place) as mixed:
        with pytest.raises(ParameterError, match=r"^run: 'run@2' is a channel graph, and 'run@1'"):
            mixed.history("run")
        drop("run@2", place)
        chain((2,), layer("Dense", units=1)).save(tmp_path / "run@2.keras")
        load(tmp_path / "run@2.keras", place)
        with pytest.raises(ParameterError, match=r"^run: 'run@2' is not wired as 'run@1' is"):
            mixed.history("run")
        load(folder / "run@2.keras", place, replace=True)
        load(folder / "run@2.keras", place, name="run@02")
        with pytest.raises(ParameterError, match="'run@02' and 'run@2' are of one epoch"):
            mixed.history("run")


def test_one_epoch_of_a_model_file(weights: tuple[Path, list[Weights]]) -> None:
    with NeuronGraph(weights[0] / "run@2.keras") as alone:
        frame = alone.history("run")
    assert frame["epoch"].tolist() == [2, 2]
    assert frame[["change", "relative_change", "flips", "bias_change"]].isna().all(axis=None)


@pytest.mark.parametrize("measure", get_args(HistoryMeasure))
def test_the_picture_draws_what_the_frame_has(graph: NeuronGraph, measure: HistoryMeasure) -> None:
    frame = graph.history("run")
    figure = graph.plot.history("run", measure=measure).figure
    for name in ("conv", "out"):
        marks: Any = figure.select_one({"name": name})
        shown = frame[(frame["layer"] == name) & frame[measure].notna()]
        assert marks.data_source.data["epoch"].tolist() == shown["epoch"].tolist()
        assert marks.data_source.data["value"].tolist() == shown[measure].tolist()


def test_few_files_of_an_embedded_graph_are_open_at_once(
    weights: tuple[Path, list[Weights]], graph: NeuronGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected_frame = graph.history("run")
    closed: list[Path] = []
    close = OpenFile.close

    def noted(self: OpenFile) -> None:
        closed.append(self.file)
        close(self)

    monkeypatch.setattr(open_files, "_MOST", 2)
    monkeypatch.setattr(OpenFile, "close", noted)
    with NeuronGraph(weights[0] / "run.lbug") as opened:
        pd.testing.assert_frame_equal(opened.history("run"), expected_frame)
        before = len(closed)
        assert before >= len(EPOCHS) - 2
    assert len(closed) - before <= 2


def test_no_file_is_closed_under_a_thread_that_reads_it(
    weights: tuple[Path, list[Weights]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_files, "_MOST", 1)
    # It takes long enough for another thread to come between.
    slow = "MATCH (a:Neuron), (b:Neuron), (c:Neuron), (d:Neuron) RETURN sum(a.id + b.id - c.id)"
    with NeuronGraph(weights[0] / "run.lbug") as opened, ThreadPoolExecutor(3) as threads:
        names = [f"run@{epoch}" for epoch in EPOCHS] * 3
        found = list(threads.map(lambda name: opened.cypher(slow, model=name), names))
        neurons = len(opened.neurons(model="run@1"))
        katz = threads.map(lambda name: opened.katz(model=name)["katz"].sum(), names)
        assert len(set(katz)) == len(EPOCHS)
    expected_sum = neurons**4 * (neurons - 1) / 2
    assert {frame["sum(a.id + b.id - c.id)"].iloc[0] for frame in found} == {expected_sum}


def test_files_that_are_read_take_few_addresses(weights: tuple[Path, list[Weights]]) -> None:
    file = next((weights[0] / "run.lbug").glob("*.lbug"))
    # By itself LadybugDB takes a sixteenth of all addresses for each.
    databases = [open_database(file, read_only=True) for _ in range(20)]
    for each in databases:
        each.close()
