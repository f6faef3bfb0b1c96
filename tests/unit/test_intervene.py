"""Interventions are what Keras predicts of models whose values or weights are really changed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from queries import NeuronGraph
from queries.errors import ParameterError
from tests.unit.builders import chain, layer, randomized, saved
from tests.unit.test_at_input_keras import MODELS

Array = NDArray[np.floating[Any]]
TOWARDS: Final = "out[1]-out[0]"
SAMPLES: Final = 2
HOWS: Final[dict[str, dict[str, Any]]] = {
    "zero": {},
    "mean": {"how": "mean"},
    "scale": {"how": "scale", "amount": -1.5},
    "set": {"how": "set", "amount": 0.3},
    "add": {"how": "add", "amount": -0.5},
    "patch": {},
}
PLACES: Final = [
    ("branched", "conv2d"),
    ("branched", "max_pooling2d"),
    ("branched", "more"),
    ("recurrent", "steps"),
    ("transformer", "tokens"),
    ("transformer", "layer_normalization"),
    ("transformer", "add"),
    ("transformer", "dense_2"),
]


class Opened:
    """A model, what its graph says, and samples of its inputs."""

    def __init__(self, name: str, folder: Path) -> None:
        # Layers have the names that they have in a new session.
        keras.backend.clear_session()
        self.model = randomized(MODELS[name]())
        self.graph = NeuronGraph(saved(self.model, folder / f"{name}.keras"))
        self._tails: dict[str, Any] = {}
        random = np.random.default_rng(7)
        self.x, self.other = (
            {
                each.name: random.normal(size=(samples, *each.shape[1:])).astype(np.float32)
                for each in self.model.inputs
            }
            for samples in (SAMPLES, 1)
        )

    def values(self, name: str, x: dict[str, Array]) -> Array:
        """Return what a layer puts out."""
        head = keras.Model(self.model.inputs, self.model.get_layer(name).output)
        return np.asarray(head(list(x.values())))

    def target(self, name: str, values: Array, x: dict[str, Array]) -> Array:
        """Return the target where a layer puts out other values."""
        rest = [each for each in self.model.inputs if each.name != name]
        if name not in self._tails:
            place = self.model.get_layer(name).output
            self._tails[name] = keras.Model([place, *rest], self.model.output)
        said = np.asarray(self._tails[name]([values, *(x[each.name] for each in rest)]))
        return np.asarray(said[:, 1] - said[:, 0], np.float64)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Opened]]:
    folder = tmp_path_factory.mktemp("intervene")
    models = {name: Opened(name, folder) for name in MODELS}
    yield models
    for each in models.values():
        each.graph.close()


def changed(how: str, values: Array, everywhere: Array, other: Array) -> Array:
    """Return what all values of a sample are changed to."""
    amount = HOWS[how].get("amount", 0.0)
    return np.asarray(
        {
            "zero": 0 * values,
            "mean": everywhere.mean(axis=0),
            "scale": amount * values,
            "set": 0 * values + amount,
            "add": values + amount,
            "patch": other[0],
        }[how]
    )


def groups(shape: tuple[int, ...], each: str) -> Array:
    """Return masks of what is changed at once: shape (interventions, *shape)."""
    if each == "neuron":
        return np.eye(int(np.prod(shape))).reshape(-1, *shape)
    if each == "channel":
        return np.stack([np.broadcast_to(unit, shape) for unit in np.eye(shape[-1])])
    return np.ones((1, *shape))


@pytest.mark.one_in(4)
@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("place", PLACES, ids="-".join)
def test_total_effect_is_that_of_keras(
    opened: dict[str, Opened], place: tuple[str, str], how: str
) -> None:
    name, where = place
    model = opened[name]
    before, other = (model.values(where, x) for x in (model.x, model.other))
    patch: dict[str, Any] = {"patch": model.other} if how == "patch" else {}
    start = model.target(where, before, model.x)
    for each in ("neuron", "channel", "all"):
        frame = model.graph.intervene(
            model.x, where, each=each, towards=TOWARDS, **HOWS[how], **patch
        )
        masks = groups(before.shape[1:], each)
        new = [np.where(masks, changed(how, values, before, other), values) for values in before]
        x = {key: np.repeat(value, len(masks), axis=0) for key, value in model.x.items()}
        after = model.target(where, np.concatenate(new).astype(np.float32), x)
        np.testing.assert_allclose(frame["after"], after, rtol=1e-3, atol=2e-4)
        np.testing.assert_allclose(
            frame["before"], np.repeat(start, len(masks)), rtol=1e-3, atol=2e-4
        )
        np.testing.assert_allclose(frame["total_effect"], frame["after"] - frame["before"])
        changed_of_each = masks.reshape(len(masks), -1).sum(axis=1).tolist()
        assert frame["changed"].tolist() == changed_of_each * SAMPLES


def dict_of_one(x: dict[str, Array], sample: int) -> dict[str, Array]:
    return {name: each[sample : sample + 1] for name, each in x.items()}


def predicted(model: Any, x: Array) -> Array:
    said = np.asarray(model(x))
    return np.asarray(said[:, 1] - said[:, 0])


class TestWeights:
    """Models of which weights are really changed."""

    def test_values_of_attention(self, opened: dict[str, Opened]) -> None:
        model = opened["transformer"]
        other = keras.models.clone_model(model.model)
        other.set_weights(model.model.get_weights())
        for variable in other.get_layer("multi_head_attention")._value_dense.weights:
            variable.assign(0 * variable)
        frame = model.graph.intervene(model.x, "multi_head_attention/value", towards=TOWARDS)
        np.testing.assert_allclose(
            frame["after"], predicted(other, *model.x.values()), rtol=1e-3, atol=1e-4
        )

    def test_what_a_recurrent_layer_reads(self, opened: dict[str, Opened]) -> None:
        model = opened["recurrent"]
        other = keras.models.clone_model(model.model)
        other.set_weights(model.model.get_weights())
        kernel = other.get_layer("bidirectional").forward_layer.cell.kernel
        kernel.assign(kernel * np.array([[0.0], [1.0]]))
        steps = [f"bidirectional/forward_lstm@t{step}/matmul" for step in range(3)]
        frame = model.graph.intervene(
            model.x, source="steps[0]", target=steps, towards=TOWARDS, each="all"
        )
        np.testing.assert_allclose(
            frame["after"], predicted(other, *model.x.values()), rtol=1e-3, atol=1e-4
        )

    def test_each_kernel_of_a_convolution(self) -> None:
        model = chain(
            (5, 5, 2),
            layer("Conv2D", filters=3, kernel_size=3, activation="relu", name="conv"),
            layer("MaxPooling2D", pool_size=2, name="pool"),
            layer("Flatten"),
            layer("Dense", units=3, name="out"),
        )
        x = np.random.default_rng(2).normal(size=(SAMPLES, 5, 5, 2)).astype(np.float32)
        conv = model.layers[0]
        kernel, bias = (np.asarray(each) for each in conv.weights)
        with NeuronGraph(model) as graph:
            edges = graph.intervene(x, target="conv", each="channel", towards=TOWARDS)
            channels = graph.intervene(x, "conv", each="channel", towards=TOWARDS)
        for before in range(2):
            for channel in range(3):
                without = kernel.copy()
                without[:, :, before, channel] = 0
                conv.set_weights([without, bias])
                after = predicted(model, x)
                own = edges[edges["name"].str.endswith(f"[{before}] -> conv[{channel}]")]
                np.testing.assert_allclose(own["after"], after, rtol=1e-3, atol=1e-4)
        for channel in range(3):
            keep = np.arange(3) != channel
            conv.set_weights([kernel * keep, bias * keep])
            own = channels[channels["name"] == f"conv[{channel}]"]
            np.testing.assert_allclose(own["after"], predicted(model, x), rtol=1e-3, atol=1e-4)


def test_doubling_adds_the_attribution(opened: dict[str, Opened]) -> None:
    for model in opened.values():
        how: dict[str, Any] = {"towards": TOWARDS, "slope": "secant"}
        frame = model.graph.intervene(
            model.x, model.graph.neurons(), each="neuron", how="scale", amount=2, **how
        )
        found = model.graph.attribution(model.x, towards=TOWARDS, rule="secant")
        hidden = ~found["name"].isin(["out[0]", "out[1]"]).to_numpy()
        assert (frame["id"] == found["id"]).all()
        np.testing.assert_allclose(
            frame["direct_effect"][hidden], found["attribution"][hidden], rtol=1e-9, atol=1e-12
        )


def test_small_changes_have_the_effect_that_slopes_say(opened: dict[str, Opened]) -> None:
    for model in opened.values():
        frame = model.graph.intervene(
            model.x,
            model.graph.neurons(),
            each="neuron",
            how="add",
            amount=1e-6,
            towards=TOWARDS,
            products="gradient",
        )
        total, direct = (frame[f"{each}_effect"].to_numpy() for each in ("total", "direct"))
        np.testing.assert_allclose(total, direct, rtol=1e-3, atol=1e-4 * np.abs(direct).max())


def test_a_flip_is_that_of_the_prediction() -> None:
    model = chain((4,), layer("Dense", units=6, activation="relu", name="hidden"),
                  layer("Dense", units=3, activation="softmax", name="out"))  # fmt: skip
    x = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
    hidden = np.asarray(model.layers[0](x))
    said = np.asarray(model(x)).argmax(axis=1)
    with NeuronGraph(model) as graph:
        frame = graph.intervene(x, "hidden", each="neuron")
    rows = frame.to_dict("records")
    for place, row in enumerate(rows):
        sample, neuron = divmod(place, hidden.shape[1])
        without = hidden[sample : sample + 1] * (np.arange(6) != neuron)
        now = int(np.asarray(model.layers[1](without)).argmax())
        assert row["predicted"] == f"out[{now}]"
        assert row["flipped"] == (now != said[sample])
        assert row["towards"] == f"out[{said[sample]}]"
    assert 0 < frame["flipped"].sum() < len(frame)


def test_one_output_flips_at_one_half() -> None:
    model = chain((3,), layer("Dense", units=4, activation="tanh", name="hidden"),
                  layer("Dense", units=1, activation="sigmoid", name="out"))  # fmt: skip
    x = np.random.default_rng(1).normal(size=(8, 3)).astype(np.float32)
    with NeuronGraph(model) as graph:
        frame = graph.intervene(x, "hidden", each="all", how="scale", amount=-9)
    now = np.asarray(model.layers[1](-9 * np.asarray(model.layers[0](x))))[:, 0]
    assert frame["flipped"].tolist() == ((now > 0.5) != (np.asarray(model(x))[:, 0] > 0.5)).tolist()
    assert set(frame["predicted"]) == {"out[0]"}
    assert frame["flipped"].any()


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({}, "neurons, source or target is missing"),
        ({"how": "scale", "amount": 2}, "neurons, source or target is missing"),
        ({"neurons": "add", "source": "tokens"}, "neurons: source and target name relationships"),
        (
            {"neurons": "add", "how": "scale"},
            "amount is missing: of how=scale the factor, such as 2",
        ),
        (
            {"neurons": "add", "how": "zero", "amount": 2},
            "amount: it counts for nothing with how=zero; leave it out, or take how=scale or set",
        ),
        (
            {"neurons": "add", "how": "mean", "patch": np.zeros((1, 3, 4))},
            "patch: how=mean says what becomes",
        ),
        ({"neurons": "add", "how": "mean", "input": np.ones((1, 3, 4))}, "how: mean needs several"),
        ({"neurons": "add", "patch": np.zeros((2, 3, 4))}, "patch: 2 samples, and one is meant"),
        ({"how": "set", "amount": "much"}, "amount: 'much' is no number"),
        ({"how": "halve"}, "how: 'halve' is not one of zero, mean"),
    ],
)
def test_what_does_not_go_together_is_refused(
    opened: dict[str, Opened], how: dict[str, Any], message: str
) -> None:
    model = opened["transformer"]
    with pytest.raises(ParameterError, match=message):
        model.graph.intervene(**{"input": model.x, **how})


def test_what_is_changed_has_a_name(opened: dict[str, Opened]) -> None:
    model = opened["transformer"]
    names = {
        "add[1]": "add[1]",
        "add[1]@0": "add[1]@0",
        "add": "add",
        "add[0]@0..1": "add[0]",
        "add[0..1]@0": "add",
    }
    for neurons, name in names.items():
        frame = model.graph.intervene(model.x, neurons)
        assert frame["name"].tolist() == [name] * SAMPLES
    two = model.graph.intervene(model.x, ["add", "dense"])
    assert two["name"].tolist() == ["add, dense"] * SAMPLES
    assert set(model.graph.intervene(model.x, model.graph.neurons())["name"]) == {"23 layers"}
    pair = model.graph.intervene(model.x, source="dense", target="dense_1[0]@1", each="all")
    assert pair["name"].tolist() == ["dense -> dense_1[0]@1"] * SAMPLES
    assert pair["changed"].tolist() == [5] * SAMPLES


def test_nothing_to_change_is_no_row(opened: dict[str, Opened]) -> None:
    model = opened["transformer"]
    for each in ("all", "channel"):
        assert model.graph.intervene(model.x, source="out", target="tokens", each=each).empty


def test_nothing_changes_where_values_are_what_they_become(opened: dict[str, Opened]) -> None:
    model = opened["branched"]
    one = dict_of_one(model.x, 0)
    frame = model.graph.intervene(
        one, model.graph.neurons(), each="neuron", patch=one, towards=TOWARDS
    )
    assert (frame[["total_effect", "direct_effect"]].to_numpy() == 0).all()
    assert not frame["flipped"].any()
    assert isinstance(frame["id"], pd.Series)


def test_nodes_beyond_what_32_bits_number_in_pairs() -> None:
    """50,000 channels have more pairs than 2 ** 31."""
    last, weight = 49_999, 0.5
    inputs = keras.Input((last + 1,), name="many")
    model = keras.Model(inputs, keras.layers.Dense(2, name="out")(inputs))
    model.get_layer("out").kernel.assign(np.full((last + 1, 2), weight))
    x = np.ones((1, last + 1), dtype=np.float32)
    with NeuronGraph(model) as graph:
        ends: dict[str, Any] = {"each": "channel", "towards": "out[1]"}
        (neuron,) = graph.intervene(x, f"many[{last}]", **ends).to_dict("records")
        (edge,) = graph.intervene(x, source=f"many[{last}]", target="out[1]", **ends).to_dict(
            "records"
        )
    assert (neuron["name"], edge["name"]) == (f"many[{last}]", f"many[{last}] -> out[1]")
    assert neuron["id"] == edge["source"]
    assert edge["target"] == edge["source"] + 2
    for each in (neuron, edge):
        assert each["total_effect"] == pytest.approx(-weight)
