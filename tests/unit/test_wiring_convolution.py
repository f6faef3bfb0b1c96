from itertools import product
from pathlib import Path

import numpy as np
import pytest

from tests.unit.builders import Wired, assert_same_edges, chain, failing, layer, named, wired

CASES = [
    *(
        layer("Conv2D", filters=2, kernel_size=kernel, strides=strides, padding=padding)
        for kernel, strides, padding in product(
            [(1, 1), (2, 3), (4, 1)], [1, 2, (3, 1)], ["valid", "same"]
        )
    ),
    layer("Conv2D", filters=3, kernel_size=3, strides=3, padding="same"),
    layer("Conv2D", filters=1, kernel_size=(9, 8), padding="same"),
    layer("Conv2D", filters=1, kernel_size=(9, 8), strides=2, padding="same"),
    layer("Conv2D", filters=2, kernel_size=(7, 5), padding="valid"),
    layer("Conv2D", filters=2, kernel_size=2, dilation_rate=2),
    layer("Conv2D", filters=2, kernel_size=(3, 2), dilation_rate=(2, 3)),
    layer("Conv2D", filters=2, kernel_size=3, dilation_rate=(3, 1), padding="same"),
    layer("Conv2D", filters=2, kernel_size=2, dilation_rate=4, padding="same"),
    layer("Conv2D", filters=2, kernel_size=3, use_bias=False),
]


@pytest.fixture(scope="module", params=CASES, ids=named(CASES))
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Wired:
    return wired(chain((7, 5, 3), request.param), tmp_path_factory.mktemp("convolution"))


def test_replays(case: Wired) -> None:
    assert failing(case) == []


def test_has_the_edges_that_keras_has(case: Wired) -> None:
    assert_same_edges(case)


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 6, 2), (6, 1, 2)])
def test_small_images(shape: tuple[int, ...], tmp_path: Path) -> None:
    spec = layer("Conv2D", filters=2, kernel_size=3, strides=2, padding="same")
    case = wired(chain(shape, spec), tmp_path)
    assert failing(case) == []
    assert_same_edges(case)


def test_bias_is_of_the_filter(tmp_path: Path) -> None:
    case = wired(chain((4, 3, 1), layer("Conv2D", filters=2, kernel_size=2)), tmp_path)
    into = case.plan.layers[1]
    neurons = into.neuron_table("m", 0, into.neurons)
    bias = np.asarray(case.model.calls[1].layer.bias)
    np.testing.assert_allclose(neurons["bias"], bias[neurons["channel"].to_numpy()], rtol=1e-6)
