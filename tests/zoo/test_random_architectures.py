"""Random small architectures of the supported layers: each must replay."""

import math
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.builders import failing, randomized, wired

ACTIVATIONS = [None, "relu", "tanh", "sigmoid", "elu", "softmax", "hard_silu"]
Draw = Callable[..., Any]
MOST_CHANNELS = 12
MOST_SPACE = 6
MOST_POSITIONS = 30
MOST_TIMES = 5
SEQUENCE = 3
"""Axes of a sequence, that of the batch counted."""


def _convolution(draw: Draw, tensor: Any) -> Any:
    import keras

    space = len(tensor.shape) - 2
    channels = tensor.shape[-1]
    kind = draw(st.sampled_from(["Conv", "Transpose", "Depthwise", "Separable"]))
    common = {
        "kernel_size": draw(st.integers(1, 3)),
        "padding": "same",
        "activation": draw(st.sampled_from(ACTIVATIONS)),
        "use_bias": draw(st.booleans()),
    }
    stride = draw(st.integers(1, 2))
    filters = channels * draw(st.integers(1, 2))
    if kind in {"Depthwise", "Separable"} and f"{kind}Conv{space}D" in vars(keras.layers):
        common["depth_multiplier"] = draw(st.integers(1, 2))
        if kind == "Depthwise":
            return getattr(keras.layers, f"DepthwiseConv{space}D")(strides=stride, **common)(tensor)
        return getattr(keras.layers, f"SeparableConv{space}D")(
            filters=filters, strides=stride, **common
        )(tensor)
    if kind == "Transpose":
        layer = getattr(keras.layers, f"Conv{space}DTranspose")
        return layer(filters=filters, strides=stride, **common)(tensor)
    dilated = draw(st.integers(1, 2)) if stride == 1 else 1
    groups = draw(st.sampled_from([1, channels]))
    layer = getattr(keras.layers, f"Conv{space}D")
    return layer(filters=filters, strides=stride, dilation_rate=dilated, groups=groups, **common)(
        tensor
    )


def _pooling(draw: Draw, tensor: Any) -> Any:
    import keras

    space = len(tensor.shape) - 2
    kind = draw(st.sampled_from(["Max", "Average"]))
    layer = getattr(keras.layers, f"{kind}Pooling{space}D")
    return layer(draw(st.integers(1, 3)), strides=draw(st.integers(1, 2)), padding="same")(tensor)


def _space(draw: Draw, tensor: Any) -> Any:
    import keras

    space = len(tensor.shape) - 2
    name = draw(st.sampled_from(["ZeroPadding", "Cropping", "UpSampling"]))
    if name == "Cropping" and min(tensor.shape[1:-1]) < 2:
        name = "ZeroPadding"
    size = 2 if name == "UpSampling" else ((0, 1),) * space if space > 1 else (0, 1)
    if max(tensor.shape[1:-1]) > MOST_SPACE and name != "Cropping":
        return tensor
    return getattr(keras.layers, f"{name}{space}D")(size)(tensor)


def _elementwise(draw: Draw, tensor: Any) -> Any:
    import keras

    layers = keras.layers
    choices = [
        layers.BatchNormalization(),
        layers.LayerNormalization(axis=draw(st.integers(1, len(tensor.shape) - 1))),
        layers.LayerNormalization(axis=[1, -1], center=draw(st.booleans())),
        layers.GroupNormalization(draw(st.sampled_from([1, -1]))),
        layers.RMSNormalization(),
        layers.UnitNormalization(axis=draw(st.integers(1, len(tensor.shape) - 1))),
        layers.PReLU(),
        layers.LeakyReLU(),
        layers.ELU(),
        layers.ReLU(max_value=1.5),
        layers.Dropout(0.5),
        layers.Rescaling(0.5, offset=0.25),
        layers.Softmax(axis=draw(st.integers(1, len(tensor.shape) - 1))),
        layers.Dense(draw(st.integers(1, 4)), activation="tanh"),
    ]
    chosen = draw(st.integers(0, len(choices)))
    return choices[chosen](tensor) if chosen < len(choices) else 0.5 - tensor * 2


def _merge(draw: Draw, tensor: Any) -> Any:
    import keras

    layers = keras.layers
    branch = layers.Dense(tensor.shape[-1], activation="tanh")(tensor)
    name = draw(
        st.sampled_from(
            ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"]
        )
    )
    return getattr(layers, name)()([tensor, branch])


def _attention(draw: Draw, tensor: Any) -> Any:
    import keras

    layers = keras.layers
    if math.prod(tensor.shape[1:-1]) > MOST_POSITIONS:
        return tensor
    sequence = len(tensor.shape) == SEQUENCE
    causal = draw(st.booleans()) and sequence
    kind = draw(
        st.sampled_from(["MultiHead", "GroupQuery", "", "Additive"] if sequence else ["MultiHead"])
    )
    if kind in {"MultiHead", "GroupQuery"}:
        groups, size = draw(st.integers(1, 2)), draw(st.integers(1, 3))
        common = {"use_bias": draw(st.booleans()), "dropout": draw(st.sampled_from([0.0, 0.5]))}
        if kind == "GroupQuery":
            layer = layers.GroupQueryAttention(size, 2 * groups, groups, **common)
        else:
            axes = draw(st.sampled_from([None, (1,)]))
            layer = layers.MultiHeadAttention(groups, size, attention_axes=axes, **common)
        return layer(tensor, tensor, use_causal_mask=causal)
    layer = getattr(layers, f"{kind}Attention")(use_scale=draw(st.booleans()))
    return layer([tensor, layers.Dense(tensor.shape[-1])(tensor)], use_causal_mask=causal)


def _recurrent(draw: Draw, tensor: Any) -> Any:
    import keras

    layers = keras.layers
    times = tensor.shape[1]
    if times > MOST_TIMES or math.prod(tensor.shape[1:-1]) > MOST_POSITIONS:
        return tensor
    settings = {
        "go_backwards": draw(st.booleans()),
        "return_sequences": draw(st.booleans()),
        "return_state": draw(st.booleans()),
    }
    if len(tensor.shape) > SEQUENCE:
        layer = getattr(layers, f"ConvLSTM{len(tensor.shape) - 3}D")
        made = layer(2, draw(st.integers(1, 2)), padding="same", **settings)(tensor)
    else:
        mode = draw(st.sampled_from([None, "concat", "sum", "mul", "ave"]))
        # Keras turns one of both around itself.
        settings["go_backwards"] &= mode is None
        layer = _cells(draw, settings)
        made = (layers.Bidirectional(layer, merge_mode=mode) if mode else layer)(tensor)
    said, *states = made if settings["return_state"] else [made]
    every = [said if len(said.shape) == len(tensor.shape) else _repeated(said, times)]
    return layers.Concatenate()([*every, *(_repeated(state, times) for state in states[-1:])])


def _cells(draw: Draw, settings: dict[str, bool]) -> Any:
    """Draw a recurrent layer, of one cell or of two."""
    import keras

    layers = keras.layers
    units = draw(st.integers(1, 3))
    settings |= {"unroll": draw(st.booleans())}
    cell: dict[str, Any] = {
        "activation": draw(st.sampled_from(["relu", "tanh", "softmax"])),
        "use_bias": draw(st.booleans()),
        "recurrent_dropout": draw(st.sampled_from([0.0, 0.5])),
    }
    gates = {"recurrent_activation": draw(st.sampled_from(["sigmoid", "hard_sigmoid"]))}
    reset = {"reset_after": draw(st.booleans())}
    kind = draw(st.sampled_from(["SimpleRNN", "LSTM", "GRU", "cells"]))
    if kind == "cells":
        cells = [layers.LSTMCell(units, **cell, **gates), layers.GRUCell(2, **cell, **reset)]
        return layers.RNN(cells, **settings)
    own = {"SimpleRNN": {}, "LSTM": gates, "GRU": gates | reset}[kind]
    return getattr(layers, kind)(units, **cell, **own, **settings)


def _at_each_time(draw: Draw, tensor: Any) -> Any:
    """Draw a layer for one time, and wrap it for all."""
    import keras

    layers = keras.layers
    times, *rest = tensor.shape[1:]
    if times > MOST_TIMES or math.prod(tensor.shape[1:-1]) > MOST_POSITIONS:
        return tensor
    units = draw(st.integers(1, 3))
    kinds = [layers.Dense(units), layers.LayerNormalization(), layers.LeakyReLU()]
    if len(rest) > 1:
        kinds += [layers.Permute((*range(2, len(rest)), 1, len(rest)))]
    if len(rest) == SEQUENCE - 1:
        conv = layers.Conv1D(units, draw(st.integers(1, 2)), padding="same")
        kinds += [conv, layers.GRU(units, return_sequences=True), layers.AveragePooling1D(1)]
    return layers.TimeDistributed(draw(st.sampled_from(kinds)))(tensor)


def _repeated(tensor: Any, times: int) -> Any:
    """Say at each time what stands at none."""
    import keras

    return keras.ops.repeat(keras.ops.expand_dims(tensor, 1), times, axis=1)


STEPS = [
    _attention,
    _recurrent,
    _convolution,
    _convolution,
    _pooling,
    _space,
    _elementwise,
    _elementwise,
    _merge,
]


def _begin(draw: Draw, space: int) -> tuple[Any, Any]:
    """Draw an input, and what is made of it: a sequence may be one of tokens."""
    import keras

    shape = [draw(st.integers(1, 5)) for _ in range(space)]
    values = draw(st.integers(1, 3))
    tables = [
        lambda: keras.layers.Embedding(draw(st.integers(1, 9)), values),
        lambda: keras.layers.CategoryEncoding(values + 1, "one_hot"),
        lambda: keras.layers.Discretization([-0.5, 0.0, 0.5][:values], output_mode="one_hot"),
    ]
    table = draw(st.sampled_from([None, *tables])) if space == 1 else None
    if table is None:
        read = keras.Input([*shape, values])
        return read, read
    read = keras.Input(shape, dtype=draw(st.sampled_from(["float32", "int32", "uint8"])))
    tensor = table()(read)
    # Of one step one-hot encoding leaves the axis out.
    return read, keras.layers.Reshape((*shape, tensor.shape[-1]))(tensor)


def _architecture(draw: Draw) -> Any:
    """Draw a model of up to six steps over one to three dimensions, and a head."""
    import keras

    space = draw(st.integers(1, 3))
    read, tensor = _begin(draw, space)
    for _ in range(draw(st.integers(1, 6))):
        if tensor.shape[-1] > MOST_CHANNELS:
            break
        tensor = draw(st.sampled_from(STEPS))(draw, tensor)
    layers = keras.layers
    if draw(st.booleans()):
        tensor = layers.Dense(2)(layers.Flatten()(tensor))
    elif draw(st.booleans()):
        tensor = getattr(layers, f"GlobalMaxPooling{space}D")()(tensor)
    head = keras.Sequential([keras.Input(tensor.shape[1:]), layers.Dense(3)], name="head")
    model = keras.Model(read, [tensor + 0.5, head(tensor)])
    return randomized(model, draw(st.integers(0, 99)))


@pytest.mark.filterwarnings("ignore:You are using a softmax over axis:UserWarning")
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_random_architectures_replay(data: st.DataObject) -> None:
    # Built in the test, since Keras draws random numbers of its own.
    model = _architecture(data.draw)
    with tempfile.TemporaryDirectory() as folder:
        assert failing(wired(model, Path(folder)), samples=2) == [], model.to_json()


@pytest.mark.filterwarnings("ignore:You are using a softmax over axis:UserWarning")
@settings(max_examples=8, deadline=None, derandomize=True)
@given(data=st.data())
def test_random_layers_replay_at_each_time(data: st.DataObject) -> None:
    import keras

    read, tensor = _begin(data.draw, data.draw(st.integers(1, 3)))
    for _ in range(2):
        tensor = _at_each_time(data.draw, tensor)
    model = randomized(keras.Model(read, keras.layers.Dense(2)(tensor)), 1)
    with tempfile.TemporaryDirectory() as folder:
        assert failing(wired(model, Path(folder)), samples=2) == [], model.to_json()
