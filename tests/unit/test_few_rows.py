"""Answers of a row a neuron, of which few are returned, or which no memory holds."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from exporter.model_graph.blocks import PlannedBlocks
from queries import NeuronGraph
from queries.core import memory
from queries.errors import ParameterError
from tests.unit.builders import chain, layer, randomized, saved

NEURONS = 6 + 5 + 3


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = randomized(chain((6,), layer("Dense", units=5), layer("Dense", units=3)))
    return saved(model, tmp_path_factory.mktemp("few") / "model.keras")


@pytest.fixture
def graph(file: Path) -> Iterator[NeuronGraph]:
    with NeuronGraph(file) as opened:
        yield opened


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how many neurons a name was made of, each time that some were."""
    rows: list[int] = []
    neuron_rows = PlannedBlocks.neuron_rows

    def spy(self: PlannedBlocks, layer: Any, ids: Any, names: Sequence[str]) -> Any:
        rows.extend([len(ids)] * ("name" in names))
        return neuron_rows(self, layer, ids, names)

    monkeypatch.setattr(PlannedBlocks, "neuron_rows", spy)
    return rows


@pytest.mark.parametrize("query", ["katz", "degree", "pagerank", "path_centrality"])
@pytest.mark.parametrize(
    ("sort", "limit", "names"),
    [(None, 3, 3), ("-id", 4, 4), (None, None, NEURONS), (["layer", "-id"], 3, NEURONS)],
)
def test_names_are_made_of_the_rows_that_are_returned(
    graph: NeuronGraph,
    file: Path,
    named: list[int],
    query: str,
    sort: Any,
    limit: Any,
    names: int,
) -> None:
    few = getattr(graph, query)(sort=sort, limit=limit)
    assert sum(named) == names
    # A graph keeps small frames.
    with NeuronGraph(file) as other:
        whole = getattr(other, query)(sort=sort)
    pd.testing.assert_frame_equal(few, whole.head(limit or NEURONS))


def test_the_rows_are_those_of_the_largest_scores(graph: NeuronGraph) -> None:
    whole = graph.katz()
    best = whole.sort_values("katz", ascending=False, kind="stable")[:5].reset_index(drop=True)
    pd.testing.assert_frame_equal(graph.katz(sort="-katz", limit=5), best)


def test_more_neurons_than_fit_into_memory_are_refused_before_any_is_built(
    graph: NeuronGraph, named: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "_TEXT_BYTES", 1 << 60)
    with pytest.raises(ParameterError, match=r"14 neurons take .* of memory, but only .*channels"):
        graph.neurons(sort="id")
    assert not named


def test_scores_that_do_not_fit_into_memory_are_refused(
    graph: NeuronGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any, **__: Any) -> Any:
        return np.empty(1 << 50)

    monkeypatch.setattr("queries.analysis.centrality.katz", failing)
    with pytest.raises(ParameterError, match=r"too little memory for it: .*8.00 PiB.*channels"):
        graph.katz()
