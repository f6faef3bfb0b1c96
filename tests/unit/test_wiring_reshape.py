from pathlib import Path
from typing import Any

import pytest

from exporter.wiring import handled_classes
from exporter.wiring.reshape import no_augmentation, nothing_at_inference
from tests.unit.builders import Spec, Wired, assert_same_edges, chain, failing, layer, wired

SETTINGS = {
    "ActivityRegularization": {"l1": 0.1},
    "AlphaDropout": {"rate": 0.5},
    "Dropout": {"rate": 0.5},
    "GaussianDropout": {"rate": 0.5},
    "GaussianNoise": {"stddev": 1.0},
    "Identity": {},
    "SpatialDropout1D": {"rate": 0.5},
    "SpatialDropout2D": {"rate": 0.5},
    "SpatialDropout3D": {"rate": 0.5},
}
RANKS = {"SpatialDropout1D": (3, 2), "SpatialDropout3D": (2, 1, 3, 2)}
SHAPE = (3, 2, 4)
AUGMENTATIONS = [name for name, handler in handled_classes().items() if handler is no_augmentation]
OF_AUGMENTATIONS: dict[str, dict[str, Any]] = {
    "MaxNumBoundingBoxes": {"max_number": 3},
    "RandomCrop": {"height": 8, "width": 8},
    "RandomPosterization": {"factor": 4},
    "RandomTranslation": {"height_factor": 0.2, "width_factor": 0.2},
    "RandomZoom": {"height_factor": 0.2},
    **{
        f"Random{name}": {"factor": 0.2}
        for name in ["Brightness", "ColorDegeneration", "Contrast", "Hue", "Rotation", "Saturation"]
    },
    "RandomSharpness": {"factor": 0.2},
}


@pytest.mark.parametrize(
    "moves",
    [
        [layer("Flatten")],
        [layer("Reshape", target_shape=(6, 4))],
        [layer("Reshape", target_shape=(-1, 3))],
        [layer("Reshape", target_shape=(2, -1, 2))],
        [layer("Reshape", target_shape=(-1,))],
        [layer("Reshape", target_shape=(4, 2, 3)), layer("Flatten")],
    ],
    ids=str,
)
class TestMoves:
    @pytest.fixture
    def case(self, moves: list[Spec], tmp_path: Path) -> Wired:
        return wired(chain(SHAPE, *moves, layer("Dense", units=3)), tmp_path)

    def test_replay(self, case: Wired) -> None:
        assert failing(case) == []

    def test_keep_keras_order(self, case: Wired) -> None:
        assert_same_edges(case)

    def test_make_no_neurons(self, case: Wired) -> None:
        assert [row.class_name for row in case.plan.layers] == ["InputLayer", "Dense"]


@pytest.mark.parametrize(
    ("shape", "moves"),
    [
        (SHAPE, [layer("Permute", dims=(3, 1, 2))]),
        (SHAPE, [layer("Permute", dims=(2, 1, 3)), layer("Flatten")]),
        (SHAPE, [layer("Flatten", data_format="channels_first")]),
        ((5,), [layer("RepeatVector", n=3)]),
        (SHAPE, [layer("Flatten"), layer("RepeatVector", n=2), layer("Permute", dims=(2, 1))]),
        ((5, 2), [layer("Cropping1D", cropping=(1, 2))]),
        ((5, 4, 2), [layer("Cropping2D", cropping=((0, 2), (1, 0)))]),
        ((2, 5, 4), [layer("Cropping2D", cropping=1, data_format="channels_first")]),
        ((3, 2, 4, 2), [layer("Cropping3D", cropping=((1, 0), (0, 0), (1, 2)))]),
        ((5, 2), [layer("ZeroPadding1D", padding=(0, 2))]),
        ((3, 2, 2), [layer("ZeroPadding2D", padding=((0, 2), (1, 0)))]),
        ((2, 3, 2), [layer("ZeroPadding2D", padding=1, data_format="channels_first")]),
        ((2, 1, 2, 2), [layer("ZeroPadding3D", padding=((1, 0), (0, 0), (1, 2)))]),
        ((3, 2, 2), [layer("ZeroPadding2D", padding=1), layer("Cropping2D", cropping=1)]),
        ((3, 2, 2), [layer("ZeroPadding2D", padding=2), layer("Permute", dims=(3, 2, 1))]),
    ],
    ids=str,
)
def test_moves_keep_the_place_that_keras_gives(
    shape: tuple[int, ...], moves: list[Spec], tmp_path: Path
) -> None:
    # A linear activation reads each element by an edge of its own.
    case = wired(chain(shape, *moves, layer("Activation", activation="linear")), tmp_path)
    assert failing(case) == []
    assert_same_edges(case)


def test_flatten_after_a_convolution_reads_channels_last(tmp_path: Path) -> None:
    layers = [layer("Conv2D", filters=3, kernel_size=2), layer("Flatten")]
    case = wired(chain((4, 5, 2), *layers, layer("Dense", units=2)), tmp_path)
    assert failing(case) == []


@pytest.mark.parametrize("name", SETTINGS)
def test_training_only_layers_pass_their_input_on(name: str, tmp_path: Path) -> None:
    shape = RANKS.get(name, SHAPE)
    case = wired(chain(shape, layer(name, **SETTINGS[name]), layer("Dense", units=2)), tmp_path)
    assert failing(case) == []
    assert_same_edges(case)


def test_every_training_only_layer_is_tested() -> None:
    passed_on = [name for name, how in handled_classes().items() if how is nothing_at_inference]
    # That of ConvNeXt stands in keras.applications; test_wiring_normalization.py has it.
    assert sorted([*SETTINGS, "StochasticDepth"]) == passed_on


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_passes_images_on(name: str, tmp_path: Path) -> None:
    import keras

    images = keras.Input((8, 8, 3))
    changed = getattr(keras.layers, name)(**OF_AUGMENTATIONS.get(name, {}))(images)
    case = wired(keras.Model(images, changed + 1), tmp_path)
    assert [planned.class_name for planned in case.plan.layers] == ["InputLayer", "Add"]
    assert failing(case, samples=2) == []
