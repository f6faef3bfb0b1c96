"""Circuits that other tools traced: the numbers of circuit-tracer's own test, and hostile files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from exporter import import_circuit
from queries import NeuronGraph, read_circuit
from queries.errors import ParameterError
from queries.export import traced

# circuit-tracer 4bb8c0e, tests/test_graph.py, test_small_graph: who feeds whom, all alike.
FEEDS: Final = {11: [1, 3, 6, 8], 3: [0, 1, 6], 1: [9, 10], 0: [9]}
INFLUENCE: Final = [1 / 12, 1 / 3, 0, 1 / 4, 0, 0, 1 / 3, 0, 1 / 4, 1 / 4, 1 / 6, 0]

Content = dict[str, Any]


def node(number: int, kind: str = "cross layer transcoder", **more: Any) -> Content:
    own = {"node_id": f"n{number}", "feature": number, "layer": "0", "ctx_idx": 0}
    return {**own, "feature_type": kind, "jsNodeId": f"n{number}", "clerp": "", **more}


def small() -> Content:
    """Return the small graph: two tokens, an error, and an answer."""
    nodes = [node(number) for number in range(12)]
    for number, kind in {8: "mlp reconstruction error", 9: "embedding", 10: "embedding"}.items():
        nodes[number]["feature_type"] = kind
    nodes[11] |= {"feature_type": "logit", "token_prob": 1.0, "clerp": 'Output "a" (p=1.000)'}
    links = [
        {"source": f"n{source}", "target": f"n{target}", "weight": -10}
        for target, sources in FEEDS.items()
        for source in sources
    ]
    metadata = {"slug": "small", "scan": "tiny", "prompt": "a b", "prompt_tokens": ["a", " b"]}
    return {"metadata": metadata, "qParams": {}, "nodes": nodes, "links": links}


@pytest.fixture
def file(tmp_path: Path) -> Callable[[Any], Path]:
    """Give what writes a file."""

    def write(content: Any) -> Path:
        path = tmp_path / "circuit.json"
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        return path

    return write


def test_influence_is_that_of_circuit_tracer(file: Callable[[Any], Path]) -> None:
    found = read_circuit(file(small()))
    assert list(found) == [f"n{number}" for number in range(12)]
    influence = [data["influence"] for _, data in found.nodes(data=True)]
    np.testing.assert_allclose(influence, INFLUENCE, atol=1e-15)
    # A token's way is 9 -> 1, 9 -> 0 or 10 -> 1; the error 8 feeds the answer alone.
    assert found.graph["replacement"] == pytest.approx((1 / 4 + 1 / 6) / (1 / 4 + 1 / 6 + 1 / 4))
    # Of the answer a quarter comes from an error, of all else nothing.
    assert found.graph["completeness"] == pytest.approx(1 - (1 / 4) / (sum(INFLUENCE) + 1))
    assert found.edges["n9", "n0", 0]["influence"] == pytest.approx(1 / 12)
    assert found.edges["n3", "n11", 0] == {"weight": -10.0, "influence": pytest.approx(1 / 4)}


def test_two_links_between_the_same_nodes_are_two(file: Callable[[Any], Path]) -> None:
    content = small()
    for weight in (10, -20):
        content["links"].append({"source": "n9", "target": "n0", "weight": weight})
    found = read_circuit(file(content))
    shares = [own["influence"] for *_, own in found.edges("n9", data=True)][-3:]
    np.testing.assert_allclose(sorted(shares), np.array([1, 1, 2]) / 48)


def test_an_answer_is_as_probable_as_the_file_says(file: Callable[[Any], Path]) -> None:
    content = small()
    content["nodes"][11]["token_prob"] = 0.5
    halved = [data["influence"] for _, data in read_circuit(file(content)).nodes(data=True)]
    np.testing.assert_allclose(halved, np.array(INFLUENCE) / 2, atol=1e-15)
    del content["nodes"][11]["token_prob"]
    whole = [data["influence"] for _, data in read_circuit(file(content)).nodes(data=True)]
    np.testing.assert_allclose(whole, INFLUENCE, atol=1e-15)


def changed(change: Callable[[Content], Any]) -> Content:
    content = small()
    change(content)
    return content


WRONG: Final[dict[str, tuple[Any, str]]] = {
    "no JSON": ("{", "is no JSON"),
    "empty": ("", "is no JSON"),
    "no object": ("[1]", "one has metadata, nodes and links"),
    "nested": ("[" * 200_000, "nested too deep"),
    "NaN": (json.dumps(changed(lambda c: c["links"][0].update(weight=np.nan))), "NaN is no number"),
    "weight 1e999": (
        json.dumps(small()).replace('"weight": -10', '"weight": 1e999'),
        "beyond what a number",
    ),
    "a huge weight": (changed(lambda c: c["links"][0].update(weight=10**400)), "beyond"),
    "a huge feature": (changed(lambda c: c["nodes"][0].update(feature=10**40)), "beyond"),
    "a text as weight": (changed(lambda c: c["links"][0].update(weight="1")), "weight is"),
    "true as weight": (changed(lambda c: c["links"][0].update(weight=True)), "weight is"),
    "no weight": (changed(lambda c: c["links"][0].pop("weight")), "weight is missing in row 0"),
    "a missing node": (changed(lambda c: c["nodes"].pop(9)), "source of a link names nodes"),
    "an id twice": (changed(lambda c: c["nodes"].append(node(3))), "several nodes have.*n3"),
    "no id": (changed(lambda c: c["nodes"][2].pop("node_id")), "node_id is missing in row 2"),
    "nodes of numbers": (changed(lambda c: c.update(nodes=[1])), "nodes are no list"),
    "links of an object": (changed(lambda c: c.update(links={})), "links are no list"),
    "metadata of a list": (changed(lambda c: c.update(metadata=[])), "metadata is no object"),
    "no scan": (changed(lambda c: c["metadata"].pop("scan")), "scan is missing"),
    "no answer": (changed(lambda c: c["nodes"][11].update(feature_type="x")), "type 'logit'"),
    "no nodes": (changed(lambda c: c.update(nodes=[], links=[])), "type 'logit'"),
    "below 0": (changed(lambda c: c["nodes"][11].update(token_prob=-1)), "token_prob is not from"),
    "above 1": (changed(lambda c: c["nodes"][11].update(token_prob=1.5)), "not from 0 to 1"),
    "weights beyond all sums": (
        changed(lambda c: c["links"].extend({**c["links"][0], "weight": 1e308} for _ in range(3))),
        "weights of the links to node.*n11.* too large to be added up",
    ),
    "a layer like a book": (
        changed(lambda c: c["nodes"][2].update(layer="x" * 100_000)),
        "layer has 100,000 characters in row 2, and 200 are taken",
    ),
    "half a character as layer": (
        changed(lambda c: c["nodes"][0].update(layer="\ud800")),
        "layer in row 0 holds what is no UTF-8",
    ),
    "tokens of lists": (
        changed(lambda c: c["metadata"].update(prompt_tokens=[["a"]])),
        "prompt_tokens are no list of texts",
    ),
    "tokens as a number": (changed(lambda c: c["metadata"].update(prompt_tokens=1)), "no list of"),
    "a circle": (
        changed(lambda c: c["links"].append({"source": "n3", "target": "n0", "weight": 0.0})),
        "circle through node",
    ),
    "to itself": (
        changed(lambda c: c["links"].append({"source": "n3", "target": "n3", "weight": 1})),
        "circle through node.*n3",
    ),
    "half a character": (
        changed(lambda c: c["nodes"][0].update(clerp="\ud800")),
        "clerp in row 0 holds what is no UTF-8",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_circuit_is_refused(
    wrong: str, file: Callable[[Any], Path], tmp_path: Path
) -> None:
    content, message = WRONG[wrong]
    path = file(content)
    with pytest.raises(ParameterError, match=message):
        read_circuit(path)
    with pytest.raises(ParameterError, match=message):
        import_circuit(path, tmp_path / "graph.lbug")
    assert not (tmp_path / "graph.lbug").exists()


def test_what_is_too_large_is_refused(
    file: Callable[[Any], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = file(small())
    monkeypatch.setattr(traced, "_LONGEST_WAY", 2)
    with pytest.raises(ParameterError, match="more than 2 links"):
        read_circuit(path)
    monkeypatch.setattr(traced, "_LARGEST", 1000)
    with pytest.raises(ParameterError, match=r"and 1.0 kB are read"):
        read_circuit(path)
    for missing in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(ParameterError, match="is no file"):
            read_circuit(missing)


def test_settings_are_kept_that_are_shares(file: Callable[[Any], Path], tmp_path: Path) -> None:
    place = tmp_path / "graph.lbug"
    for share in ("1" + 400 * "0", "1e999", "1e5", "-0.5", "true", '"1"', "[1]"):
        settings = f'"pruning_settings": {{"node_threshold": {share}, "edge_threshold": 0.5}}'
        path = file(json.dumps(small()).replace('"slug"', f'{settings}, "slug"', 1))
        import_circuit(path, place)
        with NeuronGraph(place) as graph:
            (own,) = graph.circuits().to_dict("records")
        assert np.isnan(own["node_share"]), share
        assert own["edge_share"] == 0.5, share
