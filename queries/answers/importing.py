"""Circuits that other tools traced, stored beside a model."""

import hashlib
import json
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

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

    Its nodes are no neurons of the model. What comes over a relationship is the file's weight.

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
    answered = _answered(circuit)
    properties = {
        "name": name,
        "input": _stored_input(store, about, circuit),
        "target": printable(answered["clerp"] or answered["node_id"]),
        "level": _LEVEL,
        **_settings(circuit),
        "value": None if np.isnan(answered["activation"]) else float(answered["activation"]),
    }
    store.write_circuit(about, properties, _nodes(circuit), _relationships(circuit))


def input_name(circuit: TracedCircuit) -> str:
    """Return what the prompt of a circuit is called among inputs.

    Raises
    ------
    ParameterError
        If the slug in the file is none.
    """
    name = printable(circuit.metadata["slug"])[:LONGEST_NAME]
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
            "label": printable(own["prompt"]),
            "predicted": printable(likely) or None,
            "sha256": sha256,
            "source": printable(own["scan"]),
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
    return {own: float(share) for own, share in shares.items() if isinstance(share, (int, float))}


def _nodes(circuit: TracedCircuit) -> pa.Table:
    nodes = circuit.nodes
    name = (nodes["node_id"] + " " + nodes["clerp"]).str.strip()
    frame = pd.DataFrame(
        {
            "id": np.arange(len(nodes)),
            "neuron": None,
            "name": name.map(printable),
            "layer": nodes["layer"].map(printable),
            "channel": nodes["feature"].where(nodes["feature"] >= 0),
            **dict.fromkeys(("slope", "gradient", "attribution", "bias", "left_out"), np.nan),
            "value": nodes["activation"],
            "influence": circuit.node_influence,
        }
    )[ACTIVE.names]
    return pa.Table.from_pandas(frame, preserve_index=False).cast(ACTIVE)


def _relationships(circuit: TracedCircuit) -> pa.Table:
    frame = circuit.links.assign(
        contribution=np.nan, attribution=np.nan, influence=circuit.edge_influence
    )[CONTRIBUTES.names]
    return pa.Table.from_pandas(frame, preserve_index=False).cast(CONTRIBUTES)
