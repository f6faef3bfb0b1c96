"""The answer to each query that a store answers by itself, by the name of the query."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pyarrow as pa

from queries.library.queries import query
from queries.stores.blocks.base import Blocks
from queries.stores.blocks.distribution import weight_distribution
from queries.stores.blocks.edges import edges, neighbours, strongest_edges
from queries.stores.blocks.neurons import neuron_table
from queries.stores.blocks.strength import strength
from queries.stores.blocks.summary import summary


def layers(blocks: Blocks, _: Mapping[str, Any]) -> pa.Table:
    """Return the layers, inputs first."""
    names = [column.name for column in query("layers").columns]
    return pa.table({name: [row[name] for row in blocks.layer_rows] for name in names})


def neurons(blocks: Blocks, values: Mapping[str, Any]) -> pa.Table:
    """Return neurons by id."""
    names = [column.name for column in query("neurons").columns]
    return neuron_table(blocks, values["neurons"], names)


ANSWERS: Final[dict[str, Callable[[Blocks, Mapping[str, Any]], pa.Table]]] = {
    answer.__name__: answer
    for answer in (
        edges,
        layers,
        neighbours,
        neurons,
        strength,
        strongest_edges,
        summary,
        weight_distribution,
    )
}
