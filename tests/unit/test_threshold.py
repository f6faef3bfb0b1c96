import numpy as np
import pytest

from exporter.planning.threshold import LeftOut, Threshold
from queries.errors import ParameterError
from tests.unit.builders import Wired, chain, edges_into, layer, wired


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Wired:
    model = chain(
        (5, 4, 2),
        layer("Conv2D", filters=3, kernel_size=3, padding="same"),
        layer("MaxPooling2D", pool_size=2),
        layer("Flatten"),
        layer("Dense", units=4),
    )
    return wired(model, tmp_path_factory.mktemp("threshold"))


def thinned(case: Wired, threshold: Threshold) -> Wired:
    return Wired(case.model, case.plan.thinned(threshold))


@pytest.mark.parametrize(("min_weight", "top"), [(0.5, None), (0.0, 3), (0.5, 3), (0.0, 1)])
def test_keeps_the_strong_edges_of_each_neuron(
    case: Wired, min_weight: float, top: int | None
) -> None:
    strong = thinned(case, Threshold(min_weight, top))
    for position, planned in enumerate(strong.plan.layers):
        every = edges_into(case, position)
        expected = np.empty((0, 3))
        for neuron in np.unique(every[:, 1]):
            own = every[every[:, 1] == neuron]
            own = own[np.argsort(-np.abs(own[:, 2]), kind="stable")][:top]
            expected = np.concatenate([expected, own[np.abs(own[:, 2]) >= min_weight]])
        found = edges_into(strong, position)
        order = np.lexsort(found.T), np.lexsort(expected.T)
        np.testing.assert_array_equal(found[order[0]], expected[order[1]])
        assert planned.edges == len(expected)


def test_totals_of_what_is_left_out(case: Wired) -> None:
    strong = thinned(case, Threshold(top=2))
    for position, planned in enumerate(strong.plan.layers):
        weight, kept = edges_into(case, position)[:, 2], edges_into(strong, position)[:, 2]
        left = planned.left_out
        assert left.edges == len(weight) - len(kept)
        assert left.weight == pytest.approx(weight.sum() - kept.sum(), abs=1e-5)
        assert left.absolute == pytest.approx(np.abs(weight).sum() - np.abs(kept).sum(), abs=1e-5)
    assert strong.plan.left_out.edges == case.plan.edges - strong.plan.edges > 0


@pytest.mark.parametrize("top", [None, 2])
def test_nan_is_not_weak(top: int | None) -> None:
    target = np.array([0, 0, 0, 0, 1, 1])
    weight = np.array([0.9, np.nan, np.inf, -0.7, np.nan, 0.1], dtype=np.float32)
    kept = Threshold(0.5, top).keeps(target, weight)
    # Beside the two strongest, since it takes no place of theirs.
    assert kept.tolist() == [True, True, True, top is None, True, False]


def test_blocks_do_not_change_what_is_kept(case: Wired) -> None:
    strong = thinned(case, Threshold(top=2))
    for position in range(len(strong.plan.layers)):
        np.testing.assert_array_equal(
            edges_into(strong, position, 50), edges_into(strong, position)
        )


def test_without_a_threshold_nothing_is_left_out(case: Wired) -> None:
    assert case.plan.thinned(Threshold()) is case.plan
    assert case.plan.left_out == LeftOut()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"min_weight": -1.0}, "min_weight is -1.0"),
        ({"min_weight": float("nan")}, "min_weight is nan"),
        ({"top": 0}, "top is 0"),
    ],
)
def test_bad_thresholds(settings: dict[str, float], said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        Threshold(**settings)  # type: ignore[arg-type]
