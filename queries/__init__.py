"""Ask a graph of neurons: the library of Cypher queries, answered as pandas frames."""

from typing import TYPE_CHECKING

from queries.core.lazy import lazily

if TYPE_CHECKING:
    from queries.core.model_input import ModelInput
    from queries.core.neuron_filter import NeuronFilter
    from queries.errors import NeurongraphError
    from queries.export.traced import read_circuit
    from queries.neurongraph import NeuronGraph

__all__ = ["ModelInput", "NeuronFilter", "NeuronGraph", "NeurongraphError", "read_circuit"]

_HOMES = {
    "ModelInput": "queries.core.model_input",
    "NeuronFilter": "queries.core.neuron_filter",
    "NeuronGraph": "queries.neurongraph",
    "NeurongraphError": "queries.errors",
    "read_circuit": "queries.export.traced",
}

# pandas takes a while to import; the command line's help must not wait for it.
__getattr__, __dir__ = lazily(__name__, _HOMES)
