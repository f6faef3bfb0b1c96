"""Which neurons of a model the nodes of a circuit are that was exported from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from queries.core.model import StoredModel
from queries.core.neuron_filter import NeuronFilter
from queries.export.graph_json import ERROR, GENERATOR, output_name
from queries.export.traced import TracedCircuit
from queries.stores import Store

_LEVELS: Final = ("neuron", "channel", "layer")


@dataclass(frozen=True)
class OwnNodes:
    """What the nodes of a circuit are in the model that it was exported from.

    Parameters
    ----------
    level
        What a node is: a neuron, a channel or a layer.
    table
        A row a node: id and name, as in a circuit that is stored without a file, neuron, layer and
        channel.
        Errors, which such a circuit has not, have ids behind the others.
    """

    level: str
    table: pd.DataFrame


def own_nodes(store: Store, about: StoredModel, circuit: TracedCircuit) -> OwnNodes | None:
    """Return what the nodes of a circuit are; None where it is not of this model.

    It is where this tool wrote the file, and each node has the name that the model has for it.
    """
    level = _object(circuit.metadata, "generation_settings").get("level")
    generator = _object(_object(circuit.metadata, "info"), "generator").get("name")
    nodes, is_error = circuit.nodes, circuit.is_of(ERROR)
    ids = nodes["feature"][~is_error]
    if generator != GENERATOR or level not in _LEVELS or not (ids >= 0).fillna(False).all():
        return None
    if ids.duplicated().any():
        return None
    given = NeuronFilter(id=ids.to_numpy(np.int64))
    found = store.neurons(given, about, ("id", "name", "layer", "channel")).to_pandas()
    found = found.set_index("id").reindex(ids.to_numpy(np.int64))
    if not (_names(found, level) == nodes["clerp"][~is_error].map(output_name).to_numpy()).all():
        return None
    table = pd.DataFrame(
        {"id": nodes["feature"], "name": labels_of(circuit), "layer": nodes["layer"]}
    )
    table.loc[~is_error, "name"] = nodes["clerp"][~is_error].map(output_name)
    table.loc[is_error, "id"] = ids.max() + 1 + np.arange(is_error.sum())
    table.loc[~is_error, "layer"] = found["layer"].to_numpy()
    table["channel"] = pd.array([pd.NA] * len(nodes), "Int64")
    if level != "layer":
        table.loc[~is_error, "channel"] = found["channel"].to_numpy()
    table["neuron"] = table["id"].where(~is_error & (level == "neuron"))
    return OwnNodes(level, table)


def labels_of(circuit: TracedCircuit) -> "pd.Series[str]":
    """Return what nodes are called by their file: the id, and the label if there is one."""
    return (circuit.nodes["node_id"] + " " + circuit.nodes["clerp"]).str.strip()


def _object(parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    own = parent.get(name)
    return own if isinstance(own, dict) else {}


def _names(neurons: pd.DataFrame, level: str) -> "pd.Series[str]":
    """Return the names that nodes have, of which these are the first neurons."""
    if level == "neuron":
        return neurons["name"]
    if level == "layer":
        return neurons["layer"]
    return neurons["layer"] + "[" + neurons["channel"].astype("Int64").astype("str") + "]"
