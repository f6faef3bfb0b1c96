"""Of relationships that change alike, those of the first neurons are taken."""

from itertools import product

import numpy as np
import pytest

from queries.analysis.comparison import EdgePairs, largest_changes


@pytest.mark.parametrize("measure", ["absolute", "relative", "flips"])
@pytest.mark.parametrize("k", [1, 7, 20, 60])
def test_largest_changes(measure: str, k: int) -> None:
    random = np.random.default_rng(k)
    # A part is what leads into some targets; few sizes make many changes alike.
    parts = [
        [
            (s, t, *random.choice([-2.0, -1.0, 0.0, 1.0, 2.0], 2))
            for t, s in product(targets, range(6))
        ]
        for targets in (range(6, 8), range(8, 14))
    ]

    def size(edge: tuple[int, int, float, float]) -> float:
        _, _, weight, other = edge
        change = abs(other - weight)
        if measure == "relative":
            return change / abs(weight) if weight else -1.0
        return change

    edges = [e for part in parts for e in part if measure != "flips" or e[2] * e[3] < 0]
    expected = sorted(edges, key=lambda edge: (-size(edge), edge[1], edge[0]))[:k]
    pairs = []
    for part in parts:
        source, target, weight, other = np.array(part).T
        pairs.append(EdgePairs(source.astype(int), target.astype(int), weight, other))
    found = largest_changes(pairs, measure, k)
    ends = list(zip(found.source.tolist(), found.target.tolist(), strict=True))
    assert ends == [edge[:2] for edge in expected]
