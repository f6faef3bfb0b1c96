"""Functions of TensorFlow in models of Keras 2 are the operations of Keras 3 that they compute."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
import tensorflow as tf

from exporter.reading.keras.legacy import REFUSAL, modern_model
from exporter.reading.keras.legacy.tensorflow_functions import FUNCTIONS
from tests.keras2.files import keras2

Function = Callable[[Any], Any]

OLDER: Final = {"nn.swish"}
"""Names that TensorFlow 2.4 wrote, and later ones do not."""

LARGE: Final = {"math.acosh"}
"""Functions of numbers above 1, of which there are none in what others get."""

UNARY: Final = (
    "math.abs identity math.acos math.acosh math.asin math.asinh math.atan math.atanh "
    "math.ceil math.cos math.cosh math.erf math.erfc math.exp math.expm1 math.floor math.log "
    "math.log1p math.log_sigmoid math.negative math.reciprocal math.rsqrt math.round "
    "math.sigmoid math.sign math.sin math.sinh math.softplus math.sqrt math.square math.tan "
    "math.tanh nn.relu nn.relu6 nn.selu nn.softsign nn.silu stop_gradient nn.elu nn.gelu "
    "nn.leaky_relu nn.log_softmax nn.softmax"
)
REDUCED: Final = (
    "reduce_euclidean_norm reduce_logsumexp reduce_max reduce_mean reduce_min reduce_prod "
    "reduce_std reduce_sum reduce_variance"
)
CONSTANT: Final = np.asarray([0.5, 1.5, 2.0, 0.25], "float32")


def of_tensorflow(name: str, **settings: Any) -> Function:
    found: Any = tf
    for part in name.split("."):
        found = getattr(found, part)
    return partial(found, **settings)


CASES: Final[dict[str, Function]] = {
    **{name: of_tensorflow(name) for name in UNARY.split()},
    **{
        f"{name} {keep}": of_tensorflow(f"math.{name}", axis=1, keepdims=keep)
        for name in REDUCED.split()
        for keep in (False, True)
    },
    "add": lambda x: x + 1.5,
    "add, from the right": lambda x: 1.5 + x,
    "add a vector": lambda x: x + CONSTANT,
    "add two": lambda x: x + tf.reverse(x, axis=[1]),
    "add by name": lambda x: tf.add(x, 1.5),
    "add_n": lambda x: tf.math.add_n([x, x, tf.tanh(x)]),
    "bias_add": lambda x: tf.nn.bias_add(x, CONSTANT),
    "cast": lambda x: tf.cast(x * 3.0, tf.int32),
    "clip": lambda x: tf.clip_by_value(x, 0.2, 0.5),
    "compare": lambda x: tf.cast(tf.greater(x, 0.5), "float32"),
    "compare otherwise": lambda x: tf.cast(tf.greater_equal(x, 0.5), "float32"),
    "concat": lambda x: tf.concat([x, x * 2.0], axis=-1),
    "concat of one": lambda x: tf.concat([x], axis=-1),
    "depth_to_space": lambda x: tf.nn.depth_to_space(tf.reshape(x, (-1, 1, 1, 4)), 2),
    "divide": lambda x: x / CONSTANT,
    "divide by name": lambda x: tf.divide(x, 3.0),
    "divide, from the right": lambda x: 2.0 / x,
    "equal": lambda x: tf.cast(tf.equal(x, x), "float32"),
    "expand_dims": lambda x: tf.expand_dims(x, axis=1),
    "floor division": lambda x: x // 0.3,
    "gather": lambda x: tf.gather(x, [2, 0, 0], axis=1),
    "gelu, approximate": lambda x: tf.nn.gelu(x, approximate=True),
    "image.resize": lambda x: tf.image.resize(tf.reshape(x, (-1, 2, 2, 1)), (3, 5)),
    "image.resize, nearest": lambda x: tf.image.resize(
        tf.reshape(x, (-1, 2, 2, 1)), (4, 4), method="nearest"
    ),
    "l2_normalize": lambda x: tf.math.l2_normalize(x, axis=1),
    "l2_normalize, small": lambda x: tf.math.l2_normalize(x * 1e-8, axis=[-1]),
    "leaky": lambda x: tf.nn.leaky_relu(x - 0.5, alpha=0.4),
    "less": lambda x: tf.cast(tf.less(x, 0.5), "float32"),
    "less or equal": lambda x: tf.cast(tf.less_equal(x, 0.5), "float32"),
    "matmul": lambda x: tf.matmul(x, np.ones((4, 2), "float32")),
    "maximum": lambda x: tf.maximum(x, 0.5),
    "minimum": lambda x: tf.minimum(x, tf.square(x)),
    "multiply": lambda x: x * 2.5,
    "negative": lambda x: -x,
    "pad": lambda x: tf.pad(x, [[0, 0], [1, 2]]),
    "pad, reflecting": lambda x: tf.pad(x, [[0, 0], [1, 2]], "REFLECT"),
    "power": lambda x: x**2.0,
    "remainder": lambda x: x % 0.3,
    "repeat": lambda x: tf.repeat(x, 2, axis=1),
    "reshape": lambda x: tf.reshape(x, (-1, 2, 2)),
    "reverse": lambda x: tf.reverse(x, axis=[-1]),
    "matmul, transposed": lambda x: tf.matmul(
        tf.reshape(x, (-1, 2, 2)), tf.reshape(x, (-1, 2, 2)), transpose_a=True, adjoint_b=True
    ),
    "roll": lambda x: tf.roll(x, shift=1, axis=1),
    "scalar_mul": lambda x: tf.math.scalar_mul(2.0, x),
    "slice": lambda x: x[:, 1:3],
    "slice, by steps": lambda x: x[..., ::-1],
    "slice, one": lambda x: x[:, 2],
    "slice, new axis": lambda x: x[:, None, :2],
    "softmax, of an axis": lambda x: tf.nn.softmax(tf.reshape(x, (-1, 2, 2)), axis=1),
    "space_to_depth": lambda x: tf.nn.space_to_depth(tf.reshape(x, (-1, 2, 2, 1)), 2),
    "split": lambda x: tf.split(x, 2, axis=1),
    "split by sizes": lambda x: tf.split(x, [1, 3], axis=1)[1],
    "squeeze": lambda x: tf.squeeze(tf.expand_dims(x, 1), axis=1),
    "stack": lambda x: tf.stack([x, x * 2.0], axis=1),
    "subtract": lambda x: x - 0.5,
    "subtract, from the right": lambda x: 2.0 - x,
    "tensordot": lambda x: tf.tensordot(x, np.ones((4, 2), "float32"), axes=1),
    "tile": lambda x: tf.tile(x, [1, 3]),
    "transpose": lambda x: tf.transpose(tf.reshape(x, (-1, 2, 2)), perm=[0, 2, 1]),
    "unstack": lambda x: tf.unstack(x, axis=1)[1],
    "where": lambda x: tf.where(x > 0.5, x, tf.zeros_like(CONSTANT)),
}
REFUSED: Final[dict[str, tuple[Function, str]]] = {
    "none of them": (lambda x: tf.math.cumsum(x, axis=1), "math.cumsum"),
    "samples of a batch": (tf.math.l2_normalize, "over all samples of a batch"),
    "another epsilon": (lambda x: tf.math.l2_normalize(x, 1, epsilon=0.1), "epsilon=0.1"),
    "an argument that is none there": (
        lambda x: tf.matmul(x, np.eye(4, dtype="float32"), a_is_sparse=True),
        "a_is_sparse=True",
    ),
    "a setting that is computed": (
        lambda x: tf.reshape(x, (tf.shape(x)[0], 2, 2)),
        "computed by the model",
    ),
    "pieces of an open size": (lambda x: tf.split(x, [1, -1], axis=1)[1], "open"),
}


def written(function: Function) -> tuple[Any, dict[str, Any]]:
    """Return a model of Keras 2 around a function, and its configuration as HDF5 has it."""
    given = keras2().Input((4,), name="given")
    model = keras2().Model(given, function(given))
    return model, json.loads(model.to_json())


def functions(config: dict[str, Any]) -> set[str]:
    layers = config["config"]["layers"]
    return {layer["config"]["function"] for layer in layers if "function" in layer["config"]}


@pytest.mark.parametrize("name", CASES)
def test_computes_what_keras_2_computes(name: str) -> None:
    import keras

    inputs = np.random.default_rng(0).uniform(0.05, 0.95, (3, 4)).astype("float32")
    inputs += name in LARGE
    model, config = written(CASES[name])
    rewritten = modern_model(config, "2.15.0", "tensorflow")
    modern = keras.saving.deserialize_keras_object(rewritten, safe_mode=True)
    for got, expected in zip(leaves(modern(inputs)), leaves(model(inputs)), strict=True):
        np.testing.assert_allclose(got, expected, rtol=2e-6, atol=1e-6)


def leaves(outputs: Any) -> list[Any]:
    several = outputs if isinstance(outputs, list | tuple) else [outputs]
    return [np.asarray(output) for output in several]


def test_every_function_that_is_known_is_tried() -> None:
    tried = set().union(*(functions(written(function)[1]) for function in CASES.values()))
    assert FUNCTIONS - {name.removeprefix("compat.v1.") for name in tried} == OLDER


@pytest.mark.parametrize("name", REFUSED)
def test_others_are_refused_by_their_names(name: str) -> None:
    function, why = REFUSED[name]
    layers = modern_model(written(function)[1], "2.15.0", "tensorflow")["config"]["layers"]
    assert any(why in layer.get(REFUSAL, "") for layer in layers)


def test_every_function_that_is_read_stands_in_the_docs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "files.md").read_text(encoding="utf-8")
    assert {name for name in FUNCTIONS if f"`{name}`" not in page} == set()
