"""Compare a stored graph with the checksums that its load wrote, without the model file."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from queries.core.layer import Layer, layers_of
from queries.core.log import logger
from queries.core.notebook import headed, table
from queries.core.progress import Progress, shown
from queries.core.schema import COMPLETE, DAMAGED
from queries.core.wording import worded
from queries.errors import (
    GraphDamagedError,
    ModelIncompleteError,
    ModelNotFoundError,
    listed,
)
from queries.stores import Store, locate, open_store
from queries.stores.damage import Damage, layer_rows
from queries.stores.models import find_model
from queries.stores.remedies import no_complete_model
from queries.stores.unfinished import unfinished_texts


@dataclass(frozen=True, repr=False)
class CheckReport:
    """What of a graph is not as its load wrote it.

    Parameters
    ----------
    frame
        One row a layer: model, layer, class_name, neurons and edges (as the load wrote them),
        damage (what differs, empty where nothing does), passed.
    damage
        All that differs, that of layers included; a sentence each.
    edited
        The models among them that somebody's Cypher has changed since their load.
    damaged
        The models that differ, but those of which so much is damaged that nothing can be read.
    """

    frame: pd.DataFrame
    damage: tuple[str, ...]
    edited: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """True where nothing differs."""
        return not self.damage

    @property
    def _verdict(self) -> str:
        if self.passed:
            return f"passed: {len(self.frame)} layers are as their load wrote them"
        return f"failed: {listed(self.damage)}"

    def __repr__(self) -> str:
        return f"<CheckReport {self._verdict}>"

    def _repr_html_(self) -> str:
        return headed(self._verdict, table(self.frame))


def check(
    graph: str | os.PathLike[str] | None = None,
    *,
    name: str | None = None,
    progress: Progress | bool = True,
) -> CheckReport:
    """Read all of a stored graph, and compare it with what its load wrote.

    Neurons, relationships and the properties of layers and of the model are compared by their
    checksums, and so are inputs and circuits that are stored with it; properties that somebody
    added are not looked at. An embedded file and the files of
    a dataset are compared by their digests as well. It takes memory for one part of a layer.

    Parameters
    ----------
    graph
        Where the graph is, as in ``load``. A model file is not compared with anything.
    name
        The model; by default all of the graph that are complete.
    progress
        True for a bar where there is a display, a notebook or a terminal at stderr; False for none.
        A function is called with a phase, how many neurons and relationships are read, and how many
        there are.

    Returns
    -------
    CheckReport
        What differs.

    Raises
    ------
    GraphError, ModelNotFoundError, ModelIncompleteError
        If the graph cannot be read, or the model is not there.
    """
    begun = time.perf_counter()
    rows: list[dict[str, Any]] = []
    damage: list[str] = []
    edited: list[str] = []
    damaged: list[str] = []
    if locate(graph).kind.is_loaded:
        with shown(progress) as told, open_store(graph) as store:
            store.wholly = True
            for model in [name] if name is not None else _models(store):
                model_damage, layers, is_edited = _damage(store, model, told)
                damage += [each.text for each in model_damage]
                edited += [model] if is_edited else []
                damaged += [model] if layers and any(each.of_load for each in model_damage) else []
                rows += [_row(model, layer, model_damage) for layer in layers]
    columns = ["model", "layer", "class_name", "neurons", "edges", "damage", "passed"]
    logger.info("checked %d layers in %.1f s", len(rows), time.perf_counter() - begun)
    return CheckReport(
        pd.DataFrame(rows, columns=columns), tuple(damage), tuple(edited), tuple(damaged)
    )


def _models(store: Store) -> list[str]:
    """Return the names of models that are complete, or damaged; tell of the others."""
    rows = store.models(None)
    names = sorted({row["name"] for row in rows if row["state"] in {COMPLETE, DAMAGED}})
    unfinished = unfinished_texts(store.location, rows)
    if unfinished and not names:
        raise ModelIncompleteError(f"no model is complete: {'; '.join(unfinished)}")
    if not names:
        raise ModelNotFoundError(no_complete_model(store.location))
    for text in unfinished:
        logger.warning("%s", text)
    return names


def _damage(
    store: Store, model: str, progress: Progress
) -> tuple[Sequence[Damage], Sequence[Layer], bool]:
    """Return what differs of a model, its layers, none where they cannot be read, and if edited."""
    try:
        about = find_model(store, model)
        faults = list(store.damage(about, progress))
        edited = bool(faults) and about.edited
        if edited:
            by = worded("cypher --write", "graph.write")
            faults.insert(0, Damage(f"{model!r} was edited by {by} since it was loaded"))
        with store.uncompared():
            return faults, layers_of(layer_rows(store, about)), edited
    except GraphDamagedError as error:
        return [Damage(str(error))], [], False


def _row(model: str, layer: Layer, faults: Sequence[Damage]) -> dict[str, Any]:
    damage = [each.text for each in faults if each.layer == layer.name]
    return {
        "model": model,
        "layer": layer.name,
        "class_name": layer.class_name,
        "neurons": layer.neurons,
        "edges": layer.edges,
        "damage": listed(damage, none=""),
        "passed": not damage,
    }
