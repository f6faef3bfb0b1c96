"""The labels of nodes: those that people read, and in Neo4j those that nobody else has.

A database of Neo4j may hold somebody else's ``:Model``, ``:Layer`` or ``:Input``. Each node of
ours has a label beside that only ours have, such as ``NeurongraphModel``. All our statements,
constraints and indexes name that one.
"""

import re
from typing import Final

LOADED_KINDS: Final = ("Model", "Layer", "Neuron")
"""What a load writes."""

RECORD_KINDS: Final = ("Input", "Circuit", "Active")
"""What is stored beside a model: inputs, and circuits with their nodes."""

KINDS: Final = (*LOADED_KINDS, *RECORD_KINDS)

_KIND: Final = re.compile(rf"(?<=:)({'|'.join(KINDS)})\b")


def own_label(kind: str) -> str:
    """Return the label that in Neo4j only our nodes of a kind have."""
    return f"Neurongraph{kind}"


def of_ours(cypher: str, store: str = "neo4j") -> str:
    """Return a statement in which each kind of node is the label that only ours have.

    Parameters
    ----------
    cypher
        A statement that names kinds, and no values.
    store
        ``neo4j`` or ``embedded``, which is ours alone and has no other labels than the kinds.
    """
    return _KIND.sub(lambda kind: own_label(kind[1]), cypher) if store == "neo4j" else cypher
