"""How the weights of a model change from epoch to epoch."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from queries.analysis import passes
from queries.analysis.comparison import ModelPair, difference, layer_changes
from queries.analysis.history import layer_state
from queries.analysis.not_finite import note
from queries.answers.comparison import require_alike
from queries.answers.model import Model
from queries.answers.models import Models
from queries.core.address import repeatable
from queries.core.schema import COMPLETE
from queries.errors import ModelNotFoundError, ParameterError, listed, meant
from queries.library.checks import check_against
from queries.library.frames import declared
from queries.library.history import COLUMNS, MODEL_OF_RUN

NOT_FINITE = (
    "What is the same in two epochs, NaN or infinite, is no change; norms are NaN where NaN is in "
    "them."
)


@dataclass(frozen=True, order=True)
class Checkpoint:
    """A model of a run."""

    epoch: int
    name: str
    state: str


def checkpoints(rows: Iterable[dict[str, Any]], run: str) -> list[Checkpoint]:
    """Return the models of a run, by epoch.

    Parameters
    ----------
    rows
        The models of a graph, complete or not.
    run
        The name of the run.
    """
    found = [(MODEL_OF_RUN.fullmatch(row["name"]), row) for row in rows]
    return sorted(
        Checkpoint(int(match["epoch"]), row["name"], row["state"])
        for match, row in found
        if match and match["run"] == run
    )


def history(models: Models, run: str, by: str) -> pd.DataFrame:
    """Describe the weights into each layer at each epoch, and their changes since the one before.

    Two models are held at a time.

    Parameters
    ----------
    models
        The models of an open graph.
    run
        The name of the run.
    by
        Which property of the relationships weighs them.

    Raises
    ------
    ModelNotFoundError
        If no complete model is of that run.
    ParameterError
        If they are not of one architecture and granularity.
    """
    rows = models.rows()
    every = checkpoints(rows, run)
    complete = [each for each in every if each.state == COMPLETE]
    _require(run, every, complete, [row["name"] for row in rows])
    parts: list[dict[str, Any]] = []
    notes = [_unfinished(every)]
    before: Model | None = None
    for each in complete:
        model = models.find(each.name)
        with _of_a_run():
            check_against("by", by, model.stored)
            if before is not None:
                require_alike(before, model)
            parts += _epoch(each, model, before, by)
        notes.append(note(model.name, model.layers, NOT_FINITE))
        before = model
    frame = declared(pd.DataFrame(parts, columns=[each.name for each in COLUMNS]), COLUMNS)
    if text := " ".join(filter(None, notes)):
        frame.attrs["note"] = text
    return frame


@contextmanager
def _of_a_run() -> Iterator[None]:
    """Say of models that do not do which parameter names them."""
    try:
        yield
    except ParameterError as error:
        text = str(error).removeprefix("other: ").removeprefix("by: ")
        raise ParameterError(f"run: {text}") from None


def _require(
    run: str, every: Sequence[Checkpoint], complete: Sequence[Checkpoint], names: Sequence[str]
) -> None:
    """Raise an error where there is no run, or two models of an epoch."""
    if not complete:
        there = f"none of {listed([each.name for each in every])} is complete" * bool(every)
        runs = dict.fromkeys(match["run"] for match in map(MODEL_OF_RUN.fullmatch, names) if match)
        there = there or f"the graph holds {listed(names)}{meant(run, runs)}"
        raise ModelNotFoundError(
            f"there is no run {repeatable(run)}, whose models are named RUN@1, RUN@2 and so on; "
            f"{there}"
        )
    for one, other in pairwise(complete):
        if one.epoch == other.epoch:
            raise ParameterError(
                f"run: {one.name!r} and {other.name!r} are of one epoch; drop one of them"
            )


def _unfinished(every: Sequence[Checkpoint]) -> str:
    """Say which models are left out."""
    states = [f"{each.name} ({each.state})" for each in every if each.state != COMPLETE]
    return f"Left out what is not complete: {listed(states)}." if states else ""


def _epoch(
    checkpoint: Checkpoint, model: Model, before: Model | None, by: str
) -> list[dict[str, Any]]:
    """Return a row for each layer that is fed."""
    network = model.network(by)
    strength = passes.in_strength(network)
    rows = {
        layer.index: {
            "epoch": checkpoint.epoch,
            "model": checkpoint.name,
            "layer_index": layer.index,
            "layer": layer.name,
            **layer_state(network, layer, strength),
        }
        for layer in network.layers
        if layer.edges
    }
    if before is not None:
        pair = ModelPair(before.network(by), network, (before.name, model.name))
        bias_changes = _bias_changes(before, model)
        for layer, counterpart in zip(pair.one.layers, network.layers, strict=True):
            if layer.edges:
                changes = layer_changes(pair.edge_pairs(layer))
                changes["bias_change"] = bias_changes[counterpart.index]
                rows[counterpart.index] |= changes
    return list(rows.values())


def _bias_changes(before: Model, model: Model) -> dict[int, float]:
    """Return the norm of the change of the biases of each layer, not a number where it has none."""
    (own, has), (others, other_has) = before.biases(), model.biases()
    squares = difference(own, others) ** 2
    first = model.layers[0].first
    norms = {}
    for layer in model.layers:
        place = layer.places(first)
        both = (has & other_has)[place]
        norms[layer.index] = float(np.sqrt(squares[place][both].sum())) if both.any() else np.nan
    return norms
