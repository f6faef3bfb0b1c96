from pathlib import Path

import pytest

from exporter.wiring.activation import activation_of
from exporter.wiring.results import NotWirableError
from tests.unit.builders import Spec, chain, failing, layer, named, wired

NAMES = [
    "celu", "elu", "exponential", "gelu", "hard_shrink", "hard_sigmoid", "hard_silu",
    "hard_swish", "hard_tanh", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish",
    "relu", "relu6", "selu", "sigmoid", "silu", "soft_shrink", "softmax", "softplus", "softsign",
    "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "swish", "tanh", "tanh_shrink",
]  # fmt: skip
UNUSABLE = ["glu", "threshold"]  # Halves its input; Keras cannot call it without arguments.

LAYERS = [
    layer("ReLU"),
    layer("ReLU", max_value=0.8),
    layer("ReLU", negative_slope=0.3),
    layer("ReLU", threshold=0.4),
    layer("ReLU", max_value=1.5, negative_slope=0.2, threshold=0.25),
    layer("ReLU", max_value=0.0),
    layer("Softmax"),
    layer("Softmax", axis=1),
    layer("Softmax", axis=2),
    layer("Softmax", axis=-2),
    layer("Softmax", axis=[2]),
    layer("Softmax", axis=[1, 2]),
    layer("Softmax", axis=(1, 3)),
    layer("LeakyReLU"),
    layer("LeakyReLU", negative_slope=0.7),
    layer("ELU"),
    layer("ELU", alpha=0.4),
    layer("PReLU"),
    layer("PReLU", shared_axes=[1]),
    layer("PReLU", shared_axes=[1, 2]),
    layer("PReLU", shared_axes=[1, 2, 3]),
]


def test_every_activation_of_keras_is_tested() -> None:
    from keras.src.activations import ALL_OBJECTS_DICT

    assert sorted(NAMES + UNUSABLE) == sorted(ALL_OBJECTS_DICT)


@pytest.mark.parametrize("name", NAMES)
def test_activation_of_a_layer_and_activation_layer(name: str, tmp_path: Path) -> None:
    model = chain(
        (3, 4),
        layer("Dense", units=5, activation=name, name="of_a_layer"),
        layer("Activation", activation=name, name="a_layer"),
    )
    case = wired(model, tmp_path)
    assert failing(case, samples=6) == []
    assert [row.name for row in case.plan.layers[1:]] == ["of_a_layer", "a_layer"]


@pytest.mark.parametrize("name", ["elu", "relu", "softmax", "tanh"])
def test_activation_of_a_convolution(name: str, tmp_path: Path) -> None:
    spec = layer("Conv2D", filters=3, kernel_size=2, activation=name)
    assert failing(wired(chain((4, 3, 2), spec), tmp_path)) == []


@pytest.mark.parametrize("spec", LAYERS, ids=named(LAYERS))
def test_layers_with_settings(spec: Spec, tmp_path: Path) -> None:
    assert failing(wired(chain((3, 4, 2), spec), tmp_path), samples=6) == []


def test_a_function_of_ones_own_is_refused() -> None:
    def relu(x: object) -> object:
        return x

    with pytest.raises(NotWirableError, match="'relu' is not one of Keras's own"):
        activation_of(relu)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("LeakyReLU", {"negative_slope": 0.3}),
        ("ReLU", {"max_value": 1.5, "negative_slope": 0.2, "threshold": 0.25}),
        ("ELU", {"alpha": 0.4}),
        ("Softmax", {"axis": 1}),
        ("Activation", {"activation": "tanh"}),
    ],
)
def test_a_layer_as_the_activation_of_another(
    name: str, settings: dict[str, object], tmp_path: Path
) -> None:
    import keras

    function = getattr(keras.layers, name)(**settings)
    specs = [
        layer("Conv1D", filters=3, kernel_size=2, activation=function),
        layer("Dense", units=3, activation=function),
    ]
    assert failing(wired(chain((5, 2), *specs), tmp_path)) == []


def test_a_layer_of_ones_own_is_not_taken_for_that_of_keras() -> None:
    import keras

    own = type("Activation", (keras.layers.Layer,), {"activation": keras.activations.relu})
    with pytest.raises(NotWirableError, match="its activation is a layer, Activation"):
        activation_of(own())


def test_a_function_of_operations_is_not_taken_for_that_of_activations() -> None:
    import keras

    # Its default is the approximation, that of keras.activations is not.
    with pytest.raises(NotWirableError, match="'gelu' is not one of Keras's own"):
        activation_of(keras.ops.gelu)


def test_a_layer_with_weights_is_no_activation() -> None:
    import keras

    with pytest.raises(NotWirableError, match="its activation is a layer, PReLU"):
        activation_of(keras.layers.PReLU())
