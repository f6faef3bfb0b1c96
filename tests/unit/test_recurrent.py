"""Recurrent layers of a fixed length are unrolled: each step has neurons of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from exporter.inspection import inspect
from exporter.planning.push import plan
from queries import NeuronGraph
from queries.errors import LayerNotFoundError, ModelFileError, UnsupportedLayerError
from tests.opening import open_model
from tests.unit.builders import Wired, failing, randomized, saved, wired

layers, ops = keras.layers, keras.ops
STEPS = (4, 3)
SOME = np.array([[True, False, True, False]])


@keras.saving.register_keras_serializable("tests")
class Leaky(layers.Layer):  # type: ignore[misc, name-defined]
    """A cell of somebody's own: its state leaks, and its beginning is not 0."""

    def __init__(self, units: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = self.state_size = units
        self.read = layers.Dense(units, activation="tanh")

    def build(self, shape: Any) -> None:
        self.read.build(shape)

    def call(self, inputs: Any, states: Any) -> Any:
        said = 0.5 * states[0] + self.read(inputs)
        return said, [said]

    def get_initial_state(self, batch_size: Any = None) -> Any:
        return [ops.ones((batch_size, self.units))]


def model(call: Callable[[Any], Any], shape: tuple[int, ...] = STEPS) -> Any:
    read = keras.Input(shape, name="read")
    return randomized(keras.Model(read, call(read)))


def last_of(layer: Any, *args: Any, **kwargs: Any) -> Callable[[Any], Any]:
    return lambda x: layer(x, *args, **kwargs)


ALL = {"return_sequences": True}
KINDS: dict[str, Callable[[], Any]] = {
    "SimpleRNN": lambda: model(layers.SimpleRNN(2, activation="relu")),
    "SimpleRNN with dropout": lambda: model(
        layers.SimpleRNN(2, dropout=0.5, recurrent_dropout=0.5)
    ),
    "SimpleRNN backwards": lambda: model(layers.SimpleRNN(2, go_backwards=True, **ALL)),
    "LSTM": lambda: model(layers.LSTM(2)),
    "LSTM with states": lambda: model(layers.LSTM(2, return_state=True, **ALL)),
    "LSTM with dropout": lambda: model(layers.LSTM(2, dropout=0.5, recurrent_dropout=0.5)),
    "LSTM unrolled": lambda: model(layers.LSTM(2, unroll=True, use_bias=False)),
    "LSTM of other activations": lambda: model(
        layers.LSTM(2, activation="relu", recurrent_activation="hard_sigmoid")
    ),
    "GRU": lambda: model(layers.GRU(2, **ALL)),
    "GRU that resets before": lambda: model(layers.GRU(2, reset_after=False)),
    "RNN of an own cell": lambda: model(layers.RNN(Leaky(2), **ALL)),
    "RNN of several cells": lambda: model(
        layers.RNN([layers.LSTMCell(2), layers.GRUCell(2), layers.SimpleRNNCell(3)])
    ),
    "StackedRNNCells": lambda: model(
        layers.RNN(layers.StackedRNNCells([layers.GRUCell(2), Leaky(2)]), return_state=True)
    ),
    "Bidirectional": lambda: model(layers.Bidirectional(layers.LSTM(2, **ALL))),
    "Bidirectional, summed": lambda: model(
        layers.Bidirectional(
            layers.GRU(2), backward_layer=layers.LSTM(2, go_backwards=True), merge_mode="sum"
        )
    ),
    "TimeDistributed": lambda: model(layers.TimeDistributed(layers.LSTM(2)), (2, 3, 2)),
    "ConvLSTM1D": lambda: model(layers.ConvLSTM1D(2, 2, padding="same", **ALL), (2, 4, 2)),
    "ConvLSTM2D": lambda: model(layers.ConvLSTM2D(2, 2, strides=2, dropout=0.5), (2, 4, 3, 1)),
    "ConvLSTM3D": lambda: model(
        layers.ConvLSTM3D(1, 2, data_format="channels_first"), (2, 1, 3, 2, 2)
    ),
    "constant mask": lambda: model(last_of(layers.GRU(2, **ALL), mask=SOME)),
    "constant mask, zeros": lambda: model(
        last_of(layers.RNN(layers.LSTMCell(2), zero_output_for_mask=True, **ALL), mask=SOME)
    ),
    "first step masked": lambda: model(last_of(layers.LSTM(2, **ALL), mask=~SOME)),
    "cell alone": lambda: model(
        lambda x: layers.LSTMCell(2)(x, [layers.Dense(2)(x), layers.Dense(2)(x)])[0], (3,)
    ),
    "stacked": lambda: model(lambda x: layers.GRU(2)(layers.LSTM(3, **ALL)(x))),
}


@pytest.mark.parametrize("name", KINDS)
def test_replays(name: str, tmp_path: Path) -> None:
    made = KINDS[name]()
    case = wired(made, tmp_path)
    assert failing(case, samples=2) == []
    assert case.plan.parameters == made.count_params()


def test_an_encoder_gives_its_state_to_a_decoder(tmp_path: Path) -> None:
    source, target = keras.Input(STEPS, name="source"), keras.Input((3, 2), name="target")
    _, *state = layers.LSTM(2, return_state=True, name="encoder")(source)
    decoded = layers.LSTM(2, name="decoder", **ALL)(target, initial_state=state)
    case = wired(randomized(keras.Model([source, target], decoded)), tmp_path)
    assert failing(case) == []


def test_a_layer_that_is_used_twice_shares_its_weights(tmp_path: Path) -> None:
    shared = layers.LSTM(3, name="shared", **ALL)
    made = model(lambda x: shared(shared(x)))
    case = wired(made, tmp_path)
    assert failing(case) == []
    assert case.plan.parameters == made.count_params()


def test_steps_are_named_by_their_time(tmp_path: Path) -> None:
    made = model(layers.SimpleRNN(2, go_backwards=True, name="back"), (2, 3))
    assert [layer.name for layer in wired(made, tmp_path).plan.layers] == [
        "read",
        *(f"back@t{time}/{part}" for time in (1, 0) for part in PARTS),
    ]


PARTS = ("matmul", "add", "matmul:2", "add:2", "tanh")


def test_an_open_length_is_said(tmp_path: Path) -> None:
    read = keras.Input((None, 3), name="read")
    made = randomized(keras.Model(read, layers.Bidirectional(layers.GRU(2))(read)))
    path = saved(made, tmp_path / "model.keras")
    with pytest.raises(ModelFileError, match=r"input_shape=\{'read': \(32, 3\)\}"):
        open_model(path)
    opened = open_model(path, input_shape=(3, 3))
    assert failing(Wired(opened, plan(opened))) == []


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (5_000, r"layer 'long' has 5,000 steps of \d+ parts.*save it for a shorter input"),
        (100_000, r"layer 'long' has 100,000 steps, each.*save it for a shorter input"),
    ],
)
def test_a_loop_that_is_too_long_is_refused_at_once(steps: int, said: str, tmp_path: Path) -> None:
    path = saved(model(layers.LSTM(2, name="long"), (steps, 1)), tmp_path / "model.keras")
    with pytest.raises(ModelFileError, match=said):
        inspect(path)


@pytest.mark.parametrize("within", [False, True])
def test_a_stateful_layer_is_refused(within: bool, tmp_path: Path) -> None:
    read = keras.Input(batch_shape=(2, 4, 3))
    layer = layers.GRU(2, stateful=True, name="kept")
    kept = layers.Bidirectional(layer, name="kept") if within else layer
    made = keras.Model(read, kept(read))
    with pytest.raises(UnsupportedLayerError, match=r"kept \(\w+: what it says depends on the b"):
        open_model(saved(made, tmp_path / "model.keras"))


def test_a_mask_that_is_an_input(tmp_path: Path) -> None:
    read, mask = keras.Input(STEPS), keras.Input((4,), dtype="bool")
    made = keras.Model([read, mask], layers.LSTM(2, name="masked")(read, mask=mask))
    assert failing(wired(randomized(made), tmp_path), samples=8) == []


def test_a_part_of_a_model_is_named_by_layers_that_are_in_parts(tmp_path: Path) -> None:
    case = wired(
        model(lambda x: layers.Dense(2, name="d")(layers.LSTM(2, name="lstm")(x))), tmp_path
    )
    part = case.plan.between("lstm", "lstm@t1")
    assert part.layers[0].name == "lstm@t0/matmul"
    assert part.layers[-1].name.startswith("lstm@t1/")
    assert case.plan.layers[len(part.layers) + 1].name.startswith("lstm@t2/")
    with pytest.raises(
        LayerNotFoundError, match=r"'lstm@t9'.*are read, lstm@t0/.*, \.\.\. \d+ in all"
    ):
        case.plan.between("lstm@t9", None)
    with pytest.raises(LayerNotFoundError, match="'lstm' is in parts: name lstm@t0/matmul, "):
        NeuronGraph(case.model.path).neurons("lstm")
