from pathlib import Path

import pytest

from tests.unit.builders import Spec, assert_same_edges, chain, failing, layer, named, wired

FORMATS = ["channels_last", "channels_first"]
NEAREST = [
    ((4, 2), layer("UpSampling1D", size=3)),
    ((2, 3, 2), layer("UpSampling2D", size=(2, 3))),
    ((2, 3, 2), layer("UpSampling2D", size=2, data_format="channels_first")),
    ((2, 3, 2), layer("UpSampling2D", size=1, interpolation="bilinear")),
    ((2, 1, 3, 2), layer("UpSampling3D", size=(2, 3, 1))),
    ((2, 1, 3, 2), layer("UpSampling3D", size=2, data_format="channels_first")),
]
ROUND_ABOUT = [
    layer("UpSampling2D", size=size, interpolation=kind)
    for kind in ("bilinear", "bicubic", "lanczos3", "lanczos5")
    for size in (2, (3, 2))
]


def shape(data_format: str) -> tuple[int, ...]:
    return (8, 6, 3) if data_format == "channels_last" else (3, 8, 6)


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("ratio", ["", "crop_to_aspect_ratio", "pad_to_aspect_ratio"])
@pytest.mark.parametrize("kind", ["nearest", "bilinear", "bicubic", "lanczos3"])
def test_resizing(kind: str, ratio: str, data_format: str, tmp_path: Path) -> None:
    kept = {ratio: True} if ratio else {}
    sizes = [(4, 4), (12, 11)]
    specs = [
        layer("Resizing", height=h, width=w, interpolation=kind, data_format=data_format, **kept)
        for h, w in sizes
    ]
    case = wired(chain(shape(data_format), *specs, layer("PReLU")), tmp_path)
    assert failing(case, samples=2) == []
    assert ("Resizing" in {planned.class_name for planned in case.plan.layers}) == (
        kind != "nearest"
    )


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("size", [(4, 4), (5, 3), (8, 6)])
def test_center_crop(size: tuple[int, int], data_format: str, tmp_path: Path) -> None:
    spec = layer("CenterCrop", height=size[0], width=size[1], data_format=data_format)
    case = wired(chain(shape(data_format), spec, layer("PReLU")), tmp_path)
    assert failing(case, samples=2) == []


def test_center_crop_of_a_small_image_resizes_it(tmp_path: Path) -> None:
    spec = layer("CenterCrop", height=12, width=16)
    assert failing(wired(chain((8, 6, 3), spec), tmp_path), samples=2) == []


def test_resize_with_antialias(tmp_path: Path) -> None:
    import keras

    read = keras.Input((8, 6, 3))
    small = keras.ops.image.resize(read, (4, 3), antialias=True)
    assert failing(wired(keras.Model(read, small), tmp_path), samples=2) == []


@pytest.mark.parametrize(("shape", "spec"), NEAREST, ids=named(spec for _, spec in NEAREST))
def test_the_nearest_is_read_again(shape: tuple[int, ...], spec: Spec, tmp_path: Path) -> None:
    case = wired(chain(shape, spec, layer("Activation", activation="linear")), tmp_path)
    assert [planned.class_name for planned in case.plan.layers] == ["InputLayer", "Activation"]
    assert failing(case) == []
    assert_same_edges(case)


@pytest.mark.parametrize("spec", ROUND_ABOUT, ids=named(ROUND_ABOUT))
@pytest.mark.parametrize("shape", [(4, 5, 2), (1, 3, 1)])
def test_interpolation_is_a_weighted_sum(
    shape: tuple[int, ...], spec: Spec, tmp_path: Path
) -> None:
    case = wired(chain(shape, spec), tmp_path)
    assert failing(case) == []
    assert_same_edges(case)
