"""What the writer of a file meant, not what Keras 3 makes of it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from exporter.planning.push import trace
from exporter.reading.keras.legacy.layers import Writer, modern_layer
from exporter.reading.keras.legacy.meaning import as_meant
from exporter.verifying.graph_source import StreamSource
from exporter.verifying.verification import compare
from queries.errors import UnsupportedLayerError
from tests.keras2.files import (
    TOLERANCE,
    difference,
    filled,
    inputs_of,
    keras2,
    predicted,
    replayed,
    saved,
)
from tests.keras2.old_files import rewritten, settings_of
from tests.opening import open_model


def share(found: NDArray[Any], wanted: NDArray[Any]) -> float:
    assert found.shape == wanted.shape
    return float(np.abs(found - wanted).max() / np.abs(wanted).max())


class TestHardSigmoid:
    @pytest.fixture(params=["Dense", "Activation", "nested", "wrapped"])
    def model(self, request: pytest.FixtureRequest) -> Any:
        keras, layers = keras2(), keras2().layers
        first = {
            "Dense": lambda: [layers.Dense(4, activation="hard_sigmoid")],
            "Activation": lambda: [layers.Dense(4), layers.Activation("hard_sigmoid")],
            "nested": lambda: [
                keras.Sequential([layers.Dense(4, "hard_sigmoid", input_shape=(3,))])
            ],
            "wrapped": lambda: [
                layers.Reshape((3, 1)),
                layers.TimeDistributed(layers.Dense(2, activation="hard_sigmoid")),
                layers.Flatten(),
            ],
        }[request.param]()
        return filled(keras.Sequential([layers.Input((3,)), *first, layers.Dense(2)]))

    @pytest.mark.parametrize("suffix", [".h5", ".keras"])
    def test_is_that_of_keras_2(self, model: Any, suffix: str, tmp_path: Path) -> None:
        path = saved(model, tmp_path, suffix)
        inputs = [3 * inputs_of(model)[0]]
        assert difference(model, path, inputs) <= TOLERANCE
        # What verify compares the graph with.
        opened = open_model(path)
        assert share(np.asarray(opened.keras(inputs[0])), predicted(model, inputs)[0]) <= TOLERANCE
        assert compare(opened, StreamSource(trace(opened).plan)).passed

    def test_is_noted_with_its_slope(self, tmp_path: Path) -> None:
        layers = keras2().layers
        model = keras2().Sequential(
            [layers.Input((3,)), layers.Dense(2, activation="hard_sigmoid", name="gate")]
        )
        plan = trace(open_model(saved(model, tmp_path, ".h5"))).plan
        (layer,) = [layer for layer in plan.stored_layers if layer.name == "gate"]
        assert (layer.activation, layer.activation_config) == ("hard_sigmoid", {"alpha": 0.2})

    def test_of_a_file_of_keras_3_is_that_of_keras_3(self, tmp_path: Path) -> None:
        import keras

        model = keras.Sequential(
            [keras.Input((3,)), keras.layers.Dense(4, activation="hard_sigmoid")]
        )
        values = 3 * np.random.default_rng(0).standard_normal((5, 3)).astype("float32")
        for suffix in (".h5", ".keras"):
            model.save(tmp_path / f"new{suffix}")
            found = replayed(tmp_path / f"new{suffix}", [values])[0]
            assert share(found, np.asarray(model(values))) <= TOLERANCE


class TestTheano:
    """What Theano calls a convolution is one: SciPy's, with the kernel turned."""

    SPACE = (7, 6, 5)

    @staticmethod
    def of_scipy(operation: Any, values: Any, kernel: Any, mode: str) -> Any:
        """Apply an operation of SciPy to each pair of channels, and add up the inputs."""
        return np.stack(
            [
                np.stack(
                    [
                        sum(
                            operation(sample[..., channel], kernel[..., channel, unit], mode)
                            for channel in range(kernel.shape[-2])
                        )
                        for unit in range(kernel.shape[-1])
                    ],
                    axis=-1,
                )
                for sample in values
            ]
        )

    @pytest.mark.parametrize("rank", [1, 2, 3])
    def test_convolves(self, rank: int, tmp_path: Path) -> None:
        from scipy.signal import convolve

        layers = keras2().layers
        convolution = getattr(layers, f"Conv{rank}D")(2, 3, use_bias=False)
        model = keras2().Sequential([layers.Input((*self.SPACE[:rank], 3)), convolution])
        path = rewritten(saved(filled(model), tmp_path, ".h5"), version="2.1.6", backend="theano")
        inputs = inputs_of(model)
        (kernel,) = convolution.get_weights()
        wanted = self.of_scipy(convolve, inputs[0], kernel, "valid")
        assert share(replayed(path, inputs)[0], wanted) <= TOLERANCE

    @pytest.mark.parametrize("rank", [2, 3])
    def test_correlates_where_it_transposes(self, rank: int, tmp_path: Path) -> None:
        from scipy.signal import correlate

        layers = keras2().layers
        transposed = getattr(layers, f"Conv{rank}DTranspose")(2, 3, use_bias=False)
        model = keras2().Sequential([layers.Input((*self.SPACE[:rank], 3)), transposed])
        path = rewritten(saved(filled(model), tmp_path, ".h5"), version="2.3.1", backend="theano")
        inputs = inputs_of(model)
        kernel = np.swapaxes(transposed.get_weights()[0], -1, -2)
        wanted = self.of_scipy(correlate, inputs[0], kernel, "full")
        assert share(replayed(path, inputs)[0], wanted) <= TOLERANCE

    def test_leaves_depthwise_kernels_as_they_are(self, tmp_path: Path) -> None:
        layers = keras2().layers
        model = keras2().Sequential(
            [
                layers.Input((7, 6, 3)),
                layers.DepthwiseConv2D(3),
                layers.SeparableConv2D(2, 3, padding="same"),
            ]
        )
        path = saved(filled(model), tmp_path, ".h5")
        rewritten(path, version="2.2.4", backend="theano")
        assert difference(model, path, inputs_of(model)) <= TOLERANCE

    @pytest.mark.parametrize("backend", ["tensorflow", "cntk"])
    def test_is_the_only_one_that_turns(self, backend: str, tmp_path: Path) -> None:
        layers = keras2().layers
        model = keras2().Sequential([layers.Input((7, 6, 3)), layers.Conv2D(2, 3)])
        path = rewritten(saved(filled(model), tmp_path, ".h5"), version="2.1.6", backend=backend)
        assert difference(model, path, inputs_of(model)) <= TOLERANCE

    def test_turns_what_is_nested_and_wrapped(self, tmp_path: Path) -> None:
        layers = keras2().layers
        image = layers.Input((6, 5, 2))
        inner = keras2().Model(image, layers.Conv2D(2, 3)(image))
        model = keras2().Sequential(
            [
                layers.Input((2, 6, 5, 2)),
                layers.TimeDistributed(inner),
                layers.TimeDistributed(layers.Conv2D(3, 2)),
            ]
        )
        path = saved(filled(model), tmp_path, ".h5")

        def turned(name: str, array: Any) -> Any:
            return array[::-1, ::-1] if "kernel" in name else array

        rewritten(path, version="2.1.6", backend="theano", weights=turned)
        assert difference(model, path, inputs_of(model)) <= TOLERANCE

    @pytest.mark.parametrize("length", [6, 7])
    @pytest.mark.parametrize("stride", [1, 2])
    @pytest.mark.parametrize("size", [1, 2, 3, 4])
    def test_pads_as_tensorflow_does_or_is_refused(
        self, size: int, stride: int, length: int, tmp_path: Path
    ) -> None:
        layers = keras2().layers
        convolution = layers.Conv1D(2, size, strides=stride, padding="same", use_bias=False)
        model = keras2().Sequential([layers.Input((length, 3)), convolution])
        path = rewritten(saved(filled(model), tmp_path, ".h5"), version="2.1.6", backend="theano")
        inputs = inputs_of(model)
        (kernel,) = convolution.get_weights()
        # Half a kernel of zeros on either side, then what Keras cut off.
        padded = np.pad(inputs[0], ((0, 0), (size // 2, size // 2), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, size, axis=1)
        each = windows[:, ::stride][:, : -(-length // stride)]
        wanted = np.einsum("nlck,kcu->nlu", each, kernel[::-1])
        if self.before(size, stride, length) == size // 2:
            assert share(replayed(path, inputs)[0], wanted) <= TOLERANCE
            return
        with pytest.raises(UnsupportedLayerError, match="Theano pads otherwise"):
            trace(open_model(path))
        model.set_weights([kernel[::-1]])
        assert share(predicted(model, inputs)[0], wanted) > 0.01

    @staticmethod
    def before(size: int, stride: int, length: int) -> int:
        """Return how many zeros TensorFlow puts first, as its documentation says."""
        rest = length % stride or stride
        return max(size - rest, 0) // 2

    @pytest.mark.parametrize("kind", ["MaxPooling2D", "AveragePooling2D"])
    def test_pools_that_are_padded_otherwise_are_refused(self, kind: str, tmp_path: Path) -> None:
        layers = keras2().layers
        pool = getattr(layers, kind)
        model = keras2().Sequential(
            [layers.Input((6, 6, 1)), pool(2, padding="same", name="bad"), pool(3, name="good")]
        )
        path = rewritten(saved(model, tmp_path, ".h5"), version="2.1.6", backend="theano")
        with pytest.raises(UnsupportedLayerError, match="1 layer cannot be wired: bad"):
            trace(open_model(path))

    def test_interpolated_upsampling_is_refused(self, tmp_path: Path) -> None:
        layers = keras2().layers
        up = layers.UpSampling2D
        model = keras2().Sequential(
            [
                layers.Input((3, 4, 2)),
                up(2, name="good"),
                up(2, interpolation="bilinear", name="bad"),
            ]
        )
        path = rewritten(saved(model, tmp_path, ".h5"), version="2.2.4", backend="theano")
        with pytest.raises(UnsupportedLayerError, match="1 layer cannot be wired: bad"):
            trace(open_model(path))

    def test_what_stands_before_a_refused_layer_can_be_loaded(self, tmp_path: Path) -> None:
        layers = keras2().layers
        model = keras2().Sequential(
            [layers.Input((6, 6, 1)), layers.Conv2D(2, 3), layers.MaxPooling2D(2, padding="same")]
        )
        path = rewritten(saved(filled(model), tmp_path, ".h5"), version="2.1.6", backend="theano")
        plan = trace(open_model(path, partial=True), partial=True).plan
        assert [layer.class_name for layer in plan.layers] == ["InputLayer", "Conv2D"]
        assert "Theano pads otherwise" in str(plan.refused[0])


class TestUpSampling:
    def test_of_tensorflow_1_begins_at_the_corner(self, tmp_path: Path) -> None:
        import tensorflow as tf

        layers = keras2().layers
        model = keras2().Sequential(
            [layers.Input((3, 4, 2)), layers.UpSampling2D((2, 3), interpolation="bilinear")]
        )
        path = rewritten(saved(model, tmp_path, ".h5"), version="2.2.4")
        inputs = inputs_of(model)
        wanted = np.asarray(tf.compat.v1.image.resize_bilinear(inputs[0], (6, 12)))
        assert share(replayed(path, inputs)[0], wanted) <= TOLERANCE
        assert share(np.asarray(open_model(path).keras(inputs[0])), wanted) <= TOLERANCE
        assert share(predicted(model, inputs)[0], wanted) > 0.01

    @pytest.mark.parametrize("version", ["2.2.4-tf", "2.4.0", "2.15.0"])
    def test_of_tensorflow_2_does_not(self, version: str, tmp_path: Path) -> None:
        layers = keras2().layers
        model = keras2().Sequential(
            [layers.Input((3, 4, 2)), layers.UpSampling2D(2, interpolation="bilinear")]
        )
        path = rewritten(saved(model, tmp_path, ".h5"), version=version)
        assert difference(model, path, inputs_of(model)) <= TOLERANCE


class TestUnitNormalization:
    @pytest.mark.parametrize("size", [1e-9, 1e-7, 1e-5, 1.0])
    def test_of_small_inputs_is_bounded_by_the_square(self, size: float, tmp_path: Path) -> None:
        layers = keras2().layers
        model = keras2().Sequential([layers.Input((4, 3)), layers.UnitNormalization(axis=-1)])
        path = saved(model, tmp_path, ".h5")
        inputs = [size * each for each in inputs_of(model)]
        assert difference(model, path, inputs) <= TOLERANCE

    def test_is_proved(self, tmp_path: Path) -> None:
        layers = keras2().layers
        model = keras2().Sequential([layers.Input((4, 3)), layers.UnitNormalization(axis=[1, 2])])
        opened = open_model(saved(model, tmp_path, ".h5"))
        assert compare(opened, StreamSource(trace(opened).plan)).passed


class TestNormalizationOfKeras1:
    @pytest.mark.parametrize("mode", [1, 2])
    def test_by_its_own_input_is_refused(self, mode: int, tmp_path: Path) -> None:
        layers = keras2().layers
        model = keras2().Sequential([layers.Input((4,)), layers.BatchNormalization(name="norm")])
        path = rewritten(
            saved(model, tmp_path, ".h5"),
            version="1.2.2",
            config=lambda config: settings_of(config, "norm").update(mode=mode),
        )
        with pytest.raises(UnsupportedLayerError, match=rf"norm .*mode={mode}"):
            open_model(path)

    def test_by_moving_statistics_is_read(self, tmp_path: Path) -> None:
        layers = keras2().layers
        model = filled(
            keras2().Sequential([layers.Input((4,)), layers.BatchNormalization(name="norm")])
        )
        path = rewritten(
            saved(model, tmp_path, ".h5"),
            version="1.2.2",
            config=lambda config: settings_of(config, "norm").update(mode=0),
        )
        assert difference(model, path, inputs_of(model)) <= TOLERANCE


class TestTraining:
    """Keras 2 trains where it predicts, if a call says so."""

    @staticmethod
    def normalizing() -> Any:
        layers = keras2().layers
        return keras2().Sequential([layers.Input((4,)), layers.BatchNormalization(name="norm")])

    @pytest.mark.parametrize("suffix", [".h5", ".keras"])
    @pytest.mark.parametrize("training", [True, False])
    @pytest.mark.parametrize("nested", [True, False])
    def test_a_normalization_is_refused(
        self, nested: bool, training: bool, suffix: str, tmp_path: Path
    ) -> None:
        read = keras2().layers.Input((4,))
        called = self.normalizing() if nested else self.normalizing().layers[-1]
        model = filled(keras2().Model(read, called(read, training=training)))
        path = saved(model, tmp_path, suffix)
        inputs = inputs_of(model)
        if training:
            moving = filled(keras2().Model(read, called(read, training=False)))
            assert share(predicted(model, inputs)[0], predicted(moving, inputs)[0]) > 0.01
            with pytest.raises(UnsupportedLayerError, match=r"norm .*called with training=True"):
                trace(open_model(path))
        else:
            assert difference(model, path, inputs) <= TOLERANCE


@pytest.mark.parametrize("class_name", ["GRU", "GRUCell"])
def test_a_gru_without_reset_after_resets_before(class_name: str) -> None:
    old = as_meant({"class_name": class_name, "config": {"units": 2}}, "2.1.6", "tensorflow")
    new = as_meant(
        {"class_name": class_name, "config": {"units": 2, "reset_after": True}}, "2.4.0", ""
    )
    assert old["config"] == {"units": 2, "reset_after": False}
    assert new["config"] == {"units": 2, "reset_after": True}


def test_a_gru_of_cudnn_resets_after() -> None:
    layer = {"class_name": "CuDNNGRU", "config": {"name": "memory", "units": 2}}
    rewritten = modern_layer(layer, Writer("2.2.4", "tensorflow"), dict)
    assert rewritten["class_name"] == "GRU"
    assert rewritten["config"]["reset_after"] is True


def test_functions_of_tensorflow_have_their_keras_names() -> None:
    config = {"class_name": "Dense", "config": {"activation": "softmax_v2"}}
    assert as_meant(config, "2.2.4-tf", "tensorflow")["config"] == {"activation": "softmax"}
    assert config["config"] == {"activation": "softmax_v2"}
