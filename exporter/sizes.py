"""How much room a load takes in each store."""

from typing import Final

BYTES: Final = {"embedded": (70, 20), "Neo4j": (390, 76)}
"""Bytes a neuron and a relationship on disk, indexes included, transaction logs left out.

Measured on LadybugDB 0.22 and Neo4j 5.26 with a model of 451,584 neurons and few
relationships, and with one of 3,000,000 relationships and few neurons.
"""


def store_sizes(neurons: int, edges: int) -> dict[str, int]:
    """Return about how many bytes a load takes on disk, by store."""
    return {
        store: neurons * a_neuron + edges * an_edge for store, (a_neuron, an_edge) in BYTES.items()
    }
