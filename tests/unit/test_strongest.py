"""The k strongest relationships of many blocks are the first of all of them, sorted."""

import numpy as np
import pytest

from queries.stores.blocks.strongest import Strongest

NONE = {"source": np.empty(0, np.int64), "target": np.empty(0, np.int64), "weight": np.empty(0)}


@pytest.mark.parametrize("k", [1, 7, 500, 100_000])
@pytest.mark.parametrize("ties", [("source", "target"), ("target", "source")])
@pytest.mark.parametrize("kinds", [1, 5, 10_000])
def test_are_the_first_by_weight_and_then_by_their_ends(
    k: int, ties: tuple[str, str], kinds: int
) -> None:
    random = np.random.default_rng(k + kinds)
    blocks = [
        {
            "source": random.integers(0, 40, 300),
            "target": np.sort(random.integers(100 * number, 100 * number + 150, 300)),
            "weight": random.integers(-kinds, kinds + 1, 300) / 8,
        }
        for number in range(20)
    ]
    strongest = Strongest(k, "weight", ties, NONE)
    for block in blocks:
        strongest.add(block)
    every = {name: np.concatenate([block[name] for block in blocks]) for name in NONE}
    order = np.lexsort((every[ties[1]], every[ties[0]], -np.abs(every["weight"])))[:k]
    for name in ("source", "target"):
        np.testing.assert_array_equal(strongest.columns[name], every[name][order])
    sizes = np.abs(every["weight"][order])
    np.testing.assert_array_equal(np.abs(strongest.columns["weight"]), sizes)
    assert strongest.least == (sizes[-1] if len(sizes) == k else 0)


def test_nan_is_left_out_and_infinity_comes_first() -> None:
    strongest = Strongest(4, "weight", ("source", "target"), NONE)
    for weight in ([np.nan, 0.5, -np.inf], [0.25, np.nan, np.inf], [np.nan, -0.75, np.nan]):
        ends = np.arange(3)
        strongest.add({"source": ends, "target": ends, "weight": np.array(weight)})
    assert strongest.columns["weight"].tolist() == [-np.inf, np.inf, -0.75, 0.5]
