"""Show that a graph computes what its model computes."""

import json
import os
import time
from dataclasses import dataclass
from typing import Any

import pandas as pd

from exporter.planning.push import trace
from exporter.reading.given import given_model
from exporter.reading.model_file import Place, word_of
from exporter.reading.opened_model import OpenedModel
from exporter.verifying.compared import ComparedGraph, part_in
from exporter.verifying.drawing import drawn_inputs
from exporter.verifying.graph_source import EDGES_AT_ONCE, ReadGraph, StoredSource
from exporter.verifying.proof import TOLERANCE, Proof
from queries.core.granularity import NEURON_GRAPH
from queries.core.log import logger
from queries.core.model import StoredModel
from queries.core.notebook import headed, table
from queries.core.progress import Progress, shown, silent
from queries.core.wording import command, option
from queries.errors import ModelNotFoundError, VerificationError
from queries.library.checks import require_count
from queries.stores import Location, Store, locate, open_store
from queries.stores.location import require_no_swap
from queries.stores.models import find_model
from queries.stores.remedies import to_load


@dataclass(frozen=True, repr=False)
class VerifyReport:
    """How far a graph's forward pass is from the model's, and what of it differs.

    Parameters
    ----------
    frame
        One row a layer of the model, or a step of one: layer, class_name, neurons (null where it
        only moves data), largest_difference, scale (largest absolute output of the model; of a
        layer that moves data, of the layers whose neurons stand in its output),
        relative_difference (their ratio), worst_neuron (id; null where the constant 0 stands
        there), changes (properties, neurons and relationships that are not as the model has
        them; of a layer that moves data, places where another neuron stands), passed.
    tolerance
        The largest relative difference that passes.
    seeded
        Layers that took the model's values: its inputs, and in a part of a model what is fed
        from outside of it.
    differences
        One row a layer and change of it: layer (empty where it is the whole model), kind
        (``node`` or ``properties`` of the layer, its ``HAS_LAYER``, ``neurons``, or
        ``relationships`` into it), change (``missing``, ``doubled``, ``added`` or ``changed``),
        count, example.
    """

    frame: pd.DataFrame
    tolerance: float
    seeded: list[str]
    differences: pd.DataFrame

    @property
    def passed(self) -> bool:
        """True where every layer passed, and nothing differs."""
        return bool(self.frame["passed"].all()) and self.differences.empty

    @property
    def _verdict(self) -> str:
        layers = f"{self.frame['passed'].sum()} of {len(self.frame)} layers agree"
        largest = self.frame["relative_difference"].max()
        within = f"largest relative difference {largest:.2g}, {self.tolerance:.2g} is allowed"
        changes = f"; {len(self.differences)} differences" if len(self.differences) else ""
        return f"{'passed' if self.passed else 'failed'}: {layers}, {within}{changes}"

    def __repr__(self) -> str:
        return f"<VerifyReport {self._verdict}>"

    def _repr_html_(self) -> str:
        tables = [self.frame, *([] if self.differences.empty else [self.differences])]
        return headed(self._verdict, *map(table, tables))


def verify(
    model: str | os.PathLike[str] | Any,
    graph: str | os.PathLike[str] | None = None,
    *,
    name: str | None = None,
    samples: int = 4,
    seed: int = 0,
    example_inputs: Any = None,
    progress: Progress | bool = True,
) -> VerifyReport:
    """Replay a stored graph on random inputs and compare it with the model, tensor by tensor.

    Only the inputs are taken over. Relationships are read in parts, and each part is compared
    with what the model has there, so that memory does not grow with them.

    Parameters
    ----------
    model
        The model that was loaded: its file, or the model in memory.
    graph
        Where the graph is, as in ``load``.
    name
        What the model is called there; by default the file's name without suffix, or the name of
        the model in memory.
    samples
        How many random inputs, drawn from the standard normal distribution; where the model looks
        tokens up, from those that it knows.
    seed
        Seed of the random inputs.
    example_inputs
        What a ``torch.nn.Module`` is called with, as in ``load``.
    progress
        True for a bar where there is a display, a notebook or a terminal at stderr; False for none.
        A function is called with a phase (``relationships``), how many are compared, and how many
        there are.

    Returns
    -------
    VerifyReport
        The largest difference of each layer, and what was missing, doubled, added or changed.

    Raises
    ------
    VerificationError
        If the graph was loaded from another model, without its weak relationships, or as a
        coarser graph.
    ModelFileError, GraphError, ModelNotFoundError, ModelIncompleteError
        If the file or the graph cannot be read.
    """
    require_count(option("samples"), samples)
    require_count(option("seed"), seed, least=0)
    require_no_swap(model, graph, command("verify", str(graph), graph=str(model)))
    given = given_model(model, example_inputs)
    name = name if name is not None else given.name
    # All that differs is told, whatever the store itself would refuse.
    with (
        shown(progress, f"Opening {given.place}") as told,
        open_store(graph) as store,
        store.uncompared(),
    ):
        about = _about(store, name)
        again = _or_again(locate(graph), name, given.place)
        source = StoredSource(store, about)
        row = source.model_row()
        if about.granularity != NEURON_GRAPH:
            raise VerificationError(
                f"{name!r} is a {about.granularity} graph, which only sums up what the model "
                f"computes; name one of neurons{again}"
            )
        if not row["replayable"]:
            raise VerificationError(
                f"{name!r} was loaded without its weak relationships or last layers, so that its "
                f"graph cannot compute what the model computes; name one that is whole{again}"
            )
        sha256 = given.sha256
        # Axes that the file leaves open are as long as they were when it was loaded.
        loaded = json.loads(row["input_shapes"]) if row["sha256"] == sha256 else None
        model_file = given.open(input_shape=loaded)
        if row["sha256"] != sha256:
            raise VerificationError(
                f"{name!r} was loaded from another model than {given.place}: their SHA-256 "
                f"are {str(row['sha256'])[:12]}... and {sha256[:12]}...; say "
                f"another {option('name')}{again}"
            )
        begun = time.perf_counter()
        report = compare(model_file, source, samples=samples, seed=seed, progress=told)
        seconds = time.perf_counter() - begun
        logger.info("compared %d layers of %r in %.1f s", len(report.frame), name, seconds)
        return report


def _or_again(location: Location, name: str, place: Place) -> str:
    """Say how all of a model is loaded in place of one; nothing of what is not loaded."""
    if not location.kind.is_loaded:
        return ""
    return f", or load it again: {to_load(location.text, name, word_of(place), replace=True)}"


def _about(store: Store, name: str) -> StoredModel:
    try:
        return find_model(store, name)
    except ModelNotFoundError as error:
        raise ModelNotFoundError(f"{option('name')}: {error}") from None


def compare(
    model: OpenedModel,
    graph: ReadGraph,
    *,
    samples: int = 4,
    seed: int = 0,
    progress: Progress = silent,
) -> VerifyReport:
    """Compare a graph with its model: what it holds, and the values of every tensor.

    Parameters
    ----------
    model
        The opened model.
    graph
        The graph, of the whole model or of a range of its layers.
    samples, seed, progress
        As in ``verify``.

    Raises
    ------
    VerificationError
        If the model cannot be run.
    """
    whole = trace(model)
    part = part_in(whole.plan, graph)
    compared = ComparedGraph(graph, part, EDGES_AT_ONCE, progress)
    compared.compare_nodes()
    inputs = drawn_inputs(model, whole.plan, samples=samples, seed=seed)
    values = model.values(inputs)
    proof = Proof(model, whole, part, values)
    proof.replay(compared)
    compared.compare_rest()
    differences = compared.differences
    rows = [row for each in whole.plan.rows if (row := proof.row(each, differences.changes))]
    frame = pd.DataFrame(rows).astype({"neurons": "Int64", "worst_neuron": "Int64"})
    return VerifyReport(frame, TOLERANCE, proof.seeded, differences.frame)
