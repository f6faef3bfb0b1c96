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
