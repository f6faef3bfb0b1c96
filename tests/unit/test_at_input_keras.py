"""Gradients of models at an input are TensorFlow's; attributions are those of other projects."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, get_args

import keras
import numpy as np
import pytest

from queries.analysis.at_input.activity import activity_at
from queries.analysis.at_input.attribution import attribution
from queries.analysis.at_input.frozen import frozen
from queries.analysis.at_input.laws import conserved
from queries.analysis.at_input.rule import Products, Rule, Slope
from tests.unit.at_input import of_keras
from tests.unit.builders import randomized

layers = keras.layers
NOTHING_SHARED: Final = Rule("gradient", "gradient")


def branched() -> Any:
    pixels, more = keras.Input((6, 5, 2), name="pixels"), keras.Input((3,), name="more")
    conv = layers.Conv2D(3, 3, activation="sigmoid", padding="same")(pixels)
    deep = layers.DepthwiseConv2D(2, depth_multiplier=2, activation="gelu")(conv)
    pool = layers.MaxPooling2D(2)(layers.BatchNormalization()(deep))
    side = layers.Conv2D(6, 3, strides=2, activation="tanh")(pixels)
    both = layers.Multiply()([layers.Minimum()([pool, side]), pool])
    flat = layers.Concatenate()([layers.Flatten()(both), more])
    hidden = layers.PReLU()(layers.Dense(4)(flat))
    return keras.Model([pixels, more], layers.Dense(3, name="out")(hidden))


def transformer() -> Any:
    tokens = keras.Input((3, 4), name="tokens")
    normed = layers.LayerNormalization(epsilon=0.1)(tokens)
    heard = layers.MultiHeadAttention(2, 2)(normed, normed, use_causal_mask=True)
    stream = layers.Add()([tokens, heard])
    inner = layers.Dense(5, activation="silu")(layers.RMSNormalization()(stream))
    stream = layers.Add()([stream, layers.Dense(4)(inner)])
    odds = layers.Dense(3, activation="softmax")(layers.Flatten()(stream))
    return keras.Model(tokens, layers.Dense(2, name="out")(odds))


def recurrent() -> Any:
    steps = keras.Input((3, 2), name="steps")
    both = layers.Bidirectional(layers.LSTM(2, return_sequences=True))(steps)
    return keras.Model(steps, layers.Dense(2, name="out")(layers.GRU(3)(both)))


def tokens() -> Any:
    ids = keras.Input((3,), dtype="int32", name="ids")
    looked_up = layers.Embedding(5, 3, mask_zero=True)(ids)
    return keras.Model(ids, layers.Dense(2, name="out")(layers.LSTM(2)(looked_up)))


MODELS: Final[dict[str, Callable[[], Any]]] = {
    "branched": branched,
    "recurrent": recurrent,
    "transformer": transformer,
}


@pytest.fixture(scope="module", params=MODELS)
def model(request: pytest.FixtureRequest) -> Any:
    return randomized(MODELS[request.param]())


def inputs_of(model: Any, seed: int = 3) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    return {
        each.name: random.normal(size=each.shape[1:]).astype(np.float32) for each in model.inputs
    }


def test_gradient_is_that_of_tensorflow(model: Any, tmp_path: Path) -> None:
    import tensorflow as tf

    network, own = of_keras(model, tmp_path)
    inputs = inputs_of(model)
    at = activity_at(network, own, inputs)
    out = next(layer for layer in network.layers if layer.name == "out")
    place = network.neurons_of(out)
    tensors = [tf.constant(each[np.newaxis]) for each in inputs.values()]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        said = model(tensors if len(tensors) > 1 else tensors[0])
        target = said[0, 1] - 2 * said[0, 0]
    np.testing.assert_allclose(at.value[place], np.asarray(said)[0], rtol=1e-5, atol=1e-5)
    weights = np.zeros(network.neurons)
    weights[place.start : place.start + 2] = -2.0, 1.0
    found = attribution(frozen(network, own, at, NOTHING_SHARED), weights)
    for name, expected in zip(inputs, tape.gradient(target, tensors), strict=True):
        layer = next(each for each in network.layers if each.name == name)
        gradient = found.gradient[network.neurons_of(layer)]
        np.testing.assert_allclose(
            gradient,
            np.asarray(expected).reshape(-1),
            rtol=1e-4,
            atol=1e-5 * np.abs(gradient).max(),
        )


@pytest.mark.parametrize("build", [*MODELS.values(), tokens], ids=[*MODELS, "tokens"])
def test_laws_hold_by_all_rules(build: Callable[[], Any], tmp_path: Path) -> None:
    model = randomized(build())
    network, own = of_keras(model, tmp_path)
    first, second = (activity_at(network, own, _given(model, seed)) for seed in (3, 4))
    target = np.zeros(network.neurons)
    target[-2:] = 1.0, -1.0
    for slope in get_args(Slope):
        for products in get_args(Products):
            model_there = frozen(network, own, first, Rule(slope, products), second)
            found = attribution(model_there, target)
            for each in conserved(found):
                assert max(each.local, each.flow, each.cut) < 1e-9
            inputs = found.neurons[model_there.inputs].sum()
            assert inputs + found.biases.sum() == pytest.approx(found.target, abs=1e-9)


def _given(model: Any, seed: int) -> dict[str, Any]:
    given = inputs_of(model, seed)
    return {
        name: np.array([1, 3, 0]) + seed % 2 if name == "ids" else each
        for name, each in given.items()
    }


REFERENCES: Final[dict[str, Callable[[], list[Any]]]] = {
    "Dense": lambda: [layers.Dense(5)],
    "Dense_relu": lambda: [layers.Dense(5, activation="relu")],
    "Conv2D": lambda: [layers.Conv2D(5, 3)],
    "Conv2D_relu": lambda: [layers.Conv2D(5, 3, activation="relu")],
    "AveragePooling2D": lambda: [layers.AveragePooling2D(2)],
    "MaxPooling2D": lambda: [layers.MaxPooling2D(2)],
}


LINEAR: Final = ("Dense", "Conv2D", "AveragePooling2D")
"""Of others the integral is a sum over 64 points there, which is some hundredths off."""


@pytest.mark.parametrize(
    ("analyzer", "name"),
    [
        *(("InputTimesGradient", name) for name in REFERENCES),
        *(("IntegratedGradients", name) for name in LINEAR),
    ],
)
def test_attributions_of_innvestigate(
    analyzer: str, name: str, oracle_file: Callable[[str], Path], tmp_path: Path
) -> None:
    import h5py

    with h5py.File(oracle_file(f"innvestigate/{analyzer}.hdf5")) as file:
        samples, group = file["input"][:2], file[name]
        expected, outputs = group["attribution"][:2], group["output"][:2]
        weights = [np.asarray(each) for each in group["weights"].values()]
    model = keras.Sequential([keras.Input(samples.shape[1:]), *REFERENCES[name]()])
    model.set_weights(weights)
    network, own = of_keras(model, tmp_path)
    for sample, attributed, said in zip(samples, expected, outputs, strict=True):
        at = activity_at(network, own, {network.layers[0].name: sample})
        last = network.neurons_of(network.layers[-1])
        np.testing.assert_allclose(at.value[last], said, rtol=1e-5, atol=1e-5)
        target = np.zeros(network.neurons)
        target[last.start + int(said.argmax())] = 1.0
        rule, nothing = Rule(), None
        if analyzer == "IntegratedGradients":
            rule = Rule("rescale")
            nothing = activity_at(network, own, {network.layers[0].name: 0 * sample})
        found = attribution(frozen(network, own, at, rule, nothing), target).neurons
        first = network.neurons_of(network.layers[0])
        np.testing.assert_allclose(found[first], attributed.reshape(-1), rtol=1e-5, atol=1e-6)


def of_ones(last: int) -> Any:
    """Build the model of captum's tests: 3-3-4-2, weights of ones."""
    one = keras.initializers.Ones()
    model = keras.Sequential(
        [
            keras.Input((3,)),
            layers.Dense(3, use_bias=False, kernel_initializer="identity", name="first"),
            layers.Dense(4, activation="relu", kernel_initializer=one, name="second"),
            layers.Dense(last, kernel_initializer=one, name="out"),
        ]
    )
    model.get_layer("second").bias.assign([-10.0, 1.0, 1.0, 1.0])
    model.get_layer("out").bias.assign([-1.0, 1.0])
    return model


def test_conductance_of_captum(tmp_path: Path) -> None:
    """Between 0 and the input each hidden neuron gains what captum's test expects."""
    network, own = of_keras(of_ones(2), tmp_path)
    name = network.layers[0].name
    at, baseline = (
        activity_at(network, own, {name: np.array(values)})
        for values in ([0.0, 100.0, 0.0], [0.0, 0.0, 0.0])
    )
    target = np.zeros(network.neurons)
    target[-1] = 1.0
    found = attribution(frozen(network, own, at, Rule("rescale"), baseline), target)
    by_layer = {each.name: found.neurons[network.neurons_of(each)] for each in network.layers}
    np.testing.assert_allclose(by_layer["second"], [90, 100, 100, 100])
    np.testing.assert_allclose(by_layer[name], [0, 390, 0])
    np.testing.assert_allclose(found.biases, 0, atol=1e-12)


def test_attention_is_frozen_to_its_pattern(tmp_path: Path) -> None:
    """With frozen products values pass, weighed by the pattern, and nothing else does."""
    sequence = keras.Input((3, 4), name="sequence")
    heard = layers.MultiHeadAttention(2, 2, name="mha", use_bias=False)
    model = randomized(keras.Model(sequence, heard(sequence, sequence)))
    network, own = of_keras(model, tmp_path)
    inputs = inputs_of(model)
    at = activity_at(network, own, inputs)
    target = np.zeros(network.neurons)
    target[network.neurons_of(network.layers[-1]).start] = 1.0
    found = attribution(frozen(network, own, at, Rule(products="frozen")), target)
    # By its definition: output = sum over heads and positions of pattern * (x V) O.
    _, pattern = heard(
        inputs["sequence"][None], inputs["sequence"][None], return_attention_scores=True
    )
    values, onto = (np.asarray(each.kernel) for each in (heard._value_dense, heard._output_dense))
    expected = np.einsum("hk,dhe,he->kd", np.asarray(pattern)[0, :, 0], values, onto[..., 0])
    first = network.neurons_of(network.layers[0])
    np.testing.assert_allclose(found.gradient[first], expected.reshape(-1), rtol=1e-4, atol=1e-6)
    assert found.neurons[first].sum() == pytest.approx(found.target)


def test_gates_of_recurrent_layers_are_frozen(tmp_path: Path) -> None:
    """Of an LSTM the gates get nothing, and the signal all: Arras et al. (2019), sec. 2.2."""
    model = randomized(
        keras.Sequential([keras.Input((2, 2), name="steps"), layers.LSTM(2, name="lstm")])
    )
    network, own = of_keras(model, tmp_path)
    at = activity_at(network, own, inputs_of(model))
    target = np.zeros(network.neurons)
    target[-1] = 1.0
    found = attribution(frozen(network, own, at, Rule("secant", "frozen")), target)
    for layer in network.layers:
        of_layer = found.neurons[network.neurons_of(layer)]
        if layer.activation == "sigmoid":
            np.testing.assert_array_equal(of_layer, 0)
    states = next(layer for layer in network.layers if layer.name == "lstm@t1/tanh:2")
    assert found.neurons[network.neurons_of(states)].sum() == pytest.approx(found.target)


def test_a_norm_divides_by_a_frozen_size(tmp_path: Path) -> None:
    """The denominator of a layer normalization is held: Ali et al. (2022), the LN-rule."""
    model = randomized(keras.Sequential([keras.Input((4,)), layers.LayerNormalization()]))
    gamma = np.asarray(model.layers[0].gamma)
    network, own = of_keras(model, tmp_path)
    x = np.array([0.3, -1.0, 2.0, 0.5])
    at = activity_at(network, own, {network.layers[0].name: x})
    target = np.zeros(network.neurons)
    target[-1] = 1.0
    found = attribution(frozen(network, own, at, Rule(products="frozen")), target)
    share = np.eye(4)[-1] - 1 / 4
    expected = gamma[-1] / np.sqrt(x.var() + 0.001) * share
    np.testing.assert_allclose(found.gradient[:4], expected, rtol=1e-5)
