from pathlib import Path

import pytest

from tests.unit.builders import Spec, assert_same_edges, chain, failing, layer, named, wired

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
