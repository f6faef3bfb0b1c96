"""A model of which only the strong relationships are loaded, in every store."""

from pathlib import Path

import numpy as np
import pytest

from exporter import load, verify
from queries import NeuronGraph
from queries.errors import VerificationError
from tests.contract.reference import Reference
from tests.contract.stores import GraphStore


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
