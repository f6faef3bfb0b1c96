"""The weights of a layer, and how many relationships have each, are those that are built."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from exporter.planning.counted_weights import counted_weights
from tests.unit.builders import Wired, chain, layer, named, wired

CASES = [
    layer("Dense", units=3),
    layer("Conv2D", filters=2, kernel_size=3),
    layer("Conv2D", filters=2, kernel_size=(3, 2), strides=2, padding="same"),
    # Most of the kernel meets nothing but padding.
    layer("Conv2D", filters=1, kernel_size=(15, 11), padding="same"),
    layer("Conv2D", filters=4, kernel_size=2, dilation_rate=2, groups=2),
    layer("Conv2D", filters=2, kernel_size=3, padding="same", data_format="channels_first"),
    layer("DepthwiseConv2D", kernel_size=3, depth_multiplier=2, padding="same"),
    layer("SeparableConv2D", filters=3, kernel_size=3, padding="same"),
    layer("Conv2DTranspose", filters=2, kernel_size=3, strides=2, padding="same"),
    layer("MaxPooling2D", pool_size=2, padding="same"),
    layer("AveragePooling2D", pool_size=3, strides=1, padding="same"),
    layer("GlobalAveragePooling2D"),
    layer("BatchNormalization"),
    layer("ReLU"),
]


@pytest.fixture(scope="module", params=CASES, ids=named(CASES))
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Wired:
    return wired(chain((7, 5, 4), request.param), tmp_path_factory.mktemp("weights"))


def test_are_those_of_the_relationships(case: Wired) -> None:
    for planned in case.plan.layers[1:]:
        built: Counter[float] = Counter()
        for start, stop in planned.ranges():
            built.update(planned.block(start, stop).weight.tolist())
        counted: Counter[float] = Counter()
        for weights, counts in counted_weights(planned.wiring):
            assert (counts > 0).all()
            for weight, count in zip(weights.tolist(), counts.tolist(), strict=True):
                counted[weight] += count
        assert counted == built
        assert counted.total() == planned.edges


def test_of_a_layer_that_nothing_feeds_are_none(case: Wired) -> None:
    assert list(counted_weights(case.plan.layers[0].wiring)) == []


def test_are_many(tmp_path: Path) -> None:
    case = wired(chain((600,), layer("Dense", units=500)), tmp_path)
    blocks = list(counted_weights(case.plan.layers[1].wiring))
    assert sum(int(counts.sum()) for _, counts in blocks) == 300_000
    found = np.sort(np.concatenate([weights for weights, _ in blocks]))
    np.testing.assert_array_equal(found, np.sort(case.model.keras.layers[-1].kernel, axis=None))
