from itertools import product
from pathlib import Path

import pytest

from tests.unit.builders import Spec, Wired, assert_same_edges, chain, failing, layer, named, wired

SHAPE = (5, 6, 2)
DEPTHWISE = [
    *(
        layer("DepthwiseConv2D", kernel_size=size, strides=strides, padding=padding)
        for size, strides, padding in product([1, (2, 3)], [1, 2], ["valid", "same"])
    ),
    layer("DepthwiseConv2D", kernel_size=3, depth_multiplier=3),
    layer("DepthwiseConv2D", kernel_size=2, dilation_rate=2, depth_multiplier=2, padding="same"),
    layer("DepthwiseConv2D", kernel_size=3, use_bias=False),
]
SEPARABLE = [
    layer("SeparableConv2D", filters=3, kernel_size=2, name="sep"),
    layer("SeparableConv2D", filters=3, kernel_size=3, dilation_rate=2, padding="same", name="sep"),
    layer("SeparableConv2D", filters=1, kernel_size=(1, 3), depth_multiplier=3, name="sep"),
    layer("SeparableConv2D", filters=4, kernel_size=2, activation="softmax", name="sep"),
]


@pytest.fixture(scope="module", params=DEPTHWISE, ids=named(DEPTHWISE))
def depthwise(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Wired:
    return wired(chain(SHAPE, request.param), tmp_path_factory.mktemp("depthwise"))


def test_depthwise_replays(depthwise: Wired) -> None:
    assert failing(depthwise) == []


def test_depthwise_has_the_edges_that_keras_has(depthwise: Wired) -> None:
    assert_same_edges(depthwise)


@pytest.mark.parametrize("strides", [1, 2])
def test_depthwise_of_a_row(strides: int, tmp_path: Path) -> None:
    spec = layer("DepthwiseConv1D", kernel_size=3, strides=strides, depth_multiplier=2)
    case = wired(chain((7, 3), spec), tmp_path)
    assert failing(case) == []
    assert_same_edges(case)


@pytest.mark.parametrize("spec", SEPARABLE, ids=named(SEPARABLE))
def test_separable_replays_in_two_steps(spec: Spec, tmp_path: Path) -> None:
    case = wired(chain(SHAPE, spec), tmp_path)
    assert failing(case) == []
    assert [planned.name for planned in case.plan.layers[1:]] == ["sep/depthwise", "sep"]
    assert case.plan.parameters == case.model.keras.count_params()


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_separable_of_a_row(padding: str, tmp_path: Path) -> None:
    spec = layer("SeparableConv1D", filters=2, kernel_size=3, padding=padding)
    assert failing(wired(chain((7, 3), spec), tmp_path)) == []
