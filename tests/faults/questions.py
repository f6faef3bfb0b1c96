"""Every query, with values that suit the models of the campaign, and what a right answer is."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from queries import NeuronGraph

Question = tuple[str, Mapping[str, Any]]
"""The name of a query, and its parameters."""

OTHER: Final = "other"
"""The model that stands beside the one that is asked about."""

_ENDS: Final = {"source": "pixels", "target": "digits"}
_NEAR: Final = {"source": "hidden", "target": "digits"}
_AT: Final = {"input": np.full((4, 4, 1), 0.5)}
_PARAMETERS: Final[Mapping[str, list[dict[str, Any]]]] = {
    "activation_statistics": [_AT, {**_AT, "level": "layer"}],
    "activations": [_AT],
    "adjacency": [_NEAR],
    "attention": [_AT],
    "attribution": [{**_AT, "towards": "digits[1]"}],
    "attribution_paths": [{**_AT, "k": 20}],
    "bifans": [_NEAR],
    "channel_importance": [{}],
    "circuit": [_AT],
    "circuit_nodes": [_AT],
    "circuit_overlap": [{**_AT, "other_input": _AT["input"]}],
    "circuit_scores": [{**_AT, "level": "neuron"}],
    "class_circuit": [{**_AT, "level": "neuron"}],
    "combine": [{"first": "hidden", "second": "digits"}],
    "compare_circuits": [{**_AT, "other_input": _AT["input"]}],
    "compare_edges": [{"other": OTHER, "k": 100_000}],
    "compare_layers": [{"other": OTHER}],
    "compare_neurons": [{"other": OTHER, "measure": each} for each in ("strength", "bias")],
    "conservation": [_AT],
    "contrast": [{**_AT, "k": 50}],
    "contributions": [{**_AT, "neurons": "digits"}],
    "dead_neurons": [{"threshold": 0.3}],
    "degree": [{}],
    "difference": [{**_AT, "k": 50}],
    "deletion_curve": [_AT],
    "duplicate_channels": [{"least": -1}],
    "edge_attribution": [{**_AT, "k": 50}],
    "edges": [{}, {"min_weight": 0.1}, {"target": "digits"}],
    "effective_weights": [_ENDS],
    "eigenvector_centrality": [{"neurons": "digits"}],
    "field_neurons": [{"neurons": "digits[1]"}],
    "head_loadings": [_AT],
    "influence": [_AT],
    "intervene": [{**_AT, "neurons": "hidden", "each": "neuron"}],
    "katz": [{}, {"weights": "signed"}],
    "laplacian": [{"neurons": "digits"}],
    "layer_statistics": [{}],
    "layers": [{}],
    "longest_path": [{}],
    "neighbours": [{"neurons": "digits[2]"}, {"neurons": "pixels[0]@2,2", "direction": "out"}],
    "neurons": [{}, {"neurons": "hidden"}],
    "pagerank": [{}],
    "path_centrality": [{}],
    "path_counts": [_ENDS],
    "path_norm": [_ENDS],
    "projective_field": [{"neurons": "pixels[0]@2,2"}],
    "receptive_field": [{"neurons": "digits[1]"}],
    "recovery_curve": [{**_AT, "points": 3}],
    "shortest_paths": [_ENDS],
    "strength": [{}, {"direction": "out", "measure": "signed"}],
    "strongest_edges": [{"k": 100}],
    "strongest_paths": [{**_ENDS, "k": 5}],
    "summary": [{}],
    "top_inputs": [_AT, {**_AT, "measure": "attribution"}],
    "top_neurons": [{}],
    "weight_distribution": [{}],
    "widest_path": [_ENDS],
    "zero_channels": [{"threshold": 0.5}],
}

QUESTIONS: Final[tuple[Question, ...]] = tuple(
    (query, values) for query, each in _PARAMETERS.items() for values in each
)
"""At least one of each query about a model."""

_IN_ANY_ORDER: Final = ("edges", "adjacency")
_CHECKSUMS: Final = ["checksum", "neuron_checksum"]


def ask(graph: NeuronGraph, question: Question) -> pd.DataFrame:
    """Return the answer; relationships, which have no order, by their ends."""
    query, values = question
    frame: pd.DataFrame = getattr(graph, query)(**values)
    if query in _IN_ANY_ORDER:
        return frame.sort_values(["source", "target"], ignore_index=True)
    return frame


def check_alike(question: Question, found: pd.DataFrame, computed: pd.DataFrame) -> None:
    """Compare an answer with that of a model file, which has no checksums.

    Sums may differ by the order in which they are added up.
    """
    if question[0] == "layers":
        found, computed = (each.drop(columns=_CHECKSUMS) for each in (found, computed))
    pd.testing.assert_frame_equal(
        found, computed, rtol=1e-5, atol=1e-9, obj=" ".join(map(str, question))
    )
