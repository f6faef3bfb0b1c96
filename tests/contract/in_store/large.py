"""What each query is asked about the CIFAR-10 model, so that the answer is of sensible size."""

from typing import Any, Final

_OUTPUT: Final = "dense_1[3]"
_PATHS: Final = {"source": "input", "target": "dense_1"}
_DENSE: Final = {"source": "dense_0", "target": "dense_1"}
VALUES: Final[dict[str, dict[str, Any]]] = {
    "adjacency": _DENSE,
    "bifans": _DENSE,
    "combine": {"first": "dense_0", "second": "dense_1"},
    "edges": {"target": "conv_2"},
    "effective_weights": {"source": "conv_2", "target": "dense_1"},
    "field_neurons": {"neurons": _OUTPUT},
    "laplacian": {"neurons": ["dense_0", "dense_1"]},
    "neighbours": {"neurons": _OUTPUT},
    "path_counts": _PATHS,
    "path_norm": _PATHS,
    "projective_field": {"neurons": "input[0]@16,16"},
    "receptive_field": {"neurons": _OUTPUT},
    "shortest_paths": _PATHS,
    "strongest_paths": _PATHS,
    "widest_path": _PATHS,
}
"""Parameters of the queries that need some; all others are asked about the whole model."""
