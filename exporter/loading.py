"""Load a model file into a graph."""

import json
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial as bound
from pathlib import Path
from typing import Any

from exporter.parallel.address import check_dask
from exporter.planning.not_finite import not_finite_text
from exporter.planning.plan import Plan
from exporter.planning.recipe import Recipe
from exporter.planning.threshold import Threshold
from exporter.reading.given import given_model
from exporter.reading.model_file import Place
from exporter.reading.opened_model import OpenedModel
from exporter.sinks.entries import BLOCKS, REPLACED, STAGED, exists_error
from exporter.sinks.kept_properties import kept_properties
from exporter.sinks.kept_records import kept_records
from exporter.sinks.kinds import Options, sink_kind
from exporter.sinks.ledger import Ledger
from exporter.sinks.model_label import require_no_class
from exporter.sinks.model_node import model_properties
from exporter.sinks.opening import check_options, open_ledger
from exporter.sinks.resumption import begun_with, checksums_of, damage_of, to_go_on_with
from exporter.sinks.sizes import require_room
from exporter.sinks.writer import Writer
from exporter.sinks.writing import write
from queries import NeuronGraph
from queries.core.address import repeatable
from queries.core.arguments import require_text
from queries.core.checksum import model_checksum
from queries.core.file_format import FileFormat
from queries.core.granularity import NEURON_GRAPH, Granularity, nodes_text
from queries.core.input_shapes import InputShapes
from queries.core.log import logger
from queries.core.notebook import facts, headed
from queries.core.progress import Progress, shown
from queries.core.schema import COMPLETE, DAMAGED, DROPPING, LOADING
from queries.core.temporary import sweep_temporary
from queries.core.wording import command, option
from queries.errors import GraphError, GraphNotFoundError, ParameterError, listed
from queries.stores.kinds import MODEL_FILE
from queries.stores.location import Location, locate, require_no_swap

_LONGEST_NAME = 200

Write = Callable[[Writer, Plan, str, int, Progress], dict[str, dict[str, str]]]
"""What ``writing.write`` is."""


@dataclass(frozen=True, repr=False)
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
    not_finite_weights, not_finite_biases
        How many of the relationships have a weight that is NaN or infinite, and how many of the
        nodes such a bias or slope, by the name of the layer; other layers are not there.
    left_out
        How many edges were too weak to be written.
    refused
        The layers that cannot be wired, with their reasons; neither they nor what stands
        behind them was loaded.
    resumed
        How many of the relationships were there already, since an interrupted load went on.
    repaired
        What was not as an earlier load had written it, and was written again.
    checksums
        The checksum of the relationships into each layer, by its name. It does not depend on
        their order, nor on the store.
    half_precisions
        The half precisions that the model computes in, such as mixed_float16; it was read as
        float32.
    seconds
        Wall time, the opening of the model file left out.
    """

    model: str
    graph: str
    layers: tuple[str, ...]
    granularity: Granularity
    neurons: int
    edges: int
    not_finite_weights: Mapping[str, int]
    not_finite_biases: Mapping[str, int]
    left_out: int
    refused: tuple[str, ...]
    resumed: int
    repaired: tuple[str, ...]
    checksums: Mapping[str, str]
    half_precisions: tuple[str, ...]
    seconds: float

    @property
    def edges_per_second(self) -> float:
        """Relationships written in a second."""
        return (self.edges - self.resumed) / self.seconds if self.seconds else 0.0

    @property
    def not_finite(self) -> str:
        """How many weights and biases are not finite, and where; empty for none."""
        return not_finite_text(self.not_finite_weights, self.not_finite_biases)

    @property
    def json(self) -> str:
        """All of it as one JSON object."""
        return json.dumps({**asdict(self), "edges_per_second": self.edges_per_second}, indent=2)

    def __repr__(self) -> str:
        nodes = nodes_text(self.neurons, self.granularity)
        counts = f"{len(self.layers)} layers, {nodes}, {self.edges:,} relationships"
        return f"<LoadReport of {self.model!r} in {self.graph}: {counts}, {self.seconds:.1f} s>"

    def _repr_html_(self) -> str:
        rows = {
            "layers": f"{len(self.layers)}: {listed(self.layers)}",
            "nodes": nodes_text(self.neurons, self.granularity),
            "relationships": f"{self.edges:,}, {self.edges_per_second:,.0f} a second",
            "seconds": f"{self.seconds:.1f}",
            "there already": f"{self.resumed:,} relationships" if self.resumed else "",
            "repaired": listed(self.repaired, none=""),
            "left out, as too weak": f"{self.left_out:,} relationships" if self.left_out else "",
            "left out, as not wired": listed(self.refused, none=""),
            "not finite": self.not_finite,
            "half precision": listed(self.half_precisions, none=""),
        }
        said = {name: text for name, text in rows.items() if text}
        return headed(f"{self.model} in {self.graph}", facts(said))


def load(
    model: str | os.PathLike[str] | Any,
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
    writers: int | None = None,
    file_format: FileFormat | None = None,
    label: str | None = None,
    replace: bool = False,
    resume: bool = False,
    dask: str | None = None,
    input_shape: InputShapes | None = None,
    example_inputs: Any = None,
    progress: Progress | bool = True,
) -> LoadReport:
    """Load a trained model into a graph.

    Parameters
    ----------
    model
        A ``.keras``, HDF5 or ONNX file, or a model in memory, which is not changed: a
        ``keras.Model``, an ``onnx.ModelProto``, or a ``torch.nn.Module``, which PyTorch itself
        exports to ONNX in memory. What is loaded is a copy.
    graph
        A path that ends in ``.lbug``, a Neo4j URI, or a folder for files that Neo4j imports, which
        exists or ends in a slash; by default NEURONGRAPH_GRAPH, else ``neurons.lbug``.
    name
        What the model is called in the graph; by default the file's name without suffix,
        or the name of the model in memory.
    granularity
        What a node stands for: a ``neuron``, all neurons of a ``channel``, or of a ``layer``.
        The relationships between channels or layers hold the sum of the weights that they
        stand for, sums of their absolute values and squares, the largest, and their number.
    from_layer, to_layer
        Load only the layers from one to the other, both included. One that was taken apart
        stands for all of its parts, or steps.
    partial
        Load what stands before the layers that cannot be wired.
    min_weight
        Leave out relationships of a smaller absolute weight. It is rounded to single precision, as
        weights are, so that those printed as 0.7 are not smaller than 0.7.
    top
        Keep only so many relationships into each neuron, the strongest.
    batch_size
        Relationships a transaction; by default what suits the store. A transaction holds all
        relationships into at least one neuron, however many those are.
    writers
        Transactions at once, on a server; by default what it takes.
    file_format
        Of files that Neo4j imports: ``parquet`` or ``csv``; by default what the folder has
        already, else Parquet.
    label
        What every node of the model has as a label beside, in Neo4j and in files for its import,
        so that ``MATCH (n:Digits)`` finds those of one model alone. A Python identifier that no
        other node has; by default there is none.
    replace
        Replace a model of that name. The old one stays until the new one is complete.
    resume
        Go on with a load of that name that was interrupted, of the same file and with the same
        options; what is there already is not written again. Where there is none to go on with,
        begin one. Where the model is complete, compare all of it with what its load wrote; one
        that is damaged is written again, of a dataset the files that are.
    dask
        Write a folder of files by many processes: ``local`` takes one a core, by Dask where that
        is installed; ``tcp://host:8786`` names a Dask scheduler, whose workers must see the
        folder. From a script, call this under ``if __name__ == "__main__":``, since local
        processes import it.
    input_shape
        How long the axes are that the file leaves open, the batch left out: the shape of the input,
        such as ``(32, 128)``, or shapes by the names of inputs. A load that goes on takes those
        with which it began.
    example_inputs
        What a ``torch.nn.Module`` is called with, a batch of one: a tensor, a list of its
        arguments, or a dictionary of them by name. Only such a module takes them.
    progress
        True for a bar where there is a display, a notebook or a terminal at stderr; False for none.
        A function is called with a phase (such as ``neurons`` or ``relationships``), how many are
        done, and how many there are.

    Returns
    -------
    LoadReport
        Totals and time.

    Raises
    ------
    ModelFileError, UnsupportedLayerError
        If the file cannot be read or wired. Nothing is written then.
    ModelExistsError
        If a model of that name is in the graph and ``replace`` is false, or it is another one
        than ``resume`` would go on with.
    GraphLockedError
        If another load of that name has begun meanwhile.
    LayerNotFoundError, ParameterError
        If a layer or another argument is wrong.
    GraphError
        If the graph cannot be opened or written, or the disk has too little room for it.
    """
    require_no_swap(model, graph, command("load", str(graph), graph=str(model)))
    location = locate(graph)
    options = Options(batch_size, writers, file_format, label)
    check_options(location, options)
    if replace and resume:
        raise ParameterError(
            f"{option('replace')} and {option('resume')} exclude each other: {option('resume')} "
            "alone also goes on with a replacement"
        )
    recipe = Recipe(granularity, from_layer, to_layer, partial, Threshold(min_weight, top))
    if dask is not None:
        check_dask(dask, location)
    if name is not None:
        check_name(name)
    given = given_model(model, example_inputs)
    if name is None:
        name = given.name
        check_name(name)
    sweep_temporary()
    # Of a file that may be no model that is said first.
    in_file = isinstance(given.place, Path)
    if not replace and not resume and (not in_file or MODEL_FILE.recognises(str(given.place))):
        _refuse_existing(name, graph)
    with shown(progress, f"Opening {_short(given.place)}") as told:
        begun_shape = begun_with(location, name, given) if resume and input_shape is None else None
        try:
            model_file = given.open(partial=partial, input_shape=input_shape or begun_shape)
        except ParameterError:
            if begun_shape is None:
                raise
            # What is stored of them is damaged.
            model_file = given.open(partial=partial)
        part = recipe.plan(model_file)
        require_no_class(label, part)
        require_room(location, options, part.neurons, part.edges, granularity)
        with _writing(model_file, recipe, dask) as write_by:
            begun = time.perf_counter()
            properties = model_properties(
                model_file,
                part,
                name,
                at=datetime.now(UTC),
                state=LOADING,
                load_id=secrets.token_hex(16),
                label=label,
            )
            most = sink_kind(location).block_edges
            begin = {**properties, "block_edges": min(batch_size or most, most)}
            with open_ledger(location, options) as ledger:
                earlier = to_go_on_with(ledger, begin) if resume else None
                load_model = _Load(ledger, location, part, begin, write_by, told)
                outcome = load_model.run(earlier, replace=replace)
                ledger.tidy(name, told)
            seconds = time.perf_counter() - begun
    logger.info("loaded %r with %d relationships in %.1f s", name, part.edges, seconds)
    return _report(location, name, model_file, part, outcome, seconds)


def _report(
    location: Location,
    name: str,
    model_file: OpenedModel,
    part: Plan,
    outcome: "_Outcome",
    seconds: float,
) -> LoadReport:
    """Return what a load has done."""
    return LoadReport(
        model=name,
        graph=location.text,
        layers=tuple(layer.name for layer in part.layers),
        granularity=part.granularity,
        neurons=part.neurons,
        edges=part.edges,
        not_finite_weights=_some(part, "not_finite_weights"),
        not_finite_biases=_some(part, "not_finite_biases"),
        left_out=part.left_out.edges,
        refused=tuple(map(str, part.refused)),
        resumed=outcome.resumed,
        repaired=outcome.repaired,
        checksums=outcome.checksums,
        half_precisions=model_file.half_precisions,
        seconds=seconds,
    )


def _short(place: Place) -> str:
    return place.name if isinstance(place, Path) else str(place)


def _some(part: Plan, name: str) -> dict[str, int]:
    """Return a count of each layer that has any."""
    counts = {layer.name: int(getattr(layer, name)) for layer in part.layers}
    return {layer: count for layer, count in counts.items() if count}


@contextmanager
def _writing(model: OpenedModel, recipe: Recipe, dask: str | None) -> Iterator[Write]:
    """Give what writes a plan: this process, or many."""
    if dask is None:
        yield write
        return
    from exporter.parallel.source import ModelSource
    from exporter.parallel.starting import started
    from exporter.parallel.writing import write_in_parallel

    source = ModelSource.of(model, recipe)
    with started(dask) as workers:
        yield bound(write_in_parallel, workers, source)


@dataclass(frozen=True)
class _Outcome:
    """What of a load is in its report."""

    checksums: Mapping[str, str]
    resumed: int
    repaired: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Load:
    """A load into an open graph: ``properties`` are those with which its model begins."""

    ledger: Ledger
    location: Location
    part: Plan
    properties: Mapping[str, Any]
    write: Write
    progress: Progress

    def run(self, earlier: Mapping[str, Any] | None, *, replace: bool) -> _Outcome:
        """Write a model, unless it is there and sound.

        Parameters
        ----------
        earlier
            The model as a load before left it, where this one goes on with it.
        replace
            Whether a model of that name is replaced.
        """
        name = self.properties["name"]
        if earlier is None or earlier["state"] != COMPLETE:
            with self._kept() if earlier is not None and self._is_repair() else nullcontext():
                return self._finish(self._begin(earlier, replace=replace))
        damage = damage_of(self.location, name, self.progress)
        if not damage:
            return _Outcome(checksums_of(self.location, name), self.part.edges)
        logger.warning("%r is damaged, and is repaired: %s", name, listed(damage))
        with self._kept():
            return self._finish(self.ledger.repair(self.properties), tuple(damage))

    def _is_repair(self) -> bool:
        """Tell whether a model of the same file and options is there, which this load replaces."""
        try:
            there = self.ledger.standing(self.properties["name"])
        except GraphError as error:
            logger.warning("what is stored beside it cannot be kept: %s", error)
            return False
        if there is None or there.get("edited"):
            return False
        return bool(there.get("fingerprint") == self.properties["fingerprint"])

    @contextmanager
    def _kept(self) -> Iterator[None]:
        """Within this block a model is written anew; keep what was stored beside it."""
        name = self.properties["name"]
        with kept_properties(self.location, name), kept_records(self.location, name):
            yield

    def _begin(self, earlier: Mapping[str, Any] | None, *, replace: bool) -> Writer:
        """Begin anew, or go on."""
        # There is nothing to go on with where a note is damaged, or its model is being removed.
        if earlier is None or earlier["state"] in {DAMAGED, DROPPING}:
            return self.ledger.begin(self.properties, replace=replace or earlier is not None)
        return self.ledger.resume(earlier)

    def _finish(self, writer: Writer, repaired: tuple[str, ...] = ()) -> _Outcome:
        """Write all that is missing, and make the model complete."""
        block_edges = writer.model["block_edges"]
        sums = self.write(writer, self.part, self.properties["name"], block_edges, self.progress)
        self.ledger.finish(writer, sums, _model_checksum(writer.model, self.part, sums))
        checksums = {layer: each["checksum"] for layer, each in sums.items()}
        return _Outcome(checksums, writer.resumed_edges, repaired)


def _model_checksum(
    model: Mapping[str, Any], part: Plan, sums: Mapping[str, Mapping[str, str]]
) -> str:
    """Return the checksum of a model, given its properties and what is known of its layers."""
    layers = (
        {**layer.properties(""), **sums[layer.name], "inputs": layer.inputs}
        for layer in part.layers
    )
    return model_checksum(model, layers)


def _refuse_existing(name: str, graph: str | os.PathLike[str] | None) -> None:
    """Say that a name is taken before TensorFlow is imported, which takes seconds."""
    try:
        with NeuronGraph(graph) as session:
            exists = name in session.models()["name"].tolist()
    except GraphNotFoundError:
        return
    if exists:
        raise exists_error(session.location, name)


def check_name(name: str) -> None:
    """Raise ParameterError where a model cannot have a name."""
    require_text("name", name, "what the model is called in the graph")
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise ParameterError(
            f"name {repeatable(name)[:42]} does not do; a model's name has 1 to {_LONGEST_NAME} "
            "printable characters"
        )
    for suffix in (STAGED, REPLACED, BLOCKS):
        if name.endswith(suffix):
            raise ParameterError(
                f"name {repeatable(name)} ends in {suffix!r}, which marks unfinished work"
            )
