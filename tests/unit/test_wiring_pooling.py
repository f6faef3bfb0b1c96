from itertools import product
from pathlib import Path

import pytest

from tests.unit.builders import Wired, assert_same_edges, chain, failing, layer, named, wired

GLOBAL = ("GlobalMaxPooling2D", "GlobalAveragePooling2D")
CASES = [
    *(
        layer(name, pool_size=pool, strides=strides, padding=padding)
        for name, (pool, strides), padding in product(
            ("MaxPooling2D", "AveragePooling2D"),
            [(2, None), (3, 2), (3, 1), (2, 3), ((1, 4), (2, 1)), ((4, 2), (3, 2))],
            ["valid", "same"],
        )
    ),
    *(layer(name, keepdims=keepdims) for name, keepdims in product(GLOBAL, (False, True))),
]


@pytest.fixture(scope="module", params=CASES, ids=named(CASES))
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Wired:
    return wired(chain((7, 5, 2), request.param), tmp_path_factory.mktemp("pooling"))


def test_replays(case: Wired) -> None:
    assert failing(case) == []


def test_has_the_edges_that_keras_has(case: Wired) -> None:
    assert_same_edges(case)


@pytest.mark.parametrize("name", GLOBAL)
def test_global_pooling_of_one_pixel(name: str, tmp_path: Path) -> None:
    case = wired(chain((1, 1, 3), layer(name)), tmp_path)
    assert failing(case) == []
    assert_same_edges(case)


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("kind", ["Max", "Average"])
@pytest.mark.parametrize(
    ("space", "size"),
    [((7,), 3), ((7,), 7), ((7, 6), (3, 4)), ((4, 4), (6, 5)), ((5, 4, 6), (2, 3, 4))],
)
def test_adaptive(
    space: tuple[int, ...], size: object, kind: str, first: bool, tmp_path: Path
) -> None:
    spec = layer(
        f"Adaptive{kind}Pooling{len(space)}D",
        output_size=size,
        data_format="channels_first" if first else "channels_last",
    )
    case = wired(chain((2, *space) if first else (*space, 2), spec), tmp_path)
    assert failing(case, samples=2) == []
    if kind == "Average":
        assert_same_edges(case)
