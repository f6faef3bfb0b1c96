"""Tables with the headers that ``neo4j-admin`` reads.

All ids of nodes are integers, each kind of node of each model in an id space of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from queries.core.schema import LAYER, MODEL, NEURON, connects_to, neuron_labels
from queries.stores.dataset.headers import edge_schema, header, layer_id, neuron_id, next_ends

_INDEX: Final = pa.int64()


def model_table(space: str, model: Mapping[str, Any], label: str | None) -> pa.Table:
    """Return the node of a model.

    Parameters
    ----------
    space
        Name of the model's id spaces.
    model
        Its properties.
    label
        The label that all its nodes have beside; None for none.
    """
    columns = {**_labels(label, 1), f":ID({space}.model)": pa.array([0], _INDEX)}
    return _with_properties(columns, pa.Table.from_pylist([dict(model)], MODEL))


def layer_table(space: str, layers: Sequence[Mapping[str, Any]], label: str | None) -> pa.Table:
    """Return the nodes of layers, given their properties and the label of their model."""
    columns = {**_labels(label, len(layers)), layer_id("ID", space): _indices(layers)}
    return _with_properties(columns, pa.Table.from_pylist([dict(row) for row in layers], LAYER))


def has_layer_table(space: str, layers: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return the relationships from the model to its layers."""
    return pa.table(
        {
            f":START_ID({space}.model)": pa.array([0] * len(layers), _INDEX),
            layer_id("END_ID", space): _indices(layers),
        }
    )


def next_table(
    space: str, layers: Sequence[Mapping[str, Any]], following: Sequence[tuple[str, str]]
) -> pa.Table:
    """Return the relationships from layers to those that follow them, given as names."""
    index = {layer["name"]: layer["index"] for layer in layers}
    before, after = (pa.array([index[pair[end]] for pair in following], _INDEX) for end in (0, 1))
    return pa.table(dict(zip(next_ends(space), (before, after), strict=True)))


def _labels(labels: str | None, nodes: int) -> dict[str, pa.Array]:
    """Return the column of labels that nodes have beside those of the import's command."""
    return {} if labels is None else {":LABEL": pa.repeat(labels, nodes)}


def _indices(layers: Sequence[Mapping[str, Any]]) -> pa.Array:
    return pa.array([layer["index"] for layer in layers], _INDEX)


def neuron_table(space: str, neurons: pa.Table, class_name: str, label: str | None) -> pa.Table:
    """Return the nodes of neurons, with labels of their layer's class and of their model."""
    labels = [*neuron_labels(class_name), *([] if label is None else [label])]
    columns = _labels(";".join(labels), len(neurons))
    columns[neuron_id(space)] = neurons["id"].combine_chunks()
    return _with_properties(columns, neurons.select([n for n in NEURON.names if n != "id"]))


def edge_table(space: str, granularity: str, blocks: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return relationships between neurons, given as blocks of columns."""
    schema = edge_schema(space, granularity)
    names = connects_to(granularity).names
    return pa.Table.from_batches(
        [
            pa.RecordBatch.from_arrays(
                [pa.array(np.ascontiguousarray(block[name])) for name in names], schema=schema
            )
            for block in blocks
        ],
        schema,
    )


def _with_properties(columns: Mapping[str, pa.Array], properties: pa.Table) -> pa.Table:
    """Return columns, and after them those of properties with their types in their names."""
    by_header = {header(f): properties[f.name].combine_chunks() for f in properties.schema}
    return pa.table({**columns, **{name: _plain(values) for name, values in by_header.items()}})


def _plain(values: pa.Array) -> pa.Array:
    """Return lists as texts, since the import takes no lists of Parquet."""
    if not pa.types.is_list(values.type):
        return values
    texts = [None if each is None else ";".join(map(str, each)) for each in values.to_pylist()]
    return pa.array(texts, pa.string())
