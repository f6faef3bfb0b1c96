"""A model of which only the strong relationships are loaded, in every store."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from exporter import load, verify
from queries import NeuronGraph
from queries.errors import VerificationError
from tests.conftest import NEO4J, stores
from tests.contract.reference import Reference
from tests.contract.stores import GraphStore
from tests.opening import open_model
from tests.unit.builders import chain, layer, saved


def test_a_thinned_model_says_what_it_lacks(
    store: GraphStore, references: dict[str, Reference], scratch: str
) -> None:
    reference = references["pooled"]
    report = load(reference.file, store.location, name=scratch, top=3)
    with NeuronGraph(store.location, model=scratch) as graph:
        layers = graph.layers().set_index("name")
        models = graph.models().set_index("name")
        edges = graph.edges()
    assert not models["replayable"][scratch]
    assert len(edges) == report.edges == layers["edges"].sum()
    assert report.left_out == layers["left_out_edges"].sum()
    assert edges.groupby("target").size().max() == 3
    for name in layers.index[1:]:
        weights = np.array([weight for _, _, weight in reference.edges(name)])
        kept = edges[edges["target"].isin(reference.ids(name))]["weight"]
        assert layers["left_out_edges"][name] == len(weights) - len(kept)
        left = np.abs(weights).sum() - kept.abs().sum()
        assert layers["left_out_absolute"][name] == pytest.approx(left, abs=1e-4)
    with pytest.raises(VerificationError, match="without its weak relationships"):
        verify(reference.file, store.location, name=scratch)


def test_a_threshold_that_leaves_nothing_out_keeps_it_whole(
    store: GraphStore, small_files: dict[str, Path], scratch: str
) -> None:
    report = load(small_files["pooled"], store.location, name=scratch, top=10_000)
    assert report.left_out == 0
    assert verify(small_files["pooled"], store.location, name=scratch).passed


def test_a_layer_may_lose_all_of_its_relationships(
    store: GraphStore, references: dict[str, Reference], scratch: str
) -> None:
    reference = references["dilated"]
    load(reference.file, store.location, name=scratch, min_weight=0.3)
    strong = [edge for edge in reference.edges() if abs(edge[2]) >= 0.3]
    into = {target for _, target, _ in strong}
    layers = [layer.name for layer in reference.layers]
    lost = [name for name in layers[1:] if into.isdisjoint(reference.ids(name))]
    assert lost
    assert layers.index(lost[0]) < len(layers) - 1
    with NeuronGraph(store.location, model=scratch) as graph:
        edges = graph.edges()
    assert set(zip(edges["source"], edges["target"], strict=True)) == {(s, t) for s, t, _ in strong}


def _near(weight: float) -> list[np.float32]:
    """Return a weight, and its neighbours on either side."""
    single = np.float32(weight)
    return [np.nextafter(single, np.float32(-9)), single, np.nextafter(single, np.float32(9))]


NEAR = [each for weight in (0.7, -0.7, 0.5, 0.9, -0.1, 0.0) for each in _near(weight)]
BOUNDS = [0.7, 0.5, 0.9, 0.1, 1e-46, *(float(weight) for weight in _near(0.7))]


@pytest.fixture(scope="module")
def near_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save a model whose weights are next to the bounds."""
    path = tmp_path_factory.mktemp("near") / "near.keras"
    saved(chain((len(NEAR),), layer("Dense", units=1, use_bias=False)), path)
    model = open_model(path).keras
    model.layers[-1].set_weights([np.array(NEAR, np.float32)[:, np.newaxis]])
    return saved(model, path)


@pytest.mark.parametrize("store", stores(["embedded", "dataset", *NEO4J]), indirect=True)
def test_a_bound_keeps_the_same_wherever_it_is_given(
    store: GraphStore, near_file: Path, scratch: str
) -> None:
    load(near_file, store.location, name=f"{scratch} whole")
    kept = []
    for number, bound in enumerate(sorted(BOUNDS)):
        expected = {i for i, weight in enumerate(NEAR) if abs(weight) >= np.float32(bound)}
        expected -= {i for i, weight in enumerate(NEAR) if weight == 0}
        name = f"{scratch} {number}"
        load(near_file, store.location, name=name, min_weight=bound)
        graphs = [(str(near_file), None), (store.location, f"{scratch} whole")]
        with NeuronGraph(store.location, model=name) as graph:
            assert set(graph.edges()["source"]) == expected
        for graph_of, model in graphs:
            with NeuronGraph(graph_of, model=model) as graph:
                first, last = graph.layers()["name"]
                assert set(graph.edges(min_weight=bound)["source"]) == expected
                assert set(graph.edges(first, min_weight=bound)["source"]) == expected
                assert set(graph.neighbours(last, min_weight=bound)["id"]) == expected
                exported = graph.to_networkx(min_weight=bound)
                assert {source for source, _ in exported.edges()} == expected
                below = (len(NEAR) - len(expected)) / len(NEAR)
                assert graph.layer_statistics(threshold=bound)["small_share"][0] == below
        kept.append(expected)
    assert all(more >= fewer for more, fewer in pairwise(kept))
    assert len({len(each) for each in kept}) == 7
