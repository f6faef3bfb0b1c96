"""Circuits that other tools traced, stored beside a model."""

import hashlib
import json
from typing import Any, Final, TypeGuard

import numpy as np
import pandas as pd
import pyarrow as pa

from queries.analysis.operators import Ids
from queries.answers.own_nodes import labels_of, own_nodes
from queries.core.model import StoredModel
from queries.core.record_schema import ACTIVATES, ACTIVE, CONTRIBUTES
from queries.core.records import LONGEST_NAME, check_record_name
from queries.core.schema import COMPLETE
from queries.core.text import printable
from queries.errors import GraphError
from queries.export.traced import TracedCircuit
from queries.stores import Store

_LEVEL: Final = "feature"


def store_traced(store: Store, about: StoredModel, circuit: TracedCircuit, name: str) -> None:
    """Store a circuit that another tool traced, and its prompt as an input.

    Its nodes are no neurons of the model, unless the circuit was exported from it. What comes over
    a relationship is the file's weight.

    Parameters
    ----------
    store, about
        The model, and where it is.
    circuit
        The circuit.
    name
        What it is called.

    Raises
    ------
    GraphError
        If the graph is none that is written, or another input has the name of the prompt.
    """
    answered, own = _answered(circuit), own_nodes(store, about, circuit)
    properties = {
        "name": name,
        "input": _stored_input(store, about, circuit),
        "target": _name(answered["clerp"] or answered["node_id"]),
        "level": own.level if own else _LEVEL,
        **_settings(circuit),
        "value": None if np.isnan(answered["activation"]) else float(answered["activation"]),
    }
    table = own.table if own else _strangers(circuit)
    relationships = _relationships(circuit, table["id"].to_numpy(np.int64))
    store.write_circuit(about, properties, _nodes(circuit, table), relationships)


def input_name(circuit: TracedCircuit) -> str:
    """Return what the prompt of a circuit is called among inputs.

    Raises
    ------
    ParameterError
        If the slug in the file is none.
    """
    name = _name(circuit.metadata["slug"])
    check_record_name("input", name, "slug")
    return name


def _stored_input(store: Store, about: StoredModel, circuit: TracedCircuit) -> str:
    """Return the name of the input that a prompt is, which is stored if it is not."""
    own = circuit.metadata
    name = input_name(circuit)
    prompt = [own["scan"], own["prompt"], own.get("prompt_tokens")]
    sha256 = hashlib.sha256(json.dumps(prompt).encode()).hexdigest()
    rows = store.inputs(about).to_pylist()
    there = {row["name"]: (row["sha256"], row["state"]) for row in rows}
    if name in there and there[name][0] not in {sha256, None}:
        raise GraphError(
            f"another input {name!r} is stored with {about.name!r}; remove it first, or give the "
            "slug in the file another name"
        )
    if there.get(name) != (sha256, COMPLETE):
        likely = _answered(circuit)["clerp"]
        properties = {
            "name": name,
            "label": _name(own["prompt"]),
            "predicted": _name(likely) or None,
            "sha256": sha256,
            "source": _name(own["scan"]),
        }
        store.write_inputs(about, [(properties, ACTIVATES.empty_table())])
    return name


def _answered(circuit: TracedCircuit) -> dict[str, Any]:
    """Return the likeliest answer."""
    place = int(circuit.answer.argmax())
    return {str(name): column.iloc[place] for name, column in circuit.nodes.items()}


def _settings(circuit: TracedCircuit) -> dict[str, Any]:
    """Return to which shares it was pruned, as far as the file says it."""
    given = circuit.metadata.get("pruning_settings")
    settings = given if isinstance(given, dict) else {}
    names = {"node_share": "node_threshold", "edge_share": "edge_threshold"}
    shares = {own: settings.get(theirs) for own, theirs in names.items()}
    return {own: float(share) for own, share in shares.items() if _is_share(share)}


def _is_share(value: Any) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1


def _name(text: str) -> str:
    """Return a text of a file as a name: what people read of it."""
    return printable(text[:LONGEST_NAME])[:LONGEST_NAME]


def _strangers(circuit: TracedCircuit) -> pd.DataFrame:
    """Return what the nodes are where they are no neurons: the columns of ``OwnNodes.table``."""
    nodes = circuit.nodes
    channel = nodes["feature"].where(nodes["feature"] >= 0)
    ids = np.arange(len(nodes))
    return pd.DataFrame(
        {
            "id": ids,
            "name": labels_of(circuit),
            "neuron": None,
            "layer": nodes["layer"],
            "channel": channel,
        }
    )


def _nodes(circuit: TracedCircuit, table: pd.DataFrame) -> pa.Table:
    nodes = circuit.nodes
    frame = table.assign(
        name=table["name"].map(_name),
        layer=table["layer"].map(printable),
        **dict.fromkeys(("slope", "gradient", "attribution", "bias", "left_out"), np.nan),
        value=nodes["activation"],
        influence=circuit.node_influence,
    )[ACTIVE.names]
    return pa.Table.from_pandas(frame, preserve_index=False).cast(ACTIVE)


def _relationships(circuit: TracedCircuit, ids: Ids) -> pa.Table:
    links = circuit.links
    frame = links.assign(
        source=ids[links["source"]],
        target=ids[links["target"]],
        contribution=np.nan,
        attribution=np.nan,
        influence=circuit.edge_influence,
    )[CONTRIBUTES.names]
    return pa.Table.from_pandas(frame, preserve_index=False).cast(CONTRIBUTES)
