from itertools import product
from pathlib import Path

import pytest

from tests.unit.builders import Spec, Wired, assert_same_edges, chain, failing, layer, named, wired

SHAPES = {1: (7, 2), 2: (4, 3, 2), 3: (3, 2, 2, 2)}
CASES = [
    *(
        layer("Conv2DTranspose", filters=2, kernel_size=kernel, strides=strides, padding=padding)
        for kernel, strides, padding in product(
            [1, (2, 3), (4, 1)], [1, 2, (3, 1)], ["valid", "same"]
        )
    ),
    layer("Conv2DTranspose", filters=1, kernel_size=2, strides=3),
    layer("Conv2DTranspose", filters=1, kernel_size=(7, 6), padding="same"),
    layer("Conv2DTranspose", filters=2, kernel_size=3, use_bias=False),
    layer("Conv2DTranspose", filters=2, kernel_size=3, strides=2, output_padding=(1, 0)),
    layer("Conv1DTranspose", filters=2, kernel_size=3, strides=2, padding="same"),
    layer("Conv1DTranspose", filters=2, kernel_size=2, strides=3, output_padding=2),
    layer("Conv3DTranspose", filters=2, kernel_size=2, strides=(1, 2, 1)),
    layer("Conv3DTranspose", filters=2, kernel_size=3, strides=2, padding="same"),
]

# Keras computes these by XLA alone, so that there is no Jacobian to compare with.
DILATED = [
    layer("Conv1DTranspose", filters=2, kernel_size=3, dilation_rate=2),
    layer("Conv2DTranspose", filters=2, kernel_size=(2, 3), dilation_rate=2, padding="same"),
]


@pytest.fixture(scope="module", params=CASES, ids=named(CASES))
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Wired:
    spec: Spec = request.param
    shape = SHAPES[int(spec[0][len("Conv")])]
    return wired(chain(shape, spec), tmp_path_factory.mktemp("transposed"))


def test_replays(case: Wired) -> None:
    assert failing(case) == []


def test_has_the_edges_that_keras_has(case: Wired) -> None:
    assert_same_edges(case)


@pytest.mark.parametrize("spec", DILATED, ids=named(DILATED))
def test_dilated(spec: Spec, tmp_path: Path) -> None:
    shape = SHAPES[int(spec[0][len("Conv")])]
    assert failing(wired(chain(shape, spec), tmp_path)) == []
