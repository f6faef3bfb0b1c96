"""Compare all that a store has of a model with the checksums that its load wrote."""

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from queries.core.checksum import (
    NEURON_COLUMNS,
    Checksum,
    LayerChecksums,
    model_checksum,
    neuron_columns,
)
from queries.core.layer import Layer, id_ranges, layers_of, runs_of
from queries.core.neuron_filter import NeuronFilter
from queries.core.progress import Progress
from queries.core.schema import connects_to
from queries.errors import GraphError
from queries.library.frames import to_columns
from queries.library.queries import query

if TYPE_CHECKING:
    from queries.core.model import StoredModel
    from queries.stores.base import Store

_EDGES_AT_ONCE: Final = 1 << 20
_NEURONS_AT_ONCE: Final = 1 << 16


@dataclass(frozen=True)
class Damage:
    """Something that is not as a load wrote it.

    Parameters
    ----------
    text
        What differs, in words that name the layer or the file.
    layer
        The name of the layer that it concerns; None where it concerns the whole model.
    of_load
        Whether a load wrote it, and puts it right; what was stored later it does not.
    """

    text: str
    layer: str | None = None
    of_load: bool = True


def damage(store: "Store", about: "StoredModel", progress: Progress) -> Iterator[Damage]:
    """Yield what is not as its load wrote it, by all that the store has of a model.

    Parameters
    ----------
    store, about
        The model, and where it is.
    progress
        Told how many of the neurons and relationships are read.
    """
    rows = layer_rows(store, about)
    model = next(row for row in store.models(about.name) if row["name"] == about.name)
    if model_checksum(model, rows) != model["checksum"]:
        yield Damage(
            f"the properties of {about.name!r} or of its layers, or which layer follows which, "
            "are not those that its load wrote"
        )
    layers = layers_of(rows)
    if not layers:
        return
    read, neuron_sums = store.reader(layers, about), _neuron_sums(store, about, layers)
    total, done = sum(layer.edges + layer.neurons for layer in layers), 0
    for layer, row, neurons in zip(layers, rows, neuron_sums, strict=True):
        yield from _compared(layer, "neurons", neurons, layer.neurons, row["neuron_checksum"])
        edges = Checksum()
        for low, high in id_ranges(layer.first, layer.last, layer.edges, _EDGES_AT_ONCE):
            try:
                edges.add(_columns(read(layer, low, high), about))
            except GraphError as error:
                yield Damage(f"layer {layer.name!r}: {error}", layer.name)
                break
            progress("checked", min(done + layer.neurons + edges.rows, total), total)
        else:
            yield from _compared(layer, "relationships", edges, layer.edges, row["checksum"])
        done += layer.edges + layer.neurons
    yield from _beyond(store, about, layers)


def layer_rows(store: "Store", about: "StoredModel") -> list[dict[str, Any]]:
    """Return a row a layer, inputs first, as they are stored: the columns of ``layers``."""
    layers_query = query("layers")
    table = to_columns(store.answer(layers_query, {}, about), layers_query.columns)
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _compared(
    layer: Layer, what: str, sums: Checksum, rows: int, checksum: str
) -> Iterator[Damage]:
    if sums.rows != rows:
        yield Damage(
            f"layer {layer.name!r} has {sums.rows:,} {what}; its load wrote {rows:,}", layer.name
        )
    elif str(sums) != checksum:
        yield Damage(
            f"layer {layer.name!r} has {what} of checksum {sums}; its load wrote {rows:,} of "
            f"checksum {checksum}",
            layer.name,
        )


def _neuron_sums(store: "Store", about: "StoredModel", layers: list[Layer]) -> Iterator[Checksum]:
    """Yield the checksum of the neurons of each layer."""
    for run in runs_of(layers, _NEURONS_AT_ONCE, attrgetter("neurons")):
        sums = LayerChecksums([layer.first for layer in run])
        for first, last in id_ranges(
            run[0].first, run[-1].last, sum(layer.neurons for layer in run), _NEURONS_AT_ONCE
        ):
            ids = NeuronFilter(id=slice(first, last + 1))
            sums.add(neuron_columns(store.neurons(ids, about, NEURON_COLUMNS)), "id")
        yield from sums.sums


def _columns(edges: pa.Table, about: "StoredModel") -> dict[str, Any]:
    return {name: edges[name].to_numpy() for name in connects_to(about.granularity).names}


def _beyond(store: "Store", about: "StoredModel", layers: list[Layer]) -> Iterator[Damage]:
    """Look for neurons that are of no layer."""
    outside = (slice(layers[-1].last + 1, None), slice(0, layers[0].first))
    count = sum(len(store.neurons(NeuronFilter(id=each), about, ["id"])) for each in outside)
    if count:
        yield Damage(f"{about.name!r} has {count:,} neurons that are of none of its layers")
