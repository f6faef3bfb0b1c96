"""Write a plan, and check what has arrived."""

from collections.abc import Mapping
from itertools import pairwise
from operator import attrgetter
from typing import Final

import pyarrow as pa

from exporter.planning.layer import PlannedLayer
from exporter.planning.plan import Plan
from exporter.sinks.writer import Writer
from queries.core.checksum import Checksum, LayerChecksums, neuron_columns
from queries.core.layer import runs_of
from queries.core.log import logger
from queries.core.progress import Progress
from queries.core.wording import option
from queries.errors import GraphError

NEURON_BLOCK: Final = 1 << 17
_NEURONS_TOGETHER: Final = 1 << 13
"""Neurons whose checksums are computed at once."""

_EDGES_TOGETHER: Final = 1 << 17
"""Relationships that are read back at once, where several layers have no more."""


def write(
    writer: Writer, part: Plan, name: str, block_edges: int, progress: Progress
) -> dict[str, dict[str, str]]:
    """Write everything but the end of the load.

    Parameters
    ----------
    writer
        Of a load that has begun or goes on.
    part
        What.
    name
        The name of the model.
    block_edges
        The most relationships in a block. A load that goes on must use that of its beginning.
    progress
        Told how far each phase is.

    Returns
    -------
    dict
        The properties ``checksum`` and ``neuron_checksum`` of each layer, by its name.

    Raises
    ------
    GraphError
        If something else stands in the store than was sent.
    """
    write_layers(writer, part, name, progress)
    neurons = write_neurons(writer, part, name, progress)
    sums = _write_edges(writer, part, block_edges, progress)
    writer.flush()
    logger.info("wrote %d relationships, %d of them before", part.edges, writer.resumed_edges)
    _check(writer, part, sums, progress)
    logger.info("checked %d relationships", part.edges)
    return layer_checksums(sums, neurons)


def layer_checksums(
    edges: Mapping[str, Checksum], neurons: Mapping[str, Checksum]
) -> dict[str, dict[str, str]]:
    """Return checksums as properties of layers, given those of both by the names of layers."""
    return {
        layer: {"checksum": str(checksum), "neuron_checksum": str(neurons[layer])}
        for layer, checksum in edges.items()
    }


def write_layers(writer: Writer, part: Plan, name: str, progress: Progress) -> None:
    """Hand the layers of a model of that name to a writer, and which follows which."""
    # From here on a load that breaks leaves something behind.
    progress("layers", 0, len(part.layers))
    names = {layer.index: layer.name for layer in part.layers}
    following = [(names[i], layer.name) for layer in part.layers for i in layer.inputs]
    writer.add_layers([layer.properties(name) for layer in part.layers], following)
    progress("layers", len(part.layers), len(part.layers))


def write_neurons(writer: Writer, part: Plan, name: str, progress: Progress) -> dict[str, Checksum]:
    """Hand all nodes of a model of that name to a writer; return their checksums by layer."""
    sums = LayerChecksums([layer.first for layer in part.layers])
    pending: list[pa.Table] = []
    done = summed = 0
    for layer in part.layers:
        for start, stop in pairwise([*range(0, layer.neurons, NEURON_BLOCK), layer.neurons]):
            table = layer.neuron_table(name, start, stop)
            writer.add_neurons(table, layer.class_name)
            pending.append(table)
            done += stop - start
            if done - summed >= _NEURONS_TOGETHER or done == part.neurons:
                sums.add(neuron_columns(pa.concat_tables(pending)), "id")
                pending, summed = [], done
            progress(f"{part.granularity}s", done, part.neurons)
    logger.info("wrote %d nodes", part.neurons)
    return {layer.name: each for layer, each in zip(part.layers, sums.sums, strict=True)}


def _write_edges(
    writer: Writer, part: Plan, block_edges: int, progress: Progress
) -> dict[str, Checksum]:
    sums = {layer.name: Checksum() for layer in part.layers}
    done = 0
    for layer in part.layers:
        for start, stop in layer.ranges(block_edges):
            block = layer.block(start, stop)
            writer.add_edges(layer, start, block)
            sums[layer.name].add(block.columns)
            done += len(block)
            progress("relationships", done, part.edges)
    return sums


def _check(writer: Writer, part: Plan, sums: dict[str, Checksum], progress: Progress) -> None:
    """Read all relationships back."""
    done = 0
    for layers in runs_of(part.layers, _EDGES_TOGETHER, attrgetter("edges")):
        actual = LayerChecksums([layer.first for layer in layers])
        edges = sum(layer.edges for layer in layers)
        for columns in writer.stored_edges(layers[0].first, layers[-1].last, edges):
            actual.add(columns, "target")
            done += len(columns["target"])
            progress("checked relationships", min(done, part.edges), part.edges)
        for layer, each in zip(layers, actual.sums, strict=True):
            require_arrived(writer.location, layer, sums[layer.name], each)


def require_arrived(
    location: str, layer: PlannedLayer, expected: Checksum, actual: Checksum
) -> None:
    """Raise GraphError unless the relationships into a layer are those that were sent."""
    if (expected.rows, str(expected)) != (actual.rows, str(actual)):
        raise GraphError(
            f"{location} holds {actual.rows:,} relationships into layer {layer.name!r}, of "
            f"checksum {actual}; sent were {expected.rows:,} of checksum {expected}; load the "
            f"model again with {option('replace', True)}"
        )
