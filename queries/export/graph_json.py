"""Circuits as the graph JSON that Neuronpedia and circuit-tracer read, and back.

A node is a feature of a layer at a position; a link says what its source adds to the value of its
target. What else a value is made of, biases and what was left out, comes from an error node, of
which there is one a layer and position. The ``influence`` of a node is cumulative: what it and all
nodes of more influence have together. What a circuit says beyond that stands in an entry
``neurongraph`` of the file, of each node and of each link, which other readers pass over.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from queries.analysis.operators import Scores
from queries.core.address import path_text
from queries.core.files import replaced_text
from queries.core.version import __version__
from queries.errors import ParameterError
from queries.library.circuit import Circuit, columns_of, rows_of
from queries.library.frames import declared

_OWN: Final = "neurongraph"
_TYPES: Final = {"input": "embedding", "inner": "cross layer transcoder", "target": "logit"}
_ERROR: Final = "mlp reconstruction error"
_INPUT: Final = "E"
_LEAST: Final = 1e-12
"""What of a value is less than this share of it is rounding."""

Json = dict[str, Any]
"""An object of a JSON file."""


def write_graph_json(circuit: Circuit, file: Path) -> None:
    """Write a circuit as graph JSON to a file, which is replaced once it is whole.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    with replaced_text(file) as stream:
        json.dump(graph_json(circuit), stream, allow_nan=False, indent=1)


def read_graph_json(file: Path) -> Circuit:
    """Read the circuit of a file of graph JSON, whoever wrote it.

    Raises
    ------
    ParameterError
        If it cannot be read, or is none.
    """
    name = path_text(file)
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ParameterError(f"cannot read {name}: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise ParameterError(f"{name} is no JSON: {error}") from None
    try:
        return circuit_of(content)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        reason = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise ParameterError(
            f"{name} is no graph of Neuronpedia or circuit-tracer: {reason}; it has the entries "
            "metadata, nodes and links"
        ) from None


def graph_json(circuit: Circuit) -> Json:
    """Return a circuit as the content of a file of graph JSON."""
    nodes = circuit.nodes
    rows = rows_of(nodes)
    names = {row["id"]: _name(_layer(row), row["id"], _position(row)) for row in rows}
    error_nodes: dict[str, Json] = {}
    links: list[Json] = [
        {
            "source": names[row["source"]],
            "target": names[row["target"]],
            "weight": row["contribution"],
            _OWN: row,
        }
        for row in rows_of(circuit.relationships)
    ]
    for row, error in zip(rows, _errors(circuit).tolist(), strict=True):
        if row["kind"] != "input" and abs(error) > _LEAST * abs(row.get("value", 0.0)):
            source = _name(_layer(row), -1, _position(row))
            error_nodes[source] = _node(source, _layer(row), -1, _position(row), _ERROR)
            links.append({"source": source, "target": names[row["id"]], "weight": error})
    influence = _cumulative(nodes["influence"].fillna(0.0).to_numpy(np.float64)).tolist()
    return {
        "metadata": _metadata(circuit.properties, max(map(_position, rows), default=0) + 1),
        "qParams": {
            "pinnedIds": [names[row["id"]] for row in rows if row["kind"] == "target"],
            "supernodes": [],
            "linkType": "both",
            "clickedId": "",
            "sg_pos": "",
        },
        "nodes": [
            *(
                {
                    **_node(
                        names[row["id"]],
                        _layer(row),
                        row["id"],
                        _position(row),
                        _TYPES[row["kind"]],
                    ),
                    "clerp": row["name"],
                    "is_target_logit": row["kind"] == "target",
                    "influence": share,
                    "activation": row.get("value"),
                    _OWN: row,
                }
                for row, share in zip(rows, influence, strict=True)
            ),
            *error_nodes.values(),
        ],
        "links": links,
    }


def circuit_of(content: Json) -> Circuit:
    """Return the circuit of the content of a file of graph JSON.

    Raises
    ------
    KeyError, TypeError, ValueError
        If it is none.
    """
    metadata, all_nodes = content["metadata"], content["nodes"]
    of_nodes, of_links = columns_of("circuit_nodes"), columns_of("circuit")
    shown = sorted(
        (node for node in all_nodes if node["feature_type"] != _ERROR),
        key=lambda node: _layer_index(str(node["layer"])),
    )
    numbers = {
        node["node_id"]: node.get(_OWN, {}).get("id", number) for number, node in enumerate(shown)
    }
    errors = {node["node_id"] for node in all_nodes} - set(numbers)
    entries = pd.DataFrame([_row(node, numbers[node["node_id"]]) for node in shown])
    nodes = _with_influence(entries).reindex(columns=[column.name for column in of_nodes])
    rows = []
    for link in content["links"]:
        if link["source"] not in errors:
            source, target = numbers[link["source"]], numbers[link["target"]]
            own = link.get(_OWN, {"contribution": float(link["weight"])})
            rows.append({**own, "source": source, "target": target})
    links = pd.DataFrame(rows, columns=[column.name for column in of_links])
    for end in ("source", "target"):
        links[f"{end}_name"] = nodes.set_index("id")["name"].reindex(links[end]).to_numpy()
    properties = metadata.get(_OWN) or {
        "name": metadata["slug"],
        "model": metadata["scan"],
        "input": metadata["prompt"],
        "towards": ", ".join(nodes.loc[nodes["kind"] == "target", "name"]),
        "level": "feature",
    }
    order = links.sort_values(["source", "target"], kind="stable", ignore_index=True)
    return Circuit(properties, declared(nodes, of_nodes), declared(order, of_links))


def _errors(circuit: Circuit) -> Scores:
    """Return what of each node's value no relationship brings; NaN where it has no value."""
    brought = circuit.relationships.groupby("target")["contribution"].sum()
    values = circuit.nodes["value"].to_numpy(np.float64)
    errors: Scores = values - brought.reindex(circuit.nodes["id"], fill_value=0.0).to_numpy()
    return errors


def _metadata(properties: Mapping[str, Any], positions: int) -> Json:
    tokens: Sequence[object] = properties.get("tokens") or range(positions)
    return {
        "slug": str(properties.get("name", "circuit")),
        "scan": str(properties.get("model", "")),
        "transcoder_list": [],
        "prompt_tokens": list(map(str, tokens)),
        "prompt": str(properties.get("input", "")),
        "schema_version": 1,
        "info": {"generator": {"name": _OWN, "version": __version__}},
        _OWN: dict(properties),
    }


def _node(name: str, layer: str, feature: int, position: int, kind: str) -> Json:
    return {
        "node_id": name,
        "feature": feature,
        "layer": layer,
        "ctx_idx": position,
        "feature_type": kind,
        "token_prob": 0.0,
        "is_target_logit": False,
        "run_idx": 0,
        "reverse_ctx_idx": 0,
        "jsNodeId": f"{layer}_{feature}-{position}",
        "clerp": "",
        "influence": None,
        "activation": None,
    }


def _row(node: Json, number: int) -> Json:
    """Return the row of an entry of the file: what we wrote, or what can be told of another's."""
    if _OWN in node:
        return {**node[_OWN], "id": number}
    layer = str(node["layer"])
    kinds = {"embedding": "input", "logit": "target"}
    return {
        "id": number,
        "neuron": None,
        "name": str(node["clerp"] or node["node_id"]),
        "layer": layer,
        "layer_index": _layer_index(layer),
        "channel": node["feature"],
        "x": int(node["ctx_idx"]),
        "kind": kinds.get(node["feature_type"], "inner"),
        "value": node.get("activation"),
        "attribution": None,
        "bias_part": None,
        "left_out": None,
        "cumulative": node.get("influence"),
        "influence": None,
    }


def _cumulative(influence: Scores) -> Scores:
    """Return of each node what it and all of more influence have together."""
    order = np.argsort(-influence, kind="stable")
    cumulative = np.empty_like(influence)
    cumulative[order] = np.cumsum(influence[order]) / max(influence.sum(), np.finfo(float).tiny)
    return cumulative


def _with_influence(nodes: pd.DataFrame) -> pd.DataFrame:
    """Return nodes with the influence of each, of which others write the cumulative one alone."""
    if "cumulative" not in nodes:
        return nodes
    rising = nodes["cumulative"].astype(float).sort_values()
    return nodes.assign(influence=rising.diff().fillna(rising))


def _layer(row: Json) -> str:
    return _INPUT if row["kind"] == "input" else str(row["layer_index"])


def _layer_index(layer: str) -> int:
    """Return the position of a layer, of which the inputs are the first."""
    return 0 if layer == _INPUT else int(layer) + 1


def _position(row: Json) -> int:
    return int(row.get("x", 0))


def _name(layer: str, feature: int, position: int) -> str:
    return f"{layer}_{feature}_{position}"
