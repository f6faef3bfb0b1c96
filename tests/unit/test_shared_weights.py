"""What it costs to prune a channel of a layer that is used several times, against Keras."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from queries import NeuronGraph
from queries.answers.uses import first_uses
from tests.pruned import Floats, predicted
from tests.unit.builders import randomized, saved

SAMPLES = 5
CHANNELS = {
    "twin": 4, "again": 4, "norm": 4, "inner/inside": 3, "steps/step": 3, "apart": 2,
    "apart/depthwise": 2,
}  # fmt: skip


def reused() -> Any:
    """Build a model that uses each of its layers twice: side by side, in itself, and in others."""
    import keras

    layers = keras.layers
    one, two = keras.Input((4,), name="one"), keras.Input((4,), name="two")
    twin = layers.Dense(4, activation="relu", name="twin")
    again = layers.Dense(4, activation="relu", name="again")
    norm = layers.BatchNormalization(name="norm")
    inner = keras.Sequential(
        [keras.Input((4,)), layers.Dense(3, activation="relu", name="inside")], name="inner"
    )
    steps = layers.TimeDistributed(layers.Dense(3, activation="relu", name="step"), name="steps")
    apart = layers.SeparableConv1D(2, 1, activation="relu", name="apart")
    twins = [twin(one), twin(two)]
    looped = again(again(twins[0]))
    rows = [layers.Reshape((2, 2))(each) for each in (one, two)]
    parts = [
        *map(norm, twins), *map(inner, (twins[1], looped)), layers.Flatten()(steps(rows[0])),
        *(layers.Flatten()(apart(each)) for each in rows),
    ]  # fmt: skip
    odds = layers.Dense(3, activation="softmax", name="odds")(layers.Concatenate()(parts))
    return randomized(keras.Model([one, two], odds))


@pytest.fixture(scope="module")
def model() -> Any:
    return reused()


@pytest.fixture(scope="module")
def inputs() -> list[NDArray[np.float32]]:
    random = np.random.default_rng(3)
    return [random.standard_normal((SAMPLES, 4)).astype(np.float32) for _ in range(2)]


@pytest.fixture(scope="module")
def graph(model: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NeuronGraph]:
    with NeuronGraph(saved(model, tmp_path_factory.mktemp("reused") / "reused.keras")) as opened:
        yield opened


def costs_of(
    graph: NeuronGraph, inputs: Sequence[NDArray[np.float32]], **more: Any
) -> pd.DataFrame:
    return graph.prune_cost(dict(zip(("one", "two"), inputs, strict=True)), **more)


def without_weights(model: Any, name: str, channel: int, inputs: Sequence[Any]) -> Floats:
    """Return the outputs where all weights of a channel are 0."""
    owners = {
        "inner/inside": lambda: model.get_layer("inner").get_layer("inside"),
        "steps/step": lambda: model.get_layer("steps").layer,
    }
    owner = owners.get(name, lambda: model.get_layer(name.partition("/")[0]))()
    before = owner.get_weights()
    pruned = [each.copy() for each in before]
    if name == "apart/depthwise":
        pruned[0][:, channel] = 0
    else:
        for each in pruned[1:] if name == "apart" else pruned:
            each[..., channel] = 0
    owner.set_weights(pruned)
    try:
        return predicted(model, inputs)
    finally:
        owner.set_weights(before)


def test_is_that_of_weights_which_are_0_at_all_uses(
    graph: NeuronGraph, model: Any, inputs: list[NDArray[np.float32]]
) -> None:
    frame = costs_of(graph, inputs)
    assert dict(frame.groupby("layer").size()) == CHANNELS
    before = predicted(model, inputs)
    for row in frame.itertuples():
        change = without_weights(model, str(row.layer), int(str(row.channel)), inputs) - before
        expected = np.abs(change).mean(), np.sqrt((change**2).mean())
        assert (row.mean_change, row.rms_change) == pytest.approx(expected, rel=1e-5, abs=2e-6)
    neurons = frame.groupby("layer")["neurons"].first()
    assert (neurons["twin"], neurons["steps/step"], neurons["apart"]) == (2, 2, 4)


def test_of_a_later_use_is_that_of_the_layer(
    graph: NeuronGraph, inputs: list[NDArray[np.float32]]
) -> None:
    first, second = (costs_of(graph, inputs, neurons=f"{name}[1]") for name in ("again", "again:2"))
    assert first["name"].tolist() == ["again[1]"]
    pd.testing.assert_frame_equal(first, second)


def test_a_layer_whose_last_use_is_an_output_cannot_lose_channels(tmp_path: Path) -> None:
    import keras

    start = keras.Input((3,))
    loop = keras.layers.Dense(3, name="loop")
    end = loop(loop(keras.layers.Dense(3, name="first")(start)))
    model = randomized(keras.Model(start, end))
    with NeuronGraph(saved(model, tmp_path / "loop.keras")) as graph:
        assert set(graph.prune_cost(np.eye(3))["layer"]) == {"first"}
        assert graph.prune_cost(np.eye(3), neurons="loop[0]")["neurons"].tolist() == [2]


def test_uses_are_told_by_names_and_parameters() -> None:
    rows = [
        ("a", "Dense", 6, 0),
        # Somebody named it so.
        ("a:2", "Dense", 6, 1),
        ("a:3", "Dense", 0, 0),
        ("a:2:2", "Dense", 0, 1),
        ("outer/b/depthwise", "SeparableConv2D", 9, 4),
        ("outer/b:2/depthwise", "SeparableConv2D", 0, 4),
        # Without weights none are shared.
        ("pool", "MaxPooling2D", 0, 6),
        ("pool:2", "MaxPooling2D", 0, 7),
        ("c", "Dense", 6, 8),
        ("c:2", "Flatten", 0, 9),
    ]
    described = [
        {"index": index, "name": name, "class_name": kind, "parameters": parameters}
        for index, (name, kind, parameters, _) in enumerate(rows)
    ]
    assert first_uses(described) == {index: row[3] for index, row in enumerate(rows)}
