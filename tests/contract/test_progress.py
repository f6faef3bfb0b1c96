"""A computation tells how far it is."""

import pytest

from queries import NeuronGraph


@pytest.mark.computed
def test_a_pass_tells_how_far_it_is(pooled: NeuronGraph) -> None:
    told: list[tuple[str, int, int]] = []

    def progress(phase: str, done: int, total: int) -> None:
        told.append((phase, done, total))

    with NeuronGraph(pooled.location, model="pooled", progress=progress) as graph:
        edges = graph.layers()["edges"]
        assert not told
        graph.katz()
    before = edges.cumsum() - edges
    assert told == [("relationships", done, edges.sum()) for done in before]
