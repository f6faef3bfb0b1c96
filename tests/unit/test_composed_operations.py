"""Operations that Keras computes at once, and the graph by others, say what Keras predicts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
from keras.src.ops.einops import Rearrange

from exporter.planning.push import plan
from exporter.wiring import Moved, handler_of
from queries.errors import UnsupportedLayerError
from tests.opening import open_model
from tests.unit.builders import failing, saved, wired

layers, ops = keras.layers, keras.ops

STEPS = np.asarray([[0.0, 0.5, 2.0, 2.5]], dtype="float32")
RANDOM = np.random.default_rng(5)
DEPTHWISE = RANDOM.normal(size=(2, 3, 3, 2)).astype("float32")
POINTWISE = RANDOM.normal(size=(1, 1, 6, 2)).astype("float32")
FIRST = "channels_first"


class Tensors(NamedTuple):
    """What a formula reads."""

    x: Any
    y: Any


Formula = Callable[[Tensors], Any]

OF_VECTORS: dict[str, Formula] = {
    "hypot": lambda t: ops.hypot(t.x, t.y),
    "hypot_of_constant": lambda t: ops.hypot(t.x, STEPS),
    "logaddexp": lambda t: ops.logaddexp(t.x, t.y),
    "logaddexp2": lambda t: ops.logaddexp2(t.x, t.y),
    "ldexp": lambda t: ops.ldexp(t.x, np.asarray([1, 2, -1, 0])),
    "select": lambda t: ops.select([t.x > 1.0, t.x > 0.0], [t.x, t.y * 2.0], 7.0),
    "cross": lambda t: ops.cross(t.x[..., :3], t.y[..., 1:]),
    "cross_with_constant": lambda t: ops.cross(t.x[..., :3], np.asarray([1.0, 2.0, -1.0])),
    "cross_of_axis": lambda t: ops.cross(t.x, t.y, axis=1),
    "trace": lambda t: ops.trace(t.x[:, None], offset=1, axis1=2, axis2=3),
    "trapezoid": lambda t: ops.trapezoid(t.x, dx=0.5),
    "trapezoid_of_places": lambda t: ops.trapezoid(t.x, x=[0.0, 0.5, 2.0, 2.5]),
    "trapezoid_of_axis": lambda t: ops.trapezoid(t.x, axis=1),
    "real": lambda t: ops.real(t.x) + ops.conj(t.y),
    "imaginary": lambda t: ops.imag(t.x) + t.y,
    "is_real": lambda t: ops.cast(ops.isreal(t.x), "float32"),
    "infinite": lambda t: ops.cast(ops.isposinf(1.0 / ops.relu(t.x)), "float32"),
    "minus_infinite": lambda t: ops.cast(ops.isneginf(t.x), "float32"),
    "filled": lambda t: ops.full_like(t.x, 2.5) + t.y,
    "sparsemax": lambda t: ops.sparsemax(t.x),
    "sequences": lambda t: ops.extract_sequences(t.x, 3, 1),
    "written": lambda t: ops.slice_update(t.x, (0, 1, 1), t.y[:, :2, :2]),
}

OF_IMAGES: dict[str, Formula] = {
    "grey": lambda t: ops.image.rgb_to_grayscale(t.x),
    "grey_first": lambda t: ops.image.rgb_to_grayscale(t.y, data_format=FIRST),
    "hue": lambda t: ops.image.rgb_to_hsv(t.x),
    "hue_first": lambda t: ops.image.rgb_to_hsv(t.y, data_format=FIRST),
    "colours": lambda t: ops.image.hsv_to_rgb(ops.sigmoid(t.x)),
    "blurred": lambda t: ops.image.gaussian_blur(t.x, (3, 3), (1.0, 2.0)),
    "edges": lambda t: ops.image.sobel_edges(t.x),
    "edges_first": lambda t: ops.image.sobel_edges(t.y, data_format=FIRST),
    "patches": lambda t: ops.image.extract_patches(t.x, 2),
    "patches_that_overlap": lambda t: ops.image.extract_patches(
        t.x, (3, 2), strides=(2, 1), padding="same"
    ),
    "unfolded": lambda t: ops.unfold(t.y, 2, stride=2, padding=1),
    "folded": lambda t: ops.fold(ops.unfold(t.y, (2, 3), padding=1), (6, 5), (2, 3), padding=1),
    "depthwise": lambda t: ops.depthwise_conv(t.x, DEPTHWISE, 1, "same"),
    "separable": lambda t: ops.separable_conv(t.x, DEPTHWISE, POINTWISE, 2, "valid"),
    "largest": lambda t: ops.max_pool(t.x, 2, padding="same"),
    "averages": lambda t: ops.average_pool(t.x, (2, 3), strides=1, padding="same"),
}


@pytest.mark.parametrize(
    ("formulas", "shapes"),
    [(OF_VECTORS, ((3, 4), (3, 4))), (OF_IMAGES, ((6, 5, 3), (3, 6, 5)))],
    ids=["vectors", "images"],
)
def test_says_what_keras_predicts(
    formulas: dict[str, Formula], shapes: tuple[Any, Any], tmp_path: Path
) -> None:
    read = [keras.Input(shape) for shape in shapes]
    outputs = [
        layers.Rescaling(1.0, name=f"of_{name}")(formula(Tensors(*read)))
        for name, formula in formulas.items()
    ]
    assert failing(wired(keras.Model(read, outputs), tmp_path)) == []


def test_axes_are_rearranged() -> None:
    ids = np.arange(24).reshape(6, 4)
    # Keras rearranges only what has a number of samples.
    wiring = handler_of("ops.Rearrange")(Rearrange(), ids, "b (h w) c -> b h (w c)", h=3)
    assert isinstance(wiring, Moved)
    np.testing.assert_array_equal(wiring.ids, ids.reshape(3, 8))


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (ops.trace, "over the samples of a batch"),
        (lambda x: ops.image.extract_patches(x, 1, data_format=FIRST), "channels before space"),
        (lambda x: ops.cross(x[..., :2], x[..., :2]), "not three numbers"),
        (lambda x: ops.full_like(x, x[:, :1, :1]), "depends on its input"),
    ],
)
def test_refusals(formula: Callable[[Any], Any], said: str, tmp_path: Path) -> None:
    read = keras.Input((3, 3, 3), batch_size=3)
    path = saved(keras.Model(read, formula(read)), tmp_path / "model.keras")
    with pytest.raises(UnsupportedLayerError, match=said):
        plan(open_model(path))
