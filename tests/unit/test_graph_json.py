"""Circuits as graph JSON: what the readers of others need of it, and that all comes back."""

import json
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from queries.errors import ParameterError
from queries.export.graph_json import circuit_of, graph_json, read_graph_json, write_graph_json
from queries.library.circuit import Circuit, columns_of
from queries.library.frames import declared

# Of https://www.neuronpedia.org's graph-schema.json: what entries must have.
METADATA = {"slug", "scan", "prompt_tokens", "prompt"}
NODE = {"node_id", "feature", "layer", "ctx_idx", "feature_type", "jsNodeId", "clerp"}


def circuit() -> Circuit:
    """Return a circuit of two inputs, one inner neuron with a bias, and a target."""
    nodes = [
        (0, "pixels[0]", "pixels", 0, 0, None, "input", 2.0, 3.0, 0.0, 0.0, 0.3),
        (1, "pixels[1]", "pixels", 0, 1, None, "input", 1.0, 1.0, 0.0, 0.0, 0.1),
        (5, "dense[3]", "dense", 1, 3, None, "inner", 5.0, 5.0, 1.0, 0.0, 0.6),
        (9, "odds[7]", "odds", 2, 7, None, "target", 6.5, 6.5, 0.5, 1.0, 0.0),
    ]
    relationships = [
        (0, "pixels[0]", 5, "dense[3]", 3.0, 3.0, 0.3),
        (1, "pixels[1]", 5, "dense[3]", 1.0, 1.0, 0.1),
        (5, "dense[3]", 9, "odds[7]", 5.0, 5.0, 0.6),
    ]
    properties = {"name": "seven", "model": "digits", "input": "digit.png", "towards": "odds[7]"}
    return Circuit(properties, framed(nodes, "circuit_nodes"), framed(relationships, "circuit"))


def framed(rows: list[tuple[Any, ...]], name: str) -> pd.DataFrame:
    """Return a frame as a query answers with."""
    columns = columns_of(name)
    return declared(pd.DataFrame(rows, columns=[each.name for each in columns]), columns)


def test_has_what_other_readers_need() -> None:
    content = graph_json(circuit())
    assert set(content["metadata"]) >= METADATA
    assert all(set(node) >= NODE for node in content["nodes"])
    names = [node["node_id"] for node in content["nodes"]]
    assert len(set(names)) == len(names) == 6
    assert {end for link in content["links"] for end in (link["source"], link["target"])} == set(
        names
    )
    assert len(content["metadata"]["prompt_tokens"]) == 1


def test_links_into_a_node_add_up_to_its_value() -> None:
    content = graph_json(circuit())
    into: dict[str, float] = {}
    for link in content["links"]:
        into[link["target"]] = into.get(link["target"], 0.0) + link["weight"]
    values = {
        node["node_id"]: node["activation"]
        for node in content["nodes"]
        if node["feature_type"] in {"cross layer transcoder", "logit"}
    }
    assert into == values


def test_influence_is_cumulative() -> None:
    share = {node["clerp"]: node["influence"] for node in graph_json(circuit())["nodes"]}
    assert share["dense[3]"] == pytest.approx(0.6)
    assert share["pixels[0]"] == pytest.approx(0.9)
    assert share["pixels[1]"] == pytest.approx(1)


def test_comes_back_whole(tmp_path: Path) -> None:
    given = circuit()
    write_graph_json(given, tmp_path / "seven.json")
    read = read_graph_json(tmp_path / "seven.json")
    assert read.properties == given.properties
    pd.testing.assert_frame_equal(read.nodes, given.nodes)
    pd.testing.assert_frame_equal(read.relationships, given.relationships)


def foreign() -> dict[str, Any]:
    """Return a graph as circuit-tracer writes it: a token, an error, a feature and a logit."""
    names = ["E_2_0", "0_-1_1", "0_12_1", "5_7_1"]
    kinds = ["embedding", "mlp reconstruction error", "cross layer transcoder", "logit"]
    return {
        "metadata": {"slug": "a", "scan": "gemma", "prompt_tokens": ["a", "b"], "prompt": "ab"},
        "qParams": {},
        "nodes": [
            {
                "node_id": name,
                "feature": 3,
                "layer": name[0],
                "ctx_idx": int(name[-1]),
                "feature_type": kind,
                "jsNodeId": name,
                "clerp": "",
                "influence": influence,
                "activation": None,
            }
            for name, kind, influence in zip(names, kinds, [0.75, 1.0, 0.5, None], strict=True)
        ],
        "links": [
            {"source": "E_2_0", "target": "0_12_1", "weight": 2.0},
            {"source": "0_-1_1", "target": "0_12_1", "weight": 0.5},
            {"source": "0_12_1", "target": "5_7_1", "weight": -1.0},
        ],
    }


def test_reads_what_circuit_tracer_writes() -> None:
    read = circuit_of(foreign())
    assert read.nodes["name"].tolist() == ["E_2_0", "0_12_1", "5_7_1"]
    assert read.nodes["kind"].tolist() == ["input", "inner", "target"]
    assert read.nodes["layer_index"].tolist() == [0, 1, 6]
    assert read.nodes["x"].tolist() == [0, 1, 1]
    np.testing.assert_allclose(read.nodes["influence"].to_numpy()[:2], [0.25, 0.5])
    assert read.relationships[["source", "target", "contribution"]].to_numpy().tolist() == [
        [0, 1, 2.0],
        [1, 2, -1.0],
    ]
    assert read.properties["model"] == "gemma"


def test_what_circuit_tracer_wrote_is_written_again() -> None:
    again = circuit_of(graph_json(circuit_of(foreign())))
    pd.testing.assert_frame_equal(again.nodes, circuit_of(foreign()).nodes)


def test_is_a_graph_of_networkx() -> None:
    graph = circuit().to_networkx()
    assert nx.is_directed_acyclic_graph(graph)
    assert graph.graph["towards"] == "odds[7]"
    assert graph.edges[5, 9]["contribution"] == 5
    assert graph.nodes[5]["name"] == "dense[3]"
    assert "x" not in graph.nodes[5]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "is no JSON"),
        ("[]", "is no graph of Neuronpedia"),
        (json.dumps({"metadata": {}, "nodes": []}), "no 'links'"),
        (json.dumps({**foreign(), "links": [{"source": "x"}]}), "is no graph"),
        (json.dumps({**foreign(), "nodes": [{"node_id": "1"}]}), "no 'feature_type'"),
    ],
)
def test_what_is_none_is_refused(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(ParameterError, match=why):
        read_graph_json(tmp_path / "a.json")
