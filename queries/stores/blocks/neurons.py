"""Neurons, filtered as the WHERE clause of a statement filters them."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from queries.analysis.operators import Flags, Ids
from queries.core.layer import Layer
from queries.core.memory import neuron_room
from queries.core.neuron_filter import Comparison, NeuronFilter
from queries.core.schema import NEURON
from queries.stores.blocks.base import Blocks

_NEURONS_AT_ONCE: Final = 1 << 17


def neuron_table(blocks: Blocks, neurons: NeuronFilter, names: Sequence[str]) -> pa.Table:
    """Return some columns of the neurons that are meant, by id.

    Parameters
    ----------
    blocks
        The model.
    neurons
        Which neurons.
    names
        Columns of ``schema.NEURON``.

    Raises
    ------
    ParameterError
        If they are more than fit into the memory that is free.
    """
    texts = sum(pa.types.is_string(NEURON.field(name).type) for name in names)
    room, count = neuron_room(texts, len(names) - texts), 0
    if not neurons:
        room.require(blocks.neurons)
    tables = [_none(names)]
    for layer, ids in _ids_of(blocks, neurons):
        count += len(ids)
        room.require(count, more=True)
        tables.append(blocks.neuron_rows(layer, ids, names))
    return pa.concat_tables(tables)


def flags(blocks: Blocks, neurons: NeuronFilter) -> Flags:
    """Return which neurons are meant, counted from the model's first."""
    result = np.zeros(blocks.neurons, dtype=bool)
    for _, ids in _ids_of(blocks, neurons):
        result[ids - blocks.first] = True
    return result


def of_ids(blocks: Blocks, ids: Ids, names: Sequence[str]) -> pa.Table:
    """Return some columns of neurons, given by id in any order, a row for each.

    Parameters
    ----------
    blocks
        The model.
    ids
        Ids of neurons that are there.
    names
        Columns of ``schema.NEURON``.
    """
    unique, place = np.unique(ids, return_inverse=True)
    tables = [_none(names)]
    for layer in blocks.layers:
        low, high = np.searchsorted(unique, [layer.first, layer.last + 1])
        if low < high:
            tables.append(blocks.neuron_rows(layer, unique[low:high], names))
    return pa.concat_tables(tables).take(place)


def _none(names: Sequence[str]) -> pa.Table:
    return pa.table({name: pa.array([], NEURON.field(name).type) for name in names})


def _ids_of(blocks: Blocks, neurons: NeuronFilter) -> Iterator[tuple[Layer, Ids]]:
    """Yield the ids of neurons that are meant, of one layer and of not too many at once."""
    ways = neurons.ways()
    for layer in blocks.layers:
        ranges = [(_range(layer, way), way) for way in ways]
        possible = [(ends, way) for ends, way in ranges if ends[0] <= ends[1]]
        if not possible:
            continue
        first, last = (pick(ends[at] for ends, _ in possible) for at, pick in ((0, min), (1, max)))
        for low in range(first, last + 1, _NEURONS_AT_ONCE):
            ids = np.arange(low, min(low + _NEURONS_AT_ONCE, last + 1))
            fits = (_mask(_compared(blocks, layer, ids, way), way) for _, way in possible)
            matches = ids[np.logical_or.reduce(list(fits))]
            if len(matches):
                yield layer, matches


def _range(layer: Layer, comparisons: Sequence[Comparison]) -> tuple[int, int]:
    """Return the first and the last id of a layer of which all comparisons may hold."""
    first, last = layer.first, layer.last
    for each in comparisons:
        low, high = _possible(each, layer)
        first, last = max(first, low), min(last, high)
    return first, last


def _possible(each: Comparison, layer: Layer) -> tuple[int, int]:
    """Return the first and the last id of a layer of which a comparison may hold."""
    values = each.value if each.operator == "IN" else [each.value]
    inside = True
    if each.field == "layer":
        inside = layer.name in values
    elif each.field == "name":
        # A neuron is named after its layer.
        inside = any(value.startswith(layer.name) for value in values)
    elif each.field == "id" and each.operator in {"=", "IN"}:
        within = [value for value in values if layer.first <= value <= layer.last]
        return min(within, default=1), max(within, default=0)
    elif each.field == "id":
        return (each.value, layer.last) if each.operator == ">=" else (layer.first, each.value)
    return (layer.first, layer.last) if inside else (1, 0)


def _compared(
    blocks: Blocks, layer: Layer, ids: Ids, comparisons: Sequence[Comparison]
) -> pa.Table:
    """Return neurons with what is compared of them."""
    names = {each.field for each in comparisons}
    if names <= {"id", "layer"}:
        return pa.table({"id": ids, "layer": pa.repeat(layer.name, len(ids))})
    return blocks.neuron_rows(layer, ids, sorted(names))


def _mask(table: pa.Table, comparisons: Sequence[Comparison]) -> NDArray[np.bool_]:
    """Return which rows fit all comparisons; what is missing fits none."""
    mask = np.ones(len(table), dtype=bool)
    for each in comparisons:
        fits = _OPERATORS[each.operator](table[each.field], each.value)
        mask &= pc.fill_null(fits, False).to_numpy()
    return mask


def _is_in(column: pa.ChunkedArray, values: Sequence[object]) -> pa.ChunkedArray:
    return pc.is_in(column, pa.array(values, column.type))


_OPERATORS: Final = {
    "=": pc.equal,
    "IN": _is_in,
    ">=": pc.greater_equal,
    "<=": pc.less_equal,
}
