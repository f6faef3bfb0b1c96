"""What is known of stored inputs and circuits: the columns of ``NeuronGraph.inputs`` and others."""

from typing import Final

from queries.library.declaration import Column

_STATE: Final = "complete; unfinished, where a write or a removal runs or was interrupted"
INPUTS: Final = (
    Column("name", "text", "name of the input"),
    Column("label", "text", "what it is, where that is known"),
    Column("predicted", "text", "what the model takes it for"),
    Column("source", "text", "where it came from, such as a file"),
    Column("sha256", "text", "checksum of its numbers"),
    Column("neurons", "int?", "how many neurons are not 0 at it, of which the values are stored"),
    Column("state", "text", f"{_STATE}; damaged, where its file in a dataset is"),
)
CIRCUITS: Final = (
    Column("name", "text", "name of the circuit"),
    Column("input", "text", "name of its input"),
    Column("target", "text", "what it explains, such as a neuron"),
    Column("level", "text", "what a node stands for: a neuron, a channel or a layer"),
    Column("rule", "text", "how slopes are chosen"),
    Column("products", "text", "what the factors of a product get"),
    Column("baseline", "text", "what the input is compared with; null where with nothing"),
    Column("by", "text", "by what it was pruned"),
    Column("node_share", "float", "the share of what its nodes were to hold"),
    Column("edge_share", "float", "the share of what its relationships were to hold"),
    Column("value", "float", "value of the target"),
    Column("bias", "float", "the sum of what begins at its nodes"),
    Column(
        "left_out",
        "float",
        "the sum of what comes to its nodes over relationships that are not in it, which may count "
        "a path several times",
    ),
    Column("nodes", "int?", "how many nodes are stored"),
    Column("edges", "int?", "how many relationships are stored"),
    Column("state", "text", _STATE),
)
