"""Sums over edges, against adding them up one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.planning import aggregation
from exporter.planning.aggregation import aggregated
from exporter.wiring.results import EMPTY, ZERO

GROUPS = 3
NEURONS = 9


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aggregation, "PIECE", 6)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    shape=st.lists(st.integers(1, 3), min_size=1, max_size=5),
    targets=st.integers(0, 2),
    rank=st.integers(0, 4),
    still=st.sets(st.integers(0, 4)),
    repeating=st.sets(st.integers(0, 4)),
    seed=st.integers(0, 50),
)
def test_any_shape_and_strides(
    shape: list[int],
    targets: int,
    rank: int,
    still: set[int],
    repeating: set[int],
    seed: int,
) -> None:
    random = np.random.default_rng(seed)
    targets = min(targets, len(shape))
    rank = min(max(rank, targets), len(shape))
    made = [1 if axis in still else length for axis, length in enumerate(shape)]
    ids = np.broadcast_to(random.integers(ZERO, NEURONS, made), shape)
    drawn = [1 if axis in repeating else length for axis, length in enumerate(shape)]
    weights = np.broadcast_to(random.normal(size=drawn).astype(np.float32), shape)
    group_of = np.array([*random.integers(0, GROUPS, NEURONS), EMPTY, EMPTY], dtype=np.int32)
    found = aggregated(ids, weights, group_of, targets=targets, rank=rank)
    expected: dict[tuple[int, int], list[float]] = {}
    for place in np.ndindex(*shape):
        if ids[place] >= 0:
            target = int(np.ravel_multi_index(place[:targets], shape[:targets])) if targets else 0
            pair = target, int(group_of[ids[place]])
            expected.setdefault(pair, []).append(float(weights[place]))
    pairs = list(zip(found.target.tolist(), found.source.tolist(), strict=True))
    assert pairs == sorted(expected)
    lists = [np.array(expected[pair]) for pair in pairs]
    for column, reduce in (
        (found.total, np.sum),
        (found.absolute, lambda weights: np.abs(weights).sum()),
        (found.squares, lambda weights: np.square(weights).sum()),
        (found.edges, len),
        (found.largest, lambda weights: np.abs(weights).max()),
    ):
        np.testing.assert_allclose(column, [reduce(weights) for weights in lists], atol=1e-6)
