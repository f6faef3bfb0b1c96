"""Circuits as NetworkX graphs, GraphML and graph JSON in each store, against the frames."""

import json
from pathlib import Path
from typing import Any, Final

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from queries import NeuronGraph, read_circuit
from queries.errors import ParameterError

pytestmark = pytest.mark.computed

# Neuronpedia b8efe84, apps/webapp/app/api/graph/graph-schema.json: what is required.
REQUIRED: Final = {
    "metadata": {"slug", "scan", "prompt_tokens", "prompt"},
    "nodes": {"node_id", "feature", "layer", "ctx_idx", "feature_type", "jsNodeId", "clerp"},
    "links": {"source", "target", "weight"},
}
TYPES: Final = {
    "node_id": str, "feature": int, "layer": str, "ctx_idx": int, "feature_type": str,
    "jsNodeId": str, "clerp": str, "source": str, "target": str, "weight": float,
}  # fmt: skip
LEVELS: Final[list[Any]] = ["neuron", "channel", "layer"]


@pytest.fixture
def x(pooled: NeuronGraph) -> NDArray[np.float32]:
    shape = pooled.layers()["shape"].iloc[0]
    x: NDArray[np.float32] = np.random.default_rng(6).normal(size=shape).astype(np.float32)
    return x


def written(graph: NeuronGraph, file: Path, x: Any, **how: Any) -> dict[str, Any]:
    graph.export_circuit(file, x, **how)
    return json.loads(file.read_text("utf-8"))  # type: ignore[no-any-return]


def along(edge: tuple[int, int, dict[str, float]]) -> tuple[float, ...]:
    source, target, own = edge
    return (source, target, own["contribution"], own["attribution"], own["influence"])


@pytest.mark.parametrize("level", LEVELS)
def test_networkx_has_what_the_frames_have(
    pooled: NeuronGraph, x: NDArray[np.float32], level: Any
) -> None:
    how: dict[str, Any] = {"level": level, "node_share": 0.7, "towards": "odds[1]"}
    found = pooled.circuit_graph(x, **how)
    nodes, edges = pooled.circuit_nodes(x, **how), pooled.circuit(x, **how)
    assert sorted(found) == nodes["id"].tolist()
    for row in nodes.drop(columns=["input", "towards"]).to_dict("records"):
        own = found.nodes[row.pop("id")]
        assert {name: own[name] for name in row if name in own} == {
            name: value for name, value in row.items() if not pd.isna(value)
        }
    rows = [(s, t, *data.values()) for s, t, data in found.edges(data=True)]
    by = ["source", "target", "contribution", "attribution", "influence"]
    frame = pd.DataFrame(rows, columns=by).sort_values(by, ignore_index=True)
    expected = edges[by].sort_values(by, ignore_index=True)
    pd.testing.assert_frame_equal(frame, expected)
    (scores,) = pooled.circuit_scores(x, **how).to_dict("records")
    assert found.graph["towards"] == scores["towards"]
    for name in ("replacement", "completeness"):
        assert found.graph[name] == pytest.approx(scores[name])
    assert found.graph["target"] == pytest.approx(scores["target"], rel=1e-5)


def test_graphml_comes_back(pooled: NeuronGraph, x: NDArray[np.float32], tmp_path: Path) -> None:
    file = tmp_path / "circuit.graphml"
    assert pooled.export_circuit(file, x, level="neuron") == len(pooled.circuit(x, level="neuron"))
    found = nx.read_graphml(file, node_type=int, force_multigraph=True)
    expected = pooled.circuit_graph(x, level="neuron")
    assert {name: found.graph[name] for name in expected.graph} == expected.graph
    for node, own in expected.nodes(data=True):
        assert found.nodes[node] == {**own, "label": own["name"]}
    edges, others = (sorted(map(along, g.edges(data=True))) for g in (found, expected))
    assert edges == others


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("towards", [None, "odds[1]-odds[0]"])
def test_circuit_tracer_computes_our_scores_from_the_json(
    pooled: NeuronGraph, x: NDArray[np.float32], tmp_path: Path, level: Any, towards: Any
) -> None:
    how: dict[str, Any] = {"level": level, "node_share": 0.7, "towards": towards}
    content = written(pooled, tmp_path / "circuit.json", x, **how)
    nodes, links = content["nodes"], content["links"]
    place = {each["node_id"]: row for row, each in enumerate(nodes)}
    assert len(place) == len(nodes)
    # The formulas of circuit-tracer (graph.py, compute_graph_scores) on a dense matrix.
    matrix = np.zeros((len(nodes), len(nodes)))
    for link in links:
        matrix[place[link["target"]], place[link["source"]]] += abs(link["weight"])
    share = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1e-10)
    kinds = np.array([each["feature_type"] for each in nodes])
    answer = np.array([each["token_prob"] for each in nodes])
    total = answer @ np.linalg.inv(np.eye(len(nodes)) - share)
    inputs, errors = kinds == "embedding", kinds == "mlp reconstruction error"
    (scores,) = pooled.circuit_scores(x, **how).to_dict("records")
    influence = total - answer
    by_inputs, by_errors = influence[inputs].sum(), influence[errors].sum()
    assert by_inputs / (by_inputs + by_errors) == pytest.approx(scores["replacement"])
    explained = (1 - share[:, errors].sum(axis=1)) * total
    assert explained.sum() / total.sum() == pytest.approx(scores["completeness"])
    read = read_circuit(tmp_path / "circuit.json")
    found = [read.nodes[each["node_id"]]["influence"] for each in nodes]
    np.testing.assert_allclose(found, influence, atol=1e-12)
    # What of all influence the nodes have that have as much or more: where the page's slider cuts.
    for row, each in enumerate(nodes):
        if each["feature_type"] != "logit":
            least = influence[influence > influence[row]].sum() / influence.sum()
            assert least - 1e-9 <= each["influence"] <= 1


@pytest.mark.parametrize("level", LEVELS)
def test_json_is_of_the_schema(
    pooled: NeuronGraph, x: NDArray[np.float32], tmp_path: Path, level: Any
) -> None:
    content = written(pooled, tmp_path / "seven.json", x, level=level)
    assert set(content) == {"metadata", "qParams", "nodes", "links"}
    assert REQUIRED["metadata"] <= content["metadata"].keys()
    assert content["metadata"]["slug"] == "seven"
    assert content["metadata"]["scan"] == "pooled"
    tokens = content["metadata"]["prompt_tokens"]
    for part in ("nodes", "links"):
        for each in content[part]:
            assert REQUIRED[part] <= each.keys()
            assert all(type(each[name]) is TYPES[name] for name in REQUIRED[part])
    # What circuit-tracer's page needs: it hides what stands at two thirds of the positions.
    assert len(tokens) >= 2
    for each in content["nodes"]:
        assert 0 <= each["ctx_idx"] < len(tokens)
        assert each["layer"] == "E" or each["layer"].isdigit()
        if each["feature_type"] == "embedding":
            assert tokens[each["ctx_idx"]] == each["clerp"]
        if each["feature_type"] == "logit":
            assert each["clerp"].split("(p=")[1].split(")")[0]


@pytest.mark.parametrize("level", ["neuron", "channel"])
def test_influence_of_all_of_it_is_that_of_the_query(
    pooled: NeuronGraph, x: NDArray[np.float32], tmp_path: Path, level: Any
) -> None:
    all_of_it: dict[str, Any] = {"level": level, "node_share": 1, "edge_share": 1}
    written(pooled, tmp_path / "all.json", x, **all_of_it)
    read = read_circuit(tmp_path / "all.json").nodes(data=True)
    found = {own["feature"]: own["influence"] for _, own in read if own["feature"] >= 0}
    nodes = pooled.circuit_nodes(x, **all_of_it).set_index("id")["influence"]
    assert sorted(found) == nodes.index.tolist()
    np.testing.assert_allclose([found[each] for each in nodes.index], nodes, atol=1e-6)


def test_a_circuit_of_nothing_is_one(pooled: NeuronGraph, tmp_path: Path) -> None:
    nothing = np.zeros((1, *pooled.layers()["shape"][0]), dtype=np.float32)
    content = written(pooled, tmp_path / "nothing.json", nothing, towards="odds[1]")
    assert "embedding" not in {each["feature_type"] for each in content["nodes"]}
    assert read_circuit(tmp_path / "nothing.json").graph["replacement"] == pytest.approx(
        0, nan_ok=True
    )


def test_what_cannot_be_written_is_said_before(
    pooled: NeuronGraph, x: NDArray[np.float32], tmp_path: Path
) -> None:
    with pytest.raises(ParameterError, match=r"let it end in \.json, \.graphml"):
        pooled.export_circuit(tmp_path / "circuit.xml", x)
    with pytest.raises(ParameterError, match=r"let it end in \.graphml"):
        pooled.export(tmp_path / "part.json")
    with pytest.raises(ParameterError, match="2 samples, and a circuit is of one"):
        pooled.circuit_graph(np.stack([x, x]))
    assert not list(tmp_path.iterdir())
