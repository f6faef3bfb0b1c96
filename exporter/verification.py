"""Show that a graph computes what its model computes."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from exporter.forward import keras_values
from exporter.model import KerasModel, open_model
from exporter.planning import trace
from exporter.replay import (
    Columns,
    Floats,
    GraphSource,
    Neurons,
    StoredSource,
    StreamSource,
    replay,
)
from exporter.saved import readable
from queries import NeuronGraph
from queries.checks import require_count
from queries.errors import ModelNotFoundError, VerificationError, listed
from queries.granularity import NEURON_GRAPH
from queries.layer import Layer
from queries.log import logger

TOLERANCE: Final = 1e-5
"""Largest difference that passes, as a share of the largest output of the layer."""


@dataclass(frozen=True)
class VerifyReport:
    """How far a graph's forward pass is from the model's.

    Parameters
    ----------
    frame
        One row a layer: layer, class_name, neurons, largest_difference, scale (largest
        absolute output of the model), relative_difference (their ratio), worst_neuron (id),
        changes (edges and biases that are not as the model has them), passed.
    tolerance
        The largest relative difference that passes.
    seeded
        Layers that nothing feeds in the graph; they took the model's values.
    """

    frame: pd.DataFrame
    tolerance: float
    seeded: list[str]

    @property
    def passed(self) -> bool:
        """True where every layer passed."""
        return bool(self.frame["passed"].all())


def verify(
    model: str | os.PathLike[str],
    graph: str | os.PathLike[str] | None = None,
    *,
    name: str | None = None,
    samples: int = 4,
    seed: int = 0,
) -> VerifyReport:
    """Replay a stored graph on random inputs and compare it with the model, layer by layer.

    Parameters
    ----------
    model
        The model file that was loaded.
    graph
        Where the graph is, as in ``load``.
    name
        What the model is called there; by default the file's name without suffix.
    samples
        How many random inputs, drawn from the standard normal distribution.
    seed
        Seed of the random inputs.

    Returns
    -------
    VerifyReport
        The largest difference of each layer.

    Raises
    ------
    VerificationError
        If the graph was loaded from another file, without its weak relationships, or as a
        coarser graph.
    ModelFileError, GraphError, ModelNotFoundError, ModelIncompleteError
        If the file or the graph cannot be read.
    """
    require_count("samples", samples)
    require_count("seed", seed, least=0)
    file = readable(model)
    name = name if name is not None else file.stem
    # All that differs is told, whatever the store itself would refuse.
    with NeuronGraph(graph, model=name) as stored, stored._store.uncompared():
        row = _model_row(stored, name)
        if row["granularity"] != NEURON_GRAPH:
            raise VerificationError(
                f"{name!r} is a {row['granularity']} graph, which only sums up what the model "
                "computes; to verify a model, load it with --granularity neuron"
            )
        if not row["replayable"]:
            raise VerificationError(
                f"{name!r} was loaded without its weak relationships or last layers, so that its "
                "graph cannot compute what the model computes; load it without --min-weight, --top "
                "and --partial"
            )
        opened = open_model(file)
        if row["sha256"] != opened.sha256:
            raise VerificationError(
                f"{name!r} was loaded from another file than {model}: the SHA-256 of the files "
                f"are {row['sha256'][:12]}... and {opened.sha256[:12]}...; load it again with "
                "--replace, or say its --name"
            )
        begun = time.perf_counter()
        report = compare(opened, StoredSource(stored, name), samples=samples, seed=seed)
        seconds = time.perf_counter() - begun
        logger.info("compared %d layers of %r in %.1f s", len(report.frame), name, seconds)
        return report


def _model_row(graph: NeuronGraph, name: str) -> "pd.Series[Any]":
    models = graph.models()
    found = models[models["name"] == name]
    if found.empty:
        held = listed(models["name"].tolist())
        raise ModelNotFoundError(
            f"{graph.location} holds no model {name!r}; it holds {held}; say --name"
        )
    return found.iloc[0]


def compare(
    model: KerasModel, graph: GraphSource, *, samples: int = 4, seed: int = 0
) -> VerifyReport:
    """Compare the forward pass of a graph with that of its model, layer by layer."""
    whole = trace(model)
    compared = _Compared(graph, StreamSource(whole.plan))
    layers = compared.layers()
    expected = keras_values(model, whole, samples=samples, seed=seed)
    seeded = [layer.name for layer in layers if layer.edges == 0]
    values = replay(compared, {name: expected[name] for name in seeded})
    # A replay does not ask for them: they have the model's values.
    for name in seeded:
        compared.neurons(name)
    rows = [
        _row(layer, expected[layer.name], values[layer.name], compared.changes[layer.name])
        for layer in layers
    ]
    return VerifyReport(pd.DataFrame(rows), TOLERANCE, seeded)


class _Compared:
    """A graph of which each part is compared with the model as the replay reads it.

    A replay cannot see all changes: an edge into a neuron that a ReLU holds at 0 changes nothing.

    Attributes
    ----------
    changes
        How many edges into a layer, and biases of it, are not as the model has them, by layer.
    """

    def __init__(self, graph: GraphSource, built: GraphSource) -> None:
        self._graph, self._built = graph, built
        self._layers = graph.layers()
        self.changes: Counter[str] = Counter()

    def layers(self) -> list[Layer]:
        """Return the layers."""
        return self._layers

    def neurons(self, layer: str) -> Neurons:
        """Return what the neurons of a layer have of their own, compared."""
        found = self._graph.neurons(layer)
        self.changes[layer] += _unlike_neurons(found, self._built.neurons(layer))
        return found

    def edges(self, layer: str) -> Iterator[Columns]:
        """Yield all edges into a layer, compared."""
        found = _sorted_edges(self._graph, layer)
        self.changes[layer] += _unlike(found, _sorted_edges(self._built, layer))
        yield found


def _unlike(stored: Columns, wanted: Columns) -> int:
    """Count the positions at which two sorted lists of edges differ."""
    common = min(len(stored[0]), len(wanted[0]))
    same = np.ones(common, dtype=bool)
    for one, other in zip(stored, wanted, strict=True):
        same &= one[:common] == other[:common]
    return max(len(stored[0]), len(wanted[0])) - int(same.sum())


def _unlike_neurons(stored: Neurons, wanted: Neurons) -> int:
    """Count the biases and slopes that differ."""
    return _unlike_values(stored.bias, wanted.bias) + _unlike_values(stored.slope, wanted.slope)


def _unlike_values(stored: Floats, wanted: Floats) -> int:
    if len(stored) != len(wanted):
        return abs(len(stored) - len(wanted))
    return int(np.sum((stored != wanted) & ~(np.isnan(stored) & np.isnan(wanted))))


def _sorted_edges(graph: GraphSource, layer: str) -> Columns:
    """Return all edges into a layer by target, source and weight."""
    blocks = list(graph.edges(layer))
    if not blocks:
        nothing = np.empty(0, dtype=np.int64)
        return nothing, nothing, nothing.astype(np.float64)
    source, target, weight = (np.concatenate(columns) for columns in zip(*blocks, strict=True))
    order = np.lexsort((weight, source, target))
    return source[order], target[order], weight[order].astype(np.float64)


def _row(layer: Layer, expected: Floats, replayed: Floats, changes: int) -> dict[str, Any]:
    # Both may say the same of log(0) or sqrt(-1): there is nothing to subtract.
    same = (replayed == expected) | (np.isnan(replayed) & np.isnan(expected))
    with np.errstate(invalid="ignore"):
        difference = np.where(same, 0.0, np.abs(replayed - expected)).max(axis=0)
    scale = float(np.abs(expected, where=np.isfinite(expected), out=np.zeros(expected.shape)).max())
    largest = float(difference.max())
    # An output that is 0 throughout has no scale: there any difference counts in full.
    relative = largest / scale if scale else largest
    return {
        "layer": layer.name,
        "class_name": layer.class_name,
        "neurons": layer.neurons,
        "largest_difference": largest,
        "scale": scale,
        "relative_difference": relative,
        "worst_neuron": layer.first + int(difference.argmax()),
        "changes": changes,
        "passed": bool(relative <= TOLERANCE) and changes == 0,
    }
