import pytest

from tests.unit.builders import Spec, Wired, assert_same_edges, chain, failing, layer, named, wired

SHAPE = (3, 4, 2)
CASES = [
    layer("BatchNormalization"),
    layer("BatchNormalization", scale=False),
    layer("BatchNormalization", center=False),
    layer("BatchNormalization", scale=False, center=False),
    layer("BatchNormalization", epsilon=0.5),
    layer("BatchNormalization", axis=1),
    layer("BatchNormalization", axis=2),
    layer("BatchNormalization", axis=-2),
]


@pytest.fixture(scope="module", params=CASES, ids=named(CASES))
def spec(request: pytest.FixtureRequest) -> Spec:
    name, settings = request.param
    return name, settings


@pytest.fixture(scope="module")
def case(spec: Spec, tmp_path_factory: pytest.TempPathFactory) -> Wired:
    return wired(chain(SHAPE, spec), tmp_path_factory.mktemp("normalization"))


def test_replays(case: Wired) -> None:
    assert failing(case) == []


def test_has_the_edges_that_keras_has(case: Wired) -> None:
    assert_same_edges(case)


def test_of_a_row(tmp_path_factory: pytest.TempPathFactory) -> None:
    case = wired(chain((5,), layer("BatchNormalization")), tmp_path_factory.mktemp("row"))
    assert failing(case) == []
    assert_same_edges(case)
