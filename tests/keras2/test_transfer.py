"""Models of keras.applications within models of one's own, as tutorials and tools build them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.keras2.files import FORMATS, difference, filled, inputs_of, keras2, saved

TOLERANCE = 1e-4
SHAPE = (32, 32, 3)


def base_of(name: str, **settings: Any) -> Any:
    make = getattr(keras2().applications, name)
    return make(weights=None, include_top=False, input_shape=SHAPE, **settings)


def with_head(base: Any, preprocess: Callable[[Any], Any] = lambda images: images) -> Any:
    """Build what the tutorials of TensorFlow do."""
    layers = keras2().layers
    augment = keras2().Sequential([layers.RandomFlip("horizontal"), layers.RandomRotation(0.2)])
    read = keras2().Input(SHAPE)
    seen = base(preprocess(augment(read)), training=False)
    seen = layers.Dropout(0.2)(layers.GlobalAveragePooling2D()(seen))
    return keras2().Model(read, layers.Dense(3)(seen))


def frozen_mobilenet() -> Any:
    base = base_of("MobileNetV2", alpha=0.35)
    base.trainable = False
    return with_head(base, keras2().applications.mobilenet_v2.preprocess_input)


def fine_tuned_mobilenet() -> Any:
    # Of the weights of a model those that train come first.
    base = base_of("MobileNetV2", alpha=0.35)
    for layer in base.layers[:60]:
        layer.trainable = False
    return with_head(base)


def efficientnet() -> Any:
    base = base_of("EfficientNetB0")
    for layer in base.layers[3:]:
        layer.trainable = "block7" in layer.name
    return with_head(base)


def head_in_a_sequential() -> Any:
    layers = keras2().layers
    base = base_of("MobileNet", alpha=0.25, pooling="avg")
    return keras2().Sequential([base, layers.Dense(4, activation="relu"), layers.Dense(2)])


def teachable_machine() -> Any:
    """Two Sequentials, of which the first holds a MobileNet that was cut short."""
    layers = keras2().layers
    base = base_of("MobileNet", alpha=0.25)
    short = keras2().Model(base.input, base.get_layer("conv_pw_6_relu").output, name="model1")
    features = keras2().Sequential(
        [short, layers.GlobalAveragePooling2D(name="global_average_pooling2d_1")],
        name="sequential_1",
    )
    head = keras2().Sequential(
        [
            layers.Dense(10, activation="relu", input_shape=(128,)),
            layers.Dense(2, activation="softmax", use_bias=False),
        ],
        name="sequential_3",
    )
    return keras2().Sequential([features, head], name="sequential_4")


def cut_and_joined() -> Any:
    """A functional model that goes on from inner layers of another one."""
    layers = keras2().layers
    base = base_of("MobileNetV2", alpha=0.35)
    skip, deep = (
        base.get_layer(name).output for name in ("block_1_expand_relu", "block_3_expand_relu")
    )
    joined = layers.Concatenate()([layers.UpSampling2D()(deep), skip])
    return keras2().Model(base.input, layers.Conv2D(1, 1)(joined))


def twins() -> Any:
    layers = keras2().layers
    tower = base_of("MobileNet", alpha=0.25, pooling="max")
    left, right = layers.Input(SHAPE, name="left"), layers.Input(SHAPE, name="right")
    apart = keras2().backend.abs(tower(left) - tower(right))
    return keras2().Model([left, right], layers.Dense(1)(apart))


QUICK = {frozen_mobilenet: ".h5", teachable_machine: ".keras"}
REST = [fine_tuned_mobilenet, efficientnet, head_in_a_sequential, cut_and_joined, twins]


@pytest.mark.parametrize(
    ("build", "suffix"),
    [
        pytest.param(
            build,
            suffix,
            marks=pytest.mark.slow if QUICK.get(build) == suffix else pytest.mark.full,
        )
        for build in (*QUICK, *REST)
        for suffix in FORMATS
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_the_graph_computes_what_keras_2_predicts(
    build: Callable[[], Any], suffix: str, tmp_path: Path
) -> None:
    model = filled(build())
    path = saved(model, tmp_path, suffix)
    inputs = [images[:1] for images in inputs_of(model)]
    assert difference(model, path, inputs) <= TOLERANCE
