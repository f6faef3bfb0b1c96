"""Load a model file into a graph."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from exporter.batches import BLOCK_EDGES
from exporter.grouping import grouped
from exporter.model import KerasModel, open_model
from exporter.plan import Plan
from exporter.planning import plan
from exporter.sinks import STAGED, Sink, exists_error, open_sink
from exporter.sizes import require_room
from exporter.threshold import Threshold
from queries import NeuronGraph
from queries.errors import GraphNotFoundError, ParameterError, listed
from queries.granularity import GRANULARITIES, NEURON_GRAPH, Granularity
from queries.schema import LOADING, SCHEMA_VERSION
from queries.stores.location import locate

NEURON_BLOCK = 1 << 17
_LONGEST_NAME = 200


@dataclass(frozen=True)
class LoadReport:
    """What a load did.

    Parameters
    ----------
    model
        The name in the graph.
    graph
        The path or URI of the graph.
    layers
        Names of the layers that were written, inputs first.
    granularity
        What a node stands for.
    neurons, edges
        How many nodes and relationships were written.
    left_out
        How many edges were too weak to be written.
    refused
        The layers that cannot be wired, with their reasons; neither they nor what stands
        behind them was loaded.
    seconds
        Wall time, the opening of the model file left out.
    """

    model: str
    graph: str
    layers: tuple[str, ...]
    granularity: Granularity
    neurons: int
    edges: int
    left_out: int
    refused: tuple[str, ...]
    seconds: float

    @property
    def edges_per_second(self) -> float:
        """Relationships written in a second."""
        return self.edges / self.seconds if self.seconds else 0.0


def load(
    model: str | os.PathLike[str],
    graph: str | os.PathLike[str] | None = None,
    *,
    name: str | None = None,
    granularity: Granularity = NEURON_GRAPH,
    from_layer: str | None = None,
    to_layer: str | None = None,
    partial: bool = False,
    min_weight: float = 0.0,
    top: int | None = None,
    batch_size: int | None = None,
    replace: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> LoadReport:
    """Load a trained Keras model into a graph.

    Parameters
    ----------
    model
        A ``.keras`` or HDF5 file.
    graph
        A path that ends in ``.lbug``, or a Neo4j URI; by default NEURONGRAPH_GRAPH, else
        ``neurons.lbug``.
    name
        What the model is called in the graph; by default the file's name without suffix.
    granularity
        What a node stands for: a ``neuron``, all neurons of a ``channel``, or of a ``layer``.
        The relationships between channels or layers hold the sum of the weights that they
        stand for, sums of their absolute values and squares, the largest, and their number.
    from_layer, to_layer
        Load only the layers from one to the other, both included.
    partial
        Load what stands before the layers that cannot be wired.
    min_weight
        Leave out relationships of a smaller absolute weight.
    top
        Keep only so many relationships into each neuron, the strongest.
    batch_size
        Relationships a transaction; by default what suits the store.
    replace
        Replace a model of that name. The old one stays until the new one is complete.
    progress
        Called with a phase (such as ``neurons`` or ``relationships``), how many are done, and how
        many there are.

    Returns
    -------
    LoadReport
        Totals and time.

    Raises
    ------
    ModelFileError, UnsupportedLayerError
        If the file cannot be read or wired. Nothing is written then.
    ModelExistsError
        If a model of that name is in the graph and ``replace`` is false.
    LayerNotFoundError, ParameterError
        If a layer or another argument is wrong.
    GraphError
        If the graph cannot be opened or written, or the disk has too little room for it.
    """
    name = _checked_name(name if name is not None else Path(model).stem)
    if batch_size is not None and batch_size < 1:
        raise ParameterError(f"batch_size is {batch_size}; it must be at least 1")
    if granularity not in GRANULARITIES:
        raise ParameterError(f"granularity {granularity!r} is not one of {listed(GRANULARITIES)}")
    threshold = Threshold(min_weight, top)
    if not replace:
        _refuse_existing(name, graph)
    opened = open_model(model, partial=partial)
    whole = grouped(plan(opened, partial=partial), granularity)
    part = whole.between(from_layer, to_layer).thinned(threshold)
    location = locate(graph)
    if not location.is_server:
        require_room(location.path, part.neurons, part.edges, granularity)
    begun = time.perf_counter()
    with open_sink(graph) as sink:
        sink.begin(_properties(opened, part, name), replace=replace, batch_size=batch_size)
        _write(sink, part, name, batch_size or sink.batch_size, progress or _silent)
        sink.finish()
    seconds = time.perf_counter() - begun
    names = tuple(layer.name for layer in part.layers)
    return LoadReport(
        model=name,
        graph=location.text,
        layers=names,
        granularity=granularity,
        neurons=part.neurons,
        edges=part.edges,
        left_out=part.left_out.edges,
        refused=tuple(map(str, part.refused)),
        seconds=seconds,
    )


def _refuse_existing(name: str, graph: str | os.PathLike[str] | None) -> None:
    """Say that a name is taken before TensorFlow is imported, which takes seconds."""
    try:
        with NeuronGraph(graph) as opened:
            taken = name in opened.models()["name"].tolist()
    except GraphNotFoundError:
        return
    if taken:
        raise exists_error(opened.location, name)


def _silent(phase: str, done: int, total: int) -> None:
    pass


def _checked_name(name: str) -> str:
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise ParameterError(
            f"name {name[:40]!r} does not do; a model's name has 1 to {_LONGEST_NAME} "
            "printable characters"
        )
    if name.endswith(STAGED):
        raise ParameterError(f"name {name!r} ends in {STAGED!r}, which marks unfinished loads")
    return name


def _properties(model: KerasModel, part: Plan, name: str) -> dict[str, Any]:
    """Return the properties of the model's node: the names of ``schema.MODEL``."""
    return {
        "name": name,
        "sha256": model.sha256,
        "keras_version": model.keras_version,
        "input_shapes": json.dumps(model.input_shapes),
        "output_shapes": json.dumps(model.output_shapes),
        "layers": len(part.layers),
        "neurons": part.neurons,
        "edges": part.edges,
        "granularity": part.granularity,
        "replayable": part.replayable,
        "loaded_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "state": LOADING,
        "schema_version": SCHEMA_VERSION,
    }


def _write(
    sink: Sink, part: Plan, name: str, batch_size: int, progress: Callable[[str, int, int], None]
) -> None:
    names = {layer.index: layer.name for layer in part.layers}
    following = [(names[i], layer.name) for layer in part.layers for i in layer.inputs]
    sink.add_layers([layer.properties(name) for layer in part.layers], following)
    done = 0
    for layer in part.layers:
        bounds = [*range(0, layer.neurons, NEURON_BLOCK), layer.neurons]
        for start, stop in pairwise(bounds):
            sink.add_neurons(layer.neuron_table(name, start, stop), layer.class_name)
            done += stop - start
            progress(f"{part.granularity}s", done, part.neurons)
    done = 0
    for layer in part.layers:
        for start, stop in layer.ranges(min(batch_size, BLOCK_EDGES)):
            block = layer.block(start, stop)
            sink.add_edges(block)
            done += len(block)
            progress("relationships", done, part.edges)
