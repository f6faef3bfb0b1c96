"""Neurons, filtered as the WHERE clause of a statement filters them."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from queries.layer import Layer
from queries.neuron_filter import Comparison, NeuronFilter
from queries.operators import Flags, Ids
from queries.schema import NEURON
from queries.stores.blocks.blocks import Blocks

_NEURONS_A_STEP: Final = 1 << 12
"""Neurons that are read together where some by their ids are asked for."""


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
    """
    comparisons = list(neurons.comparisons())
    read = sorted({*names, *(each.field for each in comparisons)})
    found = [pa.table({name: pa.array([], NEURON.field(name).type) for name in names})]
    for layer, first, last in _ranges(blocks, comparisons):
        for table in blocks.neuron_tables(layer, first, last, read):
            kept = table.filter(_meant(table, comparisons)) if comparisons else table
            found.append(kept.select(names))
    return pa.concat_tables(found)


def flags(blocks: Blocks, neurons: NeuronFilter) -> Flags:
    """Return which neurons are meant, counted from the model's first."""
    comparisons = list(neurons.comparisons())
    meant = np.zeros(blocks.neurons, dtype=bool)
    for layer, first, last in _ranges(blocks, comparisons):
        for table in _compared(blocks, layer, first, last, comparisons):
            start = table["id"][0].as_py() - blocks.first if len(table) else 0
            meant[start : start + len(table)] = _meant(table, comparisons)
    return meant


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
    wanted, place = np.unique(ids, return_inverse=True)
    found = [pa.table({name: pa.array([], NEURON.field(name).type) for name in names})]
    for layer in blocks.layers:
        inside = wanted[(wanted >= layer.first) & (wanted <= layer.last)]
        step = (inside - layer.first) // _NEURONS_A_STEP
        for together in np.split(inside, np.flatnonzero(np.diff(step)) + 1) if len(inside) else ():
            first, last = int(together[0]), int(together[-1])
            table = pa.concat_tables(blocks.neuron_tables(layer, first, last, names))
            found.append(table.take(together - first))
    return pa.concat_tables(found).take(place)


def _ranges(blocks: Blocks, comparisons: Sequence[Comparison]) -> Iterator[tuple[Layer, int, int]]:
    """Yield where neurons may be that are meant: a layer, and the first and the last id."""
    for layer in blocks.layers:
        first, last = layer.first, layer.last
        for each in comparisons:
            low, high = _possible(each, layer)
            first, last = max(first, low), min(last, high)
        if first <= last:
            yield layer, first, last


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
    blocks: Blocks, layer: Layer, first: int, last: int, comparisons: Sequence[Comparison]
) -> Iterator[pa.Table]:
    """Yield neurons with what is compared of them, and their ids."""
    names = {each.field for each in comparisons}
    if names <= {"id", "layer"}:
        ids = np.arange(first, last + 1)
        yield pa.table({"id": ids, "layer": pa.repeat(layer.name, len(ids))})
    else:
        yield from blocks.neuron_tables(layer, first, last, sorted({*names, "id"}))


def _meant(table: pa.Table, comparisons: Sequence[Comparison]) -> NDArray[np.bool_]:
    """Return which rows fit all comparisons; what is missing fits none."""
    meant = np.ones(len(table), dtype=bool)
    for each in comparisons:
        fits = _OPERATORS[each.operator](table[each.field], each.value)
        meant &= pc.fill_null(fits, False).to_numpy()
    return meant


def _is_in(column: pa.ChunkedArray, values: Sequence[object]) -> pa.ChunkedArray:
    return pc.is_in(column, pa.array(values, column.type))


_OPERATORS: Final = {
    "=": pc.equal,
    "IN": _is_in,
    ">=": pc.greater_equal,
    "<=": pc.less_equal,
}
