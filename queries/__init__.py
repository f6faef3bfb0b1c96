"""Ask a graph of neurons: the library of Cypher queries, answered as pandas frames."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from queries.core.neuron_filter import NeuronFilter
    from queries.errors import NeurongraphError
    from queries.neurongraph import NeuronGraph

__all__ = ["NeuronFilter", "NeuronGraph", "NeurongraphError"]

_HOMES = {
    "NeuronFilter": "queries.core.neuron_filter",
    "NeuronGraph": "queries.neurongraph",
    "NeurongraphError": "queries.errors",
}


def __getattr__(name: str) -> Any:
    # pandas takes a while to import; the command line's help must not wait for it.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
