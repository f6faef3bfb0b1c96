"""Relationships as rows: all that are meant, those of some neurons, and the strongest."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from queries.core.memory import edge_room
from queries.core.neuron_filter import NeuronFilter
from queries.core.schema import connects_to
from queries.stores.blocks.base import Blocks, Columns, table_of
from queries.stores.blocks.neurons import of_ids
from queries.stores.blocks.relationships import Relationships
from queries.stores.blocks.strongest import Strongest

_COLUMNS = ["name", "layer", "channel", "x", "y"]


def edges(blocks: Blocks, values: Mapping[str, Any]) -> pa.Table:
    """Return relationships."""
    schema = connects_to(blocks.granularity)
    relationships = Relationships(blocks, values["source"], values["target"])
    strong = (
        _strong(block, "weight", values["min_weight"]) for block in relationships.all(schema.names)
    )
    return table_of(_that_fit(strong), schema)


def _that_fit(blocks: Iterable[Columns]) -> Iterator[Columns]:
    """Yield blocks; raise ParameterError once they take too much memory."""
    room, count = edge_room(), 0
    for block in blocks:
        count += len(block["source"])
        room.require(count, more=True)
        yield block


def neighbours(blocks: Blocks, values: Mapping[str, Any]) -> pa.Table:
    """Return what feeds some neurons, or what they feed, strongest first."""
    own, other = ("target", "source") if values["direction"] == "in" else ("source", "target")
    by = values["by"]
    strongest = Strongest(values["k"], by, (own, other), _none(blocks, by))
    relationships = Relationships(blocks, **{own: values["neurons"], other: NeuronFilter()})
    for block in relationships.all([own, other, by]):
        strongest.add(_strong(block, by, values["min_weight"]))
    columns = strongest.columns
    table = of_ids(blocks, columns[other], _COLUMNS)
    for name, column in (("neuron", own), ("id", other), ("weight", by)):
        table = table.append_column(name, pa.array(columns[column]))
    return table


def strongest_edges(blocks: Blocks, values: Mapping[str, Any]) -> pa.Table:
    """Return the k relationships of the largest absolute weight, strongest first."""
    by = values["by"]
    strongest = Strongest(values["k"], by, ("source", "target"), _none(blocks, by))
    relationships = Relationships(blocks, values["source"], values["target"])
    for layer in sorted(relationships.layers, key=lambda layer: -blocks.largest(layer, by)):
        if blocks.largest(layer, by) >= strongest.least:
            for block in relationships.into(layer, ["source", "target", by]):
                strongest.add(block)
    columns = strongest.columns
    names = {
        f"{side}_name": of_ids(blocks, columns[side], ["name"])["name"]
        for side in ("source", "target")
    }
    ends = {side: columns[side] for side in ("source", "target")}
    return pa.table({**ends, **names, "weight": columns[by]})


def _strong(block: Columns, by: str, least: float) -> Columns:
    """Return those of at least an absolute weight, which is as precise as they are; NaN is not."""
    if not least > 0:
        return block
    strong = np.abs(block[by]) >= least
    return {name: values[strong] for name, values in block.items()}


def _none(blocks: Blocks, by: str) -> Columns:
    schema = connects_to(blocks.granularity)
    return {
        name: np.empty(0, schema.field(name).type.to_pandas_dtype())
        for name in ("source", "target", by)
    }
