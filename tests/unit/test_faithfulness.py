"""Curves of deletion against a loop over Keras predictions, of recovery against circuit_scores."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from queries import NeuronGraph
from queries.answers import faithfulness
from queries.errors import ParameterError
from tests.unit.builders import randomized, saved
from tests.unit.test_at_input_keras import branched

Array = NDArray[np.floating[Any]]
SHAPE: Final = (4, 5, 3)
PIXELS: Final = 20
SAMPLES: Final = 2


@pytest.fixture(scope="module")
def model() -> Any:
    layers = keras.layers
    pixels = keras.Input(SHAPE, name="pixels")
    conv = layers.Conv2D(4, 3, activation="relu", padding="same", name="conv")(pixels)
    logits = layers.Dense(3, name="logits")(layers.Flatten()(layers.MaxPooling2D(2)(conv)))
    model = randomized(keras.Model(pixels, layers.Activation("softmax", name="odds")(logits)))
    # Probabilities that are neither 0 nor 1.
    model.get_layer("logits").kernel.assign(model.get_layer("logits").kernel / 8)
    return model


@pytest.fixture(scope="module")
def graph(model: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NeuronGraph]:
    with NeuronGraph(saved(model, tmp_path_factory.mktemp("curves") / "conv.keras")) as opened:
        yield opened


@pytest.fixture(scope="module")
def x() -> Array:
    return np.random.default_rng(8).random((SAMPLES, *SHAPE)).astype(np.float32)


def order_of_pixels(model: Any, x: Array, output: int) -> NDArray[np.integer[Any]]:
    """Return pixels by gradient times input, summed over channels, the largest first."""
    import tensorflow as tf

    logits = keras.Model(model.input, model.get_layer("logits").output)
    given = tf.constant(x[np.newaxis])
    with tf.GradientTape() as tape:
        tape.watch(given)
        said = logits(given)[0, output]
    share = (np.asarray(tape.gradient(said, given))[0] * x).sum(axis=-1)
    return np.argsort(-share.reshape(-1), kind="stable")


def by_hand(model: Any, x: Array, other: Array, output: int, points: int) -> Array:
    """Return probabilities while pixels of one input are replaced by those of another."""
    order = order_of_pixels(model, x, output)
    said = []
    for count in np.linspace(0, PIXELS, points + 1, dtype=np.int32):
        changed = x.copy().reshape(PIXELS, -1)
        changed[order[:count]] = other.reshape(PIXELS, -1)[order[:count]]
        said.append(model.predict(changed.reshape(1, *SHAPE), verbose=0)[0, output])
    return np.asarray(said)


@pytest.mark.parametrize("points", [5, 3])
def test_deletion_is_a_loop_over_predictions(
    model: Any, graph: NeuronGraph, x: Array, points: int
) -> None:
    frame = graph.deletion_curve(x, points=points)
    best = model.predict(x, verbose=0).argmax(axis=1)
    for sample in range(SAMPLES):
        own = frame[frame["input"] == str(sample)]
        expected = by_hand(model, x[sample], 0 * x[sample], int(best[sample]), points)
        np.testing.assert_allclose(own["value"], expected, rtol=1e-4, atol=1e-6)
        counts = np.linspace(0, PIXELS, points + 1, dtype=np.int32)
        assert own["pixels"].tolist() == counts.tolist()
        np.testing.assert_allclose(own["share"], counts / PIXELS)
        widths = np.diff(counts) / PIXELS
        area = (widths * (expected[1:] + expected[:-1]) / 2).sum()
        np.testing.assert_allclose(own["area"], area, rtol=1e-4)
        if PIXELS % points == 0:
            # As xplique has it, by steps that are equally wide.
            np.testing.assert_allclose(
                own["area"], np.mean(expected[:-1] + expected[1:]) * 0.5, rtol=1e-4
            )


def test_insertion_begins_at_another_sample(model: Any, graph: NeuronGraph, x: Array) -> None:
    other = np.random.default_rng(9).random(SHAPE).astype(np.float32)
    frame = graph.deletion_curve(x[:1], how="insertion", points=4, patch=other, towards="logits[2]")
    logits = keras.Model(model.input, model.get_layer("logits").output)
    order = order_of_pixels(model, x[0], 2)
    for row in frame.to_dict("records"):
        changed = other.copy().reshape(PIXELS, -1)
        first = order[: row["pixels"]]
        changed[first] = x[0].reshape(PIXELS, -1)[first]
        said = np.asarray(logits(changed.reshape(1, *SHAPE)))[0, 2]
        assert row["target"] == pytest.approx(said, rel=1e-4)


def test_what_is_no_picture_has_a_pixel_a_number(tmp_path: Path) -> None:
    model = randomized(branched())
    random = np.random.default_rng(4)
    given = {each.name: random.random((1, *each.shape[1:])).astype("f4") for each in model.inputs}
    with NeuronGraph(saved(model, tmp_path / "two.keras")) as graph:
        frame = graph.deletion_curve(given, points=1000, towards="out[1]-out[0]")
        shares = graph.attribution(given, ["more", "pixels"], towards="out[1]-out[0]")
    pixels, more = 6 * 5, 3
    assert len(frame) == pixels + more + 1
    of = shares.set_index("name")["attribution"]
    total = {f"more[{place}]": of[f"more[{place}]"] for place in range(more)}
    for y in range(6):
        for x in range(5):
            total[f"{y},{x}"] = sum(of[f"pixels[{channel}]@{x},{y}"] for channel in range(2))
    for name in sorted(total, key=lambda name: -total[name])[:10]:
        if name.startswith("more"):
            given["more"][0, int(name[5:-1])] = 0
        else:
            y, x = map(int, name.split(","))
            given["pixels"][0, y, x] = 0
    said = np.asarray(model([given[each.name] for each in model.inputs]))[0]
    assert frame["value"][10] == pytest.approx(said[1] - said[0], rel=1e-3, abs=1e-4)


def test_inputs_are_held_a_few_steps_at_a_time(
    graph: NeuronGraph, x: Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = graph.deletion_curve(x, points=7)
    monkeypatch.setattr(faithfulness, "_STEPS", 3)
    np.testing.assert_allclose(graph.deletion_curve(x, points=7)["value"], whole["value"])


@pytest.mark.parametrize("rest", ["zero", "mean", "patch"])
@pytest.mark.parametrize("prune", ["influence", "attribution"])
def test_recovery_is_that_of_circuits_of_these_shares(
    graph: NeuronGraph, x: Array, prune: str, rest: str
) -> None:
    how: dict[str, Any] = {"prune": prune, "level": "channel"}
    how |= {"patch": x[1:]} if rest == "patch" else {"rest": rest}
    # The mean needs several samples.
    samples = x if rest == "mean" else x[:1]
    frame = graph.recovery_curve(samples, points=4, **how)[:5]
    np.testing.assert_allclose(frame["share"], [0, 37 / 64, 7 / 8, 63 / 64, 1])
    for row in frame.to_dict("records"):
        shares = {"node_share": row["share"]} if prune == "influence" else {}
        score = graph.circuit_scores(samples, edge_share=row["share"], **shares, **how).iloc[0]
        assert (row["nodes"], row["edges"]) == (score["nodes"], score["edges"])
        assert row["size"] == pytest.approx(score["edges"] / score["edges_of"])
        for name in ("recovered", "recovery"):
            assert row[name] == pytest.approx(score[name], nan_ok=True)
    size, recovery = frame["size"].to_numpy(), frame["recovery"].to_numpy()
    between = (recovery[1:] + recovery[:-1]) / 2
    np.testing.assert_allclose(frame["cpr"], (np.diff(size) * between).sum())
    off = np.abs(1 - recovery)
    np.testing.assert_allclose(frame["cmd"], (np.diff(size) * (off[1:] + off[:-1]) / 2).sum())
    if rest != "mean":
        assert recovery[-1] == pytest.approx(1, rel=1e-4)


def test_there_is_no_area_where_there_is_no_recovery(graph: NeuronGraph, x: Array) -> None:
    frame = graph.recovery_curve(x[:1], points=2, patch=x[:1])
    assert frame[["recovery", "cpr", "cmd"]].isna().all(axis=None)
    with pytest.raises(ParameterError, match="patch: what they carry is the mean already"):
        graph.recovery_curve(x, rest="mean", patch=x[:1])


def test_a_constant_answer_stays(graph: NeuronGraph) -> None:
    zeros = np.zeros((1, *SHAPE), dtype=np.float32)
    frame = graph.deletion_curve(zeros, points=3)
    assert frame["value"].nunique() == 1
    assert frame["area"].iloc[0] == pytest.approx(frame["value"].iloc[0])


@pytest.mark.parametrize("curve", ["deletion_curve", "recovery_curve"])
def test_more_points_than_any_curve_needs_are_refused(
    graph: NeuronGraph, x: Array, curve: str
) -> None:
    with pytest.raises(ParameterError, match="points: 10000000000 is too large; it is at most"):
        getattr(graph, curve)(x, points=10**10)
