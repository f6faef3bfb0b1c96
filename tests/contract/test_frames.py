"""Each query answers with the columns and dtypes that its header declares, rows or none."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from queries import NeuronFilter, NeuronGraph
from queries.core.granularity import NEURON_GRAPH
from queries.library.queries import queries
from tests.examples import RECORDED

DTYPES = {
    "int": "int64",
    "int?": "Int64",
    "float": "float64",
    "bool": "bool",
    "text": "str",
    "ints": "object",
}

NOTHING = NeuronFilter(bias=(1e9, None))
BETWEEN = {"source": "hidden", "target": "odds"}
BACKWARDS = {"source": "odds", "target": "pixels"}
SAMPLE = np.linspace(0, 1, 60).reshape(6, 5, 2)
FILLED: dict[str, dict[str, Any]] = {
    "activation_statistics": {"input": SAMPLE},
    "activations": {"input": SAMPLE, "neurons": "hidden"},
    "attention": {"input": SAMPLE},
    "attribution": {"input": SAMPLE, "neurons": "hidden"},
    "attribution_paths": {"input": SAMPLE},
    "bifans": {"source": "hidden", "target": "digits"},
    "circuit": {"input": SAMPLE},
    "circuit_nodes": {"input": SAMPLE},
    "circuit_overlap": {"input": SAMPLE, "other_input": SAMPLE + 1, "per": "layer"},
    "circuit_scores": {"input": SAMPLE},
    "class_circuit": {"input": SAMPLE},
    "combine": {"first": "hidden", "second": "odds"},
    "compare_circuits": {"input": SAMPLE, "other_input": SAMPLE + 1},
    "compare_edges": {"other": "pooled"},
    "compare_layers": {"other": "pooled"},
    "compare_neurons": {"other": "pooled"},
    "conservation": {"input": SAMPLE},
    "contrast": {"input": SAMPLE},
    "contributions": {"input": SAMPLE, "neurons": "digits"},
    "dead_neurons": {"threshold": 1},
    "difference": {"input": SAMPLE},
    "deletion_curve": {"input": SAMPLE},
    "duplicate_channels": {"least": -1},
    "edge_attribution": {"input": SAMPLE},
    "effective_weights": BETWEEN,
    "field_neurons": {"neurons": "hidden"},
    "head_loadings": {"input": SAMPLE},
    "influence": {"input": SAMPLE},
    "intervene": {"input": SAMPLE, "neurons": "hidden", "each": "neuron"},
    "neighbours": {"neurons": "hidden"},
    "path_counts": BETWEEN,
    "path_norm": BETWEEN,
    "projective_field": {"neurons": "hidden"},
    "receptive_field": {"neurons": "hidden"},
    "recovery_curve": {"input": SAMPLE},
    "shortest_paths": BETWEEN,
    "strongest_paths": BETWEEN,
    "top_inputs": {"input": SAMPLE},
    "widest_path": BETWEEN,
    "zero_channels": {"threshold": 9},
}
EMPTY: dict[str, dict[str, Any]] = {
    "activation_statistics": {"input": SAMPLE, "neurons": NOTHING},
    "activations": {"input": SAMPLE, "neurons": NOTHING},
    "adjacency": BACKWARDS,
    "attention": {"input": SAMPLE},
    "attribution": {"input": SAMPLE, "neurons": NOTHING},
    "attribution_paths": {"input": SAMPLE, "source": NOTHING},
    "channel_importance": {"target": NOTHING},
    "circuit": {"input": SAMPLE, "towards": "pixels[0]@0,0"},
    "circuit_overlap": {
        "input": SAMPLE,
        "other_input": SAMPLE,
        "per": "layer",
        "towards": "pixels[0]@0,0",
    },
    "class_circuit": {"input": SAMPLE, "towards": "pixels[0]@0,0"},
    "combine": {"first": "pixels", "second": "odds"},
    "compare_circuits": {
        "input": SAMPLE,
        "other_input": SAMPLE,
        "towards": "pixels[0]@0,0",
    },
    "compare_edges": {"other": "pooled", "source": NOTHING},
    "compare_neurons": {"other": "pooled", "neurons": NOTHING},
    "contrast": {"input": SAMPLE, "towards": "pixels[0]@0,0", "against": "pixels[1]@0,0"},
    "contributions": {"input": SAMPLE, "neurons": "pixels"},
    "dead_neurons": {"neurons": NOTHING},
    "degree": {"neurons": NOTHING},
    "difference": {"input": SAMPLE, "baseline": SAMPLE},
    "duplicate_channels": {"neurons": NOTHING},
    "edge_attribution": {"input": SAMPLE, "towards": "pixels[0]@0,0"},
    "edges": {"source": NOTHING},
    "effective_weights": BACKWARDS,
    "eigenvector_centrality": {"neurons": NOTHING},
    "field_neurons": {"neurons": "pixels"},
    "head_loadings": {"input": SAMPLE},
    "influence": {"input": SAMPLE, "neurons": NOTHING},
    "intervene": {"input": SAMPLE, "neurons": NOTHING},
    "katz": {"neurons": NOTHING},
    "laplacian": {"neurons": NOTHING},
    "neighbours": {"neurons": NOTHING},
    "neurons": {"neurons": NOTHING},
    "pagerank": {"neurons": NOTHING},
    "path_centrality": {"neurons": NOTHING},
    "path_counts": {"source": "hidden", "target": NOTHING},
    "projective_field": {"neurons": "odds"},
    "receptive_field": {"neurons": "pixels"},
    "shortest_paths": {"source": "hidden", "target": NOTHING},
    "strength": {"neurons": NOTHING},
    "strongest_edges": {"target": NOTHING},
    "strongest_paths": BACKWARDS,
    "top_inputs": {"input": SAMPLE, "neurons": NOTHING},
    "top_neurons": {"neurons": NOTHING},
    "weight_distribution": {"neurons": NOTHING},
    "widest_path": BACKWARDS,
    "zero_channels": {"neurons": NOTHING},
}
OF_ATTENTION = {"attention", "head_loadings"}
"""What has no rows here, since no small model attends: see ``test_attention``."""

ALWAYS_FILLED = {
    "bifans",
    "compare_layers",
    "conservation",
    "deletion_curve",
    "layer_statistics",
    "layers",
    "longest_path",
    "models",
    "path_norm",
    "recovery_curve",
    "summary",
}


def assert_declared(frame: pd.DataFrame, query: str) -> None:
    columns = queries()[query].columns_in(NEURON_GRAPH)
    declared = {column.name: DTYPES[column.type] for column in columns}
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == declared
    assert list(frame.columns) == list(declared)
    assert frame.index.equals(pd.RangeIndex(len(frame)))


class TestFrames:
    @pytest.mark.one_in(4)
    @pytest.mark.parametrize("query", sorted(queries().keys() - OF_ATTENTION - RECORDED))
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
        assert set(EMPTY) | ALWAYS_FILLED | RECORDED == set(queries())
