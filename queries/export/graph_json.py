"""A circuit as the graph JSON of circuit-tracer and Neuronpedia.

The schema is Neuronpedia's (``apps/webapp/app/api/graph/graph-schema.json``). What circuit-tracer's
page needs beside it: numbers as layers, or E of inputs; a probability in the label of a target; as
many prompt tokens as there are positions, and at least two: it hides what stands at nearly all.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import numpy as np
import pandas as pd

from queries.analysis.circuit.influence import graph_of, node_influence, shares
from queries.analysis.operators import Ids, Scores
from queries.core.version import __version__
from queries.export.circuit import CircuitGraph

EMBEDDING: Final = "embedding"
ERROR: Final = "mlp reconstruction error"
FEATURE: Final = "cross layer transcoder"
LOGIT: Final = "logit"
GENERATOR: Final = "neurongraph"
"""Who wrote a file, by its metadata."""

_TYPES: Final = {"input": EMBEDDING, "inner": FEATURE, "target": LOGIT}
_NO_FEATURE: Final = -1
_OUTPUT: Final = re.compile(r'Output "(.*)" \(p=[^()]*\)', re.DOTALL)


def write_graph_json(circuit: CircuitGraph, slug: str, stream: BinaryIO) -> None:
    """Write a circuit; the weight of a link is the attribution of the relationship.

    Of each layer, and position, a node of the type of an error feeds what is there by all that does
    not come over relationships of the circuit: biases and what is left out. With it circuit-tracer
    computes the replacement and completeness that ``circuit_scores`` has.

    Parameters
    ----------
    circuit
        The circuit.
    slug
        What it is called; circuit-tracer's page looks for a file of this name.
    stream
        Where it goes.
    """
    place, tokens = _places(circuit)
    nodes = [*_nodes(circuit, place)]
    ids = pd.Series([each["node_id"] for each in nodes], circuit.neurons["id"])
    errors, error_links = _errors(circuit, place, ids)
    edges = circuit.edges
    ends = (ids[edges["source"]], ids[edges["target"]], edges["attribution"])
    links = [*zip(*ends, strict=True), *error_links]
    nodes += errors
    _add_influence(nodes, links)
    content = {
        "metadata": _metadata(circuit, slug, tokens),
        "qParams": {
            "pinnedIds": [], "supernodes": [], "linkType": "both", "clickedId": "", "sg_pos": "",
        },
        "nodes": nodes,
        "links": [dict(zip(("source", "target", "weight"), each, strict=True)) for each in links],
    }  # fmt: skip
    stream.write(json.dumps(content, allow_nan=False).encode())


def output_name(label: str) -> str:
    """Return the name of the node that a label is of, which of a target is more than the name."""
    output = _OUTPUT.fullmatch(label)
    return output[1] if output else label


def _places(circuit: CircuitGraph) -> tuple[Ids, list[str]]:
    """Return the position of each node, and what the positions are called.

    In a sequence that is the time. Else each input has one of its own. What has none stands behind.
    """
    neurons = circuit.neurons
    is_input = (neurons["kind"] == "input").to_numpy()
    is_step = (neurons["x"].notna() & neurons["y"].isna()).to_numpy()
    if is_input.any() and is_step[is_input].all():
        steps = neurons["x"].fillna(0).to_numpy(np.int64)
        names = [f"x={step}" for step in range(steps[is_step].max() + 1)]
        place = np.where(is_step, steps, len(names))
    else:
        names = neurons.loc[is_input, "name"].tolist() or ["no input"]
        place = np.full(len(neurons), len(names))
        place[is_input] = np.arange(is_input.sum())
    return place, [*names, str(circuit.facts["towards"])]


def _nodes(circuit: CircuitGraph, place: Ids) -> Iterator[dict[str, Any]]:
    rows = circuit.neurons.to_dict("records")
    for row, at in zip(rows, place.tolist(), strict=True):
        kind = _TYPES[row["kind"]]
        layer = "E" if kind == EMBEDDING else str(row["layer_index"])
        node = _node(layer, int(row["id"]), at, kind, row["name"], row["value"])
        if kind == LOGIT:
            share = float(row["answer"])
            likely = row["probability"] if pd.notna(row["probability"]) else share
            node["clerp"] = f'Output "{row["name"]}" (p={likely:.3f})'
            node |= {"token_prob": share, "is_target_logit": True}
        yield node


def _errors(
    circuit: CircuitGraph, place: Ids, ids: "pd.Series[str]"
) -> tuple[list[dict[str, Any]], list[tuple[str, str, float]]]:
    """Return a node for each layer and position that gets something else, and its links."""
    neurons = circuit.neurons.assign(place=place, error=_own(circuit.neurons))
    nodes, links = [], []
    fed = neurons[neurons["error"] != 0]
    for _, rows in fed.groupby(["layer_index", "place"]):
        name = f"Bias and what is left out: {rows['layer'].iloc[0]}"
        before, at = int(rows["layer_index"].iloc[0]) - 1, int(rows["place"].iloc[0])
        node = _node(str(before), _NO_FEATURE, at, ERROR, name, None)
        nodes.append(node)
        of_ids = zip(rows["id"], rows["error"].tolist(), strict=True)
        links += [(node["node_id"], ids[to], error) for to, error in of_ids]
    return nodes, links


def _own(neurons: pd.DataFrame) -> "pd.Series[float]":
    """Return what comes to each node over no relationship of the circuit."""
    return (neurons["bias_part"] + neurons["left_out"]).where(neurons["kind"] != "input", 0.0)


def _node(
    layer: str, feature: int, at: int, kind: str, name: str, value: float | None
) -> dict[str, Any]:
    what = "error" if feature == _NO_FEATURE else feature
    return {
        "node_id": f"{layer}_{what}_{at}",
        "feature": feature,
        "layer": layer,
        "ctx_idx": at,
        "feature_type": kind,
        "token_prob": 0.0,
        "is_target_logit": False,
        "run_idx": 0,
        "reverse_ctx_idx": 0,
        "jsNodeId": f"{layer}_{what}-{at}",
        "clerp": name,
        "activation": value,
    }


def _add_influence(nodes: list[dict[str, Any]], links: list[tuple[str, str, float]]) -> None:
    """Note of each node how much of all influence the nodes have that have more, and itself.

    That is what the slider of circuit-tracer's page compares with.
    """
    places = {node["node_id"]: place for place, node in enumerate(nodes)}
    source, target = (
        np.array([places[link[end]] for link in links], dtype=np.int64) for end in (0, 1)
    )
    weight = np.array([link[2] for link in links], dtype=np.float64)
    graph, _ = graph_of(source, target, weight, len(nodes))
    answer = np.array([node["token_prob"] for node in nodes])
    for node, share in zip(
        nodes, _cumulative(node_influence(shares(graph), answer)).tolist(), strict=True
    ):
        node["influence"] = None if node["feature_type"] == LOGIT else share


def _cumulative(influence: Scores) -> Scores:
    order = np.argsort(-influence, kind="stable")
    total = influence.sum()
    summed = np.empty_like(influence)
    summed[order] = np.minimum(np.cumsum(influence[order]) / (total if total > 0 else 1.0), 1.0)
    return summed


def _metadata(circuit: CircuitGraph, slug: str, tokens: list[str]) -> dict[str, Any]:
    facts = circuit.facts
    settings = ("level", "rule", "products", "baseline")
    return {
        "slug": slug,
        "scan": circuit.model.name,
        "transcoder_list": [],
        "prompt_tokens": tokens,
        "prompt": f"{facts['input']}: {facts['towards']}",
        "node_threshold": 1.0,
        "schema_version": 1,
        "info": {"generator": {"name": GENERATOR, "version": __version__}},
        "generation_settings": {name: facts[name] for name in settings if facts[name] is not None},
        "pruning_settings": {
            "prune": facts["prune"],
            "node_threshold": facts["node_share"],
            "edge_threshold": facts["edge_share"],
        },
    }
