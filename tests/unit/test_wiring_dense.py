from pathlib import Path

import numpy as np
import pytest

from tests.unit.builders import (
    Spec,
    Wired,
    assert_same_edges,
    chain,
    failing,
    layer,
    named,
    wired,
)

CASES = {
    f"{len(shape)}-{units}-{'bias' if bias else 'none'}": (shape, units, bias)
    for shape in [(5,), (3, 4), (2, 3, 2), (2, 2, 1, 3)]
    for units in (1, 4)
    for bias in (True, False)
}


@pytest.fixture(scope="module", params=CASES.values(), ids=list(CASES))
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Wired:
    shape, units, bias = request.param
    model = chain(shape, layer("Dense", units=units, use_bias=bias))
    return wired(model, tmp_path_factory.mktemp("dense"))


def test_replays(case: Wired) -> None:
    assert failing(case) == []


def test_has_the_edges_that_keras_has(case: Wired) -> None:
    assert_same_edges(case)


def test_bias_is_of_the_unit(tmp_path: Path) -> None:
    case = wired(chain((3, 2), layer("Dense", units=4)), tmp_path)
    neurons = case.plan.layers[1].neuron_table("m", 0, 12)
    bias = np.asarray(case.model.calls[1].layer.bias)
    np.testing.assert_allclose(neurons["bias"], np.tile(bias, 3), rtol=1e-6)


def test_without_bias_says_so(tmp_path: Path) -> None:
    case = wired(chain((3,), layer("Dense", units=2, use_bias=False)), tmp_path)
    assert case.plan.layers[1].neuron_table("m", 0, 2)["bias"].null_count == 2


EINSUMS = [
    layer("EinsumDense", equation="abc,cd->abd", output_shape=(None, 5), bias_axes="d"),
    layer("EinsumDense", equation="...x,xy->...y", output_shape=5, bias_axes="y"),
    layer("EinsumDense", equation="...x,xy->...y", output_shape=5),
    layer("EinsumDense", equation="abc,bcde->ade", output_shape=(2, 6), bias_axes="de"),
    layer("EinsumDense", equation="abc,bcde->aed", output_shape=(2, 6), bias_axes="d"),
    layer("EinsumDense", equation="abc,bcd->abd", output_shape=(3, 6), bias_axes="bd"),
    layer("EinsumDense", equation="abc,cbd->adb", output_shape=(6, 3)),
    layer("EinsumDense", equation="abc,bd->acd", output_shape=(4, 2)),
    layer("EinsumDense", equation="abc,bc->abc", output_shape=(3, 4)),
]


@pytest.mark.parametrize("spec", EINSUMS, ids=named(EINSUMS))
def test_einsum(spec: Spec, tmp_path: Path) -> None:
    case = wired(chain((3, 4), spec), tmp_path)
    assert failing(case) == []
    assert_same_edges(case)


def test_einsum_of_an_image_with_activation(tmp_path: Path) -> None:
    spec = layer(
        "EinsumDense",
        equation="abcd,cde->abe",
        output_shape=(None, 5),
        bias_axes="e",
        activation="softmax",
    )
    assert failing(wired(chain((2, 3, 4), spec), tmp_path)) == []


def test_einsum_of_a_diagonal(tmp_path: Path) -> None:
    spec = layer("EinsumDense", equation="abb,bd->abd", output_shape=(3, 5))
    case = wired(chain((3, 3), spec), tmp_path)
    assert failing(case) == []
    assert_same_edges(case)
