"""A model of layers that normalize by their own input: loaded, coarsened, asked and proved."""

from pathlib import Path
from typing import Any

import keras
import networkx as nx
import numpy as np
import pandas as pd
import pytest

import exporter
from queries import NeuronGraph
from tests.unit.builders import randomized, saved

CHANNELS = 4
NORMALIZED = {"group": 7, "layer": 7, "root": 4}
"""How many relationships a channel each of the layers has, all of its steps taken together."""
QUESTIONS: dict[str, dict[str, Any]] = {
    "katz": {},
    "pagerank": {},
    "path_centrality": {},
    "strength": {},
    "layer_statistics": {},
    "longest_path": {},
    "receptive_field": {"neurons": "out[1]"},
    "projective_field": {"neurons": "pixels[1]@0,2"},
    "path_counts": {"source": "pixels", "target": "out"},
    "strongest_paths": {"source": "pixels", "target": "out", "k": 5},
}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    layers = keras.layers
    read = keras.Input((3, 3, 2), name="pixels")
    seen = layers.Conv2D(CHANNELS, 2, padding="same", name="seen")(read)
    seen = layers.GroupNormalization(2, name="group")(seen)
    seen = layers.LayerNormalization(name="layer")(seen)
    seen = layers.RMSNormalization(name="root")(layers.GlobalAveragePooling2D(name="pool")(seen))
    model = randomized(keras.Model(read, layers.Dense(2, name="out")(seen)))
    return saved(model, tmp_path_factory.mktemp("normalized") / "model.keras")


@pytest.fixture(scope="module")
def written(file: Path) -> Path:
    place = file.with_name("graph.lbug")
    exporter.load(file, place)
    return place


def test_is_proved(file: Path, written: Path) -> None:
    assert exporter.verify(file, written).passed


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_file_and_the_store_answer_alike(question: str, file: Path, written: Path) -> None:
    answers = []
    for where in (file, written):
        with NeuronGraph(where) as graph:
            answers.append(getattr(graph, question)(**QUESTIONS[question]))
    one, other = (each.drop(columns="model", errors="ignore") for each in answers)
    assert len(one)
    pd.testing.assert_frame_equal(one, other, rtol=1e-6, check_dtype=False)


def test_the_receptive_field_is_that_of_networkx(written: Path) -> None:
    with NeuronGraph(written) as graph:
        edges = graph.edges()
        last = int(edges["target"].max())
        field = graph.field_neurons(last)
    own: nx.DiGraph[int] = nx.DiGraph(edges[["source", "target"]].itertuples(index=False))
    assert set(field["id"]) | {last} == nx.ancestors(own, last) | {last}


@pytest.mark.parametrize(("granularity", "channels"), [("channel", CHANNELS), ("layer", 1)])
def test_a_coarser_graph_has_as_many_relationships_as_the_formula_says(
    granularity: Any, channels: int, file: Path
) -> None:
    frame = exporter.inspect(file, granularity=granularity).frame
    edges = frame.groupby(frame["layer"].str.partition("/")[0])["edges"].sum()
    assert {name: edges[name] for name in NORMALIZED} == {
        name: each * channels for name, each in NORMALIZED.items()
    }


def test_a_channel_graph_adds_up_the_weights_of_a_mean(file: Path, tmp_path: Path) -> None:
    exporter.load(file, tmp_path / "graph.lbug", granularity="channel")
    with NeuronGraph(tmp_path / "graph.lbug") as graph:
        neurons, edges = graph.neurons(), graph.edges()
    of_mean = neurons.loc[neurons["layer"] == "group/mean", "id"]
    assert len(of_mean) == 2
    into = edges[edges["target"].isin(of_mean)]
    np.testing.assert_allclose(into["weight"], 1 / 2, rtol=1e-6)
