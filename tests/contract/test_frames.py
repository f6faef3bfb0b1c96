"""Each query answers with the columns and dtypes that its header declares, rows or none."""

from typing import Any

import pandas as pd
import pytest

from queries import NeuronFilter, NeuronGraph
from queries.granularity import NEURON_GRAPH
from queries.library import queries

DTYPES = {
    "int": "int64",
    "int?": "Int64",
    "float": "float64",
    "bool": "bool",
    "text": "str",
    "ints": "object",
}

NOTHING = NeuronFilter(x=999)
FILLED: dict[str, dict[str, Any]] = {
    "neighbours": {"neurons": "hidden"},
    "strongest_paths": {"source": "hidden", "target": "odds"},
}
EMPTY: dict[str, dict[str, Any]] = {
    "edges": {"source": NOTHING},
    "katz": {"neurons": NOTHING},
    "neighbours": {"neurons": NOTHING},
    "neurons": {"neurons": NOTHING},
    "strength": {"neurons": NOTHING},
    "strongest_edges": {"target": NOTHING},
    "strongest_paths": {"source": "odds", "target": "pixels"},
    "weight_distribution": {"neurons": NOTHING},
}
ALWAYS_FILLED = {"layers", "models", "summary"}


def assert_declared(frame: pd.DataFrame, query: str) -> None:
    columns = queries()[query].columns_in(NEURON_GRAPH)
    declared = {column.name: DTYPES[column.type] for column in columns}
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == declared
    assert list(frame.columns) == list(declared)
    assert frame.index.equals(pd.RangeIndex(len(frame)))


class TestFrames:
    @pytest.mark.parametrize("query", queries())
    def test_are_as_declared(self, pooled: NeuronGraph, query: str) -> None:
        frame = getattr(pooled, query)(**FILLED.get(query, {}))
        assert len(frame) > 0
        assert_declared(frame, query)

    @pytest.mark.parametrize("query", EMPTY)
    def test_are_as_declared_without_rows(self, pooled: NeuronGraph, query: str) -> None:
        frame = getattr(pooled, query)(**EMPTY[query])
        assert len(frame) == 0
        assert_declared(frame, query)

    @pytest.mark.parametrize("side", ["source", "target"])
    def test_are_as_declared_for_no_neurons(self, pooled: NeuronGraph, side: str) -> None:
        for nobody in (NeuronFilter(layer=[]), NeuronFilter(id=[]), NOTHING):
            asked: dict[str, Any] = {"source": None, "target": "odds", side: nobody}
            edges = pooled.edges(**asked)
            assert edges.empty
            assert_declared(edges, "edges")
            asked = {"source": "hidden", "target": "odds", side: nobody}
            paths = pooled.strongest_paths(**asked)
            assert paths.empty
            assert_declared(paths, "strongest_paths")

    def test_every_query_is_tried(self) -> None:
        assert set(EMPTY) | ALWAYS_FILLED == set(queries())
