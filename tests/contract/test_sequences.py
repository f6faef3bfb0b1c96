"""Attention and a recurrent layer in each store: steps, heads, products, and what follows."""

import logging
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pytest

from exporter import check, drop, load, verify
from queries import NeuronFilter, NeuronGraph
from tests.contract.stores import GraphStore
from tests.models import save_sequence

NAME = "sequence"
SCORES = "mha/dot_product_attention/scores"


@pytest.fixture(scope="session")
def sequence_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of that model."""
    path = tmp_path_factory.mktemp("sequences") / f"{NAME}.keras"
    save_sequence(path)
    return path


@pytest.fixture(scope="module")
def sequence(store: GraphStore, sequence_file: Path) -> Iterator[NeuronGraph]:
    """Give that model in each store, open for queries."""
    load(sequence_file, store.location, name=NAME)
    with NeuronGraph(store.location, model=NAME) as graph:
        yield graph
    drop(NAME, store.location)


@pytest.fixture(scope="module")
def joined(sequence: NeuronGraph) -> "nx.DiGraph[int]":
    """Give what NetworkX makes of the relationships."""
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(sequence.neurons()["id"])
    edges = sequence.edges()
    rows = zip(edges["source"], edges["target"], edges["weight"].abs(), strict=True)
    graph.add_weighted_edges_from((int(s), int(t), float(w)) for s, t, w in rows)
    return graph


def ids(graph: NeuronGraph, **named: object) -> list[int]:
    return [int(each) for each in graph.neurons(NeuronFilter(**named))["id"]]  # type: ignore[arg-type]


ASKED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("neurons", {}),
    ("edges", {}),
    ("layer_statistics", {}),
    ("neighbours", {"neurons": "lstm@t1/matmul[3]"}),
    ("path_centrality", {}),
    ("path_counts", {"source": "tokens", "target": "odds"}),
    ("strongest_paths", {"source": "tokens", "target": "odds", "k": 5}),
    ("effective_weights", {"source": "lstm@t1/add", "target": "odds"}),
    ("projective_field", {"neurons": "mha/query[1]"}),
)


@pytest.mark.computed
@pytest.mark.parametrize(("name", "values"), ASKED)
def test_a_store_answers_as_the_file_does(
    sequence: NeuronGraph, sequence_file: Path, name: str, values: dict[str, Any]
) -> None:
    with NeuronGraph(sequence_file) as read:
        expected = getattr(read, name)(**values)
    pd.testing.assert_frame_equal(getattr(sequence, name)(**values), expected, rtol=1e-6)


def test_it_holds_what_was_loaded(sequence: NeuronGraph, sequence_file: Path) -> None:
    assert verify(sequence_file, sequence.location, name=NAME).passed
    assert check(sequence.location, name=NAME).passed


@pytest.mark.cypher
def test_small_layers_share_their_statements(
    store: GraphStore, sequence_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="neurongraph")
    layers = len(load(sequence_file, store.location, name="scratch").layers)
    with NeuronGraph(store.location, model="scratch") as graph:
        graph.katz()
    assert check(store.location, name="scratch").passed
    drop("scratch", store.location)
    statements = [each for each in caplog.messages if re.match(r"[\d.]+ s, ", each)]
    assert 0 < len(statements) < layers


def test_attention_and_steps_are_counted_by_formula(sequence: NeuronGraph) -> None:
    layers = sequence.layers().set_index("name")
    times, heads, features, tokens, units, width = 3, 2, 2, 4, 2, 4
    pairs = times * (times + 1) // 2
    attention = "mha/dot_product_attention"
    counts = layers[["neurons", "edges"]].apply(tuple, axis=1)
    products = heads * pairs * features
    assert counts["embedding/token"] == (times * tokens, times * tokens)
    assert counts[f"{attention}/products"] == (products, 2 * products)
    assert counts[SCORES] == (heads * times**2, products)
    assert counts[f"{attention}/weighed"] == (products, 2 * products)
    assert counts[attention] == (times * heads * features, products)
    for time in range(times):
        assert counts[f"lstm@t{time}/matmul"] == (4 * units, 4 * units * width)
        # The state begins with 0, of which there are no neurons.
        assert counts[f"lstm@t{time}/matmul:2"] == (4 * units, 4 * units**2 * (time > 0))


def test_the_axes_tell_heads(sequence: NeuronGraph) -> None:
    axes = sequence.layers().set_index("name")["axes"]
    assert axes[SCORES] == "channel: head, y: query, x: key"
    assert axes["mha/query"] == "y, channel: head, x: feature"
    assert axes["norm"] == "x, channel"
    assert axes["lstm@t2/add"] == "channel"


@pytest.mark.computed
def test_katz_is_that_of_networkx(sequence: NeuronGraph, joined: "nx.DiGraph[int]") -> None:
    expected = nx.katz_centrality_numpy(joined, alpha=0.1, normalized=False, weight="weight")
    frame = sequence.katz(alpha=0.1).set_index("id")["katz"]
    assert frame.to_dict() == pytest.approx(expected, rel=1e-5)


@pytest.mark.computed
def test_a_causal_field_is_all_that_came_before(
    sequence: NeuronGraph, joined: "nx.DiGraph[int]"
) -> None:
    for time in range(3):
        ends = ids(sequence, layer="norm", x=time)
        before = {each for end in ends for each in nx.ancestors(joined, end)}
        read = set(sequence.field_neurons(ends, "tokens")["id"])
        assert read == before & set(ids(sequence, layer="tokens"))
        assert read == set(ids(sequence, layer="tokens", channel=range(time + 1)))


@pytest.mark.computed
def test_a_field_is_drawn_over_the_axes_of_its_layer(sequence: NeuronGraph) -> None:
    drawn: Any = sequence.plot.receptive_field("norm[0]@1", over=SCORES).figure
    whole, cells = drawn.renderers
    assert (whole.glyph.width, whole.glyph.height) == (3, 3)
    assert drawn.xaxis[0].axis_label == f"x in {SCORES} (key)"
    assert drawn.yaxis[0].axis_label == f"y in {SCORES} (query)"
    places = zip(cells.data_source.data["x"], cells.data_source.data["y"], strict=True)
    # The softmax over its keys reads none of other queries.
    assert set(places) <= {(key, query) for query in range(2) for key in range(query + 1)}


@pytest.mark.computed
def test_the_strongest_path_is_that_of_networkx(
    sequence: NeuronGraph, joined: "nx.DiGraph[int]"
) -> None:
    ends = ids(sequence, layer="odds")
    lengths: nx.DiGraph[Any] = nx.DiGraph()
    lengths.add_weighted_edges_from(
        (source, target, math.log(data["weight"]))
        for source, target, data in joined.edges(data=True)
        if data["weight"] > 0
    )
    lengths.add_weighted_edges_from(("begin", each, 0.0) for each in ids(sequence, layer="tokens"))
    best = max(_longest(lengths, "begin", end) for end in ends)
    path = sequence.strongest_paths("tokens", "odds", k=1)
    assert path["strength"].iloc[0] == pytest.approx(math.exp(best), rel=1e-5)


def _longest(graph: "nx.DiGraph[Any]", begin: object, end: object) -> float:
    """Return the largest sum of weights along a path, by the order of NetworkX."""
    most = {begin: 0.0}
    for node in nx.topological_sort(graph):
        for _, after, data in graph.out_edges(node, data=True):
            if node in most:
                most[after] = max(most.get(after, -math.inf), most[node] + data["weight"])
    return most.get(end, -math.inf)
