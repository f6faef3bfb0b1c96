"""Statistics and best inputs batch by batch: merges, memory, sequences, and several inputs."""

import tracemalloc
from collections.abc import Iterator
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from queries import NeuronGraph
from queries.analysis.over_inputs.statistics import Statistics
from queries.analysis.over_inputs.top import Top
from tests.unit.builders import chain, layer, randomized


def values_of(seed: int) -> NDArray[np.float64]:
    """Return few numbers, so that many are equal, of some seeds with NaN and infinities."""
    random = np.random.default_rng(seed)
    values = random.integers(-2, 3, size=random.integers(1, (6, 14))).astype(np.float64)
    if seed % 3 == 0:
        values[random.random(values.shape) < 0.3] = np.nan
    if seed % 4 == 0:
        values[random.random(values.shape) < 0.2] = -np.inf
    return values


def parts_of(values: NDArray[np.float64], seed: int) -> list[slice]:
    """Return a few batches of samples, in no order."""
    random = np.random.default_rng(seed)
    cuts = np.flatnonzero(random.random(values.shape[1] - 1) < 0.4) + 1
    ends = [0, *cuts.tolist(), values.shape[1]]
    parts = [slice(start, end) for start, end in pairwise(ends)]
    return [parts[place] for place in random.permutation(len(parts))]


@pytest.mark.parametrize("seed", range(60))
def test_the_first_of_batches_are_those_of_all(seed: int) -> None:
    values, k = values_of(seed), seed % 7 + 1
    found = reduce(
        Top.merge, (Top.of(values[:, part], part.start, k) for part in parts_of(values, seed))
    )
    for row, own in enumerate(values):
        # NaN comes last, and of equal ones the first sample first.
        order = sorted(range(len(own)), key=lambda at: (np.isnan(own[at]), -own[at], at))
        best = [at for at in order if not np.isnan(own[at])][:k]
        assert found.sample[row].tolist()[: len(best)] == best
        np.testing.assert_array_equal(found.value[row], own[found.sample[row]])
        assert len(set(found.sample[row])) == min(k, len(own))


@pytest.mark.parametrize("seed", range(60))
def test_statistics_of_batches_are_those_of_all(seed: int) -> None:
    values = 1e6 + 1e-3 * values_of(seed) if seed % 2 else values_of(seed)
    parts = parts_of(values, seed)
    found = reduce(Statistics.merge, (Statistics.of(values[:, part]) for part in parts))
    starts = np.unique([0, len(values) // 2])
    with np.errstate(invalid="ignore"):
        for whole, groups in ((found, values[:, np.newaxis]), (found.grouped(starts), None)):
            each = np.split(values, starts[1:]) if groups is None else groups
            assert whole.count.tolist() == [one.size for one in each]
            np.testing.assert_allclose(whole.mean, [one.mean() for one in each], rtol=1e-12)
            np.testing.assert_allclose(
                whole.std, [one.std() for one in each], rtol=1e-6, atol=1e-12
            )
            assert np.array_equal(whole.least, [one.min() for one in each], equal_nan=True)
            assert np.array_equal(whole.most, [one.max() for one in each], equal_nan=True)
            np.testing.assert_allclose(whole.active_share, [(one != 0).mean() for one in each])
            np.testing.assert_allclose(whole.positive_share, [(one > 0).mean() for one in each])


@pytest.fixture(scope="module")
def recurrent() -> Iterator[tuple[Any, NeuronGraph]]:
    """Give a model of sequences with attention, and its graph."""
    import keras

    layers = keras.layers
    steps = keras.Input((4, 3), name="steps")
    heard = layers.LSTM(5, return_sequences=True, name="heard")(steps)
    seen = layers.MultiHeadAttention(2, 2, name="seen")(heard, heard)
    model = randomized(keras.Model(steps, layers.Dense(2, name="out")(layers.Flatten()(seen))))
    with NeuronGraph(model) as graph:
        yield model, graph


def test_a_channel_of_a_sequence_is_taken_over_its_steps(recurrent: tuple[Any, Any]) -> None:
    import keras

    model, graph = recurrent
    x = np.random.default_rng(4).normal(size=(37, 4, 3)).astype(np.float32)
    outs = [model.get_layer(each).output for each in ("heard", "seen")]
    heard, seen = keras.Model([*model.inputs], outs).predict([x], verbose=0)
    found = graph.activation_statistics(x, "seen/attention_output", level="channel")
    np.testing.assert_allclose(found["mean"], seen.mean(axis=(0, 1)), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found["std"], seen.std(axis=(0, 1)), rtol=1e-4)
    how: dict[str, Any] = {"level": "channel", "reduce": "max", "k": 1}
    top = graph.top_inputs(x, "seen/attention_output", **how)
    np.testing.assert_allclose(top["value"], seen.max(axis=(0, 1)), rtol=1e-4)
    assert top["input"].tolist() == seen.max(axis=1).argmax(axis=0).astype(str).tolist()
    # Each step of a recurrent layer has neurons of its own.
    last = graph.activation_statistics(x, "heard@t3/multiply:3")
    np.testing.assert_allclose(last["mean"], heard[:, 3].mean(axis=0), rtol=1e-4, atol=1e-6)


def test_of_several_inputs() -> None:
    import keras

    one, other = keras.Input((3,), name="one"), keras.Input((2,), name="other")
    joined = keras.layers.Concatenate()([one, other])
    model = randomized(keras.Model([one, other], keras.layers.Dense(2, name="out")(joined)))
    random = np.random.default_rng(6)
    x = {"one": random.normal(size=(50, 3)), "other": random.normal(size=(50, 2))}
    said = np.asarray(model.predict([x["one"], x["other"]], verbose=0))
    with NeuronGraph(model) as graph:
        found = graph.activation_statistics(x, "out")
        np.testing.assert_allclose(found["mean"], said.mean(axis=0), rtol=1e-4)
        np.testing.assert_allclose(found["max"], said.max(axis=0), rtol=1e-4)
        top = graph.top_inputs(x, "out", k=2)
        assert top["input"].tolist() == np.argsort(-said, axis=0)[:2].T.astype(str).ravel().tolist()


def test_memory_does_not_grow_with_inputs() -> None:
    model = chain((4,), layer("Dense", units=2000, activation="relu"), layer("Dense", units=2))
    peaks = []
    with NeuronGraph(model) as graph:
        graph.top_inputs(np.zeros((40, 4)), k=2)
        for samples in (200, 2000):
            x = np.random.default_rng(7).normal(size=(samples, 4)).astype(np.float32)
            tracemalloc.start()
            graph.activation_statistics(x)
            graph.top_inputs(x, k=2)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    # Ten times as many inputs would take 29 MB more, if values were kept.
    assert peaks[1] < peaks[0] + 3e6
